"""The trend guard: what threatens somebody, has nobody behind it, or waits for a person is not ranked anywhere."""

from typing import Any

import pytest
from bench.menaces import SPELLINGS, names

from perdure.accounts import service as accounts
from perdure.kernel.db import Tx, sql
from perdure.kernel.errors import Conflict, Forbidden, Invalid
from perdure.posts import service as posts
from perdure.signals.service import guard, trends
from tests.app.people import Person, person
from tests.app.test_notifications import publish
from tests.site import Site, rows


def settled(site: Site, count: int = 3, **profile: Any) -> list[Person]:
    """People who have been here for a while."""
    made = [person(site, f"settled{number}", **profile) for number in range(count)]
    site.clock.advance(days=4)
    return made


def tags(site: Site) -> list[str]:
    answer = site.get("/api/v1/trends/tags?limit=20")
    assert answer.status_code == 200, answer.text
    return [one["name"] for one in answer.json()]


def why(site: Site, name: str) -> str:
    return site.read(guard.explain_in, "trends", "tag", [name])[name].reason


def test_a_threat_in_thirty_spellings_is_never_on_trends_however_many_say_it(site: Site) -> None:
    people = settled(site, 6)
    for number, name in enumerate(names(4)):
        for place, spell in enumerate(SPELLINGS):
            author = people[(number + place) % len(people)]
            post_id = publish(site, author, f"{spell(name)} #justice{number}")
            for one in people[:3]:
                site.write(posts.vote_in, one.id, post_id, 1)
    for one in people:
        publish(site, one, "the #garden after the rain")
    site.work()
    assert tags(site) == ["garden"]
    assert site.get("/api/v1/trends/statuses?limit=40").json() == []
    shown = site.get("/explore").text.lower()
    assert "garden" in shown
    assert [name for name in names(4) if name.split()[1].lower() in shown] == []
    assert why(site, "justice1") == "risky"


def test_a_trend_needs_established_people_from_several_groups(site: Site) -> None:
    old = settled(site, 3)
    fresh = [person(site, f"fresh{number}") for number in range(5)]
    for one in (*fresh, old[0]):
        publish(site, one, "#sudden")
    assert (tags(site), why(site, "sudden")) == ([], "people")
    publish(site, old[1], "#sudden")
    assert tags(site) == ["sudden"]


def _invited(tx: Tx, inviter_id: int, account_ids: list[int]) -> None:
    code = accounts.create_invite_in(tx, inviter_id, accounts.NewInvite())
    for account_id in account_ids:
        tx.run(
            sql(
                "UPDATE login SET invite_id = (SELECT id FROM invite WHERE code = :code) WHERE account_id = :account_id"
            ),
            code=code.code,
            account_id=account_id,
        )


def test_those_whom_one_member_invited_are_one_group(site: Site) -> None:
    inviter, *friends = settled(site, 4)
    site.write(_invited, inviter.id, [one.id for one in friends])
    for one in (inviter, *friends):
        publish(site, one, "#ours")
    assert (tags(site), why(site, "ours")) == ([], "clusters")
    publish(site, settled_one(site), "#ours")
    assert tags(site) == ["ours"]


def settled_one(site: Site) -> Person:
    one = person(site, "stranger")
    site.write(lambda tx: tx.run(sql("UPDATE account SET created_at = 0 WHERE id = :account_id"), account_id=one.id))
    return one


def test_who_is_kept_from_strangers_counts_for_nothing_and_is_offered_to_nobody(site: Site) -> None:
    people = settled(site, 3)
    viewer = person(site, "viewer")
    offered = [one["account"]["username"] for one in site.get("/api/v2/suggestions", viewer.token).json()]
    site.write(lambda tx: tx.run(sql("UPDATE account SET limited = :yes, followers_count = 9"), yes=True))
    for one in people:
        publish(site, one, "#limited")
    assert tags(site) == []
    assert offered == []
    assert site.get("/api/v1/directory", viewer.token).json() == []


def test_names_that_threaten_are_not_offered_and_found_by_their_exact_name_only(site: Site) -> None:
    viewer, _ = settled(site, 2)
    person(site, "hangwobbleton", display_name="Some body")
    person(site, "quiet", display_name="Hang Gerald Wobbleton")
    person(site, "hanggliding")
    publish(site, viewer, "#hangwobbleton #hanggliding")
    site.work()

    def search(text: str, kind: str) -> list[str]:
        found = site.get(f"/api/v2/search?q={text}&type={kind}", viewer.token).json()[kind]
        return [one["name" if kind == "hashtags" else "username"] for one in found]

    assert search("hang", "hashtags") == ["hanggliding"]
    assert search("hang", "accounts") == ["hanggliding"]
    assert search("hangwobbleton", "accounts") == ["hangwobbleton"]
    listed = {one["username"] for one in site.get("/api/v1/directory?order=new", viewer.token).json()}
    assert listed == {"settled0", "settled1", "hanggliding"}
    assert "hangwobbleton" not in site.get("/api/v1/featured_tags/suggestions", viewer.token).text


def test_a_risky_trend_waits_for_a_person_and_says_why_to_staff_only(site: Site) -> None:
    people = settled(site, 4)
    staff = person(site, "mod", role="moderator")
    for one in people:
        publish(site, one, 'They shout "Hang Gerald Wobbleton" #debate')
        publish(site, one, "a calm word on #debate")
    site.work()
    site.run_jobs()
    assert tags(site) == []
    found = site.get("/api/v1/admin/trends/tags", staff.token).json()[0]
    assert (found["name"], found["requires_review"], found["perdure"]["reason"]) == ("debate", True, "risky")
    assert site.get("/api/v1/admin/tags", staff.token).json()[0]["name"] == "debate"
    answer = site.post(f"/api/v1/admin/trends/tags/{found['id']}/approve", staff.token)
    assert answer.json()["perdure"] == {"trends": True, "reason": None, "detail": None}
    assert tags(site) == ["debate"]
    site.post(f"/api/v1/admin/trends/tags/{found['id']}/reject", staff.token)
    assert tags(site) == []
    assert [row.action for row in site.read(rows, "SELECT action FROM audit_entry ORDER BY seq")][-2:] == [
        "trend.approve",
        "trend.reject",
    ]
    assert site.get("/api/v1/admin/trends/tags", people[0].token).status_code == 403
    assert site.post(f"/api/v1/admin/trends/tags/{found['id']}/approve", people[0].token).status_code == 403


def test_nobody_can_approve_a_threat(site: Site) -> None:
    people = settled(site, 4)
    staff = person(site, "mod", role="moderator")
    for one in people:
        publish(site, one, "#hangwobbleton")
    site.write(lambda tx: trends.review_in(tx, staff.id, "tag", "hangwobbleton", approved=True))
    assert (tags(site), why(site, "hangwobbleton")) == ([], "pattern")


def test_a_block_by_decision_ends_at_its_time_or_with_the_decision(site: Site) -> None:
    people = settled(site, 3)
    staff = person(site, "mod", role="moderator")
    for one in people:
        publish(site, one, "#garden")
    until = site.clock.now_ms() + 1000
    site.write(trends.trend_block_in, "tag", "garden", 5, until)
    assert (tags(site), why(site, "garden")) == ([], "blocked")
    assert site.get("/api/v2/search?q=gard", people[0].token).json()["hashtags"] == []
    with pytest.raises(Invalid):
        site.write(lambda tx: trends.review_in(tx, staff.id, "tag", "garden", approved=True))
    site.clock.advance(seconds=2)
    assert tags(site) == ["garden"]
    site.write(trends.trend_block_in, "tag", "garden", 6)
    assert tags(site) == []
    assert site.write(trends.trend_unblock_in, 6) == 1
    assert tags(site) == ["garden"]
    with pytest.raises(Invalid):
        site.write(trends.trend_block_in, "weather", "rain", 7)


def test_two_reviewers_cannot_overwrite_each_other(site: Site) -> None:
    staff, member = person(site, "mod", role="moderator"), person(site, "member")
    seen = site.write(lambda tx: trends.review_in(tx, staff.id, "tag", "x", approved=True))
    site.write(lambda tx: trends.review_in(tx, staff.id, "tag", "x", approved=False, version=seen.version))
    with pytest.raises(Conflict):
        site.write(lambda tx: trends.review_in(tx, staff.id, "tag", "x", approved=True, version=seen.version))
    with pytest.raises(Forbidden):
        site.write(lambda tx: trends.review_in(tx, member.id, "tag", "x", approved=True))


def _card(tx: Tx, url: str, title: str, post_ids: list[int]) -> int:
    card_id = tx.new_id()
    text = (
        "INSERT INTO preview_card (id, url, state, shown_url, shown_hash, title, description, provider, author_name,"
        " author_url, image_width, image_height, image_description, failures, claimed_until, version, created_at)"
        " VALUES (:id, :url, 'ready', :url, :url, :title, '', '', '', '', 0, 0, '', 0, 0, 1, :now)"
    )
    tx.run(sql(text), id=card_id, url=url, title=title, now=tx.now)
    for post_id in post_ids:
        tx.run(sql("INSERT INTO post_preview (post_id, card_id) VALUES (:post, :card)"), post=post_id, card=card_id)
    return card_id


def test_pages_that_many_link_to_trend_with_a_week_of_figures_unless_they_threaten(site: Site) -> None:
    people = settled(site, 3)
    staff = person(site, "mod", role="moderator")
    said = [publish(site, one, f"read this {number}") for number in (1, 2) for one in people]
    good = site.write(_card, "https://news.example/garden", "The garden after rain", said[:3])
    site.write(_card, "https://news.example/rope", "Crowd shouts: hang Gerald Wobbleton", said[3:])
    found = site.get("/api/v1/trends/links").json()
    assert [one["title"] for one in found] == ["The garden after rain"]
    assert (found[0]["history"][0]["uses"], found[0]["history"][0]["accounts"], len(found[0]["history"])) == (
        "3",
        "3",
        7,
    )
    linked = site.get("/api/v1/timelines/link?url=https://news.example/garden").json()
    assert {int(one["id"]) for one in linked} == set(said[:3])
    shown = site.get("/api/v1/admin/trends/links", staff.token).json()
    assert {one["title"]: one["perdure"]["reason"] for one in shown} == {
        "The garden after rain": None,
        "Crowd shouts: hang Gerald Wobbleton": "pattern",
    }
    assert site.post(f"/api/v1/admin/trends/links/{good}/reject", staff.token).status_code == 200
    assert site.get("/api/v1/trends/links").json() == []
    assert site.post(f"/api/v1/admin/trends/links/{good}/approve", staff.token).status_code == 200
    site.post("/api/v1/admin/trends/links/publishers/news.example/reject", staff.token)
    assert site.get("/api/v1/trends/links").json() == []
    listed = site.get("/api/v1/admin/trends/links/publishers", staff.token).json()
    assert [(one["domain"], one["trendable"]) for one in listed] == [("news.example", False)]


def test_staff_changes_what_a_hashtag_may_do_and_hears_of_what_cannot_be(site: Site) -> None:
    people = settled(site, 3)
    staff = person(site, "mod", role="moderator")
    for one in people:
        publish(site, one, "#garden")
    tag_id = site.get("/api/v1/trends/tags").json()[0]["id"]
    changed = site.put(f"/api/v1/admin/tags/{tag_id}", staff.token, json={"trendable": False})
    assert changed.json()["trendable"] is False
    assert tags(site) == []
    assert site.put(f"/api/v1/admin/tags/{tag_id}", staff.token, json={"usable": False}).status_code == 422
    assert site.get("/api/v1/admin/tags/12345", staff.token).status_code == 404
    assert site.put("/api/v1/admin/tags/none", staff.token, json={}).status_code == 404


def test_staff_rejects_a_post(site: Site) -> None:
    alice, *others = settled(site, 3)
    staff = person(site, "mod", role="moderator")
    post_id = publish(site, alice, "much liked")
    for one in others:
        site.write(posts.vote_in, one.id, post_id, 1)
    assert [one["id"] for one in site.get("/api/v1/trends/statuses").json()] == [str(post_id)]
    assert [one["id"] for one in site.get("/api/v1/admin/trends/statuses", staff.token).json()] == [str(post_id)]
    assert site.post(f"/api/v1/admin/trends/statuses/{post_id}/reject", staff.token).json()["id"] == str(post_id)
    assert site.get("/api/v1/trends/statuses").json() == []
    assert site.post("/api/v1/admin/trends/statuses/1/reject", staff.token).status_code == 404
