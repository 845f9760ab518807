"""Opening a file whatever it is packed in, to be read line by line: nothing is unpacked to disk or held whole."""

import bz2
import gzip
import io
import lzma
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, cast

import pyarrow as pa

from records.errors import ConfigurationError

_CHUNK = 1 << 20
_ZSTD = b"\x28\xb5\x2f\xfd"
_UNPACK: dict[bytes, Any] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ": lzma.open}
_TAR = slice(257, 262)


@contextmanager
def open_lines(path: Path) -> Iterator[io.BufferedReader]:
    """Open a text file, plain or packed by gzip, bzip2, xz or zstd, or the first such file of a tar archive.

    In an archive files with names all in capitals (COPYING, TIMESTAMP) are passed over.

    Raises:
        ConfigurationError: it cannot be read or unpacked, or the archive holds no such file.
    """
    try:
        with ExitStack() as stack:
            stream = io.BufferedReader(stack.enter_context(_unpacked(path)), _CHUNK)
            yield _member(path, stack, stream) if stream.peek(512)[_TAR] == b"ustar" else stream
    except (EOFError, lzma.LZMAError, zlib.error, tarfile.TarError) as error:
        raise ConfigurationError(f"{path} cannot be unpacked ({error}); is it complete?") from error
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror or error}") from error


def _unpacked(path: Path) -> Any:
    with path.open("rb") as stream:
        magic = stream.read(6)
    if magic.startswith(_ZSTD):
        return pa.input_stream(str(path), compression="zstd")
    opener = next((opener for start, opener in _UNPACK.items() if magic.startswith(start)), open)
    return opener(path, "rb")


def _member(path: Path, stack: ExitStack, stream: IO[bytes]) -> io.BufferedReader:
    archive = stack.enter_context(tarfile.open(fileobj=stream, mode="r|"))  # noqa: SIM115  # the stack closes it
    for member in archive:
        found = archive.extractfile(member)
        if found and not Path(member.name).name.isupper():
            return io.BufferedReader(cast(io.RawIOBase, found), _CHUNK)
    raise ConfigurationError(f"the archive {path} holds no file of artists or songs")
