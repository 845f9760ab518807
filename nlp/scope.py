"""Whose terms a sentence holds: the entities it names, those still spoken of, and the subject of the document."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from nlp.words import Sentence
from records.types import Mention

SUBJECT = 1.0
"""Share of the subject in a sentence that names nobody else."""
SUBJECT_BESIDE_OTHERS = 0.5
"""Share of the subject in a sentence about another; one not named there gets no more than those who are."""
CARRIED = 0.5
"""Share of an entity in a sentence that goes on about it without naming it."""
_CARRIED_SENTENCES = 2
COMPARED = 0.0
"""Share of an entity in a sentence that only likens another to it ("sounds like X"): it is named, not described."""
MOST_NAMED = 20
"""A sentence that names more is a list and describes nobody; a text that is about more is about nobody."""
_BETWEEN = (
    r"(?: (?!(?:and|or|but|as|than|that|which|who|what|how|when|where|while|if|because|since|after|before|until|so|i|"
    r"you|he|she|it|we|they|me|us|them|nothing|anything|everything|most|many|all|any|other|every|ever|not|n't|is|are|"
    r"was|were|be|been|has|have|had|do|does|did|can|could|will|would|may|might|must|should|in|on|at|by|for|from|with|"
    r"to|about|behind|into|over|through)(?: |$))[\w'’.-]*\w){0,4}"
)
"""What may stand between a comparison and the name: "like [the icy] Radiohead", "by [20th century composers] X"."""
_COMPARES = re.compile(
    r"((?<!\bi )(?<!\bwe )(?<!bands )(?<!artists )(?<!acts )(?<!groups )(?<!people )(?<!those )(?<!musicians )"
    r"\b(like|unlike)|\bthan|\bas \w+ as|"
    r"\b(reminiscent of|reminds? (me|us|one|you) of|recall(s|ed|ing)?|echo(es|ed|ing)?( of)?|a la|in the vein of|"
    r"(fans?|devotees|disciples) of|influences? (from|of)|(influenced|inspired|informed) by|comparable to|akin to|"
    r"(compared|compares|comparisons) (to|with)|similar(ities)? (to|with)|evok(es?|ed|ing)|channel(s|led|ling|ing)?|"
    r"nods? to|indebted to|(shades|hints?|touch) of|somewhere between|covers? of|covering|opened for|supporting|"
    rf"toured with)){_BETWEEN}$"
)
_BEFORE = 10
"""Words before a name in which a comparison is looked for."""
_JOINS = frozenset(", and & or / + the".split())
_OPENS = re.compile(f"(like|unlike){_BETWEEN}$")
"""Where a sentence opens with a comparison, a comma ends it: "Like X, Y are hazy"."""
_GOES_ON = re.compile(
    r"(it|its|they|their|them|he|his|she|her|this|these|here|there|the (band|group|duo|trio|singer|song|track|album|"
    r"record|result|chorus|verse|guitars?|drums|bass|vocals?|voice|lyrics|production))\b"
)

Shares = dict[str, float]
"""Entity id -> share in (0, 1] of a sentence's terms."""


def sentence_shares(sentences: Sequence[Sentence], mentions: Iterable[Mention]) -> list[Shares]:
    """Return, for each sentence, in which share its terms belong to which entities.

    Every entity named has an equal part in the sentence; then, for as long as sentences open with a word that points
    back and name nobody, the last one named keeps a smaller part: of several the subject of the document, if it was
    spoken of. The subjects have a part in every sentence but lists.
    """
    waiting = sorted(mentions, key=lambda mention: mention.start)
    subjects = subjects_of(waiting)
    shares: list[Shares] = []
    carried = at_rest = _parts(subjects, CARRIED)
    left = 0
    for sentence, found in zip(sentences, _spread(sentences, waiting), strict=True):
        named, likened = _parted(sentence, found) if found else ([], [])
        if len({*named, *likened}) > MOST_NAMED:
            shares.append({})
            carried, left = at_rest, 0
            continue
        back = carried if carried and _GOES_ON.match(sentence.opening) else {}
        here = _parts(named, 1.0) or back
        if named:
            meant = [subject for subject in subjects if subject in named or subject in back]
            carried, left = _parts(meant or named, CARRIED), _CARRIED_SENTENCES
        else:
            left -= 1
            if not here or left <= 0:
                carried = at_rest
        shares.append(dict.fromkeys(likened, COMPARED) | _with_subjects(here, subjects, 1 / max(1, len(named))))
    return shares


def subjects_of(mentions: Iterable[Mention]) -> list[str]:
    """Return the entities that a document is about."""
    subjects = list(dict.fromkeys(mention.entity_id for mention in mentions if mention.is_subject))
    return subjects if len(subjects) <= MOST_NAMED else []


def _parts(entities: Sequence[str], share: float) -> Shares:
    return {entity: share / len(entities) for entity in entities}


def _parted(sentence: Sentence, found: Sequence[Mention]) -> tuple[list[str], list[str]]:
    """Return whom a sentence speaks of, and whom it likens something to: behind "like", or joined to one that is."""
    words = sentence.words
    starts, ends = [word.start for word in words], [word.end for word in words]
    named: dict[str, None] = {}
    likened: dict[str, None] = {}
    last_end, is_likened, joins = -1, False, _JOINS
    for mention in found:
        stop = bisect_right(ends, mention.start)
        before = [word.text for word in words[bisect_left(starts, last_end) : stop]]
        nearest = " ".join(before[-_BEFORE:])
        if last_end < 0 and _OPENS.match(nearest):
            joins = _JOINS - {","}
        is_likened = (is_likened and joins.issuperset(before)) or bool(_COMPARES.search(nearest))
        (likened if is_likened else named)[mention.entity_id] = None
        last_end = mention.end
    return list(named), list(likened)


def _with_subjects(here: Shares, subjects: Sequence[str], most: float) -> Shares:
    """Give the subjects their part; those that have none here get at most what each of those named has."""
    others = any(entity not in subjects for entity in here)
    least = (SUBJECT_BESIDE_OTHERS if others else SUBJECT) / max(1, len(subjects))
    return here | {subject: max(here[subject], least) if subject in here else min(least, most) for subject in subjects}


def _spread(sentences: Sequence[Sentence], waiting: Sequence[Mention]) -> list[Sequence[Mention]]:
    """Lay each mention, in the order of the text, into the sentence that holds its first character."""
    spread: list[Sequence[Mention]] = []
    taken = 0
    for sentence in sentences:
        last = taken
        while last < len(waiting) and waiting[last].start < sentence.end:
            last += 1
        spread.append(waiting[taken:last])
        taken = last
    return spread
