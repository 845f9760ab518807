"""The blog, rendered and served once for all of these tests."""

from collections.abc import Iterator

import pytest

from sample.server import serving


@pytest.fixture(scope="session")
def base_url() -> Iterator[str]:
    with serving() as url:
        yield url
