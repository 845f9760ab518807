"""Fixtures that more than one folder of tests uses."""

from tests.elasticsearch_node.fixtures import cluster, each_version, elasticsearch_url, own_node, start_node
from tests.object_store.fixtures import address, store_server
from tests.spark_cluster.fixtures import own_spark, spark_cluster

__all__ = [
    "address",
    "cluster",
    "each_version",
    "elasticsearch_url",
    "own_node",
    "own_spark",
    "spark_cluster",
    "start_node",
    "store_server",
]
