"""The crawl stage: sources on the web become files of pages in the lake."""

import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import date
from threading import Timer
from typing import Any

from filelock import FileLock

from crawler.forgotten import read_forgotten, remember_gone
from crawler.parts import ALL, Part, crawl_log, crawl_state, crawling, in_part, other_states
from crawler.sources import Source
from crawler.state import CrawlState
from records.errors import LakeError, TopTermsError
from records.lake import Lake
from records.progress import Progress, silent
from records.types import StageReport

_GRACE = 5.0
"""Seconds that a crawl which was told to end waits for pages on their way."""
_COUNTS = {
    "fetched": "pages fetched",
    "stored": "pages stored",
    "unchanged": "pages unchanged",
    "gone": "pages gone",
    "refused": "requests refused (robots.txt, budget)",
    "failed": "requests failed",
}


def crawl(
    lake: Lake, sources: Sequence[Source], *, day: date, part: Part = ALL, progress: Progress = silent
) -> StageReport:
    """Fetch what is new or changed of all sources, or of a part of their sites, into the lake's pages of a day.

    Sites are crawled at the same time, each one request after the other. Files appear whole; a crawl that was killed
    goes on where it was when it is started again on the same day. Ctrl-C keeps what was fetched so far.

    Args:
        lake: where the pages go.
        sources: what to crawl, in whatever part; those that opted out or were taken down are passed over.
        day: the day of fetching that the pages are filed under.
        part: the part of the sites; other parts can be crawled at the same time by other machines.
        progress: told the number of answers so far.

    Raises:
        LakeError: another crawl of this lake is running, or the crawl state cannot be used.
    """
    lake.sweep()
    with crawling(lake, part), lake.borrowed(crawl_state(lake, part)):
        return _crawl(lake, in_part(sources, part), day, part, progress)


def _crawl(lake: Lake, sources: Sequence[Source], day: date, part: Part, progress: Progress) -> StageReport:
    forgotten = read_forgotten(lake)
    wanted = [source for source in sources if not (source.opt_out or forgotten.covers_source(source.name))]
    _take_over(lake, part, [source.name for source in sources])
    outcomes = list(_run(lake, wanted, day, part, progress)) if wanted else []
    lake.hold()  # as it is now: the process that crawled put files into it
    if crawl_state(lake, part).exists():
        _note_gone(lake, sources, part)
    return _report(outcomes, len(wanted), len(sources) - len(wanted))


def _take_over(lake: Lake, part: Part, sources: Sequence[str]) -> None:
    """Let a part that is crawled for the first time know what was known of its sites when they were split otherwise."""
    others = other_states(lake, part)
    if not others or not sources:
        return
    with closing(CrawlState(crawl_state(lake, part))) as state:
        for path in others if state.is_new else ():
            with lake.borrowed(path):
                state.take_over(path, sources)


def _note_gone(lake: Lake, sources: Sequence[Source], part: Part) -> None:
    """Note which documents are to vanish since their pages did; other parts may be about to do so, too."""
    with closing(CrawlState(crawl_state(lake, part))) as state, FileLock(lake.root / ".forgotten.lock"):
        gone = [(s.name, url) for s in sources if s.drop_gone for url in state.gone(s.name)]
        remember_gone(lake, gone, None if part.is_all else [source.name for source in sources])


def _run(lake: Lake, sources: Sequence[Source], day: date, part: Part, progress: Progress) -> Iterator[dict[str, Any]]:
    job = {
        "lake": lake.address,
        "cache": str(lake.root.parent),
        "day": day.isoformat(),
        "part": [part.number, part.of],
        "sources": [asdict(source) for source in sources],
    }
    command = [sys.executable, "-m", "crawler.child"]
    # a session of its own: Ctrl-C reaches the child once, through us, and it can bring home what it has
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, start_new_session=True) as child:
        if child.stdin is None or child.stdout is None:
            raise AssertionError("pipes were asked for")
        child.stdin.write(json.dumps(job) + "\n")
        child.stdin.flush()
        try:
            yield from _listen(child.stdout, progress)
        except KeyboardInterrupt:
            _end(child)
            raise
        if child.wait() != 0:
            log = crawl_log(lake, part)
            raise TopTermsError(f"the crawl ended early with status {child.returncode}; {log} may say why")


def _end(child: "subprocess.Popen[str]") -> None:
    """Let a crawl end: at once but for pages that are on their way, without these if they take long, then by force."""
    child.send_signal(signal.SIGINT)
    if child.stdout is not None:
        reminders = Timer(_GRACE, child.send_signal, [signal.SIGINT]), Timer(3 * _GRACE, child.kill)
        for reminder in reminders:
            reminder.start()
        child.stdout.read()
        for reminder in reminders:
            reminder.cancel()


def _listen(lines: Iterator[str], progress: Progress) -> Iterator[dict[str, Any]]:
    for line in lines:
        message = json.loads(line)
        if "error" in message:
            raise LakeError(message["error"])
        if "fetched" in message:
            progress("crawl", message["fetched"], None)
        else:
            yield message


def _report(outcomes: Sequence[dict[str, Any]], asked: int, opted_out: int) -> StageReport:
    total: Counter[str] = Counter()
    for outcome in outcomes:
        total.update(outcome["counts"])
    failed = sum(bool(outcome["crash"] or outcome["counts"].get("failed starts")) for outcome in outcomes)
    counts = [("sources crawled", asked), ("sources failed", failed), ("sources opted out", opted_out)]
    counts += [(label, total[name]) for name, label in _COUNTS.items()]
    return StageReport("crawl", tuple(counts), tuple(_notes(outcomes)))


def _notes(outcomes: Sequence[dict[str, Any]]) -> Iterator[str]:
    for outcome in sorted(outcomes, key=lambda outcome: str(outcome["source"])):
        if outcome["crash"]:
            yield f"{outcome['source']}: {outcome['crash']}"
        for reason, number, example in outcome["problems"]:
            yield f"{outcome['source']}: {number} × {reason}, such as {example}"
