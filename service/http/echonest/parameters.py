"""What calls take, as the Echo Nest named it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from fastapi import Query
from pydantic import StringConstraints

from index.corpus import Corpus
from index.published import Filters, Listing
from service.http.echonest.answers import INVALID, CallError
from service.http.parameters import Handle, Phrase, none_given

Ids = Annotated[
    list[Handle],
    Query(default_factory=none_given, alias="id", max_length=50, description="Id or foreign id; may be given again."),
]
Names = Annotated[
    list[Handle],
    Query(default_factory=none_given, alias="name", max_length=50, description="Name; may be given again."),
]
OneId = Annotated[Handle | None, Query(description="Id, or foreign id such as `musicbrainz:artist:…`.")]
OneName = Annotated[Handle | None, Query(description="Name; used where there is no id.")]
Results = Annotated[int, Query(ge=0, le=100)]
Start = Annotated[int, Query(ge=0, le=1_000)]
Share = Annotated[float | None, Query(ge=0, le=1, allow_inf_nan=False)]
Year = Annotated[int | None, Query(ge=0, le=9999)]
Described = Annotated[list[Phrase], Query(default_factory=none_given, max_length=10)]
Bucket = Annotated[str, StringConstraints(max_length=60, pattern=r"^[\w:. -]*$")]
Buckets = Annotated[
    list[Bucket],
    Query(default_factory=none_given, alias="bucket", max_length=30, description="What to give with each."),
]

DOCUMENT_BUCKETS = frozenset({"biographies", "blogs", "news", "reviews", "doc_counts"})
HEAVY_BUCKETS = DOCUMENT_BUCKETS | {"genre", "songs", "terms"}
"""What takes a question of its own for every artist."""
MOST_WITH_DOCUMENTS = 15
ARTIST_BUCKETS = HEAVY_BUCKETS | {
    "artist_location",
    "discovery",
    "familiarity",
    "hotttnesss",
    "urls",
    "years_active",
}
SONG_BUCKETS = frozenset(
    {
        "artist_discovery",
        "artist_familiarity",
        "artist_hotttnesss",
        "artist_location",
        "song_currency",
        "song_discovery",
        "song_hotttnesss",
    }
)
MISSING_BUCKETS = frozenset(
    {
        "artist_discovery_rank",
        "artist_familiarity_rank",
        "artist_hotttnesss_rank",
        "audio",
        "audio_summary",
        "discovery_rank",
        "familiarity_rank",
        "hotttnesss_rank",
        "images",
        "song_currency_rank",
        "song_discovery_rank",
        "song_hotttnesss_rank",
        "song_type",
        "tracks",
        "video",
    }
)
"""Passed over: the answer simply lacks them. docs/echonest.md says why."""


class TermSort(StrEnum):
    """The order of an artist's terms."""

    WEIGHT = "weight"
    FREQUENCY = "frequency"


class TermType(StrEnum):
    """What sort of words to list."""

    STYLE = "style"
    MOOD = "mood"


class Rank(StrEnum):
    """How what fits a description is ordered."""

    RELEVANCE = "relevance"
    FAMILIARITY = "familiarity"


class Sort(StrEnum):
    """The order of artists."""

    FAMILIARITY_ASC = "familiarity-asc"
    FAMILIARITY_DESC = "familiarity-desc"
    HOTTTNESSS_ASC = "hotttnesss-asc"
    HOTTTNESSS_DESC = "hotttnesss-desc"

    def key(self, found: Listing) -> float:
        """Return what an artist is ordered by."""
        value = found.familiarity if self.value.startswith("familiarity") else found.hotttnesss
        return value if self.value.endswith("asc") else -value


@dataclass
class Constraints:
    """Which artists an answer may hold, and which part of it is wanted."""

    bucket: Buckets
    results: Results = 15
    start: Start = 0
    limit: Annotated[bool, Query(description="Only those that the id spaces among the buckets know.")] = False
    min_familiarity: Share = None
    max_familiarity: Share = None
    min_hotttnesss: Share = None
    max_hotttnesss: Share = None
    artist_start_year_after: Year = None
    artist_start_year_before: Year = None
    artist_end_year_after: Year = None
    artist_end_year_before: Year = None

    @property
    def depth(self) -> int:
        """How many to look for: at least one."""
        return self.start + max(1, self.results)

    @property
    def page(self) -> slice:
        """The part that is wanted."""
        return slice(self.start, self.start + self.results)

    def filters(self, corpus: Corpus) -> Filters:
        """Return what the index is told.

        Raises:
            QueryError: a least is above its greatest.
        """
        return Filters(
            self.min_familiarity or 0.0,
            1.0 if self.max_familiarity is None else self.max_familiarity,
            self.min_hotttnesss or 0.0,
            1.0 if self.max_hotttnesss is None else self.max_hotttnesss,
            self._only(corpus),
        )

    def _only(self, corpus: Corpus) -> frozenset[str] | None:
        kept = []
        started = self.artist_start_year_after, self.artist_start_year_before
        ended = self.artist_end_year_after, self.artist_end_year_before
        if any(year is not None for year in started):
            kept.append(corpus.between("begin", *started))
        if any(year is not None for year in ended):
            kept.append(corpus.between("end", *ended))
        spaces = id_spaces(self.bucket)
        if self.limit and spaces:
            kept.append(corpus.known_to(spaces))
        return frozenset.intersection(*kept) if kept else None


def id_spaces(buckets: list[str]) -> list[str]:
    """Return the id spaces (`spotify`) among the buckets."""
    return [bucket.removeprefix("id:") for bucket in buckets if bucket.startswith("id:")]


def check_buckets(buckets: list[str], known: frozenset[str]) -> None:
    """Refuse buckets that the Echo Nest had not.

    Raises:
        CallError: there is one.
    """
    unknown = [b for b in buckets if b and not b.startswith("id:") and b not in known | MISSING_BUCKETS]
    if unknown:
        raise CallError(
            INVALID, f"Invalid parameter: bucket {unknown[0]!r}; expected one of {', '.join(sorted(known))}"
        )


def check_size(constraints: Constraints) -> None:
    """Refuse documents of more artists than can be read in time.

    Raises:
        CallError: it is more than MOST_WITH_DOCUMENTS.
    """
    asked = DOCUMENT_BUCKETS.intersection(constraints.bucket)
    if asked and constraints.results > MOST_WITH_DOCUMENTS:
        what = f"results {constraints.results} with bucket {min(asked)!r}; expected at most {MOST_WITH_DOCUMENTS}"
        raise CallError(INVALID, f"Invalid parameter: {what}")


def passes(found: Listing, filters: Filters) -> bool:
    """Say whether an artist passes filters that no index was told of."""
    return (
        filters.min_familiarity <= found.familiarity <= filters.max_familiarity
        and filters.min_hotttnesss <= found.hotttnesss <= filters.max_hotttnesss
        and (filters.only is None or found.entity.id in filters.only)
    )
