"""The files of an export and their columns: the contract that `reading` checks and docs/export.md explains.

Raise EXPORT_VERSION when a file, a column or the meaning of one changes.

    export/manifest.json              version, snapshot, day, mix, counts, and size and SHA-256 of every file
    export/pairs.parquet              one row a pair that was asked for: `pair_rows`
    export/artist/entities.parquet    one row an entity (`records.snapshot.ENTITY_ROWS`), sorted by id
    export/artist/terms.parquet       one row a term (`records.snapshot.TERM_ROWS`), sorted by kind and term
    export/artist/norms.npy           float32 (entities, term kinds in the order of TermKind): L2 norm of each kind
                                      before it was divided out
    export/artist/weights.parquet     one row a weight: WEIGHT_ROWS
    export/artist/matrix.npz          for `scipy.sparse.load_npz`: CSR of unit weights, rows as in entities.parquet,
                                      columns as in terms.parquet
    export/artist/frequencies.npz     the same of frequencies
    export/artist/latent.npy          float32 (entities, dimensions), rows as in entities.parquet
    export/artist/entities.jsonl      one entity a line, with all its terms
    export/artist/neighbors.parquet   one row an entity and a neighbour of it: NEIGHBOR_ROWS
    export/artist/changes.parquet     only in an export of changes, one row an entity that changed: CHANGE_ROWS

In an export of changes weights.parquet, matrix.npz, frequencies.npz and entities.jsonl hold only what was added or
changed (in the matrices the rows of the others are empty); every other file is whole.
"""

import pyarrow as pa

from records.snapshot import LATENT
from records.types import TermKind

EXPORT_VERSION = 5
FORMATS = ("parquet", "npz", "jsonl")
ADDED, CHANGED, REMOVED = "added", "changed", "removed"

WEIGHT_ROWS = pa.schema(
    [
        pa.field("entity_id", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("term", pa.string(), nullable=False),
        pa.field("weight", pa.float32(), nullable=False),  # each term kind of an entity is of L2 norm 1
        pa.field("frequency", pa.float32(), nullable=False),  # in (0, 1]: documents about the entity that use it
    ]
)
NEIGHBOR_ROWS = pa.schema(
    [
        pa.field("entity_id", pa.string(), nullable=False),
        pa.field("rank", pa.int32(), nullable=False),  # 1 is the most alike
        pa.field("neighbor_id", pa.string(), nullable=False),
        pa.field("score", pa.float32(), nullable=False),  # in (0, 1], under the mix of the manifest
    ]
)
CHANGE_ROWS = pa.schema(
    [
        pa.field("entity_id", pa.string(), nullable=False),
        pa.field("change", pa.string(), nullable=False),  # added, changed or removed
    ]
)
PAIR_FEATURES = pa.schema(
    [
        pa.field("similarity", pa.float32()),  # under the mix of the manifest, at most 1
        *(pa.field(f"cos_{kind}", pa.float32()) for kind in (*TermKind, LATENT)),  # 0 where one has nothing of it
        *(pa.field(f"shared_{kind}", pa.int32()) for kind in TermKind),  # terms that both have
        *(
            pa.field(f"{name}_{side}", pa.float32())
            for name in ("familiarity", "hotttnesss", "documents")
            for side in "ab"
        ),
    ]
)


def pair_rows(given: pa.Schema) -> pa.Schema:
    """Return the columns of pairs.parquet: those that were given, then PAIR_FEATURES.

    Features are null where one of the two ids has no vector, or an artist was paired with a song.
    """
    return pa.schema([*given, *PAIR_FEATURES])
