"""What is published while the service runs is what it answers from then on."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from records.snapshot import write_snapshot
from records.types import Entity, EntityKind
from service.http.echonest.entities import urls
from service.pipeline import writing
from service.project import open_project
from tests.service.http.conftest import EARLIER, LATER, publish, serving

KEY = {"Authorization": "Bearer sesame"}


def test_a_service_is_not_ready_until_something_is_published(lake_of_two: Path) -> None:
    with serving(lake_of_two) as client:
        assert client.get("/health").status_code == 200
        assert client.get("/ready").status_code == 404
        assert client.get("/v1/artists/artist-000000").status_code == 404
        publish(lake_of_two, date(2026, 11, 1))
        assert client.get("/ready").status_code == 200


def test_a_new_snapshot_is_served_without_a_restart_and_changes_the_etag(lake_of_two: Path) -> None:
    first = publish(lake_of_two, date(2026, 11, 1))
    with serving(lake_of_two) as client:
        address = "/v1/artists/artist-000000/terms"
        before = client.get(address)
        known = {"If-None-Match": before.headers["etag"]}
        again = client.get(address, headers=known)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == before.headers["etag"]
        second = publish(lake_of_two, date(2026, 11, 20))
        after = client.get(address, headers=known)
        assert after.status_code == 200
        assert (first in before.headers["etag"], second in after.headers["etag"]) == (True, True)
        assert (before.json()["day"], after.json()["day"]) == ("2026-11-01", "2026-11-20")
        assert before.json()["terms"] != after.json()["terms"]
        assert client.get(address, params={"day": "2026-11-01"}).json() == before.json()


def test_every_question_can_be_asked_as_of_a_past_day(lake_of_two: Path) -> None:
    publish(lake_of_two, date(2026, 11, 1))
    commonest = max(EARLIER.vectors[EntityKind.ARTIST].terms.to_pylist(), key=lambda term: term["df"])["term"]
    asked: dict[str, dict[str, Any]] = {
        "/v1/similar": {"like": ["artist-000003^2", "Artist 5"], "unlike": "artist-000007"},
        "/v1/search": {"description": f'"{commonest}"'},
        "/v1/explain": {"a": "artist-000003", "b": "artist-000011"},
        "/v1/artists/artist-000003/terms": {"limit": 50},
    }
    posted = {"seeds": [{"handle": "artist-000003"}], "limit": 5}
    with serving(lake_of_two) as client:
        before = {path: client.get(path, params=asked[path]).json() for path in asked}
        posted_before = client.post("/v1/similar", json=posted).json()
        publish(lake_of_two, date(2026, 11, 20))
        for path, parameters in asked.items():
            assert client.get(path, params=parameters).json() != before[path]
            assert client.get(path, params={**parameters, "day": "2026-11-01"}).json() == before[path], path
            assert client.get(path, params={**parameters, "day": "2001-01-01"}).status_code == 404
        assert client.post("/v1/similar", json={**posted, "day": "2026-11-01"}).json() == posted_before


def test_the_etag_changes_with_the_catalogue_and_with_the_vectors_of_the_day_asked_for(lake_of_two: Path) -> None:
    """Foreign ids are looked up in the catalogue, and the vectors of a past day can be built anew."""
    publish(lake_of_two, date(2026, 11, 20))
    address, of_day = "/v1/artists/made:artist0/terms", {"day": "2026-11-01"}
    with serving(lake_of_two) as client:
        before, past = client.get(address), client.get(address, params=of_day)
        assert client.get(address, params=of_day, headers={"If-None-Match": past.headers["etag"]}).status_code == 304
        write_snapshot(open_project(lake_of_two).lake(), replace(LATER, id="anew", day=date(2026, 11, 1)))
        assert client.get(address, headers={"If-None-Match": before.headers["etag"]}).status_code == 304
        anew = client.get(address, params=of_day, headers={"If-None-Match": past.headers["etag"]})
        assert anew.status_code == 200
        assert anew.json() != past.json()
        text = (lake_of_two / "catalog.csv").read_text(encoding="utf-8")
        (lake_of_two / "catalog.csv").write_text(text.replace("made:artist0", ""), encoding="utf-8")
        with writing(open_project(lake_of_two)) as chain:
            chain.refresh_catalog()
        assert client.get(address, headers={"If-None-Match": before.headers["etag"]}).status_code == 404
        assert client.get(address, params={"day": "20261399"}).status_code == 422


def test_answers_that_can_be_taken_down_carry_no_etag(lake_of_two: Path) -> None:
    publish(lake_of_two, date(2026, 11, 1))
    with serving(lake_of_two) as client:
        assert "etag" not in client.get("/v1/artists/artist-000000/documents").headers
        assert "etag" not in client.get("/v1/artists/artist-000000/terms", params={"sentences": 1}).headers


def test_a_caller_publishes_with_the_key_alone(lake_of_two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(lake_of_two, date(2026, 11, 1))
    with serving(lake_of_two) as client:
        assert client.post("/v1/publish", headers=KEY).status_code == 403
    monkeypatch.setenv("TOPTERMS_SERVE__API_KEY", "sesame")
    with serving(lake_of_two) as client:
        refused = client.post("/v1/publish")
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert client.post("/v1/publish", headers={"Authorization": "Bearer sesam"}).status_code == 401
        assert client.get("/ready").json()["day"] == "2026-11-01"
        done = client.post("/v1/publish", headers=KEY)
        assert done.status_code == 200
        assert done.json()["stage"] == "publish"
        assert client.get("/ready").json()["day"] == "2026-11-20"


def test_what_rose_between_two_days_is_told(lake_of_two: Path) -> None:
    publish(lake_of_two, date(2026, 11, 20))
    with serving(lake_of_two) as client:
        found = client.get("/v1/trends", params={"since": "2026-11-01"}).json()
        assert found["rising"]
        assert all(one["change"] > 0 for one in found["rising"])
        terms = client.get("/v1/artists/artist-000000/trends", params={"since": "2026-11-01"}).json()
        assert (terms["since"], terms["until"]) == ("2026-11-01", "2026-11-20")
        assert terms["rising"] or terms["falling"]


@pytest.mark.parametrize("handle", ["made:artist0", "made:artist:artist0"])
def test_an_artist_is_found_by_a_foreign_id(lake_of_two: Path, handle: str) -> None:
    publish(lake_of_two, date(2026, 11, 20))
    with serving(lake_of_two) as client:
        assert client.get("/v1/artists", params={"name": handle}).json()["entity"]["id"] == "artist-000000"
        assert client.get(f"/v1/artists/{handle}").json()["entity"]["id"] == "artist-000000"
        old = client.get("/api/v4/artist/profile", params={"id": handle, "bucket": ["id:made", "years_active"]})
        shown = old.json()["response"]["artist"]
        assert shown["foreign_ids"] == [{"catalog": "made", "foreign_id": "made:artist:artist0"}]
        assert shown["years_active"] == [{"start": 1950}]


def test_old_answers_can_be_limited_to_an_id_space_and_to_years(lake_of_two: Path) -> None:
    publish(lake_of_two, date(2026, 11, 20))
    with serving(lake_of_two) as client:

        def found(**parameters: object) -> list[dict[str, object]]:
            answer = client.get("/api/v4/artist/search", params={"results": 100, **parameters})  # type: ignore[dict-item]
            return answer.json()["response"]["artists"]  # type: ignore[no-any-return]

        assert len(found(bucket="id:made", limit="true")) == 40
        assert found(bucket="id:spotify", limit="true") == []
        late = found(artist_start_year_after=1979, artist_start_year_before=1985, bucket="years_active")
        years = sorted(one["years_active"][0]["start"] for one in late)  # type: ignore[index]
        assert years == [1980, 1981, 1982, 1983, 1984]
        assert found(artist_end_year_after=1900) == []


def test_addresses_are_made_of_the_ids_that_the_catalogue_has() -> None:
    known = Entity(
        "a74b1b7f-71a5-4011-9441-d0b5e4122711", EntityKind.ARTIST, "X", foreign_ids=("lastfm:X", "unheard:of")
    )
    assert urls(known) == {
        "mb_url": "https://musicbrainz.org/artist/a74b1b7f-71a5-4011-9441-d0b5e4122711",
        "lastfm_url": "https://www.last.fm/music/X",
    }
