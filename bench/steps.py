"""What our way from a page to its counts spends its time on, step by step."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from time import process_time
from typing import Any
from unittest.mock import patch

import trafilatura

from crawler import duplicates
from crawler.parsers import page
from nlp import counting, forms, mentions, read, tagging, vocabulary, words

_STEPS: tuple[tuple[str, Any, str], ...] = (
    ("parse: markup to tree", page, "decode"),
    ("parse: markup to tree", page, "without_control_references"),
    ("parse: markup to tree", trafilatura, "load_html"),
    ("parse: text", page, "_text"),
    ("parse: author", page, "_author"),
    ("parse: date", page, "_published"),
    ("parse: structured data", page, "read_structured"),
    ("parse: listing or not", page, "is_listing"),
    ("parse: language", page, "language"),
    ("parse: near-copies", duplicates, "signature"),
    ("parse: all else", page, "_parse"),
    ("count: whom it names", mentions.Linker, "link"),
    ("count: words", vocabulary.Vocabulary, "tokens"),
    ("count: sentences", counting, "Text"),
    ("count: sentences", words.Text, "tag"),
    ("count: tags", tagging.Tagger, "tags"),
    ("count: lemmas", forms.Forms, "__missing__"),
    ("count: whose sentences", read, "_shares"),
    ("count: whose sentences", read, "_covered"),
    ("count: terms", read, "sentence_terms"),
    ("count: terms", read, "polarity"),
    ("count: tables", counting, "to_table"),
    ("count: sums and all else", counting.Reader, "read"),
)
"""The functions of each step; time in one that another calls is its own alone."""


@contextmanager
def steps() -> Iterator[dict[str, float]]:
    """Yield seconds of processor time by step, which grow while the block runs."""
    taken = {step: 0.0 for step, _, _ in _STEPS}
    within: list[float] = [0.0]
    with ExitStack() as patched:
        for step, owner, name in _STEPS:
            patched.enter_context(patch.object(owner, name, _timed(getattr(owner, name), step, taken, within)))
        yield taken


def _timed(function: Callable[..., Any], step: str, taken: dict[str, float], within: list[float]) -> Callable[..., Any]:
    def called(*arguments: Any, **named: Any) -> Any:
        began = process_time()
        within.append(0.0)
        try:
            return function(*arguments, **named)
        finally:
            passed = process_time() - began
            taken[step] += passed - within.pop()
            within[-1] += passed

    return called
