"""Titles of recordings as titles of songs: what tells one version of a song from another is taken off."""

import re

from nlp.folding import fold

_VERSION = re.compile(
    r"\b(remix(ed)?|mix|re-?master(ed)?|edit|version|demos?|acoustic|instrumental|sessions?|take \d+|mono|stereo|"
    r"karaoke|dub|rehearsal|extended|alternate|unplugged|outtake|bootleg|rework(ed)?|a ?cappella|medley|"
    r"feat(uring)?|ft)\b"
    r"|^live( (at|in|from|on|@|\d).*)?$|\blive$|^(19|20)\d\d$",
    re.IGNORECASE,
)
_GROUP = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*$")
_DASH = re.compile(r"\s+[-–—]\s+([^-–—]*)$")


def song_title(title: str) -> str:
    """Return the title without the words behind it that name a version or a guest.

    They stand in brackets or behind a dash at the end ("Alison (live)", "Alison - 2005 Remaster"). Brackets that are
    a part of the title stay: "(I Can't Get No) Satisfaction", "Don't You (Forget About Me)", "Stay (Live Your Life)".
    """
    base = " ".join(title.split())
    while True:
        match = _GROUP.search(base) or _DASH.search(base)
        if not match or not match.start() or not _VERSION.search(match[1].strip()):
            return base
        base = base[: match.start()]


def title_key(title: str) -> str:
    """Return the form in which titles of one song meet: folded, without punctuation where anything else is left."""
    folded = fold(title)
    return " ".join(re.findall(r"\w+", folded.replace("'", ""))) or folded
