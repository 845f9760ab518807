"""Whose terms a sentence holds: the entities it names, those still spoken of, and the subject of the document."""

import re
from collections.abc import Iterable, Sequence

from nlp.words import Sentence
from records.types import Mention

SUBJECT = 1.0
"""Share of the subject in a sentence that names nobody else."""
SUBJECT_BESIDE_OTHERS = 0.5
"""Share of the subject in a sentence about another."""
CARRIED = 0.5
"""Share of an entity in a sentence that goes on about it without naming it."""
_CARRIED_SENTENCES = 2
COMPARED = 0.0
"""Share of an entity in a sentence that only likens another to it ("sounds like X"): it is named, not described."""
_COMPARES = re.compile(
    r"((?<!bands )(?<!artists )(?<!acts )(?<!groups )(?<!people )(?<!those )(?<!musicians )\b(like|unlike)|"
    r"\bthan|\bas \w+ as|"
    r"\b(reminiscent of|reminds? (me|us|one|you) of|recall(s|ed|ing)?|echo(es|ed|ing)?( of)?|a la|in the vein of|"
    r"(fans?|devotees|disciples) of|influences? (from|of)|(influenced|inspired|informed) by|comparable to|akin to|"
    r"(compared|compares|comparisons) (to|with)|similar(ities)? (to|with)|evok(es?|ed|ing)|channel(s|led|ling|ing)?|"
    r"nods? to|indebted to|(shades|hints?|touch) of|somewhere between|covers? of|covering|opened for|supporting|"
    r"toured with))( the| early| late| classic)?$"
)
_BEFORE = 6
"""Words before a name in which a comparison is looked for."""
_JOINS = frozenset(", and & or / + the".split())
_GOES_ON = re.compile(
    r"(it|its|they|their|them|he|his|she|her|this|these|here|there|the (band|group|duo|trio|singer|song|track|album|"
    r"record|result|chorus|verse|guitars?|drums|bass|vocals?|voice|lyrics|production))\b"
)

Shares = dict[str, float]
"""Entity id -> share in (0, 1] of a sentence's terms."""


def sentence_shares(sentences: Sequence[Sentence], mentions: Iterable[Mention]) -> list[Shares]:
    """Return, for each sentence, in which share its terms belong to which entities.

    Every entity named has an equal part in the sentence; then, for as long as sentences open with a word that points
    back and name nobody, the last one named keeps a smaller part. The subjects of the document have a part in every
    sentence.
    """
    by_sentence = _spread(sentences, mentions)
    subjects = list(dict.fromkeys(m.entity_id for found in by_sentence for m in found if m.is_subject))
    shares: list[Shares] = []
    carried: Shares = {}
    left = 0
    for sentence, found in zip(sentences, by_sentence, strict=True):
        likened = _likened(sentence, found)
        named = list(dict.fromkeys(m.entity_id for m in found if m not in likened))
        if named:
            carried = dict.fromkeys(named, CARRIED / len(named))
            left = _CARRIED_SENTENCES
            here = dict.fromkeys(named, 1 / len(named))
        else:
            here = dict(carried) if left > 0 and _goes_on(sentence) else {}
            left = left - 1 if here else 0
        shares.append(dict.fromkeys((m.entity_id for m in likened), COMPARED) | _with_subjects(here, subjects))
    return shares


def _likened(sentence: Sentence, found: Sequence[Mention]) -> list[Mention]:
    """Return the mentions in a sentence to which it likens something: behind "like", or joined to one that is."""
    likened: list[Mention] = []
    last_end = -1
    for mention in found:
        before = [word.text for word in sentence if word.end <= mention.start]
        between = [word.text for word in sentence if last_end <= word.start and word.end <= mention.start]
        joins_likened = bool(likened) and likened[-1].end == last_end and _JOINS.issuperset(between)
        if joins_likened or _COMPARES.search(" ".join(before[-_BEFORE:])):
            likened.append(mention)
        last_end = mention.end
    return likened


def _with_subjects(here: Shares, subjects: Sequence[str]) -> Shares:
    others = any(entity not in subjects for entity in here)
    least = (SUBJECT_BESIDE_OTHERS if others else SUBJECT) / max(1, len(subjects))
    return here | {subject: max(here.get(subject, 0.0), least) for subject in subjects}


def _spread(sentences: Sequence[Sentence], mentions: Iterable[Mention]) -> list[list[Mention]]:
    """Lay each mention into the sentence that holds its first character."""
    waiting = sorted(mentions, key=lambda mention: mention.start)
    spread = []
    taken = 0
    for sentence in sentences:
        last = taken
        while last < len(waiting) and waiting[last].start < sentence[-1].end:
            last += 1
        spread.append(waiting[taken:last])
        taken = last
    return spread


def _goes_on(sentence: Sentence) -> bool:
    return bool(_GOES_ON.match(" ".join(word.text for word in sentence[:3])))
