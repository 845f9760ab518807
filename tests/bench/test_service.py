"""The benchmark of the service measures what it says."""

from bench.service import CLIENTS, measure


def test_every_number_of_clients_is_answered_and_timed() -> None:
    rows = measure(artists=200, questions=40, processes=[1, 2])
    said = {what for what, *_ in rows}
    assert all(value > 0 for _, _, value, _ in rows)
    for clients in CLIENTS:
        assert f"similar over HTTP, 200 artists, {clients} clients, p95" in said
        assert f"similar over HTTP, 200 artists, {clients} clients, 2 processes, p95" in said
    assert any("beside" in what for what in said)
    for page in ("start", "artist", "why", "search", "taste", "groups"):
        assert f"page: {page}, 200 artists, p50" in said
