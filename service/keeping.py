"""Old pages and old vectors leave the lake by rule; the latest never do."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from records.lake import Dataset, Lake
from records.types import StageReport
from service.settings import KeepSettings


def expire(lake: Lake, *, day: date, keep: KeepSettings) -> StageReport:
    """Remove pages and vectors older than the settings keep them, as seen from a day.

    Pages go only once documents were made of them, and those of the latest day stay. Of vectors and totals the latest
    day stays, however old it is: the next day is built on it. Documents and counts never expire, so vectors of any
    day can be built again.

    Args:
        lake: the lake.
        day: the day from which ages are counted.
        keep: for how many days each is kept; 0 for ever.
    """
    pages = [path for d in _old(lake, Dataset.PAGES, day, keep.pages_days) for path in lake.files(Dataset.PAGES, d)]
    parsed = [path for path in pages if _is_parsed(lake, path)]
    for path in parsed:
        lake.remove(path)
    _remove_empty(lake.root / Dataset.PAGES)
    removed = {dataset: _remove_days(lake, dataset, day, keep.vectors_days) for dataset in _DERIVED}
    counts = (
        ("files of pages expired", len(parsed)),
        ("days of vectors expired", removed[Dataset.VECTORS]),
        ("days of totals expired", removed[Dataset.TOTALS]),
    )
    return StageReport("expire", counts)


_DERIVED = (Dataset.VECTORS, Dataset.TOTALS)


def _old(lake: Lake, dataset: Dataset, day: date, days: int) -> Iterator[date]:
    """Yield the days of a dataset that are due to go."""
    if days:
        yield from (found for found in lake.days(dataset)[:-1] if found < day - timedelta(days=days))


def _remove_days(lake: Lake, dataset: Dataset, day: date, days: int) -> int:
    old = list(_old(lake, dataset, day, days))
    for found in old:
        folder = lake.partition(dataset, found)
        lake.remove(folder / "manifest.json")  # what is half removed is no snapshot any more
        lake.remove(folder)
    return len(old)


def _is_parsed(lake: Lake, pages: Path) -> bool:
    stem = pages.name.removesuffix(".gz").removesuffix(".warc")
    return lake.exists(lake.root / Dataset.DOCUMENTS / pages.parent.name / f"{stem}.parquet")


def _remove_empty(folder: Path) -> None:
    for day in folder.glob("date=*"):
        if not any(day.iterdir()):
            day.rmdir()
