"""The command line before any work: help, usage errors, projects that cannot be used."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from service.cli import app
from tests.service.conftest import TOPTERMS, Ask

COMMANDS = [
    c.name or c.callback.__name__ for group in app.registered_groups for c in group.typer_instance.registered_commands
]  # type: ignore[union-attr]
HEAVY = {"pyarrow", "numpy", "pydantic_settings", "rich", "scrapy", "spacy", "sklearn", "elasticsearch", "duckdb"}
"""What makes a program slow to start."""


def command_lines() -> list[list[str]]:
    names = {"status": ["index", "status"], "rollback": ["index", "rollback"], "import_file": ["import"]}
    return [names.get(name, [name]) for name in COMMANDS]


@pytest.mark.parametrize("command", command_lines(), ids=" ".join)
def test_the_help_of_every_command_teaches_with_an_example_and_offers_json(command: list[str], ask: Ask) -> None:
    answer = ask(*command, "--help")
    assert answer.code == 0
    assert f"$ topterms {' '.join(command)}" in answer.out
    assert ("--json" if command != ["serve"] else "JSON lines") in " ".join(answer.out.split())


def test_help_loads_nothing_heavy() -> None:
    """It starts at once: none of the libraries that the stages stand on is imported for it."""
    code = (
        "import sys, contextlib, io\nfrom service.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()): main(['--help'])\n"
        "print(*(name.partition('.')[0] for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert HEAVY.intersection(done.stdout.split()) == set()


def test_the_version_is_that_of_the_package(ask: Ask) -> None:
    assert ask("--version").out == "topterms 0.1.0\n"


@pytest.mark.parametrize(
    "arguments", [["nope"], ["terms"], ["terms", "Low", "--kind", "band"], ["terms", "Low", "-n", "x"]]
)
def test_a_wrong_command_line_ends_with_code_2_and_says_how_to_get_help(arguments: list[str], ask: Ask) -> None:
    answer = ask(*arguments)
    assert (answer.code, answer.out) == (2, "")
    assert "--help" in answer.err


def test_a_folder_that_is_no_project_is_named_with_the_way_out(tmp_path: Path, ask: Ask) -> None:
    answer = ask("run", "-C", tmp_path)
    assert answer.code == 2
    assert answer.err.startswith("Error: ")
    assert str(tmp_path) in answer.err
    assert "topterms init" in answer.err


def test_debug_shows_where_an_error_came_from(tmp_path: Path) -> None:
    done = subprocess.run([TOPTERMS, "--debug", "run", "-C", tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "ConfigurationError" in done.stderr


def test_init_makes_a_project_that_can_be_used_as_it_is(tmp_path: Path, ask: Ask) -> None:
    folder = tmp_path / "music"
    answer = ask("init", folder, "--json")
    assert json.loads(answer.out) == {"folder": str(folder), "lake": str(folder / "lake")}
    assert sorted(p.name for p in folder.iterdir()) == ["catalog.csv", "lake", "sources.toml", "topterms.toml"]
    assert ask("catalog", folder / "catalog.csv", "-C", folder).code == 0
    assert ask("crawl", "-C", folder).code == 0


def test_init_overwrites_nothing(tmp_path: Path, ask: Ask) -> None:
    (tmp_path / "sources.toml").write_text("mine")
    answer = ask("init", tmp_path)
    assert answer.code == 2
    assert "sources.toml" in answer.err
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("sources.toml", "mine")]


def test_the_project_can_be_named_in_the_environment(fresh: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOPTERMS_PROJECT", str(fresh))
    answer = ask("index", "status", "--json")
    assert (answer.code, json.loads(answer.out)["live"]) == (0, None)


@pytest.mark.parametrize("question", [["terms", "Low"], ["similar", "Low"], ["search", "slow"], ["export", "out"]])
def test_a_question_before_anything_was_published_ends_with_code_3(fresh: Path, ask: Ask, question: list[str]) -> None:
    answer = ask(*question, "-C", fresh)
    assert (answer.code, answer.out) == (3, "")
    assert "topterms" in answer.err


def test_a_lake_of_another_version_is_refused_by_name_and_version(fresh: Path, ask: Ask) -> None:
    (fresh / "lake" / "lake.json").write_text('{"schema_version": 99}')
    answer = ask("run", "-C", fresh)
    assert answer.code == 1
    assert "99" in answer.err
    assert str(fresh / "lake") in answer.err


@pytest.mark.parametrize(
    ("name", "text", "command"),
    [
        ("topterms.toml", "[weigh]\nhalf = 3", ["run"]),
        ("sources.toml", "[[source]]\nname = 'x'\nblock = 'https://x.example/'", ["crawl"]),
        ("catalog.csv", "id,kind,name\nx,band,X\n", ["run"]),
    ],
)
def test_a_file_that_cannot_be_used_stops_with_code_2_and_its_name(
    fresh: Path, ask: Ask, name: str, text: str, command: list[str]
) -> None:
    (fresh / name).write_text(text)
    answer = ask(*command, "-C", fresh)
    assert (answer.code, answer.out) == (2, "")
    assert name in answer.err
    assert len(answer.err.splitlines()) == 1


@pytest.mark.parametrize("text", ["", "no json", '{"url": "https://x.example/"}', "\x00\x01"])
def test_a_file_without_documents_is_refused_or_counted_never_a_traceback(fresh: Path, ask: Ask, text: str) -> None:
    path = fresh / "documents.jsonl"
    path.write_text(text)
    answer = ask("import", path, "-C", fresh, "--json")
    assert answer.code in (0, 2)
    assert json.loads(answer.out)["counts"] if answer.code == 0 else answer.err.startswith("Error: ")


def test_a_second_writer_is_refused_while_the_first_works(fresh: Path, ask: Ask) -> None:
    from service.project import open_project

    with open_project(fresh).locked():
        answer = ask("crawl", "-C", fresh)
        assert ask("index", "status", "-C", fresh).code == 0
    assert answer.code == 1
    assert "another topterms" in answer.err
    assert ask("crawl", "-C", fresh).code == 0
