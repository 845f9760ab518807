"""The index in an Elasticsearch cluster of version 8.19 or later, or 9.

    <prefix>-<day>-<hash>-artist            the artists of a snapshot, one index
    <prefix>-<day>-<hash>-artist-terms      their dictionary, another; songs likewise
    <prefix>-at-<microseconds since 1970>   alias of all indices of a complete snapshot: when it was published
    <index>-filling                         alias of an index that is being written
    <prefix>-live                           alias of the indices that answer

Indices without an `at` alias are what a killed publication left: never read, removed by the next one. Aliases are
switched in one step.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from index.base import Index
from index.elasticsearch_documents import FORMAT, Shape
from index.elasticsearch_publication import Publication
from index.elasticsearch_server import STEP_SECONDS, Server
from index.elasticsearch_snapshot import ElasticsearchSnapshot, Part, Search
from index.published import IndexStatus, Published, SnapshotStatus
from records.errors import ConfigurationError, EngineError, NoSnapshotError
from records.progress import Progress
from records.snapshot import Snapshot
from records.types import EntityKind

ENGINE = "elasticsearch"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class ElasticsearchIndex(Index):
    """The index in Elasticsearch.

    Args:
        url: of a node, or of several, separated by commas; https to verify the cluster's certificate. A user and a
            password in it are taken out of it.
        api_key: encoded API key.
        user: name for basic authentication, with a password.
        password: the user's.
        ca: file (PEM) of the CA that signed the cluster's certificate, where the system does not know it.
        prefix: what the names of all indices and aliases start with; lower case.
        deadline: seconds that a question may take in all.
        shards: of an index of entities; by their number if None.
        replicas: copies of every shard, as far as there are nodes for them.
        retries: how often what a busy cluster rejects is sent again, each time after twice as long.

    Raises:
        ConfigurationError: the URL, the credentials, the CA or the prefix cannot be used.
    """

    def __init__(
        self,
        url: str,
        *,
        api_key: str | None = None,
        user: str | None = None,
        password: str | None = None,
        ca: Path | None = None,
        prefix: str = "topterms",
        deadline: float = 10.0,
        shards: int | None = None,
        replicas: int = 1,
        retries: int = 8,
    ) -> None:
        if prefix != prefix.lower() or not prefix.replace("-", "").isalnum():
            raise ConfigurationError(f"the prefix of the indices is {prefix!r}; expected lower case letters and digits")
        self._server = Server(url, api_key, user, password, ca)
        self._prefix, self._deadline = prefix, deadline
        self._shards, self._replicas, self._retries = shards, replicas, retries
        self._live = f"{prefix}-live"

    def status(self) -> IndexStatus:
        """See `Index.status`."""
        stored = [found for found in self._stored(f"{self._prefix}-*") if found.is_readable]
        sizes = self._server.sizes([i for found in stored for i in found.indices], STEP_SECONDS) if stored else {}
        states = [(found.status(sizes), self._live in found.aliases) for found in stored]
        live = next((state for state, is_live in states if is_live), None)
        kept = [state for state, is_live in states if not is_live]
        return IndexStatus(ENGINE, live, tuple(sorted(kept, key=lambda s: (s.published_at, s.id), reverse=True)))

    def _published(self) -> Published:
        stored = self._stored(self._live, self._deadline)
        if not stored:
            raise NoSnapshotError(f"nothing is published in {self._server.address}; run `topterms publish`")
        if not stored[0].is_readable:
            found = f"{self._live} is of format {stored[0].format}"
            raise EngineError(f"{found}; this version expects {FORMAT}: run `topterms publish`")
        return stored[0].open(self._server.search(self._deadline))

    def _build(self, snapshot: Snapshot, published_at: datetime, progress: Progress) -> None:
        left = [s for s in self._stored(f"{self._prefix}-*") if not s.is_readable and self._live not in s.aliases]
        self._delete(left)
        publication = Publication(self._server, self._prefix, snapshot, self._retries)
        publication.create(self._shards)
        publication.fill(progress)
        publication.settle(self._replicas)
        publication.check()
        publication.complete(self._at(published_at))

    def _make_live(self, snapshot_id: str, published_at: datetime) -> None:
        stored = self._stored(f"{self._prefix}-*")
        chosen = next((found for found in stored if found.id == snapshot_id and found.is_readable), None)
        if chosen is None:
            raise EngineError(f"snapshot {snapshot_id} is no longer in {self._server.address}; publish it again")
        before = [index for found in stored if self._live in found.aliases for index in found.indices]
        added = [self._live, self._at(published_at)]
        outdated = [alias for alias in chosen.aliases if alias.startswith(f"{self._prefix}-at-") and alias not in added]
        actions = [{"remove": {"indices": before, "alias": self._live}}] if before else []
        actions += [{"remove": {"indices": chosen.indices, "alias": alias}} for alias in outdated]
        actions += [{"add": {"indices": chosen.indices, "alias": alias}} for alias in added]
        self._server.switch(actions)

    def _remove(self, snapshot_id: str) -> None:
        self._delete([found for found in self._stored(f"{self._prefix}-*") if found.id == snapshot_id])

    def _delete(self, unwanted: Iterable["_Stored"]) -> None:
        indices = [index for found in unwanted for index in found.indices]
        if indices:
            self._server.delete(indices)

    def _stored(self, pattern: str, seconds: float = STEP_SECONDS) -> list["_Stored"]:
        """Return the snapshots, complete or not, whose indices a pattern names."""
        grouped: dict[tuple[str, int], dict[str, Any]] = {}
        for name, found in self._server.indices(pattern, seconds).items():
            said = found["mappings"].get("_meta", {}).get("topterms", {})
            if said.get("prefix") == self._prefix:
                grouped.setdefault((said["snapshot"], said["format"]), {})[name] = found
        return [_Stored(self._prefix, found) for found in grouped.values()]

    def _at(self, published_at: datetime) -> str:
        return f"{self._prefix}-at-{(published_at - _EPOCH) // _MICROSECOND}"


@dataclass(frozen=True, slots=True)
class _Stored:
    """The indices of one snapshot, with what they say of themselves."""

    prefix: str
    found: Mapping[str, Any]
    """Aliases and mapping by name of the index."""

    @property
    def indices(self) -> list[str]:
        return sorted(self.found)

    @property
    def aliases(self) -> frozenset[str]:
        """The aliases that all of the indices have."""
        return frozenset.intersection(*(frozenset(index["aliases"]) for index in self.found.values()))

    @property
    def is_readable(self) -> bool:
        """Whether it is complete, and in the format of this version."""
        return self.published_at is not None and self.format == FORMAT

    @property
    def published_at(self) -> datetime | None:
        start = f"{self.prefix}-at-"
        times = [int(alias.removeprefix(start)) for alias in self.aliases if alias.startswith(start)]
        return _EPOCH + max(times) * _MICROSECOND if times else None

    @property
    def id(self) -> str:
        return str(self._said["snapshot"])

    @property
    def format(self) -> int:
        return int(self._said["format"])

    def status(self, sizes: Mapping[str, int]) -> SnapshotStatus:
        """Say what it holds, given the size of each index."""
        entities = {kind: part.shape.layout.entities for kind, part in self._parts.items()}
        size = sum(sizes.get(index, 0) for index in self.indices)
        return SnapshotStatus(self.id, self._day, self.published_at or _EPOCH, entities, size)

    def open(self, search: Search) -> ElasticsearchSnapshot:
        """Return it as something to ask."""
        return ElasticsearchSnapshot(self.id, self._day, self._said["mix"], self._parts, search)

    @property
    def _day(self) -> date:
        return date.fromisoformat(self._said["day"])

    @property
    def _said(self) -> Mapping[str, Any]:
        index = next(iter(self.found.values()))
        said: Mapping[str, Any] = index["mappings"]["_meta"]["topterms"]
        return said

    @property
    def _parts(self) -> dict[EntityKind, Part]:
        by_part = {
            (said["kind"], said["part"]): (name, said)
            for name, index in self.found.items()
            for said in [index["mappings"]["_meta"]["topterms"]]
        }
        parts = {}
        for kind in self._said["kinds"]:
            entities, said = by_part[kind, "entities"]
            parts[EntityKind(kind)] = Part(entities, by_part[kind, "terms"][0], Shape.from_json(said["shape"]))
        return parts
