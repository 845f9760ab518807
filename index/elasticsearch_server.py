"""An Elasticsearch cluster behind the few requests that the index needs. The only file that knows the official client.

Nothing here needs security, scripts or `GET /` of the server. Credentials are handed to the client and kept nowhere
else: no error and no log line has them.
"""

import ssl
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from elastic_transport import ConnectionTimeout, TlsError
from elasticsearch import (
    ApiError,
    Elasticsearch,
    SerializationError,
    TransportError,
    UnsupportedProductError,
    helpers,
)
from elasticsearch.exceptions import GeneralAvailabilityWarning

from records.errors import ConfigurationError, EngineError

OLDEST, NEWEST = (8, 19), 9
"""Versions of the server that this speaks to: from the first up to any of the second's."""
STEP_SECONDS = 600.0
"""Time that one step of a publication may take, such as one bulk request."""
CHECK_SECONDS = 120.0
"""Time that the questions of a check may take in all."""
_START_SECONDS = 60
_LOST_SECONDS = 30
"""How long writing waits for a shard whose node is gone; while it is filled an index has no other copy."""
_POLL_SECONDS = 0.2
_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 30
_CHUNK = 500
_CHUNK_BYTES = 8 << 20


class Server:
    """A cluster.

    Args:
        url: of a node, or of several, separated by commas. A user and a password in it are taken out of it.
        api_key: encoded API key.
        user: name for basic authentication.
        password: the user's.
        ca: file (PEM) of the CA that signed the cluster's certificate.

    Raises:
        ConfigurationError: the URL, the credentials or the CA cannot be used.
    """

    def __init__(
        self,
        url: str,
        api_key: str | None = None,
        user: str | None = None,
        password: str | None = None,
        ca: Path | None = None,
    ) -> None:
        urls, found = _without_credentials(url)
        basic = (user, password or "") if user else found
        if api_key and basic:
            raise ConfigurationError("Elasticsearch was given an API key and a user; expected one of the two")
        if ca is not None:
            _check_ca(ca)
        self.address = ", ".join(urls)
        trust: dict[str, Any] = {"ca_certs": str(ca)} if ca and urls[0].startswith("https") else {}
        try:
            self._client = Elasticsearch(urls, api_key=api_key, basic_auth=basic, max_retries=3, **trust)
        except (ValueError, OSError) as error:
            raise ConfigurationError(f"{self.address} cannot be used as Elasticsearch: {error}") from error
        self._is_known = False

    def search(self, seconds: float) -> Callable[[str, Mapping[str, Any]], Mapping[str, Any]]:
        """Return a function that searches indices (names joined by commas) with the body of a request.

        All its searches together may take that many seconds.
        """
        expires = monotonic() + seconds

        def search(indices: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
            left = max(expires - monotonic(), 0.001)
            with self._errors(seconds):
                answer = self._ready(left).search(
                    index=indices, allow_partial_search_results=False, timeout=f"{max(int(left * 1000), 1)}ms", **body
                )
            if answer["timed_out"]:
                raise EngineError(self._too_slow(seconds))
            return cast(Mapping[str, Any], answer.body)

        return search

    def indices(self, pattern: str, seconds: float) -> Mapping[str, Any]:
        """Return aliases and mappings of the open indices that a pattern or an alias names, by name."""
        with self._errors(seconds):
            client = self._ready(seconds)
            found = client.indices.get(index=pattern, ignore_unavailable=True, features=["aliases", "mappings"])
        return cast(Mapping[str, Any], found.body)

    def sizes(self, indices: Sequence[str], seconds: float) -> Mapping[str, int]:
        """Return the bytes on disk, copies included, of each index."""
        with self._errors(seconds):
            stats = self._ready(seconds).indices.stats(index=",".join(indices), metric="store")
        return {name: found["total"]["store"]["size_in_bytes"] for name, found in stats["indices"].items()}

    def create(self, index: str, alias: str, settings: Mapping[str, Any], mapping: Mapping[str, Any]) -> None:
        """Create an index with an alias, and wait until it can be written to.

        Raises:
            EngineError: its shards do not start (the message says why), or an index template changes its mapping.
        """
        with self._errors(STEP_SECONDS):
            client = self._ready(STEP_SECONDS)
            made = client.indices.create(
                index=index,
                aliases={alias: {}},
                settings=settings,
                mappings=mapping,
                wait_for_active_shards=1,
                timeout=f"{_START_SECONDS}s",
            )
            found = client.indices.get_mapping(index=index)[index]["mappings"] if made["shards_acknowledged"] else {}
            reason = "" if found else self._why_unassigned(client, index)
        if not found:
            raise EngineError(f"{self.address} did not start the shards of {index} in {_START_SECONDS} s: {reason}")
        _check_mapping(index, found, mapping)

    def write(self, alias: str, documents: Iterator[dict[str, Any]], retries: int) -> Iterator[int]:
        """Write documents (each with its `_id`) through an alias, and yield 1 for each that is stored.

        What the cluster rejects because it is busy (429) is sent again, each time after twice as long.

        Raises:
            EngineError: a document is refused, or rejected too often.
        """
        actions = ({"_index": alias, "_id": document.pop("_id"), "_source": document} for document in documents)
        with self._errors(STEP_SECONDS):
            client = self._ready(STEP_SECONDS)
            for stored, item in helpers.streaming_bulk(
                client,
                actions,
                raise_on_error=False,  # with it, what was rejected would not be sent again
                chunk_size=_CHUNK,
                max_chunk_bytes=_CHUNK_BYTES,
                max_retries=retries,
                initial_backoff=_FIRST_PAUSE,
                max_backoff=_LONGEST_PAUSE,
                require_alias=True,
                timeout=f"{_LOST_SECONDS}s",
            ):
                if not stored:
                    raise EngineError(f"{self.address} refused a document {_refusal(item)}")
                yield 1

    def settle(self, indices: Sequence[str], replicas: int) -> None:
        """Merge filled indices to one segment a shard, show what is in them, and have them copied to other nodes.

        Raises:
            EngineError: a shard is lost.
        """
        names = ",".join(indices)
        with self._errors(STEP_SECONDS):
            client = self._ready(STEP_SECONDS)
            client.indices.refresh(index=names)
            _merge(client, names)
            client.indices.refresh(index=names)
            client.indices.put_settings(index=names, settings={"auto_expand_replicas": f"0-{replicas}"})
            health = client.cluster.health(index=names, wait_for_status="green", timeout=f"{_START_SECONDS}s")
        if health["status"] == "red":
            raise EngineError(f"{self.address} lost shards of {names}; publish again when the cluster is well")

    def count(self, index: str) -> int:
        """Return the number of documents that can be found in an index."""
        with self._errors(STEP_SECONDS):
            return int(self._ready(STEP_SECONDS).count(index=index)["count"])

    def switch(self, actions: Sequence[Mapping[str, Any]]) -> None:
        """Add and remove aliases in one step."""
        with self._errors(STEP_SECONDS):
            self._ready(STEP_SECONDS).indices.update_aliases(actions=actions)

    def delete(self, indices: Sequence[str]) -> None:
        """Delete indices in one step."""
        with self._errors(STEP_SECONDS):
            self._ready(STEP_SECONDS).indices.delete(index=",".join(indices))

    def _ready(self, seconds: float) -> Elasticsearch:
        client = self._client.options(request_timeout=seconds)
        if not self._is_known:
            nodes = client.nodes.info(metric="os", filter_path="nodes.*.version").get("nodes", {})
            for version in sorted({str(node["version"]) for node in nodes.values()}):
                self._check_version(version)
            self._is_known = True
        return client

    def _check_version(self, version: str) -> None:
        numbers = tuple(int(number) for number in version.split(".")[:2])
        if not (numbers >= OLDEST and numbers[0] <= NEWEST):
            wanted = f"{OLDEST[0]}.{OLDEST[1]} or later, up to {NEWEST}.x"
            raise EngineError(f"{self.address} is Elasticsearch {version}; expected a version from {wanted}")

    @contextmanager
    def _errors(self, seconds: float) -> Iterator[None]:
        """Turn the client's errors into one that says what was found and what to do."""
        try:
            yield
        except ConnectionTimeout as error:
            raise EngineError(self._too_slow(seconds)) from error
        except TlsError as error:
            advice = "set elasticsearch.ca to the file (PEM) of the CA that signed it; the URL must have its name"
            raise EngineError(f"the certificate of {self.address} cannot be verified: {advice} ({error})") from error
        except (UnsupportedProductError, SerializationError) as error:
            raise EngineError(f"{self.address} answers, but it is not Elasticsearch; expected its URL") from error
        except ApiError as error:
            raise EngineError(f"{self.address} {_answer(error)}") from error
        except TransportError as error:
            raise EngineError(f"{self.address} cannot be reached: {error.message}; is it running?") from error

    def _too_slow(self, seconds: float) -> str:
        return f"{self.address} did not answer within the deadline of {seconds:g} s"

    @staticmethod
    def _why_unassigned(client: Elasticsearch, index: str) -> str:
        try:
            explained = client.cluster.allocation_explain(index=index, shard=0, primary=True)
        except ApiError:
            return "the cluster gives no reason"
        nodes = explained.get("node_allocation_decisions", [])
        reasons = [d["explanation"] for node in nodes for d in node.get("deciders", []) if d["decision"] != "YES"]
        return "; ".join(dict.fromkeys(reasons)) or str(explained.get("allocate_explanation", "no reason given"))


def _merge(client: Elasticsearch, names: str) -> None:
    """Merge to one segment a shard, however long it takes; no single request takes long, as proxies want it."""
    task = client.indices.forcemerge(index=names, max_num_segments=1, wait_for_completion=False)["task"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GeneralAvailabilityWarning)  # /_tasks has been a preview since version 2
        while not client.tasks.get(task_id=task)["completed"]:
            sleep(_POLL_SECONDS)


def _without_credentials(url: str) -> tuple[list[str], tuple[str, str] | None]:
    """Return the URLs of a comma-separated list without credentials, and the first credentials found."""
    urls, found = [], None
    for part in url.split(","):
        split = urlsplit(part.strip())
        if split.scheme not in ("http", "https") or not split.hostname:
            raise ConfigurationError("the URL of Elasticsearch is none; expected http:// or https:// and a host")
        if split.username is not None:
            found = found or (unquote(split.username), unquote(split.password or ""))
        port = split.port or (443 if split.scheme == "https" else 9200)
        host = f"[{split.hostname}]" if ":" in split.hostname else split.hostname
        urls.append(f"{split.scheme}://{host}:{port}{split.path.rstrip('/')}")
    return urls, found


def _check_ca(ca: Path) -> None:
    try:
        ssl.create_default_context(cafile=str(ca))
    except OSError as error:
        raise ConfigurationError(
            f"elasticsearch.ca is {ca}, which holds no certificate; expected a PEM file"
        ) from error


def _check_mapping(index: str, found: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    types = {name: field.get("type", "object") for name, field in found.get("properties", {}).items()}
    wanted = {name: field["type"] for name, field in expected["properties"].items()}
    wrong = [f"{name} is {types.get(name)}" for name, kind in wanted.items() if types.get(name) != kind]
    wrong += [f"{name} is {kind}" for name, kind in types.items() if name not in wanted]
    if wrong:
        advice = "an index template of the cluster interferes; keep it from the indices of this prefix"
        raise EngineError(f"the mapping of {index} is not what was asked for ({', '.join(wrong)}): {advice}")


def _refusal(item: Mapping[str, Any]) -> str:
    details = next(iter(item.values()))
    reason = details.get("error", {})
    said = f"{reason.get('type')}: {reason.get('reason')}" if isinstance(reason, Mapping) else str(reason)
    return f"with status {details.get('status')} ({said})"


def _answer(error: ApiError) -> str:
    if error.status_code == 401:
        return "refuses the credentials (401); set elasticsearch.api_key, or elasticsearch.user and .password"
    reason = _reason(error.body)
    if error.status_code == 403 and "block" not in reason:
        return f"forbids this (403): {reason}; the key or user lacks a privilege"
    if error.status_code == 429:
        return f"is too busy, or its disk is too full (429): {reason}"
    return f"answers with status {error.status_code}: {reason}"


def _reason(body: object) -> str:
    """Return the cause that an answer gives, the innermost first."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(error, Mapping):
        return "no reason that Elasticsearch would give; is this its URL?"
    causes = [*error.get("root_cause", []), error]
    caused = error.get("caused_by")
    chosen = caused if isinstance(caused, Mapping) else causes[0]
    return f"{chosen.get('type')}: {chosen.get('reason')}"
