"""One address per page: what a link should be fetched as, and what a page is known by."""

import re
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit, urlunsplit

from w3lib.url import canonicalize_url

_TRACKING = re.compile(
    r"(utm_\w+|mtm_\w+|pk_\w+|hsa_\w+|mc_[ce]id|(fb|g|dc|ms|y|tw|tt|ysc)cl(s)?id|wbraid|gbraid|igshid|_ga|_gl|"
    r"_hs(enc|mi)|wt_mc|spm|cmpid|ref_src|replytocom|like_comment|share|nb)",
    re.IGNORECASE,
)
_SESSION = re.compile(r"(s|j|asp|php)?sess(ion)?_?(id)?|(php)?sid|sessid|cf(id|token)|jsessionid", re.IGNORECASE)
_PATH_SESSION = re.compile(r";(jsessionid|phpsessid|sid)=[^/?#]*", re.IGNORECASE)
_INDEX = re.compile(r"/(index|default)\.(html?|php|aspx?|jsp)$", re.IGNORECASE)
_REMEMBERED = 8192
"""Addresses whose clean form is kept at hand: the pages of a site name the same ones over and over."""
_DEFAULT_PORTS = {"http": 80, "https": 443}


@lru_cache(_REMEMBERED)
def fetch_url(url: str) -> str:
    """Return the address without what only tells visitors apart: session ids, tracking parameters, the fragment.

    Raises:
        ValueError: this is no http or https address with a host.
    """
    parts = _split(url)
    kept = [pair for pair in parts.query.split("&") if pair and not _is_noise(pair.partition("=")[0])]
    path = _PATH_SESSION.sub("", parts.path) or "/"
    return urlunsplit((parts.scheme.lower(), _netloc(parts), path, "&".join(kept), ""))


@lru_cache(_REMEMBERED)
def canonical_url(url: str) -> str:
    """Return the address that a page is known by: two spellings of one page give one address.

    Beyond `fetch_url`, parameters are sorted, escapes are spelled one way, and a trailing index.html is dropped.

    Raises:
        ValueError: this is no http or https address with a host.
    """
    parts = urlsplit(canonicalize_url(fetch_url(url)))
    return str(urlunsplit(parts._replace(path=_INDEX.sub("/", parts.path))))


def same_site(one: str, other: str) -> bool:
    """Say whether two addresses are of the same host (and port), a leading www. aside.

    Raises:
        ValueError: one of them is no http or https address with a host.
    """
    return site(one) == site(other)


def site(url: str) -> str:
    """Return host (and port unless it is the scheme's own) of an address, without a leading www.

    Raises:
        ValueError: this is no http or https address with a host.
    """
    return _netloc(_split(url)).removeprefix("www.")


def _split(url: str) -> SplitResult:
    parts = urlsplit(url.strip())
    if parts.scheme.lower() not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"{url!r} is not an http or https address")
    return parts


def _netloc(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    shown = f"[{host}]" if ":" in host else host
    return shown if parts.port in (None, _DEFAULT_PORTS[parts.scheme.lower()]) else f"{shown}:{parts.port}"


def _is_noise(name: str) -> bool:
    return bool(_TRACKING.fullmatch(name) or _SESSION.fullmatch(name))
