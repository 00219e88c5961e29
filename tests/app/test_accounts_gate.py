import base64
import json
from typing import Any

import pytest

from perdure.accounts import service
from perdure.accounts.model import Site as SiteWords
from perdure.accounts.service import Proof
from perdure.kernel.errors import Invalid, NotFound, RateLimited
from tests.app.humans import solution
from tests.app.people import person
from tests.app.test_accounts_access import actions, link_in, mails, sign_in
from tests.app.test_accounts_api import GOOD, app_token, set_mode, staff
from tests.site import Site, rows


def application(**more: Any) -> service.Application:
    given = {"username": "bob", "email": "bob@people.test", "password": "long enough", "agreement": True}
    return service.Application(**(given | more))


def solved(site: Site, address: str = "192.0.2.1") -> Proof:
    return Proof(solution=solution(site.run(service.new_puzzle, site.rt).challenge), address=address)


def sign_up(site: Site, proof: Proof | None = None, **more: Any) -> int:
    return site.run(service.sign_up, site.rt, application(**more), proof or solved(site))


def test_a_solved_puzzle_lets_a_form_through_once(site: Site) -> None:
    proof = solved(site)
    sign_up(site, proof)
    with pytest.raises(Invalid, match="check against machines"):
        sign_up(site, proof, username="carol", email="carol@people.test")


@pytest.mark.parametrize(
    "change", [{"number": 1}, {"salt": "a?expires=9999999999&"}, {"signature": "0" * 64}, {"number": "x"}]
)
def test_a_forged_solution_is_refused(site: Site, change: dict[str, Any]) -> None:
    given = json.loads(base64.b64decode(solved(site).solution)) | change
    forged = base64.b64encode(json.dumps(given).encode()).decode()
    for wrong in (forged, "nonsense", "e30=", "é", "A" * 5000):
        with pytest.raises(Invalid, match="check against machines"):
            sign_up(site, Proof(solution=wrong, address=wrong[:9]))


def test_a_puzzle_is_good_for_an_hour(site: Site) -> None:
    proof = solved(site)
    site.clock.advance(seconds=3601)
    with pytest.raises(Invalid, match="check against machines"):
        sign_up(site, proof)


def test_without_scripts_patience_counts_three_times_an_hour(site: Site) -> None:
    for place in range(4):
        ticket = site.run(service.new_puzzle, site.rt).ticket
        patient = Proof(ticket=ticket, address="192.0.2.1")
        name = {"username": f"bob{place}", "email": f"bob{place}@people.test"}
        if place == 0:
            with pytest.raises(Invalid, match="wait 20 seconds"):
                sign_up(site, patient, **name)
        site.clock.advance(seconds=20)
        if place < 3:
            sign_up(site, patient, **name)
            continue
        with pytest.raises(RateLimited):
            sign_up(site, patient, **name)


def test_a_patient_form_counts_once_and_a_forged_one_never(site: Site) -> None:
    ticket = site.run(service.new_puzzle, site.rt).ticket
    site.clock.advance(seconds=20)
    sign_up(site, Proof(ticket=ticket, address="192.0.2.1"))
    for wrong in (ticket, f"1.x.{'0' * 64}", "1", ""):
        with pytest.raises(Invalid, match="check against machines"):
            sign_up(site, Proof(ticket=wrong, address="192.0.2.9"), username="carol", email="carol@people.test")


def test_one_network_signs_up_five_people_in_half_an_hour(site: Site) -> None:
    for place in range(6):
        name = {"username": f"bob{place}", "email": f"bob{place}@people.test"}
        proof = solved(site, f"2001:db8::{place}")
        if place < 5:
            sign_up(site, proof, **name)
            continue
        with pytest.raises(RateLimited):
            sign_up(site, proof, **name)
    assert all("2001:db8" not in str(row) for row in site.read(rows, "SELECT * FROM form_use"))


def test_wrong_passwords_from_one_network_are_stopped_whatever_name_they_try(site: Site) -> None:
    person(site, "alice", password="correct horse")
    for place in range(60):
        assert sign_in(site, f"nobody{place}", "wrong").status_code == 422
    assert sign_in(site, "alice", "correct horse").status_code == 429
    site.clock.advance(seconds=601)
    assert sign_in(site, "alice", "correct horse").status_code == 302


def test_whoever_signed_up_on_a_page_confirms_without_another_puzzle(site: Site) -> None:
    sign_up(site)
    secret = link_in(mails(site)[0]).rpartition("=")[2]
    assert site.post("/auth/confirmation", data={"confirmation_token": secret}).status_code == 200


def test_a_rejected_sign_up_is_told_remembered_and_its_name_is_free(site: Site) -> None:
    owner = set_mode(site, "approval")
    bob_id = sign_up(site)
    site.run(service.confirm, site.rt, link_in(mails(site)[0]).rpartition("=")[2], Proof())
    site.run(service.reject, site.rt, staff(owner), bob_id, "We know nobody of this name.")
    (told,) = [mail for mail in mails(site) if "request to join" in mail["Subject"]]
    assert "We know nobody of this name." in told.get_content()
    assert "bob@people.test" not in str(site.read(rows, "SELECT * FROM rejected_sign_up"))
    with pytest.raises(NotFound):
        site.run(service.reject, site.rt, staff(owner), bob_id)
    site.run(service.change_site, site.rt, staff(owner), SiteWords(registrations="open"))
    again = sign_up(site, email="b.o.b+2@people.test".replace("b.o.b", "bob"))
    (waiting,) = site.run(service.waiting_list, site.rt, staff(owner))
    assert (waiting.account_id, waiting.rejected_before_at) == (again, site.clock.now_ms())
    site.run(service.approve, site.rt, staff(owner), again)
    assert site.run(service.waiting_list, site.rt, staff(owner)) == []
    assert [one for one in actions(site) if one.startswith("account")] == ["account.approve", "account.reject"]


def test_a_sign_up_that_nobody_confirms_is_forgotten_after_a_week(site: Site) -> None:
    bob_id = sign_up(site)
    site.clock.advance(seconds=6 * 86_400)
    site.run_jobs()
    assert site.read(service.view_in, bob_id).state == "pending"
    site.clock.advance(seconds=2 * 86_400)
    site.run_jobs()
    assert site.read(service.view_in, bob_id).state == "deleted"
    sign_up(site)


def test_whoever_comes_in_by_an_invite_follows_who_made_it_if_it_says_so(site: Site) -> None:
    owner = set_mode(site, "invite")
    alice = person(site, "alice")
    invite = site.run(
        service.create_invite, site.rt, staff(alice, "member"), service.NewInvite(max_uses=2, autofollow=True)
    )
    bob_id = sign_up(site, invite_code=invite.code)
    site.run(service.confirm, site.rt, link_in(mails(site)[0]).rpartition("=")[2], Proof())
    site.work()
    followers = site.get(f"/api/v1/accounts/{alice.id}/followers").json()
    assert [one["id"] for one in followers] == [str(bob_id)]
    assert site.run(service.all_invites, site.rt, staff(owner))[0][1] == "alice"
    site.run(service.revoke_any_invite, site.rt, staff(owner), invite.id)
    with pytest.raises(Invalid, match="Invite code is invalid"):
        sign_up(site, username="carol", email="carol@people.test", invite_code=invite.code)


def test_an_invite_ends_with_its_time_and_members_invite_where_the_site_lets_them(site: Site) -> None:
    owner = set_mode(site, "invite")
    alice = person(site, "alice")
    invite = site.run(service.create_invite, site.rt, staff(alice, "member"), service.NewInvite(expires_in_s=60))
    assert site.run(service.invite_of_code, site.rt, invite.code)[1] == "alice"
    site.clock.advance(seconds=61)
    with pytest.raises(NotFound):
        site.run(service.invite_of_code, site.rt, invite.code)
    site.run(service.change_site, site.rt, staff(owner), SiteWords(registrations="invite", members_invite=False))
    assert not site.read(service.may_invite_in, alice.id)
    assert site.read(service.may_invite_in, owner.id)


def test_addresses_at_refused_mail_domains_and_reserved_names_are_not_taken(site: Site) -> None:
    set_mode(site, "open", blocked_mail_domains=("people.test",), reserved_names=("Bob",))
    answer = site.post("/api/v1/accounts", app_token(site), data=GOOD | {"email": "x@mail.People.test"}).json()
    assert answer["details"]["email"][0]["error"] == "ERR_BLOCKED"
    assert answer["details"]["username"][0]["error"] == "ERR_RESERVED"


def test_a_name_that_was_left_stays_its_owner_s_and_is_changed_once_in_thirty_days(site: Site) -> None:
    alice = person(site, "alice", password="correct horse")
    bob = person(site, "bob", password="correct horse")
    site.run(service.change_name, site.rt, alice.id, "correct horse", "alicia")
    found = site.read(service.renamed_in, "ALICE")
    assert found is not None
    assert found.id == alice.id
    with pytest.raises(Invalid, match="Username has already been taken"):
        site.run(service.change_name, site.rt, bob.id, "correct horse", "alice")
    with pytest.raises(Invalid, match="once in 30 days"):
        site.run(service.change_name, site.rt, alice.id, "correct horse", "alice")
    site.clock.advance(seconds=30 * 86_400)
    site.run(service.change_name, site.rt, alice.id, "correct horse", "alice")
    assert site.read(service.renamed_in, "alice") is None
    assert site.get("/api/v1/accounts/lookup?acct=alice").json()["id"] == str(alice.id)


def test_an_account_that_waits_is_nobody_to_the_pages(site: Site) -> None:
    sign_up(site)
    assert sign_in(site, "bob", "long enough").status_code == 302
    assert (
        site.post("/posts", data={"status": "spam"}, follow_redirects=False)
        .headers["location"]
        .startswith("/auth/sign_in")
    )
