"""A lake in which everything that was crawled is an attack on whoever reads it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa

from records.lake import Dataset
from records.schemas import COUNTS, DOCUMENTS, MENTIONS, to_table
from records.snapshot import Vectors, write_snapshot
from records.types import Document, EntityKind, Mention, TermCount, TermKind
from service.pipeline import writing
from service.project import create_project
from tests.snapshots import random_snapshot

ATTACKS = (
    "<script>window.hacked = 1</script>",
    '"><img src=x onerror="window.hacked = 1">',
    "'><svg onload=window.hacked=1>",
    "</title></bdi><script>window.hacked = 1</script>",
    "{{ 7 * 7 }} ${7 * 7} <b onmouseover=alert(1)>bold</b>",
    "\u202ekcatta\u202c \u2066hidden\u200f \u0007bell",
)
ADDRESSES = (
    "javascript:window.hacked=1",
    "JaVaScRiPt:window.hacked=1",
    "data:text/html,<script>window.hacked=1</script>",
    'https://example.org/"onmouseover="window.hacked=1',
    "https://example.org/<script>window.hacked=1</script>",
    "java\tscript:window.hacked=1",
)
ID = "artist-000000"
_DAYS = (date(2026, 10, 1), date(2026, 11, 20))


def write_hostile_project(folder: Path) -> None:
    """Write a project whose names, terms, documents and addresses are ATTACKS and ADDRESSES; two days, published."""
    project = create_project(folder, settings="", sources="", catalog="id,kind,name\nartist-000000,artist,Zorn\n")
    with writing(project) as chain:
        chain.refresh_catalog()
        for seed, day in enumerate(_DAYS):
            snapshot = random_snapshot(entities=12, terms=len(ATTACKS) * len(TermKind), seed=seed)
            vectors = {kind: _attacked(found) for kind, found in snapshot.vectors.items()}
            write_snapshot(chain.lake, replace(snapshot, day=day, vectors=vectors))
        terms = _terms(snapshot.vectors[EntityKind.ARTIST])
        documents = [_document(place, address) for place, address in enumerate(ADDRESSES)]
        mentions = [Mention(d.id, ID, 0, 4, 1.0, True) for d in documents]
        counts = [TermCount(d.id, ID, kind, term, 1.0, 0, len(d.text)) for d in documents for kind, term in terms]
        for dataset, rows, schema in (
            (Dataset.DOCUMENTS, documents, DOCUMENTS),
            (Dataset.MENTIONS, mentions, MENTIONS),
            (Dataset.COUNTS, counts, COUNTS),
        ):
            chain.lake.write_table(chain.lake.partition(dataset, _DAYS[1]) / "x.parquet", to_table(rows, schema), "x")
        chain.publish(_DAYS[1])


def _document(place: int, address: str) -> Document:
    attack = ATTACKS[place % len(ATTACKS)]
    when = datetime(2026, 11, 20, tzinfo=UTC)
    return Document(f"d{place}", address, attack, attack, f"Zorn is {attack} indeed.", when, attack, when)


def _attacked(vectors: Vectors) -> Vectors:
    entities, terms = vectors.entities, vectors.terms
    for column in ("name", "disambiguation", "area"):
        entities = _replaced(entities, column, [f"{n} {ATTACKS[n % len(ATTACKS)]}" for n in range(len(entities))])
    labels = [f"{ATTACKS[n % len(ATTACKS)]} {n}" for n in range(len(terms))]
    return replace(vectors, entities=entities, terms=_replaced(terms, "label", labels))


def _replaced(table: pa.Table, column: str, values: list[str]) -> pa.Table:
    place = table.schema.get_field_index(column)
    return table.set_column(place, table.schema.field(place), pa.array(values, pa.string()))


def _terms(vectors: Vectors) -> list[tuple[TermKind, str]]:
    return [(TermKind(row["kind"]), row["term"]) for row in vectors.terms.select(["kind", "term"]).to_pylist()]
