"""A title tells whom a text is about, and which names in it are a work's or belong to a longer name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.folding import fold
from nlp.mentions import Linked, Linker
from nlp.names import Names
from nlp.title import read_title, title_cue
from records.types import Entity, EntityKind
from tests.nlp.texts import ARTIST, document

NAMES = Names.of(
    Entity(fold(name), ARTIST, name)
    for name in (
        *(
            "Iggy Pop",
            "Free",
            "Lush",
            "Max Richter",
            "Memoryhouse",
            "Slowdive",
            "Ride",
            "Low",
            "King",
            "Tuff",
            "The Faint",
        ),
        *("The Pretenders", "Woods", "Radiohead", "Melvins", 'Lee "Scratch" Perry', "Iron & Wine", "Danse Macabre"),
    )
)
LINKER = Linker(NAMES, 0.7)


def link(title: str, text: str) -> Linked:
    return LINKER.link(document(text, title))


def subjects(title: str, text: str) -> set[str]:
    return {mention.entity_id for mention in link(title, text).mentions if mention.is_subject}


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("Iggy Pop :: Free", "A record of rest. The album Free is his best, and Free is short.", {"iggy pop"}),
        ("Max Richter | Memoryhouse", "Stirring, the score Memoryhouse is long. Richter recorded it.", {"max richter"}),
        ("Snail Mail – Lush", "Snail Mail sings. Lush is a debut album, and Lush is good.", set()),
        ("Snail Mail :: Lush EP", "Bold songs of a young musician.", set()),
        ("Foxx Bodies: Ride", "Foxx Bodies shout. The album Ride is fast.", set()),
        ("Low | Slowdive", "Slowdive cover them: Slowdive drift.", {"slowdive"}),
        ("Souvlaki – Slowdive", "Slowdive drift here. Slowdive hum.", {"slowdive"}),
        ("Slowdive – Slowdive", "Slowdive drift again.", {"slowdive"}),
        ("Slowdive / Ride", "Two bands. Slowdive drift, Ride are loud.", {"slowdive", "ride"}),
        ("Slowdive: Low: Ride", "Three bands of one evening.", {"slowdive", "low", "ride"}),
        ("Album review: Slowdive", "The band drifts.", {"slowdive"}),
    ],
)
def test_behind_an_artist_a_title_names_the_work(title: str, text: str, expected: set[str]) -> None:
    assert subjects(title, text) == expected


SORTS = Linker(
    Names.of(
        Entity(fold(name), ARTIST, name)
        for name in ("Live", "Review", "Interview", "News", "Slowdive", "Home", "Yes", "Mixtape", "She", "Radiohead")
    ),
    0.7,
)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Live: Slowdive", {"slowdive"}),
        ("Interview: Slowdive on touring", {"slowdive"}),
        ("[Review] Slowdive – Souvlaki", {"slowdive"}),
        ("12. Slowdive", {"slowdive"}),
        ("News: everybody tours", set()),
        ("Home", set()),
        ("Yes: we can", set()),
        ("Mixtape :: Machine Shop", set()),
        ("She’s My Best Friend", set()),
        ("She, live at the Roxy", {"she"}),
        ("Radiohead", {"radiohead"}),
        ("Live: Radiohead", {"radiohead"}),
        ("Yes – Close To The Edge", {"yes"}),
    ],
)
def test_a_sort_of_text_and_a_plain_word_name_no_artist(title: str, expected: set[str]) -> None:
    found = SORTS.link(document("Songs for a long evening.", title)).mentions
    assert {mention.entity_id for mention in found} == expected


def test_an_everyday_word_of_a_title_that_the_text_writes_as_a_name_is_one() -> None:
    found = SORTS.link(document("On stage Yes play for hours. I saw Yes, and Yes again.", "Yes: we can")).mentions
    assert {mention.entity_id for mention in found if mention.is_subject} == {"yes"}


def test_a_title_names_an_artist_once_and_what_is_long_is_no_title() -> None:
    assert len(link("Slowdive – Slowdive", "Songs.").mentions) == 1
    assert len(link("Slowdive / Ride / " * 5000, "Songs.").mentions) <= 2


def test_a_song_in_the_title_of_a_text_about_its_artist_is_its_subject() -> None:
    names = Names.of([Entity("a", ARTIST, "Slowdive"), Entity("s", EntityKind.SONG, "Alison", (), ("a",))])
    found = Linker(names, 0.7).link(document("Alison is dreamy. Alison has hazy guitars.", "Slowdive: Alison")).mentions
    assert {mention.entity_id for mention in found if mention.is_subject} == {"a", "s"}


@pytest.mark.parametrize("title", ["Kid A – Radiohead", "Souvlaki: Slowdive"])
def test_a_work_before_its_artist_does_not_hide_the_artist(title: str) -> None:
    work, _, artist = title.replace(":", " –").partition(" – ")
    assert subjects(title, f"{work} is cold. {work} is loved, {work} is here. {artist} made it.") == {artist.lower()}


def test_a_work_called_like_an_artist_is_no_mention_in_the_text() -> None:
    found = link("Max Richter | Memoryhouse", "The album Memoryhouse is a score by Max Richter.").mentions
    assert {mention.entity_id for mention in found} == {"max richter"}


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("King Tuff | The Other", "King Tuff plays. King Tuff sings. Tuff plays on."),
        ("Emily And The Woods | Eye To Eye", "Emily And The Woods sing. Emily And The Woods hum. The Woods play."),
    ],
)
def test_a_name_within_a_longer_one_of_title_and_text_is_nobody(title: str, text: str) -> None:
    assert link(title, text).mentions == ()


@pytest.mark.parametrize("title", ["Melvins + Shitkid :: Bangers", "Melvins and Shitkid", "Melvins' Best Songs"])
def test_a_name_beside_another_stays_a_name(title: str) -> None:
    text = f"{title.partition(' :')[0]} again. Melvins play, Melvins shout, the band Melvins are loud."
    assert subjects(title, text) == {"melvins"}


def test_who_is_likened_to_an_unknown_artist_of_the_title_is_no_subject() -> None:
    text = "Minotaur Shock sounds so. Minotaur Shock likes Radiohead, but Radiohead are louder than Minotaur Shock."
    assert subjects("Minotaur Shock | Amateur Dramatics", text) == set()
    assert subjects("A post", text.replace("Minotaur Shock", "he")) == {"radiohead"}


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Pretenders :: Hate For Sale", "the pretenders"),
        ("Lee “Scratch” Perry :: Super Ape", 'lee "scratch" perry'),
        ("Lee Scratch Perry: Super Ape", 'lee "scratch" perry'),
        ("Iron and Wine :: Weed Garden EP", "iron & wine"),
    ],
)
def test_a_title_may_spell_a_name_without_article_or_quotes(title: str, expected: str) -> None:
    assert subjects(title, "Songs for a long evening.") == {expected}


@pytest.mark.parametrize(("title", "name"), [("Books: the best of the year", "The Books"), ("Lower your eyes", "Low")])
def test_an_everyday_word_in_a_title_names_nobody(title: str, name: str) -> None:
    assert title_cue(title, name) == 0


@given(st.text(max_size=80), st.text(max_size=200))
def test_every_title_can_be_read(title: str, text: str) -> None:
    read = read_title(document(text, title), fold(text), NAMES)
    assert all(part in title for part in read.parts)
    assert read.stranger_said >= 0
    assert 0 <= read.cue("Slowdive") <= 1
