"""Fixtures that more than one folder of tests uses."""

from tests.elasticsearch_node.fixtures import cluster, each_version, elasticsearch_url, own_node, start_node

__all__ = ["cluster", "each_version", "elasticsearch_url", "own_node", "start_node"]
