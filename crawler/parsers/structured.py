"""What a page says about itself for machines: JSON-LD, microdata and Open Graph, by schema.org's words."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import extruct
from lxml.html import HtmlElement

_ARTICLES = frozenset(
    {"Article", "NewsArticle", "BlogPosting", "Review", "CriticReview", "MusicReview", "ReviewNewsArticle", "Report",
     "OpinionNewsArticle", "AnalysisNewsArticle", "SocialMediaPosting", "LiveBlogPosting"}
)  # fmt: skip
_REVIEWS = frozenset({"Review", "CriticReview", "MusicReview", "ReviewNewsArticle"})
_LISTINGS = frozenset({"CollectionPage", "SearchResultsPage", "Blog", "ItemList"})
_ARTISTS = frozenset({"MusicGroup", "Person", "PerformingGroup", "Organization"})
_WORKS = frozenset({"MusicAlbum", "MusicRecording", "MusicRelease", "MusicComposition", "CreativeWork", "Product"})
_DEFAULT_BEST = 5.0
_DEFAULT_WORST = 1.0

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Structured:
    """What structured data says of a page; every field empty where it does not."""

    types: frozenset[str] = frozenset()
    """schema.org types of the page's own item."""
    articles: int = 0
    """How many articles stand side by side on the page."""
    is_listing: bool = False
    """Whether the page calls itself a collection or a blog's front."""
    og_type: str = ""
    title: str = ""
    site_name: str = ""
    author: str = ""
    published: str = ""
    about: tuple[str, ...] = ()
    rating: float | None = None
    license: str = ""

    @property
    def is_review(self) -> bool:
        """Whether the page says it is a review."""
        return bool(self.types & _REVIEWS)


def read_structured(tree: HtmlElement, url: str) -> Structured:
    """Read the structured data of a page; what cannot be understood is passed over."""
    found = extruct.extract(
        tree, base_url=url, syntaxes=["json-ld", "microdata", "opengraph"], errors="ignore", uniform=True
    )
    items = [item for syntax in ("json-ld", "microdata") for item in _flatten(found.get(syntax, ()))]
    og: Item = next(iter(found.get("opengraph", ())), {})
    articles = [item for item in items if _types(item) & _ARTICLES]
    reviews = [item for item in articles if _types(item) & _REVIEWS]
    main = (reviews or articles or [{}])[0]
    return Structured(
        types=_types(main),
        articles=len(
            {_text(item.get("url")) or _text(item.get("headline")) or str(n) for n, item in enumerate(articles)}
        ),
        is_listing=any(_types(item) & _LISTINGS for item in items),
        og_type=_text(og.get("@type") or og.get("og:type")).lower(),
        title=_text(main.get("headline")) or _text(og.get("og:title")),
        site_name=_text(og.get("og:site_name")),
        author=_author(main),
        published=_first(articles, "datePublished"),
        about=_about(main, articles),
        rating=_rating(main.get("reviewRating")),
        license=_text(main.get("license")),
    )


def _flatten(items: Iterable[Any]) -> Iterator[Item]:
    for item in items:
        if isinstance(item, dict):
            yield from _flatten(graph if isinstance(graph := item.get("@graph", ()), list) else [graph])
            yield item


def _types(item: Item) -> frozenset[str]:
    found = item.get("@type", ())
    names = [found] if isinstance(found, str) else found
    return frozenset(re.split(r"[/#:]", str(name))[-1] for name in names)


def _text(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value") or value.get("@id") or value.get("url") or ""
    return " ".join(value.split()) if isinstance(value, str) else ""


def _items(value: Any) -> list[Item]:
    values = value if isinstance(value, list) else [value]
    return [v if isinstance(v, dict) else {"name": v} for v in values if isinstance(v, (dict, str)) and v]


def _author(item: Item) -> str:
    names = [_text(author) for author in _items(item.get("author"))]
    return ", ".join(name for name in dict.fromkeys(names) if name and not name.startswith("http"))


def _first(items: Iterable[Item], key: str) -> str:
    return next((text for item in items if (text := _text(item.get(key)))), "")


def _about(main: Item, articles: Iterable[Item]) -> tuple[str, ...]:
    subjects = _items(main.get("itemReviewed")) or [s for item in articles for s in _items(item.get("about"))]
    artists: list[str] = []
    works: list[str] = []
    for subject in subjects:
        makers = [maker for key in ("byArtist", "creator", "author") for maker in _items(subject.get(key))]
        artists += map(_text, makers)
        is_artist = bool(_types(subject) & _ARTISTS)
        (artists if is_artist or not _types(subject) & _WORKS else works).append(_text(subject))
    return tuple(name for name in dict.fromkeys(artists + works) if name)


def _rating(value: Any) -> float | None:
    for rating in _items(value):
        score, best, worst = (_number(rating.get(key)) for key in ("ratingValue", "bestRating", "worstRating"))
        if match := re.fullmatch(r"\s*([\d.,]+)\s*/\s*([\d.,]+)\s*", str(rating.get("ratingValue", ""))):
            score, best, worst = _number(match[1]), _number(match[2]), 0.0
        best = _DEFAULT_BEST if best is None else best
        worst = _DEFAULT_WORST if worst is None else worst
        if score is not None and 0 <= score <= best and worst < best:
            return (max(score, worst) - worst) / (best - worst)
    return None


def _number(value: Any) -> float | None:
    try:
        return float(str(value).replace(",", ".").rstrip("%"))
    except ValueError:
        return None
