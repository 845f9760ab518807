"""How sure it is that words which could be a name are one.

The score is a sum of log-odds: what the name itself is worth, then what stands around it. The figures were set by hand
by reading mentions on real blogs; docs/decisions/0020-mentions.md has the sample that was checked.
"""

import math
import re
from functools import lru_cache

from nlp.everyday import everydayness, words_of, zipf
from nlp.folding import fold
from nlp.lexicon import DESCRIPTIVE, MOODS, PARTS, SOUNDS
from nlp.namesakes import FAMOUS, GIVEN_NAMES, NAMESAKES, ROLES, STATES

SURE = 4.0
"""Log-odds of a name that is no everyday word, spelled as the catalogue spells it: confidence .98."""
_RARE = 3.0
"""Zipf frequency (log10 of occurrences in 10^9 words) below which a word counts as no everyday word."""
_UNHEARD = 2.0
"""Zipf frequency below which a word is hardly one: then small letters are a matter of style ("slowdive")."""
_MUSICAL = frozenset(
    """
    bootleg bootlegs cassette cassettes compilation compilations demo demos discography encore encores mixtape mixtapes
    playlist playlists podcast podcasts remix remixes setlist setlists soundtrack soundtracks vinyl
    """.split()
)
"""As everyday as `_TRADE` where it is about music: every "Mixtape :: Summer" of a blog was the work of an artist."""
_TRADE = 5.5
_ADJECTIVES = MOODS | SOUNDS
_DESCRIBED = (DESCRIPTIVE | PARTS) - {"composer", "lyricist", "player", "songwriter", "vocalist"}
"""What an adjective of `_ADJECTIVES` goes on to where it is one, and no name."""
_EVERYDAY = 1.0
_PER_ZIPF = 2.2
"""Log-odds that an everyday word loses as a name, at once and per tenfold frequency."""
_COMMON = 4.0
"""Zipf frequency that all words of a name reach together where it is a phrase as well ("So Weird", "Oh No")."""
_PER_COMMON = 3.6
"""Log-odds that it loses then for every tenfold frequency, divided by its words."""
_DANGLING = 4.0
"""Log-odds that several words lose which begin or end like no name does ("And Morgan", "Lovely To")."""
_NAMESAKE = 4.0
"""Log-odds that a name loses which is a given name or a place."""
_SHORT_LETTERS = 4
_ORDINARY = 4.8
"""Zipf frequency from which on a word opens sentences for no other reason than that one has to."""
_LETTERS = 2.8
"""Zipf frequency above which letters in capitals stand for something that everybody knows ("NPR")."""
_ACTING = 4.5
"""Log-odds that a name gains of which is said what acts are or do: "Girls were a band", "Air released their debut"."""
_PHRASE = 0.6
_HARDLY = 0.2
"""What counts of what stands around a phrase of everyday words, and around other names of several words."""
_NUMBER = re.compile(r"[\W\d_]+|\d+(['\u2019]?s|am|pm)", re.IGNORECASE)
_HOPELESS = -5.0
"""Log-odds of a name as it is spelled below which nothing that stands around it can help."""
_REACH = 60
"""Characters to either side in which a cue counts: about a clause."""
_SMALL = frozenset("a an and at by de del der for from in la le of on or the to with y".split())
_JOINING = frozenset("and or so as but if in on by at with for from to upon will must eventually".split())
_OPEN = _SMALL | frozenset("i you my your this that be get".split())
_CUES = re.compile(
    r"\b(bands?|albums?|songs?|singles?|tracks?|records?|recorded|ep|lp|singers?|guitarists?|drummers?|bassists?|"
    r"vocals?|trio|duo|quartet|quintet|debut|tour(ed|ing)?|label|remix(ed)?|gigs?|concerts?|lyrics|musicians?|rapper|producers?|"
    r"released|covers?|frontman|discography|soundtrack|lineup)\b"
)
_CALLED_BEFORE = re.compile(r"\b(bands?|groups?|duo|trio|quartet|singer|artist|rapper)( called| named)? $")
_SAID_BEFORE = re.compile(r"\b(by|feat\.?|ft\.?|featuring|vs\.?|fans? of|sounds? like) $")
_SAID_AFTER = re.compile(
    r"['\u2019]s? ((new|first|second|third|latest|debut|last|next|best|early|late|self-titled)\b|(album|song|single|"
    r"track|record|ep|lp|cover|version|music|sound|singer|guitarist|drummer|discography|set)\b)"
)
_IS_AN_ACT = re.compile(
    r" (is|are|was|were) (an?|the|one of the) "
    r"((?!(album|song|single|track|record|ep|debut|name|title|work|by|of|from|for|in|on|with|that|behind)s?\b)"
    r"[\w'\u2019-]+ ){0,4}?(band|group|duo|trio|quartet|singer|rapper|act)s?\b"
)
_ACTS = re.compile(
    r"( have| has| had)?( just)? "
    r"((released|releases|recorded|reissued) (an?\b|the\b|their|his|her|its|another|[\u201c\"A-Z\d])|"
    r"toured\b|headlined\b|reunited\b|reformed\b|disbanded\b|(signed|sign) (to|with)\b|split up\b)"
)
"""What acts alone do, behind a name."""
_LINKED_BEFORE = re.compile(r"(\blike|\bwith|\band|&|,) $")
_PLACED_BEFORE = re.compile(r"\b(in|at|near|into|around|of the|city of|[Pp]ort of|downtown) $")
_REACHED_BEFORE = re.compile(r"\b(to|from|on|north|south|east|west|new) $")
_NAMED_ON = re.compile(
    r" (?!(?:And|Or)\b)[A-Z][a-z]|-(?!(style|like|type|esque|era|circa|inspired|tinged|ish)\b)\w|"
    r",? (AZ|CA|NY|TX|UK|USA|England|Arizona|California)\b| (of|von|van|de|del)( the)? [A-Z]"
)
"""Behind a name: it goes on, as "Hieroglyphics Ensemble" and "Virgin of the Birds" do."""
_NAMED_BEFORE = re.compile(
    r"(?:^|(?P<ends>[.!?:;\"'\u201c\u201d(\n]) ?|[\s\[])(?P<word>[A-Z][a-z\u2019']+|[A-Z]\.) \[?$"
)
"""Before a name: it is the end of a longer one, as "Arturo Sandoval" and "Gabe [Marin]" are."""
_NEXT_WORD = re.compile(r" ([a-z-]+)")
_CAPITALS_BEFORE, _CAPITALS_AFTER = re.compile(r"[A-Z]{3,} $"), re.compile(r" [A-Z]{3,}\b")
_AND_THE_BEFORE = re.compile(r"[A-Z]\w+ (&|[Aa]nd) (The|His|Her|Their) $")
_OWNED_BEFORE = re.compile(
    r"\b(an?|my|your|his|her|our|their|this|those|these|each|every)( (new|old|own))? $", re.IGNORECASE
)
_NOTHING_OWNED = re.compile(
    r"\s*([.,;:!?)\n]|$)| (on|in|and|or|with|that|which|because|for|to|at|was|is|from|of|but)\b"
)
"""Together: "a Les Paul on the left" is a thing, "a Steve Vai record" speaks of the artist."""
_LISTED = re.compile(r"[,;:=|/]|\s[-\u2013\u2014]|^-")
_TITLE_BEFORE = re.compile(
    r"\b(albums?|records?|songs?|singles?|tracks?|ep|lp|book|film|movie|tune|piece|show)(,| called| titled| named)? "
    r"([Tt]he )?$"
)
"""What comes is a title, as it seems."""
_THING_AFTER = re.compile(
    r"(['\u2019]s)? (system|pickups?|guitars?|pedals?|amps?|synths?|magazine|site|website|theme|podcast|channel|store|"
    r"company|series|movie|film|game|software|plug-?in|app|brand|museum)\b"
)
"""What went before names a thing."""
_BRACKETED = re.compile(r"[A-Z]\w+ \($")
_SENTENCE_START = re.compile(r"(^|[.!?:]['\"\u201d)]? +|\n ?|[\"\u201c\u2018(\[])$")
_SPEAKER = re.compile(r"\s*:")


def score(text: str, start: int, end: int, name: str) -> float:
    """Return the log-odds that text[start:end], spelled about like `name`, means the artist of that name."""
    surface = text[start:end]
    of_the_name = _of_the_name(surface, name)
    if of_the_name < _HOPELESS:
        return of_the_name
    before, after = text[max(0, start - _REACH) : start], text[end : end + _REACH]
    return of_the_name + _of_the_place(surface, before, after)


def to_confidence(log_odds: float) -> float:
    """Return the probability, in (0, 1), that the log-odds stand for."""
    return 1 / (1 + math.exp(-log_odds))


def crowding(name: str) -> float:
    """Return the share, in [0, 1], of what a name loses for each act more that could bear it.

    All for a word, less for a phrase of several everyday words, nothing for other names.
    """
    return 1.0 if is_one_word(name) else 1 / len(words_of(name)) if is_phrase(name) else 0.0


def opens_sentence(text: str, start: int) -> bool:
    """Say whether a sentence or a line begins there, or a quotation or bracket: then a capital says little."""
    before = text[max(0, start - 4) : start]
    return not before or bool(_SENTENCE_START.search(before))


def is_one_word(name: str) -> bool:
    """Say whether a name is a single word, but for "the"."""
    return len(words_of(name)) <= 1


def is_everyday(name: str) -> bool:
    """Say whether a name is a single word (but for "the") that everyday English uses, such as Low or The Books."""
    word = " ".join(words_of(name))
    return is_one_word(name) and _heard(word) > _RARE and word not in FAMOUS


def _heard(word: str) -> float:
    """Return the Zipf frequency of a word, as it is where people write about music."""
    return _TRADE if word in _MUSICAL else zipf(word)


def is_namesake(name: str) -> bool:
    """Say whether a name is also a common given name or a place."""
    return " ".join(words_of(name)) in NAMESAKES


@lru_cache(maxsize=100_000)
def _commonness(word: str) -> float:
    """Return how common a word is: 0 for one that is hardly met, 1 for one that every text holds."""
    return min(1.0, max(0.0, (_heard(" ".join(words_of(word))) - _RARE) / 1.5))


def is_phrase(name: str) -> bool:
    """Say whether several everyday words make a name, and not a given name and a surname."""
    words = words_of(name)
    if " " not in name or len(words) < 2 or words[0] in GIVEN_NAMES:
        return False
    has_initials = any(len(word) == 1 and word not in "ai" for word in words)
    return everydayness(name) > _COMMON and not has_initials


@lru_cache(maxsize=100_000)
def _prior(name: str) -> float:
    words = words_of(name)
    if _NUMBER.fullmatch(name):
        return -1.0
    if len(words) > 1:
        dangling = _DANGLING if words[-1] in _OPEN or (words[0] in _JOINING and is_phrase(name)) else 0.0
        return SURE - dangling - (_PER_COMMON / len(words) * (everydayness(name) - _COMMON) if is_phrase(name) else 0.0)
    word = " ".join(words)
    if word in NAMESAKES:
        return SURE - _NAMESAKE
    everyday = _EVERYDAY + _PER_ZIPF * (_heard(word) - _RARE) if _heard(word) > _RARE and word not in FAMOUS else 0.0
    if name.isupper() and name.isalpha() and len(name) <= _SHORT_LETTERS:
        everyday = 6.0 if word in STATES else max(everyday, 3.5 if zipf(word) > _LETTERS else 0.0)
    return SURE - everyday


@lru_cache(maxsize=100_000)
def _of_the_name(surface: str, name: str) -> float:
    """Return what the name is worth, spelled as it is there: small letters speak for a word, not a name."""
    prior, rarest, several = _prior(name), everydayness(name), len(words_of(name)) > 1
    if _keeps_capitals(surface, name):
        return prior - (4.0 if surface.islower() and rarest > (_COMMON if several else _UNHEARD) else 0.0)
    if surface.islower() or not surface[:1].isupper() or not is_titled(surface):
        return prior - _small_letters(rarest, several)
    if surface.isupper():
        return prior - (3.5 if len(surface) <= _SHORT_LETTERS else 0.5)
    if name.isupper() and len(name) <= _SHORT_LETTERS:
        return prior - 2.0
    return prior - (0.3 if several else 3.0 if rarest > _RARE else 1.0)


def _small_letters(rarest: float, several: bool) -> float:
    """Return what a name loses in small letters: "death cab for cutie" little, "much the same" all."""
    if several:
        return 1.5 if rarest < _UNHEARD else 2.5 if rarest < _RARE else 6.0
    return 3.5 if rarest < _UNHEARD else 6.0


def _keeps_capitals(surface: str, name: str) -> bool:
    """Say whether the capitals are the name's own; a leading "The" is written either way inside a sentence."""
    skip = 1 if name[:4].lower() == "the " else 0
    return [c.isupper() for c in surface[skip:]] == [c.isupper() for c in name[skip:]]


def is_titled(surface: str) -> bool:
    """Say whether all words have a capital, but for the small ones of a title."""
    words = re.findall(r"[^\W_]+(?:['\u2019][^\W_]+)*", surface)
    return all(not word[0].islower() or word in _SMALL for word in words)


def _of_the_place(surface: str, before: str, after: str) -> float:
    """Return what stands around speaks for or against: little where the name has several words, much for one word."""
    everyday = is_everyday(surface)
    weight = 1.0 if is_one_word(surface) else _PHRASE if is_phrase(surface) else _HARDLY
    keeps_article = surface.startswith("The ") and surface[4:5].isupper()
    starts = opens_sentence(before, len(before)) and not keeps_article
    acts = bool(_IS_AN_ACT.match(after) or _ACTS.match(after)) and not before.endswith(", ")
    total = (2.0 if keeps_article else 0.0) + (_ACTING if acts else 0.0)
    if starts:
        total -= _of_the_start(surface, after, weight=weight, acts=acts)
    total -= _of_the_capitals(before, after, surface, weight=weight)
    if _OWNED_BEFORE.search(before) and _NOTHING_OWNED.match(after):
        total -= 5.0
    if everyday and _REACHED_BEFORE.search(before):
        total -= 2.0
    total -= _of_another(before, after, starts=starts, weight=weight, everyday=everyday)
    return total + _music_around(before, after, everyday)


def _of_the_start(surface: str, after: str, *, weight: float, acts: bool) -> float:
    """Return what a word loses by opening a sentence, where every word has a capital."""
    against = 0.0
    if is_everyday(surface) and not acts:
        against += (3.5 if after[:1] in (",", "!", ":", ".", "-", "?") else 2.5) * _commonness(surface)
    if fold(surface) in _ADJECTIVES and _is_described(after):
        against += 3.0
    if weight == _PHRASE and surface[1:].islower():
        against += 4.0
    if _SPEAKER.match(after) and len(surface) < 4:
        against += 5.0
    return against


def _is_described(after: str) -> bool:
    """Say whether an adjective goes on to what sounds so: "Lush harmonies", but not "Lush return" or "Lush singer"."""
    following = _NEXT_WORD.match(after)
    word = following[1] if following else ""
    return not _DESCRIBED.isdisjoint((word, word.removesuffix("s"), word.removesuffix("ies") + "y"))


def _of_the_capitals(before: str, after: str, surface: str, *, weight: float) -> float:
    """Return what a name loses in a line of capitals, which say nothing of any word of it."""
    if surface.isupper() and is_everyday(surface) and _CAPITALS_BEFORE.search(before) and _CAPITALS_AFTER.match(after):
        return 3.0
    return 3.5 if weight > _HARDLY and _is_heading(before, after) else 0.0


def _of_another(before: str, after: str, *, starts: bool, weight: float, everyday: bool) -> float:
    """Return what speaks for another bearer: a person, a place, a title or a thing."""
    against = 0.0
    named = _NAMED_BEFORE.search(before)
    if named and named["word"].lower() in GIVEN_NAMES:
        against += 4.5
    elif _NAMED_ON.match(after) or (not starts and _goes_before(before, named)):
        against += 4.5 * weight
    if _PLACED_BEFORE.search(before):
        against += (3.5 if everyday else 1.5) * weight
    if _THING_AFTER.match(after) or _TITLE_BEFORE.search(before):
        against += 3.0 * weight if weight > _HARDLY else 0.0
    if _is_quoted(before, after) or (everyday and _BRACKETED.search(before) and after[:1] == ")"):
        against += 2.5 * weight
    return against


def _goes_before(before: str, named: re.Match[str] | None) -> bool:
    """Say whether a capitalised word before makes a name the end of a longer one: "Gabe Marin", not "Singer Adele".

    At the start of a sentence it does so only if it is no everyday word ("Then Rush toured").
    """
    if _AND_THE_BEFORE.search(before):
        return True
    if not named or named["word"] in ROLES:
        return False
    opens_text = named.start() == 0 and len(before) < _REACH
    return not (named["ends"] or opens_text) or zipf(named["word"].lower()) < _ORDINARY


def _is_heading(before: str, after: str) -> bool:
    """Say whether the line is a heading with capitals throughout, which say nothing of any word of it."""
    if "\n" not in before or "\n" not in after:
        return False
    rest = before.rpartition("\n")[2] + after.partition("\n")[0]
    words = re.findall(r"[^\W\d_]\S*", rest)
    return bool(words) and all(word[0].isupper() or word in _SMALL for word in words) and not _LISTED.search(rest)


def _music_around(before: str, after: str, everyday: bool) -> float:
    total = 0.0
    if _CALLED_BEFORE.search(fold(before)):
        total += 3.5
    elif _SAID_BEFORE.search(fold(before)):
        total += 2.5
    elif _LINKED_BEFORE.search(before):
        total += 0.5
    if _SAID_AFTER.match(fold(after)):
        total += 1.5
    elif re.match(r"['\u2019]s\b", after):
        total += 0.5
    if _CUES.search(fold(before)) or _CUES.search(fold(after)):
        total += 0.4 if everyday else 1.0
    return total


def _is_quoted(before: str, after: str) -> bool:
    return before[-1:] in ('"', "\u201c", "\u2018") and after[:1] in ('"', "\u201d", "\u2019", ",", ".")


def short_score(text: str, start: int, end: int, name: str) -> float:
    """Return the log-odds that the last word of a name, standing alone behind the full name, means its bearer.

    Everyday words lose by how common they are; a capital beside it speaks for another bearer of the surname.
    """
    before, after = text[max(0, start - _REACH) : start], text[end : end + _REACH]
    first, short = fold(name).split()[0], fold(name).split()[-1]
    if re.search(rf"\b({re.escape(first)} \[|(mr|mrs|ms|dr|sir|miss)\.? )$", fold(before)):
        return 3.0
    return 3.0 - max(0.0, zipf(short) - 4.0) + _of_the_place(text[start:end], before, after)


def song_score(text: str, start: int, end: int, name: str) -> float:
    """Return the log-odds that text[start:end] means a song of that name whose artist is named nearby.

    Quotes say most; without them the title's own capitals are needed, and for a single everyday word they do not
    suffice.
    """
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if _is_quoted(before, after):
        return 3.5
    words = words_of(name)
    if text[start:end] != name or not any(c.isupper() for c in name):
        return -4.0
    if len(words) > 1:
        return 2.0
    return 1.0 if zipf("".join(words)) < _RARE else -2.0
