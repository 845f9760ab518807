"""Totals add up whatever the order and the day they are built on; vectors follow the formula."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from nlp.catalog import import_catalog
from nlp.phrases import phrases
from nlp.settings import WeighSettings
from nlp.tags import import_tags
from nlp.totals import TERM_TOTALS, History, totals_of
from nlp.weigh import weigh
from nlp.weighting import weigh_terms
from nlp.workspace import workspace
from records.errors import ConfigurationError
from records.ids import document_id
from records.lake import Dataset, Lake, read_table
from records.schemas import COUNTS, DOCUMENTS, to_table
from records.snapshot import LATENT, Vectors, read_snapshot
from records.types import Document, EntityKind, TermCount, TermKind
from tests.snapshots import assert_alike

DAY = date(2026, 11, 21)
CATALOG = "id,kind,name,artist\na,artist,Ahn,\nb,artist,Bez,\nc,artist,Coe,\ns,song,Sun,a\n"
SETTINGS = WeighSettings(half_life_days=100, hot_half_life_days=10)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return catalogued(tmp_path)


def catalogued(folder: Path) -> Lake:
    made = Lake(folder / "lake", create=True)
    path = folder / "catalog.csv"
    path.write_text(CATALOG)
    import_catalog(made, path)
    return made


Said = dict[tuple[str, str, str], float]
"""(entity, kind, term) -> tf"""


def add(lake: Lake, day: date, said: dict[str, Said], *, age: int = 0, stem: str = "x") -> None:
    """Put documents ("source/name" -> what it says) and their counts into the lake."""
    when = datetime(day.year, day.month, day.day, tzinfo=UTC)
    documents = [
        Document(document_id(u), u, u.split("/")[0], "", "text", when, published_at=when - timedelta(days=age))
        for u in said
    ]
    counts = [
        TermCount(document_id(u), entity, TermKind(kind), term, tf, 0, 4)
        for u, terms in said.items()
        for (entity, kind, term), tf in terms.items()
    ]
    stamp = document_id(repr(said))
    lake.write_table(lake.partition(Dataset.DOCUMENTS, day) / f"{stem}.parquet", to_table(documents, DOCUMENTS), stamp)
    lake.write_table(lake.partition(Dataset.COUNTS, day) / f"{stem}.parquet", to_table(counts, COUNTS), stamp)


def summed(lake: Lake, day: date) -> pa.Table:
    """Store the totals of a day's epoch and return those of the day."""
    with workspace(lake, SETTINGS) as place:
        return read_table(totals_of(History(lake, SETTINGS), day, place).terms, TERM_TOTALS)


def totals(lake: Lake, day: date = DAY) -> dict[tuple[str, ...], tuple[float, int]]:
    rows = summed(lake, day).to_pylist()
    return {(r["entity_id"], r["kind"], r["term"], r["source"]): (r["tf"], r["documents"]) for r in rows}


def ids(rows: pa.Table) -> list[str]:
    return rows.column("entity_id").to_pylist()  # type: ignore[no-any-return]


def artists(lake: Lake) -> Vectors:
    return read_snapshot(lake).vectors[EntityKind.ARTIST]


def weight(vectors: Vectors, entity: str, kind: str, term: str) -> float:
    """Return a weight as it was before its kind's norm was divided out."""
    row = vectors.entities.column("id").to_pylist().index(entity)
    rows = vectors.terms.to_pylist()
    column = next(i for i, t in enumerate(rows) if (t["kind"], t["term"]) == (kind, term))
    cells = slice(vectors.indptr[row], vectors.indptr[row + 1])
    unit = dict(zip(vectors.indices[cells].tolist(), vectors.weights[cells].tolist(), strict=True))[column]
    return unit * float(vectors.norms[row, list(TermKind).index(TermKind(kind))])


def test_what_was_said_long_ago_weighs_half_after_the_half_life(lake: Lake) -> None:
    add(lake, DAY, {"x/old": {("a", "adj", "hazy"): 2.0}}, age=100)
    assert totals(lake) == {("a", "adj", "hazy", "x"): (pytest.approx(1.0), 1)}


def test_what_has_faded_beyond_measure_leaves_the_vectors_and_spoils_nothing(lake: Lake) -> None:
    add(lake, DAY, {"x/old": {("a", "adj", "hazy"): 2.0}}, age=9000, stem="old")
    add(lake, DAY, {"x/new": {("b", "adj", "loud"): 2.0, ("b", "adj", "slow"): 1.0}}, stem="new")
    weigh(lake, day=DAY, settings=SETTINGS)
    assert artists(lake).entities.column("id").to_pylist() == ["b"]
    assert np.isfinite(artists(lake).weights).all()


def test_vectors_name_the_epoch_that_they_belong_to(lake: Lake) -> None:
    add(lake, DAY, {f"x/{n}": {("a", "adj", "hazy"): 2.0, ("b", "adj", "loud"): 1.0} for n in range(9)})
    weigh(lake, day=DAY, settings=SETTINGS)
    later = DAY + timedelta(days=1)
    add(lake, later, {"x/late": {("a", "adj", "slow"): 1.0}})
    weigh(lake, day=later, settings=SETTINGS)
    assert [read_snapshot(lake, day).epoch for day in (DAY, later)] == [DAY, DAY]


def test_a_later_day_is_the_earlier_one_faded_plus_the_day(lake: Lake) -> None:
    add(lake, DAY, {"x/1": {("a", "adj", "hazy"): 2.0}})
    totals(lake)
    later = DAY + timedelta(days=50)
    add(lake, later, {"x/2": {("a", "adj", "hazy"): 3.0}})
    assert totals(lake, later)["a", "adj", "hazy", "x"] == (pytest.approx(2 * 0.5**0.5 + 3), 2)


def test_a_revision_takes_the_place_of_what_stood_there(lake: Lake) -> None:
    add(lake, DAY, {"x/1": {("a", "adj", "hazy"): 2.0, ("a", "adj", "slow"): 1.0}, "x/2": {("b", "adj", "loud"): 1.0}})
    totals(lake)
    add(lake, DAY + timedelta(days=1), {"x/1": {("a", "adj", "bright"): 1.0}})
    after = totals(lake, DAY + timedelta(days=1))
    assert set(after) == {("a", "adj", "bright", "x"), ("b", "adj", "loud", "x")}


def test_a_document_that_was_taken_back_leaves_nothing(lake: Lake) -> None:
    add(lake, DAY, {"x/1": {("a", "adj", "hazy"): 2.0}}, stem="x")
    add(lake, DAY, {"y/1": {("a", "adj", "loud"): 2.0}}, stem="y")
    totals(lake)
    for dataset in (Dataset.COUNTS, Dataset.DOCUMENTS):
        (lake.partition(dataset, DAY) / "y.parquet").unlink()
    later = DAY + timedelta(days=1)
    add(lake, later, {"x/2": {("a", "adj", "slow"): 1.0}})
    assert {term for _, _, term, _ in totals(lake, later)} == {"hazy", "slow"}


TERMS = st.tuples(st.sampled_from("ab"), st.just("adj"), st.sampled_from(["hazy", "loud", "slow"]))
SAID = st.dictionaries(TERMS, st.sampled_from([0.5, 1.0, 2.0]), min_size=1)
DAYS = st.lists(st.dictionaries(st.sampled_from(["x/1", "x/2", "y/1"]), SAID, min_size=1), min_size=1, max_size=4)


@settings(max_examples=15, deadline=None)
@given(DAYS)
def test_day_by_day_gives_what_a_build_from_scratch_gives(tmp_path_factory: pytest.TempPathFactory, days: list) -> None:
    daily = Lake(tmp_path_factory.mktemp("daily") / "lake", create=True)
    scratch = Lake(tmp_path_factory.mktemp("scratch") / "lake", create=True)
    for offset, said in enumerate(days):
        day = DAY + timedelta(days=3 * offset)
        add(daily, day, said, age=5)
        add(scratch, day, said, age=5)
        summed(daily, day)
    expected = totals(scratch, day)
    assert totals(daily, day) == {key: (pytest.approx(tf), n) for key, (tf, n) in expected.items()}


def test_a_day_without_counts_has_no_totals_and_is_of_no_epoch(lake: Lake) -> None:
    assert totals(lake) == {}
    assert History(lake, SETTINGS).epoch(DAY) is None


def test_an_epoch_lasts_until_a_tenth_more_was_said(lake: Lake) -> None:
    days = [DAY + timedelta(days=n) for n in range(4)]
    add(lake, days[0], {"x/1": {("a", "adj", f"word {n}"): 1.0 for n in range(20)}})
    add(lake, days[1], {"x/2": {("a", "adj", "slow"): 1.0}})
    add(lake, days[3], {"x/3": {("a", "adj", "loud"): 1.0}})
    history = History(lake, SETTINGS)
    assert [history.epoch(day) for day in days] == [days[0], days[0], days[0], days[3]]
    assert history.epoch(DAY - timedelta(days=1)) is None
    for day in days:
        summed(lake, day)
    assert lake.days(Dataset.TOTALS) == [days[0], days[3]]


MORE = st.tuples(
    st.sampled_from(["a", "b", "c", "s"]),
    st.sampled_from(["adj", "n1", "np"]),
    st.sampled_from(["hazy", "loud", "slow", "warm", "deep"]),
)
ARTISTS = st.tuples(st.sampled_from("abc"), st.just("artist"), st.sampled_from("abc"))
TEXTS = st.dictionaries(MORE | ARTISTS, st.sampled_from([0.5, 1.0, 2.0]), min_size=1)
WEEK = st.lists(st.dictionaries(st.sampled_from(["x/1", "x/2", "y/1", "y/2"]), TEXTS), min_size=2, max_size=4)


@pytest.mark.parametrize("growth", [0.5, 100.0])
@settings(max_examples=4, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(days=WEEK)
def test_vectors_built_day_by_day_are_those_built_at_once_latent_ones_too(
    tmp_path_factory: pytest.TempPathFactory, growth: float, days: list[dict[str, Said]]
) -> None:
    """Whether many days begin an epoch or one alone: documents come, are revised, and fade."""
    daily, at_once = (catalogued(tmp_path_factory.mktemp("lake")) for _ in range(2))
    wanted = replace(SETTINGS, dimensions=2)
    with patch("nlp.totals.GROWTH", growth):
        for offset, said in enumerate(days):
            day = DAY + timedelta(days=3 * offset)
            for made in (daily, at_once):
                if said:
                    add(made, day, said, age=5 * (offset % 2))
            weigh(daily, day=day, settings=wanted)
        weigh(at_once, day=day, settings=wanted)
    assert_alike(read_snapshot(daily), read_snapshot(at_once))


def test_within_an_epoch_only_those_that_something_was_said_of_are_weighed_anew(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nlp.totals.GROWTH", 100.0)
    add(lake, DAY, {"x/1": {("a", "adj", "hazy"): 3.0, ("b", "adj", "hazy"): 1.0}})
    weigh(lake, day=DAY, settings=SETTINGS)
    later = DAY + timedelta(days=5)
    add(lake, later, {"x/2": {("b", "adj", "loud"): 1.0}})
    asked: list[list[str]] = []
    monkeypatch.setattr("nlp.weigh.weigh_terms", lambda *given: asked.append(ids(given[0])) or weigh_terms(*given))
    weigh(lake, day=later, settings=SETTINGS)
    assert asked[0] == ["b"]
    assert weight(artists(lake), "a", "adj", "hazy") > 0


def test_a_word_that_comes_within_an_epoch_waits_for_the_next_while_other_terms_come_at_once(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nlp.totals.GROWTH", 100.0)
    add(lake, DAY, {"x/1": {("a", "n1", "old"): 3.0, ("b", "n1", "old"): 1.0}})
    weigh(lake, day=DAY, settings=SETTINGS)
    add(lake, DAY + timedelta(days=1), {"x/2": {(e, k, "new"): 1.0 for e in "ab" for k in ("n1", "np")}})
    weigh(lake, day=DAY + timedelta(days=1), settings=SETTINGS)
    terms = artists(lake).terms.select(["kind", "term", "df"]).to_pylist()
    assert [tuple(t.values()) for t in terms if t["kind"] != "artist"] == [("n1", "old", 2), ("np", "new", 2)]


def test_a_weight_is_log_tf_times_smooth_idf(lake: Lake) -> None:
    add(lake, DAY, {"x/1": {("a", "adj", "hazy"): 3.0}, "x/2": {("b", "adj", "loud"): 1.0}})
    weigh(lake, day=DAY, settings=SETTINGS)
    assert weight(artists(lake), "a", "adj", "hazy") == pytest.approx(math.log(4) * (math.log(3 / 2) + 1), rel=1e-5)


def test_ten_sources_that_say_it_once_outweigh_one_that_says_it_ten_times(lake: Lake) -> None:
    add(lake, DAY, {f"site{i}/1": {("a", "adj", "dreamy"): 1.0} for i in range(10)})
    add(lake, DAY, {"loud/1": {("a", "adj", "heavy"): 10.0}}, stem="y")
    weigh(lake, day=DAY, settings=SETTINGS)
    vectors = artists(lake)
    assert weight(vectors, "a", "adj", "dreamy") > 2 * weight(vectors, "a", "adj", "heavy")


def test_an_entity_of_which_all_is_old_loses_nothing_by_age(lake: Lake) -> None:
    add(lake, DAY, {"x/1": {("a", "adj", "hazy"): 3.0}}, age=1000)
    add(lake, DAY, {"x/2": {("b", "adj", "loud"): 3.0}}, stem="y")
    weigh(lake, day=DAY, settings=SETTINGS)
    vectors = artists(lake)
    assert weight(vectors, "a", "adj", "hazy") == pytest.approx(weight(vectors, "b", "adj", "loud"), rel=1e-4)


def test_every_kind_of_every_entity_has_norm_one(lake: Lake) -> None:
    said = {(e, k, f"{k} {i}"): 1.0 + i for e in "abc" for k in ("adj", "np", "n1", "artist") for i in range(4)}
    add(lake, DAY, {"x/1": said})
    weigh(lake, day=DAY, settings=SETTINGS)
    vectors = artists(lake)
    for row in range(3):
        cells = slice(vectors.indptr[row], vectors.indptr[row + 1])
        for kind in ("adj", "np", "n1", "artist"):
            block = vectors.columns_of(TermKind(kind))
            inside = (vectors.indices[cells] >= block.start) & (vectors.indices[cells] < block.stop)
            assert np.linalg.norm(vectors.weights[cells][inside]) == pytest.approx(1, rel=1e-5)


def test_frequency_is_the_share_of_documents_that_say_it(lake: Lake) -> None:
    add(lake, DAY, {"x/1": {("a", "adj", "hazy"): 3.0, ("a", "adj", "slow"): 1.0}, "x/2": {("a", "adj", "slow"): 1.0}})
    weigh(lake, day=DAY, settings=SETTINGS)
    vectors = artists(lake)
    shares = {
        vectors.terms.column("term")[int(column)].as_py(): float(share)
        for column, share in zip(vectors.indices, vectors.frequencies, strict=True)
    }
    assert (shares["hazy"], shares["slow"]) == (0.5, 1.0)


def test_the_share_of_a_term_is_that_of_the_documents_about_all_that_say_it(lake: Lake) -> None:
    add(lake, DAY, {"x/1": {("a", "adj", "hazy"): 3.0}, "x/2": {("a", "adj", "slow"): 1.0}})
    add(lake, DAY + timedelta(1), {"x/3": {("b", "adj", "slow"): 2.0, ("c", "adj", "loud"): 1.0}}, stem="y")
    weigh(lake, day=DAY + timedelta(1), settings=SETTINGS)
    terms = artists(lake).terms.select(["term", "share"]).to_pylist()
    found = {row["term"]: row["share"] for row in terms}
    assert found["hazy"] == pytest.approx(1 / 4)
    assert found["slow"] == pytest.approx(2 / 4)


def test_an_artist_is_alike_those_it_is_mentioned_with(lake: Lake) -> None:
    add(lake, DAY, {"x/1": {("a", "artist", "b"): 1.0, ("b", "artist", "a"): 1.0, ("c", "adj", "loud"): 1.0}})
    weigh(lake, day=DAY, settings=SETTINGS)
    vectors = artists(lake)
    block = vectors.columns_of(TermKind.ARTIST)
    dense = np.zeros((3, vectors.terms.num_rows))
    for row in range(3):
        cells = slice(vectors.indptr[row], vectors.indptr[row + 1])
        dense[row, vectors.indices[cells]] = vectors.weights[cells]
    cosines = dense[:, block] @ dense[:, block].T
    assert cosines[0, 1] > 0.5
    assert cosines[0, 2] == 0


def tag(lake: Lake, folder: Path, *rows: str, day: date = DAY, source: str = "lastfm") -> None:
    path = folder / f"{source}.csv"
    path.write_text("\n".join(("entity,tag,count", *rows)) + "\n")
    import_tags(lake, path, day)


def test_a_tag_weighs_by_its_count_in_each_source_and_does_not_fade(lake: Lake, tmp_path: Path) -> None:
    add(lake, DAY, {"x/1": {("a", "adj", "hazy"): 3.0}}, age=1000)
    tag(lake, tmp_path, "a,shoegaze,100", "a,loud,25", "b,loud,1")
    tag(lake, tmp_path, "a,shoegaze,3", source="musicbrainz")
    weigh(lake, day=DAY, settings=SETTINGS)
    shoegaze = (math.log(101) + math.log(4)) * (math.log(3 / 2) + 1)
    assert weight(artists(lake), "a", "tag", "shoegaze") == pytest.approx(shoegaze, rel=1e-5)
    assert weight(artists(lake), "a", "tag", "loud") == pytest.approx(math.log(26), rel=1e-5)


def test_the_frequency_of_a_tag_is_its_count_by_the_greatest(lake: Lake, tmp_path: Path) -> None:
    tag(lake, tmp_path, "a,shoegaze,100", "a,loud,25")
    weigh(lake, day=DAY, settings=SETTINGS)
    vectors = artists(lake)
    assert vectors.entities.column("documents").to_pylist() == [0]
    assert vectors.terms.column("term").to_pylist() == ["loud", "shoegaze"]
    assert vectors.frequencies.tolist() == [0.25, 1.0]


def test_tags_of_those_nobody_wrote_about_leave_what_was_written_as_it_was(lake: Lake, tmp_path: Path) -> None:
    said = {("a", "adj", "hazy"): 3.0, ("a", "adj", "slow"): 1.0, ("b", "adj", "slow"): 1.0, ("b", "artist", "a"): 2.0}
    add(lake, DAY, {"x/1": said})
    weigh(lake, day=DAY, settings=SETTINGS)
    before = artists(lake)
    tag(lake, tmp_path, "c,loud,5", "a,loud,1")
    weigh(lake, day=DAY, settings=SETTINGS)
    after = artists(lake)
    assert after.entities.column("id").to_pylist() == ["a", "b", "c"]
    for entity, kind, term in said:
        assert weight(after, entity, kind, term) == weight(before, entity, kind, term)


def test_a_new_import_of_tags_makes_a_new_build_and_a_day_keeps_the_tags_it_had(lake: Lake, tmp_path: Path) -> None:
    later = DAY + timedelta(days=1)
    tag(lake, tmp_path, "a,shoegaze,1")
    weigh(lake, day=DAY, settings=SETTINGS)
    first = read_snapshot(lake, DAY).id
    tag(lake, tmp_path, "a,noise,1", day=later)
    weigh(lake, day=DAY, settings=SETTINGS)
    weigh(lake, day=later, settings=SETTINGS)
    assert read_snapshot(lake, DAY).id == first
    assert artists(lake).terms.column("term").to_pylist() == ["noise"]
    tag(lake, tmp_path, "a,dreamy,1")
    weigh(lake, day=DAY, settings=SETTINGS)
    assert read_snapshot(lake, DAY).id != first


def test_tags_that_come_within_an_epoch_make_the_vectors_that_are_built_at_once(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nlp.totals.GROWTH", 100.0)
    daily, at_once = (catalogued(tmp_path_factory.mktemp("lake")) for _ in range(2))
    days = [DAY + timedelta(days=n) for n in range(4)]
    for made in (daily, at_once):
        for day in days:
            if day == days[2]:
                tag(made, made.root.parent, "a,shoegaze,7", "c,shoegaze,1", day=day)
            else:
                add(made, day, {f"x/{day}": {("a", "adj", f"of {day}"): 1.0, ("b", "adj", "loud"): 1.0}})
            if made is daily or day == days[-1]:
                weigh(made, day=day, settings=SETTINGS)
    assert_alike(read_snapshot(daily), read_snapshot(at_once))
    assert "shoegaze" in artists(daily).terms.column("term").to_pylist()


def test_weighing_again_changes_nothing_and_new_counts_do(lake: Lake) -> None:
    add(lake, DAY, {"x/1": {("a", "adj", "hazy"): 3.0}})
    weigh(lake, day=DAY, settings=SETTINGS)
    first = read_snapshot(lake).id
    weigh(lake, day=DAY, settings=SETTINGS)
    assert read_snapshot(lake).id == first
    add(lake, DAY, {"x/2": {("a", "adj", "slow"): 3.0}}, stem="y")
    weigh(lake, day=DAY, settings=SETTINGS)
    assert read_snapshot(lake).id != first


def test_a_lake_without_counts_has_empty_vectors(lake: Lake) -> None:
    weigh(lake, day=DAY, settings=SETTINGS)
    assert artists(lake).entities.num_rows == 0


@pytest.mark.parametrize("mix", [{"colour": 1.0}, {"adj": -1.0}, {"adj": 0.0}, {LATENT: math.nan}])
def test_a_mix_that_makes_no_sense_is_refused(lake: Lake, mix: dict[str, float]) -> None:
    with pytest.raises(ConfigurationError, match="expected weights of at least 0 for n1, n2"):
        weigh(lake, day=DAY, settings=replace(SETTINGS, mix=mix))


def test_a_pair_is_a_phrase_when_its_words_seek_each_other() -> None:
    words = {"of": 500, "the": 600, "dream": 20, "pop": 30, "x": 5000}
    assert phrases(["dream pop", "of the", "no word"], [15, 40, 3], words) == [True, False, False]
