"""The command line: `topterms`."""

import errno
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from records.errors import TopTermsError
from service.commands import ask, build, daily, names, operate, serve, start
from service.exits import ExitCode, exit_code
from service.options import examples


class _Guarded(TyperGroup):
    """The commands, every one of which ends with an exit code of `service.exits` and one clear line where it fails."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (TopTermsError, OSError) as error:
            if ctx.params["debug"]:
                raise
            raise typer.Exit(_complain(error)) from None


app = typer.Typer(cls=_Guarded, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"topterms {version('topterms')}")
        raise typer.Exit


@app.callback(epilog=examples("demo", "init ~/music", "run -C ~/music", "similar -C ~/music Slowdive"))
def topterms(
    debug: Annotated[
        bool, typer.Option("--debug", envvar="TOPTERMS_DEBUG", help="Show where an error came from.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Top terms of artists and songs, from what people write about them.

    The way of the data: crawl pages, parse documents, count terms, weigh vectors, publish them; `run` does all of it.
    A project is a folder that `init` makes; name it with -C DIR or TOPTERMS_PROJECT, or work in it.
    """
    del debug, version  # _Guarded and _show_version see to them


for part in (start.app, build.app, names.app, ask.app, operate.app, daily.app, serve.app):
    app.add_typer(part)
app.add_typer(operate.index_app, name="index")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line (the program's own if None) and return its exit code."""
    try:
        app(arguments, prog_name="topterms")
    except SystemExit as end:
        return int(end.code or ExitCode.OK)
    return ExitCode.OK


def _complain(error: TopTermsError | OSError) -> ExitCode:
    from service.terminal import leave_closed_pipe, visible

    if isinstance(error, OSError) and error.errno == errno.EPIPE:
        leave_closed_pipe()
    sys.stderr.write(f"Error: {visible(str(error))}\n")
    return exit_code(error) if isinstance(error, TopTermsError) else ExitCode.FAILURE
