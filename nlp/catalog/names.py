"""How ambiguous a name is: how many artists bear it, and how everyday its words are."""

from dataclasses import dataclass

import duckdb

from nlp.catalog.lines import NameType
from nlp.catalog.stored import names_file
from nlp.everyday import everydayness
from nlp.folding import fold
from records.lake import Lake

BEARING = (NameType.NAME, NameType.ALIAS)
"""The types of names, the first of NameType, that make an artist a bearer."""
_FIND = """
SELECT any_value(name ORDER BY bears DESC, name), list(entity_id ORDER BY entity_id) FILTER (bears),
       count(*) FILTER (NOT bears), any_value(zipf)
FROM (SELECT *, type IN ('name', 'alias') AS bears FROM read_parquet($file) WHERE key = $key) GROUP BY key
"""
_MOST = """
SELECT key FROM read_parquet($file) GROUP BY key HAVING max(bearers) > 1 ORDER BY max(bearers) DESC, max(zipf) DESC, key
LIMIT $number
"""


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """How far a name tells who is meant."""

    name: str
    """As its first bearer spells it; as it was asked where nobody bears it."""
    bearers: tuple[str, ...]
    """Ids of the artists whose name or alias it is."""
    hinted: int
    """How many more have it as legal name, sort name or search hint only."""
    zipf: float
    """See `nlp.everyday.everydayness`."""


def ambiguity(lake: Lake, name: str) -> Ambiguity:
    """Say how ambiguous a name is.

    Raises:
        ConfigurationError: no catalogue was imported yet.
    """
    key = fold(" ".join(name.split()))
    with duckdb.connect() as db:
        found = db.execute(_FIND, {"file": str(names_file(lake)), "key": key}).fetchone()
    if found is None:
        return Ambiguity(name, (), 0, everydayness(key))
    return Ambiguity(found[0], tuple(found[1] or ()), found[2], found[3])


def most_shared_names(lake: Lake, number: int) -> list[Ambiguity]:
    """Return the names that the most artists bear, at least two, the most shared first.

    Raises:
        ConfigurationError: no catalogue was imported yet.
    """
    with duckdb.connect() as db:
        keys = db.execute(_MOST, {"file": str(names_file(lake)), "number": number}).fetchall()
    return [ambiguity(lake, key) for (key,) in keys]
