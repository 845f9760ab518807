"""Take-down: pages and documents of what was forgotten leave the lake; the next build makes all else without them."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.warcwriter import WARCWriter

from crawler.archive import ArchivedPage, read_pages
from crawler.forgotten import Forgotten, read_forgotten
from crawler.parse import documents_file, pages_stamp
from crawler.parsers.page import parse_page
from crawler.parts import crawl_states
from crawler.state import CrawlState
from records.errors import LakeError
from records.lake import Dataset, Lake, read_fingerprint, read_table
from records.progress import Progress, silent
from records.schemas import DOCUMENTS
from records.types import Document, StageReport


def take_down(lake: Lake, *, progress: Progress = silent) -> StageReport:
    """Remove the pages and documents of all that the lake is to forget, and what the crawler remembers of them.

    Files are rewritten without them, or removed where nothing is left. Where a text was kept that nearly repeats one
    that goes, the first such text takes its place: it is counted from now on. Done again, it changes nothing.

    Args:
        lake: the lake; `crawler.forgotten` says what is to go.
        progress: told how many files were looked at.

    Raises:
        LakeError: a file cannot be read.
    """
    forgotten = read_forgotten(lake)
    files = lake.files(Dataset.DOCUMENTS)
    lake.fetch(*files)
    lost = {path: ids for path in files if (ids := _covered(path, forgotten))}
    sources = {documents_file(lake, path): path for path in lake.files(Dataset.PAGES)}
    pages = 0
    for done, (target, path) in enumerate(sources.items(), 1):
        pages += _remove_pages(lake, path, forgotten, is_touched=target in lost)
        progress("forget", done, len(sources) + len(files))
    gone = frozenset().union(*lost.values())
    heirs = _heirs(files, gone)
    for done, path in enumerate(files, len(sources) + 1):
        if path in lost or any(path in repeats for repeats in heirs.values()):
            _rewrite(lake, path, gone, {old: next(iter(repeats.values())) for old, repeats in heirs.items()}, sources)
        progress("forget", done, len(sources) + len(files))
    for state in crawl_states(lake):
        _forget_visits(lake, state, forgotten)
    counts = (("pages removed", pages), ("documents removed", len(gone)), ("repeats in their place", len(heirs)))
    return StageReport("forget", counts)


def sources_of(lake: Lake) -> set[str]:
    """Return the names of the sources that the lake has documents of."""
    found: set[str] = set()
    files = lake.files(Dataset.DOCUMENTS)
    lake.fetch(*files)
    for path in files:
        found.update(_columns(path, ["source"]).column("source").unique().to_pylist())
    return found


def _covered(path: Path, forgotten: Forgotten) -> frozenset[str]:
    rows = _columns(path, ["id", "source", "url"]).to_pylist()
    return frozenset(row["id"] for row in rows if forgotten.covers(row["source"], row["url"]))


def _heirs(files: list[Path], gone: frozenset[str]) -> dict[str, dict[Path, str]]:
    """Return for each lost document the files with near-copies of it, each with its first; the heir is first of all."""
    heirs: dict[str, dict[Path, str]] = {}
    for path in files if gone else ():
        for row in _columns(path, ["id", "duplicate_of"]).to_pylist():
            if row["duplicate_of"] in gone and row["id"] not in gone:
                heirs.setdefault(row["duplicate_of"], {}).setdefault(path, row["id"])
    return heirs


def _rewrite(
    lake: Lake, path: Path, gone: frozenset[str], heirs: Mapping[str, str], sources: Mapping[Path, Path]
) -> None:
    """Write a documents file without what goes; it counts as parsed of its file of pages as that is now."""
    table = read_table(path, DOCUMENTS)
    rows = zip(table.column("id").to_pylist(), table.column("duplicate_of").to_pylist(), strict=True)
    marks = [("" if heirs.get(old) == id_ else heirs.get(old, old)) for id_, old in rows]
    table = table.set_column(table.schema.get_field_index("duplicate_of"), DOCUMENTS.field("duplicate_of"), [marks])
    kept = table.filter(pa.array([id_ not in gone for id_ in table.column("id").to_pylist()], pa.bool_()))
    pages = sources.get(path)
    has_pages = pages is not None and lake.exists(pages)
    if not kept.num_rows and not has_pages:
        lake.remove(path)
        return
    stamp = pages_stamp(lake, pages) if pages is not None and has_pages else read_fingerprint(path)
    lake.write_table(path, kept.cast(DOCUMENTS), stamp)


def _columns(path: Path, names: list[str]) -> pa.Table:
    try:
        return pq.read_table(path, columns=names, partitioning=None)
    except (pa.ArrowException, OSError) as error:
        raise LakeError(f"{path} cannot be read as Parquet ({error}); remove it and run its stage again") from error


def _remove_pages(lake: Lake, path: Path, forgotten: Forgotten, *, is_touched: bool) -> int:
    """Write a file of pages without those that go, or remove it; return how many went."""
    lake.fetch(path)
    addresses = list(_addresses(path, forgotten, is_touched=is_touched))
    if not addresses:
        return 0
    with path.open("rb") as stream, lake.staged(path) as staging, staging.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        left = 0
        for record in ArchiveIterator(stream, no_record_parse=True):
            if record.rec_headers.get_header("WARC-Target-URI") not in addresses:
                writer.write_record(record)
                left += record.rec_type == "response"
    if not left:
        lake.remove(path)
    return len(addresses)


def _addresses(path: Path, forgotten: Forgotten, *, is_touched: bool) -> Iterator[str]:
    """Yield the address of every page that goes.

    Of a file whose documents are concerned every page is parsed: a page may say itself which address it is known by.
    """
    try:
        for archived in read_pages(path):
            page = archived.page
            if forgotten.covers(page.source, page.url) or (is_touched and _became(archived, forgotten)):
                yield page.url
    except (ArchiveLoadFailed, OSError, EOFError) as error:
        raise LakeError(f"{path} is broken ({error}), so nothing can be taken out of it; remove it by hand") from error


def _became(archived: ArchivedPage, forgotten: Forgotten) -> bool:
    outcome = parse_page(archived.page, archived.entry) if archived.is_whole else None
    return isinstance(outcome, Document) and forgotten.covers(outcome.source, outcome.url)


def _forget_visits(lake: Lake, path: Path, forgotten: Forgotten) -> None:
    with lake.borrowed(path) as file, closing(CrawlState(file)) as state:
        state.forget(forgotten.forbids)
