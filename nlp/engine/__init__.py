"""Where the heavy work of counting and summing is done: on this machine, or on a Spark cluster."""
