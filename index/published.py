"""What an engine must be able to say about one published snapshot, and the types it says it in.

Everything else that the index answers is worked out of these few primitives in `index.base`, once for all engines.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np
import numpy.typing as npt

from records.errors import QueryError
from records.snapshot import Vectors
from records.types import Entity, EntityKind, Term, TermKind


@dataclass(frozen=True, slots=True)
class Filters:
    """Which entities an answer may hold; bounds are inclusive, in [0, 1], compared as 32-bit floats.

    Raises:
        QueryError: a bound is outside [0, 1], or the least is above the greatest.
    """

    min_familiarity: float = 0.0
    max_familiarity: float = 1.0
    min_hotttnesss: float = 0.0
    max_hotttnesss: float = 1.0
    only: frozenset[str] | None = None
    """Ids that may be in the answer; None means any."""
    without: frozenset[str] = frozenset()
    """Ids that may not."""
    max_leaning: float = 1.0
    """The greatest share of its latent vector that an entity may borrow."""

    def __post_init__(self) -> None:
        for name in ("familiarity", "hotttnesss"):
            least, greatest = getattr(self, f"min_{name}"), getattr(self, f"max_{name}")
            if not 0 <= least <= greatest <= 1:  # also false for NaN
                raise QueryError(f"{name} between {least} and {greatest}; expected 0 <= least <= greatest <= 1")
        if not 0 <= self.max_leaning <= 1:
            raise QueryError(f"leaning at most {self.max_leaning}; expected a number from 0 to 1")

    def leaving_out(self, ids: Iterable[str]) -> "Filters":
        """Return the same filters that leave these entities out as well."""
        return replace(self, without=self.without.union(ids))


@dataclass(frozen=True, slots=True)
class Live:
    """Which snapshot answers."""

    id: str
    day: date


@dataclass(frozen=True, slots=True)
class SnapshotStatus:
    """A snapshot that an index holds complete."""

    id: str
    day: date
    published_at: datetime
    """When it was published last; UTC. A rollback does not change it."""
    entities: Mapping[EntityKind, int]
    bytes: int
    """Size on disk."""


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """What an index holds."""

    engine: str
    live: SnapshotStatus | None
    kept: tuple[SnapshotStatus, ...] = ()
    """The complete snapshots that are not live, the one published last first."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The shape of the vectors of one entity kind."""

    entities: int
    dimensions: int
    """Length of the latent vectors."""
    columns: Mapping[TermKind, tuple[int, int]]
    """Half-open range of columns of every term kind; ranges do not overlap and may be empty."""

    @classmethod
    def of(cls, vectors: Vectors) -> "Layout":
        """Return the layout of a snapshot's vectors."""
        ranges = {kind: vectors.columns_of(kind) for kind in TermKind}
        columns = {kind: (found.start, found.stop) for kind, found in ranges.items()}
        return cls(vectors.entities.num_rows, vectors.latent.shape[1], columns)

    def spread(self, columns: npt.NDArray[np.int32], values: Mapping[TermKind, float]) -> npt.NDArray[np.float64]:
        """Return for each of the ascending columns the value of its term kind (0 for a kind without one)."""
        spread = np.zeros(len(columns))
        for kind, bounds in self.columns.items():
            start, stop = np.searchsorted(columns, bounds)
            spread[start:stop] = values.get(kind, 0.0)
        return spread


@dataclass(frozen=True, slots=True)
class Listing:
    """An entity with what is known of how much is written about it."""

    entity: Entity
    documents: int
    """Documents about the entity."""
    familiarity: float
    """In [0, 1]: how much was ever written about it."""
    hotttnesss: float
    """In [0, 1]: how much is written about it now."""
    leaning: float = 0.0
    """In [0, 1]: the share of its latent vector that it borrows, since little is written about it."""

    @property
    def renown(self) -> tuple[float, int, str]:
        """Sort key: the best known first, ties by id."""
        return -self.familiarity, -self.documents, self.entity.id


@dataclass(frozen=True, slots=True)
class Vector:
    """The whole vector of one entity, exactly as in the snapshot."""

    columns: npt.NDArray[np.int32]
    """Ascending."""
    weights: npt.NDArray[np.float32]
    """One a column; each term kind of L2 norm 1."""
    frequencies: npt.NDArray[np.float32]
    """One a column, in (0, 1]."""
    norms: npt.NDArray[np.float32]
    """One a term kind, in the order of TermKind: the L2 norm that was divided out."""
    latent: npt.NDArray[np.float32]
    """Of L2 norm 1, or 0 where there is none; of length Layout.dimensions."""


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for; the score of a vector is `weights . vector.weights + latent . vector.latent`.

    The mix is in the weights already. Weights may be negative.
    """

    columns: npt.NDArray[np.int32]
    """Ascending, none twice."""
    weights: npt.NDArray[np.float64]
    """One a column; none is 0."""
    latent: npt.NDArray[np.float64]
    """Of length Layout.dimensions; all 0 when the latent vectors play no part."""

    @property
    def has_latent(self) -> bool:
        """Whether the latent vectors play a part."""
        return bool(self.latent.any())


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that `nearest` found, with its vector."""

    entity: Entity
    vector: Vector


@dataclass(frozen=True, slots=True)
class DictionaryTerm:
    """A row of the dictionary: a term that at least one entity has."""

    column: int
    term: Term
    label: str
    """What to show."""
    df: int
    """Entities that have the term."""
    idf: float
    salience: float
    """In (0, 1]: how much it tells a reader."""
    share: float
    """In [0, 1]: of the documents about entities of the kind, those that use it; one about two counts twice."""


class Published(ABC):
    """One published snapshot, read-only: what it says stays the same while another is made live.

    Ids are unique over the kinds. A kind that the snapshot lacks has no layout, and no primitive is asked about it.
    Every primitive raises EngineError where the engine does not answer.
    """

    id: str
    day: date
    mix: Mapping[str, float]
    """Default weight of each term kind and of `latent`; sum 1."""
    layouts: Mapping[EntityKind, Layout]

    @abstractmethod
    def find(self, ids: Sequence[str]) -> Mapping[str, Listing]:
        """Return the entities of these ids, of any kind, by id; unknown ids are left out."""

    @abstractmethod
    def named(self, key: str) -> list[Listing]:
        """Return the entities, of any kind, one of whose `index.names.name_keys` is this one; any order."""

    @abstractmethod
    def starting(self, prefix: str, kind: EntityKind | None, n: int) -> list[Listing]:
        """Return the n best known entities (`Listing.renown`) that have a name key starting with the prefix.

        The prefix is folded and may be empty; an entity is returned once. None means any kind.
        """

    @abstractmethod
    def resembling(self, key: str, kind: EntityKind | None, n: int) -> list[Listing]:
        """Return at most n entities, the closest first, with a name key that might be the folded key misspelt.

        A key that begins with one edit (a character more, less, other, or two swapped) of the given key counts, for
        keys of at least 3 characters; an engine may return more distant ones after those.
        """

    @abstractmethod
    def vectors(self, kind: EntityKind, ids: Sequence[str]) -> list[Vector]:
        """Return the whole vectors of these entities, which are known, in this order."""

    @abstractmethod
    def terms(self, kind: EntityKind, columns: Sequence[int]) -> Mapping[int, DictionaryTerm]:
        """Return the dictionary rows of these columns, which are in range, by column."""

    @abstractmethod
    def lookup(self, kind: EntityKind, keys: Sequence[str]) -> Mapping[str, list[DictionaryTerm]]:
        """Return for every key the dictionary rows, of all term kinds, whose `index.names.term_key` it is.

        Keys that no term has are left out; rows are in the order of columns.
        """

    @abstractmethod
    def nearest(self, kind: EntityKind, query: Query, n: int, filters: Filters) -> list[Candidate]:
        """Return the n entities of the highest score above 0 that pass the filters; ties go to the lower id.

        An engine that scores at less than full precision returns some more, since `index.base` scores anew,
        orders and cuts. Any order.
        """
