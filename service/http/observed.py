"""What the service says of itself: one line of JSON a request, and figures for Prometheus."""

import os
import sys
import time
from collections.abc import MutableMapping
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.guard import client_of
from service.http.problems import UNFORESEEN, problem
from service.http.work import Workers

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Variable with the folder in which several processes keep their figures."""
_METHODS = frozenset({"GET", "HEAD", "POST"})
_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_HEADERS = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer")]


class Metrics:
    """Figures of one service.

    Args:
        workers: whose queues are shown.
    """

    def __init__(self, workers: Workers) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self.requests = Counter("topterms_requests", "Requests answered", labels, registry=self.registry)
        self.seconds = Histogram(
            "topterms_request_seconds", "Seconds to an answer", ("route",), buckets=_BUCKETS, registry=self.registry
        )
        self._waiting = Gauge(
            "topterms_questions",
            "Questions worked on or waiting",
            ("pool",),
            registry=self.registry,
            multiprocess_mode="livesum",
        )
        self._workers = workers

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        self.requests.labels(method, route, str(status)).inc()
        self.seconds.labels(route).observe(seconds)
        self._look_at_queues()

    def exposition(self) -> bytes:
        """Return all figures as Prometheus reads them, those of all processes added."""
        self._look_at_queues()
        if _FOLDER not in os.environ:
            return generate_latest(self.registry)
        together = CollectorRegistry()
        multiprocess.MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)

    def close(self) -> None:
        """Take out what holds only as long as this process lives."""
        if _FOLDER in os.environ:
            multiprocess.mark_process_dead(os.getpid())  # type: ignore[no-untyped-call]

    def _look_at_queues(self) -> None:
        for name, pool in (("quick", self._workers.quick), ("heavy", self._workers.heavy)):
            self._waiting.labels(name).set(pool.taken)


class Observed:
    """Tells of every request, and answers what nobody foresaw without showing how it came about.

    Args:
        app: what is observed.
        metrics: what is counted.
        log: where a request is told of.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, log: structlog.typing.FilteringBoundLogger) -> None:
        self._app, self._metrics, self._log = app, metrics, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request and tell of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, told = time.perf_counter(), {"status": 0, "bytes": 0}

        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start":
                told["status"] = message["status"]
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            told["bytes"] += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception:
            self._log.exception("failed", path=scope["path"])
            if not told["status"]:
                await problem(500, UNFORESEEN)(scope, receive, watch)
        finally:
            self._tell(scope, told, time.perf_counter() - began)

    def _tell(self, scope: MutableMapping[str, Any], told: dict[str, int], seconds: float) -> None:
        found = getattr(scope.get("route"), "path", None)
        route = scope.get("root_path", "") + found if found else "none"
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.count(method, route, told["status"], seconds)
        error = scope.get("state", {}).get("error")
        self._log.info(
            "request",
            client=client_of(scope),
            method=scope["method"],
            path=scope["path"],
            route=route,
            **told,
            ms=round(seconds * 1e3, 2),
            **({"error": error} if error else {}),
        )


def json_log(quiet: bool = False) -> structlog.typing.FilteringBoundLogger:
    """Return a log of JSON lines on standard output; of a query nothing is told, since it may hold a key."""
    logger: structlog.typing.FilteringBoundLogger = structlog.wrap_logger(
        structlog.PrintLogger(sys.stdout),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger("error" if quiet else "info"),
    )
    return logger
