"""An object store that speaks S3: a bucket, and in it everything below one prefix.

An object appears whole or not at all. Which store, with which keys and in which region, is told by the standard
variables and files of AWS (AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_PROFILE and so on), never by settings.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any, TypeVar

from records.errors import ConfigurationError, LakeError

_ADDRESS = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/([^\0]*)")
"""Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""
_CONNECT_SECONDS, _READ_SECONDS = 10, 60
_ATTEMPTS = 5
ONE_PUT = 64 << 20
"""Bytes above which a file goes up in parts; it appears when the last has come."""
AT_ONCE = 8
"""Connections of one process; a request waits for the network most of its time."""
_DELETED_AT_ONCE = 1000
_CHUNK = 1 << 20
_ABSENT = {"404", "NoSuchKey", "NotFound"}
_CHANGED = {"412", "PreconditionFailed", "409", "ConditionalRequestConflict"}
_UNKNOWN = {"501", "NotImplemented", "405", "MethodNotAllowed", "NoSuchUpload"}
_REFUSED = {"403", "AccessDenied", "Forbidden", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken"}

Asked = TypeVar("Asked")
Told = TypeVar("Told")


class ChangedError(Exception):
    """An object is not, or no longer, what a conditional request expected."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as the store tells of it."""

    name: str
    """Key below the prefix."""
    etag: str
    """Another one when the content is another."""
    size: int
    """Bytes."""
    modified: datetime


class ObjectStore:
    """The objects below an address.

    Args:
        address: `s3://bucket/prefix`.

    Raises:
        ConfigurationError: the address is none, boto3 is not installed, or what it needs is not set.
    """

    def __init__(self, address: str) -> None:
        match = _ADDRESS.fullmatch(f"{address.rstrip('/')}/")
        if not match:
            raise ConfigurationError(f"{address!r} is no address of an object store; expected s3://bucket/prefix")
        self.address = address.rstrip("/")
        self.bucket, self._prefix = match[1], match[2].lstrip("/")
        self._client, self._parts = _client(self.address)
        self.requests = 0
        self._client.meta.events.register("before-send.s3", self._count)

    @property
    def endpoint(self) -> str:
        """The address of the server."""
        return str(self._client.meta.endpoint_url)

    def _count(self, **_: object) -> None:
        self.requests += 1

    def list(self, prefix: str = "") -> Iterator[Stored]:
        """Yield the objects whose names begin so, by name; one request for a thousand of them."""
        for page in self._pages("list_objects_v2", Prefix=self._prefix + prefix):
            for found in page.get("Contents", ()):
                yield Stored(self._name(found["Key"]), found["ETag"], found["Size"], found["LastModified"])

    def folders(self, prefix: str) -> Iterator[str]:
        """Yield what follows `prefix` up to the next slash, of all names that begin so; each once."""
        for page in self._pages("list_objects_v2", Prefix=self._prefix + prefix, Delimiter="/"):
            for found in page.get("CommonPrefixes", ()):
                yield self._name(found["Prefix"]).removeprefix(prefix).rstrip("/")

    def head(self, name: str) -> Stored | None:
        """Return what the store tells of an object, None if there is none."""
        with self._told(name):
            try:
                found = self._client.head_object(**self._at(name))
            except _errors().ClientError as error:
                if _code(error) in _ABSENT:
                    return None
                raise
        return _stored(name, found)

    def get(self, name: str, target: Path, unless: str = "") -> Stored | None:
        """Write an object to a file, and return what it is; None if there is none.

        Args:
            name: of the object.
            target: the file, which is written anew.
            unless: an ETag; the object of that one is not sent.

        Raises:
            ChangedError: the object is the one of `unless`.
            LakeError: the store does not answer, or refuses.
        """
        with self._told(name):
            for left in reversed(range(_ATTEMPTS)):
                try:
                    return self._get(name, target, unless)
                except _breaks():
                    if not left:
                        raise
        raise AssertionError("the last attempt returns or raises")

    def _get(self, name: str, target: Path, unless: str) -> Stored | None:
        try:
            found = self._client.get_object(**self._at(name), **({"IfNoneMatch": unless} if unless else {}))
        except _errors().ClientError as error:
            if _code(error) in ("304", "NotModified"):
                raise ChangedError from error
            if _code(error) in _ABSENT:
                return None
            raise
        with target.open("wb") as file:
            for chunk in found["Body"].iter_chunks(_CHUNK):
                file.write(chunk)
        return _stored(name, found)

    def tail(self, name: str, length: int) -> bytes:
        """Return the last bytes of an object, or all if it has fewer."""
        with self._told(name):
            found = self._client.get_object(**self._at(name), Range=f"bytes=-{length}")
            return bytes(found["Body"].read())

    def put(self, name: str, file: Path) -> Stored:
        """Make a file the object of a name; return what the store has now."""
        with self._told(name):
            if file.stat().st_size > ONE_PUT:
                self._client.upload_file(str(file), self.bucket, self._prefix + name, Config=self._parts)
                return _stored(name, self._client.head_object(**self._at(name)))
            with file.open("rb") as body:
                return self._put(name, body, file.stat().st_size)

    def put_if(self, name: str, content: IO[bytes], size: int, expected: str) -> Stored:
        """Make bytes the object of a name, if what is there is of the expected ETag, or nothing if that is empty.

        Raises:
            ChangedError: something else is there.
        """
        condition = {"IfMatch": expected} if expected else {"IfNoneMatch": "*"}
        with self._told(name):
            try:
                return self._put(name, content, size, **condition)
            except _errors().ClientError as error:
                if _code(error) in _CHANGED or (expected and _code(error) in _ABSENT):
                    raise ChangedError from error
                raise

    def _put(self, name: str, body: Any, size: int, **condition: str) -> Stored:
        found = self._client.put_object(**self._at(name), Body=body, **condition)
        return Stored(name, found["ETag"], size, datetime.now().astimezone())

    def delete(self, names: Iterable[str]) -> None:
        """Remove objects; those that are gone already are passed over."""
        left = iter(names)
        while some := list(islice(left, _DELETED_AT_ONCE)):
            keys = [{"Key": self._prefix + name} for name in some]
            with self._told(some[0]):
                found = self._client.delete_objects(Bucket=self.bucket, Delete={"Objects": keys, "Quiet": True})
            if failed := found.get("Errors"):
                raise LakeError(f"{self.address}/{some[0]} could not be removed: {failed[0].get('Code')}")

    def abort_uploads(self, before: datetime) -> int:
        """Give up uploads that began before a time and never ended; return how many."""
        aborted = 0
        try:
            for page in self._client.get_paginator("list_multipart_uploads").paginate(
                Bucket=self.bucket, Prefix=self._prefix
            ):
                for found in page.get("Uploads", ()):
                    if found["Initiated"] < before:
                        self._client.abort_multipart_upload(
                            Bucket=self.bucket, Key=found["Key"], UploadId=found["UploadId"]
                        )
                        aborted += 1
        except _errors().ClientError as error:  # a right, or a feature, of its own: nothing else depends on it
            if _code(error) not in _REFUSED | _UNKNOWN:
                raise LakeError(self._reason(self.address, error)) from error
        return aborted

    def _pages(self, operation: str, **what: str) -> Iterator[dict[str, Any]]:
        with self._told(""):
            yield from self._client.get_paginator(operation).paginate(Bucket=self.bucket, **what)

    def _at(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket, "Key": self._prefix + name}

    def _name(self, key: str) -> str:
        return key.removeprefix(self._prefix)

    @contextmanager
    def _told(self, name: str) -> Iterator[None]:
        """Turn what the client raises into errors that a user can act on."""
        errors = _errors()
        where = f"{self.address}/{name}".rstrip("/")
        try:
            yield
        except errors.ClientError as error:
            raise LakeError(self._reason(where, error)) from error
        except errors.NoCredentialsError as error:
            raise ConfigurationError(
                f"{self.address} cannot be used: there are no credentials; expected AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or a role of this machine"
            ) from error
        except (errors.BotoCoreError, _transfer_error()) as error:
            raise LakeError(
                f"{where} cannot be reached: {self.endpoint} did not answer ({error}); check the network and "
                "AWS_ENDPOINT_URL, then run it again: what was done is kept"
            ) from error

    def _reason(self, where: str, error: Any) -> str:
        code, status = _code(error), error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        if code == "NoSuchBucket":
            return (
                f"there is no bucket {self.bucket!r} at {self.endpoint}; make it first, or correct the lake's address"
            )
        if code in _REFUSED or status == 403:
            return (
                f"{where} is refused by {self.endpoint} ({code}); expected credentials that may list the bucket "
                "and get, put and delete its objects"
            )
        if code in _ABSENT:
            return f"{where} is gone; another machine removed it meanwhile: run it again"
        return f"{where}: {self.endpoint} answered {code} (HTTP {status}); run it again: what was done is kept"


def _stored(name: str, answer: dict[str, Any]) -> Stored:
    return Stored(name, answer["ETag"], answer["ContentLength"], answer["LastModified"])


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _errors() -> Any:
    from botocore import exceptions

    return exceptions


def _breaks() -> tuple[Any, ...]:
    """Return the errors of an answer that breaks off; the client tries again only before the first byte."""
    errors = _errors()
    return errors.ResponseStreamingError, errors.IncompleteReadError, errors.ReadTimeoutError


def _transfer_error() -> Any:
    from boto3.exceptions import Boto3Error

    return Boto3Error


def _client(address: str) -> tuple[Any, Any]:
    """Return a client, and how it is to send a large file."""
    try:  # a lake in a folder needs none of it
        import boto3
        from boto3.s3.transfer import TransferConfig
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError
    except ImportError as error:
        raise ConfigurationError(
            f"the lake is {address}, which needs boto3; install it with pip install 'topterms[s3]'"
        ) from error
    config = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"total_max_attempts": _ATTEMPTS, "mode": "standard"},
        max_pool_connections=AT_ONCE,
        user_agent_extra="topterms",
    )
    try:
        client = boto3.session.Session().client("s3", config=config)
    except (BotoCoreError, ValueError) as error:
        raise ConfigurationError(f"{address} cannot be used: {error}") from error
    return client, TransferConfig(multipart_threshold=ONE_PUT, max_concurrency=AT_ONCE)


def at_once(do: Callable[[Asked], Told], what: Iterable[Asked]) -> list[Told]:
    """Do something to many things, some at a time; the order is kept."""
    several = list(what)
    if len(several) < 2:
        return [do(one) for one in several]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(do, several))
