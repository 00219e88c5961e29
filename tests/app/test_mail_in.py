"""Mail comes in through the mail server's door and from a mailbox, is stored before it is confirmed, and is lost nowhere."""

import smtplib
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

import dkim
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from perdure import wiring
from perdure.adapters import mail_signatures
from perdure.adapters.mail_in_listener import Listener, place_of
from perdure.adapters.mail_signatures import DkimSignatures
from perdure.desk.ports import Signatures
from perdure.desk.service import arriving, letters
from perdure.kernel.errors import Invalid, Unavailable
from tests.app.letters import host
from tests.app.people import person
from tests.app.test_posts import say
from tests.site import Site, on_loop, rows

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PRIVATE = KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
PUBLIC = b"".join(KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).splitlines()[1:-1])


def look_up(name: str) -> bytes | None:
    return b"v=DKIM1; k=rsa; p=" + PUBLIC if name.startswith("mail._domainkey.host.test") else None


def letter(text: str = "hello", sender: str = "Abuse <abuse@host.test>") -> bytes:
    made = EmailMessage()
    made["From"] = sender
    made["To"] = "abuse@perdure.test"
    made["Subject"] = "Notice"
    made.set_content(text)
    return made.as_bytes().replace(b"\n", b"\r\n")


def signed(raw: bytes, domain: str = "host.test", *, length: bool = False) -> bytes:
    return (
        dkim.sign(raw, b"mail", domain.encode(), PRIVATE, include_headers=[b"From", b"To", b"Subject"], length=length)
        + raw
    )


@contextmanager
def door(site: Site, kind: str, to: tuple[str, ...] = ()) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    named = {"letters_listen": f"{kind}://127.0.0.1:{port}", "letters_to": to}
    rt = msgspec.structs.replace(site.rt, settings=msgspec.structs.replace(site.rt.settings, **named))
    opened: Listener = wiring.listener(rt)
    site.run(opened.start)
    try:
        yield port
    finally:
        site.run(opened.stop)


def client(kind: str, port: int) -> smtplib.SMTP:
    return (smtplib.LMTP if kind == "lmtp" else smtplib.SMTP)("127.0.0.1", port, timeout=20)


@pytest.mark.parametrize("kind", ["lmtp", "smtp"])
def test_a_mail_is_confirmed_when_it_is_stored_and_becomes_a_case(site: Site, kind: str) -> None:
    bob = person(site, "bob")
    address = f"http://perdure.test/@bob/{say(site, bob, text='hello')['id']}"
    with door(site, kind) as port, client(kind, port) as mailer:
        to = ["abuse@perdure.test", "legal@perdure.test"]
        assert mailer.sendmail("bounce@host.test", to, letter(f"Look: {address}")) == {}
        if kind == "lmtp":  # an answer for each recipient, of which Python's client reads one
            assert mailer.getreply()[0] == 250
    (row,) = site.read(rows, "SELECT * FROM letter")
    assert (row.channel, row.state, row.verified) == ("lmtp", "received", False)
    site.work()
    (item,) = site.read(letters.items_in, row.id)
    assert item.url == address


def test_a_mail_that_cannot_be_stored_stays_with_its_server(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: object) -> None:
        raise Unavailable("The disk is full.")

    with door(site, "lmtp") as port, client("lmtp", port) as mailer:
        monkeypatch.setattr(arriving, "take", full)
        with pytest.raises(smtplib.SMTPDataError) as told:
            mailer.sendmail("a@host.test", ["abuse@perdure.test"], letter())
        assert told.value.smtp_code == 451
        monkeypatch.undo()
        mailer.sendmail("a@host.test", ["abuse@perdure.test"], letter())
    assert len(site.read(rows, "SELECT id FROM letter")) == 1


def test_the_clock_began_when_the_mail_server_had_it(site: Site) -> None:
    stamp = "Sat, 12 Sep 2026 18:00:00 +0000"
    assert site.clock.now_ms() > 1_789_236_000_000
    raw = f"Received: from a by mx.perdure.test with ESMTP id 1;\r\n\t{stamp}\r\n".encode() + letter()
    with door(site, "lmtp") as port, client("lmtp", port) as mailer:
        mailer.sendmail("a@host.test", ["abuse@perdure.test"], raw)
    with door(site, "smtp") as port, client("smtp", port) as mailer:
        mailer.sendmail("b@host.test", ["abuse@perdure.test"], raw)
    waited, direct = site.read(rows, "SELECT received_at FROM letter ORDER BY id")
    now = site.clock.now_ms()
    assert waited.received_at == (1_789_236_000_000 if now - 1_789_236_000_000 < 6 * 86_400_000 else now)
    assert direct.received_at == now


def test_only_named_addresses_are_taken_for_and_nothing_too_large(site: Site) -> None:
    with door(site, "smtp", ("abuse@perdure.test",)) as port, client("smtp", port) as mailer:
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            mailer.sendmail("a@host.test", ["someone@elsewhere.test"], letter())
        mailer.sendmail("a@host.test", ["Abuse+77@perdure.test"], letter())
        mailer.ehlo()
        assert mailer.esmtp_features["size"] == str(25 * 1024 * 1024)
        code, _ = mailer.docmd("MAIL FROM:<a@host.test> SIZE=99999999")
        assert code == 552
    assert len(site.read(rows, "SELECT id FROM letter")) == 1


def test_too_many_connections_are_turned_away_and_the_others_go_on(site: Site) -> None:
    with door(site, "smtp") as port:
        held = [client("smtp", port) for _ in range(10)]
        with pytest.raises((smtplib.SMTPException, OSError)):
            client("smtp", port)
        held[0].sendmail("a@host.test", ["abuse@perdure.test"], letter())
        for one in held:
            one.close()
    assert len(site.read(rows, "SELECT id FROM letter")) == 1


def test_a_valid_signature_makes_a_registered_sender_and_a_forged_one_does_not(site: Site) -> None:
    sender_id, _ = host(site)
    site.rt.ports[Signatures] = DkimSignatures(look_up)
    good = signed(letter("one"))
    cases = [
        (good, sender_id),
        (letter("two"), None),
        (good.replace(b"one", b"six"), None),
        (signed(letter("three", "abuse@elsewhere.test")), None),
        (signed(letter("four"), "evil.test"), None),
        (signed(letter("five"), length=True) + b"and more\r\n", None),
        (b"From: abuse@host.test\r\n" + signed(letter("seven", "x@other.test")), None),
    ]
    with door(site, "lmtp") as port, client("lmtp", port) as mailer:
        for number, (raw, _) in enumerate(cases):
            mailer.sendmail(f"{number}@host.test", ["abuse@perdure.test"], raw)
    found = [row.sender_id for row in site.read(rows, "SELECT sender_id FROM letter ORDER BY id")]
    assert found == [expected for _, expected in cases]
    (proof,) = site.read(rows, "SELECT proof FROM letter WHERE verified = true")
    assert proof.proof == "dkim:host.test"


def test_a_name_server_that_is_silent_costs_the_proof_and_not_the_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_signatures, "_SECONDS", 0.1)
    began = time.monotonic()

    def silent(name: str) -> bytes | None:
        time.sleep(0.4)
        return look_up(name)

    async def ask() -> float:
        assert await DkimSignatures(silent).domains(signed(letter())) == ()
        return time.monotonic() - began

    assert on_loop(ask()) < 0.4
    assert on_loop(DkimSignatures(look_up).domains(signed(letter()))) == ("host.test",)


@pytest.mark.parametrize(
    "url", ["lmtp://0.0.0.0:24", "lmtp://8.8.8.8:24", "lmtp://127.0.0.1", "http://127.0.0.1:1", "lmtp://name:24"]
)
def test_a_door_for_everybody_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        place_of(url)
