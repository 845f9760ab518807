"""Terms that describe music are told from those that only stand beside such words."""

import pytest

from nlp.lexicon import is_descriptive


@pytest.mark.parametrize(
    "term", ["gauzy", "post-punk revival", "post punk", "slow chorus", "guitar clinic", "melodic line", "bass line"]
)
def test_a_word_made_for_music_describes_alone_and_beside_a_part_of_music(term: str) -> None:
    assert is_descriptive(term)


@pytest.mark.parametrize("term", ["backlog", "slow improvement", "grim determination", "chord", "peddal-steel guitar"])
def test_a_mood_beside_anything_else_and_a_misspelling_do_not(term: str) -> None:
    assert not is_descriptive(term)
