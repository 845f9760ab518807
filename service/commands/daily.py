"""Commands of every day: keep running, and take down."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from service.options import AsJson, Folder, examples

app = typer.Typer(rich_markup_mode=None)
HERE = Path()


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
    screen = err()
    screen.say(f"topterms run -C {project.folder}, every day at {at:%H:%M} UTC")
    Schedule(run_command(project.folder, as_json=as_json), daily(at.time()), screen.say).keep()


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
