"""The sources file: which sites to read, from where on, and how much."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from crawler.canonical import site
from records.errors import ConfigurationError

TEMPLATE = Path(__file__).with_name("template.toml").read_text(encoding="utf-8")
"""A commented sources file to start from."""


class SourceKind(StrEnum):
    """How a source is reached: the name of the spider, and the key that its start is given by."""

    FEED = "feed"
    SITEMAP = "sitemap"
    BLOG = "blog"
    WARC = "warc"


@dataclass(frozen=True, slots=True)
class Source:
    """One site, or one set of archives, that pages come from."""

    name: str
    """1 to 64 lower-case letters, digits, dots, dashes, underscores; begins with a letter or digit."""
    kind: SourceKind
    start: tuple[str, ...]
    """Addresses to start at; for archives, files or patterns of files."""
    allow: tuple[str, ...] = ()
    """Regular expressions; if any are given, an address must match one to be followed."""
    deny: tuple[str, ...] = ()
    """Regular expressions; an address that matches one is not followed."""
    hosts: tuple[str, ...] = ()
    """Hosts to follow links to besides that of the start; for archives, the only ones taken (all if empty)."""
    max_pages: int = 1000
    """Requests a run."""
    depth: int = 100
    """Links away from the start."""
    delay: float = 1.0
    """Seconds between two requests, at least."""
    max_size: int = 10_000_000
    """Bytes of one page, packed and unpacked."""
    timeout: float = 30.0
    """Seconds for one page."""
    allow_private: bool = False
    """Whether the hosts of the start may have private or loopback addresses."""
    opt_out: bool = False
    """Whether the source is no longer to be crawled and its documents are to vanish."""
    drop_gone: bool = False
    """Whether the documents of pages that are gone for good are to vanish."""
    contact: str = ""
    """Address or page of whoever answers for the crawl; part of the user agent."""


_NUMBERS = {"max_pages": int, "depth": int, "max_size": int, "delay": float, "timeout": float}
_FLAGS = ("allow_private", "opt_out", "drop_gone")
_LISTS = ("allow", "deny", "hosts")
_KEYS = ("name", *SourceKind, *_LISTS, *_NUMBERS, *_FLAGS)


def read_sources(path: Path) -> tuple[Source, ...]:
    """Read a sources file (TOML; `TEMPLATE` shows every key).

    Raises:
        ConfigurationError: the file is missing, is no TOML, or holds something that cannot be used. The message names
            the source, the key, what was found and what was expected.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(f"there is no sources file {path}; `topterms init` writes one to start from") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read as TOML: {error}") from error
    contact = _read_head(content, path)
    sources = tuple(_Table(path, entry, number).read(contact) for number, entry in enumerate(content["source"], 1))
    _refuse_doubles(sources, path)
    return sources


def _read_head(content: Mapping[str, Any], path: Path) -> str:
    unknown = sorted(content.keys() - {"contact", "source"})
    if unknown:
        raise ConfigurationError(f"{path}: unknown key {unknown[0]!r}; expected contact and [[source]] tables")
    tables = content.get("source")
    if not isinstance(tables, list) or not tables or not all(isinstance(t, dict) for t in tables):
        raise ConfigurationError(f"{path}: no [[source]] table found; expected at least one")
    contact = content.get("contact", "")
    if not isinstance(contact, str) or not contact.isprintable() or not contact.isascii():
        raise ConfigurationError(f"{path}: contact is {contact!r}; expected one line of ASCII text")
    return contact


def _refuse_doubles(sources: Sequence[Source], path: Path) -> None:
    seen: set[str] = set()
    for source in sources:
        if source.name in seen:
            raise ConfigurationError(f"{path}: two sources are named {source.name!r}; expected each name once")
        seen.add(source.name)


class _Table:
    """One [[source]] table, and how to speak of it."""

    def __init__(self, path: Path, entry: Mapping[str, Any], number: int) -> None:
        self.path = path
        self.entry = entry
        self.label = f"{path}: source {entry.get('name', f'number {number}')!r}"

    def read(self, contact: str) -> Source:
        unknown = sorted(self.entry.keys() - set(_KEYS))
        if unknown:
            raise ConfigurationError(f"{self.label}: unknown key {unknown[0]!r}; available: {', '.join(_KEYS)}")
        kind = self._kind()
        values: dict[str, Any] = {key: self._list(key) for key in _LISTS}
        values |= {key: self._number(key, cast) for key, cast in _NUMBERS.items() if key in self.entry}
        values |= {key: self._flag(key) for key in _FLAGS if key in self.entry}
        for key in ("allow", "deny"):
            self._check_patterns(key, values[key])
        if not all(re.fullmatch(r"[\w.-]+", host) for host in values["hosts"]):
            raise self._fail("hosts", "names of hosts such as blog.example.com, without https:// or a path")
        return Source(name=self._name(), kind=kind, start=self._start(kind), contact=contact, **values)

    def _fail(self, key: str, expected: str) -> ConfigurationError:
        found = repr(self.entry[key]) if key in self.entry else "missing"
        return ConfigurationError(f"{self.label}: {key} is {found}; expected {expected}")

    def _name(self) -> str:
        name = self.entry.get("name")
        if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}", name):
            raise self._fail("name", "1 to 64 lower-case letters, digits, dots, dashes or underscores")
        return name

    def _kind(self) -> SourceKind:
        kinds = [kind for kind in SourceKind if kind in self.entry]
        if len(kinds) != 1:
            found = " and ".join(kinds) or "none"
            expected = ", ".join(SourceKind)
            raise ConfigurationError(f"{self.label}: found {found} to start from; expected exactly one of {expected}")
        return kinds[0]

    def _start(self, kind: SourceKind) -> tuple[str, ...]:
        starts = self._list(kind)
        if not starts:
            raise self._fail(kind, "at least one")
        if kind is SourceKind.WARC:
            return tuple(str(self.path.parent.absolute() / start) for start in starts)
        for start in starts:
            try:
                site(start)
            except ValueError:
                raise self._fail(kind, "addresses such as https://blog.example.com/") from None
        return starts

    def _list(self, key: str) -> tuple[str, ...]:
        found = self.entry.get(key, [])
        values = [found] if isinstance(found, str) else found
        if not isinstance(values, list) or not all(isinstance(v, str) and v for v in values):
            raise self._fail(key, "text or a list of texts")
        return tuple(values)

    def _check_patterns(self, key: str, patterns: Sequence[str]) -> None:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise self._fail(key, f"regular expressions, and {pattern!r} is none ({error})") from None

    def _number(self, key: str, cast: type[int] | type[float]) -> float:
        found = self.entry[key]
        allowed = (int,) if cast is int else (int, float)
        least = 0 if key in ("delay", "depth") else 1
        if isinstance(found, bool) or not isinstance(found, allowed) or not least <= found < float("inf"):
            raise self._fail(key, f"a {'whole ' if cast is int else ''}number of at least {least}")
        return cast(found)

    def _flag(self, key: str) -> bool:
        found = self.entry[key]
        if not isinstance(found, bool):
            raise self._fail(key, "true or false")
        return found
