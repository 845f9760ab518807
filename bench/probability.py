"""How well `probability` is calibrated: whether of the terms that are said to come again with .1 a tenth do.

    python -m bench.probability LAKE --record bench/record.md

A third of the documents about each artist and song is held out, by a hash. The terms that the others say are predicted
for those held out. The expected calibration error is the mean distance, over ten bins of equal width, of what was
predicted from what was found, each bin by its number of predictions; `frequency` is the peer.
"""

import argparse
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bench.table import append, machine
from index.showing import probability
from records.errors import InputError
from records.lake import Dataset, Lake

BINS = 10

_READ = """
CREATE TEMP TABLE said AS SELECT DISTINCT document_id, entity_id, kind, term FROM read_parquet($paths);
"""
_SPLIT = """
CREATE TEMP TABLE about AS
SELECT *, hash(document_id || entity_id) % 3 = 0 AS is_held FROM (SELECT DISTINCT document_id, entity_id FROM said)
"""
_PREDICTED = """
WITH entities AS (
    SELECT entity_id, count(*) FILTER (NOT is_held) AS documents, count(*) FILTER (is_held) AS held
    FROM about GROUP BY ALL HAVING documents > 0
),
known AS (
    SELECT entity_id, kind, term, count(*) AS uses FROM said JOIN about USING (document_id, entity_id)
    WHERE NOT is_held GROUP BY ALL
),
again AS (
    SELECT entity_id, kind, term, count(*) AS uses FROM said JOIN about USING (document_id, entity_id)
    WHERE is_held GROUP BY ALL
),
shared AS (
    SELECT kind, term, sum(uses) / (SELECT sum(documents) FROM entities) AS share FROM known GROUP BY ALL
)
SELECT kind, known.uses / documents AS frequency, documents, share, held, coalesce(again.uses, 0) AS uses
FROM known JOIN entities USING (entity_id) JOIN shared USING (kind, term)
LEFT JOIN again USING (entity_id, kind, term)
WHERE held > 0
"""


def measure(lake: Lake) -> list[tuple[str, int, float, float, float]]:
    """Return, for each term kind and for all: predictions, share that came true, error of probability, of frequency.

    Raises:
        InputError: nobody has a document to learn from and one to hold out.
    """
    with duckdb.connect() as db:
        db.execute(_READ, {"paths": [str(path) for path in lake.files(Dataset.COUNTS)]})
        db.execute(_SPLIT)
        rows = db.sql(_PREDICTED).to_arrow_table()
    if not rows.num_rows:
        raise InputError("no artist or song has documents enough to hold one out; expected two about some")
    kinds = rows.column("kind").to_numpy(zero_copy_only=False)
    parts = [(str(kind), kinds == kind) for kind in sorted(set(kinds))] + [("all", np.ones(rows.num_rows, bool))]
    return [(kind, *_errors(rows.filter(pa.array(part)))) for kind, part in parts]


def _errors(rows: pa.Table) -> tuple[int, float, float, float]:
    columns = (rows.column(name).to_numpy() for name in ("frequency", "documents", "share", "held", "uses"))
    frequency, documents, share, held, uses = columns
    likely = np.array([probability(*one) for one in zip(frequency, documents, share, strict=True)])
    found = float(uses.sum() / held.sum())
    return rows.num_rows, found, _error(likely, uses, held), _error(frequency, uses, held)


def _error(predicted: npt.NDArray[np.float64], uses: npt.NDArray[np.int64], held: npt.NDArray[np.int64]) -> float:
    bins = np.minimum((predicted * BINS).astype(int), BINS - 1)
    return float(np.abs(np.bincount(bins, predicted * held - uses)).sum() / held.sum())


def main() -> None:
    """Run the benchmark as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lake", type=Path, help="a lake with counts")
    parser.add_argument("--record", type=Path, metavar="FILE", help="add the table to the end of a file")
    arguments = parser.parse_args()
    lines = [f"\n## Calibration, {machine()}\n", "| kind | terms | came again | error | error of frequency |"]
    lines.append("|---|---|---|---|---|")
    for kind, terms, found, error, peer in measure(Lake(arguments.lake)):
        lines.append(f"| {kind} | {terms:,} | {found:.3f} | {error:.4f} | {peer:.4f} |")
    print("\n".join(lines))
    append(arguments.record, lines)


if __name__ == "__main__":
    main()
