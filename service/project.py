"""A project: one folder with the settings, the sources, the catalogue and the lake."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from records.errors import ConfigurationError, LakeError
from records.lake import Lake
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
    def lake_folder(self) -> Path:
        """The folder of the lake."""
        return self.folder / self.settings.lake

    def lake(self) -> Lake:
        """Open the lake.

        Raises:
            LakeError: there is none, or one of another schema version.
        """
        return Lake(self.lake_folder)

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
                f"another topterms command is writing to {lake.root}; wait until it ends, then try again"
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
        ConfigurationError: one of the files is there already; then nothing is written.
    """
    texts = {FILE_NAME: settings, "sources.toml": sources, "catalog.csv": catalog}
    there = [name for name in texts if (folder / name).exists()]
    if there:
        raise ConfigurationError(f"{folder} already has {', '.join(there)}; nothing was overwritten")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    project = open_project(folder)
    Lake(project.lake_folder, create=True)
    return project
