"""Any day can be asked for, every run leaves a report, what is old goes, and a schedule keeps it all going."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from records.lake import Dataset
from service.keeping import expire
from service.pipeline import writing
from service.project import open_project
from service.settings import KeepSettings
from tests.service.conftest import Ask

TODAY = datetime.now(UTC).date()
EARLIER, LATER = TODAY - timedelta(days=40), TODAY - timedelta(days=10)
TEXTS = {
    EARLIER: "Slowdive and Ride play hazy shoegaze, with hazy guitars. Slowdive are hazy and hushed. ",
    LATER: "Slowdive and Ride play thunderous songs. Slowdive are thunderous and proud and thunderous again. ",
}


@pytest.fixture
def two_days(fresh: Path, ask: Ask) -> Path:
    """A project that read three texts on each of two days, with vectors of both."""
    (fresh / "sources.toml").unlink()
    (fresh / "catalog.csv").write_text("id,name\ns,Slowdive\nr,Ride\n", encoding="utf-8")
    endings = ("Guitars ring out over the bay.", "Drums roll in from the hills.", "Voices sink beneath the waves.")
    for day, text in TEXTS.items():
        lines = [
            {
                "url": f"https://blog{n}.example/{day}",
                "title": "Slowdive",
                "text": f"{text * 2}{ending * 9}",
                "lang": "en",
            }
            | {"published_at": day.isoformat(), "source": f"blog{n}"}
            for n, ending in enumerate(endings)
        ]
        path = fresh / "documents.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        with writing(open_project(fresh), day=day) as chain:
            chain.refresh_catalog()
            chain.import_documents(path)
    for day in TEXTS:
        assert ask("run", "-C", fresh, "--day", day).code == 0
    return fresh


def labels(text: str) -> set[str]:
    return {term["label"] for term in json.loads(text)["terms"]}


def test_terms_as_of_a_day_are_those_of_what_was_read_until_then(two_days: Path, ask: Ask) -> None:
    then = ask("terms", "Slowdive", "-C", two_days, "--day", EARLIER, "-s", "1", "--json").out
    now = ask("terms", "Slowdive", "-C", two_days, "-n", "50", "--json").out
    assert "hazy" in labels(then)
    assert "thunderous" not in then
    assert "thunderous" in labels(now)


def test_a_day_without_vectors_is_refused_with_the_days_there_are_and_how_to_build_it(two_days: Path, ask: Ask) -> None:
    between = EARLIER + timedelta(days=5)
    answer = ask("terms", "Slowdive", "-C", two_days, "--day", between)
    assert answer.code == 3
    assert f"{EARLIER}, {LATER}" in answer.err
    assert f"topterms weigh --day {between}" in answer.err
    assert ask("weigh", "--day", between, "-C", two_days).code == 0
    assert ask("terms", "Slowdive", "-C", two_days, "--day", between).code == 0


def test_trends_name_what_rises_and_what_falls(two_days: Path, ask: Ask) -> None:
    answer = ask("trends", "slowdive", "-C", two_days, "--since", EARLIER, "--json")
    found = json.loads(answer.out)
    assert "thunderous" in {trend["label"] for trend in found["rising"]}
    assert "hazy" in {trend["label"] for trend in found["falling"]}
    assert "thunderous" in ask("trends", "slowdive", "-C", two_days, "--since", EARLIER, "--until", LATER).out
    assert "to discover" in ask("trends", "-C", two_days, "--since", EARLIER).out


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), date(1989, 12, 31)])
def test_a_day_to_come_and_one_before_the_web_are_refused(fresh: Path, ask: Ask, day: date) -> None:
    for command in ("weigh", "run"):
        answer = ask(command, "-C", fresh, "--day", day)
        assert answer.code == 2
        assert f"the day is {day}; expected one from 1990-01-01 to" in answer.err


def test_a_run_reports_every_stage_as_one_json_document_and_keeps_it_in_the_lake(two_days: Path, ask: Ask) -> None:
    report = json.loads(ask("run", "-C", two_days, "--json").out)
    kept = sorted((two_days / "lake" / "runs").iterdir())
    assert len(kept) == 3
    assert json.loads(kept[-1].read_text(encoding="utf-8")) == report
    assert [s["stage"] for s in report["stages"]] == ["catalog", "crawl", "parse", "count", "weigh", "publish"]
    assert report["day"] == TODAY.isoformat()
    live = json.loads(ask("index", "status", "-C", two_days, "--json").out)["live"]
    assert report["snapshot"] == live["id"]
    first = json.loads(kept[0].read_text(encoding="utf-8"))
    assert first["new_terms"]["artist"] > 0
    assert dict(first["stages"][3]["counts"])["mentions"] > 0
    assert report["failures"] == []


def test_a_run_that_fails_reports_what_failed_and_ends_with_the_code_of_the_error(fresh: Path, ask: Ask) -> None:
    (fresh / "sources.toml").write_text("nonsense", encoding="utf-8")
    answer = ask("run", "-C", fresh, "--json")
    assert answer.code == 2
    assert "cannot be read as TOML" in json.loads(answer.out)["failures"][0]
    assert len(list((fresh / "lake" / "runs").iterdir())) == 1


def test_old_vectors_expire_by_rule_and_the_latest_never_do(two_days: Path, ask: Ask) -> None:
    lake = open_project(two_days).lake()
    assert expire(lake, day=TODAY, keep=KeepSettings()).counts[1][1] == 0
    settings = two_days / "topterms.toml"
    default = settings.read_text(encoding="utf-8")
    settings.write_text(default.replace("# vectors_days = 0", "vectors_days = 20"), encoding="utf-8")
    with writing(open_project(two_days)) as chain:
        assert dict(chain.expire().counts)["days of vectors expired"] == 1
    assert lake.days(Dataset.VECTORS) == lake.days(Dataset.TOTALS) == [LATER]
    expire(lake, day=TODAY, keep=KeepSettings(vectors_days=1))
    assert lake.days(Dataset.VECTORS) == [LATER]
    assert ask("terms", "Slowdive", "-C", two_days, "--day", LATER).code == 0


def test_old_pages_expire_once_they_are_parsed_and_those_of_the_latest_day_stay(fresh: Path) -> None:
    lake = open_project(fresh).lake()
    for day, name in ((EARLIER, "parsed"), (EARLIER, "unparsed"), (LATER, "parsed")):
        lake.write_text(lake.partition(Dataset.PAGES, day) / f"{name}.warc.gz", "a page")
        if name == "parsed":
            lake.write_text(lake.partition(Dataset.DOCUMENTS, day) / f"{name}.parquet", "a document")
    report = expire(lake, day=TODAY, keep=KeepSettings(pages_days=1))
    assert dict(report.counts)["files of pages expired"] == 1
    left = [(path.parent.name, path.name) for path in lake.files(Dataset.PAGES)]
    assert left == [(f"date={EARLIER}", "unparsed.warc.gz"), (f"date={LATER}", "parsed.warc.gz")]


def test_a_schedule_survives_failed_runs_and_passes_one_over_while_another_is_under_way(tmp_path: Path) -> None:
    """The first run lasts until another was passed over; all fail; after the third the schedule is told to end."""
    from apscheduler.triggers.interval import IntervalTrigger

    from service.schedule import Schedule

    skipped, log = tmp_path / "skipped", tmp_path / "log"
    code = f"import os, sys\nf = open({str(log)!r}, 'a')\nf.write('start ')\nf.flush()\n"
    code += f"while not os.path.exists({str(skipped)!r}): pass\nf.write('end ')\nf.close()\nsys.exit(7)"
    told: list[str] = []

    def tell(sentence: str) -> None:
        told.append(sentence)
        if sentence.startswith("skipped"):
            skipped.touch()
        if sum("code 7" in t for t in told) == 3 and sentence != "ended":
            os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    Schedule((sys.executable, "-c", code), IntervalTrigger(seconds=1, timezone=UTC), tell).keep("begun")
    assert (told[0], told[-1]) == ("begun", "ended")
    assert signal.getsignal(signal.SIGTERM) is before
    assert log.read_text().split()[:6] == ["start", "end"] * 3


def test_the_schedule_command_says_what_it_will_do_and_ends_cleanly_on_sigterm(fresh: Path) -> None:
    code = "import sys; from service.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "schedule", "--at", "04:00", "-C", str(fresh)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "every day at 04:00 UTC" in process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 0
        assert process.stderr.read() == "ended\n"
