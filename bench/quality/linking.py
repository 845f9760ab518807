"""Are the subjects of reviews found? The reviewer said in the title, or beside the text, whom the review is about.

Once as it is published, and once with another title and address, so that the text alone must tell.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

from markdown_it import MarkdownIt

from bench.lacking import read_files, read_posts
from nlp.folding import fold
from nlp.mentions import Linker
from nlp.name_files import open_names
from nlp.names import patterns
from nlp.settings import CountSettings
from records.lake import Lake, read_table
from records.schemas import ENTITIES, from_table
from records.types import Document, Entity

_FRONT = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
_BANDS = re.compile(r"^band:\n((?:- .*\n?)+)", re.MULTILINE)
_TITLE = re.compile(r"^title: *(.+)$", re.MULTILINE)
_REVIEW = re.compile(r"(.+?) :: .+")
_SEVERAL = re.compile(r" [+/&] ")
_LIQUID, _MARKUP = re.compile(r"\{[{%].*?[%}]\}"), re.compile(r"<[^>]+>")
_ENDS = re.compile(r"</(p|h\d|li|blockquote)>")
_MARKDOWN = MarkdownIt("commonmark")


@dataclass(frozen=True, slots=True)
class Review:
    """A review, and whom it is about as its writer says."""

    document: Document
    artists: tuple[str, ...]
    """Names."""


@dataclass(frozen=True, slots=True)
class Linked:
    """How well subjects were found."""

    reviews: int
    """Of which an artist is in the catalogue."""
    recall: float
    """Share of them of which the artist was found as the subject."""
    precision: float
    """Share of the subjects found in all reviews that are the artist; one not in the catalogue cannot be."""


def eatenbymonsters(repository: Path) -> list[Review]:
    """Return the reviews of the blog's git repository, with the artists of their front matter."""
    found = []
    for name, text in read_files(repository):
        front = _FRONT.match(text)
        bands = _BANDS.search(front[1] + "\n") if front else None
        title = _TITLE.search(front[1]) if front else None
        if front and bands and title:
            artists = tuple(line.removeprefix("- ").strip(" '\"") for line in bands[1].strip().splitlines())
            found.append(Review(_document(f"https://blog.invalid/{name}", title[1].strip(" '\""), front[2]), artists))
    return found


def lacking(repository: Path) -> list[Review]:
    """Return the reviews of the blog's git repository, with the artists of their titles ("This + That :: Album").

    Such a title may name two artists or one ("Peter Bjorn + John", who is "Peter Bjorn and John" in catalogues): each
    counts.
    """
    found = []
    for post in read_posts(repository):
        title = _REVIEW.fullmatch(post.title)
        if title and post.path.startswith("/reviews/"):
            artists = (title[1], title[1].replace(" + ", " and "), *_SEVERAL.split(title[1]))
            found.append(Review(_document(f"https://blog.invalid{post.path}", post.title, post.body), artists))
    return found


def measure(reviews: Iterable[Review], lake: Lake, *, titles: bool) -> Linked:
    """Link the names of reviews and compare their subjects with the artists that they are about.

    Args:
        reviews: what to read.
        lake: whose catalogue names the artists.
        titles: whether title and address are shown.
    """
    linker = Linker(open_names(lake), CountSettings().min_confidence)
    known = {entity.id: entity for entity in from_table(read_table(lake.catalog, ENTITIES), Entity)}
    bearers = {name for entity in known.values() for name in patterns(entity)}
    asked = hit = found = right = 0
    for review in reviews:
        artists = _with_article(fold(name) for name in review.artists)
        linked = linker.link(review.document if titles else _blank(review.document))
        subjects = {mention.entity_id for mention in linked.mentions if mention.is_subject}
        good = {subject for subject in subjects if artists & _with_article(patterns(known[subject]))}
        asked += bool(artists & bearers)
        hit += bool(good)
        found += len(subjects)
        right += len(good)
    return Linked(asked, hit / max(1, asked), right / max(1, found))


def _with_article(names: Iterable[str]) -> set[str]:
    """Return folded names with and without "the", which either side may leave out."""
    bare = {name.removeprefix("the ") for name in names}
    return bare | {f"the {name}" for name in bare}


def _blank(document: Document) -> Document:
    return replace(document, title="", url="https://blog.invalid/post")


def _document(url: str, title: str, text: str) -> Document:
    shown = _MARKUP.sub("", _ENDS.sub("\n", _MARKDOWN.render(_LIQUID.sub(" ", text))))
    plain = "\n".join(" ".join(unescape(line).split()) for line in shown.splitlines() if line.strip())
    now = datetime.now(UTC)
    return Document(url, url, "reviews", title, plain, now, lang="en")
