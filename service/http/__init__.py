"""The HTTP service: version 1 of the project's own API, and the Echo Nest's version 4."""
