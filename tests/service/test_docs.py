"""What the documentation tells people to type exists."""

import re
import shlex
from pathlib import Path

import pytest

from service.cli import app
from tests.service.conftest import Ask

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "docs" / "operations.md",
    ROOT / "docs" / "elasticsearch.md",
    ROOT / "docs" / "time.md",
    ROOT / "docs" / "http.md",
    ROOT / "docs" / "export.md",
    ROOT / "docs" / "learned.md",
]
_TYPED = re.compile(r"(?<![\w/.-])topterms ((?:-|\w)[^`#\n>|&]*)")
_GLOBAL = {"--debug", "--version", "--help"}


def typed_commands(page: Path) -> list[str]:
    """Return every command line of a page, without the program's name."""
    return [match[1].strip() for match in _TYPED.finditer(page.read_text(encoding="utf-8"))]


def known_commands() -> set[str]:
    infos = [
        info for group in app.registered_groups if not group.name for info in group.typer_instance.registered_commands
    ]  # type: ignore[union-attr]
    return {info.name or info.callback.__name__ for info in infos} | {"index"}  # type: ignore[union-attr]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_and_option_of_the_page_exists(page: Path, ask: Ask) -> None:
    found = typed_commands(page)
    assert found
    for line in found:
        words = [word for word in shlex.split(line, posix=True) if word not in _GLOBAL and word != "…"]
        if not words:
            continue
        assert words[0] in known_commands(), line
        command = words[:2] if words[0] == "index" else words[:1]
        help_page = ask(*command, "--help")
        assert help_page.code == 0, line
        unknown = [w for w in words if re.fullmatch(r"--?[a-zA-Z][a-z-]*", w) and w not in help_page.out]
        assert unknown == [], line


def test_the_readme_names_every_command() -> None:
    """Who reads it knows all that can be done."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert {name for name in known_commands() if f"topterms {name}" not in readme and f"`{name}" not in readme} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_within_the_repository_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_make_target_that_the_readme_names_exists() -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))
    named = set(re.findall(r"make ([a-z-]+)", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert named
    assert named <= targets
