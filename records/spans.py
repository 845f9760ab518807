"""Rows of a matrix that are worked on together, so that memory stays bounded however many there are."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt


def spans(indptr: npt.NDArray[np.integer[Any]], cells: int = 1 << 19) -> Iterator[slice]:
    """Yield ranges of rows of a CSR matrix that have about so many cells each, and at least one row."""
    rows, start = len(indptr) - 1, 0
    while start < rows:
        stop = max(start + 1, int(np.searchsorted(indptr, indptr[start] + cells, "right")) - 1)
        yield slice(start, min(stop, rows))
        start = stop
