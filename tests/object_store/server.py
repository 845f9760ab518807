"""A real S3 server on loopback, over a folder: Versity's S3 gateway."""

import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

VERSION = "v1.8.0"
REGION = "us-east-1"
KEY, SECRET = "topterms-tests", "a secret of the tests"
BUCKET = "music"
_ASKED = re.compile(rb" s3_(\w+) \S+ \S+ \d+ \S+ \d+ (\d+) ")


def program() -> Path:
    """Return the server's program, or leave the test out; where CI is set it fails."""
    cache = Path(os.environ.get("TOPTERMS_TEST_CACHE") or Path.home() / ".cache" / "topterms")
    path = cache.absolute() / f"versitygw-{VERSION}"
    if not path.is_file():
        lacking = f"there is no S3 server: run tests/object_store/install.sh, which builds {path}"
        if os.environ.get("CI"):
            pytest.fail(lacking, pytrace=False)
        pytest.skip(lacking)
    return path


class Server:
    """The server; its objects outlive it."""

    def __init__(self, folder: Path) -> None:
        self._program = program()
        self._folder = folder
        (folder / "objects").mkdir(parents=True, exist_ok=True)
        (folder / "attributes").mkdir(exist_ok=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port: int = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
        self._told = 0
        self.start()
        self.client().create_bucket(Bucket=BUCKET)

    @property
    def environment(self) -> dict[str, str]:
        """What a client needs to know."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self._port}",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def start(self) -> None:
        """Start it, and wait until it listens."""
        address = f"127.0.0.1:{self._port}"
        what = ["--port", address, "--access", KEY, "--secret", SECRET, "--keep-alive", "--quiet"]
        what += ["--access-log", str(self._folder / "access.log")]
        where = ["posix", "--sidecar", str(self._folder / "attributes"), str(self._folder / "objects")]
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen([str(self._program), *what, *where], stdout=log, stderr=log)
        self.client(attempts=10).list_buckets()

    def stop(self) -> None:
        """End it as a crash would."""
        if self._process:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def requests(self) -> Iterator[tuple[str, int]]:
        """Yield what was asked since the last time: the operation, and the bytes of an object that was put."""
        log = (self._folder / "access.log").read_bytes()
        for found in _ASKED.finditer(log, self._told):
            yield found[1].decode(), int(found[2])
        self._told = len(log)

    def client(self, attempts: int = 1) -> Any:
        """Return a client of it, apart from any lake."""
        import boto3
        from botocore.config import Config

        return boto3.client(
            "s3",
            endpoint_url=self.environment["AWS_ENDPOINT_URL"],
            region_name=REGION,
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            config=Config(retries={"total_max_attempts": attempts, "mode": "standard"}),
        )

    def names(self, prefix: str) -> list[str]:
        """Return the names of all objects below a prefix, without it."""
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=f"{prefix}/")
        return [found["Key"].removeprefix(f"{prefix}/") for page in pages for found in page.get("Contents", ())]
