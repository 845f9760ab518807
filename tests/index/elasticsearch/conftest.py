"""Indices of a test's own on the shared server, removed when it ends."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from index.elasticsearch import ElasticsearchIndex


@pytest.fixture
def open_index(elasticsearch_url: str) -> Iterator[Callable[..., ElasticsearchIndex]]:
    """Open the test's own index on the shared server, any number of times: `open_index(**arguments)`."""
    prefix = f"test-{uuid.uuid4().hex[:12]}"

    def opened(**arguments: Any) -> ElasticsearchIndex:
        return ElasticsearchIndex(elasticsearch_url, **{"prefix": prefix, "deadline": 60.0} | arguments)

    yield opened
    client = Elasticsearch(elasticsearch_url)
    if left := list(client.indices.get(index=f"{prefix}-*", features="aliases")):
        client.indices.delete(index=left)
