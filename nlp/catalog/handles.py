"""Who is meant by an id of somebody else's."""

from collections.abc import Iterable

import duckdb
import pyarrow as pa

from nlp.catalog.stored import MERGED
from records.errors import LakeError
from records.lake import Lake

_KINDS = frozenset({"artist", "song", "track", "recording"})
_QUERY = """
SELECT wanted.handle, min(known.id) FROM (
    SELECT unnest(foreign_ids) AS handle, id FROM read_parquet($file)
) AS known JOIN wanted ON known.handle = wanted.handle GROUP BY wanted.handle HAVING count(DISTINCT known.id) = 1
"""


def find_foreign(lake: Lake, handles: Iterable[str]) -> dict[str, str]:
    """Return the ids of the entities that others call so, by what was asked; what nobody or several are is left out.

    Asked is for `scheme:id` (`spotify:3nFk…`), for `scheme:artist:id` (`spotify:artist:3nFk…`), or for an id that was
    given up for another.

    Raises:
        LakeError: the catalogue cannot be read.
    """
    pairs = [(handle, spelling) for handle in dict.fromkeys(handles) for spelling in _spellings(handle)]
    lake.fetch(lake.catalog)
    if not (pairs and lake.catalog.exists()):
        return {}
    wanted = pa.table({"handle": pa.array(sorted({spelling for _, spelling in pairs}), pa.string())})
    try:
        with duckdb.connect() as db:
            db.register("wanted", wanted)
            found = dict(db.execute(_QUERY, {"file": str(lake.catalog)}).fetchall())
    except duckdb.Error as error:
        raise LakeError(f"{lake.catalog} cannot be read: {error}; import the catalogue again") from error
    return {handle: found[spelling] for handle, spelling in pairs if spelling in found}


def _spellings(handle: str) -> list[str]:
    parts = handle.split(":", 2)
    short = [f"{parts[0]}:{parts[2]}"] if len(parts) == 3 and parts[1] in _KINDS else []
    return [handle, *short, f"{MERGED}{handle}"]
