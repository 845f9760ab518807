"""The chain: the only place that joins the stages.

    catalogue, web --crawl--> pages --parse--> documents --count--> counts --weigh--> vectors --publish--> index

Every stage does what is due and nothing twice, so a chain that was cut short is simply run again.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from records.errors import InputError, QueryError, TopTermsError
from records.ids import file_fingerprint
from records.lake import Lake
from records.progress import Progress, silent
from records.types import StageReport
from service.project import Project

if TYPE_CHECKING:  # what a stage is made of is imported when it runs: a question needs no crawler
    from index.base import Index
    from nlp.engine.base import Engine

FAILED = "sources failed"
"""What the crawl counts the sources as that could not be read."""


FIRST_DAY = date(1990, 1, 1)
"""No page of the web is older."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A stage that came to its end."""

    report: StageReport
    seconds: float


class Chain:
    """The stages over one project, of which nobody else writes meanwhile; made by `writing`.

    Each method raises what its stage raises, all of it TopTermsError.

    Args:
        project: whose sources, catalogue and settings are used.
        lake: the project's lake.
        day: the day that pages are filed under and vectors are made for.
        progress: told how far each stage is.
        engine: address of what counts and sums; that of the settings if None.
    """

    def __init__(
        self, project: Project, lake: Lake, day: date, progress: Progress = silent, engine: str | None = None
    ) -> None:
        self._project = project
        self.lake = lake
        self.day = day
        self._progress = progress
        self._engine_address = engine or project.settings.engine
        self._engine: Engine | None = None

    def run(self) -> Iterator[Ran]:
        """Do all that is due, stage by stage; nothing that is done already is done again."""
        self._open_engine()  # what cannot be used is told before any work
        yield timed(self.refresh_catalog)
        is_purge_due = self._is_purge_due()
        if is_purge_due:
            yield timed(self.take_down)
        for stage in (
            self.crawl_once,
            self.parse,
            self.count,
            self.weigh,
            self.publish,
        ):
            yield timed(stage)
        if is_purge_due:
            yield timed(self.purge)
        expired = timed(self.expire)
        if any(number for _, number in expired.report.counts):
            yield expired

    def import_catalog(self, path: Path, *more: Path) -> StageReport:
        """Put what catalogue files say, later ones winning, in the place of the lake's catalogue."""
        from nlp.catalog import import_catalog

        report = import_catalog(self.lake, path, *more, progress=self._progress)
        if self._project.catalog.is_file():
            self.lake.write_text(self._seen_catalog, file_fingerprint(self._project.catalog))
        return report

    def refresh_catalog(self) -> StageReport:
        """Import the project's catalogue file if it changed since a catalogue was imported last."""
        path = self._project.catalog
        seen = self._read(self._seen_catalog)
        if self.lake.exists(self.lake.catalog) and (not path.is_file() or file_fingerprint(path) == seen):
            return StageReport("catalog", (), ("the catalogue has not changed",))
        return self.import_catalog(path)

    def crawl(self, part: str = "1/1") -> StageReport:
        """Fetch what is new or changed of all sources, or of a part of their sites.

        Raises:
            QueryError: there is no such part.
        """
        from crawler.crawl import crawl
        from crawler.parts import crawled, parts_crawled, parts_of, read_part
        from crawler.sources import read_sources

        try:
            asked = read_part(part)
        except ValueError as error:
            raise QueryError(str(error)) from error
        path = self._project.sources
        sources = read_sources(path)
        stamp = self._crawl_stamp(path)
        report = crawl(self.lake, sources, day=self.day, part=asked, progress=self._progress)
        if not dict(report.counts)[FAILED]:
            self.lake.write_text(crawled(self.lake, asked), stamp)
        for path in parts_crawled(self.lake):
            if parts_of(path) != asked.of:  # it is split otherwise from now on
                self.lake.remove(path)
        return report

    def crawl_once(self) -> StageReport:
        """Crawl, unless that was done today from the same sources file without a failure.

        A project without a sources file lives on imported documents and crawls nothing; one that is crawled in parts
        has others that do.
        """
        from crawler.parts import ALL, crawled, parts_crawled, parts_of

        path = self._project.sources
        if not path.exists():
            return StageReport("crawl", (), (f"there is no {path.name}: nothing to crawl",))
        if parts := parts_crawled(self.lake):
            today = sum(self._read(part) == self._crawl_stamp(path) for part in parts)
            note = f"crawled in parts: {today} of {parts_of(parts[0])} were crawled to the end today"
            return StageReport("crawl", (), (note,))
        if self._read(crawled(self.lake, ALL)) == self._crawl_stamp(path):
            return StageReport("crawl", (), ("crawled today already; `topterms crawl` looks again",))
        return self.crawl()

    def forget(self, what: str) -> StageReport:
        """Take down a source or the page at an address, for good: its pages and documents go at once.

        All that came of them goes with the next run.

        Raises:
            InputError: there is no such source.
        """
        from crawler.forgotten import remember
        from crawler.sources import read_sources
        from crawler.take_down import sources_of

        if "://" in what:
            try:
                remember(self.lake, urls=[what])
            except ValueError as error:
                raise InputError(f"{error}; expected an address such as https://blog.example/post") from error
        else:
            path = self._project.sources
            declared = {source.name for source in read_sources(path)} if path.exists() else set()
            known = declared | sources_of(self.lake)
            if what not in known:
                raise InputError(
                    f"there is no source {what!r}; expected an address or one of {', '.join(sorted(known))}"
                )
            remember(self.lake, sources=[what])
        report = self.take_down()
        return StageReport(report.stage, report.counts, ("what came of it goes with the next `topterms run`",))

    def take_down(self) -> StageReport:
        """Remove the pages and documents of all that is to be forgotten."""
        from crawler.take_down import take_down

        return take_down(self.lake, progress=self._progress)

    def purge(self) -> StageReport:
        """Remove every total, vector and stored snapshot that was made of what is forgotten by now."""
        from crawler.forgotten import read_forgotten
        from nlp.learning import forget_learned
        from nlp.weigh import remove_stale

        learned = forget_learned(self.lake)  # its terms may be those of what is forgotten
        report = remove_stale(self.lake, settings=self._project.settings.weigh)
        kept = open_index(self._project, self.lake).remove_kept()
        self.lake.write_text(self._purged, read_forgotten(self.lake).stamp)
        return StageReport(
            report.stage,
            (*report.counts, ("snapshots of the index removed", kept), ("learned models removed", learned)),
        )

    def expire(self) -> StageReport:
        """Remove pages and vectors that are older than the settings keep them."""
        from service.keeping import expire

        return expire(self.lake, day=self.day, keep=self._project.settings.keep)

    def _is_purge_due(self) -> bool:
        """Say whether anything is to be forgotten that was not yet; sources that opted out are noted on the way."""
        from crawler.forgotten import NOTHING, remember_opted_out
        from crawler.sources import read_sources

        path = self._project.sources
        opted_out = [source.name for source in read_sources(path) if source.opt_out] if path.exists() else []
        return remember_opted_out(self.lake, opted_out).stamp != (self._read(self._purged) or NOTHING.stamp)

    def parse(self) -> StageReport:
        """Turn pages that are not parsed yet into documents."""
        from crawler.parse import parse

        return parse(self.lake, workers=self._project.settings.parse.workers, progress=self._progress)

    def import_documents(self, path: Path) -> StageReport:
        """Put documents of a file of the user's into the lake."""
        from crawler.import_documents import import_documents

        return import_documents(self.lake, path, day=self.day, progress=self._progress)

    def import_tags(self, path: Path) -> StageReport:
        """Put the tags of a file of the user's into the lake, as of the chain's day."""
        from nlp.tags import import_tags

        return import_tags(self.lake, path, self.day)

    def count(self) -> StageReport:
        """Count the terms of documents that are not counted yet."""
        from nlp.count import count

        settings = self._project.settings.count
        return count(self.lake, settings=settings, progress=self._progress, engine=self._open_engine())

    def weigh(self) -> StageReport:
        """Turn all counts up to the day into its vectors."""
        from nlp.weigh import weigh

        settings, engine = self._project.settings.weigh, self._open_engine()
        return weigh(self.lake, day=self.day, settings=settings, progress=self._progress, engine=engine)

    def publish(self, day: date | None = None) -> StageReport:
        """Make the vectors of a day (the latest if None), with what was learned, the ones that answer."""
        from nlp.learning import with_learned
        from records.snapshot import read_snapshot

        snapshot = with_learned(self.lake, read_snapshot(self.lake, day))
        return open_index(self._project, self.lake).publish(snapshot, self._progress)

    def learn(self, path: Path | None) -> StageReport:
        """Learn from a file of plays or pairs what the latest vectors' directions tell; without one, forget it."""
        from nlp.learning import forget_learned, learn
        from records.snapshot import read_snapshot

        if path is None:
            return StageReport("learn", (("models forgotten", forget_learned(self.lake)),))
        return learn(self.lake, read_snapshot(self.lake), path, self._progress)

    def _read(self, path: Path) -> str:
        self.lake.fetch(path)
        try:
            return path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise TopTermsError(f"{path} cannot be read: {error.strerror}") from error

    def close(self) -> None:
        """Let go of what the stages hold."""
        if self._engine:
            self._engine.close()

    def _open_engine(self) -> "Engine":
        if self._engine is None:
            from nlp.engine.opening import open_engine

            self._engine = open_engine(self._engine_address)
        return self._engine

    @property
    def _seen_catalog(self) -> Path:
        return self.lake.catalog.with_name("project-file")

    @property
    def _purged(self) -> Path:
        return self.lake.root / "forgotten.done"

    def _crawl_stamp(self, sources: Path) -> str:
        return json.dumps({"day": self.day.isoformat(), "sources": file_fingerprint(sources)})


@contextmanager
def writing(
    project: Project,
    *,
    day: date | None = None,
    progress: Progress = silent,
    engine: str | None = None,
    is_shared: bool = False,
) -> Iterator[Chain]:
    """Give the chain of a project, with the lake locked until the block ends.

    Args:
        project: the project.
        day: the day to work for; today (UTC) if None.
        progress: told how far each stage is.
        engine: address of what counts and sums; that of the settings if None.
        is_shared: lock nothing; for a stage that others may do at the same time, as a part of the crawl.

    Raises:
        LakeError: another process writes to the lake, or there is no lake.
        QueryError: the day is yet to come, or was before there was a web.
    """
    today = datetime.now(UTC).date()
    if day and not FIRST_DAY <= day <= today:
        raise QueryError(f"the day is {day}; expected one from {FIRST_DAY} to {today}, which is today in UTC")
    opened = nullcontext(project.lake()) if is_shared else project.locked()
    with opened as lake, closing(Chain(project, lake, day or today, progress, engine)) as chain:
        yield chain


def open_index(project: Project, lake: Lake | None = None) -> "Index":
    """Open the index that answers for a project.

    Raises:
        TopTermsError: the engine cannot be used, or there is no lake.
    """
    from index.open import open_index as open_engine

    server = project.settings.elasticsearch
    return open_engine(
        project.settings.index or None,
        lake or project.lake(),
        api_key=server.api_key.get_secret_value() or None,
        user=server.user or None,
        password=server.password.get_secret_value() or None,
        ca=project.folder / server.ca if server.ca else None,
        prefix=server.prefix,
        deadline=server.deadline,
        shards=server.shards or None,
        replicas=server.replicas,
    )


def timed(stage: Callable[[], StageReport]) -> Ran:
    """Run a stage and say how long it took."""
    began = time.monotonic()
    report = stage()
    return Ran(report, time.monotonic() - began)
