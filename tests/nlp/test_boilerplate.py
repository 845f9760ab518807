"""What a source repeats on its pages is read once at most, and what it says is read as it stands."""

from datetime import date
from pathlib import Path

import pytest

from nlp.boilerplate import repeated, without
from records.lake import Dataset, Lake
from records.schemas import DOCUMENTS, to_table
from records.types import Document
from tests.nlp.texts import document

TODAY, YESTERDAY, TOMORROW = date(2026, 11, 21), date(2026, 11, 20), date(2026, 11, 22)
WORDS = ("hazy", "loud", "gentle", "abrasive", "dreamy", "sparse")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake", create=True)


def put(lake: Lake, day: date, *documents: Document) -> Path:
    path = lake.partition(Dataset.DOCUMENTS, day) / "blog.parquet"
    lake.write_table(path, to_table(documents, DOCUMENTS), str(day))
    return path


def posts(extra: str, count: int = 6) -> list[Document]:
    said = enumerate(WORDS[:count])
    return [document(f"A {word} one. {extra}", url=f"https://blog.example/{n}") for n, word in said]


def test_a_sentence_on_every_page_is_blanked_and_all_else_stays_in_its_place(lake: Lake) -> None:
    footer = "Subscribe to our quiet newsletter."
    path = put(lake, TODAY, *posts(footer))
    for post in posts(footer):
        read = without(post, repeated(lake, path))
        assert len(read.text) == len(post.text)
        assert read.text.strip() == post.text.removesuffix(footer).strip()


def test_names_and_numbers_do_not_make_a_template_another_sentence(lake: Lake) -> None:
    made = [
        document(f"{w} one. What {w.title()} {n} makes is full of odd metres.", url=f"https://blog.example/{n}")
        for n, w in enumerate(WORDS)
    ]
    path = put(lake, TODAY, *made)
    assert "metres" not in without(made[0], repeated(lake, path)).text


def test_what_a_few_pages_say_is_no_boilerplate(lake: Lake) -> None:
    path = put(lake, TODAY, *posts("Subscribe to our quiet newsletter.", 4))
    assert repeated(lake, path)["blog"] == frozenset()


def test_earlier_days_tell_and_later_ones_do_not(lake: Lake) -> None:
    footer = "Subscribe to our quiet newsletter."
    put(lake, YESTERDAY, *posts(footer))
    one = document(f"A grainy one. {footer}", url="https://blog.example/today")
    path = put(lake, TODAY, one)
    before = repeated(lake, path)
    assert without(one, before).text.strip() == "A grainy one."
    put(lake, TOMORROW, *posts("Another line that comes tomorrow."))
    assert repeated(lake, path) == before


def test_another_source_may_say_the_same(lake: Lake) -> None:
    footer = "Subscribe to our quiet newsletter."
    path = put(lake, TODAY, *posts(footer))
    other = Document("0" * 32, "https://other.example/1", "other", "A post", footer, posts(footer)[0].fetched_at)
    assert without(other, repeated(lake, path)) == other
