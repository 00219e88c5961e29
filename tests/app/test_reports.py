"""Reports from every surface: a receipt at once, one case for an author, and an answer (safety.md §2, §4.3)."""

from typing import Any

from perdure.kernel.db import Tx
from perdure.moderation.service import reading, settling
from perdure.moderation.service.settling import Outcome
from tests.app.people import Person, person
from tests.app.test_posts import say
from tests.site import Site, rows

HOUR_MS = 3_600_000


def report(site: Site, who: Person, target: Person, *post_ids: str, **more: Any) -> dict[str, Any]:
    """File a report; returns the answer."""
    body = {"account_id": str(target.id), "status_ids": list(post_ids)} | more
    answer = site.post("/api/v1/reports", who.token, json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def the_case(site: Site) -> Any:
    (found,) = site.read(rows, "SELECT * FROM moderation_case ORDER BY id")
    return found


def mod(site: Site, name: str = "mona") -> Person:
    return person(site, name, role="moderator")


def settle_all(site: Site, staff: Person, case_id: int, state: Any = "actioned") -> None:
    def body(tx: Tx) -> None:
        view = reading.view_in(tx, staff.id, case_id)
        outcomes = [Outcome(item_id=item.id, state=state) for item in view.items if item.state == "pending"]
        settling.settle_in(tx, staff.id, case_id, outcomes, view.case.version)

    site.write(body)
    site.work()


def test_whoever_reports_sees_the_stage_the_deadline_and_then_the_outcome(site: Site) -> None:
    alice, bob, staff = person(site, "alice"), person(site, "bob"), mod(site)
    post = say(site, bob)["id"]
    filed = report(site, alice, bob, post, comment="this is bad", category="violation", harm="hate")
    assert filed["perdure"]["state"] == "received"
    assert filed["perdure"]["deadline"]
    assert (filed["action_taken"], filed["status_ids"], filed["target_account"]["username"]) == (False, [post], "bob")
    settle_all(site, staff, the_case(site).id)
    shown = site.get(f"/api/v1/reports/{filed['id']}", alice.token).json()
    assert (shown["action_taken"], shown["perdure"]["state"], shown["perdure"]["decision"]) == (
        True,
        "decided",
        "upheld",
    )
    told = site.get("/api/v1/notifications?supported_types[]=perdure.report_outcome", alice.token).json()
    assert [one["type"] for one in told] == ["perdure.report_outcome"]


def test_reports_of_one_author_join_one_case_and_each_keeps_its_own_answer(site: Site) -> None:
    bob = person(site, "bob")
    first, second = say(site, bob)["id"], say(site, bob, text="another")["id"]
    for name, post in (("alice", first), ("carol", first), ("dave", second)):
        report(site, person(site, name), bob, post)
    case = the_case(site)
    assert (case.intakes, case.reporters, case.pending_items) == (3, 3, 2)
