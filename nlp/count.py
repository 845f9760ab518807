"""The stage documents -> mentions and term counts."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from nlp.counting import LEFT_OUT, Due, beside
from nlp.engine.base import Engine
from nlp.engine.local import LocalEngine
from nlp.settings import CountSettings
from records.ids import fingerprint
from records.lake import Dataset, Lake
from records.progress import Progress, silent
from records.types import StageReport

_NAMES_TOLD = 10
VERSION = 19
"""Raise it when the same document gives other mentions or counts: everything is then read anew."""


def count(
    lake: Lake, *, settings: CountSettings, progress: Progress = silent, engine: Engine | None = None
) -> StageReport:
    """Turn every documents file that has no current counts file into one of mentions and one of counts.

    Documents in another language, near-copies of others and documents that name nobody of the catalogue give no counts.
    What was counted of a documents file that is gone is removed.

    Args:
        lake: where the documents are and the counts go.
        settings: how documents are read.
        progress: told how many documents are done.
        engine: what does the work; this machine if None.

    Raises:
        ConfigurationError: there is no catalogue, or the spaCy model cannot be used.
        LakeError: a documents file cannot be read.
        ClusterError: the engine's cluster does not answer or cannot do the work.
    """
    _remove_orphans(lake)
    catalog = lake.footer(lake.catalog).fingerprint if lake.exists(lake.catalog) else ""
    files = [_due(lake, settings, catalog, path) for path in lake.files(Dataset.DOCUMENTS)]
    due = [file for file in files if not lake.is_current(beside(lake, Dataset.COUNTS, file.path), file.stamp)]
    tally: Counter[str] = Counter()
    if due:
        total = sum(file.documents for file in due)
        tally = (engine or LocalEngine()).count(lake, settings, due, lambda done: progress("count", done, total))
    lake.keep_footers()
    counts = [("documents files counted", len(due)), ("documents files already counted", len(files) - len(due))]
    counts += sorted((what, times) for what, times in tally.items() if not what.startswith(LEFT_OUT))
    return StageReport("count", tuple(counts), tuple(_left_out(tally)))


def _left_out(tally: Counter[str]) -> Iterator[str]:
    """Yield a note of the names that were left out most often; who misses one can give it an alias or lower the bar."""
    names = Counter({what.removeprefix(LEFT_OUT): times for what, times in tally.items() if what.startswith(LEFT_OUT)})
    if names:
        most = ", ".join(f"{name} ({times:,})" for name, times in names.most_common(_NAMES_TOLD))
        yield f"names left out most often, taken for words: {most}"


def _due(lake: Lake, settings: CountSettings, catalog: str, path: Path) -> Due:
    """Return a documents file with the fingerprint of all that its counts come of."""
    footer = lake.footer(path)
    made_of = (VERSION, settings.model, settings.lang, settings.min_confidence, catalog, lake.size(path))
    return Due(path, fingerprint([*map(str, made_of), footer.fingerprint]), footer.rows)


def _remove_orphans(lake: Lake) -> None:
    there = {path.parts[-2:] for path in lake.files(Dataset.DOCUMENTS)}
    for dataset in (Dataset.COUNTS, Dataset.MENTIONS):
        for path in lake.files(dataset):
            if path.parts[-2:] not in there:
                lake.remove(path)
