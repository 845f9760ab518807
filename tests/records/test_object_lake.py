"""On an object store nothing is lost, nothing is seen by half and nothing is there twice, whoever dies or races."""

import io
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from records.errors import ConfigurationError, LakeError
from records.lake import Dataset
from records.object_lake import ObjectLake
from records.object_store import ObjectStore
from records.object_view import BELIEVED
from tests.object_store.server import BUCKET, Server
from tests.records.racing import FILES, FIRST, ROWS

DAY = date(2026, 11, 21)
ROOT = Path(__file__).parents[2]
KILLS = 10

Open = Callable[..., ObjectLake]


@pytest.fixture
def machine(address: str, tmp_path: Path) -> Open:
    """Open the lake as another machine would, which has nothing of it yet."""
    machines: list[ObjectLake] = []

    def open_one(*, create: bool = False) -> ObjectLake:
        machines.append(ObjectLake(address, tmp_path / f"machine-{len(machines)}", create=create))
        return machines[-1]

    return open_one


@pytest.fixture
def lake(machine: Open) -> ObjectLake:
    return machine(create=True)


@pytest.fixture
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let leftovers count as such at once."""
    monkeypatch.setattr("records.object_lake.LEFTOVERS_KEPT", timedelta(0))


def put(store_server: Server, address: str, name: str, body: bytes) -> None:
    prefix = address.removeprefix(f"s3://{BUCKET}/")
    store_server.client().put_object(Bucket=BUCKET, Key=f"{prefix}/{name}", Body=body)


def write_folder(lake: ObjectLake, text: str) -> Path:
    folder = lake.partition(Dataset.VECTORS, DAY) / "build-1"
    with lake.staged(folder) as staging:
        (staging / "artist").mkdir(parents=True)
        (staging / "artist" / "weights").write_text(text)
        (staging / "manifest.json").write_text(text)
    return folder


def test_a_thousand_files_cost_two_lists_and_no_look_at_each(
    lake: ObjectLake, machine: Open, address: str, store_server: Server
) -> None:
    with ThreadPoolExecutor(8) as pool:
        names = [f"counts/date={DAY}/{number:04}.parquet" for number in range(1001)]
        list(pool.map(lambda name: put(store_server, address, name, b"rows"), names))
    other = machine()
    asked = other.store.requests
    files = other.files(Dataset.COUNTS)
    assert len(files) == 1001
    assert sum(map(other.size, files)) == 1001 * len(b"rows")
    assert all(map(other.exists, files))
    assert other.store.requests - asked == 2


def test_a_copy_is_fetched_once_until_the_object_is_another(lake: ObjectLake, machine: Open) -> None:
    lake.write_text(lake.root / "note.txt", "one")
    other = machine()
    note = other.root / "note.txt"
    other.fetch(note)
    other.hold()
    asked = other.store.requests
    other.fetch(note, note)
    assert other.store.requests == asked
    lake.write_text(lake.root / "note.txt", "two")
    other.hold()
    other.fetch(note)
    assert note.read_text() == "two"


def test_what_was_told_just_now_is_not_asked_again_but_then_it_is(
    lake: ObjectLake, machine: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.write_text(lake.root / "live.json", "one")
    other, now = machine(), 1000.0
    monkeypatch.setattr("records.object_view.monotonic", lambda: now)

    def requests_of_a_fetch() -> int:
        asked = other.store.requests
        other.fetch(other.root / "live.json")
        return other.store.requests - asked

    assert [requests_of_a_fetch(), requests_of_a_fetch()] == [1, 0]
    now += BELIEVED
    lake.write_text(lake.root / "live.json", "two")
    assert [requests_of_a_fetch(), requests_of_a_fetch()] == [1, 0]
    assert (other.root / "live.json").read_text() == "two"
    now += BELIEVED
    assert [requests_of_a_fetch(), requests_of_a_fetch()] == [1, 0]  # the answer was that nothing changed


def test_a_copy_that_was_cut_short_or_changed_is_fetched_again(lake: ObjectLake, machine: Open) -> None:
    written = write_folder(lake, "weights")
    lake.write_text(lake.root / "note.txt", "a note")
    other = machine()
    note, folder = other.root / "note.txt", other.root / written.relative_to(lake.root)
    other.fetch(note)
    other.fetch_folder(folder)
    note.write_text("a no")
    (folder / "artist" / "weights").write_text("WEIGHTS")
    other.fetch(note)
    other.fetch_folder(folder)
    assert (note.read_text(), (folder / "artist" / "weights").read_text()) == ("a note", "weights")


def test_a_copy_of_another_object_is_fetched_again(
    lake: ObjectLake, machine: Open, address: str, store_server: Server
) -> None:
    lake.write_text(lake.root / "note.txt", "mine")
    put(store_server, address, "note.txt", b"hers")
    lake.hold()
    lake.fetch(lake.root / "note.txt")
    assert (lake.root / "note.txt").read_text() == "hers"


def test_a_folder_is_not_there_until_its_list_is(
    lake: ObjectLake, machine: Open, monkeypatch: pytest.MonkeyPatch, no_patience: None
) -> None:
    monkeypatch.setattr(lake.store, "put_if", lambda *_: pytest.fail("the network broke off"))
    with pytest.raises(pytest.fail.Exception):
        write_folder(lake, "half")
    other = machine()
    folder = other.partition(Dataset.VECTORS, DAY) / "build-1"
    other.fetch_folder(folder)
    assert not other.exists(folder)
    assert not folder.exists()
    assert other.names(folder.parent) == []
    assert other.sweep() == 2
    assert list(other.store.list("vectors/")) == []


def test_fresh_leftovers_may_be_of_a_writer_at_work_and_stay(
    lake: ObjectLake, machine: Open, address: str, store_server: Server
) -> None:
    put(store_server, address, f"vectors/date={DAY}/build-1/part-{'0' * 32}/artist/weights", b"half")
    client, prefix = store_server.client(), address.removeprefix(f"s3://{BUCKET}/")
    client.create_multipart_upload(Bucket=BUCKET, Key=f"{prefix}/documents/big.parquet")
    assert machine().sweep() == 0


def test_old_leftovers_go_uploads_that_never_ended_too(
    lake: ObjectLake, machine: Open, address: str, store_server: Server, no_patience: None
) -> None:
    put(store_server, address, f"vectors/date={DAY}/build-1/part-{'0' * 32}/artist/weights", b"half")
    client, prefix = store_server.client(), address.removeprefix(f"s3://{BUCKET}/")
    client.create_multipart_upload(Bucket=BUCKET, Key=f"{prefix}/documents/big.parquet")
    whole = write_folder(lake, "whole")
    assert machine().sweep() == 2
    assert client.list_multipart_uploads(Bucket=BUCKET, Prefix=prefix).get("Uploads", []) == []
    other = machine()
    folder = other.root / whole.relative_to(lake.root)
    other.fetch_folder(folder)
    assert (folder / "artist" / "weights").read_text() == "whole"


def test_of_two_who_put_the_same_folder_the_second_takes_that_of_the_first(lake: ObjectLake, machine: Open) -> None:
    other = machine()
    folder = other.partition(Dataset.VECTORS, DAY) / "build-1"
    with other.staged(folder) as staging:
        (staging / "artist").mkdir(parents=True)
        (staging / "artist" / "weights").write_text("second")
        write_folder(lake, "first")
    assert (folder / "artist" / "weights").read_text() == (folder / "manifest.json").read_text() == "first"
    assert len(list(other.store.list("vectors/"))) == 3


def test_a_folder_whose_commit_was_done_but_not_answered_stays(
    lake: ObjectLake, machine: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client then asks again, and is told that the object is there already: by itself."""
    lake.hold()
    put_if = lake.store.put_if

    def put_twice(name: str, content: io.BytesIO, size: int, expected: str) -> object:
        put_if(name, io.BytesIO(content.getvalue()), size, expected)
        return put_if(name, content, size, expected)

    monkeypatch.setattr(lake.store, "put_if", put_twice)
    written = write_folder(lake, "whole")
    other = machine()
    folder = other.root / written.relative_to(lake.root)
    other.fetch_folder(folder)
    assert (folder / "artist" / "weights").read_text() == (written / "artist" / "weights").read_text() == "whole"


def test_a_text_that_another_machine_changed_is_not_overwritten(lake: ObjectLake, machine: Open) -> None:
    lake.write_text(lake.root / "forgotten.jsonl", "")
    other = machine()
    for one in (lake, other):
        one.hold()
    other.write_text(other.root / "forgotten.jsonl", "hers")
    with pytest.raises(LakeError, match=r"forgotten\.jsonl was changed by another machine meanwhile; run it again"):
        lake.write_text(lake.root / "forgotten.jsonl", "mine")
    lake.write_text(lake.root / "forgotten.jsonl", "hers")  # what is there already is no conflict


def test_of_two_databases_that_were_changed_at_a_time_one_holds(lake: ObjectLake, machine: Open) -> None:
    def note(file: Path, url: str) -> None:
        import sqlite3

        db = sqlite3.connect(file)
        db.execute("CREATE TABLE IF NOT EXISTS seen (url)")
        db.execute("INSERT INTO seen VALUES (?)", (url,))
        db.commit()
        db.close()

    other = machine()
    with lake.borrowed(lake.crawl_state) as mine:
        note(mine, "mine")
        with other.borrowed(other.crawl_state) as hers:
            note(hers, "hers")
    lake.hold()
    with lake.borrowed(lake.crawl_state) as mine:
        assert mine.read_bytes() == other.crawl_state.read_bytes()


def test_a_file_in_parts_comes_back_whole(lake: ObjectLake, machine: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("records.object_store.ONE_PUT", 5 << 20)
    large = machine()
    body = Random(1).randbytes(12 << 20)
    with large.staged(large.root / "large") as staging:
        staging.write_bytes(body)
    other = machine()
    other.fetch(other.root / "large")
    assert (other.root / "large").read_bytes() == body


def test_the_footer_of_a_file_is_read_without_the_file(lake: ObjectLake, machine: Open) -> None:
    path = lake.partition(Dataset.COUNTS, DAY) / "blog.parquet"
    lake.write_table(path, pa.table({"number": [Random(1).random() for _ in range(100_000)]}), "stamp")
    other = machine()
    (found,) = other.files(Dataset.COUNTS)
    assert (other.footer(found).fingerprint, other.footer(found).rows) == ("stamp", 100_000)
    assert not found.exists()


@pytest.mark.parametrize(
    ("variable", "value", "address", "message"),
    [
        ("AWS_REGION", "us-east-1", "s3://nobody/lake", "there is no bucket 'nobody' at http://127.0.0.1:"),
        ("AWS_SECRET_ACCESS_KEY", "wrong", f"s3://{BUCKET}/lake", r"is refused by http://127.0.0.1:\d+ \("),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1", f"s3://{BUCKET}/lake", "http://127.0.0.1:1 did not answer"),
    ],
)
def test_what_is_wrong_with_a_store_is_said(
    store_server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, value: str, address: str,
    message: str
) -> None:  # fmt: skip
    for name, known in store_server.environment.items():
        monkeypatch.setenv(name, known)
    monkeypatch.setenv(variable, value)
    with pytest.raises(LakeError, match=message) as refusal:
        ObjectLake(address, tmp_path)
    assert store_server.environment["AWS_SECRET_ACCESS_KEY"] not in str(refusal.value)


@pytest.mark.parametrize("address", ["s3://", "s3://Music/lake", "s3:/music", "s3://m/lake"])
def test_an_address_that_is_none_is_refused(address: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="expected s3://bucket/prefix"):
        ObjectLake(address, tmp_path)


def test_without_credentials_it_says_which_are_expected(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(ConfigurationError, match="there are no credentials; expected AWS_ACCESS_KEY_ID"):
        ObjectLake(f"s3://{BUCKET}/lake", tmp_path)


def test_a_store_that_goes_away_is_told_of_and_the_work_can_be_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server(tmp_path / "own")
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    lake = ObjectLake(f"s3://{BUCKET}/lake", tmp_path / "machine", create=True)
    server.stop()
    with pytest.raises(LakeError, match=r"did not answer .* run it again: what was done is kept"):
        write_folder(lake, "weights")
    server.start()
    folder = write_folder(lake, "weights")
    other = ObjectLake(f"s3://{BUCKET}/lake", tmp_path / "other")
    assert other.exists(other.root / folder.relative_to(lake.root))
    server.stop()


def start(address: str, cache: Path, author: str, partitions: int, dies_at: int) -> "subprocess.Popen[str]":
    what = [address, cache, author, partitions, dies_at]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.records.racing", *map(str, what)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def partitions(lake: ObjectLake) -> Iterator[tuple[int, str, str, bool]]:
    """Yield what can be seen of each day: its number, who wrote the table and the build, and whether it is live.

    Whatever can be seen must be whole and of one author.
    """
    days = {*lake.days(Dataset.COUNTS), *lake.days(Dataset.VECTORS)}
    for day in sorted(days):
        tables = lake.files(Dataset.COUNTS, day)
        lake.fetch(*tables)
        authors = [pq.read_table(table, partitioning=None).column("author").to_pylist() for table in tables]
        assert all(len(found) == ROWS and len(set(found)) == 1 for found in authors)
        assert len(tables) <= 1
        build = lake.partition(Dataset.VECTORS, day) / "build-1"
        lake.fetch_folder(build)
        manifest = lake.partition(Dataset.VECTORS, day) / "manifest.json"
        lake.fetch(manifest)
        builder = ""
        if build.exists():
            (text,) = {(build / name).read_text() for name in FILES}
            builder = text[: len(text) // ROWS]
            assert text == builder * ROWS
        assert builder or not manifest.exists()
        yield (day - FIRST).days, authors[0][0] if authors else "", builder, manifest.exists()


@pytest.mark.timeout(900)
def test_a_writer_killed_at_any_moment_leaves_nothing_by_half_and_is_simply_run_again(
    machine: Open, address: str, tmp_path: Path, no_patience: None
) -> None:
    lake = machine(create=True)
    out, _ = start(address, tmp_path / "count", "one", 2, 0).communicate("go\n")
    moments = int(out.split()[-1])
    assert moments > 20
    for day in (FIRST, FIRST + timedelta(days=1)):
        for dataset in (Dataset.COUNTS, Dataset.VECTORS):
            lake.remove(lake.partition(dataset, day))
    random = Random(7)
    for round_, moment in enumerate(sorted(random.sample(range(1, moments), KILLS))):
        writer = start(address, tmp_path / f"writer-{round_ % 2}", f"author-{round_:02}", 2, moment)
        writer.communicate("go\n")
        assert writer.returncode in (-9, 0)  # 0: earlier rounds left so little to do
        for _, table, builder, is_live in partitions(machine()):
            assert table or not (builder or is_live)
    out, _ = start(address, tmp_path / "writer-0", "the last", 2, 0).communicate("go\n")
    assert [number for number, table, builder, is_live in partitions(machine()) if table and builder and is_live] == [
        0,
        1,
    ]
    machine().sweep()
    assert len(list(lake.store.list("counts/"))) == 2
    assert len(list(lake.store.list("vectors/"))) == 2 * (len(FILES) + 1 + 2)


@pytest.mark.timeout(900)
def test_of_two_writers_of_the_same_partitions_all_is_there_once_and_of_one(
    machine: Open, address: str, tmp_path: Path, no_patience: None
) -> None:
    number = 12
    machine(create=True)
    with ExitStack() as stack:
        pair = [
            stack.enter_context(start(address, tmp_path / f"writer-{author}", author, number, 0))
            for author in ("one", "two")
        ]
        for writer in pair:
            assert writer.stdin is not None
            writer.stdin.write("go\n")
            writer.stdin.flush()
        outs = [writer.communicate()[0] for writer in pair]
    assert all(writer.returncode == 0 for writer in pair)
    found = list(partitions(machine()))
    assert [(day, live) for day, _, _, live in found] == [(day, True) for day in range(number)]
    assert {author for _, *authors, _ in found for author in authors} <= {"one", "two"}
    for author, out in zip(("one", "two"), outs, strict=True):
        lake = ObjectLake(address, tmp_path / f"writer-{author}")
        assert list(partitions(lake)) == found  # what the writers have here is what all others get
        refused = {int(line.split()[1]) for line in out.splitlines() if line.startswith("refused")}
        for day in range(number):
            path = lake.partition(Dataset.VECTORS, FIRST + timedelta(days=day)) / "author.txt"
            lake.fetch(path)
            if day in refused:
                assert path.read_text() != author
    other = machine()
    other.sweep()
    assert len(list(other.store.list("counts/"))) == number
    assert len(list(other.store.list("vectors/"))) == number * (len(FILES) + 1 + 2)


def test_a_condition_holds_where_many_put_at_a_time(address: str, store_server: Server) -> None:
    """The server that these tests run against keeps its word: of many conditional requests one goes through."""
    from records.object_store import ChangedError

    def put_one(number: int) -> bool:
        try:
            store.put_if("one", io.BytesIO(b"%02d" % number), 2, "")
        except ChangedError:
            return False
        return True

    store = ObjectStore(address)
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(put_one, range(32))) == 1
