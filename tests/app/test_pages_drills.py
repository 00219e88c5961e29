"""Reports of drills as pages: what an operator shows to somebody else."""

import msgspec

from perdure.continuity.model.drills import Drill, Point, Seen
from perdure.continuity.model.restoring import TableCount
from perdure.continuity.service import drills
from tests.app.browser import words
from tests.app.test_pages_settings import signed_in
from tests.continuity import begin_site
from tests.site import Site

PAGE = "/operations/drills"


def report(at: int, **changed: object) -> Drill:
    made = Drill(
        at=at,
        outcome="passed",
        seconds=12.34,
        rpo_s=0.2,
        rows=4321,
        tables=(TableCount("account", 3, "ab" * 32),),
        compared="living",
        seen=Seen(home=20, cases=2, clocks=3, objects=50, missing=5, measures=1),
        faults=("Store <attic> answers nothing",),
        trend=(Point(1, "could_not_run", 0.0, 0.0, 0),),
    )
    return msgspec.structs.replace(made, **changed)


def test_a_report_can_be_read_in_both_languages_and_fetched_signed(site: Site) -> None:
    signed_in(site, "olga", role="owner")
    data, at = site.rt.settings.data, site.clock.now_ms()
    known = begin_site(data)
    assert drills.keep(data, report(at))
    page = words(site.get(f"{PAGE}/{at}").text)
    for told in ("came back whole in 12.3 s", "5 of 50 at no store", "2 cases", "living site", known.host, "4,321"):
        assert told in page, told
    assert "Store &lt;attic&gt;" in site.get(f"{PAGE}/{at}").text
    french = words(site.get(f"{PAGE}/{at}?lang=fr").text)
    assert "Le site est revenu entier" in french
    fetched = site.get(f"{PAGE}/{at}/signed")
    assert fetched.content == drills.signature(data, at)
    assert "attachment" in fetched.headers["Content-Disposition"]
    assert f"{PAGE}/{at}" in site.get(PAGE).text
    assert PAGE in site.get("/operations/copies").text
    assert site.get("/lifeboat/lifeboat.json").json()["drill"] == {"at": at, "rpo_ms": 200, "rto_ms": 12340}


def test_a_report_that_was_changed_after_it_was_signed_says_so(site: Site) -> None:
    signed_in(site, "olga", role="owner")
    data, at = site.rt.settings.data, site.clock.now_ms()
    begin_site(data)
    drills.keep(data, report(at))
    path = data / drills.FOLDER / f"{at}.json"
    path.write_bytes(path.read_bytes().replace(b"4321", b"9999"))
    assert "does not fit this report" in words(site.get(f"{PAGE}/{at}").text)


def test_reports_are_for_staff_that_may_see_the_machinery(site: Site) -> None:
    assert site.get(PAGE, follow_redirects=False).status_code in {302, 303}
    signed_in(site, "olga", role="owner")
    assert "Never rehearsed" in words(site.get(PAGE).text)
    for wrong in ("7", "x", "../alarms", "1/signed"):
        assert site.get(f"{PAGE}/{wrong}").status_code == 404, wrong
    signed_in(site, "mo", role="moderator")
    assert site.get(PAGE).status_code == 403
