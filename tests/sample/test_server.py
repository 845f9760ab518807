import pytest

from sample.server import serving
from tests.sample.web import get


def test_an_unchanged_page_is_answered_304_without_a_body(base_url: str) -> None:
    first = get(f"{base_url}/")
    again = get(f"{base_url}/", etag=first.headers["ETag"])
    assert (first.status, again.status, again.body) == (200, 304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


def test_a_stale_etag_gets_the_page(base_url: str) -> None:
    assert get(f"{base_url}/", etag='"stale"').status == 200


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/feed.xml", "application/xml; charset=utf-8"),
        ("/sitemap.xml", "application/xml; charset=utf-8"),
        ("/robots.txt", "text/plain; charset=utf-8"),
        ("/style.css", "text/css; charset=utf-8"),
    ],
)
def test_each_sort_of_file_has_its_content_type(base_url: str, path: str, content_type: str) -> None:
    assert get(base_url + path).headers["Content-Type"] == content_type


def test_a_path_without_its_slash_redirects_to_it(base_url: str) -> None:
    answer = get(f"{base_url}/about")
    assert (answer.status, answer.headers["Location"]) == (301, "/about/")


@pytest.mark.parametrize("path", ["/no-such-page/", "/2019/", "/2019/03/", "/../pyproject.toml"])
def test_what_does_not_exist_is_404_and_folders_are_not_listed(base_url: str, path: str) -> None:
    assert get(base_url + path).status == 404


def test_a_taken_port_is_an_error(base_url: str) -> None:
    with pytest.raises(OSError, match="in use"), serving(int(base_url.rpartition(":")[2])):
        pass
