"""The daily run: all stages, and a report of them that stays in the lake."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from time import monotonic

import pyarrow as pa
import pyarrow.compute as pc

from records.errors import NoSnapshotError, StoppedError, TopTermsError
from records.lake import Lake
from records.snapshot import Snapshot, read_snapshot
from service.ending import TOLD_TO_END
from service.pipeline import FAILED, Chain, Ran
from service.terminal import to_json


@dataclass(frozen=True, slots=True)
class StageRan:
    """What one stage of a run did."""

    stage: str
    seconds: float
    counts: dict[str, int]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did; its JSON is what `topterms run --json` prints and `lake/runs/` keeps."""

    day: date
    started_at: datetime
    seconds: float
    snapshot: str
    """Id of the latest snapshot when the run ended; empty if there is none."""
    new_terms: dict[str, int]
    """By kind of entity: terms of the latest snapshot that the one before the run did not have."""
    failures: tuple[str, ...]
    """What failed: sources, with an example each, and the stage that ended the run, if one did."""
    stages: tuple[StageRan, ...]


def run(chain: Chain, tell: Callable[[Ran], None]) -> tuple[RunReport, TopTermsError | None]:
    """Do all that is due and report it, in `lake/runs/` too.

    An error or Ctrl-C ends the run and is handed back with the report.

    Args:
        chain: the stages, with the lake locked.
        tell: told of every stage as it ends.
    """
    lake = chain.lake
    started_at, began = datetime.now(UTC), monotonic()
    before = _terms(_latest(lake))
    stages: list[Ran] = []
    failure: TopTermsError | None = None
    try:
        for ran in chain.run():
            stages.append(ran)
            tell(ran)
    except TopTermsError as error:
        failure = error
    except KeyboardInterrupt:
        failure = StoppedError(TOLD_TO_END)
    snapshot = _latest(lake)
    report = RunReport(
        chain.day,
        started_at,
        round(monotonic() - began, 3),
        snapshot.id if snapshot else "",
        {kind: _number_of_new(before.get(kind), terms) for kind, terms in _terms(snapshot).items()},
        (*_failures(stages), *([str(failure)] if failure else [])),
        tuple(StageRan(r.report.stage, round(r.seconds, 3), dict(r.report.counts), r.report.notes) for r in stages),
    )
    lake.write_text(lake.root / "runs" / f"{started_at:%Y%m%dT%H%M%S.%fZ}.json", to_json(report) + "\n")
    return report, failure


def _latest(lake: Lake) -> Snapshot | None:
    try:
        return read_snapshot(lake)
    except NoSnapshotError:
        return None


def _terms(snapshot: Snapshot | None) -> dict[str, pa.ChunkedArray]:
    found = snapshot.vectors.items() if snapshot else ()
    return {
        str(kind): pc.binary_join_element_wise(vectors.terms.column("kind"), vectors.terms.column("term"), "\0")
        for kind, vectors in found
    }


def _number_of_new(before: pa.ChunkedArray | None, after: pa.ChunkedArray) -> int:
    known = 0 if before is None else pc.sum(pc.is_in(after, before)).as_py() or 0
    return len(after) - int(known)


def _failures(stages: list[Ran]) -> list[str]:
    return [
        note
        for ran in stages
        if dict(ran.report.counts).get(FAILED)
        for note in (*ran.report.notes, f"{dict(ran.report.counts)[FAILED]} {FAILED}")
    ]
