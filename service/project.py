"""A project: one folder with the settings, the sources, the catalogue and the lake."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from records.errors import ConfigurationError, LakeError, TopTermsError
from records.lake import Lake
from records.opening import is_remote, open_lake
from service.settings import FILE_NAME, Settings, read_settings


@dataclass(frozen=True, slots=True)
class Project:
    """A project on this machine."""

    folder: Path
    settings: Settings

    @property
    def sources(self) -> Path:
        """The sources file."""
        return self.folder / self.settings.sources

    @property
    def catalog(self) -> Path:
        """The catalogue file, as the user keeps it."""
        return self.folder / self.settings.catalog

    @property
    def lake_address(self) -> str:
        """Where the lake lies: a folder, or an address on an object store."""
        return self.settings.lake if is_remote(self.settings.lake) else str(self.folder / self.settings.lake)

    def lake(self, *, create: bool = False) -> Lake:
        """Open the lake.

        Args:
            create: make one where nothing is yet.

        Raises:
            LakeError: there is none, or one of another schema version, or it cannot be reached.
        """
        cache = self.folder / self.settings.lake_cache if self.settings.lake_cache else None
        return open_lake(self.lake_address, cache=cache, create=create)

    @contextmanager
    def locked(self) -> Iterator[Lake]:
        """Open the lake for writing; a second writer is refused until the block ends, or its process dies.

        Raises:
            LakeError: another process writes to the lake, or there is no lake.
        """
        lake = self.lake()
        try:
            with FileLock(lake.root / ".lock", timeout=0):
                lake.sweep()
                yield lake
        except Timeout:
            raise LakeError(
                f"another topterms command is writing to {lake.address}; wait until it ends, then try again"
            ) from None


def open_project(folder: Path) -> Project:
    """Open the project in a folder.

    Raises:
        ConfigurationError: the folder is no project, or its settings cannot be used.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        raise ConfigurationError(
            f"{folder.absolute()} is not a topterms project: it has no {FILE_NAME}; "
            "make one with `topterms init DIR`, or name one with --project DIR"
        )
    return Project(folder.absolute(), read_settings(path))


def create_project(folder: Path, *, settings: str, sources: str, catalog: str) -> Project:
    """Make a project of the texts of its files, and an empty lake.

    Raises:
        ConfigurationError: one of the files is there already.
        LakeError: the lake cannot be made. In either case no file is left.
    """
    texts = {FILE_NAME: settings, "sources.toml": sources, "catalog.csv": catalog}
    there = [name for name in texts if (folder / name).exists()]
    if there:
        raise ConfigurationError(f"{folder} already has {', '.join(there)}; nothing was overwritten")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    try:
        project = open_project(folder)
        project.lake(create=True)
    except TopTermsError:
        for name in texts:
            (folder / name).unlink()
        raise
    return project
