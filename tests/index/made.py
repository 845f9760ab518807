"""Snapshots made by hand from drawn ones, where a test needs certain names, terms or equal vectors."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from scipy import sparse

from records.snapshot import ENTITY_ROWS, LATENT, TERM_ROWS, Snapshot, Vectors
from records.types import EntityKind, TermKind
from tests.snapshots import random_snapshot

Row = Mapping[str, Any]


def named_snapshot(artists: Sequence[Row], songs: Sequence[Row] = ()) -> Snapshot:
    """Draw a snapshot and give its first artists and songs these fields."""
    drawn = random_snapshot(entities=max(2 * len(songs), len(artists), 2), terms=60, seed=11)
    changed = {EntityKind.ARTIST: artists, EntityKind.SONG: songs}
    vectors = {
        kind: replace(v, entities=_changed(v.entities, changed[kind], ENTITY_ROWS)) for kind, v in drawn.vectors.items()
    }
    return replace(drawn, id="named", vectors=vectors)


def spoken_snapshot(said: Mapping[str, Mapping[TermKind, Mapping[str, float]]]) -> Snapshot:
    """Make a snapshot of artists, by id, whose terms by kind weigh so (before each kind is divided by its norm)."""
    found = sorted({(str(kind), text) for kinds in said.values() for kind, texts in kinds.items() for text in texts})
    matrix = np.zeros((len(said), len(found)), np.float64)
    norms = np.zeros((len(said), len(TermKind)), np.float32)
    for row, artist in enumerate(sorted(said)):
        for kind, texts in said[artist].items():
            norm = float(np.linalg.norm(list(texts.values())))
            norms[row, list(TermKind).index(kind)] = norm
            for text, weight in texts.items():
                matrix[row, found.index((str(kind), text))] = weight / norm
    csr = sparse.csr_matrix(matrix.astype(np.float32))
    df = (matrix > 0).sum(axis=0)
    terms = [
        {
            "kind": kind,
            "term": text,
            "label": text.removeprefix("id:"),
            "df": int(d),
            "idf": 1.0 / int(d),
            "salience": 1.0,
            "share": 0.1,
        }
        for (kind, text), d in zip(found, df, strict=True)
    ]
    entities = [_entity(artist) for artist in sorted(said)]
    vectors = Vectors(
        pa.Table.from_pylist(entities, ENTITY_ROWS),
        pa.Table.from_pylist(terms, TERM_ROWS),
        csr.indptr.astype(np.int64),
        csr.indices.astype(np.int32),
        csr.data,
        np.full(csr.nnz, 0.5, np.float32),
        norms,
        np.zeros((len(said), 4), np.float32),
    )
    mix = {str(kind): 1 / 8 for kind in TermKind} | {LATENT: 1 / 8}
    return Snapshot("spoken", date(2026, 11, 20), mix, {EntityKind.ARTIST: vectors})


def with_equal_rows(snapshot: Snapshot, kind: EntityKind, source: int, copies: Sequence[int]) -> Snapshot:
    """Give some rows the vector of another row."""
    vectors = snapshot.vectors[kind]
    shape = (vectors.entities.num_rows, vectors.terms.num_rows)
    order = np.arange(shape[0])
    order[list(copies)] = source
    weights = sparse.csr_matrix((vectors.weights, vectors.indices, vectors.indptr), shape)[order]
    frequencies = sparse.csr_matrix((vectors.frequencies, vectors.indices, vectors.indptr), shape)[order]
    changed = replace(
        vectors,
        indptr=weights.indptr.astype(np.int64),
        indices=weights.indices.astype(np.int32),
        weights=weights.data,
        frequencies=frequencies.data,
        norms=vectors.norms[order],
        latent=vectors.latent[order],
    )
    return replace(snapshot, id=f"{snapshot.id}equal", vectors={**snapshot.vectors, kind: changed})


def _entity(artist: str) -> Row:
    return {
        "id": artist,
        "kind": "artist",
        "name": artist.title(),
        "aliases": [],
        "artists": [],
        "disambiguation": "",
        "foreign_ids": [],
        "area": "",
        "begin": "",
        "end": "",
        "documents": 3,
        "familiarity": 0.5,
        "hotttnesss": 0.5,
        "leaning": 0.0,
    }


def _changed(table: pa.Table, rows: Sequence[Row], schema: pa.Schema) -> pa.Table:
    old = table.to_pylist()
    return pa.Table.from_pylist([{**row, **(rows[i] if i < len(rows) else {})} for i, row in enumerate(old)], schema)
