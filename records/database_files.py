"""SQLite files that are carried from place to place."""

import sqlite3
from contextlib import closing
from pathlib import Path


def is_settled(path: Path) -> bool:
    """Say whether all of a database is in its file; a process that was killed may have left pages in a second one."""
    if not path.exists():
        return False
    try:
        with closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.DatabaseError:
        return False
    return True


def remove_database(path: Path) -> None:
    """Remove a database with the files that SQLite keeps beside it."""
    for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        file.unlink(missing_ok=True)
