"""What docs/export.md shows works as it stands."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from index.export import Extras, export
from tests.snapshots import random_snapshot

PAGE = Path(__file__).parents[2] / "docs" / "export.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
NAMES = ("topterms", "standard library", "pandas", "duckdb", "implicit")


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the two exports that the page reads."""
    folder = tmp_path_factory.mktemp("exports")
    earlier = replace(random_snapshot(entities=30, terms=80, seed=7), day=date(2026, 11, 1))
    export(earlier, folder / "vectors", extras=Extras(neighbors=5))
    later = replace(earlier, id="later", day=date(2026, 11, 21))
    export(later, folder / "changes", extras=Extras(since=earlier))
    return folder


def test_no_block_is_left_out() -> None:
    assert len(BLOCKS) == len(NAMES)


@pytest.mark.parametrize("block", BLOCKS, ids=NAMES)
def test_the_block_runs(exports: Path, monkeypatch: pytest.MonkeyPatch, block: str) -> None:
    monkeypatch.chdir(exports)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    exec(compile(block, str(PAGE), "exec"), {})


def test_the_check_without_topterms_finds_an_altered_file(exports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = exports / "vectors" / "artist" / "latent.npy"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    monkeypatch.chdir(exports)
    try:
        with pytest.raises(AssertionError, match=r"artist/latent\.npy"):
            exec(compile(BLOCKS[NAMES.index("standard library")], str(PAGE), "exec"), {})
    finally:
        path.write_bytes(whole)
