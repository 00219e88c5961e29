"""A site ends in order: long notice, everybody told, everything to take along, and a last word that can be checked."""

import base64
import hashlib
import re
import sqlite3
from pathlib import Path

import msgspec
import psycopg
import pytest

from perdure.audit import service as audit
from perdure.audit.service import roots
from perdure.continuity.rules import signing
from perdure.kernel.db import sql
from perdure.kernel.errors import Conflict, Invalid
from perdure.portability.service import ending
from tests.app.archives import archive, lines, opened
from tests.app.people import person
from tests.app.test_accounts_access import mails
from tests.app.test_pages_settings import browse_as, signed_in
from tests.app.test_posts import say
from tests.command import Command
from tests.site import NOW, Site

DAY = 86_400_000
WHERE = ("https://next.example",)


def announce(site: Site, days: int = 100, reason: str = "", notice: int | None = None) -> None:
    site.write(ending.announce_in, site.clock.now_ms() + days * DAY, reason, WHERE, notice)


def closing_mails(site: Site) -> int:
    return sum("closes" in mail["Subject"] for mail in mails(site))


def test_less_than_ninety_days_need_a_reason_and_none_is_refused(site: Site) -> None:
    with pytest.raises(Invalid, match="90 days"):
        announce(site, 89)
    with pytest.raises(Invalid, match="reason"):
        announce(site, 10, notice=10)
    with pytest.raises(Invalid):
        announce(site, 0, "no money", notice=0)
    announce(site, 10, "no money", notice=10)
    with pytest.raises(Conflict):
        announce(site)


def test_everybody_is_told_on_pages_in_apps_and_by_mail_and_sign_up_closes(site: Site) -> None:
    alice = person(site, "alice")
    site.run(ending.keep_up, site.rt)
    assert "closes" not in site.get("/").text
    announce(site)
    for path in ("/", "/auth/sign_in", "/about"):
        assert "This site closes." in site.get(path).text
        assert "https://next.example" in site.get(path).text
    instance = site.get("/api/v2/instance").json()["registrations"]
    assert (instance["enabled"], "closes" in instance["message"]) == (False, True)
    assert "closes" in site.get("/api/v1/instance/extended_description").json()["content"]
    assert "closes" in site.get("/api/v1/announcements", alice.token).json()[0]["content"]
    sent = []
    for days in (0, 10, 20, 59, 1, 2, 1, 5):
        site.clock.advance(days=days)
        for _ in range(2):
            site.run(ending.keep_up, site.rt)
            site.work()
        sent.append(closing_mails(site))
    assert sent == [0, 1, 1, 2, 2, 2, 3, 3]


def test_from_the_day_on_the_site_reads_and_lets_people_take_everything_along(site: Site) -> None:
    alice = person(site, "alice")
    say(site, alice, "the last word")
    announce(site)
    site.clock.advance(days=101)
    site.run(ending.keep_up, site.rt)
    refused = site.post("/api/v1/statuses", alice.token, json={"status": "too late"})
    assert refused.status_code == 503
    assert "the last word" in site.get("/@alice").text
    assert "can only be read now" in site.get("/").text
    assert [one["text"] for one in lines(opened(archive(site, alice)), "posts.jsonl")] == ["the last word"]


def test_a_cancelled_end_leaves_the_site_as_it_was(perdure: Command, site: Site) -> None:
    assert perdure("shutdown", "--status").out.strip() == "No end is announced."
    assert "90" in perdure.fails("shutdown", "--on", "2026-10-01")
    assert "date" in perdure.fails("shutdown", "--on", "soon")
    assert perdure("shutdown", "--on", "2099-01-31", "--successor", "https://next.example").status == 0
    assert site.get("/api/v2/instance").json()["registrations"]["enabled"] is False
    assert "2099-01-31" in perdure("shutdown", "--status").out
    assert "after the announced last day" in perdure.fails("shutdown", "--destroy-keys")
    assert perdure("shutdown", "--cancel").status == 0
    assert site.get("/api/v2/instance").json()["registrations"]["enabled"] is True
    assert "no end" in perdure.fails("shutdown", "--cancel")


def test_keys_are_destroyed_after_the_day_by_the_sites_name_only_and_the_last_word_stays(site: Site) -> None:
    alice = person(site, "alice")
    say(site, alice, "mine")
    key = site.get("/.well-known/perdure").json()["keys"][0]["public_key"]
    announce(site)

    async def destroy(name: str) -> list[str]:
        return ending.destroy_keys(site.rt, name)

    with pytest.raises(Conflict):
        site.run(destroy, "perdure.test")
    site.clock.advance(days=101)
    with pytest.raises(Invalid, match="nothing was destroyed"):
        site.run(destroy, "other.test")
    assert "secrets/site.key" in site.run(destroy, "perdure.test")
    data = (site.rt.settings.data / ending.STATEMENT).read_bytes()
    last = signing.verify("site-end", data, {key}, "the statement").document
    assert (last["host"], last["successors"]) == ("perdure.test", list(WHERE))
    assert not (site.rt.settings.data / "secrets" / "site.key").exists()
    with pytest.raises(Conflict):
        site.run(site.rt.db.write, "shutdown.cancel", ending.cancel_in)


def test_keys_of_the_ledger_are_destroyed_too_after_a_last_root_and_the_ledger_still_holds(site: Site) -> None:
    announce(site)
    site.run(roots.close_now, site.rt)
    key = site.read(roots.signing_keys_in)[0]
    site.clock.advance(days=101)
    site.write(lambda tx: tx.run(sql("DELETE FROM _log")))

    async def destroy() -> list[str]:
        return ending.destroy_keys(site.rt, "perdure.test")

    told = site.run(destroy)
    assert "1 keys of the ledger" in told
    assert told[-1] == "what the database's files still had of them"
    assert site.run(destroy)[-2] == "0 keys of the ledger"
    assert site.read(roots.signing_keys_in) == []
    files = [one for one in site.rt.settings.data.rglob("*") if one.is_file()]
    assert not any(key.secret.encode() in one.read_bytes() for one in files)
    entries, fault = site.read(audit.verify_in)
    assert (entries > 4, fault) == (True, None)
    last = site.read(roots.newest_in, 2**62, 1)[0][0]
    document = msgspec.json.decode((site.rt.settings.data / ending.STATEMENT).read_bytes())["document"]
    assert document["ledger"] == {"root": last.n, "digest": roots.digest_of(last.statement)}
    site.clock.advance(days=2)
    site.run(roots.close_day, site.rt)
    assert site.read(roots.newest_in, 2**62, 1)[0][0].n == last.n


def test_a_key_of_the_ledger_that_somebody_else_takes_away_is_noticed(site: Site) -> None:
    announce(site)
    site.run(roots.close_now, site.rt)
    for refused in (
        "UPDATE audit_key SET secret = 'ab'",
        "UPDATE audit_key SET secret = '', made_at = 1",
        "DELETE FROM audit_key",
    ):
        with pytest.raises((sqlite3.IntegrityError, psycopg.errors.RaiseException)):
            site.write(lambda tx, text=refused: tx.run(sql(text)))
    site.write(lambda tx: tx.run(sql("UPDATE audit_key SET secret = ''")))
    _entries, fault = site.read(audit.verify_in)
    assert fault is not None
    assert "taken away" in str(fault)


def test_the_lifeboat_says_how_things_stand_and_can_be_checked_with_the_key_alone(site: Site) -> None:
    announce(site)
    key = site.get("/.well-known/perdure").json()["keys"][0]["public_key"]
    page = site.get("/lifeboat", headers={"Host": "second.example"})
    assert page.status_code == 200
    assert "The site closes." in page.text
    assert "Le site ferme." in page.text
    assert "<script" not in page.text
    style = re.findall(r"<style>(.*?)</style>", page.text)[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in page.headers["Content-Security-Policy"]
    signed = signing.verify("lifeboat", site.get("/lifeboat/lifeboat.sig.json").content, {key}, "it").document
    assert signed["files"]["index.html"] == hashlib.sha256(page.content).hexdigest()
    facts = site.get("/lifeboat/lifeboat.json")
    assert signed["files"]["lifeboat.json"] == hashlib.sha256(facts.content).hexdigest()
    assert (facts.json()["state"], facts.json()["successors"], facts.json()["at"]) == ("ending", list(WHERE), NOW)
    assert site.get("/lifeboat/other.txt").status_code == 404


def test_the_lifeboat_is_written_for_another_host(perdure: Command, site: Site, tmp_path: Path) -> None:
    assert perdure("lifeboat", "write", tmp_path / "boat").status == 0
    assert sorted(one.name for one in (tmp_path / "boat").iterdir()) == [
        "index.html",
        "lifeboat.json",
        "lifeboat.sig.json",
    ]
    key = site.get("/.well-known/perdure").json()["keys"][0]["public_key"]
    signing.verify("lifeboat", (tmp_path / "boat" / "lifeboat.sig.json").read_bytes(), {key}, "it")


def test_a_profile_links_to_where_its_member_is_and_leads_there_once_the_site_has_ended(site: Site) -> None:
    alice = signed_in(site, "alice")
    there = "https://next.example/@alice"
    for wrong in (
        "",
        "http://next.example/",
        "https://perdure.test/@alice",
        "javascript:alert(1)",
        "https://a:b@next.example/",
    ):
        assert "That was not accepted" in site.post("/settings/move/away", data={"address": wrong}).text, wrong
    announce(site)
    site.clock.advance(days=101)
    site.run(ending.keep_up, site.rt)
    browse_as(site, alice)
    assert site.get("/@alice", follow_redirects=False).status_code == 200
    site.post("/settings/move/away", data={"address": there})
    site.client.cookies.clear()
    led = site.get("/@alice", follow_redirects=False)
    assert (led.status_code, led.headers["location"]) == (302, there)
    assert f'href="{there}"' in site.get("/@alice?stay=1").text
    assert site.get("/@alice/followers").status_code == 200


def test_before_the_end_a_profile_only_links_and_the_word_is_taken_back(site: Site) -> None:
    signed_in(site, "alice")
    site.post("/settings/move/away", data={"address": "https://next.example/@alice"})
    shown = site.get("/@alice?lang=fr")
    assert (shown.status_code, "Maintenant sur" in shown.text, "https://next.example/@alice" in shown.text) == (
        200,
        True,
        True,
    )
    site.post("/settings/move/away", data={"remove": "1"})
    assert "next.example" not in site.get("/@alice").text
