"""How a stage says how far it is, without knowing who listens."""

from typing import Protocol


class Progress(Protocol):
    """Told about the progress of one stage; service/ draws a bar, tests listen, `silent` ignores it."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Say that `done` of `total` units are through; `total` is None while nobody knows it."""


def silent(stage: str, done: int, total: int | None) -> None:
    """Ignore the progress of a stage."""
