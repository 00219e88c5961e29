import pytest

from perdure.accounts import service as accounts
from perdure.kernel.db import Tx
from tests.app.people import person
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


def test_a_person_is_limited_to_1500_requests_in_five_minutes_over_all_tokens(site: Site) -> None:
    anna = person(site, "anna")

    def another_in(tx: Tx) -> str:
        app, _secret = accounts.create_app_in(tx, name="Another", scope="read")
        return accounts.issue_token_in(tx, app_id=app.id, account_id=anna.id, scope="read").token

    tokens = [anna.token, *(site.write(another_in) for _ in range(6))]
    spent = [site.get("/api/v1/preferences", token).status_code for token in tokens for _ in range(250)]
    assert spent[:1500] == [200] * 1500
    assert spent[1501:] == [429] * 249  # the very first request of a token is counted when it is answered
    answer = site.get("/api/v1/preferences", tokens[-1])
    assert (answer.headers["x-ratelimit-limit"], answer.headers["x-ratelimit-remaining"]) == ("1500", "0")
    assert site.get("/api/v1/preferences", person(site, "ben").token).status_code == 200
    site.clock.advance(seconds=300)
    assert site.get("/api/v1/preferences", tokens[-1]).status_code == 200
