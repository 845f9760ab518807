"""An export comes back as the snapshot it was made of, or is refused."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from index.export import EXPORT_VERSION, FORMATS, export, read_export, tables
from records.errors import InputError
from records.types import EntityKind
from tests.index.exact import dense
from tests.index.export.equal import assert_equal
from tests.snapshots import random_snapshot

SNAPSHOT = random_snapshot(entities=40, terms=120, seed=4)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    export(SNAPSHOT, tmp_path / "export")
    return tmp_path / "export"


@pytest.mark.parametrize("kind", list(EntityKind))
def test_the_matrix_and_its_tables_come_back(folder: Path, kind: EntityKind) -> None:
    back, vectors = read_export(folder), SNAPSHOT.vectors[kind]
    assert (back.snapshot, back.day, back.mix) == (SNAPSHOT.id, SNAPSHOT.day, SNAPSHOT.mix)
    np.testing.assert_array_equal(back.matrix(kind).toarray(), dense(vectors).astype(np.float32))
    np.testing.assert_array_equal(back.latent(kind), vectors.latent)
    assert back.entities(kind).equals(vectors.entities)
    assert back.terms(kind).equals(vectors.terms)


@pytest.mark.parametrize("chunk", [1, 50, 1 << 18])
def test_parquet_rows_and_json_lines_say_what_the_matrix_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    """However many weights are laid out at a time."""
    monkeypatch.setattr(tables, "CHUNK", chunk)
    export(SNAPSHOT, tmp_path / "export", ["parquet", "jsonl"])
    back = read_export(tmp_path / "export")
    for kind, vectors in SNAPSHOT.vectors.items():
        matrix, terms = dense(vectors), vectors.terms.to_pylist()
        ids = vectors.entities.column("id").to_pylist()
        rows = pa.Table.from_batches(back.weights(kind)).to_pylist()
        expected = {
            (ids[i], terms[j]["kind"], terms[j]["term"], matrix[i, j]) for i, j in zip(*matrix.nonzero(), strict=True)
        }
        assert {(r["entity_id"], r["kind"], r["term"], r["weight"]) for r in rows} == expected
        assert [r["frequency"] for r in rows] == vectors.frequencies.tolist()
        lines = list(back.lines(kind))
        assert [line["id"] for line in lines] == ids
        assert {(line["id"], t["kind"], t["term"], t["weight"]) for line in lines for t in line["terms"]} == expected
        assert all(line["terms"] == sorted(line["terms"], key=lambda t: -t["weight"]) for line in lines)


def test_what_was_exported_is_the_snapshot_again(folder: Path) -> None:
    """Nothing is lost on the way out and back."""
    back = read_export(folder).whole()
    assert_equal(back, SNAPSHOT)
    assert (back.id, back.day, back.mix) == (SNAPSHOT.id, SNAPSHOT.day, SNAPSHOT.mix)


def test_an_empty_snapshot_can_be_exported(tmp_path: Path) -> None:
    export(random_snapshot(entities=0, terms=0, seed=1), tmp_path / "export")
    back = read_export(tmp_path / "export")
    assert back.matrix(EntityKind.ARTIST).shape == (0, 0)
    assert list(back.lines(EntityKind.SONG)) == []


def test_only_the_formats_asked_for_are_written(tmp_path: Path) -> None:
    report = export(SNAPSHOT, tmp_path / "export", ["jsonl"])
    names = {p.name for p in (tmp_path / "export").rglob("*") if p.is_file()}
    assert names == {"manifest.json", "entities.jsonl", "entities.parquet", "terms.parquet", "norms.npy"}
    assert dict(report.counts)["artists exported"] == 40
    with pytest.raises(InputError, match=r"no artist/matrix\.npz; it was exported as jsonl"):
        read_export(tmp_path / "export").matrix(EntityKind.ARTIST)


def test_what_cannot_be_written_is_refused(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(InputError, match="exists already"):
        export(SNAPSHOT, folder)
    with pytest.raises(InputError, match="formats csv; expected some of parquet, npz, jsonl"):
        export(SNAPSHOT, tmp_path / "other", ["csv"])
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be written"):
        export(SNAPSHOT, tmp_path / "file" / "export")


def files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and p.name != "manifest.json")


def test_every_file_is_checked_for_loss_truncation_and_alteration(folder: Path) -> None:
    names = files(folder)
    assert len(names) == 2 * 8
    for name in names:
        whole = (folder / name).read_bytes()
        for damaged, expected in ((whole[:-1], "cut short"), (whole[:-1] + bytes([whole[-1] ^ 1]), "altered")):
            (folder / name).write_bytes(damaged)
            with pytest.raises(InputError, match=expected):
                read_export(folder)
        (folder / name).unlink()
        with pytest.raises(InputError, match="is missing"):
            read_export(folder)
        (folder / name).write_bytes(whole)
    read_export(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema_version": 2}', '{"schema_version": 2, "files": {"a": 1}}'])
def test_a_manifest_that_is_none_is_refused(folder: Path, text: str) -> None:
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="manifest"):
        read_export(folder)


def test_an_export_of_another_version_is_refused(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(json.dumps(manifest | {"schema_version": 1}), encoding="utf-8")
    with pytest.raises(InputError, match=f"schema version 1; this program expects {EXPORT_VERSION}"):
        read_export(folder)


@pytest.mark.parametrize("name", ["../secret", "/etc/hostname", "artist/../../secret"])
def test_a_manifest_that_names_files_outside_is_refused(folder: Path, name: str) -> None:
    (folder.parent / "secret").write_text("", encoding="utf-8")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"][name] = {"sha256": "", "bytes": 0}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(InputError, match="expected a file within the folder"):
        read_export(folder)


def test_a_file_that_the_manifest_does_not_name_is_not_read(folder: Path) -> None:
    """It was not checked."""
    (folder / "artist" / "neighbors.parquet").write_bytes((folder / "artist" / "entities.parquet").read_bytes())
    with pytest.raises(InputError, match=r"has no artist/neighbors\.parquet"):
        read_export(folder).neighbors(EntityKind.ARTIST)


def test_no_export_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no export"):
        read_export(tmp_path / "nothing")


def test_progress_ends_whole(tmp_path: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    export(SNAPSHOT, tmp_path / "export", FORMATS, progress=lambda *step: told.append(step))
    assert told[-1][1] == told[-1][2] == 3 * sum(len(v.indices) for v in SNAPSHOT.vectors.values())


_KILLED = """
import os, signal, sys
from pathlib import Path
from index.export import export
from tests.snapshots import random_snapshot

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

export(random_snapshot(entities=40, terms=120, seed=4), Path(sys.argv[1]), progress=die)
"""


def test_an_export_that_was_killed_shows_nothing_and_can_be_run_again(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, str(tmp_path / "export")],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert not (tmp_path / "export").exists()
    export(SNAPSHOT, tmp_path / "export")
    assert pq.ParquetFile(tmp_path / "export" / "artist" / "entities.parquet").metadata.num_rows == 40
