"""A crawl split among machines: every site is one part's, so that no two machines ask it at once.

    lake/crawl/2-of-8.sqlite   what part 2 of 8 remembers of pages
    lake/crawl/2-of-8.log      the log of its last crawl
    lake/crawl/2-of-8.lock     held while it is crawled
    lake/crawl/2-of-8.json     when it was last crawled to the end

Which part a site is in depends on the site and the number of parts alone: nothing is handed out, and sources that are
added move no others. Sources that share a site, or are tied by sources that do, are in one part.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from filelock import FileLock, Timeout

from crawler.canonical import site
from crawler.sources import Source, SourceKind
from records.errors import LakeError
from records.lake import Lake

MOST = 10_000
"""Parts at most."""
_PATIENCE = 2.0
"""Seconds for which the lock of another crawl is asked for: who only looks whether it is held lets go at once."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of so many parts of the sites.

    Raises:
        ValueError: there is no such part.
    """

    number: int
    """From 1."""
    of: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.of <= MOST:
            raise ValueError(
                f"the part is {self.number}/{self.of}; expected one from 1/{self.of} to {self.of}/{self.of}, of at "
                f"most {MOST:,} parts"
            )

    @property
    def is_all(self) -> bool:
        """Whether it is the whole crawl."""
        return self.of == 1

    @property
    def name(self) -> str:
        """What its files are called."""
        return f"{self.number}-of-{self.of}"


ALL = Part(1, 1)
"""The whole crawl."""


def read_part(text: str) -> Part:
    """Read a part as it is typed: `2/8`.

    Raises:
        ValueError: it is none.
    """
    match = re.fullmatch(r"(\d{1,5})/(\d{1,5})", text)
    if not match:
        raise ValueError(f"the part is {text!r}; expected NUMBER/PARTS such as 2/8")
    return Part(int(match[1]), int(match[2]))


def in_part(sources: Sequence[Source], part: Part) -> list[Source]:
    """Return the sources of a part, in their order."""
    tied = _Ties()
    for source in sources:
        first, *others = _sites(source)
        for other in others:
            tied.tie(first, other)
    return [source for source in sources if _number(tied.first(_sites(source)[0]), part.of) == part.number]


def crawl_state(lake: Lake, part: Part) -> Path:
    """Return the SQLite file in which a part remembers pages."""
    return lake.crawl_state if part.is_all else _folder(lake) / f"{part.name}.sqlite"


def crawl_log(lake: Lake, part: Part) -> Path:
    """Return where a part writes its log."""
    return lake.root / "crawl.log" if part.is_all else _folder(lake) / f"{part.name}.log"


def crawled(lake: Lake, part: Part) -> Path:
    """Return the file that says when a part was last crawled to its end."""
    return lake.root / "crawled.json" if part.is_all else _folder(lake) / f"{part.name}.json"


def parts_crawled(lake: Lake) -> list[Path]:
    """Return the files of `crawled` that are there of parts; none of a lake that is crawled as one."""
    return [_folder(lake) / name for name in lake.names(_folder(lake)) if name.endswith(".json")]


def crawl_states(lake: Lake) -> list[Path]:
    """Return all that remember pages of the lake: the whole crawl and parts of any number."""
    found = [_folder(lake) / name for name in lake.names(_folder(lake)) if name.endswith(".sqlite")]
    return [*([lake.crawl_state] if lake.exists(lake.crawl_state) else []), *found]


def other_states(lake: Lake, part: Part) -> list[Path]:
    """Return what remembers pages of the lake as they were split otherwise."""
    return [path for path in crawl_states(lake) if parts_of(path) != part.of]


def parts_of(path: Path) -> int:
    """Return of how many parts a file is one's; 1 if it is that of the whole crawl."""
    return int(path.stem.rpartition("-of-")[2]) if "-of-" in path.stem else 1


@contextmanager
def crawling(lake: Lake, part: Part) -> Iterator[None]:
    """Crawl a part, while nobody else crawls it and nobody crawls the same sites split otherwise.

    Raises:
        LakeError: somebody does.
    """
    mine = _lock(lake, part)
    mine.parent.mkdir(exist_ok=True)
    try:
        with FileLock(mine, timeout=0):
            for other in _locks(lake):
                if parts_of(other) != part.of:
                    with FileLock(other, timeout=_PATIENCE):
                        pass
            yield
    except Timeout as error:
        raise LakeError(
            f"{lake.address} is being crawled by another process ({Path(error.lock_file).name} is held); expected "
            f"nobody to crawl what part {part.number}/{part.of} does"
        ) from None


def _lock(lake: Lake, part: Part) -> Path:
    return lake.root / ".crawl.lock" if part.is_all else _folder(lake) / f"{part.name}.lock"


def _locks(lake: Lake) -> list[Path]:
    return [_lock(lake, ALL), *sorted(_folder(lake).glob("*.lock"))]


def _folder(lake: Lake) -> Path:
    return lake.root / "crawl"


def _sites(source: Source) -> list[str]:
    """Return the sites that a source asks, at least one; an archive asks none and stands for itself."""
    if source.kind is SourceKind.WARC:
        return [f"archive {source.name}"]
    starts = [site(start) for start in source.start]
    return [*starts, *(host.lower().removeprefix("www.") for host in source.hosts)]


def _number(name: str, of: int) -> int:
    return 1 + int.from_bytes(sha256(name.encode()).digest()[:8]) % of


class _Ties:
    """Sites that belong together, each known by the first of them by name."""

    def __init__(self) -> None:
        self._before: dict[str, str] = {}

    def first(self, name: str) -> str:
        while (before := self._before.get(name, name)) != name:
            name = before
        return name

    def tie(self, one: str, other: str) -> None:
        first, second = sorted((self.first(one), self.first(other)))
        self._before[second] = first
