"""The command that answers over HTTP."""

from pathlib import Path
from typing import Annotated

import typer

from service.options import Folder, examples

app = typer.Typer(rich_markup_mode=None)
HERE = Path()


@app.command(epilog=examples("serve", "serve -C ~/music --host 0.0.0.0 --port 80", "serve --processes 4 --quiet"))
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for all of this machine's.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 for any that is free.")] = 8000,
    processes: Annotated[
        int,
        typer.Option(min=1, max=256, metavar="N", help="Processes that answer; each works on one question at a time."),
    ] = 1,
    quiet: Annotated[bool, typer.Option("--quiet", help="Log what fails, not every request.")] = False,
    folder: Folder = HERE,
) -> None:
    """Answer over HTTP, until SIGTERM or Ctrl-C.

    A page for people is at /. Under /v1 is our own API (its OpenAPI: /v1/openapi.json), under /api/v4 the Echo
    Nest's; /health, /ready and /metrics are for whoever runs it. What is published meanwhile is answered from then
    on. The access log goes to standard output, as JSON lines. Limits and the key are set under [serve] in
    topterms.toml. With --processes several answer side by side: each has its own rate limits and memory, their
    figures under /metrics are added.
    """
    import signal
    import socket

    from service.http.serving import server_for
    from service.project import open_project
    from service.terminal import err

    open_project(folder).lake()  # whatever is wrong with it is told before anything listens
    serve_on = server_for(folder.absolute(), processes=processes, quiet=quiet)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=2048) as listening:
        address, bound = listening.getsockname()[:2]
        shown = f"[{address}]" if ":" in address else address
        err().say(f"topterms answers at http://{shown}:{bound}/ and, for programs, under /v1 (Ctrl-C ends it)")
        for ending in (signal.SIGINT, signal.SIGTERM):  # uvicorn raises them once more when all is done
            signal.signal(ending, lambda *_: None)
        serve_on(listening)
