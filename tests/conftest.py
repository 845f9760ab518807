"""Fixtures that more than one folder of tests uses."""

from tests.elasticsearch_node.fixtures import cluster, each_version, elasticsearch_url, own_node, start_node
from tests.object_store.fixtures import address, store_server

__all__ = ["address", "cluster", "each_version", "elasticsearch_url", "own_node", "start_node", "store_server"]
