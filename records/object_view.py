"""What is known of the names in an object store, so that it is asked as seldom as can be."""

from threading import RLock
from time import monotonic

from records.object_store import ObjectStore, Stored

BELIEVED = 2.0
"""Seconds for which what the store told is taken to be so still, where nothing is held: a question that reads thousands
of files asks the store once."""


class View:
    """The objects of a store as they were when it was asked last; for any number of threads.

    Args:
        store: the store.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._lock = RLock()
        self._known: dict[str, dict[str, Stored]] = {}  # by the first part of the name
        self._asked: dict[str, float] = {}  # when, by name, and by prefix with a star
        self.is_held = False

    def hold(self) -> None:
        """List everything; from then on that is what there is, but for what is noted."""
        stored = list(self._store.list())
        with self._lock:
            self._known, self._asked = {}, {}
            for one in stored:
                self.note(one.name, one)
            self.is_held = True

    def note(self, name: str, stored: Stored | None) -> None:
        """Note what there is now of a name; None if there is nothing."""
        with self._lock:
            top = self._known.setdefault(_top(name), {})
            if stored is None:
                top.pop(name, None)
            else:
                top[name] = stored
            self._asked[name] = monotonic()

    def knows(self, name: str) -> bool:
        """Say whether what there is of a name can be told without asking."""
        return self.is_held or monotonic() - self._asked.get(name, -BELIEVED) < BELIEVED

    def look_up(self, name: str) -> Stored | None:
        """Return the object of a name, None if there is none."""
        if not self.knows(name):
            self.note(name, self._store.head(name))
        with self._lock:
            return self._known.get(_top(name), {}).get(name)

    def all(self) -> list[Stored]:
        """Return all that is known to be there."""
        with self._lock:
            return [stored for found in self._known.values() for stored in found.values()]

    def names(self, prefix: str, *, anew: bool = False) -> list[str]:
        """Return the names that begin so; one request for a thousand, unless the store was asked just now.

        Args:
            prefix: the first part of the names and a slash, at least.
            anew: ask even so, unless everything is held.
        """
        if not self.is_held and (anew or not self.knows(f"{prefix}*")):
            found = list(self._store.list(prefix))
            with self._lock:
                for name in self._named(prefix):
                    self.note(name, None)
                for stored in found:
                    self.note(stored.name, stored)
                self._asked[f"{prefix}*"] = monotonic()
        with self._lock:
            return self._named(prefix)

    def _named(self, prefix: str) -> list[str]:
        return [name for name in self._known.get(_top(prefix), {}) if name.startswith(prefix)]


def _top(name: str) -> str:
    return name.partition("/")[0]
