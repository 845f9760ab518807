"""Which files of a cache are copies of which objects: an SQLite file beside them, for any number of processes."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from threading import Lock

_WAIT_SECONDS = 30.0
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS copy (name TEXT PRIMARY KEY, etag TEXT NOT NULL, size INTEGER NOT NULL, "
    "changed INTEGER NOT NULL) WITHOUT ROWID"
)


class Copies:
    """The copies in a folder. A file that is not as it was when it was noted is no copy.

    Args:
        root: the folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = Lock()
        self._db = sqlite3.connect(
            root / ".copies.sqlite", timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
        )
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = OFF")  # what is lost with the power is fetched again
        self._db.execute(_SCHEMA)

    def etag(self, name: str) -> str:
        """Return the ETag of the object that a file is a whole copy of; empty if it is none, or not here."""
        row = self._row(name)
        return str(row[0]) if row and tuple(row[1:]) == _state(self._root / name) else ""

    def origin(self, name: str) -> str:
        """Return the ETag of the object that a file was a copy of when it was noted, changed since or not."""
        row = self._row(name)
        return str(row[0]) if row else ""

    def note(self, name: str, etag: str, copy: Path | None = None) -> None:
        """Note that a file, as it is now, is a copy of the object of an ETag.

        Args:
            name: path of the file below the root.
            etag: of the object.
            copy: where the copy lies before it is moved to its name; another process may move another one there.
        """
        state = _state(copy or self._root / name)
        if state:
            with self._lock:
                self._db.execute("INSERT OR REPLACE INTO copy VALUES (?, ?, ?, ?)", (name, etag, *state))

    def forget(self, names: Iterable[str]) -> None:
        """Note that files are no copies any more."""
        with self._lock:
            self._db.executemany("DELETE FROM copy WHERE name = ?", [(name,) for name in names])

    def names(self, prefix: str = "") -> list[str]:
        """Return the names of all that was noted and begins so."""
        with self._lock:
            found = self._db.execute("SELECT name FROM copy WHERE substr(name, 1, ?) = ?", (len(prefix), prefix))
            return [name for (name,) in found.fetchall()]

    def _row(self, name: str) -> tuple[str, int, int] | None:
        with self._lock:
            row: tuple[str, int, int] | None = self._db.execute(
                "SELECT etag, size, changed FROM copy WHERE name = ?", (name,)
            ).fetchone()
        return row


def _state(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_size, found.st_mtime_ns
