import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from sample.source import HERE, Post, read_authors, read_labels, read_names, read_post, read_posts

POSTS = read_posts()
WORDS = [len(post.body.split()) for post in POSTS]
with (HERE / "catalog.csv").open(encoding="utf-8", newline="") as stream:
    CATALOG = {row["id"]: row for row in csv.DictReader(stream)}
TEXT = "\n".join(f"{post.title}\n{post.body}" for post in POSTS)


def names(row: dict[str, str]) -> list[str]:
    return [row["name"], *filter(None, row["aliases"].split("|"))]


def test_there_are_enough_posts_over_enough_artists_and_songs() -> None:
    about = Counter(artist for post in POSTS for artist in post.artists)
    assert len(POSTS) >= 60
    assert len(about) >= 25
    assert min(about.values()) >= 2
    songs = [row for row in CATALOG.values() if row["kind"] == "song"]
    assert len([row for row in songs if any(f'"{name}' in TEXT for name in names(row))]) >= 40
    assert len({song for post in POSTS for song in post.songs}) >= 20


def test_lengths_and_days_are_spread() -> None:
    assert min(WORDS) >= 80
    assert max(WORDS) <= 720
    assert min(WORDS) < 120
    assert max(WORDS) > 600
    days = [post.published for post in POSTS if post.published]
    assert {day.year for day in days} == set(range(2019, 2027))
    assert max(days) < date(2026, 12, 1)
    assert len(days) < len(POSTS)


def test_every_form_of_markup_kind_and_author_is_used() -> None:
    assert {post.markup for post in POSTS} == {"jsonld", "opengraph", "plain"}
    assert {post.kind for post in POSTS} == {"review", "news", "interview", "biography", "list", "post"}
    assert {post.author.id for post in POSTS} == set(read_authors())


def test_structured_reviews_are_complete() -> None:
    for post in POSTS:
        if post.markup == "jsonld":
            assert post.kind == "review", post.slug
            assert post.work, post.slug
            assert post.rating is not None, post.slug
            assert post.published is not None, post.slug


def test_every_catalogue_id_in_use_exists() -> None:
    used = {key for post in POSTS for key in (*post.artists, *post.songs)}
    performers = {key for row in CATALOG.values() for key in row["artist"].split("|") if key}
    assert used | performers <= CATALOG.keys()
    assert all(row["artist"] for row in CATALOG.values() if row["kind"] == "song")


def test_every_entity_of_the_catalogue_is_spoken_of() -> None:
    assert [key for key, row in CATALOG.items() if not any(name in TEXT for name in names(row))] == []


def test_every_post_names_what_it_is_about() -> None:
    for post in POSTS:
        for key in (*post.artists, *post.songs):
            assert any(name in f"{post.title} {post.body}" for name in names(CATALOG[key])), (post.slug, key)


def test_ids_are_unique_and_two_artists_share_a_name() -> None:
    with (HERE / "catalog.csv").open(encoding="utf-8", newline="") as lines:
        keys = [row["id"] for row in csv.DictReader(lines)]
    assert len(keys) == len(set(keys))
    shared = [key for key, name in read_names().items() if name == "Nirvana"]
    assert len(shared) == 2
    assert len({read_labels()[key] for key in shared}) == 2


def test_a_summary_is_plain_text_of_a_few_words() -> None:
    for post in POSTS:
        assert 5 <= len(post.summary.split()) <= 42, post.slug
        assert "*" not in post.summary
        assert "](" not in post.summary


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no front matter", "front matter cannot be used"),
        ("+++\ntitle = 1 2\n+++\nx", "front matter cannot be used"),
        ('+++\ntitle = "x"\nauthor = "nobody"\nkind = "post"\n+++\nx', "nobody"),
        ('+++\ntitle = "x"\nauthor = "ines"\nkind = "essay"\npublished = 2020-01-01\n+++\nx', "'essay'"),
        ('+++\ntitle = "x"\nauthor = "ines"\nkind = "post"\n+++\nx', "`modified`"),
    ],
)
def test_unusable_front_matter_is_an_error_that_names_the_file(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "odd.md"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"odd\.md") as caught:
        read_post(path, read_authors())
    assert said in str(caught.value)


def test_a_post_without_a_date_lives_under_notes() -> None:
    undated = next(post for post in POSTS if post.published is None)
    assert isinstance(undated, Post)
    assert undated.path == f"/notes/{undated.slug}/"
