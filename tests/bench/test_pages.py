"""The benchmark from pages to counts reads the same pages both ways and times each."""

from pathlib import Path

from bench.pages import measure
from sample.site import build
from sample.source import HERE

WAYS = {"trafilatura, then spaCy", "topterms, one process", "topterms, whole stages, two processes"}


def test_the_sample_blog_is_read_by_every_way() -> None:
    rows = measure(number=6)
    assert {who for _, who, *_ in rows} == WAYS
    assert all(value > 0 for _, _, value, _ in rows)
    assert all("6 pages of the sample blog" in what for what, *_ in rows)


def test_pages_of_a_folder_are_read_in_the_place_of_the_sample(tmp_path: Path) -> None:
    build(tmp_path / "blog" / "site", "http://sample.invalid")
    rows = measure(tmp_path / "blog" / "site", HERE / "catalog.csv", number=4)
    assert {who for _, who, *_ in rows} == WAYS
    assert all("4 pages of blog" in what for what, *_ in rows)
