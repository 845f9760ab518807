"""The one place that knows which engines there are."""

import re
from importlib.util import find_spec

from nlp.engine.base import Engine
from nlp.engine.local import LocalEngine
from records.errors import ConfigurationError

LOCAL = "local"
"""Address of the engine that is this machine."""
_SPARK = re.compile(r"spark://[\w.\[\]:-]+:\d+(,[\w.\[\]:-]+:\d+)*")


def open_engine(address: str) -> Engine:
    """Open an engine by its address: `local`, or `spark://HOST:PORT` of a Spark master.

    Raises:
        ConfigurationError: the address is neither, or PySpark or Java is missing.
        ClusterError: nobody answers at the address.
    """
    if address == LOCAL:
        return LocalEngine()
    if not _SPARK.fullmatch(address):
        raise ConfigurationError(
            f"the engine is {address!r}; expected {LOCAL!r}, or spark://HOST:PORT, the address of a Spark master"
        )
    if find_spec("pyspark") is None:
        raise ConfigurationError(
            f"the engine {address} needs PySpark, which is not installed; `pip install 'topterms[spark]'` does it"
        )
    from nlp.engine.spark import SparkEngine  # PySpark is installed only where it is wanted

    return SparkEngine(address)
