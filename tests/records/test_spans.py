import numpy as np

from records.spans import spans


def test_spans_are_of_whole_rows_and_leave_none_out() -> None:
    indptr = np.array([0, 2, 2, 9, 10, 11, 12])
    assert list(spans(indptr, 3)) == [slice(0, 2), slice(2, 3), slice(3, 6)]
    assert list(spans(np.zeros(1, np.int64))) == []
