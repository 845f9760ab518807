"""Elasticsearch at 50,000 artists: what a publish takes, and what each way to ask costs and finds.

    python -m bench.elasticsearch LAKE [--artists 50000] [--queries 100] [--url http://...] [--shards 1]

LAKE has a snapshot of real artists, of which the others are drawn as mixtures (`bench.mixtures`). Recall is against
exact scores; ours goes through `Index.similar`, with all that it does, the others are bare requests for 50 ids.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from elasticsearch import Elasticsearch, helpers
from scipy import sparse

from bench.mixtures import draw_mixtures
from index import elasticsearch_queries as queries
from index.elasticsearch import ElasticsearchIndex
from index.elasticsearch_documents import (
    FEATURES,
    LATENT,
    PACKED,
    Shape,
    features,
    latent_features,
    stretched,
    vector_of,
)
from index.elasticsearch_queries import Plan
from index.published import Filters, Query
from index.scoring import normalised_mix, seeds_query
from records.lake import Lake
from records.snapshot import Snapshot, Vectors, read_snapshot
from records.types import EntityKind
from tests.elasticsearch_node.assembly import DEFAULT, assemble
from tests.elasticsearch_node.node import Node

ARTIST = EntityKind.ARTIST
PREFIX, TEXTS = "bench", "texts-of-bench"
ANSWER = 50

_HEAD = "\n| way | p50 ms | p95 ms | recall@10 | recall@50 |\n|---|---|---|---|---|"
_TRADES = [
    *((0.5, window, 0.9, 2000) for window in (200, 300, 500, 1000)),
    *((0.5, 500, rescored, 2000) for rescored in (0.8, 0.95, 0.99)),
    (0.3, 500, 0.9, 2000),
    (0.5, 500, 0.9, 1000),
]

Ids = list[str]


@dataclass(frozen=True, slots=True)
class Asked:
    """A query with its exact answer."""

    entity_id: str
    query: Query
    best: Ids


@dataclass(frozen=True, slots=True)
class Figures:
    """What one way to ask costs and finds."""

    way: str
    p50: float
    p95: float
    recall10: float
    recall50: float

    def __str__(self) -> str:
        return f"| {self.way} | {self.p50:.1f} | {self.p95:.1f} | {self.recall10:.4f} | {self.recall50:.4f} |"


def draw_queries(snapshot: Snapshot, count: int) -> list[Asked]:
    """Draw artists to ask about, and work out their exact neighbours."""
    vectors = snapshot.vectors[ARTIST]
    shape = (vectors.entities.num_rows, vectors.terms.num_rows)
    matrix = sparse.csr_matrix((vectors.weights, vectors.indices, vectors.indptr), shape)
    ids = np.asarray(vectors.entities.column("id").to_pylist())
    layout, mix = Shape.of(vectors).layout, normalised_mix(snapshot.mix)
    asked = []
    for row in np.random.default_rng(7).choice(shape[0], min(count, shape[0]), replace=False).tolist():
        query = seeds_query([vector_of(vectors, row)], [1.0], layout, mix)
        dense = np.zeros(shape[1])
        dense[query.columns] = query.weights
        scores = matrix @ dense + vectors.latent @ query.latent
        scores[row] = -1
        asked.append(Asked(str(ids[row]), query, ids[np.argsort(-scores, kind="stable")[:ANSWER]].tolist()))
    return asked


def measure(way: str, asked: list[Asked], ask: Callable[[Asked], Ids]) -> Figures:
    """Ask everything twice, and take the figures of the second time, when caches are warm."""
    for question in asked:
        ask(question)
    times, found = [], []
    for question in asked:
        start = perf_counter()
        found.append(ask(question))
        times.append((perf_counter() - start) * 1000)
    recalls = [
        [len(set(got[:n]) & set(question.best[:n])) / n for question, got in zip(asked, found, strict=True)]
        for n in (10, ANSWER)
    ]
    p50, p95 = np.percentile(times, [50, 95])
    return Figures(way, float(p50), float(p95), float(np.mean(recalls[0])), float(np.mean(recalls[1])))


class Ways:
    """The ways to ask that are compared.

    Args:
        client: of the cluster.
        index: ours.
        snapshot: what is live in it.
    """

    def __init__(self, client: Elasticsearch, index: ElasticsearchIndex, snapshot: Snapshot) -> None:
        self._client, self._index = client, index
        self._shape = Shape.of(snapshot.vectors[ARTIST])
        names = client.indices.get(index=f"{PREFIX}-live", features="aliases")
        self._name = next(name for name in names if name.endswith("-artist"))

    def ours(self, asked: Asked) -> Ids:
        """What a user asks."""
        return [n.entity.id for n in self._index.similar({asked.entity_id: 1.0}, ARTIST, ANSWER)]

    def ours_bare(self, asked: Asked) -> Ids:
        """Only the request that finds candidates, as it is sent, and nothing of what is done around it."""
        plan = Plan(asked.query, self._shape, Filters(without=frozenset([asked.entity_id])))
        return self._search({**plan.body(ANSWER), "_source": ["id"], "stored_fields": [PACKED]}, self._name)

    def whole(self, asked: Asked) -> Ids:
        """All terms and the latent vector at once."""
        return self._bool(asked, [_sparse(_asked_whole(asked.query), prune=False)])

    def pruned(self, asked: Asked) -> Ids:
        """The same, with Elasticsearch's own pruning."""
        return self._bool(asked, [_sparse(_asked_whole(asked.query), prune=True)])

    def nearest_latent(self, asked: Asked) -> Ids:
        """Latent vectors alone."""
        unit = asked.query.latent / np.linalg.norm(asked.query.latent)
        knn = {"field": LATENT, "query_vector": stretched(unit), "k": 200, "num_candidates": 200}
        return self._bool(asked, [{"knn": knn}])

    def more_like(self, terms: int) -> Callable[[Asked], Ids]:
        """What Elasticsearch has for similar texts."""

        def ask(asked: Asked) -> Ids:
            like = {"_index": TEXTS, "_id": asked.entity_id}
            query = {
                "fields": ["text"],
                "like": [like],
                "max_query_terms": terms,
                "min_term_freq": 1,
                "minimum_should_match": "0%",
            }
            return self._search({"query": {"more_like_this": query}, "size": ANSWER, "_source": ["id"]}, TEXTS)

        return ask

    def _bool(self, asked: Asked, should: list[dict[str, Any]]) -> Ids:
        query = {"bool": {"should": should, "must_not": [{"term": {"id": asked.entity_id}}]}}
        return self._search({"query": query, "size": ANSWER, "_source": ["id"]}, self._name)

    def _search(self, body: dict[str, Any], index: str) -> Ids:
        hits = self._client.search(index=index, **{"track_total_hits": False} | body)["hits"]["hits"]
        return [hit["_source"]["id"] for hit in hits]


def _asked_whole(query: Query) -> dict[str, float]:
    return features(query.columns, query.weights) | latent_features(query.latent)


def _sparse(asked: dict[str, float], *, prune: bool) -> dict[str, Any]:
    return {"sparse_vector": {"field": FEATURES, "query_vector": asked, "prune": prune}}


def index_texts(client: Elasticsearch, vectors: Vectors) -> None:
    """Index the same artists as texts: every term a token, said as often as its weight tells."""
    mapping = {"properties": {"id": {"type": "keyword"}, "text": {"type": "text", "analyzer": "whitespace"}}}
    mapping["properties"]["text"]["term_vector"] = "yes"
    client.indices.create(index=TEXTS, mappings=mapping, settings={"number_of_shards": 1, "refresh_interval": -1})
    for _ in helpers.streaming_bulk(client, _texts(vectors), chunk_size=500, max_retries=5):
        pass
    client.indices.refresh(index=TEXTS)
    client.options(request_timeout=1800).indices.forcemerge(index=TEXTS, max_num_segments=1)
    client.indices.refresh(index=TEXTS)


def _texts(vectors: Vectors) -> Iterator[dict[str, Any]]:
    idf = np.asarray(vectors.terms.column("idf"))
    for row, entity_id in enumerate(vectors.entities.column("id").to_pylist()):
        vector = vector_of(vectors, row)
        log_tf = vector.weights / idf[vector.columns]
        times = np.clip(np.round(log_tf / max(np.quantile(log_tf, 0.25), 1e-9)), 1, 9).astype(int)
        tokens = np.repeat(vector.columns, times).tolist()
        text = " ".join(format(token, "x") for token in tokens)
        yield {"_index": TEXTS, "_id": entity_id, "_source": {"id": entity_id, "text": text}}


@contextmanager
def tuned(**constants: float) -> Iterator[None]:
    """Change constants of `index.elasticsearch_queries` for a while."""
    before = {name: getattr(queries, name) for name in constants}
    for name, value in constants.items():
        setattr(queries, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(queries, name, value)


def publish(index: ElasticsearchIndex, client: Elasticsearch, snapshot: Snapshot) -> None:
    """Publish, and print rate and size."""
    vectors = snapshot.vectors[ARTIST]
    written: list[float] = []
    start = perf_counter()
    index.publish(snapshot, lambda _, done, total: written.append(perf_counter()) if done == total else None)
    done = perf_counter()
    count, terms = vectors.entities.num_rows, vectors.terms.num_rows
    filled = written[-1] - start
    print(
        f"published {count} artists of {len(vectors.indices) / count:.0f} terms in {done - start:.0f} s, {terms} terms"
    )
    print(f"of which written in {filled:.0f} s: {(count + terms) / filled:.0f} documents/s; then merged and checked")
    for name, found in client.indices.stats(index=f"{PREFIX}-live", metric="store,docs")["indices"].items():
        size, documents = found["primaries"]["store"]["size_in_bytes"], found["primaries"]["docs"]["count"]
        print(f"{name}: {size / 1e6:.0f} MB, {size / max(documents, 1):.0f} bytes a document")


def compare(ways: Ways, asked: list[Asked]) -> None:
    """Print the table of ways."""
    some = asked[: max(len(asked) // 4, 10)]
    rows: list[tuple[str, list[Asked], Callable[[Asked], Ids]]] = [
        ("whole vector, not pruned", some, ways.whole),
        ("whole vector, default pruning", asked, ways.pruned),
        ("ours, as a user asks", asked, ways.ours),
        ("ours, the bare request", asked, ways.ours_bare),
        ("kNN alone", asked, ways.nearest_latent),
        ("more_like_this, 25 terms", asked, ways.more_like(25)),
        ("more_like_this, 200 terms", asked, ways.more_like(200)),
    ]
    print(_HEAD)
    for way, questions, ask in rows:
        print(measure(way, questions, ask), flush=True)


def trade_off(ways: Ways, asked: list[Asked]) -> None:
    """Print what our constants trade."""
    print(_HEAD)
    for share, window, rescored, latent in _TRADES:
        way = f"{share:.0%} of norm + kNN {latent}, rescore {window} by {rescored:.0%}"
        constants = {
            "CANDIDATE_SHARE": share,
            "WINDOW": window,
            "RESCORED_SHARE": rescored,
            "LATENT_CANDIDATES": latent,
        }
        with tuned(**constants):
            print(measure(way, asked, ways.ours), flush=True)


@contextmanager
def server(url: str | None) -> Iterator[str]:
    """Give the address of a server: the one at the URL, or one started here."""
    if url:
        yield url
        return
    with tempfile.TemporaryDirectory() as folder:
        node = Node(assemble(DEFAULT), Path(folder) / "bench", is_quick=False).start()
        try:
            yield node.url
        finally:
            node.kill()


def main() -> None:
    """Publish, then compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lake", type=Path)
    parser.add_argument(
        "--artists", type=int, default=50_000, help="how many to draw; 0 takes the real ones as they are"
    )
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--shards", type=int, default=1)
    parser.add_argument("--trades", action="store_true", help="also what our constants trade")
    parser.add_argument("--url", help="a server; one is assembled and started if not given")
    given = parser.parse_args()
    base = read_snapshot(Lake(given.lake))
    snapshot = draw_mixtures(base, given.artists) if given.artists else base
    asked = draw_queries(snapshot, given.queries)
    with server(given.url) as url:
        client = Elasticsearch(url, request_timeout=600)
        index = ElasticsearchIndex(url, prefix=PREFIX, deadline=60, shards=given.shards)
        publish(index, client, snapshot)
        index_texts(client, snapshot.vectors[ARTIST])
        ways = Ways(client, index, snapshot)
        compare(ways, asked)
        if given.trades:
            trade_off(ways, asked)


if __name__ == "__main__":
    main()
