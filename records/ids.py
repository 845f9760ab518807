"""Identifiers that stay the same from run to run."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def document_id(canonical_url: str) -> str:
    """Return the id of the document at a canonical URL: 32 hexadecimal digits (128 bits of SHA-256)."""
    return fingerprint([canonical_url])


def fingerprint(parts: Iterable[str]) -> str:
    """Return 32 hexadecimal digits that change when any of the parts, or their order, changes."""
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode()
        digest.update(len(encoded).to_bytes(8, "big"))
        digest.update(encoded)
    return digest.hexdigest()[:32]


def file_fingerprint(path: Path) -> str:
    """Return the fingerprint (32 hexadecimal digits) of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:32]
