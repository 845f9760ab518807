"""Any catalogue file as lines that were understood, told by what it holds and not by its name."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from nlp.catalog.lines import Line, Problem, Skipped
from nlp.catalog.musicbrainz import is_musicbrainz, read_item
from nlp.catalog.opening import open_lines
from nlp.catalog.own import read_csv, read_json_line, read_object


def read_lines(path: Path) -> Iterator[Line]:
    """Yield what each line of a file says.

    It may be CSV, JSON lines or a dump of MusicBrainz's, packed or not. What is wrong with a file of the user's own is
    a `Problem`; a line of a dump that cannot be understood is `Skipped`.

    Raises:
        ConfigurationError: the file cannot be read or unpacked.
    """
    with open_lines(path) as stream:
        if stream.peek(1)[:1] == b"{":
            yield from _json_lines(stream)
        else:
            yield from read_csv(stream)


def _json_lines(stream: IO[bytes]) -> Iterator[Line]:
    numbered = enumerate(stream, 1)
    first = next(numbered)
    item = read_json_line(*first)
    foreign = isinstance(item, dict) and is_musicbrainz(item)
    for line, text in itertools.chain([first], numbered):
        values = read_json_line(line, text)
        if foreign:
            yield from _dumped(line, values)
        else:
            yield values if isinstance(values, Problem) else read_object(line, values)


def _dumped(line: int, values: dict[str, object] | Problem) -> Iterator[Line]:
    try:
        if isinstance(values, Problem):
            raise TypeError
        yield from read_item(line, values)
    except (AttributeError, KeyError, TypeError):
        yield Skipped(line, "lines that cannot be understood")
