"""Commands that move what was written about music towards vectors: one for each stage, and one for all."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from records.types import StageReport
from service.options import AsJson, Day, Engine, Folder, examples

if TYPE_CHECKING:
    from service.pipeline import Chain

app = typer.Typer(rich_markup_mode=None)

File = Annotated[Path, typer.Argument(metavar="FILE")]
Files = Annotated[list[Path], typer.Argument(metavar="FILE...")]
HERE = Path()


@app.command(
    epilog=examples("run", "run -C ~/music --json", "run --day 2026-11-21", "run --engine spark://10.0.0.1:7077")
)
def run(folder: Folder = HERE, day: Day = None, engine: Engine = None, as_json: AsJson = False) -> None:
    """Do all that is due, from the crawl to the published vectors.

    That is: catalogue, crawl, parse, count, weigh, publish, and what is to be removed. Nothing is done twice; a run
    that was cut short goes on where it was. A report of it stays in the lake's folder `runs`.
    """
    from service.ending import interruptible
    from service.pipeline import writing
    from service.project import open_project
    from service.reports import print_ran, print_run
    from service.running import run as run_all
    from service.terminal import bars

    project = open_project(folder)
    chained = partial(writing, project, day=_date(day), engine=engine)
    with interruptible(), bars() as progress, chained(progress=progress) as chain:
        report, failure = run_all(chain, lambda ran: None if as_json else print_ran(ran))
    if as_json or not failure:
        print_run(report, as_json=as_json)
    if failure:
        raise failure


@app.command(epilog=examples("crawl", "crawl --json | jq .counts", "crawl --part 2/8"))
def crawl(
    part: Annotated[
        str,
        typer.Option("--part", metavar="K/N", help="Crawl part K of N of the sites; other machines crawl the others."),
    ] = "1/1",
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Fetch what is new or changed of the sources.

    With --part, many machines that share a lake crawl at once, each its own sites: which these are depends on the site
    and on N alone. `run` then leaves the crawl to them.
    """
    run_stage(folder, as_json, lambda chain: chain.crawl(part), is_shared=part != "1/1")


@app.command(epilog=examples("parse"))
def parse(folder: Folder = HERE, as_json: AsJson = False) -> None:
    """Turn fetched pages into documents.

    A document is the text with its title, author, dates and language.
    """
    run_stage(folder, as_json, lambda chain: chain.parse())


@app.command(epilog=examples("count", "count --engine spark://10.0.0.1:7077"))
def count(folder: Folder = HERE, engine: Engine = None, as_json: AsJson = False) -> None:
    """Count the terms of artists and songs in new documents."""
    run_stage(folder, as_json, lambda chain: chain.count(), engine=engine)


@app.command(epilog=examples("weigh", "weigh --day 2026-11-01"))
def weigh(folder: Folder = HERE, day: Day = None, engine: Engine = None, as_json: AsJson = False) -> None:
    """Turn counts into the vectors of a day, today if silent.

    It keeps to the memory that the setting weigh.memory allows; what does not fit goes through files in the lake.
    """
    run_stage(folder, as_json, lambda chain: chain.weigh(), day, engine)


@app.command(epilog=examples("publish", "publish --day 2026-11-01"))
def publish(folder: Folder = HERE, day: Day = None, as_json: AsJson = False) -> None:
    """Make the vectors of a day, the latest if silent, answer."""
    run_stage(folder, as_json, lambda chain: chain.publish(_date(day)))


@app.command(name="import", epilog=examples("import reviews.jsonl"))
def import_file(file: File, folder: Folder = HERE, as_json: AsJson = False) -> None:
    """Take in documents that you already have.

    No crawl is needed then. FILE is JSON lines with the keys url, title, text, published_at, source and lang.
    """
    run_stage(folder, as_json, lambda chain: chain.import_documents(file))


@app.command(
    epilog=examples("catalog artists.csv", "catalog artists.jsonl songs.csv", "catalog mb/artist.tar.xz mine.csv")
)
def catalog(files: Files, folder: Folder = HERE, as_json: AsJson = False) -> None:
    """Say whom to look for: put files in place of the catalogue.

    A FILE is CSV or JSON lines with id, kind, name, aliases, artist and disambiguation, or a JSON dump of
    MusicBrainz's or its CSV of canonical recordings; what several say of one id is merged, later ones winning. CSV
    with old_id and new_id says which ids were given up for others. `run` imports the project's own catalogue file by
    itself when it changed.
    """
    run_stage(folder, as_json, lambda chain: chain.import_catalog(*files))


@app.command(epilog=examples("tags lastfm.csv", "tags mb/artist.tar.xz --day 2026-11-21"))
def tags(file: File, day: Day = None, folder: Folder = HERE, as_json: AsJson = False) -> None:
    """Take in tags that others gave artists and songs.

    They become terms of kind `tag` at the next `run`. FILE is CSV with the columns entity, tag and count, where
    entity is an id or a name that one artist bears, or a JSON dump of MusicBrainz's. The file's name is the source:
    what it gives from the day on, today if silent, takes the place of what it gave before, and a file of headings
    alone takes all of it back.
    """
    run_stage(folder, as_json, lambda chain: chain.import_tags(file), day)


@app.command(epilog=examples("learn plays.csv", "learn similar-artists.csv", "learn --forget"))
def learn(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]")] = None,
    forget: Annotated[bool, typer.Option("--forget", help="Drop what was learned; publish anew after it.")] = False,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Learn from what people listen to how much each direction of the vectors tells.

    FILE is CSV with a header: plays with the columns user, entity and plays, or pairs of artists that are alike, with
    a weight if you have one. Artists go by id, foreign id or a name that one alone bears. Some are held out to measure
    the gain, which is told; where there is none, nothing is kept. What was learned counts from the next publish on.
    """
    if forget == (file is not None):
        raise typer.BadParameter("expected a file to learn from, or --forget")
    run_stage(folder, as_json, lambda chain: chain.learn(file))


def run_stage(
    folder: Path,
    as_json: bool,
    stage: Callable[["Chain"], StageReport],
    day: datetime | None = None,
    engine: str | None = None,
    *,
    is_shared: bool = False,
) -> None:
    """Run one stage of a project's chain and print what it did."""
    from service.ending import interruptible
    from service.pipeline import timed, writing
    from service.project import open_project
    from service.reports import print_ran
    from service.terminal import bars

    project = open_project(folder)
    chained = partial(writing, project, day=_date(day), engine=engine, is_shared=is_shared)
    with interruptible(), bars() as progress, chained(progress=progress) as chain:
        ran = timed(lambda: stage(chain))
    print_ran(ran, as_json=as_json)


def _date(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
