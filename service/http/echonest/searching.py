"""Finding artists and songs by name and by description, as `search` of the Echo Nest did."""

from collections.abc import Sequence

from index.published import Filters, Listing
from records.errors import QueryError, UnknownEntityError
from records.types import Entity, EntityKind
from service.http.echonest.answers import INVALID, MISSING, CallError
from service.http.echonest.parameters import passes
from service.live import LiveProject

DEPTH = 1_000
"""How many are found at most before they are ordered otherwise and cut."""


def one(live: LiveProject, known: str | None, name: str | None, kind: EntityKind = EntityKind.ARTIST) -> Listing:
    """Return the one artist or song that an id, or else a name, means.

    Raises:
        CallError: neither was given, or it means nobody, or several.
    """
    handle = known or name
    if not handle:
        raise CallError(MISSING, "Missing parameter: id or name")
    return live.index.listings([resolved(live, handle, kind).id])[0]


def resolved(live: LiveProject, handle: str, kind: EntityKind = EntityKind.ARTIST) -> Entity:
    """Return the artist or song of an id or a name.

    Raises:
        CallError: it means nobody, or several.
    """
    try:
        return live.resolve(handle, kind)
    except (UnknownEntityError, QueryError) as error:
        raise CallError(INVALID, f"Invalid parameter: {error}") from error


def described(
    live: LiveProject, description: str, words: Sequence[str], kind: EntityKind, n: int, filters: Filters
) -> list[Listing]:
    """Return who fits a description and words for styles and moods (`dream pop^2`), the best first.

    Raises:
        QueryError: the description cannot be understood, or nobody is described by any of its words.
    """
    parts = [*map(_plain, description.split(",")), *map(_quoted, words)]
    found = live.index.search(" ".join(part for part in parts if part), kind, n, filters)
    return live.index.listings([neighbor.entity.id for neighbor in found])


def named(live: LiveProject, name: str, kind: EntityKind, n: int, filters: Filters) -> list[Listing]:
    """Return who is called so, then whose name begins so, the best known first."""
    try:
        exact = [live.resolve(name, kind).id]
    except (UnknownEntityError, QueryError):
        exact = []
    ids = dict.fromkeys([*exact, *(entity.id for entity in live.index.suggest(name, kind, n))])
    return [found for found in live.index.listings(list(ids)) if passes(found, filters)]


def everybody(live: LiveProject, kind: EntityKind, n: int, filters: Filters) -> list[Listing]:
    """Return the n that are talked about most."""
    wanted: list[Listing] = []
    ids = live.corpus(kind).hottest
    for first in range(0, len(ids), DEPTH):
        wanted += [found for found in live.index.listings(ids[first : first + DEPTH]) if passes(found, filters)]
        if len(wanted) >= n:
            break
    return wanted[:n]


def _plain(text: str) -> str:
    return text.strip().removeprefix("style:").removeprefix("mood:")


def _quoted(text: str) -> str:
    """Return a style or mood in the syntax of descriptions: `dream pop^2` is `"dream pop"^2`."""
    plain = text.strip().removeprefix("+")
    sign, plain = ("-", plain[1:]) if plain.startswith("-") else ("", plain)
    words, caret, weight = plain.partition("^")
    return f'{sign}"{words.strip()}"{caret}{weight}' if " " in words.strip() and '"' not in words else f"{sign}{plain}"
