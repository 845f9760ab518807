"""The Echo Nest's API, version 4, for what it had that is here: docs/echonest.md has the table."""
