"""What the crawl remembers of every page: validators, body hash, links. One SQLite file beside the lake.

A page counts as seen only if the file that holds it is in the lake. Rows of a file are first written as pending, then
the file is renamed into the lake, then the rows become current. Whoever opens the state after a kill looks which
pending files arrived and forgets the others, so that no page is seen but lost, and none is stored twice.
"""

import itertools
import json
import sqlite3
import zlib
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from secrets import token_hex

from crawler.archive import NO_ENTRY, Entry
from records.errors import LakeError

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS page (
        source TEXT NOT NULL, url TEXT NOT NULL, status INTEGER NOT NULL, etag TEXT NOT NULL, modified TEXT NOT NULL,
        body_hash TEXT NOT NULL, links BLOB NOT NULL, run TEXT NOT NULL, PRIMARY KEY (source, url)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS pending (
        source TEXT NOT NULL, url TEXT NOT NULL, status INTEGER NOT NULL, etag TEXT NOT NULL, modified TEXT NOT NULL,
        body_hash TEXT NOT NULL, links BLOB NOT NULL, run TEXT NOT NULL, file TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS run (
        source TEXT PRIMARY KEY, id TEXT NOT NULL, day TEXT NOT NULL, finished INTEGER NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS gone (
        source TEXT NOT NULL, url TEXT NOT NULL, days INTEGER NOT NULL, last TEXT NOT NULL,
        PRIMARY KEY (source, url)) WITHOUT ROWID""",
)
_VERSION = 1
_LOCK_SECONDS = 2.0
GONE = (404, 410)
"""What a site answers for a page that it has no more."""
_GONE_DAYS = 3
"""Days on which it answers so, without another answer between them, before a page counts as gone for good."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link to follow, with what a feed said of it."""

    url: str
    entry: Entry = NO_ENTRY


@dataclass(frozen=True, slots=True)
class Visit:
    """What is remembered of one page of a source."""

    url: str
    """Canonical."""
    status: int
    etag: str
    modified: str
    """The Last-Modified header as it was sent."""
    body_hash: str
    links: tuple[Link, ...]
    run: str
    """The run that looked at the page last."""


class CrawlState:
    """The memory of the crawl; one process at a time holds it.

    Raises:
        LakeError: the file is no state of this version, or another crawl holds it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._db = sqlite3.connect(path, timeout=_LOCK_SECONDS, isolation_level=None)
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute("BEGIN EXCLUSIVE")
            self._check_version()
            self._db.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise LakeError(f"{path} is in use ({error}); expected no other crawl of this lake to run") from error
        except sqlite3.DatabaseError as error:
            raise LakeError(f"{path} is no crawl state ({error}); remove it to crawl everything anew") from error

    def _check_version(self) -> None:
        found = self._db.execute("PRAGMA user_version").fetchone()[0]
        if found not in (0, _VERSION):
            raise LakeError(f"{self._path} is of version {found}; expected {_VERSION}; remove it to crawl anew")
        for statement in _SCHEMA:
            self._db.execute(statement)
        self._db.execute(f"PRAGMA user_version = {_VERSION}")

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def settle(self, arrived: Sequence[str]) -> None:
        """Make pending pages current whose file arrived in the lake, and forget the others.

        Args:
            arrived: names of the page files in the lake.
        """
        names = set(arrived)
        for (file,) in self._db.execute("SELECT DISTINCT file FROM pending").fetchall():
            if file in names:
                self.promote(file)
        self._db.execute("DELETE FROM pending")

    @property
    def is_new(self) -> bool:
        """Whether no run was begun yet."""
        return self._db.execute("SELECT 1 FROM run").fetchone() is None

    def take_over(self, other: Path, sources: Sequence[str]) -> None:
        """Remember of sources what another state does; what is remembered already stays.

        Raises:
            LakeError: the other state is in use, or is none.
        """
        self._db.execute("BEGIN")
        try:
            with closing(sqlite3.connect(f"{other.as_uri()}?mode=ro", uri=True, timeout=_LOCK_SECONDS)) as db:
                for table, source in itertools.product(("page", "run", "gone"), sources):
                    rows = db.execute(f"SELECT * FROM {table} WHERE source = ?", (source,)).fetchall()  # noqa: S608
                    if rows:
                        marks = ", ".join("?" * len(rows[0]))
                        self._db.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", rows)  # noqa: S608
        except sqlite3.DatabaseError as error:
            self._db.execute("ROLLBACK")
            raise LakeError(f"{other} cannot be taken over ({error}); expected that no crawl uses it") from error
        self._db.execute("COMMIT")

    def forget(self, is_forgotten: Callable[[str, str], bool]) -> None:
        """Remove the pages of which `is_forgotten(source, address)` holds, and every link to them, beyond recovery."""
        self._db.execute("PRAGMA secure_delete = ON")
        self._db.execute("BEGIN")
        for source, url, packed in self._db.execute("SELECT source, url, links FROM page").fetchall():
            links = _unpack(packed)
            kept = [link for link in links if not is_forgotten(source, link.url)]
            if is_forgotten(source, url):
                self._db.execute("DELETE FROM page WHERE source = ? AND url = ?", (source, url))
            elif len(kept) < len(links):
                row = (_pack(kept), source, url)
                self._db.execute("UPDATE page SET links = ? WHERE source = ? AND url = ?", row)
        self._db.execute("COMMIT")

    def begin_run(self, source: str, day: date) -> str:
        """Return the id of the run to go on with: one of that day that was cut short, or a new one."""
        row = self._db.execute("SELECT id FROM run WHERE source = ? AND day = ? AND NOT finished", (source, str(day)))
        if found := row.fetchone():
            return str(found[0])
        run = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{token_hex(3)}"
        self._db.execute("INSERT OR REPLACE INTO run VALUES (?, ?, ?, 0)", (source, run, str(day)))
        return run

    def end_run(self, source: str) -> None:
        """Note that the run of a source came to its end."""
        self._db.execute("UPDATE run SET finished = 1 WHERE source = ?", (source,))

    def visit(self, source: str, url: str) -> Visit | None:
        """Return what is remembered of a page by its canonical address."""
        query = "SELECT url, status, etag, modified, body_hash, links, run FROM page WHERE source = ? AND url = ?"
        row = self._db.execute(query, (source, url)).fetchone()
        if row is None:
            return None
        known_as, status, etag, modified, body_hash, links, run = row
        return Visit(known_as, status, etag, modified, body_hash, _unpack(links), run)

    def is_known(self, source: str, url: str) -> bool:
        """Say whether a page was visited before, by its canonical address."""
        query = "SELECT 1 FROM page WHERE source = ? AND url = ?"
        return self._db.execute(query, (source, url)).fetchone() is not None

    def remember(self, source: str, visit: Visit) -> None:
        """Remember a page that nothing was stored of: unchanged, gone, a feed or a sitemap."""
        self._db.execute("INSERT OR REPLACE INTO page VALUES (?,?,?,?,?,?,?,?)", _row(source, visit))
        if visit.status in GONE:
            self._db.execute(
                "INSERT INTO gone SELECT source, ?, 1, day FROM run WHERE source = ? "
                "ON CONFLICT DO UPDATE SET days = days + 1, last = excluded.last WHERE last < excluded.last",
                (visit.url, source),
            )
        else:
            self._db.execute("DELETE FROM gone WHERE source = ? AND url = ?", (source, visit.url))

    def gone(self, source: str) -> list[str]:
        """Return the canonical addresses of a source's pages that are gone for good."""
        query = "SELECT url FROM gone WHERE source = ? AND days >= ?"
        return [url for (url,) in self._db.execute(query, (source, _GONE_DAYS))]

    def unseen(self, source: str, run: str) -> list[str]:
        """Return the canonical addresses of pages that a run has not visited, those gone for good left out."""
        query = (
            "SELECT url FROM page WHERE source = ? AND run <> ? AND url NOT IN "
            "(SELECT url FROM gone WHERE source = ? AND days >= ?)"
        )
        return [url for (url,) in self._db.execute(query, (source, run, source, _GONE_DAYS))]

    def expect(self, file: str, source: str, visits: Sequence[Visit]) -> None:
        """Write the pages of a file down as pending, before the file is renamed into the lake."""
        self._db.execute("BEGIN")
        self._db.executemany(
            "INSERT INTO pending VALUES (?,?,?,?,?,?,?,?,?)",
            [(*_row(source, visit), file) for visit in visits],
        )
        self._db.execute("COMMIT")

    def promote(self, file: str) -> None:
        """Make the pages of a file current: the file is in the lake."""
        self._db.execute("BEGIN")
        self._db.execute(
            "INSERT OR REPLACE INTO page "
            "SELECT source, url, status, etag, modified, body_hash, links, run FROM pending WHERE file = ?",
            (file,),
        )
        self._db.execute(
            "DELETE FROM gone WHERE (source, url) IN (SELECT source, url FROM pending WHERE file = ?)", (file,)
        )
        self._db.execute("DELETE FROM pending WHERE file = ?", (file,))
        self._db.execute("COMMIT")


def _row(source: str, visit: Visit) -> tuple[object, ...]:
    links = _pack(visit.links)
    return (source, visit.url, visit.status, visit.etag, visit.modified, visit.body_hash, links, visit.run)


def _pack(links: Sequence[Link]) -> bytes:
    return zlib.compress(json.dumps([[link.url, _plain(link.entry)] for link in links]).encode())


def _plain(entry: Entry) -> dict[str, str]:
    return {name: value for name, value in asdict(entry).items() if value and name != "content"}


def _unpack(links: bytes) -> tuple[Link, ...]:
    return tuple(Link(url, Entry(**entry)) for url, entry in json.loads(zlib.decompress(links)))
