"""The one place that knows where lakes may lie."""

import os
from pathlib import Path

from records.lake import Lake

OBJECTS = "s3://"
"""What the address of a lake on an object store begins with."""


def open_lake(address: str, *, cache: Path | None = None, create: bool = False) -> Lake:
    """Open the lake at an address: `s3://bucket/prefix`, or a folder.

    Args:
        address: where the lake lies.
        cache: folder for copies of what lies on an object store; the user's cache folder if None.
        create: make a lake where nothing is yet.

    Raises:
        LakeError: there is no lake, one of another schema version, or it cannot be reached.
        ConfigurationError: what an object store needs is not installed or not set.
    """
    if not is_remote(address):
        return Lake(Path(address), create=create)
    from records.object_lake import ObjectLake  # a lake in a folder needs none of it

    return ObjectLake(address, cache or default_cache(), create=create)


def is_remote(address: str) -> bool:
    """Say whether an address is that of a lake on an object store."""
    return address.startswith(OBJECTS)


def default_cache() -> Path:
    """Return the folder for copies if nobody names one."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "topterms" / "lakes"
