"""Artists and songs as the Echo Nest showed them, with what buckets add."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from index.documents import FoundDocument, count_documents, documents_of
from index.names import fold
from index.published import Listing
from index.trends import discovery
from nlp.lexicon import STYLES
from records.errors import UnknownEntityError
from records.types import DocumentKind, Entity, EntityKind
from service.http.echonest.parameters import SONG_BUCKETS, id_spaces
from service.http.parameters import SHOWN_KINDS
from service.live import DESCRIBING, LiveProject

DOCUMENT_KINDS = {
    "biographies": (DocumentKind.BIOGRAPHY,),
    "blogs": (DocumentKind.POST, DocumentKind.INTERVIEW, DocumentKind.LIST),
    "news": (DocumentKind.NEWS,),
    "reviews": (DocumentKind.REVIEW,),
}
"""What the Echo Nest called the kinds of documents."""
_DOCUMENTS = 15
_SONGS = 15
_TERMS = 100
_STYLES = frozenset(fold(word) for word in STYLES)
_MUSICBRAINZ = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ADDRESSES = {
    "musicbrainz": ("mb_url", "https://musicbrainz.org/artist/{}"),
    "lastfm": ("lastfm_url", "https://www.last.fm/music/{}"),
    "wikidata": ("wikidata_url", "https://www.wikidata.org/wiki/{}"),
    "discogs": ("discogs_url", "https://www.discogs.com/artist/{}"),
    "bandcamp": ("bandcamp_url", "https://{}.bandcamp.com/"),
    "soundcloud": ("soundcloud_url", "https://soundcloud.com/{}"),
}


def artist(live: LiveProject, found: Listing, buckets: Sequence[str] = ()) -> dict[str, Any]:
    """Return an artist with what the buckets ask for; what is missing here is left out."""
    shown: dict[str, Any] = {"id": found.entity.id, "name": found.entity.name}
    for bucket in buckets:
        if bucket in _BUCKETS:
            shown |= _BUCKETS[bucket](live, found)
    spaces = id_spaces(list(buckets))
    return shown | {"foreign_ids": foreign_ids(found.entity, spaces)} if spaces else shown


def song(live: LiveProject, found: Listing, buckets: Sequence[str] = ()) -> dict[str, Any]:
    """Return a song with what the buckets ask for; what is missing here is left out."""
    performer = _performer(live, found.entity)
    shown: dict[str, Any] = {
        "id": found.entity.id,
        "title": found.entity.name,
        "artist_id": performer.entity.id,
        "artist_name": performer.entity.name,
    }
    known = {
        "song_hotttnesss": found.hotttnesss,
        "song_currency": found.hotttnesss,
        "song_discovery": discovery(found.hotttnesss, found.familiarity),
        "artist_hotttnesss": performer.hotttnesss,
        "artist_familiarity": performer.familiarity,
        "artist_discovery": discovery(performer.hotttnesss, performer.familiarity),
        "artist_location": {"location": performer.entity.area},
    }
    shown |= {bucket: known[bucket] for bucket in buckets if bucket in SONG_BUCKETS}
    spaces = id_spaces(list(buckets))
    return shown | {"foreign_ids": foreign_ids(found.entity, spaces)} if spaces else shown


def terms(live: LiveProject, entity_id: str) -> list[dict[str, Any]]:
    """Return the terms of an artist, the strongest first."""
    found = live.index.terms(entity_id, SHOWN_KINDS, _TERMS)
    return [{"name": term.label, "weight": term.weight, "frequency": term.frequency} for term in found]


def documents(live: LiveProject, entity_id: str, name: str, n: int = _DOCUMENTS, start: int = 0) -> dict[str, Any]:
    """Return documents of one of DOCUMENT_KINDS about an artist."""
    found = documents_of(live.lake, entity_id, max(1, n), start, DOCUMENT_KINDS[name])
    show = _biography if name == "biographies" else _document
    return {"start": start, "total": found.total, name: [show(document, name) for document in found.documents[:n]]}


def genres(live: LiveProject, entity_id: str) -> list[dict[str, str]]:
    """Return the styles that an artist is described by, the strongest first."""
    found = live.index.terms(entity_id, DESCRIBING, _TERMS)
    return [{"name": term.label} for term in found if fold(term.label) in _STYLES]


def songs(live: LiveProject, artist_id: str, n: int = _SONGS, start: int = 0) -> dict[str, Any]:
    """Return the songs of an artist, the best known first."""
    ids = live.songs_of(artist_id)
    shown = live.index.get(ids[start : start + n])
    return {"start": start, "total": len(ids), "songs": [{"id": one.id, "title": one.name} for one in shown]}


def urls(entity: Entity) -> dict[str, str]:
    """Return addresses of an artist at services whose ids the catalogue has."""
    ids = [known.partition(":")[::2] for known in _known_ids(entity)]
    return {_ADDRESSES[s][0]: _ADDRESSES[s][1].format(known) for s, known in ids if s in _ADDRESSES}


def foreign_ids(entity: Entity, spaces: Iterable[str]) -> list[dict[str, str]]:
    """Return what others call an entity, in the Echo Nest's spelling (`spotify:artist:…`)."""
    ids = [known.partition(":")[::2] for known in _known_ids(entity)]
    return [
        {"catalog": space, "foreign_id": f"{space}:{entity.kind}:{known}"}
        for space in spaces
        for scheme, known in ids
        if scheme == space
    ]


def _known_ids(entity: Entity) -> list[str]:
    own = [f"musicbrainz:{entity.id}"] if _MUSICBRAINZ.fullmatch(entity.id) else []
    return [*own, *entity.foreign_ids]


def _performer(live: LiveProject, song: Entity) -> Listing:
    """Return the first artist of a song; one that nothing is written about is known by the id alone."""
    known = song.artists[0] if song.artists else ""
    try:
        return live.index.listings([known])[0]
    except UnknownEntityError:
        return Listing(Entity(known, EntityKind.ARTIST, known), 0, 0.0, 0.0)


def _document(document: FoundDocument, name: str) -> dict[str, Any]:
    posted = document.published_at or document.fetched_at
    dated = {"blogs": "date_posted", "news": "date_posted", "reviews": "date_reviewed"}[name]
    return {
        "id": document.id,
        "name": document.title,
        "url": document.url,
        "summary": document.snippet,
        dated: posted.strftime("%Y-%m-%dT%H:%M:%S"),
        "date_found": document.fetched_at.strftime("%Y-%m-%dT%H:%M:%S"),
    }


def _biography(document: FoundDocument, name: str) -> dict[str, Any]:
    del name
    return {
        "text": document.snippet,
        "truncated": True,
        "site": document.source,
        "url": document.url,
        "license": {"type": document.license or "unknown", "attribution": document.author or document.source},
    }


def _years(entity: Entity) -> list[dict[str, int]]:
    span = {"start": entity.begin[:4], "end": entity.end[:4]}
    years = {name: int(year) for name, year in span.items() if year.isdigit()}
    return [years] if years else []


def _doc_counts(live: LiveProject, entity_id: str) -> dict[str, int]:
    counted = count_documents(live.lake, entity_id)
    return {name: sum(counted[kind] for kind in kinds) for name, kinds in DOCUMENT_KINDS.items()} | {
        "songs": len(live.songs_of(entity_id))
    }


def _listed(name: str) -> Callable[[LiveProject, Listing], dict[str, Any]]:
    return lambda live, found: {name: documents(live, found.entity.id, name)[name]}


_BUCKETS: dict[str, Callable[[LiveProject, Listing], dict[str, Any]]] = {
    **{name: _listed(name) for name in DOCUMENT_KINDS},
    "artist_location": lambda _, found: {"artist_location": {"location": found.entity.area}},
    "discovery": lambda _, found: {"discovery": discovery(found.hotttnesss, found.familiarity)},
    "doc_counts": lambda live, found: {"doc_counts": _doc_counts(live, found.entity.id)},
    "familiarity": lambda _, found: {"familiarity": found.familiarity},
    "genre": lambda live, found: {"genres": genres(live, found.entity.id)},
    "hotttnesss": lambda _, found: {"hotttnesss": found.hotttnesss},
    "songs": lambda live, found: {"songs": songs(live, found.entity.id)["songs"]},
    "terms": lambda live, found: {"terms": terms(live, found.entity.id)},
    "urls": lambda _, found: {"urls": urls(found.entity)},
    "years_active": lambda _, found: {"years_active": _years(found.entity)},
}
