"""Damaged WARC files: is the damage told, and what stood before it kept?

    python -m bench.damage --files 2000 --seed 1

Files of pages, packed and plain, are damaged at random: bytes flipped, overwritten, cut out, put in, the end cut off.
Whatever is not told must have left all pages as they were.
"""

import argparse
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.archive import Entry, PageWriter, read_pages
from records.types import Page

_PAGES = 6
_TIME = datetime(2026, 11, 21, 8, tzinfo=UTC)
_LONGEST = 300
"""Bytes that one damage touches, at most."""

Damage = Callable[[random.Random, bytes], tuple[int, bytes]]
"""From good bytes to where the damage begins, and the damaged bytes."""


@dataclass(frozen=True, slots=True)
class Original:
    """A whole file, and where each of its pages ends."""

    name: str
    content: bytes
    pages: Sequence[Page]
    ends: Sequence[int]


def judge(original: Original, place: int, damaged: bytes, folder: Path) -> str:
    """Return what became of a damaged file: `told`, `harmless` (all pages as they were), or what is wrong.

    Args:
        original: the file before.
        place: the first byte that may have changed.
        damaged: the file after.
        folder: where it is written to be read.
    """
    path = folder / original.name
    path.write_bytes(damaged)
    found: list[Page] = []
    is_told = False
    try:
        found.extend(archived.page for archived in read_pages(path))
    except ArchiveLoadFailed as error:
        is_told = "byte" in str(error)
    before = sum(end <= place for end in original.ends)
    if found[:before] != list(original.pages[:before]):
        return "good pages before the damage are lost"
    if is_told:
        return "told"
    if found == original.pages:
        return "harmless"
    if damaged in {original.content[:end] for end in original.ends}:
        return "cut between two records"
    is_body_whole = {page.body for page in found} <= {page.body for page in original.pages}
    return "head changed, not told" if is_body_whole else "rubbish, not told"


def originals() -> Iterator[Original]:
    """Yield a file as the crawl writes it, and a foreign one that is not packed."""
    rng = random.Random(0)
    pages = [
        Page(
            f"https://b.example/{number}",
            "blog",
            _TIME + timedelta(seconds=number),
            200,
            (("content-type", "text/html"), ("content-length", str(size))),
            bytes(rng.choices(b"abcdefgh <>/\n", k=size)),
        )
        for number, size in enumerate(rng.choices(range(10, 3000), k=_PAGES))
    ]
    packed, plain = BytesIO(), BytesIO()
    ends: dict[str, list[int]] = {"packed": [], "plain": []}
    foreign = WARCWriter(plain, gzip=False)
    for page in pages:
        PageWriter(packed).write(page, Entry(title="A title"))
        http = StatusAndHeaders("200 OK", list(page.headers), "HTTP/1.1")
        warc = {"WARC-Date": page.fetched_at.isoformat(), "X-Topterms-Source": "blog"}
        body = BytesIO(page.body)
        record = foreign.create_warc_record(page.url, "response", body, http_headers=http, warc_headers_dict=warc)
        foreign.write_record(record)
        ends["packed"].append(packed.tell())
        ends["plain"].append(plain.tell())
    yield Original("packed.warc.gz", packed.getvalue(), pages, ends["packed"])
    yield Original("plain.warc", plain.getvalue(), pages, ends["plain"])


def _flip(rng: random.Random, content: bytes) -> tuple[int, bytes]:
    place = rng.randrange(len(content))
    return place, content[:place] + bytes([content[place] ^ (1 << rng.randrange(8))]) + content[place + 1 :]


def _overwrite(rng: random.Random, content: bytes) -> tuple[int, bytes]:
    place, length = rng.randrange(len(content)), rng.randint(1, _LONGEST)
    rubbish = rng.choice([rng.randbytes(length), b"\0" * length])
    return place, content[:place] + rubbish[: len(content) - place] + content[place + length :]


def _cut_out(rng: random.Random, content: bytes) -> tuple[int, bytes]:
    place, length = rng.randrange(len(content)), rng.randint(1, _LONGEST)
    return place, content[:place] + content[place + length :]


def _put_in(rng: random.Random, content: bytes) -> tuple[int, bytes]:
    place = rng.randrange(len(content) + 1)
    return place, content[:place] + rng.randbytes(rng.randint(1, _LONGEST)) + content[place:]


def _cut_off(rng: random.Random, content: bytes) -> tuple[int, bytes]:
    place = rng.randrange(len(content))
    return place, content[:place]


DAMAGES: Sequence[Damage] = (_flip, _overwrite, _cut_out, _put_in, _cut_off)


def measure(files: int, seed: int, folder: Path) -> Counter[tuple[str, str]]:
    """Damage so many files of each sort; return how often what came of it, by name of the file and outcome."""
    outcomes: Counter[tuple[str, str]] = Counter()
    for original in originals():
        rng = random.Random(seed)
        for number in range(files):
            place, damaged = DAMAGES[number % len(DAMAGES)](rng, original.content)
            outcomes[original.name, judge(original, place, damaged, folder)] += 1
    return outcomes


def main() -> int:
    """Run as the arguments say; return 1 if rubbish was not told or something good was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=2000, help="damaged files of each sort (2000)")
    parser.add_argument("--seed", type=int, default=1, help="of the damage (1)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcomes = measure(given.files, given.seed, Path(folder))
    for (name, outcome), number in sorted(outcomes.items()):
        print(f"{name:<16} {outcome:<40} {number:>6}")
    return any(outcome in ("rubbish, not told", "good pages before the damage are lost") for _, outcome in outcomes)


if __name__ == "__main__":
    sys.exit(main())
