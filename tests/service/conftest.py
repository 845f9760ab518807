"""The sample blog, crawled and built once for all tests of the service."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.cli import main

TOPTERMS = Path(sys.executable).with_name("topterms")


@dataclass(frozen=True)
class Answer:
    """What a command ended with."""

    code: int
    out: str
    err: str


Ask = Callable[..., Answer]


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("TOPTERMS_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run a command line in this process."""

    def run(*arguments: object) -> Answer:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Answer(code, captured.out, captured.err)

    return run


@dataclass(frozen=True)
class Demo:
    """What `topterms demo` left behind, as a real process of its own."""

    folder: Path
    out: str
    err: str


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo, run once; tests only read it."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    command = [TOPTERMS, "demo", "--folder", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Demo(folder, done.stdout, done.stderr)


@pytest.fixture
def built(demo: Demo, tmp_path: Path) -> Iterator[Path]:
    """A copy of the demo's project, to change."""
    folder = tmp_path / "project"
    shutil.copytree(demo.folder, folder)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def fresh(tmp_path: Path, ask: Ask) -> Path:
    """A project as `init` makes it."""
    folder = tmp_path / "fresh"
    assert ask("init", folder).code == 0
    return folder
