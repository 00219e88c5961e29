"""C15: any flipped byte or dropped row is found; roots go to places outside; a third party verifies with Python alone."""

import hashlib
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import psycopg
import pytest

from perdure.audit import service as audit
from perdure.audit.rules import verify
from perdure.audit.service import anchors, packing, roots
from perdure.kernel.db import Tx
from perdure.kernel.settings import Settings
from tests.command import Command
from tests.site import Site, rows

TABLES = ("audit_entry", "audit_private", "audit_enforcement", "audit_key", "audit_root", "audit_receipt")
DECISION = b'{"policy":"threat","facts":"a threat against a person"}'
STAFF, NOTIFIER, AUTHOR = 900_000_000_001, 900_000_000_002, 900_000_000_003


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """A site with two kinds of places outside."""
    import msgspec

    places = (f"folder:{tmp_path / 'elsewhere'}", "mailto:archive@example.org")
    return msgspec.structs.replace(settings, anchors=places)


def case_in(tx: Tx, case: int = 12, decision: int = 55) -> None:
    """What happens to a case, in short."""
    subject = f"case:{case}"
    audit.append_in(tx, actor_id=NOTIFIER, action="report.file", subject=subject, private={"claim": "a threat"})
    audit.append_in(tx, actor_id=STAFF, action="case.assign", subject=subject, to=STAFF)
    digest = hashlib.sha256(DECISION).hexdigest()
    audit.append_in(
        tx, actor_id=STAFF, action="decision.make", subject=f"decision:{decision}", case_id=case, sha256=digest
    )
    audit.enforce_in(tx, kind="takedown", subject="post:7", decision_id=decision)
    audit.append_in(tx, actor_id=None, action="account.role", subject=f"account:{STAFF}", after="moderator")
    audit.append_in(tx, actor_id=AUTHOR, action="account.delete", subject=f"account:{AUTHOR}")


def filled(site: Site) -> None:
    """A day with a case, signed and taken outside; another with its measure reversed and somebody erased."""
    site.write(case_in)
    site.clock.advance(days=1)
    assert site.run(roots.close_day, site.rt) is not None
    site.work()
    taken = site.write(lambda tx: [one.seq for one in audit.current_on_in(tx, "post:7")])
    site.write(lambda tx: audit.enforce_in(tx, kind="takedown", subject="post:7", decision_id=56, reverses=taken[0]))
    site.write(audit.erase_in, AUTHOR)
    assert site.run(roots.close_now, site.rt) is not None
    site.work()


@pytest.fixture
def ledger(site: Site) -> Site:
    filled(site)
    return site


def test_a_day_is_signed_once_after_midnight_and_continues_the_one_before(site: Site) -> None:
    site.write(case_in)
    first_day = roots.day_of(site.clock.now_ms())
    assert site.run(roots.close_day, site.rt) is None
    site.clock.advance(days=1)
    first = site.run(roots.close_day, site.rt)
    assert first is not None
    assert first.day == first_day
    assert site.run(roots.close_day, site.rt) is None
    site.clock.advance(days=3)
    site.run_jobs()
    last = site.read(lambda tx: roots.newest_in(tx, 100, 10))
    told = [json.loads(root.statement) for root, _ in last]
    assert [one["n"] for one in told] == [2, 1]
    assert told[0]["first"] == told[1]["last"] + 1
    assert told[0]["previous"] == hashlib.sha256(last[1][0].statement.encode()).hexdigest()


def test_a_root_signed_while_the_clock_was_far_ahead_does_not_stop_the_days_after(site: Site) -> None:
    site.write(case_in)
    site.clock.advance(days=5000)
    assert site.run(roots.close_day, site.rt) is not None
    site.clock.advance(days=-4999)
    site.write(case_in, 13)
    site.clock.advance(days=1)
    assert site.run(roots.close_day, site.rt) is not None
    assert site.read(audit.verify_in)[1] is None


def test_every_root_goes_to_each_place_once_and_the_receipts_are_entries(ledger: Site, tmp_path: Path) -> None:
    receipts = ledger.read(rows, "SELECT n, kind, digest FROM audit_receipt ORDER BY n, kind")
    assert [(row.n, row.kind) for row in receipts] == [(1, "mail"), (1, "store"), (2, "mail"), (2, "store")]
    kept = sorted((tmp_path / "elsewhere" / "roots").iterdir())
    assert len(kept) == 2
    document = json.loads(kept[0].read_bytes())
    assert verify.signed(document["public_key"], document["statement"].encode(), document["signature"])
    mails = list((ledger.rt.settings.data / "mail").glob("*.eml"))
    assert len(mails) == 2
    told = [message_from_bytes(mail.read_bytes(), policy=policy.default).get_content() for mail in mails]
    assert any(receipts[0].digest in text for text in told)
    assert ledger.read(audit.verify_in)[1] is None


def test_a_place_that_refuses_is_tried_again_and_seen(site: Site, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("no folder")
    site.write(case_in)
    site.clock.advance(days=1)
    site.run(roots.close_day, site.rt)
    site.work()
    failed = site.read(rows, "SELECT error FROM outbox_delivery WHERE subscriber = 'audit.anchor'")
    assert len(failed) == 1
    assert "elsewhere" in failed[0].error
    assert site.run(anchors.outlook, site.rt).missing == (next(iter(anchors.places(site.rt))).name,)
    (tmp_path / "elsewhere").unlink()
    site.clock.advance(days=1)
    site.work()
    assert site.run(anchors.outlook, site.rt).missing == ()
    assert len(site.read(rows, "SELECT seq FROM audit_receipt")) == 2


def test_what_a_store_outside_keeps_is_compared(ledger: Site, perdure: Command, tmp_path: Path) -> None:
    perdure.settings = ledger.rt.settings
    assert ledger.run(anchors.differences, ledger.rt) == []
    kept = sorted((tmp_path / "elsewhere" / "roots").iterdir())
    kept[0].write_bytes(kept[0].read_bytes().replace(b'"signature"', b'"signaturE"'))
    kept[1].unlink()
    told = ledger.run(anchors.differences, ledger.rt)
    assert len(told) == 2
    assert "is gone" in told[0]
    assert "not the one" in told[1]


Edit = Callable[[str, tuple[Any, ...]], list[Any]]


@pytest.fixture
def behind(ledger: Site) -> Iterator[Edit]:
    """Somebody with all rights on the database, with the triggers gone."""
    settings = ledger.rt.settings
    if settings.database_url:
        with psycopg.connect(settings.database_url, autocommit=True) as server:
            server.execute("SET session_replication_role = 'replica'")
            for table in TABLES:
                server.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
                # What captures changes stays: to take that away would close the site at the next command.
                for name in (f"_log_{table}", f"_log_{table}_truncate"):
                    server.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")

            def on_postgres(text: str, values: tuple[Any, ...]) -> list[Any]:
                done = server.execute(text.replace("?", "%s"), values)
                return done.fetchall() if done.description else []

            yield on_postgres
        return
    with sqlite3.connect(settings.data / "perdure.db", isolation_level=None, timeout=10) as file:
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            if name.startswith("audit_"):
                file.execute(f"DROP TRIGGER {name}")
        yield lambda text, values: file.execute(text, values).fetchall()
    file.close()


def flipped(value: Any, at: int) -> Any:
    """The value with one bit of one byte changed, still storable in its column."""
    if value is None:
        return 1
    if isinstance(value, int):
        return value ^ 1 << at % 40
    if isinstance(value, bytes):
        return value[: at % len(value)] + bytes([value[at % len(value)] ^ 1]) + value[at % len(value) + 1 :]
    place = at % len(value)
    return value[:place] + chr(ord(value[place]) ^ 1) + value[place + 1 :]


def columns(site: Site, table: str) -> tuple[list[str], list[Any]]:
    found = site.read(rows, f"SELECT * FROM {table} ORDER BY seq")
    assert found, table
    return list(found[0]._fields), found


def test_a_flipped_byte_in_any_column_of_any_row_is_found(ledger: Site, behind: Edit) -> None:
    assert ledger.read(audit.verify_in)[1] is None
    for table in TABLES:
        names, found = columns(ledger, table)
        for number, row in enumerate(found):
            for at, name in enumerate(names):
                wrong = flipped(row[at], 7 * number + 3 * at)
                if name in {"seq", "n"} and any(getattr(other, name) == wrong for other in found):
                    wrong = row[at] + 1_000_000
                behind(f"UPDATE {table} SET {name} = ? WHERE seq = ?", (wrong, row.seq))
                assert ledger.read(audit.verify_in)[1] is not None, (table, row, name)
                seq = wrong if name == "seq" else row.seq
                behind(f"UPDATE {table} SET {name} = ? WHERE seq = ?", (row[at], seq))
    assert ledger.read(audit.verify_in)[1] is None


def test_a_dropped_row_of_any_table_is_found(ledger: Site, behind: Edit) -> None:
    for table in TABLES:
        names, found = columns(ledger, table)
        marks = ", ".join("?" * len(names))
        for row in found:
            behind(f"DELETE FROM {table} WHERE seq = ?", (row.seq,))
            assert ledger.read(audit.verify_in)[1] is not None, (table, row)
            behind(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", tuple(row))
    assert ledger.read(audit.verify_in)[1] is None


def test_verify_names_the_first_bad_entry_in_one_line(ledger: Site, behind: Edit, perdure: Command) -> None:
    perdure.settings = ledger.rt.settings
    assert "unbroken" in perdure("audit", "verify").out
    behind("UPDATE audit_entry SET subject = 'case:13' WHERE seq = ?", (3,))
    behind("UPDATE audit_entry SET subject = 'case:13' WHERE seq = ?", (5,))
    done = perdure("audit", "verify")
    assert (done.status, done.err) == (1, "")
    assert done.out == "Broken at entry 3: its content does not match its hash. 2 entries before it hold.\n"
    assert perdure("audit", "verify", "--since", 5).status == 0


# --- what leaves ---------------------------------------------------------------------------------------------------


class Documents:
    """Keeps the documents of cases, as moderation does."""

    def documents_for(self, tx: Tx, case_id: int) -> list[tuple[str, bytes]]:
        return [("decision-55.json", DECISION)]


def lone(path: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """A third party: the pack's own file in a Python without packages, settings or site."""
    return subprocess.run(
        [sys.executable, "-I", "-S", str(path), *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd="/",
    )


@pytest.fixture
def pack(ledger: Site, tmp_path: Path) -> Path:
    """The proof of a case."""
    folder = tmp_path / "pack"
    folder.mkdir()
    ledger.run(roots.close_now, ledger.rt)
    ledger.read(packing.prove_case_in, "perdure.test", folder, 12, Documents())
    return folder


def test_a_third_party_verifies_a_case_with_python_alone(pack: Path) -> None:
    done = lone(pack / "verify.py")
    assert (done.returncode, done.stderr) == (0, ""), done
    assert done.stdout.endswith("Everything holds.\n")
    assert "1 documents match" in done.stdout
    assert "4 receipts" in done.stdout or "2 receipts" in done.stdout
    key = json.loads((pack / "manifest.json").read_bytes())["key"]
    assert lone(pack / "verify.py", "--key", key).returncode == 0
    assert lone(pack / "verify.py", "--key", "0" * 64).returncode == 1


def failures(path: Path) -> list[str]:
    return [text for good, text in verify.check(path, []) if not good]


def test_a_flipped_byte_in_any_file_of_a_pack_is_found(pack: Path) -> None:
    assert failures(pack) == []
    names = sorted(one for one in pack.rglob("*") if one.is_file())
    assert len(names) == 6
    for path in names:
        content = path.read_bytes()
        for at in range(0, len(content), max(1, len(content) // 40)):
            path.write_bytes(content[:at] + bytes([content[at] ^ 1 << at % 8]) + content[at + 1 :])
            assert failures(pack), (path.name, at)
        path.write_bytes(content)
    assert failures(pack) == []


def test_a_file_that_is_missing_from_a_pack_or_too_many_is_found(pack: Path) -> None:
    for path in [one for one in pack.rglob("*") if one.is_file()]:
        content = path.read_bytes()
        path.unlink()
        assert failures(pack), path.name
        path.write_bytes(content)
    (pack / "documents" / "another.json").write_text("{}")
    assert failures(pack)


def test_a_flipped_byte_in_the_ledger_of_a_pack_fails_in_the_third_partys_python_too(pack: Path) -> None:
    path = pack / "ledger.jsonl"
    content = path.read_bytes()
    path.write_bytes(content[:300] + bytes([content[300] ^ 1]) + content[301:])
    done = lone(pack / "verify.py")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("FAIL ledger.jsonl is not the one that was signed")


def test_no_moderator_and_no_notifier_is_named_in_what_leaves(ledger: Site, pack: Path, tmp_path: Path) -> None:
    folder = tmp_path / "period"
    folder.mkdir()
    first, last = (root.day for root, _ in reversed(ledger.read(lambda tx: roots.newest_in(tx, 100, 2))))
    ledger.read(packing.prove_days_in, "perdure.test", folder, first, last)
    for path in [*pack.rglob("*"), *folder.rglob("*")]:
        if path.is_file():
            for person in (STAFF, NOTIFIER):
                assert str(person).encode() not in path.read_bytes(), path
            assert b'a threat"' not in path.read_bytes()
    assert lone(folder / "verify.py").returncode == 0


def test_an_export_is_signed_and_any_change_to_it_is_found(ledger: Site, perdure: Command, tmp_path: Path) -> None:
    perdure.settings = ledger.rt.settings
    out = tmp_path / "ledger.jsonl"
    assert perdure("audit", "export", "--out", out).status == 0
    done = perdure("audit", "verify", out)
    assert done.status == 0, done
    content = out.read_bytes()
    lines = content.splitlines(keepends=True)
    for number in range(len(lines)):
        out.write_bytes(b"".join(lines[:number] + lines[number + 1 :]))
        assert failures(out), number
    for at in range(0, len(content), 97):
        out.write_bytes(content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :])
        assert failures(out), at


def test_a_case_without_a_trace_or_with_an_unvouched_document_is_not_proved(ledger: Site, tmp_path: Path) -> None:
    class Liar:
        def documents_for(self, tx: Tx, case_id: int) -> list[tuple[str, bytes]]:
            return [("decision.json", b"{}")]

    from perdure.audit.errors import Unproved

    folder = tmp_path / "pack"
    folder.mkdir()
    for case, dossier in ((13, Documents()), (12, Liar())):
        with pytest.raises(Unproved):
            ledger.read(packing.prove_case_in, "perdure.test", folder, case, dossier)
