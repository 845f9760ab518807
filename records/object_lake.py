"""A lake on an object store: the objects are the truth, a folder of this machine holds copies of some.

Files have the names that they have in a folder. What is written is made here and put in one request, so that it
appears whole or not at all; what is read is fetched first, unless a copy of the same ETag is here.

A folder (a snapshot of vectors, an epoch, the names of the catalogue, an embedded index) is several objects. They are
put below a name that nobody reads, and one small object is put last and says that they are the folder:

    vectors/date=2026-11-21/build-1f3c/part-<random>/artist/weights.npy
    vectors/date=2026-11-21/build-1f3c/_files.json    {"part": "part-<random>", "files": {"artist/weights.npy": <ETag>}}

Of two who put the same folder the first one wins, and the other takes the winner's. Text files that steer (which build
is live, what is forgotten) are replaced only if they are what the writer took them to be.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from uuid import uuid4

from filelock import FileLock

from records.copies import Copies
from records.database_files import is_settled, remove_database
from records.errors import LakeError
from records.footers import Footer, read_footer
from records.ids import fingerprint
from records.lake import FOOTERS, MARKER, Dataset, Lake, check_marker, marker_text, remove_path
from records.object_store import ChangedError, ObjectStore, Stored, at_once
from records.object_view import View

LEFTOVERS_KEPT = timedelta(days=1)
"""Age from which what no folder needs, and an upload that did not end, counts as left over: no commit takes so long."""

_FILES = "_files.json"
_PART = re.compile(r"(.+)/(part-[0-9a-f]{32})/.+")
_DAY = re.compile(r"date=\d{4}-\d\d-\d\d")
_TAIL = 1 << 16
_MAGIC = b"PAR1"


class ObjectLake(Lake):
    """A lake on an object store.

    Args:
        address: `s3://bucket/prefix`.
        cache: folder of this machine for copies, of this and of other lakes.
        create: make the prefix a lake if nothing is there.

    Raises:
        LakeError: there is no lake, or one of another schema version, or the store does not answer or refuses.
        ConfigurationError: see `records.object_store.ObjectStore`.
    """

    def __init__(self, address: str, cache: Path, *, create: bool = False) -> None:
        self.store = ObjectStore(address)
        mark = fingerprint([self.store.endpoint, self.store.address])[:12]
        root = cache.absolute() / f"{self.store.bucket}-{mark}"
        root.mkdir(parents=True, exist_ok=True)
        self._copies = Copies(root)
        self._view = View(self.store)
        super().__init__(root, create=create)

    @property
    def address(self) -> str:
        """What `records.opening.open_lake` opens this lake by."""
        return self.store.address

    def _open(self, *, create: bool) -> None:
        marker = self.root / MARKER
        self.fetch(marker)
        if create and not marker.exists():
            if next(self.store.list(), None):
                raise LakeError(f"{self.address} is not a lake and not empty; expected one of the two")
            self.write_text(marker, marker_text())
        check_marker(marker, self.address)

    def days(self, dataset: Dataset) -> list[date]:
        """Return the days that a dataset has anything of, oldest first; one request, unless the lake is held."""
        prefix = f"{dataset}/"
        if self._view.is_held:
            found = {name.split("/", 2)[1] for name in self._view.names(prefix)}
        else:
            found = set(self.store.folders(prefix))
        return sorted(date.fromisoformat(name.removeprefix("date=")) for name in found if _DAY.fullmatch(name))

    def files(self, dataset: Dataset, day: date | None = None) -> list[Path]:
        """Return a dataset's files, of one day or of all, in the order of days and names, be they here or not."""
        prefix = f"{dataset}/" if day is None else f"{dataset}/date={day.isoformat()}/"
        names = (name for name in self._view.names(prefix) if name.count("/") == 2)
        return [self.root / name for name in sorted(names)]

    def names(self, folder: Path) -> list[str]:
        """Return the names of the files and folders that lie whole in a folder, in order."""
        prefix = f"{self._name(folder)}/"
        found = set()
        for name in self._view.names(prefix):
            first, _, rest = name.removeprefix(prefix).partition("/")
            if rest in ("", _FILES):
                found.add(first)
        return sorted(found)

    def exists(self, path: Path) -> bool:
        """Say whether a file or a whole folder is in the lake, be it here to be read or not."""
        name = self._name(path)
        return self._view.look_up(name) is not None or self._view.look_up(f"{name}/{_FILES}") is not None

    def size(self, path: Path) -> int:
        """Return the bytes of a file of the lake."""
        return self._expected(path).size

    def fetch(self, *paths: Path) -> None:
        """Let files be read at their paths, as they are in the lake now; those that it lacks are not there then."""
        due = [name for name in map(self._name, paths) if not self._is_here(name)]
        at_once(self._bring, due)

    def fetch_folder(self, path: Path) -> None:
        """Let a folder be read at its path, as it is in the lake now; if the lake lacks it, it is not there then."""
        name = self._name(path)
        for is_last in (False, True):  # another machine may put it anew just when it is read
            try:
                self._fetch_folder(name, path)
                return
            except ChangedError:
                if is_last:
                    raise LakeError(
                        f"{self.address}/{name} is not what {_FILES} in it says; remove it and run its stage again"
                    ) from None

    def _fetch_folder(self, name: str, path: Path) -> None:
        listed = self._files_of(name)
        if listed is None:
            self._drop(name)
            return
        part, files = listed
        with FileLock(self.root / ".fetching"), self.scratch() as folder:
            if all(self._copies.etag(f"{name}/{file}") == etag for file, etag in files.items()):
                return
            whole = folder / "folder"
            at_once(lambda file: self._bring_part(f"{name}/{part}/{file}", whole / file, files[file]), files)
            self._put_here(whole, path, files)

    def remove(self, path: Path) -> None:
        """Remove a file, or a folder and all in it; what is not there is passed over."""
        name = self._name(path)
        names = [name, *self._view.names(f"{name}/", anew=True)]
        marks = [name for name in names if name.endswith(f"/{_FILES}")]
        if marks:
            self.store.delete(marks)  # from here on nobody sees the folders
        self.store.delete([name for name in names if name not in marks])
        for gone in names:
            self._view.note(gone, None)
        self._drop(name)

    def hold(self) -> None:
        """Take what is there now for all there is, but for what is changed by this object: there is one writer."""
        self._view.hold()

    @contextmanager
    def borrowed(self, path: Path) -> Iterator[Path]:
        """Give an SQLite file that is changed where it lies; it may not exist yet.

        It is put back when the block ends, however it ends. After a kill the next one to borrow it here goes on with
        it. If another machine has put one back meanwhile, theirs holds.
        """
        name = self._name(path)
        stored = self._view.look_up(name)
        expected = stored.etag if stored else ""
        if self._copies.origin(name) != expected:
            remove_database(path)
            self._bring(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield path
        finally:
            if is_settled(path) and not (stored and self._copies.etag(name) == expected):
                self._put_back(name, path, expected)

    @contextmanager
    def staged(self, target: Path) -> Iterator[Path]:
        """Give a path to write a file or a folder at; it becomes `target` when the block ends without an error.

        A file replaces what stood at `target`. A folder that is there already stays.
        """
        staging = self._staging()
        try:
            yield staging
            if staging.is_dir():
                self._put_folder(staging, target)
            else:
                stored = self.store.put(self._name(target), staging)
                self._put_here(staging, target, {"": stored.etag})
                self._view.note(stored.name, stored)
        finally:
            remove_path(staging)

    def write_text(self, path: Path, text: str) -> None:
        """Write a text file that appears at once, if what stands there is what it was when this lake looked.

        Raises:
            LakeError: another machine wrote something else meanwhile.
        """
        name, content = self._name(path), text.encode()
        known = self._view.look_up(name)
        with self.scratch() as folder:
            written = folder / "text"
            try:
                stored = self.store.put_if(name, BytesIO(content), len(content), known.etag if known else "")
            except ChangedError:
                found = self.store.get(name, written)
                if found is None or written.read_bytes() != content:
                    raise LakeError(
                        f"{self.address}/{name} was changed by another machine meanwhile; run it again"
                    ) from None
                stored = found
            written.write_bytes(content)
            self._put_here(written, path, {"": stored.etag})
        self._view.note(name, stored)

    def keep_footers(self) -> None:
        """Note the footers that were read for those who open the lake later, on whatever machine."""
        if (text := self._footers.news()) is not None:
            with self.staged(self.root / FOOTERS) as staging:  # of two machines' notes either serves
                staging.write_text(text, encoding="utf-8")

    def sweep(self) -> int:
        """Remove what killed writers left, here at once and in the store once it is old; return how many pieces.

        The first time the lake is held from then on.
        """
        swept = super().sweep()
        if self._view.is_held:
            return swept
        self.hold()
        before = datetime.now(UTC) - LEFTOVERS_KEPT
        left = [stored.name for stored in self._leftovers() if stored.modified < before]
        if left:
            self.store.delete(left)
        for name in left:
            self._view.note(name, None)
        self._forget_removed()
        return swept + len(left) + self.store.abort_uploads(before)

    def _leftovers(self) -> Iterator[Stored]:
        """Yield the objects of folders that never became whole, or were removed by half."""
        parts: dict[str, dict[str, list[Stored]]] = {}
        for stored in self._view.all():
            if match := _PART.fullmatch(stored.name):
                parts.setdefault(match[1], {}).setdefault(match[2], []).append(stored)
        for folder, found in parts.items():
            whole = bool(self._view.look_up(f"{folder}/{_FILES}"))
            listed = self._files_of(folder) if whole and len(found) > 1 else None
            for part, objects in found.items():
                if not whole or (listed and part != listed[0]):
                    yield from objects

    def _forget_removed(self) -> None:
        """Remove copies of what the lake has no more."""
        whole = {
            stored.name.removesuffix(f"/{_FILES}") for stored in self._view.all() if stored.name.endswith(f"/{_FILES}")
        }
        for name in self._copies.names():
            folders = map(str, Path(name).parents)
            if self._view.look_up(name) is None and whole.isdisjoint(folders) and self._copies.etag(name):
                self._drop(name)

    def version(self, path: Path) -> list[int | str]:
        """Return what is another one when the file at a path is: its ETag."""
        return [self._expected(path).etag]

    def read_footer(self, path: Path) -> Footer:
        """Read a footer where the file is, without fetching the file."""
        name = self._name(path)
        if self._copies.etag(name) == self._expected(path).etag:
            return read_footer(path)
        tail = self.store.tail(name, _TAIL)
        length = int.from_bytes(tail[-8:-4], "little") + 8
        if length <= len(tail):
            return read_footer(path, BytesIO(_MAGIC + tail[-length:]))
        self.fetch(path)
        return read_footer(path)

    def noted_footers(self) -> str:
        """Return what `keep_footers` noted, on whatever machine."""
        self.fetch(self.root / FOOTERS)
        return super().noted_footers()

    def has(self, name: str) -> bool:
        """Say whether a file of that path below the root is still there, as far as that is known."""
        return self._view.look_up(name) is not None if self._view.is_held else True

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def _expected(self, path: Path) -> Stored:
        stored = self._view.look_up(self._name(path))
        if stored is None:
            raise LakeError(f"{self.address}/{self._name(path)} is gone; another machine removed it meanwhile")
        return stored

    def _is_here(self, name: str) -> bool:
        """Say whether a file is here as it is in the lake, as far as that is known without asking."""
        if not self._view.knows(name):
            return False
        stored = self._view.look_up(name)
        if stored is None:
            self._drop(name)
            return True
        return self._copies.etag(name) == stored.etag

    def _bring(self, name: str) -> None:
        with self.scratch() as folder:
            try:
                stored = self.store.get(name, folder / "file", unless=self._copies.etag(name))
            except ChangedError:  # from none: the copy is the object
                etag, size = self._copies.etag(name), (self.root / name).stat().st_size
                self._view.note(name, Stored(name, etag, size, datetime.now(UTC)))
                return
            if stored is None:
                self._drop(name)
            else:
                self._put_here(folder / "file", self.root / name, {"": stored.etag})
        self._view.note(name, stored)

    def _bring_part(self, name: str, target: Path, etag: str) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        stored = self.store.get(name, target)
        if stored is None or stored.etag != etag:
            raise ChangedError

    def _put_here(self, staging: Path, target: Path, etags: dict[str, str]) -> None:
        """Put a file or a folder in its place in the cache, and note of which objects it is a copy."""
        for file, etag in etags.items():
            self._copies.note(self._name(target / file), etag, staging / file)
        target.parent.mkdir(parents=True, exist_ok=True)
        if staging.is_dir():
            remove_path(target)
        staging.replace(target)

    def _drop(self, name: str) -> None:
        """Remove a file or a folder from the cache."""
        path = self.root / name
        if path.exists():
            self._copies.forget([name, *self._copies.names(f"{name}/")])
            remove_path(path)

    def _files_of(self, name: str) -> tuple[str, dict[str, str]] | None:
        """Return the part that a whole folder lies in, and the ETags of its files; None if there is none."""
        if self._view.is_held and self._view.look_up(f"{name}/{_FILES}") is None:
            return None
        with self.scratch() as folder:
            if self.store.get(f"{name}/{_FILES}", folder / _FILES) is None:
                return None
            try:
                listed = json.loads((folder / _FILES).read_text(encoding="utf-8"))
                return str(listed["part"]), dict(listed["files"])
            except (ValueError, KeyError, TypeError) as error:
                raise LakeError(f"{self.address}/{name}/{_FILES} is no list of files ({error!r}); remove it") from error

    def _put_folder(self, staging: Path, target: Path) -> None:
        name, part = self._name(target), f"part-{uuid4().hex}"
        files = sorted(path.relative_to(staging).as_posix() for path in staging.rglob("*") if path.is_file())
        put = at_once(lambda file: self.store.put(f"{name}/{part}/{file}", staging / file), files)
        etags = {file: stored.etag for file, stored in zip(files, put, strict=True)}
        listed = json.dumps({"part": part, "files": etags}, indent=2).encode()
        try:
            self._view.note(f"{name}/{_FILES}", self.store.put_if(f"{name}/{_FILES}", BytesIO(listed), len(listed), ""))
        except ChangedError:
            self._view.note(f"{name}/{_FILES}", self.store.head(f"{name}/{_FILES}"))
            found = self._files_of(name)
            if found is None or found[0] != part:  # else it was this one, and the answer was lost on the way
                self.store.delete(stored.name for stored in put)
                put = []
        for stored in put:
            self._view.note(stored.name, stored)
        if put:
            self._put_here(staging, target, etags)
        else:
            self.fetch_folder(target)

    def _put_back(self, name: str, path: Path, expected: str) -> None:
        try:
            with path.open("rb") as file:
                stored = self.store.put_if(name, file, path.stat().st_size, expected)
        except ChangedError:
            return
        self._copies.note(name, stored.etag)
        self._view.note(name, stored)
