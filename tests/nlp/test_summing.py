"""Sorted rows are summed as a whole table would be, wherever they are cut into parts."""

from collections.abc import Iterator
from itertools import pairwise

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.summing import summed

SCHEMA = pa.schema({"name": pa.string(), "kind": pa.int64(), "times": pa.int64(), "most": pa.float64()})
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from("aAbé"),
            "kind": st.integers(0, 2),
            "times": st.integers(-9, 9),
            "most": st.floats(-1, 1, width=16),
        }
    ),
    max_size=40,
)
CUTS = st.lists(st.integers(0, 40), max_size=6)


def parts(table: pa.Table, cuts: list[int]) -> Iterator[pa.Table]:
    """Yield a table in pieces, the first of which is empty."""
    yield table.slice(0, 0)
    for start, stop in pairwise(sorted({0, table.num_rows, *(cut for cut in cuts if cut < table.num_rows)})):
        yield table.slice(start, stop - start)


@settings(deadline=None)
@given(ROWS, CUTS)
def test_sums_are_those_of_the_whole_table(rows: list[dict[str, object]], cuts: list[int]) -> None:
    table = pa.Table.from_pylist(rows, SCHEMA).sort_by([("name", "ascending"), ("kind", "ascending")])
    found = pa.concat_tables(summed(parts(table, cuts), ["name", "kind"], greatest=["most"]))
    whole = table.group_by(["name", "kind"], use_threads=False).aggregate([("times", "sum"), ("most", "max")])
    assert found.equals(whole.rename_columns(SCHEMA.names).cast(SCHEMA))
