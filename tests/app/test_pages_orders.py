"""The pages of orders, referrals, the contact point and drills: whole requests, as a browser sends them."""

import pytest

from perdure.desk.service import drilling
from tests.app.browser import sign_in, words
from tests.app.ordering import authority, of_letter, order
from tests.app.people import person
from tests.app.test_accounts_access import mails
from tests.app.test_orders import posted, shown
from tests.app.test_referrals import reported
from tests.app.test_reports import mod
from tests.site import Site, rows


@pytest.mark.parametrize(
    "path", ["/moderation/orders", "/moderation/orders/new", "/moderation/referrals", "/moderation/contact-point"]
)
def test_these_pages_are_for_staff(site: Site, path: str) -> None:
    sign_in(site, person(site, "bob"))
    assert site.get(path).status_code == 403


def test_an_order_of_nobody_known_is_loudly_marked_vouched_for_and_answered(site: Site) -> None:
    one, url = posted(site, person(site, "bob"))
    row = order(site, url, sender_id=None, email="orders@authority.test")
    chief = mod(site)
    sign_in(site, chief)
    page = f"/moderation/orders/{row.id}"
    assert "Nobody vouches for this order" in words(site.get(page).text)
    assert "Not verified" in words(site.get("/moderation/orders").text)
    empty = site.post(f"{page}/verify", data={"text": " "})
    assert (empty.status_code, shown(site, one)) == (422, True)
    site.post(f"{page}/verify", data={"text": "called back"})
    assert not shown(site, one)
    text = words(site.get(page).text)
    assert "Annex II draft" in text
    assert "AT-2026/17" in text
    (answer,) = site.read(rows, "SELECT id FROM order_answer")
    paper = site.get(f"{page}/answers/{answer.id}/paper")
    assert paper.content.startswith(b"%PDF")
    site.post(f"{page}/answers/{answer.id}", data={"to": ""})
    assert [one["To"] for one in mails(site) if "Annex II" in one["Subject"]] == ["orders@authority.test"]
    site.post(f"{page}/confirm", data={})
    assert site.read(rows, "SELECT state FROM case_item")[0].state == "actioned"
    case = site.read(rows, "SELECT id FROM moderation_case")[0].id
    assert "Removal order" in words(site.get(f"/moderation/cases/{case}").text)
    site.post(f"{page}/fall", data={"text": "annulled"})
    assert shown(site, one)


def test_an_order_on_paper_is_typed_in_and_goes_the_way_of_every_letter(site: Site) -> None:
    one, url = posted(site, person(site, "bob"))
    sender = authority(site)
    sign_in(site, mod(site))
    given = {"kind": "removal", "sender_id": str(sender), "reference": "P-1", "urls": url, "silence": "1"}
    wrong = site.post("/moderation/orders/new", data=given | {"urls": ""})
    assert wrong.status_code == 422
    assert "P-1" in wrong.text
    taken = site.post("/moderation/orders/new", data=given, follow_redirects=False)
    letter_id = int(taken.headers["location"].rsplit("/", 1)[1])
    site.work()
    row = of_letter(site, letter_id)
    assert (row.state, row.reference, row.silent, row.verified_how) == ("in_force", "P-1", True, "staff")
    assert not shown(site, one)
    lead = site.get(f"/moderation/orders/of-letter/{letter_id}", follow_redirects=False)
    assert lead.headers["location"] == f"/moderation/orders/{row.id}"
    forged = site.post("/moderation/orders/new", data=given | {"sender_id": "4", "reference": "P-2"})
    assert forged.status_code == 422


def test_one_key_leads_from_a_case_to_the_pack_and_one_button_sends_it(site: Site) -> None:
    _, case_id = reported(site)
    chief = mod(site, role="admin")
    sign_in(site, chief)
    assert f'href="/moderation/cases/{case_id}/refer" data-key="w"' in site.get(f"/moderation/cases/{case_id}").text
    added = {"name": "Police of Trials", "kind": "home", "email": "duty@police.test"}
    site.post("/moderation/referral-contacts", data=added)
    page = site.get(f"/moderation/cases/{case_id}/refer").text
    assert "somebody took for a threat" in words(page)
    assert "Police of Trials" in words(page)
    assert "anna" not in words(page)
    contact = site.read(rows, "SELECT id FROM referral_contact WHERE kind = 'home'")[0].id
    assert not site.read(rows, "SELECT 1 FROM referral")
    empty = site.post(f"/moderation/cases/{case_id}/refer", data={"contact_id": str(contact), "why": ""})
    assert empty.status_code == 422
    site.post(f"/moderation/cases/{case_id}/refer", data={"contact_id": str(contact), "why": "noon", "basis": "tco14"})
    (made,) = site.read(rows, "SELECT id, basis FROM referral")
    assert made.basis == "tco14"
    site.work()
    shown_page = f"/moderation/referrals/{made.id}"
    site.post(f"{shown_page}/receipt", data={"receipt": "K-9"})
    text = words(site.get(shown_page).text)
    assert "K-9" in text
    assert "made it" in text
    assert site.get(f"{shown_page}/paper").content.startswith(b"%PDF")
    assert "their number: K-9" in words(site.get("/moderation/referrals").text)


def test_the_contact_point_is_public_in_the_readers_language(site: Site) -> None:
    assert "named no contact point" in words(site.get("/contact-point").text)
    sign_in(site, mod(site, role="admin"))
    given = {"name": "Site of Trials", "country": "FR", "email": "contact@perdure.test", "languages": "en, fr de"}
    assert site.post("/moderation/contact-point", data=given | {"languages": "english"}).status_code == 422
    site.post("/moderation/contact-point", data=given | {"version": "0"})
    assert site.post("/moderation/contact-point", data=given | {"version": "0"}).status_code == 409
    site.client.cookies.clear()
    english = words(site.get("/contact-point").text)
    assert "English, French, German" in english
    assert "contact@perdure.test" in english
    french = words(site.get("/contact-point", headers={"Accept-Language": "fr"}).text)
    assert "anglais, français, allemand" in french
    assert site.get("/api/perdure/v1/contact_point").json()["languages"] == ["en", "fr", "de"]


def test_the_scores_of_drills_are_public(site: Site) -> None:
    assert "No drill is over yet" in words(site.get("/drills").text)
    sign_in(site, mod(site, role="admin"))
    site.post("/drills", data={"kind": "order"})
    for _ in range(3):
        site.work()
        site.clock.advance(seconds=6)
        site.run_jobs()
    site.clock.advance(days=1)
    site.run(drilling.measure, site.rt)
    site.client.cookies.clear()
    text = words(site.get("/drills").text)
    assert "Order of an authority" in text
    assert "90 of 100 points" in text
    assert "Réussi" in site.get("/drills", headers={"Accept-Language": "fr"}).text
