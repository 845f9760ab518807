"""Addresses of artists and songs at other services, as ids."""

import re
from collections.abc import Iterable

_PATTERNS = {  # by the name of the domain, which is the scheme but for Last.fm
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
    "last": r"last\.fm/music/([^/?#]+)/?$",
    "imdb": r"imdb\.com/name/(nm\d+)",
    "viaf": r"viaf\.org/viaf/(\d+)",
}
_COMPILED = {domain: re.compile(pattern) for domain, pattern in _PATTERNS.items()}
_SCHEMES = {domain: domain for domain in _PATTERNS} | {"last": "lastfm"}


def foreign_ids(addresses: Iterable[str]) -> tuple[str, ...]:
    """Return the ids (`scheme:id`, sorted) that addresses of known services hold; other addresses are passed over."""
    return tuple(sorted({found for address in addresses if (found := _foreign_id(address))}))


def _foreign_id(address: str) -> str:
    _, _, rest = address.partition("//")
    domain = rest.partition("/")[0].rpartition(".")[0].rpartition(".")[2]
    match = _COMPILED[domain].search(address) if domain in _COMPILED else None
    return f"{_SCHEMES[domain]}:{match[1]}" if match else ""
