"""How what a stage did is told."""

from service.pipeline import Ran
from service.running import RunReport
from service.terminal import out, print_json

_NAME_WIDTH = 8


def print_ran(ran: Ran, *, as_json: bool = False) -> None:
    """Print what a stage did: a line for people with what is not zero, or one JSON object."""
    report = ran.report
    if as_json:
        counts, notes = dict(report.counts), list(report.notes)
        print_json({"stage": report.stage, "seconds": round(ran.seconds, 3), "counts": counts, "notes": notes})
        return
    screen = out()
    counted = ", ".join(f"{number:,} {label}" for label, number in report.counts if number)
    notes = list(report.notes)
    first = counted or (notes.pop(0) if notes else "nothing to do")
    screen.say_indented(f"{report.stage:<{_NAME_WIDTH}}", f"{first}  ({ran.seconds:.1f} s)")
    for note in notes:
        screen.say_indented(" " * _NAME_WIDTH, note, style="dim")


def print_run(report: RunReport, *, as_json: bool = False) -> None:
    """Print the sum of a run whose stages were told: two lines for people, or all of it as one JSON object."""
    if as_json:
        print_json(report)
        return
    screen = out()
    new = ", ".join(f"{number:,} new terms of {kind}s" for kind, number in report.new_terms.items() if number)
    snapshot = f"snapshot {report.snapshot}" if report.snapshot else "no snapshot"
    summary = f"{report.day}: {snapshot}, {new or 'no new terms'}, {len(report.failures)} failures"
    screen.say_indented(f"{'run':<{_NAME_WIDTH}}", f"{summary}  ({report.seconds:.1f} s)")
    for failure in report.failures:
        screen.say_indented(" " * _NAME_WIDTH, failure, style="dim")
