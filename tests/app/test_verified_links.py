"""Verified links in profiles (features.md: rel=me), against another site on loopback."""

from collections.abc import Iterator

import msgspec
import pytest

from perdure.accounts import service as accounts
from perdure.accounts.rules.links import links_back
from perdure.kernel.settings import Settings
from tests.app.people import Person, person
from tests.conftest import LOOPBACK
from tests.elsewhere import Answer, Elsewhere, elsewhere
from tests.site import Site, rows

BACK = '<a rel="me noopener" href="http://perdure.test/@alice">me</a>'


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, **LOOPBACK)


@pytest.fixture
def there() -> Iterator[Elsewhere]:
    with elsewhere() as found:
        found.answers["/me"] = BACK
        yield found


@pytest.fixture
def alice(site: Site) -> Person:
    return person(site, "alice", password="correct horse battery")


def jobs(site: Site) -> None:
    """The recurring jobs that are due, and what they ask for."""
    site.run_jobs()
    site.work()


def save(site: Site, alice: Person, *values: str) -> list[str | None]:
    fields = [{"name": f"Site {number}", "value": value} for number, value in enumerate(values)]
    answer = site.patch("/api/v1/accounts/update_credentials", alice.token, json={"fields_attributes": fields})
    assert answer.status_code == 200, answer.text
    site.work()
    return verified(site, alice)


def verified(site: Site, alice: Person) -> list[str | None]:
    return [field["verified_at"] for field in site.get(f"/api/v1/accounts/{alice.id}").json()["fields"]]


def test_a_page_that_links_back_verifies_its_link(site: Site, alice: Person, there: Elsewhere) -> None:
    assert save(site, alice, there.url + "/me") == ["2026-09-21T14:13:20.000Z"]
    own = site.get("/api/v1/accounts/verify_credentials", alice.token).json()
    assert own["source"]["fields"][0]["verified_at"] == "2026-09-21T14:13:20.000Z"
    assert len(there.asked) == 1


def test_a_page_that_does_not_verifies_nothing(site: Site, alice: Person, there: Elsewhere) -> None:
    there.answers |= {
        "/no": "<p>hello</p>",
        "/gone": Answer(BACK.encode(), 404),
        "/text": Answer(BACK.encode(), mime="text/plain"),
    }
    assert save(site, alice, *(there.url + path for path in ("/no", "/gone", "/text"))) == [None] * 3


def test_a_header_may_link_back_too(site: Site, alice: Person, there: Elsewhere) -> None:
    links = '</other>; rel="next", <http://perdure.test/@alice>; rel="me"'
    there.answers["/me"] = Answer(b"<p>hello", headers=(("Link", links),))
    assert save(site, alice, there.url + "/me") != [None]


@pytest.mark.parametrize(
    ("page", "back"),
    [
        ('<LINK REL="me" HREF="http://perdure.test/@Alice/">', True),
        ("<a href=http://perdure.test/users/alice rel=me>x</a>", True),
        ("<a rel='author me' href='//perdure.test/@alice'>x</a>", True),
        ('<a href="http://perdure.test/@alice">without rel</a>', False),
        ('<a rel="me" href="http://perdure.test/@bob">somebody else</a>', False),
        ('<a rel="me" href="http://perdure.test/@alice2">somebody else</a>', False),
        (f"<!-- {BACK} --><script>{BACK}</script>", False),
        ('<a rel="nofollow" title="me" href="http://perdure.test/@alice">x</a>', False),
        ('<a rel="me" href="http://[">x</a>', False),
    ],
)
def test_only_a_link_to_this_profile_with_rel_me_is_a_link_back(page: str, back: bool) -> None:
    profiles = frozenset({"http://perdure.test/@alice", "http://perdure.test/users/alice"})
    assert links_back(page, "http://alice.example/", (), profiles) is back


def test_only_a_field_that_is_a_link_and_nothing_else_is_looked_at(site: Site, alice: Person, there: Elsewhere) -> None:
    values = (f"see {there.url}/me", "http://perdure.test/@alice", "ftp://127.0.0.1/me", "they/them")
    assert save(site, alice, *values) == [None] * 4
    assert there.asked == []


def test_a_changed_link_is_verified_anew_and_an_unchanged_one_stays(
    site: Site, alice: Person, there: Elsewhere
) -> None:
    there.answers["/other"] = "nothing"
    first = save(site, alice, there.url + "/me")
    site.clock.advance(seconds=100)
    assert save(site, alice, "text", there.url + "/me") == [None, *first]
    assert there.paths() == ["/me"]
    assert save(site, alice, there.url + "/other") == [None]
    assert save(site, alice, "text") == [None]


def test_a_link_is_looked_at_again_and_loses_its_mark_with_the_link_back(
    site: Site, alice: Person, there: Elsewhere
) -> None:
    first = save(site, alice, there.url + "/me")
    site.clock.advance(days=7.1)
    jobs(site)
    assert verified(site, alice) == first
    assert len(there.asked) == 2
    there.answers["/me"] = "gone"
    site.clock.advance(days=7.1)
    jobs(site)
    assert verified(site, alice) == [None]


def test_a_page_that_is_away_for_a_while_takes_nothing_away(site: Site, alice: Person, there: Elsewhere) -> None:
    first = save(site, alice, there.url + "/me")
    there.answers["/me"] = Answer(status=503)
    for _ in range(6):
        site.clock.advance(days=7.1)
        jobs(site)
        assert verified(site, alice) == first
    site.clock.advance(days=7.1)
    jobs(site)
    assert verified(site, alice) == [None]


def test_a_link_added_to_the_page_later_is_found_by_itself_or_at_the_next_save(
    site: Site, alice: Person, there: Elsewhere
) -> None:
    there.answers["/me"] = "not yet"
    assert save(site, alice, there.url + "/me") == [None]
    there.answers["/me"] = BACK
    assert save(site, alice, there.url + "/me") == [None]  # asked less than a minute ago
    site.clock.advance(seconds=601)
    jobs(site)
    assert verified(site, alice) != [None]
    there.answers["/new"] = "not yet"
    save(site, alice, there.url + "/new")
    there.answers["/new"] = BACK
    site.clock.advance(seconds=61)
    assert save(site, alice, there.url + "/new") != [None]


def test_a_redirect_to_another_site_proves_nothing(site: Site, alice: Person, there: Elsewhere) -> None:
    with elsewhere("127.0.0.2") as other:
        other.answers["/me"] = BACK
        there.answers["/me"] = Answer(status=302, headers=(("Location", f"http://127.0.0.2:{other.port}/me"),))
        assert save(site, alice, there.url + "/me") == [None]
        assert other.paths() == ["/me"]
    there.answers["/within"] = Answer(status=302, headers=(("Location", "/there"),))
    there.answers["/there"] = BACK
    assert save(site, alice, there.url + "/within") != [None]


def test_a_renamed_profile_is_verified_anew(site: Site, alice: Person, there: Elsewhere) -> None:
    save(site, alice, there.url + "/me")
    site.run(accounts.change_name, site.rt, alice.id, "correct horse battery", "alicia")
    assert verified(site, alice) == [None]
    site.work()
    assert verified(site, alice) == [None]
    there.answers["/me"] = BACK.replace("@alice", "@alicia")
    site.clock.advance(seconds=601)
    jobs(site)
    assert verified(site, alice) != [None]


def test_saving_again_and_again_does_not_make_us_ask_without_end(site: Site, alice: Person, there: Elsewhere) -> None:
    for number in range(12):
        save(site, alice, *(f"{there.url}/{number}/{place}" for place in range(4)))
    assert len(there.asked) == 16
    site.clock.advance(seconds=3601)
    save(site, alice, f"{there.url}/later")
    assert len(there.asked) == 17


def test_private_addresses_are_never_asked(site: Site, alice: Person) -> None:
    assert save(site, alice, "http://10.0.0.1/me", "http://[::1]/me") == [None, None]
    due = site.read(rows, "SELECT failures FROM link_check")
    assert due == [(1,), (1,)]


def test_no_header_of_any_shape_is_a_problem() -> None:
    profiles = frozenset({"http://perdure.test/@alice"})
    for header in ("<" * 5000, "<a>; rel", '<http://[>; rel="me"', "; rel=me", '<x>; rel="' + "me " * 1000):
        assert not links_back("", "http://a.example/", [header], profiles)
