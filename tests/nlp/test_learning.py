"""What is learned from listening helps where texts and listening agree, and is not kept where they do not."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.embedded import EmbeddedIndex
from nlp.learning import SHARE, forget_learned, learn, with_learned
from nlp.listening import read_listening
from records.errors import InputError, LakeError
from records.lake import Lake
from records.snapshot import LATENT, Snapshot
from records.types import EntityKind, TermKind
from tests.index.made import spoken_snapshot

GROUPS = 4
ARTISTS = 120


def group(artist: int) -> int:
    return artist % GROUPS


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    """Artists of four styles; two words tell the style, six words as strong tell nothing."""
    rng = np.random.default_rng(1)
    said = {}
    for artist in range(ARTISTS):
        vague = {f"vague{i}": 1.0 for i in rng.choice(30, 6, replace=False)}
        telling = {f"style{group(artist)}{i}": 0.9 for i in rng.choice(3, 2, replace=False)}
        said[f"a{artist:03}"] = {TermKind.N1: vague | telling}
    return spoken_snapshot(said)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake", create=True)


def plays_file(folder: Path, *, by_style: bool) -> Path:
    """Write plays of listeners who love one style each, or anything."""
    rng = np.random.default_rng(2)
    rows = ["user,entity,plays"]
    for user in range(200):
        loved = [a for a in range(ARTISTS) if not by_style or group(a) == user % GROUPS]
        rows += [f"u{user},A{artist:03},{rng.integers(1, 99)}" for artist in rng.choice(loved, 12, replace=False)]
    path = folder / "plays.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def right_neighbors(lake: Lake, snapshot: Snapshot) -> float:
    """Return which part of the ten nearest neighbours are of one's own style."""
    index = EmbeddedIndex(lake)
    index.publish(snapshot)
    ids = snapshot.vectors[EntityKind.ARTIST].entities.column("id").to_pylist()
    found = {i: index.similar({i: 1.0}, EntityKind.ARTIST, n=10) for i in ids}
    return float(
        np.mean([group(int(n.entity.id[1:])) == group(int(i[1:])) for i, answer in found.items() for n in answer])
    )


def test_what_listeners_tell_apart_is_told_apart_after_learning(lake: Lake, snapshot: Snapshot, tmp_path: Path) -> None:
    """Neighbours become those of one's own style, through the index as it is, and the gain is told."""
    report = learn(lake, snapshot, plays_file(tmp_path, by_style=True))
    assert dict(report.counts)["artists held out"] == ARTISTS // 5
    assert "nDCG@10 of 24 artists held out" in report.notes[0]
    learned = with_learned(lake, snapshot)
    assert learned.id != snapshot.id
    assert right_neighbors(lake, learned) > right_neighbors(lake, snapshot) + 0.2


def test_the_mix_still_sums_to_one_and_vectors_are_of_length_one(
    lake: Lake, snapshot: Snapshot, tmp_path: Path
) -> None:
    learn(lake, snapshot, plays_file(tmp_path, by_style=True))
    learned = with_learned(lake, snapshot)
    assert sum(learned.mix.values()) == pytest.approx(1)
    assert learned.mix[LATENT] == pytest.approx(snapshot.mix[LATENT] * (1 - SHARE) + SHARE)
    norms = np.linalg.norm(learned.vectors[EntityKind.ARTIST].latent, axis=1)
    assert (norms <= 1 + 1e-5).all()
    unchanged = replace(learned.vectors[EntityKind.ARTIST], latent=snapshot.vectors[EntityKind.ARTIST].latent)
    assert unchanged == snapshot.vectors[EntityKind.ARTIST]


def test_an_artist_whom_nobody_plays_is_placed_by_the_text(lake: Lake, snapshot: Snapshot, tmp_path: Path) -> None:
    """Its neighbours by learned vector alone are of its style, though no listener ever met it."""
    path = plays_file(tmp_path, by_style=True)
    kept = [line for line in path.read_text(encoding="utf-8").splitlines() if ",A007," not in line]
    path.write_text("\n".join(kept), encoding="utf-8")
    learn(lake, snapshot, path)
    latent = with_learned(lake, snapshot).vectors[EntityKind.ARTIST].latent
    nearest = [int(i) for i in np.argsort(-(latent @ latent[7])) if i != 7][:10]
    assert sum(group(i) == group(7) for i in nearest) >= 8


def test_listening_that_has_nothing_to_do_with_the_texts_changes_nothing(
    lake: Lake, snapshot: Snapshot, tmp_path: Path
) -> None:
    report = learn(lake, snapshot, plays_file(tmp_path, by_style=False))
    if "nothing was kept" in report.notes[1]:
        assert with_learned(lake, snapshot) is snapshot
    else:  # by chance a gain: it must be a small one
        before, after = (float(word) for word in report.notes[0].split() if word.startswith("0."))
        assert after - before < 0.1


def test_without_learning_nothing_changes_and_it_can_be_forgotten(
    lake: Lake, snapshot: Snapshot, tmp_path: Path
) -> None:
    assert with_learned(lake, snapshot) is snapshot
    learn(lake, snapshot, plays_file(tmp_path, by_style=True))
    assert forget_learned(lake) == 1
    assert with_learned(lake, snapshot) is snapshot
    assert forget_learned(lake) == 0


def test_terms_that_came_later_are_passed_over(lake: Lake, snapshot: Snapshot, tmp_path: Path) -> None:
    """What was learned serves the vectors of other days: with half of the terms unknown it still gives vectors."""
    learn(lake, snapshot, plays_file(tmp_path, by_style=True))
    vectors = snapshot.vectors[EntityKind.ARTIST]
    renamed = vectors.terms.to_pylist()
    for row in renamed[::2]:
        row["term"] += " anew"
    terms = vectors.terms.from_pylist(renamed, vectors.terms.schema)
    later = replace(snapshot, vectors={EntityKind.ARTIST: replace(vectors, terms=terms)})
    assert np.isfinite(with_learned(lake, later).vectors[EntityKind.ARTIST].latent).all()


def test_a_damaged_file_is_told(lake: Lake, snapshot: Snapshot) -> None:
    (lake.root / "learned").mkdir()
    (lake.root / "learned" / "artist.parquet").write_bytes(b"nothing")
    with pytest.raises(LakeError, match="`topterms learn` makes it anew"):
        with_learned(lake, snapshot)


def test_pairs_do_as_well_as_plays(snapshot: Snapshot, tmp_path: Path) -> None:
    """Who stands in pairs with the same others is near, by name or by id."""
    lines = [f"a{a:03},A{a + d:03}" for a in range(ARTISTS) for d in (GROUPS, 2 * GROUPS) if a + d < ARTISTS]
    (tmp_path / "pairs.csv").write_text("\n".join(["one,other", *lines]), encoding="utf-8")
    listening = read_listening(tmp_path / "pairs.csv", snapshot.vectors[EntityKind.ARTIST].entities)
    assert listening.rows.tolist() == list(range(ARTISTS))
    near = listening.factors @ listening.factors.T
    assert near[20, 24] > near[20, 25] + 0.3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "begins with nothing; expected a header: user, entity, plays"),
        ("a,b,c,d\n", "begins with a, b, c, d"),
        ("user,entity,plays\n", "a header and nothing below"),
        ("user,entity,plays\nu,a001\n", "line 2 of .* is 'u,a001'; expected 3 cells"),
        ("user,entity,plays\nu,a001,many\n", "the third a number of at least 0"),
        ("user,entity,plays\nu,a001,nan\n", "the third a number of at least 0"),
        ("a,b\nx,y\n", "speaks of 0 artists that have vectors; expected at least 50 .not found: x, y"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(
    lake: Lake, snapshot: Snapshot, tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "plays.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        learn(lake, snapshot, tmp_path / "plays.csv")
    with pytest.raises(InputError, match="cannot be read as CSV"):
        learn(lake, snapshot, tmp_path / "none.csv")
