"""What is taken down is nowhere after the next run, and does not come back."""

import gzip
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from records.lake import Dataset
from service.project import open_project
from tests.service.conftest import Ask

WORD = "mournful"
"""Said by the unwanted source alone."""
PLAIN = "Slowdive and Ride play dreamy shoegaze, with washes of hazy guitars and hushed, distant voices. "
ODD = f"Slowdive play {WORD} shoegaze, all {WORD} guitars. Ride play {WORD} songs, too. "


def document(source: str, number: int, text: str) -> str:
    url = f"https://{source}.example/{number}"
    line = {"url": url, "title": "Slowdive and Ride", "text": text, "source": source, "lang": "en"}
    return json.dumps(line | {"published_at": "2024-05-01"}) + "\n"


@pytest.fixture
def project(fresh: Path, ask: Ask) -> Path:
    """A project with a document of each of two sources, all built."""
    (fresh / "sources.toml").unlink()
    (fresh / "catalog.csv").write_text("id,name\ns,Slowdive\nr,Ride\n", encoding="utf-8")
    lines = [document("kept", 1, PLAIN * 5), document("unwanted", 2, ODD * 5)]
    (fresh / "documents.jsonl").write_text("".join(lines), encoding="utf-8")
    assert ask("import", fresh / "documents.jsonl", "-C", fresh).code == 0
    assert ask("run", "-C", fresh).code == 0
    return fresh


def files_that_say(lake: Path, word: str) -> list[str]:
    """Return the files of a lake that hold a word in any case, unpacked where they are packed."""
    return [str(path) for path in sorted(lake.rglob("*")) if path.is_file() and word in content(path).lower()]


def content(path: Path) -> str:
    if path.suffix == ".parquet":
        return json.dumps(pq.ParquetFile(path).read().to_pylist(), default=str)
    packed = path.read_bytes()
    return (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode("utf-8", "replace")


@pytest.mark.parametrize("what", ["unwanted", "https://unwanted.example/2?utm_source=x"])
def test_a_word_that_only_the_forgotten_said_is_nowhere_after_the_next_run(project: Path, ask: Ask, what: str) -> None:
    assert "Slowdive" in ask("search", WORD, "-C", project).out
    assert WORD in ask("terms", "Slowdive", "-C", project, "-n", "50", "-s", "1").out
    assert len(files_that_say(project / "lake", WORD)) > 3
    assert ask("forget", what, "-C", project).code == 0
    assert ask("run", "-C", project).code == 0
    assert files_that_say(project / "lake", WORD) == []
    assert ask("search", WORD, "-C", project).code == 2
    assert WORD not in ask("terms", "Slowdive", "-C", project, "-n", "50", "-s", "1").out
    assert "dreamy" in ask("terms", "Slowdive", "-C", project, "-n", "50").out


def test_what_was_forgotten_is_not_imported_again(project: Path, ask: Ask) -> None:
    ask("forget", "unwanted", "-C", project)
    lines = [document("unwanted", 2, ODD * 5), document("unwanted", 3, ODD * 6), document("kept", 4, PLAIN * 7)]
    (project / "more.jsonl").write_text("".join(lines), encoding="utf-8")
    counts = json.loads(ask("import", project / "more.jsonl", "-C", project, "--json").out)["counts"]
    assert (counts["documents"], counts["taken down"]) == (1, 2)
    assert files_that_say(project / "lake" / "documents", WORD) == []


def test_a_copy_counts_once_its_original_is_forgotten(project: Path, ask: Ask) -> None:
    (project / "copy.jsonl").write_text(document("other", 1, ODD * 5), encoding="utf-8")
    counts = json.loads(ask("import", project / "copy.jsonl", "-C", project, "--json").out)["counts"]
    assert counts["near-duplicates among them"] == 1
    ask("forget", "unwanted", "-C", project)
    ask("run", "-C", project)
    found = json.loads(ask("terms", "Slowdive", "-C", project, "-n", "50", "-s", "1", "--json").out)
    assert {said["source"] for said in found["evidence"] if WORD in said["sentence"]} == {"other"}


def test_a_source_that_nobody_knows_is_refused_with_those_there_are(project: Path, ask: Ask) -> None:
    answer = ask("forget", "unwonted", "-C", project)
    assert answer.code == 2
    assert "kept, unwanted" in answer.err


def test_a_crawled_page_leaves_the_archive_and_the_crawl_state_and_nothing_else_does(built: Path, ask: Ask) -> None:
    lake = open_project(built).lake()
    before = addresses(lake.files(Dataset.DOCUMENTS))
    url = next(url for url in sorted(before) if "souvlaki" in url)
    assert ask("forget", url, "-C", built).code == 0
    assert ask("run", "-C", built).code == 0
    assert addresses(lake.files(Dataset.DOCUMENTS)) == before - {url}
    targets = [f"warc-target-uri: {url}".lower() in content(path).lower() for path in lake.files(Dataset.PAGES)]
    assert targets
    assert not any(targets)
    assert url.encode() not in lake.crawl_state.read_bytes()
    assert json.loads(ask("parse", "-C", built, "--json").out)["counts"]["files parsed"] == 0


def test_a_source_that_opts_out_is_gone_with_its_pages_as_long_as_it_says_so(built: Path, ask: Ask) -> None:
    sources = built / "sources.toml"
    sources.write_text(sources.read_text(encoding="utf-8") + "opt_out = true\n", encoding="utf-8")
    assert ask("run", "-C", built).code == 0
    lake = open_project(built).lake()
    assert lake.files(Dataset.PAGES) == lake.files(Dataset.DOCUMENTS) == lake.files(Dataset.COUNTS) == []
    assert ask("terms", "Slowdive", "-C", built).code == 3
    assert "opt_out" in (lake.root / "forgotten.jsonl").read_text(encoding="utf-8")
    sources.write_text(sources.read_text(encoding="utf-8").replace("opt_out = true\n", ""), encoding="utf-8")
    assert ask("run", "-C", built).code == 0
    assert (lake.root / "forgotten.jsonl").read_text(encoding="utf-8") == ""


def addresses(files: list[Path]) -> set[str]:
    return {url for path in files for url in pq.ParquetFile(path).read(["url"]).column("url").to_pylist()}
