"""The blog as it is written: posts with front matter, authors, and the names in the catalogue."""

import csv
import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
KINDS = ("review", "news", "interview", "biography", "list", "post")
MARKUPS = ("jsonld", "opengraph", "plain")
SUMMARY_WORDS = 42


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody who writes for the blog."""

    id: str
    name: str
    bio: str


@dataclass(frozen=True, slots=True)
class Post:
    """One post, as its file gives it."""

    slug: str
    """Name of the file, and the last part of the path."""
    title: str
    author: Author
    kind: str
    """One of `KINDS`."""
    body: str
    """Markdown; `(post:slug)` stands for the path of another post."""
    modified: date
    """What the sitemap gives as lastmod; the day of publication unless the file says otherwise."""
    published: date | None = None
    """None for a page that shows no date anywhere."""
    artists: tuple[str, ...] = ()
    """Catalogue ids of the artists it is about, most important first."""
    songs: tuple[str, ...] = ()
    """Catalogue ids of the songs that it is about as a whole."""
    markup: str = "plain"
    """One of `MARKUPS`: schema.org Review, opengraph only, or a bare page with the date in words."""
    work: str = ""
    """Title of the album or song under review."""
    rating: float | None = None
    """Out of 10."""
    lang: str = "en"
    credit: str = ""
    """A line under the title, such as where the text appeared first."""
    broken: bool = False
    """Served cut off in the middle, with tags left open."""

    @property
    def path(self) -> str:
        """The path it is served at: dated, or under /notes/ where the page has no date."""
        folder = f"{self.published:%Y/%m}" if self.published else "notes"
        return f"/{folder}/{self.slug}/"

    @property
    def summary(self) -> str:
        """The beginning of the text without markup, at most `SUMMARY_WORDS` words."""
        opening = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", self.body.split("\n\n", 1)[0])
        words = opening.replace("*", "").removeprefix("## ").split()
        return " ".join(words[:SUMMARY_WORDS]) + ("…" if len(words) > SUMMARY_WORDS else "")


def read_posts(folder: Path = HERE / "posts", authors: Mapping[str, Author] | None = None) -> list[Post]:
    """Read all posts, newest first.

    Raises:
        ValueError: The front matter of a file is not what it should be; the message names the file.
    """
    known = read_authors() if authors is None else authors
    posts = [read_post(path, known) for path in sorted(folder.glob("*.md"))]
    return sorted(posts, key=lambda post: (post.modified, post.slug), reverse=True)


def read_post(path: Path, authors: Mapping[str, Author]) -> Post:
    """Read one post: TOML between two lines of `+++`, then Markdown.

    Raises:
        ValueError: The front matter is missing, or a value in it is unknown.
    """
    try:
        _, front, body = re.split(r"^\+\+\+\n", path.read_text(encoding="utf-8"), maxsplit=2, flags=re.MULTILINE)
        fields = tomllib.loads(front)
        fields["author"] = authors[fields["author"]]
        fields |= {name: tuple(fields.get(name, ())) for name in ("artists", "songs")}
        fields.setdefault("modified", fields.get("published"))
        post = Post(slug=path.stem, body=body.strip(), **fields)
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path.name}: front matter cannot be used ({error!r})") from error
    if post.kind not in KINDS or post.markup not in MARKUPS or post.modified is None:
        raise ValueError(
            f"{path.name}: found kind {post.kind!r}, markup {post.markup!r}, modified {post.modified}; "
            f"expected a kind of {KINDS}, a markup of {MARKUPS}, and `modified` where `published` is missing"
        )
    return post


def read_authors(path: Path = HERE / "authors.toml") -> dict[str, Author]:
    """Read the authors by id."""
    entries = tomllib.loads(path.read_text(encoding="utf-8"))
    return {key: Author(key, entry["name"], entry["bio"]) for key, entry in entries.items()}


def read_labels(path: Path = HERE / "catalog.csv") -> dict[str, str]:
    """Read what to call each entity of the catalogue; artists of the same name get their disambiguation."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    shared = Counter(row["name"] for row in rows if row["kind"] == "artist")
    return {
        row["id"]: f"{row['name']} ({row['disambiguation']})" if shared[row["name"]] > 1 else row["name"]
        for row in rows
    }


def read_names(path: Path = HERE / "catalog.csv") -> dict[str, str]:
    """Read the plain name of each entity of the catalogue."""
    with path.open(encoding="utf-8", newline="") as stream:
        return {row["id"]: row["name"] for row in csv.DictReader(stream)}
