"""Documents files to mentions and term counts: what every process does, whichever machine it runs on."""

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from threadpoolctl import threadpool_limits

from nlp.boilerplate import repeated, without
from nlp.mentions import Linker
from nlp.name_files import open_names
from nlp.read import count_terms
from nlp.settings import CountSettings
from nlp.tagging import load_tagger
from nlp.words import Text
from records.lake import Dataset, Lake, read_parts
from records.schemas import COUNTS, DOCUMENTS, MENTIONS, from_table, to_table
from records.types import Document, Mention, TermCount

LEFT_OUT = "left out: "
"""Before a name, in what is told of a batch: how often it was left out."""
_MOST_LEFT_OUT = 20
"""Names of each document; what is left out everywhere is among them."""
BATCH = 32
"""Documents that a process reads at a time."""


@dataclass(frozen=True, slots=True)
class Due:
    """A documents file that has no current counts."""

    path: Path
    stamp: str
    """Fingerprint of all that its counts come of."""
    documents: int


@dataclass(frozen=True, slots=True)
class Read:
    """What came of a batch of documents."""

    documents: int
    mentions: pa.Table
    counts: pa.Table
    tally: Counter[str]


class Reader:
    """What a process needs to read documents: built once, since the model is costly."""

    def __init__(self, lake: Lake, settings: CountSettings) -> None:
        self._names = open_names(lake)
        self._linker = Linker(self._names, settings.min_confidence)
        self._tagger = load_tagger(settings)
        self._lang = settings.lang

    def read(self, documents: list[Document]) -> Read:
        """Return the mentions and counts of documents, and what became of each of them."""
        tally: Counter[str] = Counter()
        linked = [(document, self._link(document, tally)) for document in documents]
        speaking = [(document, found) for document, found in linked if found]
        counts: list[TermCount] = []
        with threadpool_limits(1, user_api="blas"):  # threads that wait for small matrices cost more than they bring
            for document, found in speaking:
                counts += count_terms(document, Text(self._tagger, document.text), found, self._names)
        mentions = [mention for _, found in speaking for mention in found]
        tally["documents counted"] += len(speaking)
        tally["mentions"] += len(mentions)
        tally["term counts"] += len(counts)
        return Read(len(documents), to_table(mentions, MENTIONS), to_table(counts, COUNTS), tally)

    def _link(self, document: Document, tally: Counter[str]) -> tuple[Mention, ...]:
        if document.duplicate_of:
            tally["documents skipped: near-copy"] += 1
            return ()
        if document.lang and document.lang != self._lang:
            tally[f"documents skipped: not in {self._lang!r}"] += 1
            return ()
        linked = self._linker.link(document)
        tally.update({f"names dropped: {reason}": times for reason, times in linked.dropped.items()})
        tally.update({f"{LEFT_OUT}{name}": times for name, times in linked.left_out.most_common(_MOST_LEFT_OUT)})
        tally["documents skipped: name nobody"] += not linked.mentions
        return linked.mentions


def batches(lake: Lake, path: Path, groups: range | None = None) -> Iterator[list[Document]]:
    """Yield the documents of a file in their order, without what their source repeats.

    Args:
        lake: where the file lies.
        path: the documents file.
        groups: take the rows of these row groups alone.

    Raises:
        LakeError: the file cannot be read.
    """
    often = repeated(lake, path)
    lake.fetch(path)
    parts = read_parts(path, DOCUMENTS, groups)
    documents = (without(document, often) for part in parts for document in from_table(part, Document))
    return iter(lambda: list(itertools.islice(documents, BATCH)), [])


def row_groups(path: Path, least: int) -> list[range]:
    """Return the row groups of a Parquet file as ranges, each of at least so many rows but for the last."""
    metadata = pq.read_metadata(path)
    ranges, start, rows = [], 0, 0
    for group in range(metadata.num_row_groups):
        rows += metadata.row_group(group).num_rows
        if rows >= least or group == metadata.num_row_groups - 1:
            ranges.append(range(start, group + 1))
            start, rows = group + 1, 0
    return ranges


def write_counts(lake: Lake, due: Due, parts: Iterable[Read]) -> Iterator[Read]:
    """Write the mentions and the counts of a documents file; yield each part once it is written.

    The counts are written last: their file says that both are there. Whoever writes the same a second time puts the
    same in its place.
    """
    counts = lake.table_writer(beside(lake, Dataset.COUNTS, due.path), COUNTS, due.stamp)
    mentions = lake.table_writer(beside(lake, Dataset.MENTIONS, due.path), MENTIONS, due.stamp)
    with counts as keep_counts, mentions as keep_mentions:
        for part in parts:
            keep_mentions(part.mentions)
            keep_counts(part.counts)
            yield part


def beside(lake: Lake, dataset: Dataset, path: Path) -> Path:
    """Return where the file of another dataset that comes of this one lies."""
    return lake.root.joinpath(dataset, *path.parts[-2:])
