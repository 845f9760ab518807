"""What the readers make of the lines of catalogue files."""

from dataclasses import dataclass
from enum import StrEnum

from records.types import Entity


class NameType(StrEnum):
    """What a name is to its bearer."""

    NAME = "name"
    """The name."""
    ALIAS = "alias"
    """Another name under which people write about it, an earlier one too."""
    LEGAL = "legal name"
    """A person's name in the passport: often somebody else's stage name ("David Jones"), so not looked for."""
    SORT = "sort name"
    """The name as it is filed ("Cohen, Leonard")."""
    HINT = "search hint"
    """What people mistype or abbreviate: not looked for."""


@dataclass(frozen=True, slots=True)
class OtherName:
    """A name beside the main one."""

    name: str
    type: NameType
    locale: str = ""
    """Language it is used in, as ISO 639-1 code or locale ("ja", "en_US"); empty where nobody said."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a line says of an entity."""

    line: int
    entity: Entity
    """Its aliases are those that are looked for. The id is empty where `title` is not."""
    others: tuple[OtherName, ...] = ()
    """All further names of an artist, also those that are not looked for."""
    title: str = ""
    """Of a song that is known by artists and title: the title folded. All rows of these are one song."""
    own: bool = False
    """Whether the user wrote the line and can mend it."""


@dataclass(frozen=True, slots=True)
class Merged:
    """A line that says that an id was given up for another."""

    line: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that makes the whole file unusable: the user wrote it and can mend it."""

    line: int
    what: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A line that is left out and counted."""

    line: int
    why: str
    """In the plural, as it is counted: "songs of artists who are not in the catalogue"."""


Line = Row | Merged | Problem | Skipped
