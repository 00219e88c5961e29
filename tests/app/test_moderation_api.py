"""Our own API for moderators: scope, role and second factor; versions; ids as text; described in OpenAPI."""

import re

import pytest

from perdure.ops_api.moderation.routes import ROUTES
from tests.app.people import Person, person
from tests.app.test_posts import say
from tests.site import Site

BASE = "/api/perdure/v1/moderation"


@pytest.fixture
def mod(site: Site) -> Person:
    return person(site, "mod1", role="moderator")


@pytest.fixture
def case(site: Site) -> str:
    """A case about a post that somebody reported with an app."""
    bea = person(site, "bea")
    post = say(site, bea, "You will all be sorry, said the pump to the bucket.")["id"]
    report = {"account_id": str(bea.id), "status_ids[]": [post], "category": "violation"}
    assert site.post("/api/v1/reports", person(site, "mina").token, data=report).status_code == 200
    found = site.get(f"{BASE}/cases", person(site, "olga", role="owner").token).json()
    return str(found["cases"][0]["id"])


def filled(path: str) -> str:
    return re.sub(r"{\w+:\w+}", "1", path)


@pytest.mark.parametrize(
    ("method", "path"),
    sorted(
        (method, path)
        for route in ROUTES
        for path in route.paths
        for method in route.http_methods
        if method in {"GET", "POST", "PUT", "DELETE"} and not path.endswith("openapi")
    ),
)
def test_nothing_is_for_guests_members_narrow_tokens_or_staff_without_a_factor(
    site: Site, method: str, path: str
) -> None:
    asked = filled(path)
    assert site.request(method, asked).status_code == 401
    assert site.request(method, asked, person(site, "narrow", role="owner", scope="read").token).status_code == 403
    refused = {403, 422} if method in {"POST", "PUT"} else {403}
    assert site.request(method, asked, person(site, "bob").token).status_code in refused
    assert site.request(method, asked, person(site, "ada", role="owner", factor=False).token).status_code in refused


def test_a_case_is_claimed_noted_and_handed_over_by_programs_too(site: Site, mod: Person, case: str) -> None:
    claimed = site.post(f"{BASE}/cases/next", mod.token).json()
    assert claimed["case"]["id"] == case
    assert claimed["lease"]["holder_id"] == str(mod.id)
    assert site.post(f"{BASE}/cases/{case}/renew", mod.token).json()["renewals"] == 1
    assert site.post(f"{BASE}/cases/{case}/notes", mod.token, json={"text": "I know this pump."}).status_code == 200
    shown = site.get(f"{BASE}/cases/{case}", mod.token)
    assert shown.json()["notes"][0]["text"] == "I know this pump."
    assert "no-store" in shown.headers["Cache-Control"]
    item = shown.json()["items"][0]["id"]
    snapshot = site.get(f"{BASE}/cases/{case}/items/{item}/snapshot", mod.token).json()
    assert snapshot["content"]["text"].startswith("You will all be sorry")
    other = person(site, "mod2", role="moderator")
    old = {"If-Match": '"0"'}
    assert site.post(f"{BASE}/cases/{case}/assign", mod.token, json={"to": other.id}, headers=old).status_code == 409
    fresh = {"If-Match": shown.headers["ETag"]}
    given = site.post(f"{BASE}/cases/{case}/assign", mod.token, json={"to": str(other.id)}, headers=fresh)
    assert given.json()["case"]["assigned_to"] == str(other.id)
    escalated = site.post(f"{BASE}/cases/{case}/escalate", other.token, json={"reason": "A lawyer should look."})
    assert escalated.json()["case"]["state"] == "escalated"


def test_filters_workload_exposure_and_wishes(site: Site, mod: Person, case: str) -> None:
    kept = site.post(f"{BASE}/filters", mod.token, json={"name": "Grave", "filter": {"severities": [0, 1]}}).json()
    assert kept[0]["name"] == "Grave"
    assert site.delete(f"{BASE}/filters/{kept[0]['id']}", mod.token).status_code == 200
    assert site.get(f"{BASE}/filters", mod.token).json() == []
    assert {one["account_id"] for one in site.get(f"{BASE}/workload", mod.token).json()} >= {str(mod.id)}
    site.get(f"{BASE}/cases/{case}", mod.token)
    assert site.get(f"{BASE}/exposure", mod.token).json()["items"] == 1
    assert site.put(f"{BASE}/spared", mod.token, json={"policies": ["graphic"]}).json() == {"policies": ["graphic"]}
    assert site.put(f"{BASE}/spared", mod.token, json={"policies": ["king"]}).status_code == 422
    assert site.get(f"{BASE}/spared", mod.token).json() == {"policies": ["graphic"]}


@pytest.mark.parametrize("body", ["{", "[]", '{"text": 1e999}', '{"text": {}}', '{"other": 1}', "\xff"])
def test_a_wrong_body_is_refused_with_one_sentence(site: Site, mod: Person, case: str, body: str) -> None:
    answer = site.post(f"{BASE}/cases/{case}/notes", mod.token, content=body.encode("latin-1"))
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("Validation failed")


@pytest.mark.parametrize("query", ["order=king", "source=king", "limit=x", "offset=-1", "author_id=x"])
def test_a_wrong_question_is_refused(site: Site, mod: Person, query: str) -> None:
    assert site.get(f"{BASE}/cases?{query}", mod.token).status_code == 422


def test_the_api_describes_itself(site: Site) -> None:
    answer = site.get(f"{BASE}/openapi")
    assert answer.status_code == 200, answer.text
    document = answer.json()
    assert document["openapi"] == "3.1.0"
    claim = document["paths"][f"{BASE}/cases/{{case_id}}/claim"]["post"]
    assert claim["summary"] == "Claim a case for five minutes."
    assert claim["parameters"][0]["name"] == "case_id"
