"""An index over the vectors of any day, beside the one that is live."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from index.base import Index
from index.embedded import EmbeddedIndex
from records.lake import Lake
from records.progress import Progress, silent
from records.snapshot import read_snapshot


@contextmanager
def index_as_of(lake: Lake, day: date, progress: Progress = silent) -> Iterator[Index]:
    """Give an index over the vectors of a day; what is live stays live. Its files go when the block ends.

    Raises:
        NoSnapshotError: no vectors were built for the day; the message says for which days they were.
    """
    snapshot = read_snapshot(lake, day)
    with lake.scratch() as folder:
        index = EmbeddedIndex(Lake(folder / "lake", create=True))
        index.publish(snapshot, progress)
        yield index
