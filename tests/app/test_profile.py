import pytest

from tests.app.people import person
from tests.app.pictures import picture
from tests.site import Site


def test_one_s_own_profile_is_shown_as_typed_and_unset_pictures_are_null(site: Site) -> None:
    alice = person(site, "alice", note="I & you")
    profile = site.get("/api/v1/profile", alice.token).json()
    assert (profile["id"], profile["note"], profile["avatar"]) == (str(alice.id), "I & you", None)
    assert (profile["show_media"], profile["show_media_replies"], profile["show_featured"]) == (True, True, True)


def test_a_profile_is_changed_in_parts(site: Site) -> None:
    alice = person(site, "alice")
    body = {
        "display_name": "Alice", "show_media": "false", "attribution_domains": ["Blog.example", "blog.example"],
        "fields_attributes": [{"name": "n", "value": "v"}],
    }  # fmt: skip
    profile = site.patch("/api/v1/profile", alice.token, json=body).json()
    assert (profile["display_name"], profile["show_media"], profile["show_featured"]) == ("Alice", False, True)
    assert profile["attribution_domains"] == ["blog.example"]
    assert profile["fields"] == [{"name": "n", "value": "v", "verified_at": None}]
    assert site.get(f"/api/v1/accounts/{alice.id}").json()["show_media"] is False
    sent = site.patch("/api/v1/profile", alice.token, files={"header": ("h.png", picture(), "image/png")}).json()
    assert sent["header"].startswith("http://perdure.test/media/")
    assert site.delete("/api/v1/profile/header", alice.token).json()["header"].endswith("/static/header.svg")


@pytest.mark.parametrize("domains", [["no domain"], [f"{n}.example" for n in range(11)]])
def test_sites_that_may_name_an_author_are_at_most_ten_domains(site: Site, domains: list[str]) -> None:
    alice = person(site, "alice")
    answer = site.patch("/api/v1/profile", alice.token, json={"attribution_domains": domains})
    assert (answer.status_code, list(answer.json()["details"])) == (422, ["attribution_domains"])
