"""The register, duty and clocks in the console, over the API and on the command line (issue 6, §2)."""

import json
import re
from typing import Any

import pytest

from perdure.moderation.service import alarming, obligations
from tests.app.browser import sign_in, words
from tests.app.people import person
from tests.app.test_cases import a_case
from tests.app.test_obligations import boss, clocks_of, start
from tests.app.test_paging import an_order, mails, step
from tests.app.test_reports import mod
from tests.command import Command
from tests.site import Site

PATH = "/moderation/obligations"
API = "/api/perdure/v1/moderation"
ROW: dict[str, Any] = {
    "key": "provider.rack",
    "title_en": "Letter of our rack",
    "title_fr": "Courrier de notre baie",
    "applies": "yes",
    "limit": "PT8H",
    "start": "receipt",
    "ends": "answer",
    "resume": "continue",
    "scope": "case",
    "source": "Contract of 3 May",
    "zone": "Europe/Paris",
    "days": ["mon", "tue"],
    "opens": "09:00",
    "closes": "17:00",
    "holidays": "2026-12-25",
    "reason": "signed",
}


@pytest.mark.parametrize(("language", "word"), [("en", "Removal order"), ("fr", "Injonction de retrait")])
def test_the_register_is_a_page_for_staff_and_a_form_for_operators(site: Site, language: str, word: str) -> None:
    sign_in(site, person(site, "bob"))
    assert site.get(PATH, headers={"Accept": "text/html"}).status_code == 403
    sign_in(site, mod(site))
    shown = site.get(f"{PATH}?lang={language}").text
    assert word in shown
    assert "Art 3(3)" in shown
    assert 'name="limit"' not in shown
    assert site.post(PATH, data=ROW).status_code == 403
    sign_in(site, boss(site))
    assert 'name="limit"' in site.get(f"{PATH}?key=tco.order&lang={language}").text


def test_an_operator_writes_a_row_and_sees_what_is_wrong_with_it(site: Site) -> None:
    admin = boss(site)
    sign_in(site, admin)
    refused = site.post(PATH, data=ROW | {"limit": "tomorrow", "zone": "Mars/Olympus", "reason": "x"})
    assert "is a length of time" in words(refused.text)
    assert 'value="Letter of our rack"' in refused.text
    assert site.post(PATH, data=ROW).status_code == 200
    shown = words(site.get(f"{PATH}?key=provider.rack").text)
    assert "Letter of our rack" in shown
    assert "office hours, Europe/Paris" in shown
    (made,) = site.read(obligations.history_in, admin.id, "provider.rack")
    assert made.obligation.hours is not None
    assert made.obligation.hours.days == ("mon", "tue")
    assert site.get(f"{PATH}?key=provider.nothing%00").status_code == 200


def test_duty_preferences_and_programs_are_kept(site: Site) -> None:
    admin, staff = boss(site), mod(site)
    sign_in(site, admin)
    site.post(f"{PATH}/duty", data={"on_call": str(staff.id)})
    site.post(f"{PATH}/calls", data={"push": "1"})
    refused = site.post(f"{PATH}/programs", data={"name": "Chat", "url": "http://10.0.0.1/", "secret": "x" * 20})
    assert "cannot be used" in words(refused.text)
    said = {one["name"]: one for one in site.get(f"{API}/duty", admin.token).json()}
    assert (said["mona"]["on_call"], said["boss"]["mail"], said["boss"]["push"]) == (True, False, True)
    page = site.get(PATH).text
    assert re.search(rf'name="on_call" value="{staff.id}" checked', page)
    assert site.post(f"{PATH}/programs/17/dance").status_code == 404


def test_a_case_shows_what_is_owed_stops_its_clock_with_a_proof_and_says_who_is_on_it(site: Site) -> None:
    staff = mod(site)
    case_id = an_order(site)
    step(site, 31 * 60)
    sign_in(site, staff)
    page = f"/moderation/cases/{case_id}"
    row = site.get("/moderation").text
    assert "1 report · Removal order: remove or disable" in words(row)
    assert re.search(r'title="Removal order: remove or disable: [^"]+UTC · House limit, severity 2: [^"]+UTC"', row)
    shown = site.get(page).text
    assert "Removal order: remove or disable" in words(shown)
    assert "Art 3(3)" in shown
    clock = clocks_of(site, staff, case_id)["tco.order"]
    base = f"{page}/clocks/{clock.id}"
    assert "stand still" in words(site.post(f"{base}/pause", data={"reason": "lunch", "proof": "x"}).text)
    site.post(f"{base}/take")
    assert "@mona is on it" in words(site.get(page).text)
    site.post(f"{base}/pause", data={"reason": "defective", "proof": "annex III"})
    assert "annex III" in words(site.get(page).text)
    site.post(f"{base}/resume")
    assert clocks_of(site, staff, case_id)["tco.order"].state == "running"
    assert site.post(f"{base}/dance").status_code == 404
    assert site.post(f"{page}/clocks/12/take").status_code == 404


def test_the_api_reads_and_writes_the_register_and_moves_clocks(site: Site) -> None:
    admin, staff = boss(site), mod(site)
    case_id = a_case(site)
    start(site, case_id, "provider.aws")
    listed = {one["obligation"]["key"]: one for one in site.get(f"{API}/obligations", staff.token).json()}
    assert listed["tco.order"]["obligation"]["limit"] == "PT1H"
    body = {"fields": {"limit": "PT12H"}, "reason": "contract"}
    assert site.put(f"{API}/obligations/provider.aws", staff.token, json=body).status_code == 403
    made = site.put(f"{API}/obligations/provider.aws", admin.token, json=body)
    assert (made.status_code, made.headers["ETag"]) == (200, '"2"')
    bad = site.put(f"{API}/obligations/provider.aws", admin.token, json={"fields": {"limit": "soon"}, "reason": "x"})
    assert (bad.status_code, "limit" in bad.json()["details"]) == (422, True)
    assert [one["number"] for one in site.get(f"{API}/obligations/provider.aws", admin.token).json()] == [2, 1]
    assert site.get(f"{API}/obligations/provider.unheard", admin.token).status_code == 404
    clock = clocks_of(site, staff, case_id)["provider.aws"]
    later = {"due_at": clock.due_at + 1000, "proof": "their mail"}
    assert site.post(f"{API}/clocks/{clock.id}/extend", staff.token, json=later).status_code == 200
    assert site.post(f"{API}/clocks/{clock.id}/take", staff.token).status_code == 200
    assert site.post(f"{API}/clocks/{clock.id}/resume", staff.token).status_code == 409
    assert site.post(f"{API}/clocks/{clock.id}/dance", staff.token).status_code == 404
    assert site.put(f"{API}/duty", admin.token, json={"account_ids": [str(staff.id)]}).status_code == 200
    hook = {"name": "Chat", "url": "http://[::1]/", "secret": "x" * 20}
    assert site.post(f"{API}/hooks", admin.token, json=hook).status_code == 422
    assert site.get(f"{API}/hooks", admin.token).json() == []


def test_the_command_line_lists_and_sets(site: Site, command: Command) -> None:
    command.settings = site.rt.settings
    assert "tco.order" in command("obligations", "list").out
    assert "field=value" in command.fails("obligations", "set", "provider.aws", "--reason", "x")
    assert "Limit is a length" in command.fails("obligations", "set", "provider.aws", "limit=1", "--reason", "x")
    done = command("obligations", "set", "provider.aws", "limit=PT12H", "title.en=AWS writes", "--reason", "contract")
    assert "version 2" in done.out
    (newest, _) = json.loads(command("obligations", "list", "provider.aws", "--json").out)
    assert (newest["obligation"]["limit"], newest["obligation"]["title"]["en"]) == ("PT12H", "AWS writes")
    assert newest["obligation"]["title"]["fr"].startswith("Signalement")


def test_clocks_that_nobody_looks_at_are_an_alarm_on_every_page_of_the_console_and_by_mail(site: Site) -> None:
    staff = mod(site)
    sign_in(site, staff)
    site.run_jobs()
    assert "stood still" not in site.get("/moderation").text
    site.clock.advance(seconds=180)
    assert "stood still" in site.get("/moderation").text
    site.run(alarming.tell_staff, site.rt)
    assert any("looked at the deadlines" in mail.replace("=\n", "") for mail in mails(site, "mona@people.test"))
    site.run_jobs()
    assert "stood still" not in site.get("/moderation").text
