"""The one place that chooses an engine."""

from typing import Any

from index.base import Index
from index.embedded import EmbeddedIndex
from records.errors import ConfigurationError
from records.lake import Lake

EMBEDDED = "embedded"


def open_index(url: str | None, lake: Lake, **elasticsearch: Any) -> Index:
    """Return the index at a URL: `http://` or `https://` is Elasticsearch, None or "embedded" is in the lake.

    Args:
        url: where the index is.
        lake: the lake of the embedded index.
        elasticsearch: what `ElasticsearchIndex` takes besides the URL, such as credentials.

    Raises:
        ConfigurationError: the URL is neither.
        EngineError: the engine cannot be used.
    """
    if url in (None, "", EMBEDDED):
        return EmbeddedIndex(lake)
    if url.startswith(("http://", "https://")):
        from index.elasticsearch import ElasticsearchIndex  # costs 0.3 s to import; most runs never need it

        return ElasticsearchIndex(url, **elasticsearch)
    raise ConfigurationError(f"the index is set to {url!r}; expected 'embedded' or the http(s) URL of Elasticsearch")
