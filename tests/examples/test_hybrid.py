"""The example of a hybrid recommender: on plays that follow the texts, the texts help those whom nobody plays yet."""

from pathlib import Path

import numpy as np
import pytest

from examples.hybrid.__main__ import main
from examples.hybrid.content import read_content
from examples.hybrid.evaluation import cases, evaluate
from examples.hybrid.model import fit
from examples.hybrid.plays import read_plays
from examples.hybrid.weekly import weekly
from index.export import export, read_export
from records.errors import InputError
from records.snapshot import Snapshot
from records.types import EntityKind, TermKind
from tests.index.made import spoken_snapshot

STYLES = ("dreamy", "brutal", "jazzy")
ARTISTS = 90


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    """Artists of three styles, each with words of its style and words that tell nothing; latent vectors likewise."""
    rng = np.random.default_rng(1)
    said = {}
    for artist in range(ARTISTS):
        style = STYLES[artist % 3]
        telling = {f"{style} {i}": 1.0 for i in rng.choice(4, 2, replace=False)}
        said[f"artist {artist:02}"] = {
            TermKind.ADJ: telling | {f"plain {i}": 0.5 for i in rng.choice(9, 2, replace=False)}
        }
    made = spoken_snapshot(said)
    latent = made.vectors[EntityKind.ARTIST].latent
    latent[np.arange(ARTISTS), np.arange(ARTISTS) % 3] = 1
    latent += rng.normal(0, 0.1, latent.shape)
    return made


@pytest.fixture(scope="module")
def files(snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export, and plays of listeners who love one style; ten artists are in no text."""
    folder = tmp_path_factory.mktemp("hybrid")
    export(snapshot, folder / "vectors")
    rng = np.random.default_rng(2)
    rows = ["user,entity,plays"]
    for user in range(120):
        loved = [a for a in range(ARTISTS + 10) if a % 3 == user % 3]
        rows += [f"u{user},The Artist {a:02},{rng.integers(1, 50)}" for a in rng.choice(loved, 10, replace=False)]
    (folder / "plays.csv").write_text("\n".join(rows), encoding="utf-8")
    return folder


def test_artists_without_plays_are_found_by_their_texts(files: Path) -> None:
    """And who is played is found no worse with the texts than without."""
    vectors = read_export(files / "vectors")
    plays = read_plays(files / "plays.csv", vectors.entities(EntityKind.ARTIST))
    assert len(plays.items) == ARTISTS + 10
    content = read_content(vectors, plays.items, None, None)
    described = np.arange(len(plays.items)) < ARTISTS
    results = {
        (r.case, r.ranking): r for case in cases(plays.counts, described) for r in evaluate(case, content.features)
    }
    for case in ("no plays", "three plays"):
        assert results[case, "plays and text"].ndcg > results[case, "plays alone"].ndcg + 0.05
    assert results["any artist", "plays and text"].ndcg > results["any artist", "plays alone"].ndcg - 0.05


def test_every_pick_is_new_to_the_listener_and_has_a_true_reason(files: Path) -> None:
    vectors = read_export(files / "vectors")
    plays = read_plays(files / "plays.csv", vectors.entities(EntityKind.ARTIST))
    content = read_content(vectors, plays.items, None, None)
    model = fit(plays.counts, content.features)
    picks = weekly(plays, content, model, "u1", week=1, n=10, explore=0.0)
    played = {plays.names[item] for item in plays.counts[[plays.listeners.index("u1")]].indices}
    assert len(picks) == 10
    assert not played & {pick.name for pick in picks}
    assert [pick.score for pick in picks] == sorted((pick.score for pick in picks), reverse=True)
    explained = [pick.reason for pick in picks if pick.reason.startswith("like ")]
    assert explained
    assert all(any(name in reason for name in played) for reason in explained)
    assert sum(STYLES[1] in reason for reason in explained) > len(explained) / 2


def test_exploring_draws_another_list_every_week_and_the_same_for_the_same(files: Path) -> None:
    vectors = read_export(files / "vectors")
    plays = read_plays(files / "plays.csv", vectors.entities(EntityKind.ARTIST))
    content = read_content(vectors, plays.items, None, None)
    model = fit(plays.counts, content.features)
    first, again, next_week = (weekly(plays, content, model, "u1", week, 10, 2.0) for week in (1, 1, 2))
    assert first == again
    assert [p.name for p in first] != [p.name for p in next_week]


def test_the_command_prints_the_table_and_a_list(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With further vectors of the user's, joined by id."""
    np.save(files / "audio.npy", np.eye(3)[[0, 1, 2]])
    (files / "ids.txt").write_text("artist 01\nnobody\nartist 02\n", encoding="utf-8")
    further = ["--vectors", str(files / "audio.npy"), "--vector-ids", str(files / "ids.txt")]
    asked = ["--export", str(files / "vectors"), "--plays", str(files / "plays.csv"), "--listener", "u2", *further]
    assert main(asked) == 0
    printed = capsys.readouterr().out
    assert printed.count("plays and text") == 3
    assert "For listener u2, week 1" in printed


def test_hetrec_files_are_read(snapshot: Snapshot, tmp_path: Path) -> None:
    (tmp_path / "artists.dat").write_text('id\tname\turl\n7\tArtist 03\tx\n8\tSome "Body\tx\n', encoding="utf-8")
    (tmp_path / "user_artists.dat").write_text("userID\tartistID\tweight\n1\t7\t5\n2\t8\t3\n", encoding="utf-8")
    plays = read_plays(tmp_path / "user_artists.dat", snapshot.vectors[EntityKind.ARTIST].entities)
    assert plays.counts[0, plays.items.index("artist 03")] == 5
    assert plays.items[-1] == 'Some "Body'


def test_what_does_not_match_is_refused(files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--export", str(files / "vectors"), "--plays", str(files / "plays.csv")]
    assert main([*asked, "--listener", "nobody"]) == 1
    assert "there is no listener 'nobody'" in capsys.readouterr().err
    assert main(["--export", str(tmp_path), "--plays", str(files / "plays.csv")]) == 1
    assert "is no export" in capsys.readouterr().err
    vectors = read_export(files / "vectors")
    entities = vectors.entities(EntityKind.ARTIST)
    (tmp_path / "plays.csv").write_text("a,b\n", encoding="utf-8")
    with pytest.raises(InputError, match="has the columns a, b; expected user, entity, plays"):
        read_plays(tmp_path / "plays.csv", entities)
    np.save(tmp_path / "audio.npy", np.eye(3))
    (tmp_path / "ids.txt").write_text("artist 01\n", encoding="utf-8")
    with pytest.raises(InputError, match="expected a row for each of the 1 lines"):
        read_content(vectors, tuple(entities["id"].to_pylist()), tmp_path / "audio.npy", tmp_path / "ids.txt")
