"""What people and machines get to see: tables, progress and JSON, with nothing in them that could drive a terminal."""

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import date
from typing import IO, NoReturn

from rich.console import Console
from rich.padding import Padding
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from records import progress

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""C0 and C1 controls, marks that turn the direction of writing, and halves of characters."""
_PIPE_WIDTH = 10_000
"""Columns when nobody looks: wide enough that a line stays one line."""


def visible(text: str) -> str:
    """Return a text on one line, without any character that a terminal acts on."""
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split()))


_SMALL = 0.1
"""Below it a number is shown to three decimals, since two would hide which of two is greater."""


class Screen(Console):
    """A console that takes all text as it is, and ends the program quietly when nobody reads any more."""

    def __init__(self, file: IO[str]) -> None:
        width = None if file.isatty() else _PIPE_WIDTH
        super().__init__(file=file, width=width, markup=False, emoji=False, highlight=False, soft_wrap=False)

    def on_broken_pipe(self) -> NoReturn:
        """End with success: whoever read has what they wanted (`topterms terms Low | head`)."""
        leave_closed_pipe()

    def say(self, text: str = "", style: str = "", *, indent: int = 0) -> None:
        """Print one line of text, wrapped between words where it is too long, so many columns from the left."""
        self.print(Padding.indent(Text(visible(text), style=style), indent) if text else "")

    def say_indented(self, head: str, text: str, style: str = "") -> None:
        """Print a text beside a head, wrapped so that the head stays alone in its column."""
        grid = Table.grid(padding=(0, 1))
        grid.add_column(no_wrap=True, style="bold", min_width=len(head))
        grid.add_column(style=style)
        grid.add_row(Text(visible(head)), Text(visible(text)))
        self.print(grid)

    def table(self, headings: Iterable[str], rows: Iterable[Iterable[str | float]], *, title: str = "") -> None:
        """Print a table; numbers are rounded and stand to the right."""
        body = [list(row) for row in rows]
        table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
        for position, heading in enumerate(headings):
            numeric = bool(body) and not isinstance(body[0][position], str)
            table.add_column(visible(heading), justify="right" if numeric else "left", style="" if position else "bold")
        for row in body:
            table.add_row(*(Text(_cell(value)) for value in row))
        if title:
            self.say(title, "bold")
        self.print(table)


def out() -> Screen:
    """Return the screen that answers go to: standard output."""
    return Screen(sys.stdout)


def err() -> Screen:
    """Return the screen that everything but answers goes to: standard error."""
    return Screen(sys.stderr)


def print_json(*values: object) -> None:
    """Print each value (a dataclass, or what JSON knows) as one line of JSON on standard output."""
    try:
        for value in values:
            sys.stdout.write(to_json(value) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        leave_closed_pipe()


def to_json(value: object) -> str:
    """Return one line of JSON; characters that a terminal acts on are escaped, so nothing is lost."""
    text = json.dumps(value, ensure_ascii=False, default=_plain)
    return _CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def leave_closed_pipe() -> NoReturn:
    """End the program with success though standard output was closed, and without a word about it."""
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, sys.stdout.fileno())
    raise SystemExit(0)


@contextmanager
def bars(*, quiet: bool = False) -> Iterator[progress.Progress]:
    """Give a listener that draws a bar for each stage on standard error, if a terminal is there to see it."""
    screen = err()
    if quiet or not screen.is_terminal:
        yield progress.silent
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    # what is printed meanwhile stands above the bar, but only a terminal's output may be led past standard error
    drawing = Progress(*columns, console=screen, transient=True, redirect_stdout=sys.stdout.isatty())
    with drawing:
        tasks: dict[str, TaskID] = {}

        def listen(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                for earlier in tasks.values():
                    drawing.update(earlier, visible=False)
                tasks[stage] = drawing.add_task(visible(stage), total=total)
            drawing.update(tasks[stage], completed=done, total=total)

        yield listen


def _cell(value: str | float) -> str:
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.2f}" if abs(value) >= _SMALL else f"{value:.3f}"


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return value.isoformat() if isinstance(value, date) else str(value)
