"""The benchmark from pages to counts reads the same pages both ways and times each."""

import pytest

from bench.pages import measure
from bench.table import Row
from sample.site import build
from sample.source import HERE


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    folder = tmp_path_factory.mktemp("blog")
    build(folder / "site", "http://sample.invalid")
    return measure(folder / "site", HERE / "catalog.csv", number=8)


def test_the_same_pages_are_read_both_ways_by_one_process_and_by_two(rows: list[Row]) -> None:
    rates = [row for row in rows if row[3] in ("pages/s", "pages/cpu-s")]
    assert {who for _, who, *_ in rates} == {"trafilatura, then spaCy", "topterms"}
    assert {what.rpartition(", ")[2] for what, *_ in rates} == {"1 process", "2 processes"}
    assert all(value > 0 for _, _, value, _ in rates)
    assert all("8 pages of blog" in what for what, *_ in rows)


def test_the_steps_of_ours_are_told_one_by_one(rows: list[Row]) -> None:
    taken = {who.partition(", ")[2]: value for _, who, value, unit in rows if unit == "cpu-ms a page"}
    assert taken["parse: text"] > 0
    assert taken["count: whom it names"] > 0
    assert taken["count: words"] > 0


def test_the_sample_blog_is_read_where_no_folder_is_named() -> None:
    assert all("4 pages of the sample blog" in what for what, *_ in measure(number=4))
