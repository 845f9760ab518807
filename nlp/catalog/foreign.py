"""Addresses of artists and songs at other services, as ids."""

import re
from collections.abc import Iterable

_PATTERNS = {
    "wikidata": r"wikidata\.org/(?:wiki|entity)/(Q\d+)",
    "spotify": r"open\.spotify\.com/(?:intl-\w+/)?(?:artist|track)/(\w+)",
    "apple": r"(?:music|itunes)\.apple\.com/(?:\w\w/)?(?:artist|song)/(?:[^/]+/)?(?:id)?(\d+)",
    "deezer": r"deezer\.com/(?:\w\w/)?(?:artist|track)/(\d+)",
    "tidal": r"tidal\.com/(?:browse/)?(?:artist|track)/(\d+)",
    "youtube": r"youtube\.com/channel/([\w-]+)",
    "soundcloud": r"//(?:www\.)?soundcloud\.com/([\w-]+)/?$",
    "bandcamp": r"//([\w-]+)\.bandcamp\.com/?$",
    "discogs": r"discogs\.com/artist/(\d+)",
    "allmusic": r"allmusic\.com/(?:artist|song)/(m\w\d+)",
    "lastfm": r"last\.fm/music/([^/?#]+)/?$",
    "imdb": r"imdb\.com/name/(nm\d+)",
    "viaf": r"viaf\.org/viaf/(\d+)",
}
_COMPILED = {scheme: re.compile(pattern) for scheme, pattern in _PATTERNS.items()}
_HINT = {scheme: scheme for scheme in _PATTERNS} | {"lastfm": "last.fm"}


def foreign_ids(addresses: Iterable[str]) -> tuple[str, ...]:
    """Return the ids (`scheme:id`, sorted) that addresses of known services hold; other addresses are passed over."""
    found = set()
    for address in addresses:
        for scheme, pattern in _COMPILED.items():
            if _HINT[scheme] in address and (match := pattern.search(address)):
                found.add(f"{scheme}:{match[1]}")
    return tuple(sorted(found))
