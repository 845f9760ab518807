"""What one source repeats on many of its pages: the author's line, "read more", a heading of its own make.

Source: the share of a source's documents that hold a sentence, as in template detection by document frequency
(Yi, Liu and Li, KDD 2003, do so for parts of the page; trafilatura has taken those out before).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

from nlp.folding import fold
from records.lake import Dataset, Lake
from records.types import Document

_LEAST_DOCUMENTS = 5
_LEAST_SHARE = 0.05
"""A sentence is repeated if it stands in so many documents of its source, and in such a share of them."""
_SAMPLE = 200
"""Documents of a source that are looked at, the latest before and with the ones to be read."""
_FILES_BACK = 7
"""Files of earlier days that are looked at for more: so a day's work does not grow with the days before."""
_LEAST_WORDS = 4
"""Words in small letters that a sentence needs to be the same as another but for its names and numbers."""
_SENTENCE = re.compile(r"[^\n]+?(?:[.!?](?=\s)|(?=\n)|$)")

Repeated = Mapping[str, frozenset[str]]
"""What each source repeats, by name of the source."""


def repeated(lake: Lake, path: Path) -> Repeated:
    """Return what the sources of a documents file repeat, told from that file and a few before it.

    It depends on nothing later than the file, so that reading day by day gives the same as reading all at once.
    """
    seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
    documents: Counter[str] = Counter()
    wanted: set[str] = set()
    for known in (path, *_earlier(lake, path)):
        lake.fetch(known)
        for source, text in _texts(known):
            if known == path:
                wanted.add(source)
            if source in wanted and documents[source] < _SAMPLE:
                documents[source] += 1
                seen[source].update({key for _, _, keys in _sentences(text) for key in keys})
        if all(documents[source] >= _SAMPLE for source in wanted):
            break
    return {source: _often(found, documents[source]) for source, found in seen.items()}


def without(document: Document, repeated: Repeated) -> Document:
    """Return a document with blanks for what its source repeats, so that every place in it stays where it is."""
    known = repeated.get(document.source)
    if not known:
        return document
    kept, done = [], 0
    for start, end, keys in _sentences(document.text):
        if not known.isdisjoint(keys):
            kept += [document.text[done:start], " " * (end - start)]
            done = end
    return replace(document, text="".join([*kept, document.text[done:]]))


def _often(found: Counter[str], documents: int) -> frozenset[str]:
    least = max(_LEAST_DOCUMENTS, _LEAST_SHARE * documents)
    return frozenset(key for key, times in found.items() if times >= least)


def _earlier(lake: Lake, path: Path) -> Iterator[Path]:
    """Yield the documents files before one, the latest first."""
    day = date.fromisoformat(path.parent.name.removeprefix("date="))
    files = [known for known in lake.files(Dataset.DOCUMENTS, day) if known.name < path.name]
    days = [known for known in lake.days(Dataset.DOCUMENTS) if known < day]
    while days and len(files) < _FILES_BACK:
        files = [*lake.files(Dataset.DOCUMENTS, days.pop()), *files]
    yield from reversed(files[-_FILES_BACK:])


def _texts(path: Path) -> Iterator[tuple[str, str]]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(_SAMPLE, columns=["source", "text", "duplicate_of"]):
            for row in batch.to_pylist():
                if not row["duplicate_of"]:
                    yield row["source"], row["text"]


def _sentences(text: str) -> Iterator[tuple[int, int, Iterable[str]]]:
    """Yield the sentences of a text, each with its keys: itself, and itself without names and numbers."""
    for match in _SENTENCE.finditer(text):
        words = match[0].split()
        if len(words) < 2:  # one word alone ("Verse", "Guitar") may be a heading that says something
            continue
        small = [word for word in words if word.islower()]
        keys = [fold(" ".join(words))]
        if len(small) >= _LEAST_WORDS:
            keys.append("* " + " ".join("*" if not word.islower() else word for word in words))
        yield match.start(), match.end(), keys
