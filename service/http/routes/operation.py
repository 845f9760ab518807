"""What whoever runs the service asks: is it up, is it ready, how busy is it; and publishing."""

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Depends
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from records.types import StageReport
from service.http.problems import ANY_REQUEST, documented
from service.http.state import ServiceOf, expect_key
from service.http.work import BusyError, heavy, quick

router = APIRouter(tags=["operation"])


@dataclass(frozen=True, slots=True)
class Ready:
    """What answers."""

    snapshot: str
    day: date
    warm: bool
    """Whether all that takes long is worked out: clusters, top terms, the names that texts are searched for."""


@router.get("/health", response_class=PlainTextResponse)
async def health() -> str:
    """Say that the process answers."""
    return "ok\n"


@router.get("/ready", responses=documented(404, 503))
@quick
def ready(service: ServiceOf) -> Ready:
    """Say which snapshot answers; 404 while nothing was published.

    503 while the index cannot be reached, and after the start until all that takes long was worked out once.
    """
    live = service.live.index.live()
    if not service.warmer.has_begun:
        raise BusyError("what takes long is being worked out")
    return Ready(live.id, live.day, service.warmer.is_warm())


@router.get(
    "/metrics",
    response_class=PlainTextResponse,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(service: ServiceOf) -> Response:
    """Return figures for Prometheus, those of all processes added."""
    return Response(service.metrics.exposition(), media_type=CONTENT_TYPE_LATEST)


@router.post(
    "/v1/publish",
    dependencies=[Depends(expect_key)],
    responses={**ANY_REQUEST, **documented(401, 403)},
)
@heavy
def publish(service: ServiceOf) -> StageReport:
    """Make the latest vectors of the lake the ones that answer; needs the key."""
    return service.live.publish()
