import pytest

from perdure.accounts import service as accounts
from perdure.accounts.model import Emoji
from perdure.kernel.errors import Invalid
from tests.app.people import person
from tests.app.test_posts import say
from tests.site import Site

PARROT = {
    "shortcode": "parrot",
    "url": "http://perdure.test/media/ab/parrot.png",
    "static_url": "http://perdure.test/media/ab/parrot.png",
    "visible_in_picker": True,
    "category": "birds",
}


def add(site: Site, code: str = "parrot", *, listed: bool = True) -> None:
    site.write(accounts.add_emoji_in, Emoji(code, f"ab/{code}.png", "birds", listed))


def test_the_sites_own_emoji_are_listed_but_the_unlisted_ones(site: Site) -> None:
    assert site.get("/api/v1/custom_emojis").json() == []
    add(site)
    add(site, "secret_owl", listed=False)
    assert site.get("/api/v1/custom_emojis").json() == [PARROT]


def test_a_post_keeps_the_codes_in_its_text_and_lists_their_pictures(site: Site) -> None:
    add(site)
    alice = person(site, "alice")
    post = say(site, alice, "a :parrot: flies :nobody:", spoiler_text=":parrot: ahead")
    assert post["content"] == "<p>a :parrot: flies :nobody:</p>"
    assert post["emojis"] == [PARROT]


@pytest.mark.parametrize("text", ["a:parrot:b", "::parrot::", "1:parrot:", ":parrot :", "plain"])
def test_colons_that_name_no_emoji_list_none(site: Site, text: str) -> None:
    add(site)
    assert say(site, person(site, "alice"), text)["emojis"] == []


def test_a_polls_answers_may_name_emoji(site: Site) -> None:
    add(site)
    alice = person(site, "alice")
    post = say(site, alice, "which?", poll={"options": [":parrot:", "owl"], "expires_in": 600})
    assert post["poll"]["emojis"] == [PARROT]
    assert post["emojis"] == [PARROT]
    assert site.get(f"/api/v1/polls/{post['poll']['id']}", alice.token).json()["emojis"] == [PARROT]


def test_a_profile_lists_the_emoji_of_its_name_text_and_fields(site: Site) -> None:
    add(site)
    alice = person(site, "alice", display_name="Alice :parrot:")
    assert site.get(f"/api/v1/accounts/{alice.id}").json()["emojis"] == [PARROT]
    assert say(site, alice)["account"]["emojis"] == [PARROT]


def test_a_code_is_unique_and_made_of_letters_digits_and_underscores(site: Site) -> None:
    add(site)
    with pytest.raises(Invalid, match="Shortcode has already been taken"):
        add(site)
    with pytest.raises(Invalid, match="at least two letters"):
        add(site, "p-q")


def test_posts_and_profiles_that_named_an_emoji_before_it_came_show_it_and_forget_it_when_it_goes(site: Site) -> None:
    alice = person(site, "alice", note="I like :parrot:")
    post = say(site, alice, "a :parrot:")["id"]
    poll = say(site, alice, "?", poll={"options": [":parrot:", "owl"], "expires_in": 600})["id"]

    def shown() -> list[list[dict[str, object]]]:
        paths = (f"statuses/{post}", f"statuses/{poll}", f"accounts/{alice.id}")
        found = [site.get(f"/api/v1/{path}", alice.token).json() for path in paths]
        return [*(one["emojis"] for one in found), found[0]["account"]["emojis"]]

    assert shown() == [[], [], [], []]
    add(site)
    site.work()
    assert shown() == [[PARROT]] * 4
    site.write(accounts.remove_emoji_in, "parrot")
    site.work()
    assert shown() == [[], [], [], []]
