"""How everyday words and names are, by the word lists of wordfreq."""

import re
from functools import lru_cache

from wordfreq import zipf_frequency

from nlp.folding import fold

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


@lru_cache(maxsize=200_000)
def zipf(word: str) -> float:
    """Return log10 of how often a word, in lower case, occurs in 10^9 words of English.

    It is 0 for one that is never met, above 3 for one of everyday speech, about 7 for "the".
    """
    return float(zipf_frequency(word, "en"))


@lru_cache(maxsize=100_000)
def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name, folded, without a leading "the"."""
    words = _WORD.findall(fold(name))
    return tuple(words[1:] if len(words) > 1 and words[0] == "the" else words)


@lru_cache(maxsize=100_000)
def everydayness(name: str) -> float:
    """Return the Zipf frequency of the rarest word of a name, as `words_of` gives them; 0 for one of signs alone."""
    return min((zipf(word) for word in words_of(name)), default=0.0)
