"""Archives that are already here: own ones, and Common Crawl's."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from glob import glob
from pathlib import Path
from urllib.parse import urlsplit

from warcio.exceptions import ArchiveLoadFailed

from crawler.archive import ArchivedPage, body_hash, read_pages
from crawler.canonical import canonical_url
from crawler.recorder import Fetched
from crawler.spiders.base import SourceSpider
from crawler.state import Visit


class WarcSpider(SourceSpider):
    """Takes the pages of WARC files over into the lake; a file that was read to its end is not read again."""

    name = "warc"

    async def start(self) -> AsyncIterator[Fetched]:
        """Yield the new pages of every file."""
        for pattern in self.source.start:
            files = sorted(glob(pattern))  # noqa: PTH207 - the pattern may be absolute
            if not files:
                self.tally.counts["failed starts"] += 1
                self.tally.problem("no such file", pattern)
            for file in files:
                for fetched in self._read(Path(file)):
                    yield fetched

    def _read(self, path: Path) -> Iterator[Fetched]:
        stat = path.stat()
        key = f"http://warc.invalid/{path.name}"
        digest = body_hash(f"{path} {stat.st_size} {stat.st_mtime_ns}".encode())
        before = self.memory.visit(key)
        if before and before.body_hash == digest:
            return
        try:
            for archived in read_pages(path, self.source.name):
                if self._wanted(archived):
                    yield from self._take(archived)
        except (ArchiveLoadFailed, OSError) as error:
            self.logger.warning("%s: %s", path, error)
            self.tally.problem(f"broken archive ({error})", str(path))
            self.tally.counts["failed"] += 1
        self.memory.remember(Visit(canonical_url(key), 200, "", "", digest, (), self.memory.run))

    def _wanted(self, archived: ArchivedPage) -> bool:
        url, source = archived.page.url, self.source
        host = urlsplit(url).hostname or ""
        is_host = not source.hosts or any(host == name or host.endswith(f".{name}") for name in source.hosts)
        is_allowed = not source.allow or any(re.search(pattern, url) for pattern in source.allow)
        is_denied = any(re.search(pattern, url) for pattern in source.deny)
        return archived.page.status == 200 and is_host and is_allowed and not is_denied

    def _take(self, archived: ArchivedPage) -> Iterator[Fetched]:
        self.tally.counts["fetched"] += 1
        page = replace(archived.page, source=self.source.name)
        digest = body_hash(page.body)
        try:
            before = self.memory.visit(page.url)
        except ValueError:
            self.tally.counts["failed"] += 1
            self.tally.problem("no address", str(self.source.start[0]))
            return
        if before and before.body_hash == digest:
            self.tally.counts["unchanged"] += 1
            return
        self.tally.counts["stored"] += 1
        visit = Visit(canonical_url(page.url), page.status, "", "", digest, (), self.memory.run)
        yield Fetched(page, archived.entry, visit)
