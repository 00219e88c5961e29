"""Webhooks: signed, repeated until they are taken, never sent where only this machine can go (issue 6, §1)."""

import hashlib
import hmac
import json
from collections.abc import Iterator

import msgspec
import pytest

from perdure.accounts import service as accounts
from perdure.delivery.service import hooks
from perdure.kernel.db import Tx
from perdure.kernel.errors import Invalid
from perdure.kernel.settings import Settings
from tests.conftest import LOOPBACK
from tests.elsewhere import Answer, Elsewhere, elsewhere
from tests.site import Site, rows

SECRET = "a secret that only the two know"


@pytest.fixture
def other() -> Iterator[Elsewhere]:
    with elsewhere() as found:
        yield found


def tell(site: Site, url: str, **payload: object) -> int:
    """Send something to an address."""

    def body(tx: Tx) -> int:
        return hooks.hook_in(tx, url, accounts.seal_in(tx, SECRET), "letter.opened", payload)

    return site.write(body)


class TestReachable:
    """With another program on this machine, which the operator allowed."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return msgspec.structs.replace(settings, **LOOPBACK)

    def test_a_message_is_signed_with_the_time_and_can_be_checked(self, site: Site, other: Elsewhere) -> None:
        other.answers["/hook"] = Answer(b"", 204)
        number = tell(site, f"{other.url}/hook", letter=7, deadline="é")
        site.work()
        (asked,) = other.asked
        assert json.loads(asked.body) == {"letter": 7, "deadline": "é"}
        assert asked.headers["Perdure-Event"] == "letter.opened"
        assert asked.headers["Perdure-Delivery"] == str(number)
        parts = dict(part.split("=") for part in asked.headers["Perdure-Signature"].split(","))
        assert int(parts["t"]) == site.clock.now_ms() // 1000
        wanted = hmac.new(SECRET.encode(), f"{parts['t']}.".encode() + asked.body, hashlib.sha256).hexdigest()
        assert parts["v1"] == wanted
        (sent,) = site.read(hooks.latest_in, f"{other.url}/hook")
        assert (sent.status, sent.attempts, sent.error, sent.sent_at) == (204, 1, "", site.clock.now_ms())

    def test_who_does_not_take_it_is_told_again_until_they_do(self, site: Site, other: Elsewhere) -> None:
        answers = iter([500, 302, 200])
        other.answers["/hook"] = lambda _: Answer(b"", next(answers))
        tell(site, f"{other.url}/hook")
        for _ in range(4):
            site.work()
            site.clock.advance(seconds=600)
        assert len(other.asked) == 3
        assert len({asked.headers["Perdure-Delivery"] for asked in other.asked}) == 1
        assert len({asked.headers["Perdure-Signature"] for asked in other.asked}) == 3
        (sent,) = site.read(hooks.latest_in, f"{other.url}/hook")
        assert (sent.attempts, sent.status) == (3, 200)

    def test_who_says_gone_or_never_answers_is_let_be_and_it_can_be_seen(self, site: Site, other: Elsewhere) -> None:
        other.answers["/gone"] = Answer(b"", 410)
        tell(site, f"{other.url}/gone")
        tell(site, f"{other.url}/never")
        for _ in range(14):
            site.work()
            site.clock.advance(seconds=3601)
        assert other.paths().count("/gone") == 1
        assert other.paths().count("/never") == hooks.MOST_ATTEMPTS
        (gone,) = site.read(hooks.latest_in, f"{other.url}/gone")
        (never,) = site.read(hooks.latest_in, f"{other.url}/never")
        assert (gone.sent_at, gone.status, gone.ended_at is None) == (None, 410, False)
        assert (never.attempts, never.error) == (hooks.MOST_ATTEMPTS, "The other side answered 404")

    def test_what_ended_a_month_ago_is_forgotten(self, site: Site, other: Elsewhere) -> None:
        other.answers["/hook"] = ""
        tell(site, f"{other.url}/hook")
        site.work()
        site.clock.advance(days=31)
        site.run_jobs()
        assert site.read(hooks.latest_in, f"{other.url}/hook") == []


def test_an_address_of_this_machine_or_its_network_is_never_asked(site: Site, other: Elsewhere) -> None:
    for url in (f"{other.url}/hook", "http://10.0.0.1/hook", "ftp://example.org/", "http://[::1]/", "nonsense"):
        with pytest.raises(Invalid):
            hooks.check(site.rt, url)
    tell(site, f"{other.url}/hook")
    site.work()
    site.clock.advance(seconds=3601)
    site.work()
    assert other.asked == []
    (sent,) = site.read(hooks.latest_in, f"{other.url}/hook")
    assert sent.attempts == 1
    assert sent.error


def test_the_secret_is_sealed_and_a_message_has_its_measure(site: Site) -> None:
    tell(site, "https://hooks.test/")
    (row,) = site.read(rows, "SELECT secret_sealed FROM hook_delivery")
    assert SECRET not in row.secret_sealed
    with pytest.raises(Invalid):
        tell(site, "https://hooks.test/", much="x" * 300_000)
