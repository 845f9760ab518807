"""Quotations: what somebody says does not describe whom the text speaks of ("“It is a gloomy old town,” he says")."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from records.types import Mention

_QUOTED = re.compile(r"(?<!\w)(?:“([A-Z][^“”\n]*)”|\"([A-Z][^\"\n]*)\")(?!\w)")
"""With a capital at its start: the words of another's that a writer weaves into his own sentence do describe."""
_SENTENCE_ENDS = re.compile(r"[.!?…]\s")
_FEW_WORDS = 3


def quotations(text: str, mentions: Sequence[Mention]) -> Iterator[tuple[int, int]]:
    """Yield where a text quotes a sentence that names nobody of the catalogue.

    Left out are titles and catchwords, which are short, and interviews, in which more than a sentence or whole lines
    stand in quotes.

    Args:
        text: a document's text.
        mentions: the mentions in it, in its order.
    """
    starts = [mention.start for mention in mentions]
    for match in _QUOTED.finditer(text):
        start, end = match.span(match.lastindex or 0)
        quoted = text[start:end]
        is_line = {text[start - 2 : start - 1], text[end + 1 : end + 2]} <= {"", "\n"}
        is_named = bisect_left(starts, start) < bisect_left(starts, end)
        if len(quoted.split()) > _FEW_WORDS and not (is_line or is_named or _SENTENCE_ENDS.search(quoted)):
            yield start, end
