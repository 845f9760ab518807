"""The bench of quality scores as the headline's judge does, and fails where a figure falls below its floor."""

import json
import math
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bench.quality.linking import Review, eatenbymonsters, measure
from bench.quality.ranking import Truth, read_truth, score
from nlp.catalog import import_catalog
from records.errors import InputError
from records.lake import Lake
from tests.nlp.texts import document

SCENES = {
    "loud": ("Brakk", "Dornik", "Grauz", "Hekla", "Krodd", "Vurst"),
    "soft": ("Amelie Sorn", "Fenella Wick", "Lune Ardo", "Mirelle Toft", "Oona Pell", "Silvie Marn"),
}
WORDS = {
    "loud": "abrasive sludge metal heavy guitars distorted drums thunderous riffs doom brutal feedback amplifiers",
    "soft": "gentle chamber folk hushed voice warm strings delicate harp ballads tender whispers lullabies sparse",
}


def test_hits_count_by_their_rank_and_those_outside_the_pool_are_passed_over() -> None:
    ids = ["a", "b", "c", "d", "x"]
    similarities = np.array([[9.0, 1, 3, 2, 4], *np.zeros((4, 5))])
    truth = Truth(frozenset("abcd"), {"a": frozenset("bd"), "nobody": frozenset("a")})
    found = score(ids, similarities, truth)  # c, d, b are the neighbours of a; nobody is not answered
    gain = (1 / math.log2(3) + 1 / math.log2(4)) / (1 + 1 / math.log2(3))
    assert (found.ndcg, found.precision, found.mrr) == pytest.approx((gain / 2, (2 / 3) / 2, 0.5 / 2))


def test_a_folder_without_a_truth_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not what the headline benchmark"):
        read_truth(tmp_path)


@pytest.mark.parametrize(("is_true", "status"), [(True, 0), (False, 1)])
def test_the_command_ends_well_only_above_its_floors(tmp_path: Path, is_true: bool, status: int) -> None:
    _write_benchmark(tmp_path, is_true=is_true)
    command = [sys.executable, "-m", "bench.quality", "--data", str(tmp_path), "--record", str(tmp_path / "record.md")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == status, done.stdout + done.stderr
    assert ("expected at least 0.37" in done.stderr) == bool(status)
    told = (tmp_path / "record.md").read_text()
    for row in ("the whole chain", "latent alone", "without adj", "without idf", "scikit-learn, tf-idf of words"):
        assert f"| {row}" in told or f"terms {row}" in told, row


def test_the_subject_is_compared_with_whom_the_reviewer_wrote_about(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake", create=True)
    path = tmp_path / "catalog.csv"
    path.write_text("id,name,kind\ns,Slowdive,artist\nr,Mojave Three,artist\n")
    import_catalog(lake, path)
    reviews = [
        Review(document("Slowdive are hazy. Slowdive are slow.", "Slowdive | Souvlaki"), ("Slowdive",)),
        Review(document("Mojave Three are hazy.", "Mojave Three | Spoon"), ("Slowdive",)),
        Review(document("Some band.", "Unknown | Untitled"), ("Unknown",)),
    ]
    found = measure(reviews, lake, titles=True)
    assert (found.reviews, found.recall, found.precision) == (2, 0.5, 0.5)


def test_reviews_are_read_from_a_repository_with_the_artists_of_their_front_matter(tmp_path: Path) -> None:
    (tmp_path / "_posts").mkdir()
    text = "---\ntitle: Slowdive | Souvlaki\nband:\n- Slowdive\ntags:\n- x\n---\nSo **hazy**.\n\n{% liquid %}Next.\n"
    (tmp_path / "_posts" / "2020-01-01-slowdive.md").write_text(text)
    identity = ("-c", "user.name=a", "-c", "user.email=a@b.example")
    for words in (("init", "-q"), ("add", "."), (*identity, "commit", "-qm", "posts")):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    (review,) = eatenbymonsters(tmp_path)
    assert review.artists == ("Slowdive",)
    assert (review.document.title, review.document.text) == ("Slowdive | Souvlaki", "So hazy.\nNext.")


def _write_benchmark(folder: Path, *, is_true: bool) -> None:
    scenes = {name: scene for scene, names in SCENES.items() for name in names}
    rng = random.Random(1)
    with (folder / "documents.jsonl").open("w") as stream:
        for name, scene in scenes.items():
            words = WORDS[scene].split()
            text = " ".join(f"{name} are {' and '.join(rng.sample(words, 4))}." for _ in range(9))
            row = {"url": f"https://x.example/{name}", "title": name, "text": text, "source": "x", "lang": "en"}
            stream.write(json.dumps(row | {"published_at": "2020-01-01T00:00:00Z"}) + "\n")
    (folder / "catalog.csv").write_text("id,name,kind\n" + "".join(f"{_id(n)},{n},artist\n" for n in scenes))
    (folder / "pool.txt").write_text("\n".join(map(_id, scenes)))
    lines = []
    for name, scene in scenes.items():
        similar = [_id(n) for n in SCENES[scene] if n != name] if is_true else ["nobody"]
        lines.append(f"{_id(name)}\t{' '.join(similar)}\n")
    (folder / "gold.dev.tsv").write_text("".join(lines))


def _id(name: str) -> str:
    return name.lower().replace(" ", "-")
