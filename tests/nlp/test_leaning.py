"""Those of whom little was said lean on others, the less the more was said, and the snapshot says how much."""

import shutil
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from nlp.catalog import import_catalog
from nlp.leaning import ENOUGH, OWN
from nlp.weigh import weigh
from records.lake import Lake
from records.snapshot import Vectors, read_snapshot
from records.types import EntityKind
from tests.nlp.test_weigh import DAY, SETTINGS, Said, add
from tests.snapshots import assert_alike

SCENES = {"loud": ["riff", "amp", "drum", "shout", "growl"], "soft": ["hush", "harp", "dream", "glow", "mist"]}
MANY = 2 * ENOUGH


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    made = Lake(tmp_path / "lake", create=True)
    artists = [f"{scene}{n},artist,{scene} {n}," for scene in SCENES for n in range(12)]
    path = tmp_path / "catalog.csv"
    songs = [f"s-{scene}{n},song,{scene} song {n},{scene}{n}" for scene in SCENES for n in range(6)]
    others = ["thin,artist,Thin,", "new,artist,New,", "mute,artist,Mute,", "s-mute,song,Mute song,mute"]
    path.write_text("\n".join(["id,kind,name,artist", *artists, *songs, *others]))
    import_catalog(made, path)
    return made


def said_of_all(*, thin: float = 1.0) -> dict[str, Said]:
    """Give every artist of a scene many of its words but one, each another; "thin" a few of one word of a scene."""
    documents: dict[str, Said] = {}
    for scene, words in SCENES.items():
        for n in range(12):
            kept = [word for place, word in enumerate(words) if place != n % len(words)]
            documents[f"x/{scene}{n}"] = {(f"{scene}{n}", "n1", word): MANY / len(kept) for word in kept}
            documents[f"x/s-{scene}{n}"] = {(f"s-{scene}{n}", "n1", word): MANY for word in kept} if n < 6 else {}
    few: Said = {("thin", "n1", "riff"): thin, ("s-loud0", "n1", "amp"): 5.0, ("s-mute", "n1", "amp"): 5.0}
    return {document: said for document, said in documents.items() if document != "x/s-loud0"} | {"x/few": few}


def built(lake: Lake, kind: EntityKind = EntityKind.ARTIST) -> Vectors:
    weigh(lake, day=DAY, settings=SETTINGS)
    return read_snapshot(lake).vectors[kind]


def leaning(vectors: Vectors) -> dict[str, float]:
    return dict(zip(*(vectors.entities.column(name).to_pylist() for name in ("id", "leaning")), strict=True))


def cosine(vectors: Vectors, one: str, other: str) -> float:
    ids = vectors.entities.column("id").to_pylist()
    return float(vectors.latent[ids.index(one)] @ vectors.latent[ids.index(other)])


def test_who_is_written_about_enough_leans_on_nobody(lake: Lake) -> None:
    add(lake, DAY, said_of_all())
    shares = leaning(built(lake))
    assert shares.pop("thin") == pytest.approx(OWN / (OWN + 1))
    assert set(shares.values()) == {0.0}


def test_one_leans_the_less_the_more_was_said(lake: Lake) -> None:
    add(lake, DAY, said_of_all(thin=ENOUGH - 1))
    assert leaning(built(lake))["thin"] == pytest.approx(OWN / (OWN + ENOUGH - 1))


def test_leaning_brings_the_thin_near_those_whom_its_few_words_are_said_of(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(lake, DAY, said_of_all())
    with monkeypatch.context() as patched:
        patched.setattr("nlp.leaning.ENOUGH", 0.0)
        alone = cosine(built(lake), "thin", "loud0")  # loud0 is the one of whom "riff" is not said
    for made in ("vectors", "totals"):
        shutil.rmtree(lake.root / made)
    vectors = built(lake)
    assert cosine(vectors, "thin", "loud0") > alone
    assert cosine(vectors, "thin", "loud0") > cosine(vectors, "thin", "soft0")
    np.testing.assert_allclose(np.linalg.norm(vectors.latent, axis=1), 1, atol=1e-5)


def test_a_thin_song_leans_on_its_artist_if_anything_was_said_of_them(lake: Lake) -> None:
    add(lake, DAY, said_of_all())
    songs = built(lake, EntityKind.SONG)
    shares = leaning(songs)
    assert shares["s-loud0"] == pytest.approx(OWN / (OWN + 5))
    assert shares["s-mute"] == shares["s-soft0"] == 0
    # both songs say the same; the artist of one is nearer to those of whom other loud words are said
    assert cosine(songs, "s-loud0", "s-loud1") > cosine(songs, "s-mute", "s-loud1")


def test_where_nobody_is_written_about_enough_nobody_leans(lake: Lake) -> None:
    few = {document: {key: tf / MANY for key, tf in said.items()} for document, said in said_of_all().items()}
    add(lake, DAY, few)
    assert set(leaning(built(lake)).values()) == {0.0}


def test_day_by_day_the_thin_lean_as_in_a_build_from_scratch(lake: Lake, tmp_path: Path) -> None:
    scratch = Lake(tmp_path / "scratch", create=True)
    import_catalog(scratch, tmp_path / "catalog.csv")
    later = {"x/new": {("new", "n1", "hush"): 2.0}}, {"x/thin2": {("thin", "n1", "shout"): 30.0}}
    for offset, said in enumerate((said_of_all(), *later)):
        for one in (lake, scratch):
            add(one, DAY + timedelta(days=offset), said)
        weigh(lake, day=DAY + timedelta(days=offset), settings=SETTINGS)
    weigh(scratch, day=DAY + timedelta(days=2), settings=SETTINGS)
    daily, at_once = read_snapshot(lake), read_snapshot(scratch)
    assert_alike(daily, at_once)
    shares = leaning(daily.vectors[EntityKind.ARTIST])
    assert shares["new"] > shares["thin"] > 0
