"""What a chain that reads the blog should find."""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sample.source import HERE


@dataclass(frozen=True, slots=True)
class TruePost:
    """What is true of one post."""

    path: str
    """Below the base URL."""
    kind: str
    """One of `sample.source.KINDS`."""
    lang: str
    """ISO 639-1."""
    artists: tuple[str, ...]
    """Catalogue ids of the artists it is about."""
    songs: tuple[str, ...] = ()
    """Catalogue ids of the songs it is about as a whole."""
    published: date | None = None
    """None where the page tells no date."""
    rating: float | None = None
    """Out of 10; only where structured data gives it."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of the whole blog. The paths of odd pages, but for the disallowed one, are among the posts."""

    posts: tuple[TruePost, ...]
    """Newest first."""
    disallowed: str
    """The page that robots.txt keeps away from, though a page links to it."""
    broken: str
    """The post that is served cut off."""
    foreign: str
    """The post in another language."""
    original: str
    copy: str
    """A later near-copy of `original`."""


def read_truth(path: Path = HERE / "truth.toml") -> Truth:
    """Read the truth about the blog.

    Raises:
        ValueError: The file does not list as many posts as it says.
    """
    fields = tomllib.loads(path.read_text(encoding="utf-8"))
    expected, entries = fields.pop("posts"), fields.pop("post")
    if len(entries) != expected:
        raise ValueError(f"{path.name}: found {len(entries)} posts, expected {expected}")
    lists = ("artists", "songs")
    return Truth(
        posts=tuple(TruePost(**entry | {name: tuple(entry.get(name, ())) for name in lists}) for entry in entries),
        **fields,
    )
