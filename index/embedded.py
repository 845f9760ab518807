"""The index without a server: files in the lake, answered by this process.

index/live.json       which snapshot is live, and when which was published; replaced in one step
index/<snapshot id>/  the files of one snapshot (`index.building`); a folder without manifest.json is being removed
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from index.base import Index
from index.building import build
from index.published import IndexStatus, Published, SnapshotStatus
from index.stored import StoredSnapshot, read_status
from records.errors import EngineError, LakeError, NoSnapshotError
from records.lake import Lake
from records.progress import Progress
from records.snapshot import Snapshot

ENGINE = "embedded"


class EmbeddedIndex(Index):
    """The embedded index of a lake; any number of processes may read it while one publishes.

    Args:
        lake: where it lies.
    """

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._pointer = lake.index / "live.json"
        self._open: tuple[tuple[int, int], StoredSnapshot] | None = None

    def status(self) -> IndexStatus:
        """See `Index.status`; a folder that cannot be read is passed over."""
        pointer = self._read_pointer()
        folders = [self._lake.index / name for name in self._lake.names(self._lake.index) if name != self._pointer.name]
        for folder in folders:
            self._lake.fetch_folder(folder)
        stored = [self._status_of(folder, pointer) for folder in folders]
        complete = sorted((s for s in stored if s), key=lambda s: (s.published_at, s.id), reverse=True)
        live = next((s for s in complete if s.id == pointer.get("live")), None)
        return IndexStatus(ENGINE, live, tuple(s for s in complete if s is not live))

    def _published(self) -> Published:
        self._lake.fetch(self._pointer)
        try:
            found = self._pointer.stat()
        except FileNotFoundError:
            raise NoSnapshotError("the index is empty; run `topterms publish`") from None
        version = (found.st_mtime_ns, found.st_ino)
        current = self._open
        if current is None or current[0] != version:
            folder = self._lake.index / self._read_pointer()["live"]
            self._lake.fetch_folder(folder)
            current = (version, StoredSnapshot(folder))
            self._open = current
        return current[1]

    def _build(self, snapshot: Snapshot, published_at: datetime, progress: Progress) -> None:
        try:
            self._remove(snapshot.id)
            with self._lake.staged(self._lake.index / snapshot.id) as staging:
                build(staging, snapshot, published_at, progress)
        except OSError as error:
            reason = error.strerror or error
            raise EngineError(f"{self._lake.index} cannot be written: {reason}; what was live stays live") from error

    def _make_live(self, snapshot_id: str, published_at: datetime) -> None:
        published = self._read_pointer().get("published", {}) | {snapshot_id: published_at.isoformat()}
        present = {i: when for i, when in published.items() if self._lake.exists(self._lake.index / i)}
        self._lake.write_text(self._pointer, json.dumps({"live": snapshot_id, "published": present}, indent=2))

    def _remove(self, snapshot_id: str) -> None:
        folder = self._lake.index / snapshot_id
        (folder / "manifest.json").unlink(missing_ok=True)
        self._lake.remove(folder)

    def _read_pointer(self) -> dict[str, Any]:
        self._lake.fetch(self._pointer)
        try:
            pointer = json.loads(self._pointer.read_text(encoding="utf-8"))
            return {"live": pointer["live"], "published": pointer["published"]}
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError, TypeError) as error:
            raise LakeError(f"{self._pointer} is damaged ({error!r}); remove it and publish again") from error

    @staticmethod
    def _status_of(folder: Path, pointer: dict[str, Any]) -> SnapshotStatus | None:
        try:
            return read_status(folder, pointer.get("published", {}))
        except (OSError, ValueError, KeyError):
            return None
