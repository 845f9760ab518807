"""Which pairs of neighbouring words are phrases and which are chance."""

from collections.abc import Mapping, Sequence

from gensim.models.phrases import npmi_scorer

THRESHOLD = 0.0
"""Normalised pointwise mutual information, in [-1, 1], above which a pair is a phrase: met more often than by chance.
"""
_MIN_COUNT = 2


def phrases(pairs: Sequence[str], counts: Sequence[int], words: Mapping[str, int]) -> list[bool]:
    """Say for each pair whether it is a phrase.

    Args:
        pairs: two words with a blank between.
        counts: how often each pair was counted.
        words: how often each word was counted; pairs of words that are not there are no phrases.

    Source: Bouma, Normalized (Pointwise) Mutual Information in Collocation Extraction, 2009, as gensim computes it.
    """
    total = sum(words.values())
    verdicts = []
    for pair, count in zip(pairs, counts, strict=True):
        first, second = (words.get(word, 0) for word in pair.split(" ", 1))
        if not first or not second:
            verdicts.append(False)
            continue
        npmi = npmi_scorer(first, second, min(count, first, second), len(words), _MIN_COUNT, total)
        verdicts.append(bool(npmi > THRESHOLD))
    return verdicts
