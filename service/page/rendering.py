"""From answers to HTML. What was crawled is hostile: it is escaped, never a link of its own making, never a script."""

import re
from datetime import date, datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from records.types import Entity, EntityKind
from service.page import charts, files, wording

SECURITY = {
    "Content-Security-Policy": "default-src 'self'; script-src 'self'; style-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Control characters, and those that turn the direction of what follows."""


def render(template: str, status: int = 200, headers: dict[str, str] | None = None, **context: Any) -> HTMLResponse:
    """Return a page; who asks again is answered anew, since what is shown can be taken down."""
    html = _ENVIRONMENT.get_template(template).render(context)
    return HTMLResponse(html, status, {"Cache-Control": "no-cache", **SECURITY, **(headers or {})})


def shown(value: Any) -> Any:
    """Return text without characters that cannot be seen; whatever else as it is."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return _UNSEEN.sub("", value)
    return value


def web_address(address: str) -> str:
    """Return an address if it is one of the web (http or https, with a host), else nothing."""
    if _UNSEEN.search(address):
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in ("http", "https") and parts.hostname else ""


def address_of(entity: Entity, part: str = "", **query: Any) -> str:
    """Return where the page of an entity is, or a part of it."""
    return address_of_id(entity.kind, entity.id, part, **query)


def address_of_id(kind: EntityKind | str, entity_id: str, part: str = "", **query: Any) -> str:
    """Return where the page of an entity of this id is, or a part of it."""
    path = f"/{kind}s/{quote(entity_id, safe=':')}" + (f"/{part}" if part else "")
    return asking(path, **query)


def asking(path: str, **query: Any) -> str:
    """Return an address with a query; a list is given as often as it has items."""
    given = {key: value for key, value in query.items() if value not in (None, "", [])}
    return f"{path}?{urlencode(given, doseq=True)}" if given else path


def written_day(day: date | datetime | None) -> str:
    """Return a day as people write it."""
    return f"{day.day} {day:%B %Y}" if day else ""


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("service.page"),
        autoescape=True,
        finalize=shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {"web_address": web_address, "address": address_of, "day": written_day}
    made.globals |= {
        "address_of_id": address_of_id,
        "asking": asking,
        "line": charts.line,
        "static": files.address,
        "HINTS": wording.HINTS,
        "KINDS": wording.KINDS,
    }
    for template in made.list_templates(["html"]):  # now: an upgrade on disk is not for the code that runs
        made.get_template(template)
    return made


_ENVIRONMENT = _environment()
