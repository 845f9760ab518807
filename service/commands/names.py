"""The command that tells how far a name says who is meant."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.options import AsJson, Folder, Number, examples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlp.catalog import Ambiguity
    from records.types import Entity

app = typer.Typer(rich_markup_mode=None)
HERE = Path()
Names = Annotated[
    list[str] | None, typer.Argument(metavar="[NAME...]", help="Names to look at; the most shared ones if silent.")
]


@app.command(epilog=examples("names", "names Nirvana Low", "names -n 100 --json"))
def names(wanted: Names = None, number: Number = 20, folder: Folder = HERE, as_json: AsJson = False) -> None:
    """Show how ambiguous names of artists are: who bears each.

    `hinted` counts those who have it as legal name, sort name or search hint only. `everyday` is how often English
    uses its rarest word, on the Zipf scale: 0 never, above 3 in everyday speech, about 7 as often as "the". The more
    artists bear a name and the more everyday it is, the more the text around it has to say.
    """
    from nlp.catalog import ambiguity, entities_of, most_shared_names
    from records.errors import QueryError
    from service.project import open_project
    from service.terminal import print_json

    if number < 1:
        raise QueryError(f"asked for {number}; expected a number of at least 1")
    lake = open_project(folder).lake()
    found = [ambiguity(lake, name) for name in wanted] if wanted else most_shared_names(lake, number)
    bearers = entities_of(lake, [bearer for one in found for bearer in one.bearers])
    if as_json:
        print_json({"names": [{"name": one, "entities": [bearers[bearer] for bearer in one.bearers]} for one in found]})
    else:
        _print(found, bearers)


def _print(found: "Sequence[Ambiguity]", bearers: "dict[str, Entity]") -> None:
    from service.terminal import out

    rows = []
    for one in found:
        who = [f"{e.id} ({e.disambiguation})" if e.disambiguation else e.id for e in map(bearers.get, one.bearers) if e]
        rows.append((one.name, len(one.bearers), one.hinted, one.zipf, "; ".join(who) or "nobody"))
    if rows:
        out().table(("name", "bearers", "hinted", "everyday", "who"), rows)
    else:
        out().say("no name is borne by more than one artist")
