"""Reading the ledger: staff with the right to it; signed roots for everybody; time stamps of a real authority."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from perdure.audit import service as audit
from perdure.audit.rules import verify
from perdure.audit.service import anchors, roots
from perdure.kernel.settings import Settings
from tests.app.people import person
from tests.conftest import LOOPBACK
from tests.elsewhere import Answer, Asked, Elsewhere, elsewhere
from tests.site import Site, open_site, rows

ADMIN = "read admin:read"
PATH = "/api/perdure/v1/admin/audit"


def wrote(site: Site, count: int, **more: Any) -> None:
    for number in range(count):
        site.write(
            lambda tx, number=number: audit.append_in(
                tx, **{"actor_id": None, "action": "case.note", "subject": f"case:{number}"} | more, words=number
            )
        )


def test_staff_with_the_right_reads_the_ledger_by_target_actor_and_action_in_pages(site: Site) -> None:
    ada = person(site, "ada", role="admin", scope=ADMIN)
    wrote(site, 3, private={"claim": "words"})
    wrote(site, 2, actor_id=ada.id, action="decision.make", subject="decision:9")

    def numbers(query: str) -> list[str]:
        answer = site.get(f"{PATH}?{query}", ada.token)
        assert answer.status_code == 200, answer.text
        return [one["target"] for one in answer.json()]

    assert numbers("action=case.") == ["case:2", "case:1", "case:0"]
    assert numbers("target=case:1") == ["case:1"]
    assert numbers(f"actor={ada.id}") == ["decision:9", "decision:9"]
    assert numbers("action=decision.make&limit=1") == ["decision:9"]
    first = site.get(f"{PATH}?limit=2&action=case.note", ada.token)
    assert 'rel="next"' in first.headers["Link"]
    assert numbers(f"action=case.note&max_id={first.json()[-1]['id']}") == ["case:0"]
    assert numbers(f"action=case.note&min_id={first.json()[-1]['id']}&limit=1") == ["case:2"]
    one = site.get(f"{PATH}?actor={ada.id}", ada.token).json()[0]
    assert one["actor"] == {"id": str(ada.id), "username": "ada"}
    assert (one["detail"], one["private"]) == ({"words": 1}, {})
    assert site.get(f"{PATH}?target=case:0", ada.token).json()[0]["private"] == {"claim": "words"}


def test_nobody_else_reads_the_ledger(site: Site) -> None:
    without_scope = person(site, "ada", role="admin", scope="read")
    member = person(site, "bob", scope=ADMIN)
    assert site.get(PATH, without_scope.token).status_code == 403
    assert site.get(PATH, member.token).status_code == 403
    assert site.get(PATH).status_code == 401


@pytest.mark.parametrize("query", [f"target={'x' * 201}", "actor=me"])
def test_a_wrong_question_about_the_ledger_is_refused_in_json(site: Site, query: str) -> None:
    ada = person(site, "ada", role="admin", scope=ADMIN)
    answer = site.get(f"{PATH}?{query}", ada.token)
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"].startswith("Validation failed")


def test_signed_roots_are_for_everybody_as_page_and_json(site: Site) -> None:
    assert "first root is made after midnight" in site.get("/audit/roots").text
    assert site.get("/api/perdure/v1/audit/roots").json() == []
    wrote(site, 1)
    site.run(roots.close_now, site.rt)
    (root,) = site.get("/api/perdure/v1/audit/roots").json()
    assert verify.signed(root["public_key"], root["statement"].encode(), root["signature"])
    assert json.loads(root["statement"])["site"] == "perdure.test"
    page = site.get("/audit/roots", headers={"Accept-Language": "fr"}).text
    assert root["signature"] in page
    assert "Racine 1" in page
    assert site.get("/api/perdure/v1/audit/roots?before=1").json() == []
    assert site.get("/api/perdure/v1/audit/roots?before=x").status_code == 400


# --- a time-stamping authority ---------------------------------------------------------------------------------------

_CONFIG = """
[tsa]
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
[ext]
extendedKeyUsage = critical,timeStamping
"""


@pytest.fixture
def authority(tmp_path: Path) -> Callable[[bytes], bytes]:
    """OpenSSL's own time-stamping authority: an answer (DER) for a question (DER)."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl")
    folder = tmp_path / "authority"
    folder.mkdir()
    config = folder / "tsa.cnf"
    config.write_text(_CONFIG.format(folder=folder))
    (folder / "serial").write_text("01\n")

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], check=True, cwd=folder, capture_output=True, timeout=30)

    openssl(
        *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key.pem"),
        *("-out", "cert.pem", "-subj", "/CN=Test authority", "-days", "2"),
        *("-addext", "extendedKeyUsage=critical,timeStamping"),
    )

    def answer(question: bytes) -> bytes:
        (folder / "query").write_bytes(question)
        openssl(
            *("ts", "-reply", "-config", str(config), "-section", "tsa", "-queryfile", "query"),
            *("-signer", "cert.pem", "-inkey", "key.pem", "-out", "reply"),
        )
        return (folder / "reply").read_bytes()

    return answer


@pytest.fixture
def other() -> Iterator[Elsewhere]:
    with elsewhere() as found:
        yield found


@pytest.fixture
def stamped(settings: Settings, other: Elsewhere, clock: Any) -> Iterator[Site]:
    """A site that asks an authority on this machine."""
    reach = {**LOOPBACK, "anchors": (f"rfc3161+{other.url}/tsa",)}
    with open_site(msgspec.structs.replace(settings, **reach), clock) as site:
        yield site


def test_an_authority_stamps_a_root_and_openssl_agrees(
    stamped: Site, other: Elsewhere, authority: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    def reply(asked: Asked) -> Answer:
        assert asked.headers["Content-Type"] == "application/timestamp-query"
        return Answer(authority(asked.body), mime="application/timestamp-reply")

    other.answers["/tsa"] = reply
    wrote(stamped, 1)
    root = stamped.run(roots.close_now, stamped.rt)
    assert root is not None
    stamped.work()
    (receipt,) = stamped.read(rows, "SELECT kind, place, receipt_json FROM audit_receipt")
    assert (receipt.kind, receipt.place) == ("timestamp", "timestamp:127.0.0.1")
    assert stamped.read(audit.verify_in)[1] is None
    folder = tmp_path / "authority"
    (folder / "statement").write_text(root.statement)
    words = [
        "openssl",
        "ts",
        "-verify",
        "-data",
        "statement",
        "-in",
        "reply",
        "-CAfile",
        "cert.pem",
        "-untrusted",
        "cert.pem",
    ]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=30, check=False)
    assert "Verification: OK" in done.stdout, done


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"no", 500),
        Answer(b"<html>", mime="text/html"),
        Answer(b"\x30\x03\x02\x01\x02", mime="application/timestamp-reply"),
        Answer(bytes.fromhex("30053003020102"), mime="application/timestamp-reply"),
        Answer(b"\x30\x84\xff\xff\xff\xff", mime="application/timestamp-reply"),
        Answer(b"", mime="application/timestamp-reply"),
    ],
)
def test_an_authority_that_answers_nonsense_gives_no_receipt(stamped: Site, other: Elsewhere, answer: Answer) -> None:
    other.answers["/tsa"] = answer
    wrote(stamped, 1)
    stamped.run(roots.close_now, stamped.rt)
    stamped.work()
    assert stamped.read(rows, "SELECT seq FROM audit_receipt") == []
    assert stamped.run(anchors.outlook, stamped.rt).missing == ("timestamp:127.0.0.1",)
    (failed,) = stamped.read(rows, "SELECT error FROM outbox_delivery WHERE subscriber = 'audit.anchor'")
    assert "timestamp:127.0.0.1" in failed.error


def test_a_stamp_of_another_question_gives_no_receipt(
    stamped: Site, other: Elsewhere, authority: Callable[[bytes], bytes]
) -> None:
    from perdure.adapters.anchor_timestamp import question

    other.answers["/tsa"] = Answer(authority(question("ab" * 32, 5)), mime="application/timestamp-reply")
    wrote(stamped, 1)
    stamped.run(roots.close_now, stamped.rt)
    stamped.work()
    assert stamped.read(rows, "SELECT seq FROM audit_receipt") == []
