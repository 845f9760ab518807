"""The headline benchmark through the whole chain: catalogue and documents in, the 50 best neighbours of each out.

    python -m bench.headline --data DIR --out neighbors.jsonl

The lake stays in DIR/lake, so that a second run does only what has changed. Scoring is the judge's, not ours.
"""

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

from rich.progress import Progress as Bars
from rich.progress import TaskID

from crawler.import_documents import import_documents
from index.base import Index
from index.open import open_index
from nlp.catalog import import_catalog
from nlp.count import count
from nlp.settings import CountSettings, WeighSettings
from nlp.weigh import weigh
from records.lake import Dataset, Lake
from records.progress import Progress
from records.snapshot import read_snapshot
from records.types import EntityKind

NEIGHBORS = 50


def build(data: Path, url: str | None, progress: Progress) -> tuple[Lake, Index]:
    """Run the chain from the documents to the published index; return the lake and the index."""
    lake = Lake(data / "lake", create=True)
    day = min(lake.days(Dataset.DOCUMENTS), default=datetime.now(UTC).date())
    import_catalog(lake, data / "catalog.csv")
    import_documents(lake, data / "documents.jsonl", day=day, progress=progress)
    count(lake, settings=CountSettings(), progress=progress)
    weigh(lake, day=day, settings=WeighSettings(), progress=progress)
    index = open_index(url, lake)
    index.publish(read_snapshot(lake, day), progress)
    return lake, index


def write_neighbors(lake: Lake, index: Index, out: Path, progress: Progress) -> int:
    """Write the best neighbours of every artist of the live snapshot, one JSON object a line; return how many."""
    ids = read_snapshot(lake).vectors[EntityKind.ARTIST].entities.column("id").to_pylist()
    with out.open("w", encoding="utf-8") as stream:
        for done, artist in enumerate(ids, 1):
            found = index.similar({artist: 1.0}, EntityKind.ARTIST, n=NEIGHBORS, shared=0)
            neighbors = [{"id": neighbor.entity.id, "score": neighbor.score} for neighbor in found]
            stream.write(json.dumps({"id": artist, "neighbors": neighbors}) + "\n")
            progress("similar", done, len(ids))
    return len(ids)


def main() -> None:
    """Run the benchmark as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that the judge's `prepare` wrote")
    parser.add_argument("--out", type=Path, required=True, help="where to write the neighbours")
    parser.add_argument("--index", help="URL of an Elasticsearch; the embedded index if silent")
    arguments = parser.parse_args()
    with Bars() as bars:
        tasks: dict[str, TaskID] = {}

        def progress(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage)
            bars.update(tasks[stage], completed=done, total=total)

        lake, index = build(arguments.data, arguments.index, progress)
        answered = write_neighbors(lake, index, arguments.out, progress)
    print(f"{answered} artists answered in {arguments.out}")


if __name__ == "__main__":
    main()
