"""How near artists of whom little was said stay to where their whole text puts them, with and without leaning.

    python -m bench.leaning LAKE --record bench/record.md

Of artists of whom much was said all but two sentences are taken away, and everything is weighed anew: rarity, latent
space and vectors. Measured is the share of each one's ten neighbours that are those of its whole text without leaning,
among the whole corpus, under the usual mix. What a sentence says is told by the counts: the terms met first in it.
"""

import argparse
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from bench.table import append, machine
from bench.weighed import Fitted, by_mix, fitted, leaning
from nlp.latent import fold_in
from nlp.settings import WeighSettings
from nlp.workspace import workspace
from records.errors import InputError
from records.lake import Dataset, Lake, read_table
from records.schemas import ENTITIES
from records.types import EntityKind

THINNED, SENTENCES, WORDS = 300, 2, 1000
"""How many artists are thinned, to how many sentences, and how many words must have been said of each."""
NEAREST = 10

_READ = """
CREATE TEMP TABLE counts AS
SELECT c.* FROM read_parquet($paths) c SEMI JOIN artists ON c.entity_id = artists.id
"""
_RICH = "SELECT entity_id FROM counts WHERE kind = 'n1' GROUP BY ALL HAVING sum(tf) >= $words ORDER BY entity_id"
_PLACES = """
SELECT DISTINCT entity_id, document_id, start FROM counts SEMI JOIN thinned USING (entity_id) ORDER BY ALL
"""
_THIN = """
CREATE TEMP TABLE thin AS
SELECT * FROM counts ANTI JOIN thinned USING (entity_id)
UNION ALL
SELECT * REPLACE (least(tf, 1) AS tf) FROM counts SEMI JOIN kept USING (entity_id, document_id, start)
"""


def measure(lake: Lake, *, artists: int = THINNED, words: float = WORDS, seed: int = 0) -> dict[str, float]:
    """Return the share of neighbours kept, by variant; each a mean over the artists that were thinned.

    Args:
        lake: its counts are read and left as they are.
        artists: how many to thin at most.
        words: how many words must have been said of an artist that is thinned.
        seed: decides which artists and which of their sentences.

    Raises:
        InputError: nobody has that many words.
    """
    catalog = read_table(lake.catalog, ENTITIES)
    with duckdb.connect() as db, workspace(lake, WeighSettings()) as place:
        db.register("artists", catalog.filter(pc.equal(catalog.column("kind"), str(EntityKind.ARTIST))))
        db.execute(_READ, {"paths": [str(path) for path in lake.files(Dataset.COUNTS)]})
        thinned = _thin(db, artists, words, np.random.default_rng(seed))
        whole, cut = fitted(db, "counts", catalog, place), fitted(db, "thin", catalog, place)
        expected = _nearest(whole, fold_in(*whole), thinned)
        return {
            "alone": _kept(expected, _nearest(cut, fold_in(*cut), thinned)),
            "leaning": _kept(expected, _nearest(cut, leaning(cut), thinned)),
        }


def _thin(db: duckdb.DuckDBPyConnection, artists: int, words: float, rng: np.random.Generator) -> list[str]:
    """Put the counts into a table `thin` in which some artists have a few sentences left; return their ids."""
    rich = [row[0] for row in db.execute(_RICH, {"words": words}).fetchall()]
    if not rich:
        raise InputError(f"no artist has {words:.0f} words in the counts; expected some to take sentences from")
    chosen = sorted(rng.choice(rich, min(artists, len(rich)), replace=False).tolist())
    db.register("thinned", pa.table({"entity_id": chosen}))
    places = db.sql(_PLACES).to_arrow_table()
    order = rng.permutation(places.num_rows)
    owners = np.array(places.column("entity_id").to_pylist())[order]
    left = dict.fromkeys(chosen, SENTENCES)
    kept = []
    for place, owner in zip(order.tolist(), owners.tolist(), strict=True):
        if left[owner]:
            left[owner] -= 1
            kept.append(place)
    db.register("kept", places.take(kept))
    db.execute(_THIN)
    return chosen


def _nearest(found: Fitted, latent: npt.NDArray[np.float32], of: list[str]) -> list[frozenset[str]]:
    ids = found[0].entities.to_pylist()
    rows = [ids.index(artist) for artist in of]
    scores = by_mix(found[0], latent, rows)
    scores[np.arange(len(rows)), rows] = -np.inf
    return [frozenset(ids[place] for place in np.argsort(-row, kind="stable")[:NEAREST]) for row in scores]


def _kept(expected: list[frozenset[str]], found: list[frozenset[str]]) -> float:
    return float(np.mean([len(one & other) / NEAREST for one, other in zip(expected, found, strict=True)]))


def main() -> None:
    """Run the benchmark as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lake", type=Path, help="a lake with a catalogue and counts")
    parser.add_argument("--artists", type=int, default=THINNED, help=f"how many to thin at most ({THINNED})")
    parser.add_argument("--words", type=float, default=WORDS, help=f"words said of each that is thinned ({WORDS})")
    parser.add_argument("--record", type=Path, metavar="FILE", help="add the figures to the end of a file")
    arguments = parser.parse_args()
    found = measure(Lake(arguments.lake), artists=arguments.artists, words=arguments.words)
    lines = [
        f"\n## Leaning, {machine()}\n",
        f"| of {NEAREST} neighbours of the whole text, kept with {SENTENCES} sentences | share |",
        "|---|---|",
        *(f"| {variant} | {share:.3f} |" for variant, share in found.items()),
    ]
    print("\n".join(lines))
    append(arguments.record, lines)


if __name__ == "__main__":
    main()
