"""What answers for a project: its index and its lake, and what is worked out of them once and kept."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from functools import partial
from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

from records.ids import fingerprint
from records.lake import Dataset
from records.snapshot import Snapshot, read_snapshot
from records.types import Document, Entity, EntityKind, StageReport, Term, TermKind
from service.pipeline import open_index, writing
from service.project import Project

if TYPE_CHECKING:  # imported where they are needed: a name is looked up without scikit-learn and spaCy
    from index.base import Index
    from index.clusters import Cluster
    from index.corpus import Corpus, CorpusTerm
    from index.published import Listing
    from index.trends import Rising, TermHistory, TermTrends
    from nlp.mentions import Linked, Linker

Made = TypeVar("Made")
DESCRIBING = (TermKind.TAG, TermKind.NP, TermKind.ADJ, TermKind.N1, TermKind.N2)
TOP = 100
_DAYS_KEPT = 4


class Words(StrEnum):
    """Words that are made for describing music."""

    STYLE = "style"
    MOOD = "mood"


class _Kept(Generic[Made]):
    """The last few things made, each by its key; a thing is made once, however many ask for it at a time.

    Args:
        n: how many are kept.
    """

    def __init__(self, n: int = 1) -> None:
        self._n = n
        self._lock = Lock()
        self._made: dict[Hashable, Made] = {}

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        found = self._made.get(key)
        if found is not None:
            return found
        with self._lock:
            if key not in self._made:
                made = make()
                self._made = dict([*self._made.items(), (key, made)][-self._n :])
            return self._made[key]


class LiveProject:
    """A project that is asked by many at a time; what is published while it runs, it answers from then on.

    Args:
        project: the project.

    Raises:
        TopTermsError: there is no lake, or the engine cannot be used.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.lake = project.lake()
        self.index = open_index(project, self.lake)
        self._snapshots = _Kept[Snapshot](_DAYS_KEPT)
        self._days = _Kept["Index"](_DAYS_KEPT)
        self._corpora = _Kept["Corpus"](len(EntityKind))
        self._top = _Kept["list[CorpusTerm]"](len(EntityKind))
        self._clusters = _Kept["tuple[Cluster, ...]"](len(EntityKind))
        self._words = _Kept["list[CorpusTerm]"](len(EntityKind) * len(Words))
        self._risings = _Kept["Rising"](_DAYS_KEPT)
        self._linkers = _Kept["Linker"]()

    def resolve(self, handle: str, kind: EntityKind | None = None, day: date | None = None) -> Entity:
        """Return the entity of an id, a foreign id (`spotify:artist:…`), a name or an alias, as of a day.

        Raises:
            QueryError: a name means several.
            UnknownEntityError: it means nobody.
        """
        from service.questions import find_entity

        return find_entity(self.as_of(day), self.lake, handle, kind)

    def known(self, ids: Iterable[str]) -> "list[Listing]":
        """Return the entities of some ids, in their order; those that the live snapshot does not know are left out."""
        return self.index.known(list(ids))

    def snapshot(self, day: date | None = None) -> Snapshot:
        """Return the vectors of a day, of the live snapshot's if None.

        Raises:
            NoSnapshotError: there are none.
        """
        day = day or self.index.live().day
        manifest = self.lake.partition(Dataset.VECTORS, day) / "manifest.json"
        self.lake.fetch(manifest)
        stamp = manifest.stat().st_mtime_ns if manifest.exists() else 0
        return self._snapshots.get((day, stamp), lambda: read_snapshot(self.lake, day))

    def as_of(self, day: date | None) -> "Index":
        """Return the index as of a day; the live one if None.

        Raises:
            NoSnapshotError: there are no vectors of the day.
        """
        if day is None:
            return self.index
        from index.of_day import DayIndex

        snapshot = self.snapshot(day)
        return self._days.get(snapshot.id, lambda: DayIndex(snapshot))

    def version(self, days: Iterable[date] = ()) -> str:
        """Return what changes whenever an answer may.

        That is when another snapshot answers, when the vectors of one of these days were built anew, or when another
        catalogue was imported, by whose foreign ids names are found.
        """
        manifests = [self.lake.partition(Dataset.VECTORS, day) / "manifest.json" for day in days]
        stamps = [str(path.stat().st_mtime_ns) for path in (self.lake.catalog, *manifests) if path.exists()]
        return f"{self.index.live().id}-{fingerprint(stamps)}"

    def corpus(self, kind: EntityKind) -> "Corpus":
        """Return the live vectors of a kind, seen as a whole."""
        from index.corpus import Corpus

        snapshot = self.snapshot()
        return self._corpora.get((snapshot.id, kind), lambda: Corpus(snapshot.vectors[kind]))

    def songs_of(self, artist_id: str) -> list[str]:
        """Return the ids of the songs of an artist that are written about, the best known first."""
        known = EntityKind.SONG in self.snapshot().vectors
        return self.corpus(EntityKind.SONG).performed_by(artist_id) if known else []

    def top_terms(self, kind: EntityKind) -> "list[CorpusTerm]":
        """Return the TOP terms of those that people like to read that most entities of a kind have."""
        key = self.snapshot().id, kind
        return self._top.get(key, lambda: self.corpus(kind).top_terms()[:TOP])

    def words(self, words: Words, kind: EntityKind) -> "list[CorpusTerm]":
        """Return the styles or moods that the entities of a kind are described by, the most common first."""
        from index.names import fold
        from nlp.lexicon import MOODS, STYLES

        def find() -> "list[CorpusTerm]":
            among = {fold(word) for word in (STYLES if words is Words.STYLE else MOODS)}
            return self.corpus(kind).top_terms(DESCRIBING, among)

        return self._words.get((self.snapshot().id, kind, words), find)

    def clusters(self, kind: EntityKind) -> "tuple[Cluster, ...]":
        """Return the clusters of the live entities of a kind; worked out once a snapshot."""
        from index.clusters import clusters

        snapshot = self.snapshot()
        return self._clusters.get((snapshot.id, kind), lambda: clusters(snapshot.vectors[kind]))

    def trends_of(self, entity: Entity, since: date, until: date | None, n: int) -> "TermTrends":
        """Return which terms of an entity rose and fell between two days; see `index.trends.term_trends`."""
        from index.trends import term_trends

        return term_trends(self.snapshot(since), self.snapshot(until), entity, n)

    def rising(self, kind: EntityKind, since: date, until: date | None, n: int) -> "Rising":
        """Return who rose between two days; see `index.trends.rising_entities`."""
        from index.trends import rising_entities

        before, after = self.snapshot(since), self.snapshot(until)
        return self._risings.get((before.id, after.id, kind, n), lambda: rising_entities(before, after, kind, n))

    def histories(self, entity: Entity, terms: Sequence[Term], days: Sequence[date]) -> "list[TermHistory]":
        """Return the weights of terms of an entity on some days, the earliest first; see `index.trends`."""
        from index.trends import term_histories

        return term_histories([self.snapshot(day) for day in days], entity, terms)

    def link(self, document: Document) -> "Linked":
        """Find the artists and songs of the catalogue that a text names.

        Raises:
            ConfigurationError: there is no catalogue.
        """
        return self._linker_now().link(document)

    def catalogued(self, ids: Iterable[str]) -> dict[str, Entity]:
        """Return the entities of the catalogue of these ids, by id."""
        from nlp.catalog import entities_of

        return entities_of(self.lake, ids)

    def works(self) -> Iterator[Callable[[], object]]:
        """Yield what takes long and is kept, to be worked out before it is asked for, what is asked for most first."""
        kinds = [kind for kind in EntityKind if kind in self.snapshot().vectors]
        yield from (partial(import_module, name) for name in ("nlp.likeness", "nlp.learning", "index.evidence"))
        for kind in kinds:
            yield partial(self.top_terms, kind)
            yield from (partial(self.words, words, kind) for words in Words)
        yield self._linker_now
        yield from (partial(self.clusters, kind) for kind in kinds)
        if EntityKind.SONG in kinds:
            yield partial(self.songs_of, "")

    def publish(self) -> StageReport:
        """Make the latest vectors the ones that answer; see `service.pipeline.Chain.publish`."""
        with writing(self.project) as chain:
            return chain.publish()

    def _linker_now(self) -> "Linker":
        return self._linkers.get(self.lake.footer(self.lake.catalog).fingerprint, self._linker)

    def _linker(self) -> "Linker":
        from nlp.mentions import Linker
        from nlp.name_files import open_names

        return Linker(open_names(self.lake), self.project.settings.count.min_confidence)
