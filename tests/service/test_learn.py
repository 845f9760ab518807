"""Learning from plays by the command line."""

import json
from pathlib import Path

import numpy as np

from records.lake import Lake
from records.snapshot import read_snapshot
from records.types import EntityKind
from tests.service.conftest import Ask


def plays_like_texts(built: Path) -> str:
    """Return plays of listeners who each love an artist and the ten most like it by text."""
    vectors = read_snapshot(Lake(built / "lake")).vectors[EntityKind.ARTIST]
    ids = vectors.entities.column("id").to_pylist()
    nearest = np.argsort(-(vectors.latent @ vectors.latent.T), axis=1)[:, :11]
    lines = [f"u{user},{ids[artist]},3" for user, loved in enumerate(nearest) for artist in loved]
    return "\n".join(["user,entity,plays", *lines])


def test_what_is_learned_counts_from_the_next_publish_until_it_is_forgotten(built: Path, ask: Ask) -> None:
    """Each of the two changes which snapshot answers; forgetting leads back to the first."""
    first = json.loads(ask("index", "status", "-C", built, "--json").out)["live"]["id"]
    (built / "plays.csv").write_text(plays_like_texts(built), encoding="utf-8")
    learned = json.loads(ask("learn", built / "plays.csv", "-C", built, "--json").out)
    assert learned["counts"]["artists learned from"] >= 50
    is_kept = "nothing was kept" not in " ".join(learned["notes"])
    assert is_kept == (built / "lake" / "learned" / "artist.parquet").exists()
    assert ask("publish", "-C", built).code == 0
    live = json.loads(ask("index", "status", "-C", built, "--json").out)["live"]["id"]
    assert (live != first) == is_kept
    assert ask("learn", "--forget", "-C", built).code == 0
    assert ask("publish", "-C", built).code == 0
    assert json.loads(ask("index", "status", "-C", built, "--json").out)["live"]["id"] == first


def test_what_cannot_be_learned_from_is_told(built: Path, ask: Ask) -> None:
    nothing = ask("learn", "-C", built)
    assert (nothing.code, "expected a file to learn from, or --forget" in nothing.err) == (2, True)
    (built / "plays.csv").write_text("user,entity,plays\nu,Slowdive,3\n", encoding="utf-8")
    few = ask("learn", built / "plays.csv", "-C", built)
    assert few.code != 0
    assert "speaks of 1 artists that have vectors; expected at least 50" in few.err
