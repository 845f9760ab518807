"""Works that a text names: the words of a title are a name, and describe nothing ("Dark Was The Night" is not dark)."""

import re
from collections.abc import Iterator

from nlp.confidence import is_titled
from nlp.title import split_title, standing
from records.types import Document

_LONGEST = 80
"""Characters; what is longer in quotes was said by somebody."""
_INSIDE = rf"[^“”\"\n]{{1,{_LONGEST}}}"
_QUOTED = re.compile(rf"(?<!\w)(?:“({_INSIDE})”|\"({_INSIDE})\"|‘([^‘’\n]{{1,{_LONGEST}}})’)(?!\w)")
_SAID = re.compile(r"[^\s]+[,.!?]")
"""A single word that somebody said: “Beautiful,” she says."""


def works_named(document: Document) -> Iterator[tuple[int, int]]:
    """Yield where a text names works: in quotes with the capitals of a title, or as its own title has it.

    In the title "Artist – Work" the parts are names; of one word alone that is not sure enough in a text.
    """
    for match in _QUOTED.finditer(document.text):
        quoted = match[match.lastindex or 0]
        if quoted[0].isalnum() and not quoted[0].islower() and is_titled(quoted) and not _SAID.fullmatch(quoted):
            yield match.span(match.lastindex or 0)
    for part in split_title(document.title):
        if " " in part and is_titled(part):
            yield from (match.span() for match in standing(part, document.text))
