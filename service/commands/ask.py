"""Commands that ask the published vectors."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from records.types import EntityKind
from service.options import (
    AnswerKind,
    AsJson,
    AsOf,
    Folder,
    Kind,
    MaxFamiliarity,
    MaxHotttnesss,
    MinFamiliarity,
    MinHotttnesss,
    Number,
    Sentences,
    TermKinds,
    examples,
)

if TYPE_CHECKING:
    from index.base import Index
    from records.lake import Lake

app = typer.Typer(rich_markup_mode=None)

HERE = Path()
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name, alias, id or foreign id.")]
Seeds = Annotated[list[str], typer.Argument(metavar="NAME...", help="Names, aliases or ids; NAME^2 weighs twice.")]
Unlike = Annotated[
    list[str] | None, typer.Option("--unlike", metavar="NAME", help="Not like this; may be given again.")
]
Mix = Annotated[
    list[str] | None,
    typer.Option("--mix", metavar="KIND=WEIGHT", help="How much a term kind or `latent` matters; may be given again."),
]


@app.command(
    epilog=examples(
        "terms Slowdive",
        "terms Slowdive --terms-of-kind adj -n 5",
        "terms Alison --kind song",
        "terms Slowdive --day 2024-05-01",
    )
)
def terms(
    name: Name,
    kind: Kind = None,
    terms_of_kind: TermKinds = None,
    number: Number = 15,
    sentences: Sentences = 0,
    day: AsOf = None,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Show the top terms of an artist or a song.

    The weight is 1 for the strongest term; the frequency is the share of the documents about it that use the term.
    With --day they are as of that day, by all that was fetched until then.
    """
    from index.base import DISPLAY_KINDS
    from service.answers import print_terms
    from service.questions import find_entity, find_sentences
    from service.terminal import print_json

    until = day.date() if day else None
    index, lake = _open(folder, until)
    entity = find_entity(index, lake, name, kind)
    found = index.terms(entity.id, terms_of_kind or DISPLAY_KINDS, number)
    said = find_sentences(lake, entity.id, [weighted.term for weighted in found], sentences, until)
    leaning = index.listings([entity.id])[0].leaning
    if as_json:
        print_json({"entity": entity, "leaning": leaning, "terms": found, "evidence": said})
    else:
        print_terms(index, entity, found, said, leaning)


@app.command(
    epilog=examples(
        "similar Slowdive",
        'similar "Low^2" "Nick Drake" --unlike Metallica',
        "similar Slowdive --mix adj=2 --mix latent=1",
        "similar Slowdive --max-familiarity 0.3",
        "similar Slowdive --day 2024-05-01",
    )
)
def similar(
    names: Seeds,
    unlike: Unlike = None,
    kind: Kind = None,
    mix: Mix = None,
    min_familiarity: MinFamiliarity = 0.0,
    max_familiarity: MaxFamiliarity = 1.0,
    min_hotttnesss: MinHotttnesss = 0.0,
    max_hotttnesss: MaxHotttnesss = 1.0,
    day: AsOf = None,
    number: Number = 10,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Find what is most alike to one artist or several.

    Or to songs. Each answer comes with the terms that it shares with what was asked for.
    """
    from index.published import Filters
    from service.answers import print_neighbors
    from service.questions import find_seeds, find_similar, read_mix
    from service.terminal import print_json

    index, lake = _open(folder, day.date() if day else None)
    filters = Filters(min_familiarity, max_familiarity, min_hotttnesss, max_hotttnesss)
    seeds = find_seeds(index, lake, names, unlike or [], kind)
    found = find_similar(index, seeds, number, read_mix(mix or []), filters)
    if as_json:
        print_json(found)
    else:
        print_neighbors(index, found.neighbors)


@app.command(epilog=examples("search 'dreamy shoegaze^2 -metal'", "search '\"wall of sound\"' --kind song"))
def search(
    description: Annotated[str, typer.Argument(metavar="DESCRIPTION", help="Words, with ^2 to weigh, - for not.")],
    kind: AnswerKind = EntityKind.ARTIST,
    min_familiarity: MinFamiliarity = 0.0,
    max_familiarity: MaxFamiliarity = 1.0,
    min_hotttnesss: MinHotttnesss = 0.0,
    max_hotttnesss: MaxHotttnesss = 1.0,
    day: AsOf = None,
    number: Number = 10,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Find artists or songs by a description.

    A word may weigh more (shoegaze^2) or be unwanted (-metal); a phrase stands in double quotes.
    """
    from index.published import Filters
    from service.answers import print_neighbors
    from service.terminal import err, print_json

    index, _ = _open(folder, day.date() if day else None)
    filters = Filters(min_familiarity, max_familiarity, min_hotttnesss, max_hotttnesss)
    found = index.search(description, kind, number, filters)
    unknown = index.unknown_words(description, kind)
    if as_json:
        print_json({"description": description, "unknown": unknown, "neighbors": found})
        return
    if unknown:
        err().say(f"passed over, since no {kind} is described so: {', '.join(unknown)}", "dim")
    print_neighbors(index, found)


@app.command(epilog=examples('explain Slowdive "My Bloody Valentine"', "explain Slowdive Ride --sentences 2 --json"))
def explain(
    a: Name,
    b: Name,
    kind: Kind = None,
    number: Number = 6,
    sentences: Sentences = 1,
    day: AsOf = None,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Say why two are alike, and who said so.

    Shown is what the score is made of, part by part, with the terms that bring most, and sentences with source and
    date. Nearly all of a score can be told in terms: those that both share, and those of one that are used of the same
    music as what is said of the other.
    """
    from service.answers import print_why
    from service.terminal import print_json
    from service.why import explain as ask_why

    until = day.date() if day else None
    index, lake = _open(folder, until)
    why = ask_why(index, lake, (a, b), kind, number, sentences, until=until)
    if as_json:
        print_json(why)
    else:
        print_why(index, why)


@app.command(epilog=examples("suggest slow", "suggest al --kind song"))
def suggest(
    prefix: Annotated[str, typer.Argument(metavar="PREFIX", help="How a name or an alias begins.")],
    kind: Kind = None,
    number: Number = 10,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """List names that begin so, the best known first."""
    from service.questions import full_names
    from service.terminal import out, print_json

    index, _ = _open(folder)
    found = index.suggest(prefix, kind, number)
    if as_json:
        print_json({"prefix": prefix, "entities": found})
        return
    rows = [
        (name, entity.kind, entity.id, entity.disambiguation)
        for name, entity in zip(full_names(index, found), found, strict=True)
    ]
    out().table(("name", "kind", "id", ""), rows)


def _open(folder: Path, day: date | None = None) -> "tuple[Index, Lake]":
    """Return the index that is live, or one as of a day; and the lake."""
    from index.of_day import index_as_of
    from service.pipeline import open_index
    from service.project import open_project

    project = open_project(folder)
    lake = project.lake()
    return index_as_of(lake, day) if day else open_index(project, lake), lake
