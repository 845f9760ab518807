"""Which words of a sentence are denied: "nothing dreamy about it" does not call anybody dreamy."""

from nlp.words import Sentence

_NEGATORS = frozenset(
    "not n't n\u2019t never no nothing neither nor without hardly barely lack lacks lacked lacking".split()
)
_EXCEPT = frozenset(
    """
    only just merely simply least unlike without but short if less fail fails failed ceases ceased better more doubt
    wonder surprise stranger mention matter nonsense frills necessarily so
    """.split()
)
"""Behind a negator these deny nothing: "not only", "nothing but", "never less than", "no doubt"."""
_ENDS = frozenset("but yet though although because while which that who when until unless if except than".split())
_REACH = 5
"""Words that a negation reaches at most."""


def denied(sentence: Sentence) -> frozenset[int]:
    """Return the positions of adjectives and nouns that stand in the reach of a negation.

    It reaches up to the next mark of punctuation, the next clause, or five words, whichever comes first.
    """
    found: set[int] = set()
    for position, word in enumerate(sentence):
        if word.text in _NEGATORS and not (position and sentence[position - 1].text == "if"):
            found.update(_reached(sentence, position))
    return frozenset(found)


def _reached(sentence: Sentence, negator: int) -> list[int]:
    behind = sentence[negator + 1 : negator + 1 + _REACH]
    if not behind or behind[0].text in _EXCEPT:
        return []
    reached = []
    for position, word in enumerate(behind, negator + 1):
        if word.is_punctuation or word.text in _ENDS:
            break
        if word.pos in ("ADJ", "NOUN"):
            reached.append(position)
    return reached
