"""Serves the blog on loopback, as a well-behaved small web server would."""

import argparse
import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Event, Thread
from typing import BinaryIO

from sample.site import build

HOST = "127.0.0.1"
CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}


class _Handler(SimpleHTTPRequestHandler):
    """Answers from a folder with an ETag on everything, and 304 to those who have it already."""

    server_version = "sample"

    def send_head(self) -> BytesIO | BinaryIO | None:
        file = Path(self.translate_path(self.path))
        if self.path.partition("?")[0].endswith("/"):
            file /= "index.html"
        if not file.is_file():
            return super().send_head()  # redirects a folder to its slash, and answers 404 to the rest
        body = file.read_bytes()
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        if self.headers.get("If-None-Match") == etag:
            return self._answer(HTTPStatus.NOT_MODIFIED, {"ETag": etag}, b"")
        headers = {"Content-Type": CONTENT_TYPES[file.suffix], "Content-Length": str(len(body)), "ETag": etag}
        return self._answer(HTTPStatus.OK, headers, body)

    def _answer(self, status: HTTPStatus, headers: dict[str, str], body: bytes) -> BytesIO:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        return BytesIO(body)

    def list_directory(self, path: object) -> None:  # noqa: ARG002 - the signature is inherited
        self.send_error(HTTPStatus.NOT_FOUND)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is inherited
        pass


@contextmanager
def serving(port: int = 0) -> Iterator[str]:
    """Render the blog into a temporary folder and serve it on 127.0.0.1 for as long as the context lasts.

    Args:
        port: Where to listen; 0 takes any free port.

    Yields:
        The base URL, without a final slash.

    Raises:
        OSError: The port is taken.
    """
    with (
        tempfile.TemporaryDirectory(prefix="sample-site-") as folder,
        ThreadingHTTPServer((HOST, port), partial(_Handler, directory=folder)) as server,
    ):
        base_url = f"http://{HOST}:{server.server_port}"
        build(Path(folder), base_url)
        thread = Thread(target=partial(server.serve_forever, poll_interval=0.05), daemon=True)
        thread.start()
        try:
            yield base_url
        finally:
            server.shutdown()
            thread.join()


def main() -> None:
    """Serve the blog until interrupted, and say where."""
    parser = argparse.ArgumentParser(prog="python -m sample", description="Serve the sample blog on loopback.")
    parser.add_argument("--port", type=int, default=0, help="where to listen; any free port unless given")
    with serving(parser.parse_args().port) as url:
        print(f"{url}/", flush=True)
        try:
            Event().wait()
        except KeyboardInterrupt:
            print("stopped")
