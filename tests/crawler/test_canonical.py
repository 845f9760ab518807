"""One address per page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.canonical import canonical_url, fetch_url, same_site, site


@pytest.mark.parametrize(
    ("spelled", "canonical"),
    [
        ("HTTP://Blog.Example:80/a?utm_source=x&b=2&a=1#top", "http://blog.example/a?a=1&b=2"),
        ("https://blog.example:443/a/index.html", "https://blog.example/a/"),
        ("https://blog.example", "https://blog.example/"),
        ("https://blog.example/a;jsessionid=9F3?PHPSESSID=4&fbclid=7", "https://blog.example/a"),
        ("https://blog.example/a/../b/./c", "https://blog.example/b/c"),
        ("https://blog.example/a?replytocom=12", "https://blog.example/a"),
        ("http://[::1]:8080/a", "http://[::1]:8080/a"),
    ],
)
def test_spellings_of_one_page_give_one_address(spelled: str, canonical: str) -> None:
    assert canonical_url(spelled) == canonical


def test_what_is_fetched_keeps_the_order_of_parameters_and_index_html() -> None:
    assert fetch_url("https://b.example/x/index.html?z=1&sid=3&a=2") == "https://b.example/x/index.html?z=1&a=2"


@pytest.mark.parametrize(
    "bad", ["", "blog.example/a", "ftp://blog.example/", "javascript:alert(1)", "https://", "http://[:"]
)
def test_what_is_no_web_address_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        canonical_url(bad)


def test_a_leading_www_makes_no_other_site_but_a_port_does() -> None:
    assert same_site("https://www.blog.example/a", "https://blog.example/")
    assert not same_site("https://blog.example:8443/", "https://blog.example/")
    assert site("http://127.0.0.1:8000/") == "127.0.0.1:8000"


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=30), st.lists(st.sampled_from(["a=1", "b=ä", "sid=2"])))
def test_a_canonical_address_is_its_own(path: str, query: list[str]) -> None:
    """Canonicalising twice changes nothing."""
    try:
        once = canonical_url(f"https://blog.example/{path}?{'&'.join(query)}")
    except ValueError:
        return
    assert canonical_url(once) == once
