"""What the whole corpus says: its terms, its styles and moods, its clusters, what rises."""

from typing import Annotated

from fastapi import APIRouter, Query

from index.clusters import Cluster
from index.trends import Rising
from records.errors import QueryError
from records.lake import Dataset
from records.types import EntityKind
from service.http.parameters import SHOWN_KINDS, Kind, Limit, Offset, Phrase, Since, TermKinds, Until
from service.http.problems import ANY_REQUEST
from service.http.shapes import Clusters, ClusterShown, CorpusTerms, paged
from service.http.state import NOT_MODIFIED, Changing, ServiceOf
from service.http.work import heavy, quick
from service.live import LiveProject, Words

router = APIRouter(prefix="/v1", tags=["corpus"], dependencies=[Changing], responses={**ANY_REQUEST, **NOT_MODIFIED})
_SHOWN = 10


@router.get("/terms")
@heavy
def top_terms(
    service: ServiceOf,
    kind: Kind = EntityKind.ARTIST,
    term_kind: TermKinds = SHOWN_KINDS,
    limit: Limit = 20,
    offset: Offset = 0,
) -> CorpusTerms:
    """Return the terms that most artists or songs have."""
    shown, page = paged(service.live.corpus(kind).top_terms(term_kind), limit, offset)
    return CorpusTerms(kind, shown, page)


@router.get("/terms/like")
@heavy
def terms_like(
    service: ServiceOf,
    term: Annotated[Phrase, Query(description="A term of the corpus.")],
    kind: Kind = EntityKind.ARTIST,
    term_kind: TermKinds = SHOWN_KINDS,
    limit: Limit = 20,
    offset: Offset = 0,
) -> CorpusTerms:
    """Return the terms that are said of the same artists or songs as a term is."""
    found = service.live.corpus(kind).like_term(term, term_kind, offset + limit + 1)
    shown, page = paged(found, limit, offset)
    return CorpusTerms(kind, shown, page)


@router.get("/styles")
@heavy
def styles(service: ServiceOf, kind: Kind = EntityKind.ARTIST, limit: Limit = 50, offset: Offset = 0) -> CorpusTerms:
    """Return the styles that artists or songs are described by, the most common first."""
    shown, page = paged(service.live.words(Words.STYLE, kind), limit, offset)
    return CorpusTerms(kind, shown, page)


@router.get("/moods")
@heavy
def moods(service: ServiceOf, kind: Kind = EntityKind.ARTIST, limit: Limit = 50, offset: Offset = 0) -> CorpusTerms:
    """Return the moods that artists or songs are described by, the most common first."""
    shown, page = paged(service.live.words(Words.MOOD, kind), limit, offset)
    return CorpusTerms(kind, shown, page)


@router.get("/clusters")
@heavy
def clusters(service: ServiceOf, kind: Kind = EntityKind.ARTIST, limit: Limit = 20, offset: Offset = 0) -> Clusters:
    """Return groups of artists or songs that are written about alike, with the terms that name each."""
    shown, page = paged(service.live.clusters(kind), limit, offset)
    return Clusters(kind, [_shown(service.live, cluster, _SHOWN, 0) for cluster in shown], page)


@router.get("/clusters/{number}")
@heavy
def cluster(
    service: ServiceOf,
    number: int,
    kind: Kind = EntityKind.ARTIST,
    limit: Limit = 100,
    offset: Offset = 0,
) -> ClusterShown:
    """Return the members of a cluster, the most typical first."""
    found = service.live.clusters(kind)
    if not 0 <= number < len(found):
        raise QueryError(f"there is no cluster {number}; expected a number from 0 to {len(found) - 1}")
    return _shown(service.live, found[number], limit, offset)


@router.get("/trends")
@heavy
def trends(
    service: ServiceOf, since: Since, until: Until = None, kind: Kind = EntityKind.ARTIST, limit: Limit = 10
) -> Rising:
    """Say who is written about more than before, and who is talked about more than known."""
    return service.live.rising(kind, since, until, limit)


@router.get("/days")
@quick
def days(service: ServiceOf) -> list[str]:
    """List the days that vectors were built for, oldest first: what `day`, `since` and `until` can be."""
    return [day.isoformat() for day in service.live.lake.days(Dataset.VECTORS)]


def _shown(live: LiveProject, cluster: Cluster, limit: int, offset: int) -> ClusterShown:
    members = live.index.get(cluster.members[offset : offset + limit])
    return ClusterShown(cluster.number, len(cluster.members), list(cluster.terms), members)
