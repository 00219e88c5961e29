"""Who writes letters: known by a token or by the signature of their mail, never by what a letter says (safety.md §7)."""

from typing import Any

import pytest

from perdure.desk.service import senders
from tests.app.people import person
from tests.app.test_reports import mod
from tests.command import Command
from tests.site import Site, rows

HOST = {"name": "North Host", "authority": "provider", "domains": ["north.example"]}
_URL = "/api/perdure/v1/senders"


def boss(site: Site) -> str:
    """The token of somebody who may change settings."""
    return person(site, "boss", role="admin", scope="read write admin:read admin:write").token


def registered(site: Site, token: str, **more: Any) -> dict[str, Any]:
    """Register a sender; returns the answer."""
    made = site.post(_URL, token, json=HOST | more)
    assert made.status_code == 200, made.text
    found: dict[str, Any] = made.json()
    return found


@pytest.mark.parametrize(
    ("address", "signed", "known"),
    [
        ("abuse@north.example", ["north.example"], True),
        ("ABUSE@North.Example", ["NORTH.example"], True),
        ("abuse@desk.north.example", ["north.example"], True),
        ("abuse@north.example", ["mail.north.example"], True),
        ("abuse@north.example", [], False),
        ("abuse@north.example", ["else.example"], False),
        ("abuse@else.example", ["north.example"], False),
        ("abuse@evilnorth.example", ["evilnorth.example"], False),
        ("abuse@north.example.evil.test", ["north.example.evil.test"], False),
        ("", ["north.example"], False),
    ],
)
def test_a_mail_is_a_senders_where_its_address_and_its_signature_are_of_their_domain(
    site: Site, address: str, signed: list[str], known: object
) -> None:
    made = registered(site, boss(site))["sender"]
    assert site.write(senders.by_mail_in, address, signed) == (int(made["id"]) if known else None)


def test_where_exact_addresses_are_named_no_other_of_the_domain_is_the_senders(site: Site) -> None:
    made = registered(site, boss(site), domains=["gmail.com"], addresses=["One.Flagger@gmail.com"])["sender"]
    assert site.write(senders.by_mail_in, "one.flagger@gmail.com", ["gmail.com"]) == int(made["id"])
    assert site.write(senders.by_mail_in, "another@gmail.com", ["gmail.com"]) is None


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"authority": "no_account"}, "authority"),
        ({"domains": ["no domain"]}, "domains"),
        ({"domains": ["gmail.com"]}, "addresses"),
        ({"addresses": ["abuse@else.example"]}, "addresses"),
        ({"locale": "xx"}, "locale"),
        ({"answer_to": "nowhere"}, "answer_to"),
        ({"limit_minutes": 0}, "limit_minutes"),
        ({"hook_url": "http://127.0.0.1/"}, "hook_url"),
    ],
)
def test_what_is_no_sender_is_refused_with_the_field_named(site: Site, more: dict[str, Any], field: str) -> None:
    refused = site.post(_URL, boss(site), json=HOST | more)
    assert refused.status_code == 422, refused.text
    assert field in refused.json()["details"]


def test_two_senders_never_share_a_name_and_an_old_version_changes_nothing(site: Site) -> None:
    token = boss(site)
    first = registered(site, token)["sender"]
    assert site.post(_URL, token, json=HOST).status_code == 409
    changed = site.put(f"{_URL}/{first['id']}", token, json=HOST | {"locale": "fr"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["sender"]["locale"]) == (200, "fr")
    stale = site.put(f"{_URL}/{first['id']}", token, json=HOST, headers={"If-Match": '"1"'})
    assert stale.status_code == 409


def test_a_token_is_shown_once_proves_its_sender_and_is_worthless_when_revoked(site: Site) -> None:
    staff = boss(site)
    made = registered(site, staff)["sender"]
    token = site.post(f"{_URL}/{made['id']}/tokens", staff, json={"name": "robot"}).json()["token"]
    assert site.write(senders.by_token_in, token) == int(made["id"])
    assert site.write(senders.by_token_in, token + "x") is None
    assert token not in str(site.read(rows, "SELECT * FROM sender_token"))
    (shown,) = site.get(_URL, staff).json()
    assert shown["tokens"] == ["robot"]
    assert site.delete(f"{_URL}/{made['id']}/tokens?name=robot", staff).json() == {"revoked": 1}
    assert site.write(senders.by_token_in, token) is None


def test_the_secret_of_a_hook_is_shown_once_and_stays_while_its_address_does(site: Site) -> None:
    staff = boss(site)
    made = registered(site, staff, hook_url="https://hooks.example.org:1/perdure")
    assert made["hook_secret"]
    assert made["hook_secret"] not in str(site.read(rows, "SELECT * FROM sender"))
    address = f"{_URL}/{made['sender']['id']}"
    same = site.put(address, staff, json=HOST | {"hook_url": "https://hooks.example.org:1/perdure"})
    assert same.json()["hook_secret"] is None
    moved = site.put(address, staff, json=HOST | {"hook_url": "https://hooks.example.org:1/other"})
    assert moved.json()["hook_secret"] not in {None, made["hook_secret"]}


def test_moderators_see_who_writes_and_change_nothing_and_members_do_neither(site: Site) -> None:
    registered(site, boss(site))
    staff, member = mod(site), person(site, "alice", scope="read write admin:read admin:write")
    assert [one["name"] for one in site.get(_URL, staff.token).json()] == ["North Host"]
    assert site.post(_URL, staff.token, json=HOST | {"name": "Other"}).status_code == 403
    assert site.get(_URL, member.token).status_code == 403
    assert site.get(_URL).status_code == 401


def test_the_command_line_registers_lists_and_hands_out_tokens(perdure: Command) -> None:
    said = perdure("senders", "add", "North Host", "--as", "provider", "--domain", "north.example", "--hours", "24")
    assert (said.status, "Added North Host" in said.out) == (0, True), said
    assert "north.example" in perdure("senders", "list").out
    assert len(perdure("senders", "token", "North Host").out.strip()) > 40
    assert "Revoked 1" in perdure("senders", "revoke", "North Host").out
    assert "no sender with the name Nobody" in perdure.fails("senders", "token", "Nobody")
    assert "--as must be" in perdure.fails("senders", "add", "X", "--as", "friend")
