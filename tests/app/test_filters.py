from typing import Any

import pytest

from perdure.graph.rules import occurs
from tests.app.people import Person, person
from tests.app.test_posts import say
from tests.site import Site


def make(site: Site, who: Person, *words: str, **more: Any) -> dict:
    body = {"title": "t", "context": ["home"], "keywords_attributes": [{"keyword": word} for word in words], **more}
    answer = site.post("/api/v2/filters", who.token, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def filtered(site: Site, who: Person, post: dict) -> list[dict]:
    return site.get(f"/api/v1/statuses/{post['id']}", who.token).json()["filtered"]


@pytest.mark.parametrize(
    ("keyword", "text", "whole", "expected"),
    [
        ("cat", "a Cat!", True, True),
        ("cat", "concatenate", True, False),
        ("cat", "concatenate", False, True),
        (":)", "fine:)x", True, True),
        ("été", "L'ÉTÉ dernier", True, True),
        ("#cat", "x#cat", True, True),
        ("two words", "two\nWords", True, True),
        ("cat_", "cat_s", True, False),
        ("a.c", "abc", False, False),
    ],
)
def test_a_phrase_edge_is_a_word_edge_only_at_a_word_character(
    keyword: str, text: str, whole: bool, expected: bool
) -> None:
    assert occurs(keyword, text, whole_word=whole) is expected


def test_a_filter_is_made_shown_changed_and_deleted(site: Site) -> None:
    alice = person(site, "alice")
    form = {"title": "noise", "context[]": ["public", "home"], "filter_action": "hide", "expires_in": "3600"}
    body = [*((k, v) for k, vs in form.items() for v in ([vs] if isinstance(vs, str) else vs))]
    body += [("keywords_attributes[][keyword]", "a"), ("keywords_attributes[][whole_word]", "false")]
    body += [("keywords_attributes[][keyword]", "b")]
    content = "&".join(f"{k}={v}" for k, v in body)
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    made = site.post("/api/v2/filters", alice.token, content=content, headers=kind).json()
    assert (made["title"], made["context"], made["filter_action"]) == ("noise", ["home", "public"], "hide")
    assert made["expires_at"] is not None
    assert [(one["keyword"], one["whole_word"]) for one in made["keywords"]] == [("a", False), ("b", True)]
    path = f"/api/v2/filters/{made['id']}"
    first, second = (one["id"] for one in made["keywords"])
    changes = [{"id": first, "keyword": "z"}, {"id": second, "_destroy": True}, {"keyword": "new"}]
    changed = site.put(path, alice.token, json={"title": "u", "expires_in": "", "keywords_attributes": changes}).json()
    assert (changed["title"], changed["expires_at"], changed["filter_action"]) == ("u", None, "hide")
    assert [(one["keyword"], one["whole_word"]) for one in changed["keywords"]] == [("z", False), ("new", True)]
    assert site.get(path, alice.token).json() == changed
    assert site.get("/api/v2/filters", alice.token).json() == [changed]
    assert site.delete(path, alice.token).json() == {}
    assert site.get("/api/v2/filters", alice.token).json() == []


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"title": "", "context": ["home"]}, "Validation failed: Title can't be blank"),
        ({"title": "x"}, "Validation failed: Context None or invalid context supplied"),
        ({"title": "x", "context": ["moon"]}, "Validation failed: Context None or invalid context supplied"),
        ({"title": "x", "context": ["home"], "filter_action": "eat"}, "'eat' is not a valid filter_action"),
        (
            {"title": "x", "context": ["home"], "keywords_attributes": [{"keyword": " "}]},
            "Validation failed: Keyword can't be blank",
        ),
    ],
)
def test_a_filter_that_cannot_be_is_refused_and_nothing_is_kept(site: Site, body: dict, error: str) -> None:
    alice = person(site, "alice")
    answer = site.post("/api/v2/filters", alice.token, json=body)
    assert (answer.status_code, answer.json()["error"]) == (422, error)
    assert site.get("/api/v2/filters", alice.token).json() == []


def test_nobody_reaches_the_filters_of_others(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    made = make(site, alice, "a")
    keyword = made["keywords"][0]["id"]
    for path in (f"/api/v2/filters/{made['id']}", f"/api/v2/filters/keywords/{keyword}", f"/api/v1/filters/{keyword}"):
        for method in ("GET", "PUT", "DELETE"):
            assert site.request(method, path, bob.token, json={"title": "x"}).status_code == 404
    body = {"keywords_attributes": [{"id": keyword, "keyword": "stolen"}]}
    own = make(site, bob, "b")
    assert site.put(f"/api/v2/filters/{own['id']}", bob.token, json=body).status_code == 404
    assert site.get(f"/api/v2/filters/keywords/{keyword}", alice.token).json()["keyword"] == "a"


def test_the_server_names_what_matched_but_not_for_ones_own_posts_or_guests(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    made = make(site, bob, "apples", "pears", filter_action="warn")
    post = say(site, alice, "No Apples", spoiler_text="fruit")
    (hit,) = filtered(site, bob, post)
    assert hit["keyword_matches"] == ["apples"]
    assert hit["status_matches"] is None
    assert (hit["filter"]["id"], hit["filter"]["filter_action"]) == (made["id"], "warn")
    assert filtered(site, alice, post) == []
    assert filtered(site, bob, say(site, bob, "apples")) == []
    assert "filtered" not in site.get(f"/api/v1/statuses/{post['id']}").json()


def test_an_echo_is_filtered_by_its_original_and_an_edit_counts_at_once(site: Site) -> None:
    alice, bob, carol = person(site, "alice"), person(site, "bob"), person(site, "carol")
    make(site, bob, "apples")
    post = say(site, alice, "apples")
    echo = site.post(f"/api/v1/statuses/{post['id']}/reblog", carol.token).json()
    assert len(filtered(site, bob, echo)) == 1
    site.put(f"/api/v1/statuses/{post['id']}", alice.token, json={"status": "plums"})
    assert filtered(site, bob, post) == []


def test_an_expired_filter_stays_listed_but_does_nothing(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    make(site, bob, "apples", expires_in=60)
    post = say(site, alice, "apples")
    assert len(filtered(site, bob, post)) == 1
    site.clock.advance(seconds=61)
    assert filtered(site, bob, post) == []
    assert len(site.get("/api/v2/filters", bob.token).json()) == 1


def test_hide_drops_posts_from_home_and_notifications_only_where_the_filter_says_so(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    site.post(f"/api/v1/accounts/{alice.id}/follow", bob.token)
    site.work()
    say(site, alice, "@bob apples")
    site.work()

    def seen() -> tuple[int, int, int]:
        home = site.get("/api/v1/timelines/home", bob.token).json()
        told = site.get("/api/v1/notifications?types[]=mention", bob.token).json()
        return len(home), len(told), len(site.get("/api/v1/timelines/public", bob.token).json())

    made = make(site, bob, "apples", filter_action="hide", context=["home", "public"])
    assert seen() == (0, 1, 1)
    site.put(f"/api/v2/filters/{made['id']}", bob.token, json={"context": ["notifications"]})
    assert seen() == (1, 0, 1)
    site.put(f"/api/v2/filters/{made['id']}", bob.token, json={"filter_action": "warn", "context": ["home"]})
    assert seen() == (1, 1, 1)


def test_single_posts_are_filtered_by_id_if_one_may_see_them(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    made, post = make(site, bob), say(site, alice, "x")
    hidden = say(site, alice, "y", visibility="private")
    path = f"/api/v2/filters/{made['id']}/statuses"
    assert site.post(path, bob.token, json={"status_id": hidden["id"]}).status_code == 404
    named = site.post(path, bob.token, json={"status_id": post["id"]}).json()
    assert named["status_id"] == post["id"]
    assert site.get(path, bob.token).json() == [named]
    assert filtered(site, bob, post)[0]["status_matches"] == [post["id"]]
    assert site.get(f"/api/v2/filters/statuses/{named['id']}", bob.token).json() == named
    assert site.delete(f"/api/v2/filters/statuses/{named['id']}", bob.token).json() == {}
    assert filtered(site, bob, post) == []


def test_keywords_are_added_changed_and_taken_out_by_themselves(site: Site) -> None:
    alice = person(site, "alice")
    made = make(site, alice)
    path = f"/api/v2/filters/{made['id']}/keywords"
    keyword = site.post(path, alice.token, json={"keyword": "a", "whole_word": False}).json()
    assert site.get(path, alice.token).json() == [keyword]
    one = f"/api/v2/filters/keywords/{keyword['id']}"
    assert site.put(one, alice.token, json={"keyword": "b"}).json() == {**keyword, "keyword": "b"}
    assert site.delete(one, alice.token).json() == {}
    assert site.get(one, alice.token).status_code == 404


def test_version_1_is_a_view_of_the_same_rows_under_the_ids_of_the_phrases(site: Site) -> None:
    alice = person(site, "alice")
    body = {"phrase": "apples", "context": ["home"], "irreversible": True, "whole_word": True, "expires_in": 60}
    made = site.post("/api/v1/filters", alice.token, json=body).json()
    assert (made["phrase"], made["irreversible"], made["whole_word"]) == ("apples", True, True)
    (whole,) = site.get("/api/v2/filters", alice.token).json()
    assert (whole["title"], whole["filter_action"], whole["keywords"][0]["id"]) == ("apples", "hide", made["id"])
    path = f"/api/v1/filters/{made['id']}"
    changed = site.put(path, alice.token, json={"phrase": "pears", "context": ["public"], "irreversible": False}).json()
    assert (changed["phrase"], changed["context"], changed["irreversible"]) == ("pears", ["public"], False)
    assert site.get("/api/v1/filters", alice.token).json() == [changed]
    assert site.delete(path, alice.token).json() == {}
    assert site.get("/api/v2/filters", alice.token).json() == []


@pytest.mark.parametrize("path", ["v1/filters", "v2/filters"])
def test_a_filter_for_longer_than_a_century_ends_with_the_century(site: Site, path: str) -> None:
    alice = person(site, "alice")
    body = {"title": "x", "phrase": "x", "context": ["home"], "expires_in": 2**62}
    answer = site.post(f"/api/{path}", alice.token, json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["expires_at"].startswith("2126-")
