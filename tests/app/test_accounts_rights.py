import pyotp
import pytest

from perdure.accounts import service
from perdure.accounts.model import Site as SiteWords
from perdure.kernel.errors import Forbidden, Invalid
from tests.app.people import TOTP_SECRET, person
from tests.app.test_accounts_access import actions
from tests.app.test_accounts_api import staff
from tests.site import Site


def test_staff_without_a_second_factor_uses_no_staff_right(site: Site) -> None:
    owner = person(site, "olga", role="owner", password="correct horse", factor=False, scope="read admin:read")
    bob = person(site, "bob")
    for call, more in (
        (service.change_site, [SiteWords(title="Mine")]),
        (service.change_rules, [[(None, "Be kind", "")]]),
        (service.set_role, [bob.id, "moderator"]),
        (service.suspend, [bob.id]),
        (service.waiting_list, []),
        (service.all_invites, []),
    ):
        with pytest.raises(Forbidden, match="needs a second factor"):
            site.run(call, site.rt, staff(owner), *more)
    refused = site.get("/api/v1/admin/accounts", owner.token)
    assert refused.status_code == 403
    assert "needs a second factor" in refused.json()["error"]
    assert site.get("/api/v1/accounts/verify_credentials", owner.token).status_code == 200
    secret, _uri = service.new_totp(site.rt, "olga")
    code = pyotp.TOTP(secret).at(site.clock.now_ms() // 1000)
    site.run(service.enable_totp, site.rt, owner.id, "correct horse", secret, code)
    assert site.get("/api/v1/admin/accounts", owner.token).status_code == 200
    site.run(service.set_role, site.rt, staff(owner), bob.id, "moderator")


def test_what_a_request_remembers_of_a_role_gives_no_right(site: Site) -> None:
    bob = person(site, "bob")
    with pytest.raises(Forbidden):
        site.run(service.change_site, site.rt, staff(bob, "owner"), SiteWords(title="Mine"))


def test_a_moderator_sees_members_but_not_the_settings(site: Site) -> None:
    moderator = person(site, "mod1", role="moderator", scope="admin:read")
    assert site.get("/api/v1/admin/accounts", moderator.token).status_code == 200
    assert site.get("/api/v1/admin/email_domain_blocks", moderator.token).status_code == 403
    with pytest.raises(Forbidden):
        site.run(service.change_site, site.rt, staff(moderator, "moderator"), SiteWords(title="Mine"))
    with pytest.raises(Forbidden):
        site.run(service.set_role, site.rt, staff(moderator, "moderator"), person(site, "bob").id, "moderator")


def test_staff_keeps_a_second_factor(site: Site) -> None:
    admin = person(site, "boss", role="admin", password="correct horse")
    with pytest.raises(Invalid, match="add another one"):
        site.run(service.disable_totp, site.rt, admin.id, "correct horse")
    assert site.read(service.login_in, admin.id).totp_secret == TOTP_SECRET


def test_the_owner_hands_the_site_over_and_there_is_one_owner(site: Site) -> None:
    owner, bob = person(site, "olga", role="owner", password="correct horse"), person(site, "bob")
    with pytest.raises(Forbidden, match="somebody else the owner"):
        site.run(service.delete, site.rt, owner.id, "correct horse")
    site.run(service.set_role, site.rt, staff(owner), bob.id, "owner")
    assert [site.read(service.view_in, one.id).role for one in (owner, bob)] == ["admin", "owner"]
    assert actions(site)[:2] == ["account.role", "account.role"]
    site.run(service.delete, site.rt, owner.id, "correct horse")


def test_a_role_s_rights_are_told_as_clients_read_them(site: Site) -> None:
    for role, name, bits in (("owner", "Owner", 2**20 - 1), ("moderator", "Moderator", 67356), ("member", "", 65536)):
        someone = person(site, f"a_{role}", role=role)  # type: ignore[arg-type]
        body = site.get("/api/v1/accounts/verify_credentials", someone.token).json()
        assert (body["role"]["name"], body["role"]["permissions"]) == (name, str(bits))
        assert [one["name"] for one in body["roles"]] == ([name] if name else [])
