"""Threats to life: one act builds the pack, tells an authority, and everything about it is on record (C18)."""

import json
from typing import Any

from perdure.desk.service import referrals_reading as reading
from tests.app.people import Person, person
from tests.app.test_accounts_access import mails
from tests.app.test_posts import say
from tests.app.test_reports import mod
from tests.site import Site, rows

WORDS = "a plain text that somebody took for a threat"


def reported(site: Site) -> tuple[Person, int]:
    """A post that somebody reported as a threat to life: its author, and the case."""
    bob, anna = person(site, "bob", display_name="Bob of Trials"), person(site, "anna")
    post = say(site, bob, text=WORDS)["id"]
    body = {"account_id": str(bob.id), "status_ids": [post], "comment": "today at noon", "category": "violation"}
    assert site.post("/api/v1/reports", anna.token, json=body).status_code == 200
    (case,) = site.read(rows, "SELECT id FROM moderation_case")
    return bob, case.id


def police(site: Site, chief: Person, **more: Any) -> int:
    """An authority that can be mailed."""
    given = {"name": "Police of Trials", "kind": "home", "country": "FR", "email": "duty@police.test"} | more
    made = site.post("/api/perdure/v1/referral_contacts", chief.token, json=given)
    assert made.status_code == 200, made.text
    return int(made.json()["id"])


def refer(site: Site, chief: Person, case_id: int, contact_id: int, **more: Any) -> Any:
    given = {"contact_id": str(contact_id), "why": "A time and a place are named."} | more
    return site.post(f"/api/perdure/v1/moderation/cases/{case_id}/refer", chief.token, json=given)


def test_an_authority_is_told_everything_that_helps_and_nobody_who_reported(site: Site) -> None:
    bob, case_id = reported(site)
    chief = mod(site, role="admin")
    made = refer(site, chief, case_id, police(site, chief)).json()
    assert (made["state"], made["contact_name"], made["items"]) == ("sending", "Police of Trials", 1)
    (sent,) = [one for one in mails(site) if one["To"] == "duty@police.test"]
    assert made["reference"] in sent["Subject"]
    paper, data = list(sent.iter_attachments())
    assert paper.get_content().startswith(b"%PDF")
    pack = json.loads(data.get_content() if isinstance(data.get_content(), str) else data.get_content().decode())
    assert [one["text"] for one in pack["items"]] == [WORDS]
    assert [(one["name"], one["email"]) for one in pack["people"]] == [("bob", "bob@people.test")]
    assert pack["why"] == "A time and a place are named."
    assert "anna" not in json.dumps(pack)
    held = site.read(rows, "SELECT reference FROM preservation")
    assert [one.reference for one in held] == [made["reference"]]
    assert bob.name in pack["items"][0]["url"]


def test_who_told_whom_what_and_when_is_on_record_and_so_is_who_looked(site: Site) -> None:
    _, case_id = reported(site)
    chief, second = mod(site, role="admin"), mod(site, "nora")
    made = refer(site, chief, case_id, police(site, chief)).json()
    site.work()
    path = f"/api/perdure/v1/referrals/{made['id']}"
    assert site.post(f"{path}/receipt", second.token, json={"text": ""}).status_code == 422
    assert site.post(f"{path}/receipt", second.token, json={"text": "P-77/26"}).status_code == 200
    found = site.get(path, second.token).json()
    assert (found["referral"]["state"], found["referral"]["receipt"]) == ("sent", "P-77/26")
    assert [(one["account_id"], one["purpose"]) for one in found["accesses"]] == [
        (str(second.id), "read"),
        (str(chief.id), "make"),
    ]
    actions = [one.action for one in site.read(rows, "SELECT action FROM audit_entry ORDER BY seq")]
    assert [one for one in actions if one.startswith("referral.")] == [
        "referral.make",
        "referral.sent",
        "referral.acknowledge",
        "referral.read",
    ]
    figures = site.read(reading.figures_in, 0, site.clock.now_ms() + 1)
    assert (figures.dsa18, figures.tco14, figures.receipts) == (1, 0, 1)


def test_the_pack_is_sealed_at_rest(site: Site) -> None:
    _, case_id = reported(site)
    chief = mod(site, role="admin")
    refer(site, chief, case_id, police(site, chief))
    (row,) = site.read(rows, "SELECT pack_sealed FROM referral")
    assert WORDS.encode() not in bytes(row.pack_sealed)
    assert b"bob@people.test" not in bytes(row.pack_sealed)


def test_where_no_state_is_known_europol_is_proposed_and_without_an_address_it_is_printed(site: Site) -> None:
    _, case_id = reported(site)
    chief = mod(site, role="admin")
    (first, *_) = site.get("/api/perdure/v1/referral_contacts", chief.token).json()
    assert first["kind"] == "europol"
    made = refer(site, chief, case_id, int(first["id"]), basis="tco14").json()
    assert made["state"] == "printed"
    police(site, chief)
    (first, *_) = site.get("/api/perdure/v1/referral_contacts", chief.token).json()
    assert first["name"] == "Police of Trials"


def test_a_referral_says_why_and_is_for_those_who_manage_reports(site: Site) -> None:
    bob, case_id = reported(site)
    chief = mod(site, role="admin")
    contact = police(site, chief)
    answer = refer(site, chief, case_id, contact, why=" ")
    assert (answer.status_code, "why" in answer.json()["details"]) == (422, True)
    assert refer(site, chief, case_id, contact, basis="x").status_code == 422
    assert refer(site, chief, case_id, 4).status_code == 404
    assert refer(site, bob, case_id, contact).status_code == 403
    assert not site.read(rows, "SELECT 1 FROM referral")
