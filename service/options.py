"""What many commands take, said once."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from records.types import EntityKind, TermKind

Folder = Annotated[
    Path,
    typer.Option("--project", "-C", envvar="TOPTERMS_PROJECT", metavar="DIR", help="Folder of the project."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines, and nothing else, on standard output.")]
Number = Annotated[int, typer.Option("--number", "-n", metavar="N", help="How many to show at most.")]
Kind = Annotated[EntityKind | None, typer.Option("--kind", help="What the names are; an artist goes before a song.")]
AnswerKind = Annotated[EntityKind, typer.Option("--kind", help="What to look for.")]
TermKinds = Annotated[
    list[TermKind] | None, typer.Option("--terms-of-kind", help="Only terms of this kind; may be given again.")
]
Sentences = Annotated[
    int, typer.Option("--sentences", "-s", min=0, metavar="N", help="How many sentences that say it to show a term.")
]
MinFamiliarity = Annotated[float, typer.Option(help="Only those written about at least this much ever, 0 to 1.")]
MaxFamiliarity = Annotated[float, typer.Option(help="Only those written about at most this much ever, 0 to 1.")]
MinHotttnesss = Annotated[float, typer.Option(help="Only those written about at least this much now, 0 to 1.")]
MaxHotttnesss = Annotated[float, typer.Option(help="Only those written about at most this much now, 0 to 1.")]
Day = Annotated[
    datetime | None, typer.Option("--day", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Day to work for.")
]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--day", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Answer as of that day, for which vectors must exist."
    ),
]
Engine = Annotated[
    str | None,
    typer.Option(
        "--engine",
        metavar="ADDRESS",
        help="What counts and sums: local, this machine, or spark://HOST:PORT, a Spark master whose workers see the "
        "lake and have topterms[spark]; the setting `engine` if silent.",
    ),
]


def examples(*commands: str) -> str:
    """Return the end of a help page that shows commands as they are typed."""
    return "\b\nExamples:\n" + "\n".join(f"  $ topterms {command}" for command in commands)
