"""The names of a lake's catalogue as files that every process maps, so that none has them in its own memory."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from nlp.catalog.stored import expect_catalog
from nlp.name_table import NameTable, Spelling, mapped
from nlp.names import Names, songs_of_artists, spellings
from records.errors import LakeError
from records.ids import fingerprint
from records.lake import Lake
from records.schemas import ENTITIES, from_table
from records.types import Entity

VERSION = 3
"""Raise it when the files hold something else."""
_BATCH = 50_000
_ENTITIES, _ARTISTS, _SONGS = "entities.arrow", "artists.npy", "songs.npy"


def open_names(lake: Lake) -> Names:
    """Open the names of the catalogue; the files are made first if they are not there for it yet.

    Raises:
        ConfigurationError: no catalogue was imported yet.
        LakeError: the files cannot be read.
    """
    folder = _folder(lake)
    if not lake.exists(folder):
        _make(lake, folder)
    lake.fetch_folder(folder)
    try:
        entities = _mapped(folder / _ENTITIES)
        songs = mapped(folder / _ARTISTS), mapped(folder / _SONGS)
        return Names(entities, NameTable.open(folder), songs)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise LakeError(f"{folder} cannot be read ({error}); remove it, it will be made again") from error


def _folder(lake: Lake) -> Path:
    expect_catalog(lake)
    catalog = lake.footer(lake.catalog).fingerprint
    return lake.catalog.with_name("names") / fingerprint([str(VERSION), catalog])


def _make(lake: Lake, folder: Path) -> None:
    """Write the files, and remove those of an earlier catalogue. Who comes second finds them written."""
    earlier = [folder.with_name(name) for name in lake.names(folder.parent) if name != folder.name]
    with _unless_there(folder), lake.staged(folder) as staging:
        staging.mkdir()
        with pa.OSFile(str(staging / _ENTITIES), "wb") as sink, pa.ipc.new_file(sink, ENTITIES) as writer:
            for batch in _batches(lake):
                writer.write_table(batch)
        NameTable.of(_spellings(lake)).save(staging)
        artists, songs = songs_of_artists(_mapped(staging / _ENTITIES))
        np.save(staging / _ARTISTS, artists)
        np.save(staging / _SONGS, songs)
    for path in earlier:
        lake.remove(path)


@contextmanager
def _unless_there(folder: Path) -> Iterator[None]:
    """Pass over that a folder cannot be put in its place where another process has put the same before."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST) or not folder.exists():
            raise


def _batches(lake: Lake) -> Iterator[pa.Table]:
    with pq.ParquetFile(lake.catalog) as file:
        for batch in file.iter_batches(_BATCH):
            yield pa.Table.from_batches([batch]).cast(ENTITIES)


def _spellings(lake: Lake) -> Iterator[Spelling]:
    row = 0
    for batch in _batches(lake):
        yield from spellings(from_table(batch, Entity), row)
        row += batch.num_rows


def _mapped(path: Path) -> pa.Table:
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()
