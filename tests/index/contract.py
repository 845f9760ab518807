"""What every engine of the index must do. A test class of an engine inherits `IndexContract` and gives `index`.

class TestEmbedded(IndexContract):
    @pytest.fixture
    def index(self, ...) -> Index: ...   an empty index
"""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.base import KEPT, Index
from index.published import Filters
from records.errors import NoSnapshotError, QueryError, UnknownEntityError
from records.snapshot import LATENT, Snapshot
from records.types import Entity, EntityKind, Neighbor, Term, TermKind
from tests.index.exact import dense, exact_scores, passing
from tests.index.made import named_snapshot, spoken_snapshot, with_equal_rows
from tests.snapshots import random_snapshot

ARTIST, SONG = EntityKind.ARTIST, EntityKind.SONG
SNAPSHOT = random_snapshot(entities=90, terms=240, seed=5)
IDS = {kind: SNAPSHOT.vectors[kind].entities.column("id").to_pylist() for kind in EntityKind}
PRECISION = 1e-5
ASKED_OFTEN = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,  # the index is only read after it was filled
        HealthCheck.differing_executors,  # every engine inherits the same test
        HealthCheck.too_slow,
    ],
)

weights = st.floats(0.1, 3) | st.floats(-3, -0.1)
mixes = st.none() | st.dictionaries(
    st.sampled_from([*map(str, TermKind), LATENT]), st.floats(0.01, 5), min_size=1, max_size=8
).filter(lambda mix: set(mix) != {"tag"})
shares = st.floats(0, 1, width=32)


@st.composite
def seeds_of(draw: st.DrawFn, kind: EntityKind) -> dict[str, float]:
    """Draw one to four seeds, at least one of them wanted."""
    ids = draw(st.lists(st.sampled_from(IDS[kind]), min_size=1, max_size=4, unique=True))
    return {i: draw(weights) if position else draw(st.floats(0.1, 3)) for position, i in enumerate(ids)}


@st.composite
def filters(draw: st.DrawFn) -> Filters:
    """Draw filters on everything that can be filtered by."""
    familiarity, hotttnesss = sorted([draw(shares), draw(shares)]), sorted([draw(shares), draw(shares)])
    some = st.frozensets(st.sampled_from(IDS[ARTIST]), max_size=60)
    only, without, leaning = draw(st.none() | some), draw(some), draw(st.just(1.0) | shares)
    return Filters(familiarity[0], familiarity[1], hotttnesss[0], hotttnesss[1], only, without, leaning)


def assert_exact(found: list[Neighbor], scores: dict[str, float], n: int) -> None:
    """Hold that the answer is the n best of the scores above 0, up to ties within the precision."""
    answered = {neighbor.entity.id: neighbor.score for neighbor in found}
    assert len(answered) == len(found)
    assert answered == pytest.approx({i: scores[i] for i in answered}, abs=PRECISION)
    assert [n.score for n in found] == sorted((n.score for n in found), reverse=True)
    best = sorted((score for score in scores.values() if score > PRECISION), reverse=True)[:n]
    assert [n.score for n in found][: len(best)] == pytest.approx(best, abs=PRECISION)


class PublishContract:
    """Publishing, status, rollback."""

    def test_an_empty_index_says_so_and_answers_nothing(self, index: Index) -> None:
        status = index.status()
        assert (status.live, status.kept) == (None, ())
        with pytest.raises(NoSnapshotError, match="publish"):
            index.similar({"artist-000001": 1.0}, ARTIST)
        with pytest.raises(NoSnapshotError):
            index.rollback()

    def test_status_says_what_is_live(self, index: Index) -> None:
        report = index.publish(SNAPSHOT)
        live = index.status().live
        assert live is not None
        assert (live.id, live.day, live.entities) == (SNAPSHOT.id, SNAPSHOT.day, {ARTIST: 90, SONG: 45})
        assert live.bytes > 0
        assert dict(report.counts)["artists published"] == 90

    def test_publishing_the_live_snapshot_again_does_nothing(self, index: Index) -> None:
        index.publish(SNAPSHOT)
        before = index.status()
        report = index.publish(SNAPSHOT)
        assert "already" in report.notes[0]
        assert index.status() == before

    def test_rollback_brings_back_the_answers_of_before_and_publish_those_of_after(self, index: Index) -> None:
        other = random_snapshot(entities=40, terms=100, seed=6)
        index.publish(SNAPSHOT)
        first = index.similar({"artist-000001": 1.0}, ARTIST)
        index.publish(other)
        second = index.similar({"artist-000001": 1.0}, ARTIST)
        assert first != second
        status = index.rollback()
        assert status.live is not None
        assert status.live.id == SNAPSHOT.id
        assert [kept.id for kept in status.kept] == [other.id]
        assert index.similar({"artist-000001": 1.0}, ARTIST) == first
        with pytest.raises(NoSnapshotError, match="no snapshot to go back to"):
            index.rollback()
        index.publish(other)
        assert index.similar({"artist-000001": 1.0}, ARTIST) == second

    def test_a_kept_snapshot_published_again_counts_as_the_newest(self, index: Index) -> None:
        other = random_snapshot(entities=10, terms=20, seed=6)
        for snapshot in (SNAPSHOT, other, SNAPSHOT):
            index.publish(snapshot)
        status = index.rollback()
        assert status.live is not None
        assert status.live.id == other.id

    def test_only_some_older_snapshots_are_kept(self, index: Index) -> None:
        drawn = [random_snapshot(entities=6, terms=10, seed=seed) for seed in range(KEPT + 3)]
        for snapshot in drawn:
            index.publish(snapshot)
        status = index.status()
        assert [kept.id for kept in status.kept] == [s.id for s in drawn[-2 : -2 - KEPT : -1]]

    def test_a_snapshot_without_entities_can_be_published(self, index: Index) -> None:
        index.publish(random_snapshot(entities=0, terms=0, seed=1))
        assert index.suggest("a") == []
        with pytest.raises(UnknownEntityError):
            index.get(["artist-000000"])
        with pytest.raises(QueryError):
            index.search("dreamy")

    def test_progress_is_told_and_ends_whole(self, index: Index) -> None:
        told: list[tuple[str, int, int | None]] = []
        index.publish(SNAPSHOT, lambda *step: told.append(step))
        assert told
        assert told[-1][1] == told[-1][2]
        assert {stage for stage, _, _ in told} == {"publish"}


class SimilarContract:
    """Neighbours and why they are neighbours."""

    @pytest.fixture
    def published(self, index: Index) -> Index:
        index.publish(SNAPSHOT)
        return index

    @ASKED_OFTEN
    @given(seeds=seeds_of(ARTIST), mix=mixes, n=st.integers(1, 30))
    def test_neighbours_are_those_of_a_brute_force_search(
        self, published: Index, seeds: dict[str, float], mix: dict[str, float] | None, n: int
    ) -> None:
        """One or many seeds, liked or not, any mix."""
        found = published.similar(seeds, ARTIST, n, mix)
        assert_exact(found, exact_scores(SNAPSHOT, ARTIST, seeds, mix), n)

    @ASKED_OFTEN
    @given(seeds=seeds_of(ARTIST), chosen=filters())
    def test_filters_leave_the_best_of_what_passes(
        self, published: Index, seeds: dict[str, float], chosen: Filters
    ) -> None:
        allowed = passing(SNAPSHOT, ARTIST, chosen)
        scores = {i: s for i, s in exact_scores(SNAPSHOT, ARTIST, seeds).items() if i in allowed}
        found = published.similar(seeds, ARTIST, 10, filters=chosen)
        assert {neighbor.entity.id for neighbor in found} <= allowed
        assert_exact(found, scores, 10)

    @ASKED_OFTEN
    @given(seeds=seeds_of(SONG))
    def test_songs_are_compared_with_songs(self, published: Index, seeds: dict[str, float]) -> None:
        found = published.similar(seeds, SONG, 5)
        assert {neighbor.entity.kind for neighbor in found} <= {SONG}
        assert_exact(found, exact_scores(SNAPSHOT, SONG, seeds), 5)

    @ASKED_OFTEN
    @given(a=st.sampled_from(IDS[ARTIST]), b=st.sampled_from(IDS[ARTIST]), mix=mixes)
    def test_explanations_are_symmetric_and_their_parts_sum_to_the_score(
        self, published: Index, a: str, b: str, mix: dict[str, float] | None
    ) -> None:
        explanation = published.explain(a, b, 1000, mix)
        assert explanation == published.explain(b, a, 1000, mix)
        parts = explanation.latent + sum(shared.share for shared in explanation.shared)
        assert parts == pytest.approx(explanation.score, abs=1e-12)
        if a != b:
            assert explanation.score == pytest.approx(exact_scores(SNAPSHOT, ARTIST, {a: 1.0}, mix)[b], abs=PRECISION)

    def test_the_explanation_of_a_neighbour_has_its_score_and_its_shared_terms(self, published: Index) -> None:
        for neighbor in published.similar({"artist-000003": 1.0}, ARTIST, 5, shared=4):
            explanation = published.explain("artist-000003", neighbor.entity.id, 1000)
            assert neighbor.score == pytest.approx(explanation.score, abs=1e-9)
            telling = [s.term for s in explanation.shared if s.term.kind is not TermKind.N2]
            assert [s.term for s in neighbor.shared] == telling[:4]

    def test_equal_vectors_are_answered_in_the_order_of_their_ids(self, index: Index) -> None:
        equal = with_equal_rows(SNAPSHOT, ARTIST, 3, [7, 50, 20, 88, 11])
        index.publish(equal)
        found = index.similar({"artist-000003": 1.0}, ARTIST, 3)
        assert [n.entity.id for n in found] == ["artist-000007", "artist-000011", "artist-000020"]
        assert found[0].score == pytest.approx(1 - 0.05, abs=1e-4), "all kinds but tag, which nobody has"

    def test_an_entity_without_anything_in_common_is_no_neighbour(self, index: Index) -> None:
        index.publish(spoken_snapshot({"a": {TermKind.N1: {"x": 1}}, "b": {TermKind.N1: {"x": 1}}, "c": {}}))
        assert [n.entity.id for n in index.similar({"a": 1.0}, ARTIST)] == ["b"]
        assert index.similar({"c": 1.0}, ARTIST) == []

    def test_a_text_shared_in_two_kinds_is_one_shared_term_with_the_sum_of_shares(self, index: Index) -> None:
        said = {TermKind.N2: {"dream pop": 1.0, "pop and": 1.0}, TermKind.NP: {"dream pop": 1.0}}
        index.publish(spoken_snapshot({"a": said, "b": said}))
        shared = index.explain("a", "b").shared
        assert [(s.term, pytest.approx(s.share)) for s in shared] == [
            (Term(TermKind.NP, "dream pop"), 1.5 / 8),
            (Term(TermKind.N2, "pop and"), 0.5 / 8),
        ]
        assert index.similar({"a": 1.0}, ARTIST)[0].shared == shared[:1], "a reader is told what tells something"

    @pytest.mark.parametrize(
        ("seeds", "mix", "expected"),
        [
            ({"artist-000001": -1.0}, None, "at least one above 0"),
            ({}, None, "at least one above 0"),
            ({"artist-000001": float("nan")}, None, "numbers"),
            ({"song-000001": 1.0}, None, "song-000001 is no artist"),
            ({"artist-000001": 1.0}, {"n3": 1.0}, "'n3'"),
            ({"artist-000001": 1.0}, {"n1": -1.0}, "at least 0"),
            ({"artist-000001": 1.0}, {"n1": 0.0}, "above 0"),
            ({"artist-000001": 1.0}, {"n1": 1e308, "np": 1e308}, "too great"),
        ],
    )
    def test_a_question_that_makes_no_sense_is_refused(
        self, published: Index, seeds: dict[str, float], mix: dict[str, float] | None, expected: str
    ) -> None:
        with pytest.raises(QueryError, match=expected):
            published.similar(seeds, ARTIST, mix=mix)

    def test_unknown_ids_are_refused_by_name(self, published: Index) -> None:
        for ask in (
            lambda: published.similar({"nobody": 1.0, "artist-000001": 1.0}, ARTIST),
            lambda: published.explain("artist-000001", "nobody"),
            lambda: published.terms("nobody"),
            lambda: published.get(["artist-000001", "nobody"]),
            lambda: published.kind_of("nobody"),
        ):
            with pytest.raises(UnknownEntityError, match="nobody"):
                ask()

    def test_an_artist_is_not_compared_with_a_song(self, published: Index) -> None:
        with pytest.raises(QueryError, match="expected two artists or two songs"):
            published.explain("artist-000001", "song-000001")

    @pytest.mark.parametrize("n", [0, -1, 100_000])
    def test_a_senseless_number_of_answers_is_refused(self, published: Index, n: int) -> None:
        with pytest.raises(QueryError, match="expected a number from 1"):
            published.similar({"artist-000001": 1.0}, ARTIST, n)


class TermsContract:
    """Terms of an entity, and search by description."""

    @ASKED_OFTEN
    @given(row=st.integers(0, 89), kinds=st.lists(st.sampled_from(list(TermKind)), min_size=1, unique=True))
    def test_terms_are_the_strongest_of_their_kinds_scaled_to_the_first(
        self, index: Index, row: int, kinds: list[TermKind]
    ) -> None:
        """A weight is unit weight times norm times n / (n + 1); frequency and df are the snapshot's."""
        index.publish(SNAPSHOT)
        vectors = SNAPSHOT.vectors[ARTIST]
        norms = dict(zip(map(str, TermKind), vectors.norms[row].tolist(), strict=True))
        listed = vectors.terms.to_pylist()
        raw = dense(vectors)[row]
        cells = slice(vectors.indptr[row], vectors.indptr[row + 1])
        said_by = dict(zip(vectors.indices[cells].tolist(), vectors.frequencies[cells].tolist(), strict=True))
        about = vectors.entities.column("documents")[row].as_py()
        expected = {
            t["term"]: raw[j] * norms[t["kind"]] * said_by[j] * about / (said_by[j] * about + 1)
            for j, t in enumerate(listed)
            if raw[j] and t["kind"] in kinds
        }
        found = index.terms(IDS[ARTIST][row], kinds, 12)
        top = max(expected.values(), default=1.0)
        best = sorted((weight / top for weight in expected.values()), reverse=True)[:12]
        assert [t.weight for t in found] == pytest.approx(best, abs=1e-5)
        assert {t.term.text: t.weight for t in found} == pytest.approx(
            {t.term.text: expected[t.term.text] / top for t in found}, abs=1e-5
        )
        df = {t["term"]: t["df"] for t in listed}
        assert [t.df for t in found] == [df[t.term.text] for t in found]
        assert all(0 < t.frequency <= 1 for t in found)

    def test_people_are_shown_tags_noun_phrases_and_adjectives_each_text_once(self, index: Index) -> None:
        said = {
            TermKind.TAG: {"shoegaze": 1.0},
            TermKind.NP: {"shoegaze": 2.0, "dream pop": 3.0},
            TermKind.ADJ: {"hazy": 0.5},
            TermKind.N1: {"guitar": 9.0},
        }
        index.publish(spoken_snapshot({"a": said}))
        found = [(t.term.kind, t.label, pytest.approx(t.weight)) for t in index.terms("a")]
        assert found == [
            (TermKind.NP, "dream pop", 1.0),
            (TermKind.NP, "shoegaze", 2 / 3),
            (TermKind.ADJ, "hazy", 0.5 / 3),
        ]
        assert [t.label for t in index.terms("a", [TermKind.N1])] == ["guitar"]

    @pytest.fixture
    def spoken(self, index: Index) -> Index:
        n1, n2, artist = TermKind.N1, TermKind.N2, TermKind.ARTIST
        said = {
            "ride": {n1: {"dreamy": 3.0, "shoegaze": 3.0}, n2: {"dream pop": 1.0}, artist: {"id:Slowdive": 1.0}},
            "gojira": {n1: {"metal": 4.0, "dreamy": 1.0}},
            "deafheaven": {n1: {"metal": 2.0, "shoegaze": 4.0}},
            "low": {n1: {"slow": 1.0}, TermKind.TAG: {"Café": 1.0}},
        }
        index.publish(spoken_snapshot(said))
        return index

    def test_a_description_finds_who_fits_by_weight_and_pushes_down_the_unwanted(self, spoken: Index) -> None:
        assert [n.entity.id for n in spoken.search("shoegaze")] == ["deafheaven", "ride"]
        assert [n.entity.id for n in spoken.search("shoegaze -metal")] == ["ride", "deafheaven"]
        assert next(n.entity.id for n in spoken.search("dreamy^3 metal")) == "ride"
        assert next(n.entity.id for n in spoken.search("dreamy metal^3")) == "gojira"

    def test_the_score_of_a_description_is_the_mixed_dot_product_of_unit_vectors(self, spoken: Index) -> None:
        found = spoken.search("dreamy shoegaze^2")[0]
        dreamy, shoegaze = 1 / 2, 2 / 2  # weight times idf, which is 1 / df here
        assert found.entity.id == "ride"
        cosine = (3 * dreamy + 3 * shoegaze) / (dreamy**2 + shoegaze**2) ** 0.5 / 18**0.5
        assert found.score == pytest.approx(cosine / 7, abs=PRECISION), "seven term kinds of equal weight"
        assert [s.label for s in found.shared] == ["shoegaze", "dreamy"]

    def test_a_kind_that_knows_one_of_two_words_does_not_make_up_for_the_other(self, index: Index) -> None:
        """Asked for dreamy shoegaze, who has both comes first, not who is dreamiest."""
        both = {TermKind.ADJ: {"dreamy": 1.0, "loud": 2.0}, TermKind.NP: {"shoegaze": 1.0, "guitar": 2.0}}
        dreamiest = {TermKind.ADJ: {"dreamy": 1.0}, TermKind.NP: {"guitar": 1.0}}
        index.publish(spoken_snapshot({"both": both, "dreamiest": dreamiest}))
        assert [n.entity.id for n in index.search("dreamy shoegaze^2")] == ["both", "dreamiest"]

    def test_phrases_quoted_or_not_accents_and_names_of_artists_are_found(self, spoken: Index) -> None:
        for description in ('"Dream Pop"', "dream pop", "SLOWDIVE"):
            assert [n.entity.id for n in spoken.search(description)] == ["ride"]
        assert [n.entity.id for n in spoken.search("cafe")] == ["low"]

    def test_filters_hold_for_descriptions_too(self, spoken: Index) -> None:
        found = spoken.search("shoegaze", filters=Filters(without=frozenset({"ride"})))
        assert [n.entity.id for n in found] == ["deafheaven"]
        assert spoken.search("shoegaze", filters=Filters(min_familiarity=0.9)) == []

    def test_unknown_words_are_named_and_passed_over(self, spoken: Index) -> None:
        assert spoken.unknown_words('shoegaze xyzzy -plugh "dream pop"') == ["xyzzy", "plugh"]
        assert spoken.search("shoegaze xyzzy") == spoken.search("shoegaze")
        for nothing in ("xyzzy plugh", "-metal"):
            with pytest.raises(QueryError, match="expected at least one wanted word"):
                spoken.search(nothing)


class NamesContract:
    """Names and aliases."""

    @pytest.fixture
    def named(self, index: Index) -> Index:
        artists = [
            {"name": "Slowdive", "aliases": ["Slow Dive"], "familiarity": 0.9},
            {"name": "The Smiths", "aliases": [], "familiarity": 0.8},
            {"name": "Sigur Rós", "aliases": ["Victory Rose"], "familiarity": 0.7},
            {"name": "Air", "aliases": [], "disambiguation": "French duo", "familiarity": 0.6},
            {"name": "Air", "aliases": [], "disambiguation": "jazz trio", "familiarity": 0.1},
            {"name": "!!!", "aliases": ["Chk Chk Chk"], "familiarity": 0.5},
            {"name": "Smith", "aliases": ["Slowdive"], "familiarity": 0.2},
            {"name": "HIM", "aliases": [], "familiarity": 0.4},
            {"name": "Him", "aliases": [], "familiarity": 0.3},
            {"name": "R.E.M.", "aliases": [], "familiarity": 0.65},
            {"name": "Alison", "aliases": [], "familiarity": 0.05},
            {"name": "Кино", "aliases": [], "familiarity": 0.04},
            *[{"name": f"Filler {i}", "aliases": [], "familiarity": 0.01} for i in range(8)],
        ]
        songs = [
            {"name": "Alison", "aliases": [], "familiarity": 0.5},
            {"name": "Svefn-g-englar", "aliases": [], "familiarity": 0.4},
        ]
        index.publish(named_snapshot(artists, songs))
        return index

    @pytest.mark.parametrize(
        ("said", "row"),
        [
            ("artist-000004", 4),
            ("slowdive", 0),
            ("SLOW DIVE", 0),
            ("smiths", 1),
            ("the Smiths", 1),
            ("the smith", 6),
            ("sigur ros", 2),
            ("Victory rose", 2),
            ("!!!", 5),
            ("chk-chk chk", 5),
            ("HIM", 7),
            ("Him", 8),
            ("rem", 9),
            ("Alison", 10),
            ("КИНО", 11),
        ],
    )
    def test_an_id_a_name_or_an_alias_means_an_artist(self, named: Index, said: str, row: int) -> None:
        """Exact id first; then name before alias, artist before song, the same capitals first."""
        assert named.resolve(said).id == f"artist-{row:06}"

    def test_a_song_is_meant_where_no_artist_has_the_name_or_songs_are_asked_for(self, named: Index) -> None:
        assert named.resolve("alison", SONG).id == "song-000000"
        assert named.resolve("svefn g englar").id == "song-000001"
        assert named.resolve("song-000000").kind is SONG

    def test_several_artists_of_a_name_are_told_apart_in_the_error(self, named: Index) -> None:
        with pytest.raises(QueryError, match=r"artist-000003 \(French duo\); artist-000004 \(jazz trio\)"):
            named.resolve("air")
        with pytest.raises(QueryError, match="2 artists"):
            named.resolve("hIM")

    def test_an_unknown_name_is_answered_with_the_closest(self, named: Index) -> None:
        with pytest.raises(UnknownEntityError, match=r"did you mean Slowdive \(artist-000000\)"):
            named.resolve("slowdvie")
        with pytest.raises(UnknownEntityError, match="no song 'Slowdive'"):
            named.resolve("Slowdive", SONG)
        with pytest.raises(UnknownEntityError, match="no artist or song"):
            named.resolve("")

    def test_suggestions_begin_so_and_the_best_known_come_first(self, named: Index) -> None:
        assert [e.name for e in named.suggest("s", ARTIST)] == ["Slowdive", "The Smiths", "Sigur Rós", "Smith"]
        assert [e.name for e in named.suggest("S", ARTIST, n=2)] == ["Slowdive", "The Smiths"]
        assert [e.name for e in named.suggest("the smi")] == ["The Smiths", "Smith"]
        assert next(e.name for e in named.suggest("the s", ARTIST)) == "Slowdive"
        assert [e.name for e in named.suggest("chk")] == ["!!!"]
        assert [e.kind for e in named.suggest("alis")] == [SONG, ARTIST]
        assert [e.kind for e in named.suggest("alis", SONG)] == [SONG]

    @pytest.mark.parametrize("typo", ["slodwive", "lowdive", "slowdivee", "slowxive", "slwdi"])
    def test_one_typo_is_forgiven_where_nothing_begins_so(self, named: Index, typo: str) -> None:
        assert named.suggest(typo)[0].name == "Slowdive"

    def test_nothing_is_suggested_for_what_nothing_resembles(self, named: Index) -> None:
        assert named.suggest("zzzzzzzzqqq") == []

    def test_entities_come_back_whole_and_in_the_order_asked(self, named: Index) -> None:
        found = named.get(["artist-000003", "song-000001", "artist-000002"])
        assert found[0].disambiguation == "French duo"
        made = ("made:song1",)
        assert found[1] == Entity(
            "song-000001", SONG, "Svefn-g-englar", (), ("artist-000001",), "", made, "Reykjavík", "1951"
        )
        assert found[2].aliases == ("Victory Rose",)
        assert named.kind_of("song-000001") is SONG


class IndexContract(PublishContract, SimilarContract, TermsContract, NamesContract):
    """All of it."""


def of_day(snapshot: Snapshot, day: date) -> Snapshot:
    """Return the same vectors as the snapshot of another day."""
    return replace(snapshot, id=f"{snapshot.id}-{day}", day=day)
