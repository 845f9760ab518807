"""Near-duplicates: found whatever the order of words elsewhere, and only when they are near."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.duplicates import KnownTexts, signature
from records.ids import document_id
from records.types import Document
from tests.crawler.web import text_about

WORDS = [f"word{i}" for i in range(400)]


def document(name: str, text: str) -> Document:
    time = datetime(2026, 11, 21, tzinfo=UTC)
    return Document(document_id(name), name, "s", "", text, time, minhash=signature(text))


def known(*documents: Document) -> KnownTexts:
    texts = KnownTexts()
    for one in documents:
        texts.add(one.id, one.minhash, is_original=True)
    return texts


def changed(every: int) -> str:
    """Return the words with every n-th replaced: triples keep a share of (n-3)/n."""
    return " ".join("other" + word if i % every == 0 else word for i, word in enumerate(WORDS))


def test_a_copy_with_a_changed_word_here_and_there_is_found_and_a_rewrite_is_not() -> None:
    texts = known(document("a", " ".join(WORDS)))
    assert texts.original_of(document("b", changed(100))) == document_id("a")
    assert texts.original_of(document("b", changed(8))) == ""
    assert texts.original_of(document("b", text_about(1))) == ""


def test_a_text_is_no_copy_of_its_own_earlier_version() -> None:
    texts = known(document("a", " ".join(WORDS)))
    assert texts.original_of(document("a", changed(100))) == ""
    assert texts.holds(document("a", " ".join(WORDS)))
    assert not texts.holds(document("a", changed(100)))
    assert not texts.holds(document("b", " ".join(WORDS)))


def test_the_first_of_several_originals_is_named() -> None:
    texts = known(document("first", " ".join(WORDS)), document("second", " ".join(WORDS)))
    assert texts.original_of(document("third", " ".join(WORDS))) == document_id("first")


def test_a_copy_of_a_copy_is_not_found_by_the_copy() -> None:
    texts = KnownTexts()
    texts.add(document_id("copy"), signature(" ".join(WORDS)), is_original=False)
    assert texts.original_of(document("b", " ".join(WORDS))) == ""


@settings(deadline=None)
@given(st.text(max_size=300))
def test_a_signature_is_128_unsigned_numbers_that_case_and_spacing_do_not_change(text: str) -> None:
    found = signature(text)
    assert len(found) == 128
    assert all(0 <= number < 2**32 for number in found)
    assert signature(f"  {text}\n") == found
