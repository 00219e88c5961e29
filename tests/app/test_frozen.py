"""A frozen account reads; what it sends is refused at every address, and by every use case behind them."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from perdure.accounts import service as accounts
from perdure.accounts.model import Restrictions
from perdure.discovery import service as discovery
from perdure.graph import service as graph
from perdure.graph.model import FilterDraft
from perdure.graph.service import filters, showcase
from perdure.kernel.errors import Forbidden
from perdure.mastodon_api.routes import ROUTES as API
from perdure.media import service as media
from perdure.media.model import Change
from perdure.messages import service as messages
from perdure.ops_api.routes import ROUTES as OWN
from perdure.posts import service as posts
from perdure.posts.model import Draft
from perdure.web.routes import ROUTES as PAGES
from tests.app.browser import sign_in
from tests.app.people import Person, person
from tests.app.test_posts import say
from tests.app.test_reports import mod, report
from tests.site import Site

# What a frozen account may still send: sign out and keep its sign-in safe, export, appeal, report, keep its own notices
# in order; and what asks for no account at all.
ALLOWED = re.compile(
    r"/auth/|/setup$|/settings/(security|access)/|/settings/account/(language|email|password|deactivate|delete)$"
    r"|/settings/data/archive$|/api/perdure/v1/(exports|sessions|decisions|reports|notices)|/decisions/|/appeal/"
    r"|/api/v1/reports$|/report(s/|$)|/report/state/|/@alice/(1/)?report$"
    r"|/(api/v[12]/)?notifications|/api/v1/(markers|push/|tokens/)"
    r"|/oauth/(authorize|token|revoke|userinfo)$|/api/v1/(apps|accounts|emails/confirmations)$"
)
NAMES = {"at_name": "@alice", "name": "moss", "verb": "follow", "host": "x.test", "picture": "avatar", "kind": "tag"}


def freeze(site: Site, who: Person) -> None:
    site.write(accounts.restrict_in, who.id, Restrictions(frozen=True))
    accounts.forget_viewers(site.rt)


def writes() -> Iterator[tuple[str, str]]:
    for handler in (*API, *OWN, *PAGES):
        for method in sorted(set(getattr(handler, "http_methods", ())) - {"GET", "HEAD", "OPTIONS"}):
            for path in sorted(handler.paths):
                yield method, re.sub(r"\{(\w+):\w+\}", lambda found: NAMES.get(found[1], "1"), path)


def test_every_address_that_writes_refuses_whoever_is_frozen_even_staff(site: Site) -> None:
    person(site, "alice")
    mona = person(site, "mona", role="admin", scope="read write follow push admin:read admin:write")
    freeze(site, mona)
    sign_in(site, mona)
    wanted = [(method, path) for method, path in writes() if not ALLOWED.search(path)]
    assert len(wanted) > 150
    passed = []
    for method, path in wanted:
        token = mona.token if path.startswith("/api/") else None
        answer = site.request(method, path, token, data={"x": "1"} if token is None else None)
        if answer.status_code != 403 or accounts.FROZEN not in answer.text:
            passed.append((method, path, answer.status_code))
    assert passed == []


def test_whoever_is_frozen_reports_appeals_exports_tidies_up_and_signs_out(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    post = say(site, bob)
    freeze(site, alice)
    assert report(site, alice, bob, post["id"])["id"]
    assert site.post("/api/v1/notifications/clear", alice.token).status_code == 200
    assert site.post("/api/v1/markers", alice.token, json={"home": {"last_read_id": post["id"]}}).status_code == 200
    assert site.post("/api/perdure/v1/exports", alice.token).status_code in {200, 202}
    sign_in(site, alice)
    assert site.get(f"/@bob/{post['id']}/report").status_code == 200
    sent = site.post(f"/@bob/{post['id']}/report", data={"harm": "spam", "post": post["id"]})
    assert sent.url.path.startswith("/reports/")
    assert site.post("/auth/sign_out", data={}).status_code == 200
    assert site.get("/api/v1/accounts/verify_credentials", alice.token).status_code == 200


# Each use case with what it is given after who does it.
VERBS: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (graph.follow_in, (1,)), (graph.unfollow_in, (1,)), (graph.block_in, (1,)), (graph.unblock_in, (1,)),
    (graph.mute_in, (1,)), (graph.unmute_in, (1,)), (graph.note_in, (1, "x")), (graph.authorize_in, (1,)),
    (graph.reject_in, (1,)), (graph.remove_follower_in, (1,)), (graph.follow_tag_in, ("moss",)),
    (graph.follow_named_tag_in, ("moss",)), (graph.unfollow_tag_in, ("moss",)), (graph.delete_list_in, (1,)),
    (graph.add_members_in, (1, [1])), (graph.remove_members_in, (1, [1])),
    (filters.create_filter_in, (FilterDraft(title="x"),)), (filters.delete_filter_in, (1,)),
    (filters.delete_keyword_in, (1,)), (filters.add_post_in, (1, 1)), (filters.remove_post_in, (1,)),
    (showcase.endorse_in, (1,)), (showcase.unendorse_in, (1,)), (showcase.feature_tag_in, ("moss",)),
    (showcase.unfeature_tag_in, (1,)), (showcase.unfeature_name_in, ("moss",)),
    (showcase.block_domain_in, ("x.test",)), (showcase.unblock_domain_in, ("x.test",)),
    (posts.echo_in, (1,)), (posts.unecho_in, (1,)), (posts.vote_in, (1, 1)), (posts.choose_in, (1, [0])),
    (posts.delete_in, (1,)), (posts.reschedule_in, (1, 1)), (posts.unschedule_in, (1,)),
    (messages.read_in, (1,)), (messages.hide_in, (1,)), (discovery.dismiss_suggestion_in, (1,)),
    (media.change_in, (1, Change())), (accounts.create_invite_in, (accounts.NewInvite(),)),
]  # fmt: skip


def test_every_use_case_of_a_member_refuses_whoever_is_frozen_whoever_calls_it(site: Site) -> None:
    alice = person(site, "alice")
    freeze(site, alice)
    for verb, given in VERBS:
        with pytest.raises(Forbidden, match="frozen"):
            site.write(verb, alice.id, *given)
    for marked in (posts.bookmark_in, posts.pin_in, posts.mute_thread_in):
        with pytest.raises(Forbidden, match="frozen"):
            site.write(marked, alice.id, 1, on=True)
    with pytest.raises(Forbidden, match="frozen"):
        site.run(posts.publish, site.rt, alice.id, Draft(text="x"))


def test_a_scheduled_post_of_whoever_was_frozen_meanwhile_is_not_published(site: Site) -> None:
    alice = person(site, "alice")
    at = datetime.fromtimestamp(site.clock.now_ms() / 1000 + 600, UTC).isoformat()
    assert site.post("/api/v1/statuses", alice.token, json={"status": "later", "scheduled_at": at}).status_code == 200
    freeze(site, alice)
    site.clock.advance(seconds=700)
    site.run_jobs()
    assert site.get(f"/api/v1/accounts/{alice.id}/statuses").json() == []
    assert site.get("/api/v1/scheduled_statuses", alice.token).json() == []


def test_staff_that_is_frozen_holds_no_right(site: Site) -> None:
    mona = mod(site)
    freeze(site, mona)
    assert site.get("/api/v1/admin/reports", mona.token).status_code == 403
    assert site.read(accounts.holders_in, "manage_appeals") == []
