import json
import re

import pytest

from perdure.accounts import service as accounts
from perdure.kernel.clock import ManualClock
from perdure.kernel.settings import Settings
from tests.command import Command
from tests.site import NOW, open_site, rows


def created(perdure: Command, name: str, *more: str) -> str:
    done = perdure("accounts", "create", name, "--email", f"{name}@x.test", *more)
    assert done.status == 0, done
    return re.findall(r"New password: (\S+)", done.out)[0]


def test_an_account_made_here_can_be_listed_shown_and_opened(perdure: Command, settings: Settings) -> None:
    password = created(perdure, "anna", "--role", "owner", "--confirmed")
    created(perdure, "ben", "--confirmed")
    listed = perdure("accounts", "list").out
    assert "@anna" in listed
    assert "2 accounts." in listed
    (owner,) = json.loads(perdure("accounts", "list", "--role", "owner", "--json").out)
    assert (owner["username"], owner["state"], owner["second_factor"]) == ("anna", "active", False)
    assert "anna@x.test (confirmed)" in perdure("accounts", "show", "@ANNA").out
    with open_site(settings, ManualClock(NOW)) as site:
        assert site.run(accounts.begin, site.rt, "anna", password, user_agent="t", address="1.1.1.1").session_token


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("create", "b ad", "--email", "a@x.test"), "must contain only letters"),
        (("create", "carol", "--email", "nonsense"), "Email is invalid"),
        (("create", "ANNA", "--email", "other@x.test"), "has already been taken"),
        (("create", "zoe", "--email", "z@x.test", "--role", "owner"), "has an owner already"),
        (("show", "nobody"), "no account called"),
        (("role", "anna", "member"), "owns the site"),
        (("suspend", "anna", "--facts", "x"), "owns the site"),
        (("ban", "anna"), 'say what happened, for the person to read: --facts "…"'),
        (("ban", "anna", "--facts", "x", "--ground", "illegal"), "--law"),
        (("ban", "anna", "--facts", "x", "--policy", "none"), "owns the site"),
        (("restore", "anna"), "not suspended"),
        (("approve", "anna"), "does not wait"),
        (("reject", "anna"), "does not wait"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_changes_nothing(
    perdure: Command, words: tuple[str, ...], why: str
) -> None:
    created(perdure, "anna", "--role", "owner", "--confirmed")
    before = perdure("accounts", "list").out
    assert why in perdure.fails("accounts", *words)
    assert perdure("accounts", "list").out == before


def test_a_site_is_handed_over_and_has_one_owner(perdure: Command) -> None:
    created(perdure, "anna", "--role", "owner", "--confirmed")
    created(perdure, "ben", "--confirmed")
    assert perdure("accounts", "role", "ben", "owner").out == "@ben is now owner.\n"
    roles = {one["username"]: one["role"] for one in json.loads(perdure("accounts", "list", "--json").out)}
    assert roles == {"anna": "admin", "ben": "owner"}
    assert "unbroken" in perdure("audit", "verify").out


def test_a_reset_password_ends_sessions_and_apps(perdure: Command, settings: Settings) -> None:
    old = created(perdure, "anna", "--confirmed")
    token = perdure("tokens", "create", "anna", "--scopes", "read").out.strip()
    fresh = re.findall(r"New password: (\S+)", perdure("accounts", "reset-password", "anna").out)[0]
    assert fresh != old
    with open_site(settings, ManualClock(NOW)) as site:
        assert site.get("/api/v1/accounts/verify_credentials", token).status_code == 401


def test_a_suspended_account_is_out_told_why_and_comes_back(perdure: Command, settings: Settings) -> None:
    created(perdure, "ben", "--confirmed")
    token = perdure("tokens", "create", "ben").out.strip()
    given = ("--facts", "He sold watches.", "--policy", "spam", "--days", "3")
    assert perdure("accounts", "suspend", "ben", *given).out.startswith("@ben is suspended until ")
    assert "suspended already" in perdure.fails("accounts", "suspend", "ben", *given)
    with open_site(settings, ManualClock(NOW)) as site:
        (made,) = site.read(rows, "SELECT * FROM decision")
        assert (made.facts, made.decision_account, made.decision_ground) == (
            "He sold watches.", "SUSPENDED", "incompatible",
        )  # fmt: skip
        assert (made.actor_id, made.automated_decision, made.explanation != "") == (None, "not", True)
        assert len(site.read(rows, "SELECT decision_id FROM strike")) == 1
        assert len(site.read(rows, "SELECT id FROM notice_out WHERE kind = 'statement'")) == 2
        (entry,) = site.read(rows, "SELECT kind FROM audit_enforcement")
        assert entry.kind == "suspension"
    assert perdure("accounts", "restore", "ben").out == "@ben is active again.\n"
    with open_site(settings, ManualClock(NOW)) as site:
        assert site.get("/api/v1/accounts/verify_credentials", token).status_code == 401
        assert site.get("/api/v1/accounts/lookup?acct=ben").status_code == 200
        actions = [row.action for row in site.read(rows, "SELECT action FROM audit_entry ORDER BY seq")]
        assert site.read(rows, "SELECT decision_id FROM strike WHERE reversed_by IS NULL") == []
    assert [one for one in actions if one.startswith("decision.")] == ["decision.make", "decision.reverse"]
    assert "unbroken" in perdure("audit", "verify").out


def test_a_ban_is_for_good_and_names_the_law_where_it_is_illegal(perdure: Command, settings: Settings) -> None:
    created(perdure, "ben", "--confirmed")
    given = ("--facts", "He sold stolen watches.", "--ground", "illegal", "--law", "Penal code, section 1")
    assert perdure("accounts", "ban", "ben", "--facts", "x", "--policy", "none").status == 2
    assert perdure("accounts", "ban", "ben", *given).out == "@ben is banned.\n"
    with open_site(settings, ManualClock(NOW)) as site:
        (made,) = site.read(rows, "SELECT legal_ground, decision_account, end_account_at FROM decision")
        (account,) = site.read(rows, "SELECT state, banned FROM account WHERE username = 'ben'")
    assert tuple(made) == ("Penal code, section 1", "TERMINATED", None)
    assert (account.state, bool(account.banned)) == ("suspended", True)


def waiting(settings: Settings, *names: str) -> None:
    with open_site(settings, ManualClock(NOW)) as site:
        site.write(accounts.site_in)
        for name in names:
            site.write(
                accounts.create_account_in,
                username=name,
                email=f"{name}@x.test",
                password_hash="",
                state="pending",
                private={"approved": False, "confirmed_at": NOW, "reason": "let me in"},
            )


def test_who_waits_is_let_in_or_turned_away(perdure: Command, settings: Settings) -> None:
    waiting(settings, "dora", "emil")
    assert "waits for approval" in perdure("accounts", "list", "--state", "pending").out
    assert perdure("accounts", "approve", "dora").out == "@dora is let in and active.\n"
    assert perdure("accounts", "reject", "emil").out == "@emil is turned away and erased.\n"
    states = {
        one["username"]: (one["state"], one["email"]) for one in json.loads(perdure("accounts", "list", "--json").out)
    }
    assert states.pop("dora") == ("active", "dora@x.test")
    assert list(states.values()) == [("deleted", "")]
    assert "emil" not in states


def test_an_unconfirmed_account_waits_for_its_mail_or_for_the_operator(perdure: Command) -> None:
    created(perdure, "fred")
    assert "waits for confirmation" in perdure("accounts", "show", "fred").out
    assert perdure("accounts", "confirm", "fred").out == "@fred is confirmed and active.\n"


def test_invites_are_made_listed_and_revoked(perdure: Command, settings: Settings) -> None:
    assert "no owner yet" in perdure.fails("invites", "create")
    created(perdure, "anna", "--role", "owner", "--confirmed")
    address = perdure("invites", "create", "--uses", "3", "--days", "7", "--comment", "for the choir").out.strip()
    code = address.rsplit("/", 1)[1]
    assert "0 of 3" in perdure("invites", "list").out
    assert perdure("invites", "revoke", code).status == 0
    assert json.loads(perdure("invites", "list", "--json").out)[0]["revoked_at"] is not None
    assert "there is no code" in perdure.fails("invites", "revoke", "nonsense")


def test_tokens_are_listed_and_revoked(perdure: Command, settings: Settings) -> None:
    created(perdure, "anna", "--confirmed")
    token = perdure("tokens", "create", "anna", "--scopes", "read").out.strip()
    listed = perdure("tokens", "list", "anna").out
    assert token not in listed
    number = re.findall(r"^\d+", listed, re.MULTILINE)[0]
    assert "has no token 1" in perdure.fails("tokens", "revoke", "anna", "1")
    assert perdure("tokens", "revoke", "anna", number).status == 0
    with open_site(settings, ManualClock(NOW)) as site:
        assert site.get("/api/v1/accounts/verify_credentials", token).status_code == 401
