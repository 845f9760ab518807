"""Elasticsearch keeps the contract of the index."""

from collections.abc import Callable

import pytest

from index.base import Index
from tests.index.contract import IndexContract

pytestmark = pytest.mark.elasticsearch


class TestElasticsearch(IndexContract):
    """The contract, over a real node."""

    @pytest.fixture
    def index(self, open_index: Callable[..., Index]) -> Index:
        return open_index()
