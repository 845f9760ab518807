"""Terms go to whom their sentence speaks of, and are words that say something."""

import pytest

from nlp.mentions import Linker
from nlp.names import Names
from nlp.read import count_terms
from nlp.settings import CountSettings
from nlp.tagging import load_tagger
from nlp.words import Text
from records.errors import ConfigurationError
from records.types import Entity, EntityKind, Mention, TermKind
from tests.nlp.texts import document, names

NAMES = names()
LINKER = Linker(NAMES, 0.7)
TAGGER = load_tagger(CountSettings())


def terms(text: str, title: str = "A post") -> dict[str, dict[tuple[str, str], float]]:
    """Return tf by entity and by (kind, term)."""
    said = document(text, title)
    found: dict[str, dict[tuple[str, str], float]] = {}
    for row in count_terms(said, Text(TAGGER, text), LINKER.link(said).mentions, NAMES):
        found.setdefault(row.entity_id, {})[(str(row.kind), row.term)] = row.tf
    return found


def of_kind(found: dict[tuple[str, str], float], kind: TermKind) -> set[str]:
    return {term for k, term in found if k == kind}


def test_a_sentence_belongs_to_whom_it_names() -> None:
    found = terms("Slowdive make hazy dream pop. My Bloody Valentine are abrasive.")
    assert ("adj", "hazy") in found["slowdive"]
    assert ("adj", "abrasive") not in found["slowdive"]
    assert ("adj", "abrasive") in found["mbv"]


def test_a_sentence_that_points_back_goes_on_about_the_last_one_at_half_weight() -> None:
    found = terms("Slowdive make hazy dream pop. Their guitars are gentle. Nobody asked for a violent storm.")
    assert found["slowdive"][("adj", "gentle")] == 0.5
    assert ("adj", "violent") not in found["slowdive"]


def test_the_subject_of_the_document_has_the_rest() -> None:
    found = terms("A hazy, gentle record. My Bloody Valentine are abrasive.", "Slowdive – Souvlaki")
    assert found["slowdive"][("adj", "gentle")] == 1.0
    assert found["slowdive"][("adj", "abrasive")] == 0.5
    assert found["mbv"][("adj", "abrasive")] == 1.0


def test_a_song_and_its_artist_share_a_sentence_whole() -> None:
    found = terms("On “Alison” Slowdive are at their most luminous.")
    assert found["slowdive"][("adj", "luminous")] == 1.0
    assert found["slowdive/alison"][("adj", "luminous")] == 1.0


def test_own_names_are_never_terms() -> None:
    found = terms("Slowdive play slow music. Slowdive's “Alison” is Slowdive's best.", "Slowdive – Alison")
    for entity in ("slowdive", "slowdive/alison"):
        words = {word for kind, term in found[entity] for word in term.split() if kind != TermKind.ARTIST}
        assert "slowdive" not in words
    assert "alison" not in {word for _, term in found["slowdive/alison"] for word in term.split()}


def test_those_named_beside_are_terms_of_kind_artist_by_id() -> None:
    found = terms("Slowdive toured with My Bloody Valentine.")
    assert of_kind(found["slowdive"], TermKind.ARTIST) == {"mbv"}
    assert of_kind(found["mbv"], TermKind.ARTIST) == {"slowdive"}


def test_the_subject_is_mentioned_beside_all_it_is_compared_with() -> None:
    found = terms("This will please fans of My Bloody Valentine.", "Slowdive – Souvlaki")
    assert of_kind(found["mbv"], TermKind.ARTIST) == {"slowdive"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Slowdive play shimmering guitar lines.", {"shimmering guitar line"}),
        ("Slowdive have post-punk guitars.", {"post-punk guitar", "guitar"}),
        ("Slowdive made a great album for the first time.", set()),
        ("Slowdive have a lot of reverb.", {"reverb"}),
    ],
)
def test_noun_phrases_say_something(text: str, expected: set[str]) -> None:
    assert of_kind(terms(text)["slowdive"], TermKind.NP) == expected


def test_pairs_do_not_cross_punctuation() -> None:
    pairs = of_kind(terms("Slowdive are hazy, gentle and warm.")["slowdive"], TermKind.N2)
    assert "gentle and" in pairs
    assert "hazy gentle" not in pairs


def test_the_words_of_a_title_in_quotes_describe_nobody() -> None:
    found = terms("Slowdive play “Dark Lonely Guitars” and hazy songs.")["slowdive"]
    assert "hazy" in of_kind(found, TermKind.ADJ)
    assert of_kind(found, TermKind.ADJ).isdisjoint({"dark", "lonely"})
    assert not any("guitar" in term for term in of_kind(found, TermKind.NP))


def test_names_that_are_not_in_the_catalogue_are_names() -> None:
    assert of_kind(terms("Slowdive come from Reading and signed to Creation Records.")["slowdive"], TermKind.NAME) >= {
        "reading"
    }


def test_the_sentence_of_a_term_is_where_it_says() -> None:
    text = "Slowdive are hazy. Slowdive are gentle.\nSlowdive are warm."
    said = document(text)
    for row in count_terms(said, Text(TAGGER, text), LINKER.link(said).mentions, NAMES):
        if row.kind is TermKind.ADJ:
            assert row.term in text[row.start : row.end]


def test_a_line_feed_ends_a_sentence() -> None:
    sentences = Text(TAGGER, "A heading\nSlowdive drift. They hum").sentences
    assert [" ".join(word.text for word in s.words) for s in sentences] == ["a heading", "slowdive drift .", "they hum"]


def test_a_model_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigurationError, match="'no_such_model' cannot be loaded"):
        load_tagger(CountSettings(model="no_such_model"))


@pytest.mark.parametrize(
    ("text", "denied", "said"),
    [
        ("There is nothing dreamy about Slowdive, but they are loud.", "dreamy", "loud"),
        ("Slowdive are not gloomy, they are luminous.", "gloomy", "luminous"),
        ("Slowdive never make abrasive records; theirs are gentle.", "abrasive", "gentle"),
        ("Without heavy drums Slowdive, hazy as ever, drift.", "heavy", "hazy"),
        ("Slowdive have no dreamy, hazy, mellow guitars but are loud.", "dreamy", "loud"),
        ("Slowdive have no dreamy, hazy, mellow guitars but are loud.", "hazy", "loud"),
        ("Slowdive have no dreamy, hazy, mellow guitars but are loud.", "mellow", "loud"),
        ("Slowdive are anything but dreamy; they are loud.", "dreamy", "loud"),
        ("Slowdive are loud and far from dreamy.", "dreamy", "loud"),
        ("Gone are the dreamy guitars, and Slowdive are loud.", "dreamy", "loud"),
        ("I can't say that it is dreamy, but Slowdive are loud.", "dreamy", "loud"),
    ],
)
def test_what_is_denied_is_no_term(text: str, denied: str, said: str) -> None:
    found = terms(text)["slowdive"]
    assert denied not in {word for _, term in found for word in term.split()}
    assert ("adj", said) in found


@pytest.mark.parametrize("text", ["Slowdive are not only gentle but loud.", "Slowdive are nothing if not gentle."])
def test_not_only_denies_nothing(text: str) -> None:
    assert ("adj", "gentle") in terms(text)["slowdive"]


@pytest.mark.parametrize(
    "text",
    [
        "Slowdive sound hazy, like My Bloody Valentine.",
        "Slowdive make hazy records reminiscent of Pink Floyd and My Bloody Valentine.",
    ],
)
def test_whom_somebody_is_likened_to_is_named_but_not_described(text: str) -> None:
    found = terms(text)
    assert ("adj", "hazy") in found["slowdive"]
    assert of_kind(found["mbv"], TermKind.ARTIST) >= {"slowdive"}
    assert of_kind(found["mbv"], TermKind.ADJ) == set()


@pytest.mark.parametrize(
    "text",
    [
        "Slowdive sound hazier than the crunchy Pink Floyd.",
        "Like the icy Pink Floyd, Slowdive are hazy.",
        "Slowdive are hazy and inspired by 20th-century rock composers Pink Floyd.",
        "Slowdive are hazy, inspired by the early records of Pink Floyd and My Bloody Valentine.",
    ],
)
def test_some_words_may_stand_between_a_comparison_and_the_name(text: str) -> None:
    found = terms(text)
    assert ("adj", "hazy") in found["slowdive"]
    assert of_kind(found["floyd"], TermKind.ADJ) == set()


@pytest.mark.parametrize(
    "text",
    [
        "It sounds like nothing Slowdive made: hazy songs.",
        "I like the new Slowdive: hazy songs.",
        "More than that, Slowdive are hazy.",
    ],
)
def test_not_every_like_and_than_before_a_name_compares(text: str) -> None:
    assert ("adj", "hazy") in terms(text)["slowdive"]


def test_a_pronoun_goes_on_about_the_subject_rather_than_about_others_named_in_passing() -> None:
    text = "Slowdive toured. They met Pink Floyd. They are hazy. Then Pink Floyd drove home. They are gloomy."
    found = terms(text, "Slowdive – Souvlaki")
    assert found["slowdive"][("adj", "hazy")] == 1.0
    assert ("adj", "hazy") not in found["floyd"]
    assert found["floyd"][("adj", "gloomy")] == 0.5


def test_a_subject_that_a_sentence_does_not_name_has_no_more_of_it_than_those_it_names() -> None:
    found = terms("A record. Pink Floyd, My Bloody Valentine and Sigur Rós are gloomy.", "Slowdive – Souvlaki")
    shares = {entity: found[entity][("adj", "gloomy")] for entity in ("floyd", "mbv", "sigur", "slowdive")}
    assert shares == dict.fromkeys(shares, pytest.approx(1 / 3))


def test_bands_like_one_are_described_as_it_is() -> None:
    assert ("adj", "hazy") in terms("Bands like Slowdive make hazy records.")["slowdive"]


@pytest.mark.parametrize("dash", ["“{}”", '"{}"'])
def test_a_sentence_that_somebody_says_describes_nobody(dash: str) -> None:
    said = dash.format("It is a gloomy old town,")
    found = terms(f"{said} he says of hazy days with Slowdive.")["slowdive"]
    assert of_kind(found, TermKind.ADJ) & {"gloomy", "hazy"} == {"hazy"}


@pytest.mark.parametrize(
    "text",
    [
        "“They say that Slowdive are a gloomy band,” he says.",
        "Slowdive call it “gloomy” music.",
        "Slowdive made “a gloomy wonder of a record,” he says.",
        "Slowdive spoke.\n“It is a gloomy old town.”",
        "Slowdive said, “It is a gloomy old town. We left it.”",
    ],
)
def test_a_quotation_that_names_somebody_or_is_short_woven_in_or_long_describes(text: str) -> None:
    assert ("adj", "gloomy") in terms(text, "Slowdive – Souvlaki")["slowdive"]


def test_a_style_has_one_spelling() -> None:
    for spelling in ("post-punk", "post punk", "postpunk"):
        found = terms(f"Slowdive play {spelling} songs.")["slowdive"]
        assert "post-punk song" in of_kind(found, TermKind.NP)
        assert "post" not in of_kind(found, TermKind.ADJ)


def test_what_is_said_in_a_verdict_carries_its_praise_or_blame() -> None:
    said = document(
        "Slowdive make gorgeous shimmering songs. Slowdive also made a dreadful murky one. Slowdive hum softly."
    )
    found = count_terms(said, Text(TAGGER, said.text), LINKER.link(said).mentions, NAMES)
    polarity = {row.term: row.polarity for row in found if row.entity_id == "slowdive"}
    assert (polarity["shimmering"], polarity["murky"], polarity["softly"]) == (1.0, -1.0, 0.0)


def test_a_sentence_has_the_same_tags_alone_and_in_its_text() -> None:
    words = "Slowdive drift. Reading is a town; they read on, slowly. The well-known lead singer leads them well. Yes."
    whole = Text(TAGGER, f"{words}\n" * 3)
    whole.tag()
    for place, sentence in enumerate(whole.sentences):
        alone = Text(TAGGER, f"{words}\n" * 3)
        alone.tag([place])
        assert alone.sentences[place].words == sentence.words
        assert {word.pos for word in alone.sentences[place - 1].words} == {""}


def lists(size: int) -> dict[str, dict[tuple[str, str], float]]:
    """Return what comes of a sentence that names so many artists."""
    artists = [Entity(f"a{place}", EntityKind.ARTIST, f"Zorkon{place} Band") for place in range(size)]
    text = f"A hazy bill: {', '.join(artist.name for artist in artists)}."
    places = [(text.index(f"{artist.name}"), artist) for artist in artists]
    mentions = [Mention("d", artist.id, at, at + len(artist.name), 0.9, artist.id == "a0") for at, artist in places]
    found: dict[str, dict[tuple[str, str], float]] = {}
    for row in count_terms(document(text), Text(TAGGER, text), mentions, Names.of(artists)):
        found.setdefault(row.entity_id, {})[(str(row.kind), row.term)] = row.tf
    return found


def test_a_list_describes_nobody_and_names_each_beside_its_neighbors() -> None:
    found = lists(30)
    assert set(found["a10"]) == {("artist", f"a{place}") for place in range(5, 16) if place != 10}
    assert sum(found["a10"].values()) == pytest.approx(1.0)
    assert set(found["a0"]) == {("artist", f"a{place}") for place in range(1, 6)}


def test_those_named_in_no_list_are_all_company() -> None:
    found = lists(20)
    assert len(of_kind(found["a10"], TermKind.ARTIST)) == 19
    assert ("adj", "hazy") in found["a10"]


def test_a_list_ten_times_as_long_gives_ten_times_the_counts() -> None:
    short, long = (sum(map(len, lists(size).values())) for size in (100, 1000))
    assert long <= 10.5 * short


def test_a_name_repeated_gives_no_more_counts() -> None:
    text = "Slowdive, " * 400 + "hazy."
    said = document(text)
    mentions = [Mention(said.id, "slowdive", place * 10, place * 10 + 8, 0.9, False) for place in range(400)]
    found = {row.term: row.tf for row in count_terms(said, Text(TAGGER, text), mentions, NAMES)}
    assert found["hazy"] == 1.0


def test_a_text_about_too_many_is_about_nobody() -> None:
    artists = [Entity(f"a{place}", EntityKind.ARTIST, f"Zorkon{place} Band") for place in range(21)]
    text = "A day. They sing hazy songs."
    mentions = [Mention("d", artist.id, 0, 0, 0.9, True) for artist in artists]
    found = count_terms(document(text), Text(TAGGER, text), mentions, Names.of(artists))
    assert {row.kind for row in found} == {TermKind.ARTIST}
