"""Indices of a test's own on the shared server, removed when it ends."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from index.elasticsearch import ElasticsearchIndex


@pytest.fixture
def prefix(elasticsearch_url: str) -> Iterator[str]:
    """A prefix of index names that no other test has; what is left under it is removed."""
    prefix = f"test-{uuid.uuid4().hex[:12]}"
    yield prefix
    client = Elasticsearch(elasticsearch_url)
    if left := list(client.indices.get(index=f"{prefix}-*", features="aliases")):
        client.indices.delete(index=left)


@pytest.fixture
def open_index(elasticsearch_url: str, prefix: str) -> Callable[..., ElasticsearchIndex]:
    """Open the test's own index on the shared server, any number of times: `open_index(**arguments)`."""

    def opened(**arguments: Any) -> ElasticsearchIndex:
        return ElasticsearchIndex(elasticsearch_url, **{"prefix": prefix, "deadline": 60.0} | arguments)

    return opened
