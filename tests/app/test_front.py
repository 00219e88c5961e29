import pytest

from tests.site import Site


def test_unknown_api_routes_answer_json_with_cors_and_limits(site: Site) -> None:
    answer = site.get("/api/v1/nothing")
    assert (answer.status_code, answer.json()) == (404, {"error": "Record not found"})
    assert answer.headers["access-control-allow-origin"] == "*"
    for name in ("limit", "remaining", "reset"):
        assert f"x-ratelimit-{name}" in answer.headers


def test_a_preflight_allows_what_web_clients_send(site: Site) -> None:
    answer = site.request("OPTIONS", "/api/v1/statuses")
    assert answer.status_code == 200
    assert "Idempotency-Key" in answer.headers["access-control-allow-headers"]


def test_guests_are_limited_to_300_requests_in_five_minutes(site: Site) -> None:
    for _ in range(300):
        assert site.get("/api/v1/nothing").status_code == 404
    answer = site.get("/api/v1/nothing")
    assert (answer.status_code, answer.json()) == (429, {"error": "Too many requests"})
    assert int(answer.headers["retry-after"]) >= 1
    site.clock.advance(seconds=300)
    assert site.get("/api/v1/nothing").status_code == 404


@pytest.mark.parametrize("forged", ["127.0.0.1", "10.0.0.1, 127.0.0.1"])
def test_a_forged_forwarded_address_does_not_escape_the_limit(site: Site, forged: str) -> None:
    for _ in range(300):
        site.get("/api/v1/nothing", headers={"X-Forwarded-For": forged})
    assert site.get("/api/v1/nothing").status_code == 429
