"""Rows of counts a second that become unit vectors, against scikit-learn's way from bags of terms, same rows, one run.

The counts are drawn: every document speaks of one artist, in a stream of words whose popularity falls as 1 / rank; its
neighbouring words are its pairs, and the other kinds come by the same law in the numbers that reviews had. Ours sums
sources and fades old text besides, finds phrases, and makes a unit vector of every term kind.
"""

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from scipy import sparse
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfTransformer

from bench.clock import now, rates
from bench.table import Row
from nlp.settings import WeighSettings
from nlp.totals import TERM_TOTALS, History, totals_of
from nlp.weighting import Weighed, entity_rows, vocabulary_of, weigh_terms
from nlp.workspace import workspace
from records.lake import Dataset, Lake, read_table
from records.schemas import COUNTS, DOCUMENTS, ENTITIES, to_table
from records.types import Document, Entity, EntityKind, TermKind

ROWS = 500_000
"""Rows of counts, about."""
ROWS_A_DOCUMENT = 590
_DOCUMENTS_AN_ARTIST = 4
_SOURCES = 20
_DOCUMENTS_A_FILE = 5000
_DAYS = 3650
_WORDS = 290
"""Words of a document's stream; with the kinds below that makes `ROWS_A_DOCUMENT`."""
_VOCABULARY = 40_000
_SHAPES = {  # kind: terms there are, terms said in a document
    TermKind.NP: (30_000, 40),
    TermKind.ADJ: (8_000, 12),
    TermKind.NAME: (30_000, 35),
}
_OFFSET = 3.7
"""Popularity is 1 / (rank + offset), Mandelbrot's form of Zipf's law, as in `bench.query`."""
_TODAY = date(2026, 11, 21)

_Drawn = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
"""Document and rank of each term said."""


def measure(rows: int = ROWS) -> list[Row]:
    """Return rows a second of counts that are read from a lake, of ours and of two peers.

    Args:
        rows: rows of counts to draw, about.
    """
    with tempfile.TemporaryDirectory() as folder:
        lake = draw_counts(Path(folder), max(1, rows // ROWS_A_DOCUMENT))
        counts = lake.files(Dataset.COUNTS)
        drawn = sum(pq.read_metadata(path).num_rows for path in counts)
        catalog = read_table(lake.catalog, ENTITIES)
        began = now()
        _weigh(lake, catalog)
        ours = now()
        by_bags(counts)
        bags = now()
        by_codes(counts)
        codes = now()
    what = f"weigh, {drawn:,} rows of {catalog.num_rows:,} artists"
    return [
        *rates(what, "topterms", drawn, "rows", began, ours),
        *rates(what, "scikit-learn, DictVectorizer and TfidfTransformer", drawn, "rows", ours, bags),
        *rates(what, "scikit-learn, TfidfTransformer on Arrow's codes", drawn, "rows", bags, codes),
    ]


def _weigh(lake: Lake, catalog: pa.Table) -> Weighed:
    no_tags = TERM_TOTALS.empty_table()
    with workspace(lake, WeighSettings()) as place:
        totals = totals_of(History(lake, WeighSettings()), _TODAY, place)
        rows = entity_rows(totals.entities, no_tags, catalog, EntityKind.ARTIST, place)
        vocabulary = vocabulary_of(rows, totals.terms, catalog, place)
        return weigh_terms(rows, totals.terms, no_tags, catalog, vocabulary, place)


def by_bags(counts: Sequence[Path]) -> sparse.csr_matrix:
    """Return unit vectors as one makes them with scikit-learn: a bag of terms for each artist, log tf x idf."""
    table = _rows(counts).select(["entity_id", "kind", "term", "tf"])
    bags: defaultdict[str, defaultdict[tuple[str, str], float]] = defaultdict(lambda: defaultdict(float))
    for artist, kind, term, tf in zip(*(column.to_pylist() for column in table.columns), strict=True):
        bags[artist][kind, term] += tf
    return _unit_vectors(DictVectorizer().fit_transform(bags.values()))


def by_codes(counts: Sequence[Path]) -> sparse.csr_matrix:
    """Return the same vectors as one makes them who knows Arrow: rows and columns are codes of dictionaries."""
    table = _rows(counts).combine_chunks()
    artists, kinds, terms = (table.column(name).chunk(0).dictionary_encode() for name in ("entity_id", "kind", "term"))
    keys = kinds.indices.to_numpy().astype(np.int64) * len(terms.dictionary) + terms.indices.to_numpy()
    known, column = np.unique(keys, return_inverse=True)
    cells = (table.column("tf").to_numpy().astype(np.float64), (artists.indices.to_numpy(), column))
    return _unit_vectors(sparse.csr_matrix(cells, shape=(len(artists.dictionary), len(known))))


def _rows(paths: Sequence[Path]) -> pa.Table:
    return pa.concat_tables(read_table(path, COUNTS) for path in paths)


def _unit_vectors(counts: sparse.csr_matrix) -> sparse.csr_matrix:
    vectors: sparse.csr_matrix = TfidfTransformer(sublinear_tf=True).fit_transform(counts)
    return vectors


def draw_counts(folder: Path, documents: int, seed: int = 1) -> Lake:
    """Make a lake with a catalogue, documents and their counts as the module's text says; the same seed the same."""
    lake = Lake(folder / "lake", create=True)
    artists = max(1, documents // _DOCUMENTS_AN_ARTIST)
    lake.write_table(lake.catalog, to_table(map(_artist, range(artists)), ENTITIES), "drawn")
    draw_day(lake, _TODAY, range(documents), artists, np.random.default_rng(seed))
    return lake


def draw_day(lake: Lake, day: date, numbers: range, artists: int, rng: np.random.Generator) -> None:
    """Put a day's documents and their counts into a lake, so many to a file that memory stays bounded.

    Args:
        lake: has a catalogue of the artists.
        day: of fetching; they were published in the ten years before.
        numbers: of the documents, which make their ids.
        artists: how many there are to speak of, popular ones more often.
        rng: draws.
    """
    chances = 1 / (np.arange(artists) + _OFFSET)
    for first in range(0, len(numbers), _DOCUMENTS_A_FILE):
        some = numbers[first : first + _DOCUMENTS_A_FILE]
        about = rng.choice(artists, len(some), p=chances / chances.sum())
        texts = [_document(day, number, int(rng.integers(_DAYS))) for number in some]
        for dataset, table in (
            (Dataset.DOCUMENTS, to_table(texts, DOCUMENTS)),
            (Dataset.COUNTS, pa.concat_tables(_counts(rng, about, some.start))),
        ):
            path = lake.partition(dataset, day) / f"drawn-{some.start:09}.parquet"
            lake.write_table(path, table, f"drawn {some}")


def _counts(rng: np.random.Generator, about: npt.NDArray[np.int64], first: int) -> Iterator[pa.Table]:
    documents, ranks = _said(rng, len(about), _VOCABULARY, _WORDS)
    yield _table(TermKind.N1, (documents, ranks), _VOCABULARY, about, first)
    together = documents[:-1] == documents[1:]
    pairs = ranks[:-1] * _VOCABULARY + ranks[1:]
    yield _table(TermKind.N2, (documents[:-1][together], pairs[together]), _VOCABULARY**2, about, first)
    for kind, (terms, said) in _SHAPES.items():
        yield _table(kind, _said(rng, len(about), terms, said), terms, about, first)


def _said(rng: np.random.Generator, documents: int, terms: int, said: int) -> _Drawn:
    """Draw what each document says: about as many terms as asked for, popular ones more often."""
    popularity = np.cumsum(1 / (np.arange(terms) + _OFFSET))
    lengths = rng.poisson(said, documents)
    return np.repeat(np.arange(documents), lengths), np.searchsorted(
        popularity, rng.random(lengths.sum()) * popularity[-1]
    )


def _table(kind: TermKind, drawn: _Drawn, terms: int, about: npt.NDArray[np.int64], first: int) -> pa.Table:
    """Lay terms said out as rows of counts, each term of a document once; `first` is the number of the first."""
    documents, ranks = drawn
    keys, tf = np.unique(documents * terms + ranks, return_counts=True)
    document, rank = np.divmod(keys, terms)
    known, place = np.unique(rank, return_inverse=True)
    texts = [f"w{r // _VOCABULARY} w{r % _VOCABULARY}" if kind is TermKind.N2 else f"w{r}" for r in known.tolist()]
    columns = {
        "document_id": _named("d", first + document),
        "entity_id": _named("e", about[document]),
        "kind": [str(kind)] * len(keys),
        "term": pa.array(texts).take(pa.array(place)),
        "tf": tf.astype(np.float32),
        "start": np.zeros(len(keys), np.int32),
        "end": np.full(len(keys), 80, np.int32),
        "polarity": np.zeros(len(keys), np.float32),
    }
    return pa.table(columns, schema=COUNTS)


def _named(letter: str, numbers: npt.NDArray[np.int64]) -> pa.Array:
    """Return ids of numbers; each is spelled once, which is most of what drawing took."""
    known, place = np.unique(numbers, return_inverse=True)
    return pa.array([f"{letter}{number:07}" for number in known.tolist()]).take(pa.array(place))


def _artist(number: int) -> Entity:
    return Entity(f"e{number:07}", EntityKind.ARTIST, f"Artist {number}")


def _document(day: date, number: int, age: int) -> Document:
    now = datetime(day.year, day.month, day.day, tzinfo=UTC)
    said, url = now - timedelta(days=age), f"http://drawn.invalid/{number}"
    return Document(f"d{number:07}", url, f"source{number % _SOURCES}", "", "", now, published_at=said)
