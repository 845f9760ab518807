"""A real standalone Spark cluster on loopback, started from the jars that PySpark brings."""
