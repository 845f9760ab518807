"""Features of given pairs of entities, for a ranker that learns from them."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from scipy import sparse

from index.export.layout import PAIR_FEATURES
from records.errors import InputError
from records.snapshot import LATENT, Snapshot, Vectors
from records.types import TermKind

_PAIRS = 1 << 15
"""Pairs that are worked out at a time."""


def read_pairs(path: Path) -> pa.Table:
    """Read pairs from a CSV file with a header, or from Parquet: the ids are in the first two columns.

    Further columns, a label say, are kept as they are.

    Raises:
        InputError: the file cannot be read, has fewer than two columns, or one named like a feature.
    """
    try:
        table = pq.read_table(path) if path.suffix == ".parquet" else _read_csv(path)
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{path} cannot be read as pairs: {error}; expected CSV with a header, or .parquet") from error
    if table.num_columns < 2:
        found = ", ".join(table.column_names) or "none"
        raise InputError(f"{path} has the columns {found}; expected at least two, each with ids")
    if taken := sorted(set(table.column_names) & set(PAIR_FEATURES.names)):
        raise InputError(f"{path} has the column {taken[0]}, which is the name of a feature; name it otherwise")
    try:
        ids = [table.column(position).cast(pa.string()) for position in (0, 1)]
    except pa.ArrowException as error:
        raise InputError(f"{path}: the first two columns are not ids ({error})") from error
    return pa.table([*ids, *table.columns[2:]], names=table.column_names)


def _read_csv(path: Path) -> pa.Table:
    with path.open(encoding="utf-8-sig") as stream:
        header = stream.readline().rstrip("\r\n").split(",")
    # Ids are text even where all of them look like numbers.
    options = pyarrow.csv.ConvertOptions(column_types={name.strip('"'): pa.string() for name in header[:2]})
    return pyarrow.csv.read_csv(path, convert_options=options)


def pair_tables(snapshot: Snapshot, pairs: pa.Table) -> Iterator[pa.Table]:
    """Yield the pairs some at a time, in their order, with PAIR_FEATURES added."""
    for batch in pairs.to_batches(max_chunksize=_PAIRS):
        given = pa.Table.from_batches([batch])
        features = {name: np.full(batch.num_rows, np.nan) for name in PAIR_FEATURES.names}
        for vectors in snapshot.vectors.values():
            _fill(features, vectors, snapshot.mix, given)
        columns = [pa.array(features[f.name], pa.float64(), from_pandas=True).cast(f.type) for f in PAIR_FEATURES]
        yield pa.table([*given.columns, *columns], names=[*given.column_names, *PAIR_FEATURES.names])


def _fill(
    features: dict[str, npt.NDArray[np.float64]], vectors: Vectors, mix: Mapping[str, float], given: pa.Table
) -> None:
    """Fill in the features of the pairs that are both of these vectors."""
    ids = vectors.entities.column("id").combine_chunks()
    sides = [pc.index_in(given.column(i), ids).to_numpy().astype(np.float64) for i in (0, 1)]
    known = ~np.isnan(sides[0]) & ~np.isnan(sides[1])
    a, b = (side[known].astype(np.int64) for side in sides)
    shape = (vectors.entities.num_rows, vectors.terms.num_rows)
    matrix = sparse.csr_array((vectors.weights, vectors.indices, vectors.indptr), shape)
    products = matrix[a].multiply(matrix[b]).tocsr()
    latent = np.einsum("ij,ij->i", vectors.latent[a], vectors.latent[b], dtype=np.float64)
    similarity = mix.get(LATENT, 0.0) * latent
    features[f"cos_{LATENT}"][known] = latent
    for kind in TermKind:
        block = products[:, vectors.columns_of(kind)]
        cosine = np.asarray(block.sum(axis=1, dtype=np.float64))
        similarity += mix.get(kind, 0.0) * cosine
        features[f"cos_{kind}"][known] = cosine
        features[f"shared_{kind}"][known] = np.diff(block.indptr)
    features["similarity"][known] = similarity
    for name in ("familiarity", "hotttnesss", "documents"):
        values = vectors.entities.column(name).to_numpy()
        features[f"{name}_a"][known], features[f"{name}_b"][known] = values[a], values[b]
