"""Commands for the course of time: keep running, see what changes, take down."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from records.types import EntityKind
from service.options import AsJson, Folder, Kind, Number, examples

app = typer.Typer(rich_markup_mode=None)
HERE = Path()
Found = TypeVar("Found")


@app.command(epilog=examples("schedule --at 04:00", "schedule --at 04:00 -C ~/music --json"))
def schedule(
    at: Annotated[
        datetime, typer.Option("--at", formats=["%H:%M"], metavar="HH:MM", help="Time of day to run at, in UTC.")
    ],
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Do the daily run every day, until SIGTERM or Ctrl-C.

    A run is passed over while the one before is under way; one that fails is told of, and the next comes at its time.
    """
    from service.project import open_project
    from service.schedule import Schedule, daily, run_command
    from service.terminal import err

    project = open_project(folder)
    project.lake()
    kept = Schedule(run_command(project.folder, as_json=as_json), daily(at.time()), err().say)
    kept.keep(f"topterms run -C {project.folder}, every day at {at:%H:%M} UTC")


@app.command(
    epilog=examples("trends Slowdive --since 2026-10-01", "trends --since 2026-10-01 --until 2026-11-01 --kind song")
)
def trends(
    since: Annotated[
        datetime, typer.Option("--since", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The earlier day.")
    ],
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Name, alias or id.")] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--until", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The later day; the last if silent."),
    ] = None,
    kind: Kind = None,
    number: Number = 10,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Show what rose and fell between two days.

    With a NAME: terms of that artist or song. Without: artists (or songs) that more is written about than before, and
    those that are talked about more than they are known. Both days need vectors; `topterms weigh --day` builds them.
    """
    from index.of_day import DayIndex
    from index.trends import rising_entities, term_trends
    from records.snapshot import read_snapshot
    from service.answers import print_rising, print_term_trends
    from service.project import open_project

    lake = open_project(folder).lake()
    before, after = read_snapshot(lake, since.date()), read_snapshot(lake, until.date() if until else None)
    if name is None:
        rising = rising_entities(before, after, kind or EntityKind.ARTIST, number)
        _show(rising, print_rising, as_json=as_json)
        return
    entity = DayIndex(after).resolve(name, kind)
    _show(term_trends(before, after, entity, number), print_term_trends, as_json=as_json)


def _show(found: Found, show: Callable[[Found], None], *, as_json: bool) -> None:
    from service.terminal import print_json

    if as_json:
        print_json(found)
    else:
        show(found)


@app.command(epilog=examples("forget annoyed-blog", "forget https://blog.example/2024/05/slowdive"))
def forget(
    what: Annotated[str, typer.Argument(metavar="SOURCE_OR_URL", help="Name of a source, or the address of one page.")],
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Take down a source or a page, for good.

    Its pages and documents go at once; mentions, counts, totals, vectors, evidence and index with the next run. It is
    never fetched, parsed or imported again. `opt_out = true` in the sources file does the same as long as it stands.
    """
    from service.commands.build import run_stage

    run_stage(folder, as_json, lambda chain: chain.forget(what))
