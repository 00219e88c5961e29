import pytest

from perdure.accounts import service
from perdure.kernel.errors import Forbidden, Invalid, Unauthorized
from tests.app.people import person
from tests.site import Site


def test_names_match_without_regard_to_case_and_are_unique(site: Site) -> None:
    alice = person(site, "Alice")
    found = site.read(service.find_by_name_in, "aLICE")
    assert found is not None
    assert (found.id, found.username) == (alice.id, "Alice")
    assert site.read(service.ids_by_names_in, ["alice", "nobody"]) == {"alice": alice.id}
    with pytest.raises(Invalid, match="Username has already been taken"):
        person(site, "alicE")


def test_counters_add_up_never_fall_below_zero_and_change_the_version(site: Site) -> None:
    alice = person(site, "alice")
    site.write(service.adjust_counts_in, alice.id, followers=2, statuses=1, last_status_at=5)
    site.write(service.adjust_counts_in, alice.id, followers=-1, following=-1)
    view = site.read(service.view_in, alice.id)
    assert (view.followers_count, view.following_count, view.statuses_count) == (1, 0, 1)
    assert (view.last_status_at, view.version) == (5, 3)


def test_a_token_stands_for_its_person_until_it_is_revoked(site: Site) -> None:
    alice = person(site, "alice", scope="read")
    viewer = site.run(service.viewer_for_token, site.rt, alice.token)
    assert (viewer.account_id, viewer.scopes) == (alice.id, frozenset({"read"}))
    assert viewer.token_id is not None
    site.run(service.revoke_own, site.rt, alice.id, viewer.token_id)
    with pytest.raises(Unauthorized):
        site.run(service.viewer_for_token, site.rt, alice.token)


def test_a_wider_scope_covers_the_narrow_one() -> None:
    assert service.covers({"write"}, "write:statuses")
    assert service.covers({"follow"}, "write:blocks")
    assert service.covers({"admin:read"}, "admin:read:accounts")
    assert not service.covers({"read"}, "write:statuses")
    assert not service.covers({"read:statuses"}, "read")
    assert not service.covers({"read"}, "admin:read")


def test_a_suspended_person_is_refused(site: Site) -> None:
    alice = person(site, "alice")
    site.write(service.change_in, alice.id, state="suspended")
    with pytest.raises(Forbidden, match="Your login is currently disabled"):
        site.run(service.viewer_for_token, site.rt, alice.token)
