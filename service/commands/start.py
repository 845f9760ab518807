"""Commands to begin with."""

from pathlib import Path
from typing import Annotated

import typer

from service.options import AsJson, examples

app = typer.Typer(rich_markup_mode=None)


@app.command(epilog=examples("init ~/music", "init ~/music --lake s3://bucket/music"))
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make the project in.")],
    lake: Annotated[
        str,
        typer.Option("--lake", metavar="WHERE", help="Folder of the lake, or s3://bucket/prefix; DIR/lake if silent."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Begin a project.

    It gets settings, sources and a catalogue to edit, and an empty lake. Files that are there are never overwritten.
    """
    from crawler.sources import TEMPLATE as SOURCES
    from nlp.catalog import TEMPLATE as CATALOG
    from service.project import create_project
    from service.settings_file import settings_file
    from service.terminal import out, print_json

    project = create_project(folder, settings=settings_file(lake), sources=SOURCES, catalog=CATALOG)
    if as_json:
        print_json({"folder": str(project.folder), "lake": project.lake_address})
        return
    screen = out()
    screen.say(f"{project.folder} is ready:")
    screen.say_indented("  sources.toml  ", "where to read: one [[source]] per site")
    screen.say_indented("  catalog.csv   ", "whom to look for: artists and their songs")
    screen.say_indented("  topterms.toml ", "how: every setting with its default")
    screen.say_indented(f"  {project.settings.lake:14}", "what comes of it: plain Parquet, WARC and .npy")
    screen.say(f"Edit the first two, then: topterms run -C {folder}")


@app.command(epilog=examples("demo", "demo --folder /tmp/demo"))
def demo(
    folder: Annotated[Path, typer.Option("--folder", metavar="DIR", help="Folder to make the project in.")] = Path(
        "demo"
    ),
    as_json: AsJson = False,
) -> None:
    """See the whole way at work on a small blog.

    The blog is bundled, and served on this machine. A second time it goes on with what is there, so it is quick.
    """
    from service.demo import run_demo

    run_demo(folder, as_json=as_json)
