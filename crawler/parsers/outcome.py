"""Why a page became no document."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """The reasons, in words for the report."""

    STATUS = "not answered with 200"
    NOT_HTML = "not HTML"
    BINARY = "binary"
    EMPTY = "empty"
    TOO_LARGE = "too large"
    TOO_SHORT = "too little text"
    LISTING = "listing pages"
    OPTED_OUT = "asks to be left out (noindex, tdm-reservation)"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Skip:
    """A page that became no document."""

    url: str
    reason: Reason
