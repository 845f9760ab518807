"""Which words of a sentence are denied: "nothing dreamy about it" does not call anybody dreamy."""

from nlp.words import Words

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
_TOGETHER = frozenset({("anything", "but"), ("far", "from"), ("gone", "are"), ("gone", "is"), ("gone", "were")})
"""Two words that deny as one."""
_SAYS = frozenset("say said think believe claim call feel".split())
"""Behind these "that" opens what is denied: "can't say that it is dreamy"."""
_ENDS = frozenset("but yet though although because while which that who when until unless if except than".split())
_REACH = 5
"""Words that a negation reaches at most."""


def denied(sentence: Words) -> frozenset[int]:
    """Return the positions of adjectives and nouns that stand in the reach of a negation.

    It reaches up to the next mark of punctuation, the next clause, or five words, whichever comes first; a comma
    between two adjectives does not end it.
    """
    found: set[int] = set()
    for position, word in enumerate(sentence):
        before = sentence[position - 1].text if position else ""
        if (word.text in _NEGATORS and before != "if") or (before, word.text) in _TOGETHER:
            found.update(_reached(sentence, position))
    return frozenset(found)


def _reached(sentence: Words, negator: int) -> list[int]:
    reached: list[int] = []
    words = 0
    for position in range(negator + 1, len(sentence)):
        word, before = sentence[position], sentence[position - 1]
        if word.text == "," and _parts_adjectives(sentence, position):
            continue
        is_except = not words and word.text in _EXCEPT
        ends = word.is_punctuation or (word.text in _ENDS and not (word.text == "that" and before.text in _SAYS))
        if is_except or ends or words == _REACH:
            break
        words += 1
        if word.pos in ("ADJ", "NOUN"):
            reached.append(position)
    return reached


def _parts_adjectives(sentence: Words, comma: int) -> bool:
    """Say whether a comma stands between two adjectives of one noun or one list."""
    before, behind = sentence[comma - 1], sentence[comma + 1 : comma + 3]
    if [word.pos for word in (before, *behind[:1])] != ["ADJ", "ADJ"] or len(behind) < 2:
        return False
    return behind[1].pos in ("ADJ", "NOUN") or behind[1].text in (",", "and", "or", "nor")
