"""Importing a catalogue: lines of all files onto disk, there sorted by id, then merged id by id."""

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from nlp.catalog.lines import Line, Merged, NameType, Problem, Row, Skipped
from nlp.catalog.merging import STAGED, STAGED_NAMES, Merger
from nlp.catalog.names import BEARING
from nlp.catalog.reading import read_lines
from nlp.catalog.stored import NAMES, names_path
from nlp.everyday import everydayness
from nlp.folding import fold
from records.errors import ConfigurationError
from records.ids import file_fingerprint, fingerprint
from records.lake import Lake
from records.progress import Progress, silent
from records.schemas import ENTITIES, to_table
from records.types import EntityKind, StageReport

VERSION = 1
"""Raise it when the same files give another catalogue."""
_BATCH = 20_000
_SHOWN = 5
_VALUES = attrgetter(*ENTITIES.names)


def import_catalog(lake: Lake, path: Path, *more: Path, progress: Progress = silent) -> StageReport:
    """Put what some files say in the place of the lake's catalogue.

    Each may be CSV or JSON lines with this project's keys (`nlp.catalog.own`), a JSON dump of MusicBrainz's
    (`nlp.catalog.musicbrainz`), its canonical recordings, or CSV of merged ids (old_id, new_id); packed or not. What
    several lines say of one id is merged: the later line wins field by field, the names and foreign ids are united. A
    merged id is followed to the id that it was given up for, in songs and foreign ids (as `merged:OLD`) too.

    Memory stays bounded: rows are sorted on disk. Only the list of merged ids is held whole.

    Args:
        lake: the lake.
        path: a file.
        more: further files, later ones winning over earlier ones.
        progress: told how many lines were read.

    Raises:
        ConfigurationError: a file is missing or malformed; the message names up to five lines and what is wrong
            with each. The lake's catalogue then stays as it was.
    """
    paths = (path, *more)
    stamp = _stamp(paths)
    skipped = Counter[str]()
    notes: list[str] = []
    if not lake.is_current(lake.catalog, stamp):
        with lake.scratch() as folder:
            staged = _stage(folder, paths, progress)
            staged.check(paths)
            skipped, notes = staged.skipped, staged.notes
            with Merger(folder, staged.merged) as merger:
                _expect_none(paths, merger.problems(_SHOWN + 1))
                skipped["songs of artists who are not in the catalogue"] += merger.songs_lost()
                _write(lake, merger, stamp)
    return StageReport("catalog", (*_counts(lake), *sorted((+skipped).items())), tuple(notes))


def _stamp(paths: tuple[Path, ...]) -> str:
    try:
        return fingerprint([str(VERSION), *map(file_fingerprint, paths)])
    except OSError as error:
        raise ConfigurationError(f"the catalogue {error.filename} cannot be read: {error.strerror}") from error


@dataclass(slots=True)
class _Staged:
    """What the files said, apart from the rows, which are on disk."""

    merged: dict[str, str] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    problems: list[tuple[int, Problem]] = field(default_factory=list)
    rows: int = 0

    def check(self, paths: tuple[Path, ...]) -> None:
        _expect_none(paths, [(file, problem.line, problem.what) for file, problem in self.problems])
        if not self.rows:
            raise ConfigurationError(f"the catalogue {paths[0]} cannot be used: it holds no entity")

    def skip(self, path: Path, line: Skipped) -> None:
        if line.why not in self.skipped:
            self.notes.append(f"left out: {line.why}, first in line {line.line} of {path.name}")
        self.skipped[line.why] += 1


def _expect_none(paths: tuple[Path, ...], problems: list[tuple[int, int, str]]) -> None:
    if not problems:
        return
    file = problems[0][0]
    mine = [f"line {line}: {what}" for f, line, what in problems if f == file]
    more = "; and more" if len(problems) > _SHOWN else ""
    raise ConfigurationError(f"the catalogue {paths[file]} cannot be used: {'; '.join(mine[:_SHOWN])}{more}")


def _stage(folder: Path, paths: tuple[Path, ...], progress: Progress) -> _Staged:
    """Write the rows and names of all files down, in their order."""
    staged = _Staged()
    rows, names = _Sheet(folder / "rows.parquet", STAGED), _Sheet(folder / "names.parquet", STAGED_NAMES)
    with rows, names:
        for (file, path), line in _all_lines(paths):
            if isinstance(line, Row):
                rows.add((staged.rows, file, line.line, line.own, line.title, *_VALUES(line.entity)))
                for name in _names(line):
                    names.add(name)
                staged.rows += 1
                if staged.rows % _BATCH == 0:
                    progress("catalog", staged.rows, None)
            elif isinstance(line, Merged):
                staged.merged[line.old] = line.new
            elif isinstance(line, Skipped):
                staged.skip(path, line)
            else:
                staged.problems.append((file, line))
                if len(staged.problems) > _SHOWN:
                    break
    return staged


def _all_lines(paths: tuple[Path, ...]) -> Iterator[tuple[tuple[int, Path], Line]]:
    for at in enumerate(paths):
        for line in read_lines(at[1]):
            yield at, line


def _names(row: Row) -> Iterator[tuple[str, ...]]:
    """Yield the names of an artist as rows of STAGED_NAMES."""
    entity = row.entity
    if entity.kind is EntityKind.ARTIST:
        yield fold(entity.name), entity.name, entity.id, NameType.NAME, ""
        for other in row.others:
            yield fold(other.name), other.name, entity.id, other.type, other.locale


class _Sheet:
    """A Parquet file that is written row by row."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._schema = schema
        self._writer = pq.ParquetWriter(path, schema, compression="zstd")
        self._rows: list[tuple[object, ...]] = []

    def __enter__(self) -> "_Sheet":
        return self

    def __exit__(self, *_: object) -> None:
        self._flush()
        self._writer.close()

    def add(self, row: tuple[object, ...]) -> None:
        self._rows.append(row)
        if len(self._rows) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            columns = zip(*self._rows, strict=True)
            arrays = [pa.array(column, kind) for column, kind in zip(columns, self._schema.types, strict=True)]
            self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
            self._rows = []


def _write(lake: Lake, merger: Merger, stamp: str) -> None:
    """Write names and entities; the entities last, since their file says that all is there."""
    types = [str(kind) for kind in NameType]
    with lake.table_writer(names_path(lake), NAMES, stamp) as write:
        for batch in merger.names(types, len(BEARING)):
            table = pa.Table.from_batches([batch])
            zipf = pa.array(map(everydayness, table.column("key").to_pylist()), pa.float32())
            write(table.append_column(NAMES.field("zipf"), zipf))
    with lake.table_writer(lake.catalog, ENTITIES, stamp) as write:
        entities = merger.entities()
        while batch := list(itertools.islice(entities, _BATCH)):
            write(to_table(batch, ENTITIES))


def _counts(lake: Lake) -> Iterator[tuple[str, int]]:
    lake.fetch(lake.catalog)
    kinds = pq.ParquetFile(lake.catalog).read(["kind"]).column("kind").value_counts().to_pylist()
    found = {count["values"]: count["counts"] for count in kinds}
    for kind in EntityKind:
        yield f"{kind}s", found.get(kind, 0)
