"""Profiles, and what people do with each other in a browser."""

import pytest

from perdure.accounts import service
from perdure.kernel.db import Tx
from tests.app.people import Person, person
from tests.app.test_pages_write import sign_in
from tests.app.test_posts import say
from tests.site import Site


@pytest.fixture
def alice(site: Site) -> Person:
    """The owner, signed in."""
    return sign_in(site, role="owner")


def relation(site: Site, who: Person, other: Person) -> dict[str, object]:
    found: list[dict[str, object]] = site.get(f"/api/v1/accounts/relationships?id={other.id}", who.token).json()
    return found[0]


def test_a_profile_shows_who_somebody_is_and_escapes_every_word(site: Site, alice: Person) -> None:
    person(
        site,
        "bob",
        display_name="<b>Bob</b>",
        note="I <i>build</i> https://boats.test",
        fields_json='[{"name":"Web","value":"https://bob.test","verified_at":1790000000000},{"name":"<u>","value":"<s>"}]',
        followers_count=1_260_000,
    )
    page = site.get("/@bob").text
    assert "&lt;b&gt;Bob&lt;/b&gt;" in page
    assert "I &lt;i&gt;build" in page
    assert '<div class="verified">' in page
    assert "&lt;u&gt;" in page
    assert "1.3M followers" in page


def test_tabs_choose_among_posts_comments_and_media(site: Site, alice: Person) -> None:
    bob = person(site, "bob")
    root = say(site, alice, "root")
    say(site, bob, "a plain post")
    say(site, bob, "a comment", in_reply_to_id=root["id"])
    posts, replies, media = (site.get(f"/@bob{tab}").text for tab in ("", "?tab=replies", "?tab=media"))
    assert ("a plain post" in posts, "a comment" in posts) == (True, False)
    assert ("a plain post" in replies, "a comment" in replies) == (True, True)
    assert ("a plain post" in media, "a comment" in media) == (False, False)


def test_following_and_everything_that_goes_with_it(site: Site, alice: Person) -> None:
    bob = person(site, "bob")
    back = {"return_to": "/@bob"}
    page = site.post(f"/accounts/{bob.id}/follow", data=back)
    assert page.url.path == "/@bob"
    assert "You follow them now." in page.text
    for verb, name, value in (("notify", "notifying", True), ("noechoes", "showing_reblogs", False)):
        site.post(f"/accounts/{bob.id}/{verb}", data=back)
        assert relation(site, alice, bob)[name] is value
    assert f'action="/accounts/{bob.id}/unfollow"' in site.get("/@bob").text
    site.post(f"/accounts/{bob.id}/unfollow", data=back)
    assert relation(site, alice, bob)["following"] is False


def test_a_locked_account_is_asked(site: Site, alice: Person) -> None:
    bob = person(site, "bob", locked=True)
    assert "Ask to follow" in site.get("/@bob").text
    page = site.post(f"/accounts/{bob.id}/follow", data={"return_to": "/@bob"})
    assert "They decide whether you may follow." in page.text
    assert "Requested" in page.text


def test_muting_takes_a_time_and_blocking_is_explained_first(site: Site, alice: Person) -> None:
    bob = person(site, "bob")
    assert "For how long" in site.get("/@bob/mute").text
    page = site.post(f"/accounts/{bob.id}/mute", data={"duration": "3600", "return_to": "/@bob"})
    assert "Muted for 1 hour" in page.text
    assert relation(site, alice, bob)["muting_notifications"] is False
    site.post(f"/accounts/{bob.id}/unmute")
    say(site, bob, "seen no more")
    assert "both follows end" in site.get("/@bob/block").text
    page = site.post(f"/accounts/{bob.id}/block", data={"return_to": "/@bob"})
    assert "You block this account." in page.text
    assert "seen no more" not in page.text


def test_a_follower_can_be_removed(site: Site, alice: Person) -> None:
    bob = person(site, "bob")
    site.post(f"/api/v1/accounts/{alice.id}/follow", bob.token)
    assert "Follows you" in site.get("/@bob").text
    site.post(f"/accounts/{bob.id}/remove", data={"return_to": "/@bob"})
    assert relation(site, alice, bob)["followed_by"] is False


def test_somebody_is_put_on_lists_and_taken_off(site: Site, alice: Person) -> None:
    bob = person(site, "bob")
    site.post(f"/accounts/{bob.id}/follow")
    made = site.post("/api/v1/lists", alice.token, json={"title": "Near <us>"}).json()
    assert "Near &lt;us&gt;" in site.get("/@bob/lists").text
    site.post("/@bob/lists", data={"list": made["id"]})
    ticked = f'name="list" value="{made["id"]}" checked'
    assert ticked in site.get("/@bob/lists").text
    site.post("/@bob/lists", data={})
    assert ticked not in site.get("/@bob/lists").text
    mallory = sign_in(site, "mallory")
    assert site.post("/@bob/lists", data={"list": made["id"]}).status_code == 404
    assert site.get(f"/api/v1/lists/{made['id']}/accounts", mallory.token).status_code == 404


def test_followers_are_listed_unless_the_account_hides_them(site: Site, alice: Person) -> None:
    bob, carol = person(site, "bob", display_name="Bob B."), person(site, "carol", hide_collections=True)
    for followed in (alice, carol):
        site.post(f"/api/v1/accounts/{followed.id}/follow", bob.token)
    assert "Bob B." in site.get("/@alice/followers").text
    assert "@alice" in site.get("/@bob/following").text
    hidden = site.get("/@carol/followers").text
    assert "Bob B." not in hidden
    assert "keeps these people to itself" in hidden


def test_accounts_that_are_gone_have_no_page(site: Site, alice: Person) -> None:
    for state in ("suspended", "deactivated", "deleted", "pending"):
        person(site, state)
        site.write(_set_state_in, state)
        for page in ("", "/followers", "/mute", "/lists"):
            assert site.get(f"/@{state}{page}").status_code == 404


def _set_state_in(tx: Tx, state: str) -> None:
    found = service.find_by_name_in(tx, state)
    assert found
    service.change_in(tx, found.id, state=state)


def test_a_hashtag_is_followed_and_let_go(site: Site, alice: Person) -> None:
    page = site.post("/tags/Gärten/follow")
    assert "You follow this hashtag now." in page.text
    assert site.get("/api/v1/tags/gärten", alice.token).json()["following"] is True
    assert "Following" in page.text
    site.post("/tags/Gärten/unfollow")
    assert site.get("/api/v1/tags/gärten", alice.token).json()["following"] is False
    assert site.post("/tags/x/nonsense").status_code == 404


def test_one_cannot_follow_mute_or_block_oneself_or_nobody(site: Site, alice: Person) -> None:
    assert site.get("/@alice/mute").status_code == 404
    assert site.post(f"/accounts/{alice.id}/block").status_code == 403
    assert site.post("/accounts/1/follow").status_code == 404
    assert site.post(f"/accounts/{alice.id}/nonsense").status_code == 404


def test_a_guest_is_told_what_the_site_is_and_reads_its_public_posts(site: Site, alice: Person) -> None:
    say(site, alice, "for everybody")
    site.client.cookies.clear()
    page = site.get("/").text
    assert "Welcome to Perdure" in page
    assert 'href="/auth/sign_up"' in page
    assert "for everybody" in page
