"""Style, scripts and icon of the page, which are our own; addresses change with what is in them."""

import hashlib
from importlib.resources import files

from fastapi import APIRouter, Response
from starlette.exceptions import HTTPException

router = APIRouter()
_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_FILES = {
    file.name: file.read_bytes()
    for file in sorted(files("service.page").joinpath("static").iterdir(), key=lambda file: file.name)
    if file.name.rpartition(".")[2] in _TYPES
}
_VERSION = hashlib.sha256(b"".join(_FILES.values())).hexdigest()[:12]
_A_YEAR = "public, max-age=31536000, immutable"


def address(name: str) -> str:
    """Return the address of a file as all of them are now: scripts import one another by name."""
    return f"/static/{_VERSION}/{name}"


@router.get("/static/{version}/{name}")
async def static(version: str, name: str) -> Response:
    """Return a file; one that is asked for by another version is not kept by whoever asks."""
    if name not in _FILES:
        raise HTTPException(404, f"there is no {name[:100]}; expected one of {', '.join(_FILES)}")
    cache = _A_YEAR if version == _VERSION else "no-cache"
    return Response(_FILES[name], media_type=_TYPES[name.rpartition(".")[2]], headers={"Cache-Control": cache})
