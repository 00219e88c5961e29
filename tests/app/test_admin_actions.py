"""What an app of the staff says when it acts on an account: presets, its own words, and whether they are mailed."""

from typing import Any

import pytest

from tests.app.people import Person, person
from tests.app.test_reports import mod
from tests.site import Site, rows

PRESETS = "/api/perdure/v1/moderation/presets"
FULL = "read write admin:read admin:write"


def preset(site: Site, text: str = "Please read the house rules.", title: str = "Rules") -> str:
    boss = person(site, "boss", role="admin", scope=FULL)
    answer = site.post(PRESETS, boss.token, json={"title": title, "text": text})
    assert answer.status_code == 200, answer.text
    number: str = answer.json()["id"]
    return number


def act(site: Site, staff: Person, who: Person, status: int = 200, **given: Any) -> Any:
    answer = site.post(f"/api/v1/admin/accounts/{who.id}/action", staff.token, json=given)
    assert answer.status_code == status, answer.text
    return answer.json()


def statement(site: Site) -> Any:
    (row,) = site.read(rows, "SELECT * FROM decision WHERE outcome <> 'reversed'")
    return row


def mails(site: Site) -> int:
    site.work()
    site.clock.advance(seconds=40)
    site.run_jobs()
    return len(site.read(rows, "SELECT id FROM notice_out WHERE channel = 'mail' AND state = 'sent'"))


def test_the_text_of_a_preset_stands_in_front_of_the_staffs_own_words(site: Site) -> None:
    alice, mona = person(site, "alice"), mod(site)
    act(site, mona, alice, type="none", warning_preset_id=preset(site), text="And be kind.")
    made = statement(site)
    assert (made.facts, made.outcome) == ("Please read the house rules.\n\nAnd be kind.", "warned")
    site.work()
    (told,) = site.get("/api/v1/notifications?types[]=moderation_warning", alice.token).json()
    assert told["moderation_warning"]["text"].startswith("Please read the house rules.\n\nAnd be kind.")


def test_a_preset_that_is_not_there_and_a_text_that_is_too_long_do_nothing(site: Site) -> None:
    alice, mona = person(site, "alice"), mod(site)
    number = preset(site, "x" * 2000)
    act(site, mona, alice, 404, type="suspend", warning_preset_id="4711")
    act(site, mona, alice, 422, type="suspend", warning_preset_id=number, text="y" * 3000)
    act(site, mona, alice, 422, type="suspend", send_email_notification="perhaps")
    assert site.read(rows, "SELECT id FROM decision") == []


@pytest.mark.parametrize(("given", "sent"), [({"send_email_notification": False}, 0), ({}, 1)])
def test_a_mail_goes_out_unless_it_is_declined_and_the_notice_stands_in_any_case(
    site: Site, given: dict[str, Any], sent: int
) -> None:
    alice, mona = person(site, "alice"), mod(site)
    act(site, mona, alice, type="silence", text="Too loud.", **given)
    assert mails(site) == sent
    assert len(site.get("/api/v1/notifications?types[]=moderation_warning", alice.token).json()) == 1
    assert site.post(f"/api/v1/admin/accounts/{alice.id}/unsilence", mona.token).status_code == 200
    assert mails(site) == 2 * sent
    told = site.read(rows, "SELECT channel FROM notice_out WHERE kind = 'reversed' ORDER BY channel")
    assert [one.channel for one in told] == ["app", "mail"][: 1 + sent]


def test_presets_are_written_by_admins_and_read_by_those_who_use_them(site: Site) -> None:
    number = preset(site)
    mona, alice, boss = mod(site), person(site, "alice"), person(site, "boss2", role="admin", scope=FULL)
    given = {"title": "Rules", "text": "Read them again."}
    assert site.post(PRESETS, mona.token, json=given).status_code == 403
    assert site.get(PRESETS, alice.token).status_code == 403
    assert site.post(PRESETS, boss.token, json={"title": " ", "text": "x" * 2001}).status_code == 422
    changed = site.put(f"{PRESETS}/{number}", boss.token, json=given, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert site.put(f"{PRESETS}/{number}", boss.token, json=given, headers={"If-Match": '"1"'}).status_code == 409
    assert [one["text"] for one in site.get(PRESETS, mona.token).json()] == ["Read them again."]
    assert site.delete(f"{PRESETS}/{number}", boss.token).status_code == 200
    assert site.get(PRESETS, mona.token).json() == []
    assert site.delete(f"{PRESETS}/{number}", boss.token).status_code == 404


def test_an_app_labels_an_account_for_some_time_and_takes_the_label_back(site: Site) -> None:
    alice, mona = person(site, "alice"), mod(site)
    given = {"type": "label", "label": "disputed", "label_reason": "Often wrong", "expires_in": 60}
    act(site, mona, alice, 422, **given | {"label_reason": "x" * 201})
    act(site, mona, alice, 422, **given | {"label_blur": "everything"})
    act(site, mona, alice, 422, **given | {"expires_in": 0})
    act(site, mona, alice, text="Three claims were false.", **given)
    page = f"/api/v1/accounts/{alice.id}"
    assert site.get(page).json()["perdure"]["labels"][0]["reason"] == "Often wrong"
    assert statement(site).facts == "Three claims were false."
    back = site.post(f"/api/v1/admin/accounts/{alice.id}/unlabel", mona.token)
    assert (back.status_code, "perdure" in back.json()["account"]) == (200, False)
