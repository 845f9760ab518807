"""What was taken down and must not come back: sources and addresses, one JSON object a line in the lake.

{"source": "blog"} was taken down by hand, for good; {"source": "blog", "by": "opt_out"} is opted out in the sources
file, as long as that says so; {"url": "https://blog.example/1"} is one page, by its canonical address;
{"gone": "https://blog.example/2", "of": "blog"} is one that the site itself took down, of a source that is to drop such
pages: it counts as taken down until the site has it again.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from crawler.canonical import canonical_url
from records.errors import LakeError
from records.ids import fingerprint
from records.lake import Lake

_OPT_OUT = "opt_out"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was taken down."""

    sources: frozenset[str] = frozenset()
    opted_out: frozenset[str] = frozenset()
    """Sources that the sources file opts out."""
    urls: frozenset[str] = frozenset()
    """Canonical addresses."""

    gone: frozenset[tuple[str, str]] = frozenset()
    """Source and canonical address of pages that are gone for good, of sources that drop these."""

    def covers(self, source: str, url: str) -> bool:
        """Say whether a page or document of that source and address was taken down, or is gone for good."""
        return self.forbids(source, url) or (bool(self.gone) and (source, _canonical(url)) in self.gone)

    def forbids(self, source: str, url: str) -> bool:
        """Say whether a page was taken down and must not be fetched again."""
        return self.covers_source(source) or (bool(self.urls) and _canonical(url) in self.urls)

    def covers_source(self, source: str) -> bool:
        """Say whether a source was taken down whole."""
        return source in self.sources or source in self.opted_out

    @property
    def stamp(self) -> str:
        """Fingerprint that changes with anything in it."""
        return fingerprint(json.dumps(line) for line in self._lines())

    def _lines(self) -> list[dict[str, str]]:
        return [
            *({"source": source} for source in sorted(self.sources)),
            *({"source": source, "by": _OPT_OUT} for source in sorted(self.opted_out)),
            *({"url": url} for url in sorted(self.urls)),
            *({"gone": url, "of": source} for source, url in sorted(self.gone)),
        ]

    def write(self, lake: Lake) -> None:
        """Put this in the place of what the lake remembers; without a change the file is left alone."""
        text = "".join(json.dumps(line) + "\n" for line in self._lines())
        path = _file(lake)
        lake.fetch(path)
        if text != (path.read_text(encoding="utf-8") if path.exists() else ""):
            lake.write_text(path, text)


NOTHING = Forgotten()
"""Nothing was taken down."""


def read_forgotten(lake: Lake) -> Forgotten:
    """Read what was taken down.

    Raises:
        LakeError: the file cannot be understood; nothing may be crawled or parsed then, lest something come back.
    """
    path = _file(lake)
    lake.fetch(path)
    if not path.exists():
        return NOTHING
    try:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        sources = [(line["source"], line.get("by")) for line in lines if "source" in line]
        return Forgotten(
            frozenset(source for source, by in sources if by != _OPT_OUT),
            frozenset(source for source, by in sources if by == _OPT_OUT),
            frozenset(line["url"] for line in lines if not {"source", "gone"} & line.keys()),
            frozenset((line["of"], line["gone"]) for line in lines if "gone" in line),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LakeError(f"{path} cannot be understood ({error!r}); expected lines with source or url") from error


def remember(lake: Lake, *, sources: Iterable[str] = (), urls: Iterable[str] = ()) -> Forgotten:
    """Add sources and addresses to what was taken down; return all of it.

    Raises:
        ValueError: an address is no http or https address.
    """
    before = read_forgotten(lake)
    added = {canonical_url(url) for url in urls}
    after = replace(before, sources=before.sources.union(sources), urls=before.urls | added)
    after.write(lake)
    return after


def remember_opted_out(lake: Lake, sources: Iterable[str]) -> Forgotten:
    """Put the sources that the sources file opts out in the place of those it did before; return all of it."""
    before = read_forgotten(lake)
    after = replace(before, opted_out=frozenset(sources))
    after.write(lake)
    return after


def remember_gone(lake: Lake, gone: Iterable[tuple[str, str]], of: Collection[str] | None = None) -> None:
    """Put pages (source, canonical address) that are gone for good in the place of those that were before.

    Args:
        lake: the lake.
        gone: the pages.
        of: the sources that were looked at; what was gone of others stays. All sources if None.
    """
    before = read_forgotten(lake)
    others = {one for one in before.gone if of is not None and one[0] not in of}
    replace(before, gone=frozenset({*gone, *others})).write(lake)


def _file(lake: Lake) -> Path:
    return lake.root / "forgotten.jsonl"


def _canonical(url: str) -> str:
    try:
        return canonical_url(url)
    except ValueError:
        return url
