"""Small documents and a small catalogue for the tests of nlp/."""

from datetime import UTC, datetime

from nlp.names import Names
from records.ids import document_id
from records.types import Document, Entity, EntityKind

ARTIST, SONG = EntityKind.ARTIST, EntityKind.SONG
CATALOG = (
    Entity("slowdive", ARTIST, "Slowdive"),
    Entity("mbv", ARTIST, "My Bloody Valentine", ("MBV",)),
    Entity("ride", ARTIST, "Ride"),
    Entity("low", ARTIST, "Low"),
    Entity("cohen", ARTIST, "Leonard Cohen"),
    Entity("acdc", ARTIST, "AC/DC"),
    Entity("pink", ARTIST, "P!nk"),
    Entity("sigur", ARTIST, "Sigur Rós"),
    Entity("floyd", ARTIST, "Pink Floyd"),
    Entity("nirvana-us", ARTIST, "Nirvana", (), (), "American grunge band from Seattle"),
    Entity("nirvana-uk", ARTIST, "Nirvana", (), (), "British psychedelic duo of the sixties"),
    Entity("twin-1", ARTIST, "Twinned Name"),
    Entity("twin-2", ARTIST, "Twinned Name"),
    Entity("slowdive/alison", SONG, "Alison", (), ("slowdive",)),
    Entity("slowdive/zone", SONG, "Souvlaki Space Station", (), ("slowdive",)),
    Entity("mbv/soon", SONG, "Soon", (), ("mbv",)),
)
WHEN = datetime(2026, 11, 21, tzinfo=UTC)


def names() -> Names:
    return Names.of(CATALOG)


def document(text: str, title: str = "A post", *, url: str = "https://blog.example/post", **fields: object) -> Document:
    return Document(document_id(url), url, "blog", title, text, WHEN, **fields)  # type: ignore[arg-type]
