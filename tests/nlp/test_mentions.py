"""Names are linked where they are names, and left alone where they are words."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp import mentions
from nlp.folding import fold
from nlp.mentions import Linked, Linker
from nlp.names import Names
from nlp.title import title_cue
from records.types import Document, Entity
from tests.nlp.texts import ARTIST, CATALOG, document, names

LINKER = Linker(names(), 0.7)


def link(text: str, title: str = "A post", **fields: object) -> Linked:
    return LINKER.link(document(text, title, **fields))


def found(text: str, title: str = "A post", **fields: object) -> list[tuple[str, str]]:
    return [(m.entity_id, text[m.start : m.end]) for m in link(text, title, **fields).mentions]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I love Slowdive so much.", [("slowdive", "Slowdive")]),
        ("Yesterday Slowdive announced a tour.", [("slowdive", "Slowdive")]),
        ("the new slowdive album", [("slowdive", "slowdive")]),
        ("Slowdive’s guitars", [("slowdive", "Slowdive")]),
        ("MBV were louder.", [("mbv", "MBV")]),
        ("They covered AC/DC's hits.", [("acdc", "AC/DC")]),
        ("A song by P!nk played.", [("pink", "P!nk")]),
        ("Sigur Ros and Sigur Rós", [("sigur", "Sigur Ros"), ("sigur", "Sigur Rós")]),
        ("Pink Floyd, not pink.", [("floyd", "Pink Floyd")]),
        ("the band Low played", [("low", "Low")]),
        ("fans of Slowdive, Low and others", [("slowdive", "Slowdive"), ("low", "Low")]),
        ("We saw Low, Ride and Slowdive.", [("low", "Low"), ("ride", "Ride"), ("slowdive", "Slowdive")]),
        ("Low are a quiet trio. They hum.", [("low", "Low")]),
        ("Ride released their debut in 1990.", [("ride", "Ride")]),
    ],
)
def test_names_are_found(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Low ceilings, a low sound, and the lights were low.",
        "Enjoy the ride. Ride along!",
        "The Low Winter Sun soundtrack",
        "Slowdives and Slowdiver are no names.",
        "A Nirvana of the mind.",
        "Joe Ride and Sally Ride went home.",
        "Low, Ride and the rest of us went home.",
        "Low is the first album of the band.",
        "Ride released me.",
    ],
)
def test_words_are_no_names(text: str) -> None:
    assert found(text) == []


def test_a_name_of_several_is_told_by_what_the_text_says() -> None:
    assert found("Nirvana came from Seattle and made grunge.")[0][0] == "nirvana-us"
    assert found("Nirvana, a British duo, were psychedelic.")[0][0] == "nirvana-uk"


def test_a_name_of_several_that_nothing_tells_apart_is_dropped_and_counted() -> None:
    linked = link("I heard Nirvana on the radio.")
    assert linked.mentions == ()
    assert linked.dropped["name of several artists"] == 1


def test_entries_that_the_catalogue_cannot_tell_apart_are_all_meant() -> None:
    assert [e for e, _ in found("The band Twinned Name played.")] == ["twin-1", "twin-2"]


def test_a_last_name_stands_for_the_full_name_behind_it() -> None:
    text = "Leonard Cohen was a poet. Cohen sang late in life."
    assert found(text) == [("cohen", "Leonard Cohen"), ("cohen", "Cohen")]
    assert found("Cohen sang. Nobody said who.") == []


def test_songs_are_looked_for_only_near_their_artist() -> None:
    text = "Slowdive opened with “Alison” and closed with Souvlaki Space Station."
    assert [e for e, _ in found(text)] == ["slowdive", "slowdive/alison", "slowdive/zone"]
    assert found("My neighbour “Alison” sings.") == []


def test_an_everyday_song_name_needs_quotes() -> None:
    assert ("mbv/soon", "Soon") not in found("My Bloody Valentine will tour. Soon we shall see.")
    assert ("mbv/soon", "Soon") in found("My Bloody Valentine ended with “Soon” again.")


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Slowdive – Souvlaki", "The second album drifts."),
        ("Review: Slowdive", "The second album drifts."),
        ("Slowdive announce a tour", "The band drifts. Slowdive will play."),
        ("A drifting record", "Slowdive drift. Then Slowdive drift on, as only Slowdive can."),
    ],
)
def test_the_subject_comes_from_title_and_text(title: str, text: str) -> None:
    assert {m.entity_id for m in link(text, title).mentions if m.is_subject} == {"slowdive"}


def test_structured_data_names_the_subject() -> None:
    mentions = link("An album that drifts.", about=("Slowdive", "Souvlaki")).mentions
    assert [(m.entity_id, m.is_subject, m.start, m.end) for m in mentions] == [("slowdive", True, 0, 0)]


def test_who_is_named_in_passing_is_no_subject() -> None:
    text = "Slowdive drift, and Slowdive hum. Fans of My Bloody Valentine will like Slowdive."
    subjects = {m.entity_id: m.is_subject for m in link(text, "Slowdive – Souvlaki").mentions}
    assert subjects == {"slowdive": True, "mbv": False}


def test_a_title_that_is_the_name_says_more_than_one_that_holds_it() -> None:
    cues = [title_cue(t, "Low") for t in ("Low", "Low: Hey What", "A review of Low", "Lower your eyes")]
    assert cues == sorted(cues, reverse=True)
    assert cues[-1] == 0


@given(st.text(max_size=300))
def test_folding_moves_no_character(text: str) -> None:
    assert len(fold(text)) == len(text)


WORDS = st.sampled_from(
    ["Slowdive", "Ride", "Low", "low", "My Bloody Valentine", "“Alison”", "is", "dreamy", ".", "\n"]
)


@given(st.lists(WORDS, max_size=30).map(" ".join))
def test_mentions_are_in_order_and_do_not_overlap(text: str) -> None:
    mentions = link(text).mentions
    assert all(0.7 <= m.confidence <= 1 and 0 <= m.start <= m.end <= len(text) for m in mentions)
    assert all(a.end <= b.start for a, b in itertools.pairwise(mentions))


def test_the_order_of_the_catalogue_does_not_matter() -> None:
    text = "Slowdive, Ride and My Bloody Valentine played “Alison” and “Soon”. Leonard Cohen did not."
    turned = Linker(Names.of(reversed(CATALOG)), 0.7)
    assert turned.link(document(text)).mentions == link(text).mentions


def test_a_name_within_another_is_not_counted_twice() -> None:
    linker = Linker(Names.of([Entity("m", ARTIST, "Mac"), Entity("f", ARTIST, "Fleetwood Mac")]), 0.7)
    found_here: Document = document("The band Fleetwood Mac played.")
    assert [m.entity_id for m in linker.link(found_here).mentions] == ["f"]


BYSTANDERS = Linker(
    Names.of(
        [
            Entity(id=fold(name), kind=ARTIST, name=name)
            for name in (
                *("Beth", "Phoenix", "AZ", "Much The Same", "Les Paul", "Shulman", "Hieroglyphics", "Woods", "1990s"),
                *("Rush", "The Residents", "Gentle Giant", "Annihilator", "So Weird"),
                *("Mixtape", "Comma", "Lush", "Santos", "Valentine", "Karina"),
            )
        ]
    ),
    0.7,
)


def bystanders(text: str) -> list[str]:
    return [text[m.start : m.end] for m in BYSTANDERS.link(document(text, "A post")).mentions]


@pytest.mark.parametrize(
    "text",
    [
        "I would write to Beth because we talk.",
        "They drove to Phoenix, AZ in the late 1990s.",
        "It is much the same as before.",
        "On the records it was a Les Paul on the left.",
        "Most of their music was written by Ray Shulman. The Shulman family is large.",
        "I played in a group called Peter Apfelbaum's Hieroglyphics Ensemble.",
        "The new record by Emily And The Woods is out.",
        "A band.\nWhat's So Weird?\nTheir songs.",
        "The rest of the night was the usual Mixtape territory, and tonight’s Mixtape ends.",
        "OF ARTICLE COMMA THE TURKISH ALMOND FARMING COMMA BEST THE LUCK",
        "Lush pop with strange turns of melody.",
        "On their trip out of the Port of Santos. Valentine’s Day is on a Tuesday.",
        "Lush harmonies and chiming guitars.",
    ],
)
def test_people_places_things_and_phrases_are_no_artists(text: str) -> None:
    assert bystanders(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("When I heard Rush I ran. Then Rush toured, and my friend saw Rush.", ["Rush", "Rush", "Rush"]),
        ("I met the people behind The Residents on their tour.", ["The Residents"]),
        ("We have Jeff Waters of Annihilator on it.", ["Annihilator"]),
        ("a Gentle Giant-style arrangement", ["Gentle Giant"]),
        ("Lush were a band. Lush released three albums.", ["Lush", "Lush"]),
        ("Lush return with a new album. Lush singer Miki Berenyi plays guitar.", ["Lush", "Lush"]),
        ("We spoke to American DJ Karina.", ["Karina"]),
        ("THE LINE-UP TONIGHT / LUSH / GENTLE GIANT", ["LUSH", "GENTLE GIANT"]),
    ],
)
def test_capitals_kept_throughout_tell_a_name(text: str, expected: list[str]) -> None:
    assert bystanders(text) == expected


def crowd(*known: Entity) -> Linker:
    """Return a linker of a catalogue of many acts, of whom nothing is known but the name."""
    words = (f"{first}{second}" for first in ("sta", "mo", "ke", "ru", "li") for second in map(str, range(200)))
    return Linker(Names.of([*known, *(Entity(word, ARTIST, word.title()) for word in words)]), 0.7)


def test_in_a_crowd_an_act_of_whom_only_the_name_is_known_needs_more_than_the_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mentions, "_FEW", 20)
    text = document("I paid for Spotify and heard Deerhoof there. Later a band called Spotify played.", "A post")
    unknown = Entity("spotify", ARTIST, "Spotify")
    known = Entity("deerhoof", ARTIST, "Deerhoof", foreign_ids=("wikidata:Q1183048",))
    assert [m.entity_id for m in Linker(Names.of([unknown, known]), 0.7).link(text).mentions].count("spotify") == 2
    found = [(m.entity_id, m.start) for m in crowd(unknown, known).link(text).mentions]
    assert found == [("deerhoof", text.text.index("Deerhoof")), ("spotify", text.text.rindex("Spotify"))]


def test_of_namesakes_that_only_one_is_known_of_that_one_is_meant() -> None:
    linker = Linker(
        Names.of(
            [
                Entity("famous", ARTIST, "Slowdive", (), (), "English band", ("wikidata:Q1",)),
                Entity("other", ARTIST, "Slowdive"),
            ]
        ),
        0.7,
    )
    assert [m.entity_id for m in linker.link(document("I love Slowdive.")).mentions] == ["famous"]
