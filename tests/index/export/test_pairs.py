"""Features of pairs are what the index says of the two."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from index.embedded import EmbeddedIndex
from index.export import Extras, export, read_export
from index.export.pairs import pair_tables, read_pairs
from records.errors import InputError
from records.lake import Lake
from records.types import EntityKind, TermKind
from tests.index.exact import dense
from tests.snapshots import random_snapshot

SNAPSHOT = random_snapshot(entities=40, terms=120, seed=4)
PAIRS = pa.table(
    {
        "left": ["artist-000001", "artist-000002", "song-000003", "artist-000001", "nobody"],
        "right": ["artist-000005", "artist-000002", "song-000004", "song-000003", "artist-000001"],
        "clicked": [1, 0, 1, 0, 1],
    }
)


@pytest.fixture
def features() -> list[dict[str, object]]:
    return list(pa.concat_tables(pair_tables(SNAPSHOT, PAIRS)).to_pylist())


def test_the_similarity_is_that_of_the_index(tmp_path: Path, features: list[dict[str, float]]) -> None:
    index = EmbeddedIndex(Lake(tmp_path / "lake", create=True))
    index.publish(SNAPSHOT)
    for row in (features[0], features[2]):
        explanation = index.explain(str(row["left"]), str(row["right"]))
        assert row["similarity"] == pytest.approx(explanation.score, abs=1e-6)
        assert row["cos_latent"] * SNAPSHOT.mix["latent"] == pytest.approx(explanation.latent, abs=1e-6)


def test_kinds_are_compared_apart(features: list[dict[str, float]]) -> None:
    vectors = SNAPSHOT.vectors[EntityKind.ARTIST]
    one, other = dense(vectors)[1], dense(vectors)[5]
    for kind in TermKind:
        block = vectors.columns_of(kind)
        assert features[0][f"cos_{kind}"] == pytest.approx(float(one[block] @ other[block]), abs=1e-6)
        assert features[0][f"shared_{kind}"] == np.count_nonzero(one[block] * other[block])
    entities = vectors.entities.to_pylist()
    assert features[0]["familiarity_a"] == entities[1]["familiarity"]
    assert features[0]["documents_b"] == entities[5]["documents"]


def test_every_pair_stays_in_its_place_and_has_no_features_where_there_are_none(
    features: list[dict[str, object]],
) -> None:
    """An artist beside a song, or an id without a vector, gives nulls: never a wrong number, never a lost row."""
    assert [(row["left"], row["right"], row["clicked"]) for row in features] == [
        tuple(row.values()) for row in PAIRS.to_pylist()
    ]
    assert [row["similarity"] is None for row in features] == [False, False, False, True, True]
    assert {value for name, value in features[4].items() if name not in PAIRS.column_names} == {None}


def test_pairs_come_from_csv_and_parquet_and_go_with_the_export(tmp_path: Path) -> None:
    (tmp_path / "pairs.csv").write_text("\ufeffa,b\n7,artist-000001\nartist-000001,artist-000002\n", encoding="utf-8")
    pairs = read_pairs(tmp_path / "pairs.csv")
    assert pairs.to_pylist()[0] == {"a": "7", "b": "artist-000001"}
    pq.write_table(pairs, tmp_path / "pairs.parquet")
    assert read_pairs(tmp_path / "pairs.parquet").equals(pairs)
    export(SNAPSHOT, tmp_path / "export", ["jsonl"], Extras(pairs=pairs))
    found = read_export(tmp_path / "export").pairs().to_pylist()
    assert [row["similarity"] is None for row in found] == [True, False]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be read as pairs"),
        ("a\n1\n", "has the columns a; expected at least two"),
        ("a,b\n1\n", "cannot be read as pairs"),
        ("a,b,similarity\n1,2,3\n", "has the column similarity, which is the name of a feature"),
    ],
)
def test_what_are_no_pairs_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "pairs.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_pairs(tmp_path / "pairs.csv")
    with pytest.raises(InputError, match="cannot be read as pairs"):
        read_pairs(tmp_path / "nothing.parquet")
