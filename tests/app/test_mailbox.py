"""Letters from a mailbox on a real IMAP server: each is taken once, none is lost, and the clock began when it came."""

import imaplib
import shutil
import ssl
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest

from perdure.adapters import mail_in_imap
from perdure.adapters.mail_in_imap import ImapMailbox
from perdure.desk.ports import Mailbox
from perdure.desk.service import arriving, mailing
from perdure.kernel.errors import Invalid, Unavailable
from tests.app.test_mail_in import letter
from tests.mail_server import PASSWORD, USER, dovecot, needs_dovecot
from tests.site import Site, rows

pytestmark = needs_dovecot
CAME = datetime(2026, 9, 1, 12, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Path, int, int]]:
    folder = Path(tempfile.mkdtemp(prefix="perdure-imap-"))
    with dovecot(folder) as (plain, tls):
        yield folder, plain, tls
    shutil.rmtree(folder, ignore_errors=True)


class Box:
    """The mailbox as its owner's program sees it."""

    def __init__(self, server: tuple[Path, int, int]) -> None:
        self.folder, self.plain, self.tls = server
        self.context = ssl.create_default_context(cafile=str(self.folder / "certificate.pem"))
        self.client = imaplib.IMAP4_SSL("localhost", self.tls, ssl_context=self.context)
        self.client.login(USER, PASSWORD)

    def clear(self) -> None:
        for name in ("Taken", "INBOX"):
            kind, count = self.client.select(name)
            if kind == "OK" and count != [b"0"]:
                self.client.store("1:*", "+FLAGS", r"(\Deleted)")
                self.client.expunge()

    def put(self, text: str, came: datetime = CAME, flags: str = "") -> None:
        kind, said = self.client.append("INBOX", flags, came, letter(text))
        assert kind == "OK", said

    def count(self, name: str) -> int:
        kind, said = self.client.select(name, readonly=True)
        return int(said[0]) if kind == "OK" else 0


@pytest.fixture
def box(server: tuple[Path, int, int]) -> Iterator[Box]:
    made = Box(server)
    made.clear()
    yield made
    made.client.logout()


def with_box(site: Site, box: Box, *, query: str = "", tls: bool = True) -> object:
    port = box.tls if tls else box.plain
    url = f"imap{'s' if tls else ''}://{USER}:{quote(PASSWORD)}@localhost:{port}/INBOX{query}"
    return msgspec.structs.replace(site.rt, ports={**site.rt.ports, Mailbox: ImapMailbox(url, box.context)})


def taken(site: Site) -> list[int]:
    return [row.received_at for row in site.read(rows, "SELECT received_at FROM letter ORDER BY id")]


def test_every_mail_is_taken_once_whoever_read_it_meanwhile(site: Site, box: Box) -> None:
    rt = with_box(site, box)
    box.put("one")
    box.put("read before this site came", flags=r"(\Seen)")
    box.put("two")
    site.run(mailing.poll, rt)
    assert taken(site) == [int(CAME.timestamp() * 1000)] * 2
    box.put("a person reads it first", flags=r"(\Seen)")
    site.run(mailing.poll, rt)
    site.run(mailing.poll, rt)
    assert len(taken(site)) == 3
    assert box.count("INBOX") == 4


def test_what_somebody_reads_before_the_first_letter_is_taken_is_a_letter_too(site: Site, box: Box) -> None:
    rt = with_box(site, box)
    box.put("from before", flags=r"(\Seen)")
    site.run(mailing.poll, rt)
    box.put("read by a person at once", flags=r"(\Seen)")
    site.run(mailing.poll, rt)
    assert len(taken(site)) == 1


def test_what_is_taken_moves_where_the_settings_say_over_starttls_too(site: Site, box: Box) -> None:
    rt = with_box(site, box, query="?done=Taken", tls=False)
    box.put("one")
    box.put("two")
    site.run(mailing.poll, rt)
    assert (len(taken(site)), box.count("INBOX"), box.count("Taken")) == (2, 0, 2)


def test_a_mail_that_cannot_be_stored_stays_and_is_taken_later(
    site: Site, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    rt = with_box(site, box)
    box.put("one")
    box.put("two")
    real = arriving.take

    async def full_after_one(rt: object, arrived: object) -> object:
        if taken_now:
            raise Unavailable("The disk is full.")
        taken_now.append(1)
        return await real(rt, arrived)  # type: ignore[arg-type]

    taken_now: list[int] = []
    monkeypatch.setattr(arriving, "take", full_after_one)
    with pytest.raises(Unavailable):
        site.run(mailing.poll, rt)
    assert len(taken(site)) == 1
    monkeypatch.undo()
    site.run(mailing.poll, rt)
    assert len(taken(site)) == 2


def test_when_the_mailbox_numbers_anew_nothing_is_taken_twice_or_lost(site: Site, box: Box) -> None:
    rt = with_box(site, box)
    now = datetime.fromtimestamp(site.clock.now_ms() / 1000, UTC)
    box.put("one", now)
    site.run(mailing.poll, rt)
    box.put("two", now)
    site.write(lambda tx: tx.run(_sql("UPDATE mailbox SET validity = 1, uid = 99999")))
    site.run(mailing.poll, rt)
    assert len(taken(site)) == 2
    site.run(mailing.poll, rt)
    assert len(taken(site)) == 2


def test_a_mail_that_is_too_large_comes_in_part(site: Site, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_in_imap, "MOST_BYTES", 2000)
    box.put("x" * 50 + "\n" + "long line\n" * 1000)
    site.run(mailing.poll, with_box(site, box))
    (row,) = site.read(rows, "SELECT raw_size FROM letter")
    assert row.raw_size == 2000 + len("X-Perdure-Cut: yes\r\n")


def test_a_server_that_refuses_is_named_and_the_password_is_not(site: Site, box: Box) -> None:
    wrong = ImapMailbox(f"imaps://{USER}:wrong-{quote(PASSWORD)}@localhost:{box.tls}", box.context)
    rt = msgspec.structs.replace(site.rt, ports={**site.rt.ports, Mailbox: wrong})
    with pytest.raises(Unavailable) as told:
        site.run(mailing.poll, rt)
    assert wrong.key in str(told.value.data)
    assert PASSWORD not in str(told.value.data) + wrong.key


@pytest.mark.parametrize(
    "url",
    ["imap://host/INBOX", "http://a:b@host/", "imap://a:b@mail.example/INBOX?plain=1", "imaps://a:b@host/?delete=1"],
)
def test_a_mailbox_that_is_none_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(Invalid):
        ImapMailbox(url)


def _sql(text: str) -> object:
    from perdure.kernel.db import sql

    return sql(text)
