"""Commands that hand the vectors on and look after the index."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.options import AsJson, Day, Folder, examples

if TYPE_CHECKING:
    from index.published import IndexStatus

app = typer.Typer(rich_markup_mode=None)
index_app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="See what the index holds, or go back.")
HERE = Path()


class Format(StrEnum):
    """What vectors can be exported as."""

    PARQUET = "parquet"
    NPZ = "npz"
    JSONL = "jsonl"


@app.command(
    epilog=examples(
        "export ./vectors",
        "export ./vectors --format parquet --neighbors 50 --day 2026-11-21",
        "export ./changes --since 2026-11-01",
        "export ./vectors --pairs pairs.csv",
    )
)
def export(
    folder_out: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder to write to; it must not exist yet.")],
    formats: Annotated[
        list[Format] | None, typer.Option("--format", help="What to write; may be given again. All if silent.")
    ] = None,
    neighbors: Annotated[int, typer.Option(min=0, metavar="N", help="Write the N nearest neighbours of each too.")] = 0,
    pairs: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write features of these pairs too: CSV with a header or .parquet, ids first."
        ),
    ] = None,
    day: Day = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Only what changed since the vectors of that day."
        ),
    ] = None,
    tolerance: Annotated[
        float | None, typer.Option(metavar="WEIGHT", help="With --since: what a weight must move by to have changed.")
    ] = None,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Write the vectors out for another program.

    Beside them stands a manifest with counts and checksums. docs/export.md says what the files hold, and how to read
    them with pandas, DuckDB and others.
    """
    from index.export import Extras
    from index.export import export as write_export
    from index.export.changes import TOLERANCE
    from index.export.pairs import read_pairs
    from nlp.learning import with_learned
    from records.snapshot import read_snapshot
    from service.pipeline import timed
    from service.project import open_project
    from service.reports import print_ran
    from service.terminal import bars

    lake = open_project(folder).lake()
    extras = Extras(
        neighbors,
        read_pairs(pairs) if pairs else None,
        with_learned(lake, read_snapshot(lake, since.date())) if since else None,
        TOLERANCE if tolerance is None else tolerance,
    )
    snapshot = with_learned(lake, read_snapshot(lake, day.date() if day else None))
    with bars() as progress:
        ran = timed(lambda: write_export(snapshot, folder_out, tuple(formats or Format), extras, progress))
    print_ran(ran, as_json=as_json)


@index_app.command(epilog=examples("index status", "index status --json"))
def status(folder: Folder = HERE, as_json: AsJson = False) -> None:
    """Say what is live and what is kept.

    Of each snapshot: its day, when it was published, how many entities it holds and how large it is.
    """
    from service.pipeline import open_index
    from service.project import open_project

    _print_status(open_index(open_project(folder)).status(), as_json)


@index_app.command(epilog=examples("index rollback"))
def rollback(folder: Folder = HERE, as_json: AsJson = False) -> None:
    """Make the snapshot before the live one live again."""
    from service.pipeline import open_index
    from service.project import open_project

    project = open_project(folder)
    with project.locked() as lake:
        found = open_index(project, lake).rollback()
    _print_status(found, as_json)


def _print_status(found: "IndexStatus", as_json: bool) -> None:
    from service.terminal import out, print_json

    if as_json:
        print_json(found)
        return
    screen = out()
    if not found.live:
        screen.say(f"{found.engine}: nothing was published yet; run `topterms publish`")
        return
    headings = ("", "snapshot", "day", "published", "entities", "kB")
    snapshots = [("live", found.live), *(("kept", kept) for kept in found.kept)]
    rows = [
        (
            state,
            snapshot.id,
            snapshot.day.isoformat(),
            f"{snapshot.published_at:%Y-%m-%d %H:%M:%S} UTC",
            ", ".join(f"{number:,} {kind}s" for kind, number in snapshot.entities.items()),
            snapshot.bytes // 1000,
        )
        for state, snapshot in snapshots
    ]
    screen.table(headings, rows, title=found.engine)
