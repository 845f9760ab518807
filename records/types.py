"""The types that pass between the stages.

Text offsets are half-open character ranges of `Document.text`. Times are UTC-aware.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class EntityKind(StrEnum):
    """What an entity is."""

    ARTIST = "artist"
    SONG = "song"


class TermKind(StrEnum):
    """What a term is made of. Kinds are weighed apart and mixed when a query is asked."""

    __hash__ = str.__hash__  # Enum's own is written in Python, and counting asks for it again and again

    N1 = "n1"
    """A single word, as it stands in the text, lower case."""
    N2 = "n2"
    """Two neighbouring words."""
    NP = "np"
    """A noun phrase, its head in the singular."""
    ADJ = "adj"
    """An adjective."""
    NAME = "name"
    """A proper name that is not in the catalogue: a place, a label, a person."""
    ARTIST = "artist"
    """The id of an artist mentioned alongside."""
    TAG = "tag"
    """A tag that was imported."""


class DocumentKind(StrEnum):
    """What sort of text a document is; `post` when nothing tells."""

    REVIEW = "review"
    NEWS = "news"
    INTERVIEW = "interview"
    BIOGRAPHY = "biography"
    LIST = "list"
    POST = "post"


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was fetched."""

    url: str
    """The address that answered, after redirects."""
    source: str
    """Name of the source, as the sources file gives it."""
    fetched_at: datetime
    status: int
    """HTTP status code."""
    headers: tuple[tuple[str, str], ...]
    """Response headers in the order received, names in lower case."""
    body: bytes
    """The body, decompressed."""


@dataclass(frozen=True, slots=True)
class Document:
    """A text about music, with what is known of it."""

    id: str
    """`records.ids.document_id` of the canonical URL."""
    url: str
    """Canonical URL."""
    source: str
    """Name of the source: what caps, opt-outs and take-downs go by."""
    title: str
    text: str
    """Plain text; paragraphs are separated by a line feed."""
    fetched_at: datetime
    author: str = ""
    published_at: datetime | None = None
    """None where the site does not tell; never later than `fetched_at`."""
    lang: str = ""
    """ISO 639-1 code; empty where it cannot be told."""
    kind: DocumentKind = DocumentKind.POST
    about: tuple[str, ...] = ()
    """Names of artists or works that structured data gives as the subject, artist first."""
    rating: float | None = None
    """The review's rating scaled to [0, 1]."""
    license: str = ""
    """The licence's URL where the page states one."""
    duplicate_of: str = ""
    """Id of the document this one nearly repeats; such a document is kept and not counted."""
    minhash: tuple[int, ...] = ()
    """MinHash signature (unsigned 32-bit) of the text, by which near-duplicates are found."""


@dataclass(frozen=True, slots=True)
class Entity:
    """An artist or a song of the catalogue."""

    id: str
    """Opaque; a MusicBrainz id where known."""
    kind: EntityKind
    name: str
    aliases: tuple[str, ...] = ()
    artists: tuple[str, ...] = ()
    """Songs only: ids of the artists who perform it."""
    disambiguation: str = ""
    """A few words that tell it from another of the same name ("British duo")."""
    foreign_ids: tuple[str, ...] = ()
    """What others call it, each as `scheme:id` ("wikidata:Q396", "spotify:3nFkdlSjzX9mRTtwJOzDYB"), sorted."""
    area: str = ""
    """Where an artist is from or at home: a country, a region or a town, by its name."""
    begin: str = ""
    """When an artist was born or founded: YYYY, YYYY-MM or YYYY-MM-DD."""
    end: str = ""
    """When it ended, likewise; empty also where it has not."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in a document that names an entity."""

    document_id: str
    entity_id: str
    start: int
    """Half-open character range of the document's text; [0, 0) where only title or structured data names the entity."""
    end: int
    confidence: float
    """In [0, 1]: how sure it is that these words mean this entity."""
    is_subject: bool
    """Whether the document as a whole is about the entity."""


@dataclass(frozen=True, slots=True)
class Term:
    """Something that is said of an entity."""

    kind: TermKind
    text: str
    """Canonical form; for kind `artist` the id of that artist."""


@dataclass(frozen=True, slots=True)
class TermCount:
    """How much one document uses a term of an entity."""

    document_id: str
    entity_id: str
    kind: TermKind
    term: str
    tf: float
    """Term frequency: occurrences, each times the share in which its sentence speaks of the entity; > 0."""
    start: int
    """First sentence that says it: half-open character range of the document's text."""
    end: int
    polarity: float = 0.0
    """In [-1, 1]: how it is said, from blame to praise; mean over the occurrences."""


@dataclass(frozen=True, slots=True)
class WeightedTerm:
    """A term of an entity as it is served."""

    term: Term
    label: str
    """What to show: the term itself, or the artist's name for kind `artist`."""
    weight: float
    """In (0, 1]: 1 for the strongest term of the answer."""
    frequency: float
    """In [0, 1]: share of the documents about the entity that use the term."""
    df: int
    """How many entities of the same kind have the term."""
    probability: float | None = None
    """In (0, 1]: how likely the next document about the entity uses the term; None for a tag."""


@dataclass(frozen=True, slots=True)
class SharedTerm:
    """A term that two entities share, and how much of their similarity it makes."""

    term: Term
    label: str
    share: float
    """Part of the similarity score that this term brings; all shares and the latent share sum to the score."""


@dataclass(frozen=True, slots=True)
class Neighbor:
    """An answer of `similar` or `search`."""

    entity: Entity
    score: float
    """At most 1; see `index.base`."""
    shared: tuple[SharedTerm, ...] = ()
    """The strongest shared terms, best first."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why two entities are alike."""

    score: float
    latent: float
    """Part of the score that the latent vectors bring."""
    shared: tuple[SharedTerm, ...] = ()
    """Best first."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that says a term of an entity."""

    entity_id: str
    term: Term
    sentence: str
    url: str
    source: str
    published_at: datetime | None = field(default=None)
    polarity: float = 0.0
    """In [-1, 1]: how the document says the term of the entity, from blame to praise."""


@dataclass(frozen=True, slots=True)
class StageReport:
    """What one run of a stage did, for people and for machines."""

    stage: str
    counts: tuple[tuple[str, int], ...]
    """What was counted and how often, in the order to show ("pages fetched", 120)."""
    notes: tuple[str, ...] = ()
    """Sentences worth reading: what was skipped and why, with an example."""
