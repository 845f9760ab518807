"""Parts of a crawl: every site is one part's, they can be crawled at once, and together they are the whole crawl."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.crawl import crawl
from crawler.forgotten import remember
from crawler.parse import parse
from crawler.parts import ALL, Part, crawl_state, crawl_states, crawling, in_part, read_part
from crawler.sources import Source, SourceKind
from crawler.take_down import take_down
from records.errors import LakeError
from records.lake import Dataset, Lake
from records.types import Document
from tests.crawler.reading import documents
from tests.crawler.web import Site, page, serving

DAY = date(2026, 11, 21)
HOSTS = st.sampled_from([f"blog{number}.example" for number in range(30)])
DRAWN = st.lists(st.lists(HOSTS, min_size=1, max_size=3), max_size=25)


def sources_of(drawn: list[list[str]]) -> list[Source]:
    """Return a source for each list of hosts: it starts at the first and follows links to the others."""
    return [
        Source(f"s{number}", SourceKind.BLOG, (f"https://www.{first}/",), hosts=tuple(others))
        for number, (first, *others) in enumerate(drawn)
    ]


@given(DRAWN, st.integers(1, 12))
def test_every_source_is_in_one_part(drawn: list[list[str]], of: int) -> None:
    sources = sources_of(drawn)
    parts = [source for number in range(1, of + 1) for source in in_part(sources, Part(number, of))]
    assert sorted(source.name for source in parts) == sorted(source.name for source in sources)


@given(DRAWN, st.integers(1, 12))
def test_no_two_parts_ask_the_same_site(drawn: list[list[str]], of: int) -> None:
    sources = sources_of(drawn)
    hosts_of = dict(zip((source.name for source in sources), drawn, strict=True))
    asked = [
        {host for source in in_part(sources, Part(number, of)) for host in hosts_of[source.name]}
        for number in range(1, of + 1)
    ]
    assert sum(map(len, asked)) == len(set().union(*asked))


@given(DRAWN, DRAWN, st.integers(1, 12))
def test_sources_of_other_sites_that_are_added_move_none(
    drawn: list[list[str]], added: list[list[str]], of: int
) -> None:
    sources = sources_of(drawn)
    known = {host for hosts in drawn for host in hosts}
    fresh = sources_of([hosts for hosts in added if known.isdisjoint(hosts)])
    for number in range(1, of + 1):
        before, after = in_part(sources, Part(number, of)), in_part([*sources, *fresh], Part(number, of))
        assert [source for source in after if source in sources and source not in fresh] == before or drawn == []


def test_many_sites_are_spread_evenly() -> None:
    sources = sources_of([[f"site{number}.example"] for number in range(4000)])
    sizes = [len(in_part(sources, Part(number, 8))) for number in range(1, 9)]
    assert min(sizes) > 400
    assert max(sizes) < 600


@pytest.mark.parametrize("text", ["", "2", "0/8", "9/8", "2/0", "a/b", "1/20000", "-1/2"])
def test_what_is_no_part_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="the part is"):
        read_part(text)


@contextmanager
def blogs() -> Iterator[list[Site]]:
    """Serve some blogs, each on a port of its own, so many that no part is without one, be they two or three."""
    pages = {"/": page("Home", "/a", "/b"), "/a": page("A"), "/b": page("B")}
    sites: list[Site] = []
    with ExitStack() as stack:
        while not all(in_part(named(sites), Part(number, of)) for of in (2, 3) for number in range(1, of + 1)):
            sites.append(stack.enter_context(serving(dict(pages))))
        yield sites


def named(sites: list[Site]) -> list[Source]:
    return [site.source(name=f"blog{number}") for number, site in enumerate(sites)]


def what(lake: Lake) -> list[tuple[str, str, str]]:
    def key(document: Document) -> tuple[str, str, str]:
        return document.source, document.url, document.text

    return sorted(map(key, documents(lake)))


def test_two_parts_crawled_at_once_bring_what_one_crawl_brings(tmp_path: Path) -> None:
    """Same documents, each page asked for once, and a second crawl of the parts fetches no page again."""
    together, alone = (Lake(tmp_path / name, create=True) for name in ("together", "alone"))
    parts = Part(1, 2), Part(2, 2)
    with blogs() as sites:
        sources = named(sites)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda part: crawl(Lake(together.root), sources, day=DAY, part=part), parts))
        assert {site.asked["/a"] for site in sites} == {1}
        again = [crawl(together, sources, day=DAY + timedelta(1), part=part) for part in parts]
        crawl(alone, sources, day=DAY)
    assert [dict(report.counts)["pages stored"] for report in again] == [0, 0]
    for lake in (together, alone):
        parse(lake)
    assert what(together) == what(alone)
    assert len(what(alone)) == 2 * len(sites)


def test_a_lake_split_anew_knows_what_was_known(tmp_path: Path) -> None:
    """From one crawl to two parts, from two to three and back to one: nothing is stored a second time."""
    lake = Lake(tmp_path / "lake", create=True)
    splits = [[ALL], [Part(1, 2), Part(2, 2)], [Part(1, 3), Part(2, 3), Part(3, 3)]]
    stored = []
    with blogs() as sites:
        for later, split in enumerate(splits):
            reports = [crawl(lake, named(sites), day=DAY + timedelta(later), part=part) for part in split]
            stored.append(sum(dict(report.counts)["pages stored"] for report in reports))
    assert stored == [3 * len(sites), 0, 0]
    assert len(lake.files(Dataset.PAGES)) == len(sites)


def test_the_same_sites_are_not_crawled_twice_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.parts._PATIENCE", 0.0)
    lake = Lake(tmp_path / "lake", create=True)
    with crawling(lake, Part(1, 2)):
        with crawling(lake, Part(2, 2)):
            pass
        for other in (Part(1, 2), Part(1, 3), ALL):
            with pytest.raises(LakeError, match="is being crawled by another process"), crawling(lake, other):
                pass
    with crawling(lake, ALL), pytest.raises(LakeError, match="is being crawled"), crawling(lake, Part(1, 2)):
        pass


def test_what_is_forgotten_leaves_the_memory_of_every_part(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake", create=True)
    with blogs() as sites:
        for part in (Part(1, 2), Part(2, 2)):
            crawl(lake, named(sites), day=DAY, part=part)
        address = f"{sites[0].url}/a"
    assert any(address.encode() in path.read_bytes() for path in crawl_states(lake))
    remember(lake, urls=[address])
    take_down(lake)
    assert not any(address.encode() in path.read_bytes() for path in crawl_states(lake))
    assert len(crawl_states(lake)) == 2
    assert not crawl_state(lake, ALL).exists()
