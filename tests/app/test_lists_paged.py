"""Every list that pages, walked to its end and back (api.md §3.2)."""

from collections.abc import Callable
from typing import Any

import pytest

from perdure.graph import service as graph
from tests.app.people import Person, person
from tests.app.test_posts import say
from tests.site import Site

Fill = Callable[[Site, Person, list[Person]], str]


def follows(site: Site, who: Person, others: list[Person]) -> None:
    for other in others:
        site.post(f"/api/v1/accounts/{other.id}/follow", who.token)


def each(verb: str, path: str) -> Fill:
    def fill(site: Site, alice: Person, others: list[Person]) -> str:
        for other in others:
            assert site.post(f"/api/v1/accounts/{other.id}/{verb}", alice.token).status_code == 200
        return path

    return fill


def posts_of_others(path: str) -> Fill:
    def fill(site: Site, alice: Person, others: list[Person]) -> str:
        follows(site, alice, others)
        for other in others:
            say(site, other, "hello #garden")
        site.work()
        return path

    return fill


def marked(verb: str, path: str) -> Fill:
    def fill(site: Site, alice: Person, others: list[Person]) -> str:
        for other in others:
            site.post(f"/api/v1/statuses/{say(site, other)['id']}/{verb}", alice.token)
        return path

    return fill


def liked_by(verb: str, path: str) -> Fill:
    def fill(site: Site, alice: Person, others: list[Person]) -> str:
        post = say(site, alice)["id"]
        for other in others:
            site.post(f"/api/v1/statuses/{post}/{verb}", other.token)
        return f"statuses/{post}/{path}"

    return fill


def a_list(timeline: bool) -> Fill:
    def fill(site: Site, alice: Person, others: list[Person]) -> str:
        follows(site, alice, others)
        made = site.post("/api/v1/lists", alice.token, json={"title": "l"}).json()["id"]
        for other in others:
            site.post(f"/api/v1/lists/{made}/accounts", alice.token, json={"account_ids": [str(other.id)]})
            say(site, other)
        return f"timelines/list/{made}" if timeline else f"lists/{made}/accounts"

    return fill


def own_posts(site: Site, alice: Person, others: list[Person]) -> str:
    for _ in others:
        say(site, alice)
    return f"accounts/{alice.id}/statuses"


def followers(site: Site, alice: Person, others: list[Person]) -> str:
    for other in others:
        site.write(graph.follow_in, other.id, alice.id)
    return f"accounts/{alice.id}/followers"


def following(site: Site, alice: Person, others: list[Person]) -> str:
    follows(site, alice, others)
    return f"accounts/{alice.id}/following"


def requests(site: Site, alice: Person, others: list[Person]) -> str:
    site.patch("/api/v1/accounts/update_credentials", alice.token, json={"locked": True})
    for other in others:
        site.write(graph.follow_in, other.id, alice.id)
    return "follow_requests"


def tags(site: Site, alice: Person, others: list[Person]) -> str:
    for other in others:
        site.post(f"/api/v1/tags/{other.name}/follow", alice.token)
    return "followed_tags"


def domains(site: Site, alice: Person, others: list[Person]) -> str:
    for other in others:
        site.post("/api/v1/domain_blocks", alice.token, json={"domain": f"{other.name}.example"})
    return "domain_blocks"


def notices(site: Site, alice: Person, others: list[Person]) -> str:
    for other in others:
        say(site, other, "hi @alice")
    site.work()
    return "notifications"


def letters(site: Site, alice: Person, others: list[Person]) -> str:
    follows(site, alice, others)
    for other in others:
        say(site, other, "@alice psst", visibility="direct")
    site.work()
    return "conversations"


def later(site: Site, alice: Person, others: list[Person]) -> str:
    for number, _ in enumerate(others):
        body = {"status": "soon", "scheduled_at": f"2030-01-0{number + 1}T00:00:00Z"}
        site.post("/api/v1/statuses", alice.token, json=body)
    return "scheduled_statuses"


def strangers(site: Site, alice: Person, others: list[Person]) -> str:
    site.patch("/api/v2/notifications/policy", alice.token, json={"for_not_following": "filter"})
    for other in others:
        say(site, other, "hi @alice")
    site.work()
    return "notifications/requests"


def staff_list(site: Site, alice: Person, others: list[Person]) -> str:
    return "admin/accounts?permissions=&username=other"


LISTS: list[Any] = [
    pytest.param(posts_of_others("timelines/home"), id="home"),
    pytest.param(posts_of_others("timelines/public"), id="public"),
    pytest.param(posts_of_others("timelines/tag/garden"), id="tag"),
    pytest.param(a_list(timeline=True), id="list"),
    pytest.param(a_list(timeline=False), id="list-members"),
    pytest.param(own_posts, id="account"),
    pytest.param(marked("bookmark", "bookmarks"), id="bookmarks"),
    pytest.param(marked("favourite", "favourites"), id="favourites"),
    pytest.param(liked_by("reblog", "reblogged_by"), id="reblogged_by"),
    pytest.param(liked_by("favourite", "favourited_by"), id="favourited_by"),
    pytest.param(each("block", "blocks"), id="blocks"),
    pytest.param(each("mute", "mutes"), id="mutes"),
    pytest.param(followers, id="followers"),
    pytest.param(following, id="following"),
    pytest.param(requests, id="follow_requests"),
    pytest.param(tags, id="followed_tags"),
    pytest.param(domains, id="domain_blocks"),
    pytest.param(notices, id="notifications"),
    pytest.param(letters, id="conversations"),
    pytest.param(later, id="scheduled_statuses"),
    pytest.param(strangers, id="notification-requests"),
    pytest.param(staff_list, id="admin-accounts"),
]


def names_of(items: list[Any]) -> list[str]:
    return [item if isinstance(item, str) else str(item.get("id") or item["name"]) for item in items]


@pytest.mark.parametrize("fill", LISTS)
def test_a_list_is_walked_to_its_end_and_back_by_its_link_header(site: Site, fill: Fill) -> None:
    alice = person(site, "alice", role="admin")
    others = [person(site, f"other{number}") for number in range(3)]
    path = f"/api/v1/{fill(site, alice, others)}"
    whole = site.get(path, alice.token)
    expected = names_of(whole.json())
    assert len(expected) == 3, whole.text
    assert 'rel="next"' not in whole.headers.get("Link", "")
    seen: list[str] = []
    joined = f"{path}{'&' if '?' in path else '?'}limit=1"
    answer = site.get(joined, alice.token)
    pages = [answer]
    while "next" in answer.links:
        assert answer.headers["Link"].index('rel="next"') < answer.headers["Link"].index('rel="prev"')
        assert answer.links["next"]["url"].startswith("http://perdure.test/api/")
        assert "limit=1" in answer.links["next"]["url"]
        answer = site.get(answer.links["next"]["url"], alice.token)
        pages.append(answer)
    for page in pages:
        seen += names_of(page.json())
    assert seen == expected
    assert pages[-1].json() == []
    assert "Link" not in pages[-1].headers
    back = site.get(pages[2].links["prev"]["url"], alice.token)
    assert names_of(back.json()) == [expected[1]]
    top = site.get(pages[0].links["prev"]["url"], alice.token)
    assert (top.json(), "Link" in top.headers) == ([], False)


@pytest.mark.parametrize("fill", LISTS[:8])
def test_a_limit_out_of_range_is_clamped_and_a_page_above_since_id_is_the_newest(site: Site, fill: Fill) -> None:
    alice = person(site, "alice", role="admin")
    others = [person(site, f"other{number}") for number in range(3)]
    path = f"/api/v1/{fill(site, alice, others)}"
    expected = names_of(site.get(path, alice.token).json())
    assert names_of(site.get(f"{path}?limit=100000", alice.token).json()) == expected
    assert names_of(site.get(f"{path}?limit=-5", alice.token).json()) == expected[:1]
    pages = site.get(f"{path}?limit=1", alice.token)
    second = site.get(pages.links["next"]["url"], alice.token)
    third = site.get(second.links["next"]["url"], alice.token)
    oldest = third.links["prev"]["url"].split("min_id=")[1]
    assert names_of(site.get(f"{path}?since_id={oldest}&limit=1", alice.token).json()) == expected[:1]
    assert names_of(site.get(f"{path}?min_id={oldest}&limit=1", alice.token).json()) == [expected[1]]
    newest = pages.links["prev"]["url"].split("min_id=")[1]
    between = site.get(f"{path}?min_id={oldest}&max_id={newest}", alice.token).json()
    assert names_of(between) == [expected[1]]
