"""The cluster as pytest fixtures."""

import os
from collections.abc import Iterator

import pytest

from tests.spark_cluster.cluster import SparkCluster, find_java


@pytest.fixture(scope="session")
def own_spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkCluster]:
    """Give a cluster of this session, without workers yet."""
    if find_java() is None:
        pytest.skip(
            "there is no java on the PATH; Spark needs 17 or 21 (tests/elasticsearch_node/install.sh brings it)"
        )
    made = SparkCluster(tmp_path_factory.mktemp("spark"))
    os.environ["SPARK_CONF_DIR"] = str(made.folder)
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    yield made
    made.end()


@pytest.fixture
def spark_cluster(own_spark: SparkCluster) -> SparkCluster:
    """Give a cluster of two workers."""
    own_spark.start_workers(2)
    return own_spark
