import json
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from perdure.kernel.clock import ManualClock
from perdure.kernel.db import Tx
from perdure.kernel.outbox.tables import outbox_delivery, outbox_event
from perdure.kernel.settings import Settings
from tests.command import Command
from tests.site import NOW, open_site


@pytest.fixture(autouse=True)
def free_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of another test answers on the port that the doctor asks."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        monkeypatch.setenv("PERDURE_PORT", str(probe.getsockname()[1]))


@pytest.fixture
def broken_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A port that takes connections and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def report(perdure: Command, *words: object) -> dict[str, Any]:
    done = perdure("doctor", "--json", *words)
    found = json.loads(done.out)
    assert done.status == (0 if found["ok"] else 1)
    assert all(one["advice"] for one in found["findings"] if one["state"] in {"warn", "fail"})
    return {one["area"]: one for one in found["findings"]} | {"ok": found["ok"]}


def test_a_healthy_site_passes_and_everything_is_looked_at(perdure: Command, settings: Settings) -> None:
    perdure("accounts", "create", "anna", "--email", "a@x.test", "--role", "owner", "--confirmed")
    found = report(perdure)
    for area in ("data directory", "database", "schema", "clock", "files", "pictures", "outbox", "audit log"):
        assert found[area]["state"] == "ok", found[area]
    if settings.database_url:  # the tests' own server does not sync, and the doctor sees it
        assert "fsync off" in found["integrity"]["text"]
    else:
        assert found["ok"], found
    assert "@anna" in found["second factors"]["text"]
    assert found["audit log"]["text"].startswith("1 entries")
    assert "● ok" in perdure("doctor").out


def test_a_settings_typo_is_the_one_finding(command: Command, tmp_path: Path) -> None:
    (tmp_path / "perdure.toml").write_text("prot = 1")
    done = command("doctor", "--json", "--data", tmp_path)
    (found,) = json.loads(done.out)["findings"]
    assert (done.status, found["area"]) == (1, "settings")
    assert "Did you mean 'port'?" in found["text"]


def test_a_missing_data_directory_is_told_and_not_made(command: Command, tmp_path: Path) -> None:
    assert command("doctor", "--data", tmp_path / "none").status == 1
    assert not (tmp_path / "none").exists()


def test_a_database_out_of_reach_is_told_without_its_password(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PERDURE_DATABASE_URL", "postgresql://u:sesame@127.0.0.1:1/x")
    done = command("doctor", "--data", tmp_path)
    assert done.status == 1
    assert "✖ FAIL" in done.out
    assert "sesame" not in done.out


def test_a_damaged_database_is_told(command: Command, tmp_path: Path) -> None:
    command("migrate", "--data", tmp_path)
    file = tmp_path / "perdure.db"
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(file.read_bytes())
    content[20_000:60_000] = b"\xff" * 40_000
    file.write_bytes(content)
    done = command("doctor", "--data", tmp_path)
    assert done.status == 1
    assert "Traceback" not in done.out + done.err


def test_data_of_a_newer_release_is_told(command: Command, tmp_path: Path) -> None:
    command("migrate", "--data", tmp_path)
    with sqlite3.connect(tmp_path / "perdure.db") as connection:
        connection.execute("UPDATE schema_compat SET oldest_code = 99")
    found = json.loads(command("doctor", "--json", "--data", tmp_path).out)["findings"]
    (schema,) = [one for one in found if one["area"] == "schema"]
    assert (schema["state"], "newer Perdure" in schema["text"]) == ("fail", True)


@pytest.mark.parametrize(
    ("variables", "area", "words"),
    [
        ({"BASE_URL": "http://social.example"}, "address", "in the clear"),
        ({"BASE_URL": "http://localhost:8000", "HOST": "0.0.0.0"}, "address", "lead nowhere"),
        ({"STORAGE_URL": "s3://b?endpoint=http://127.0.0.1:1&access_key_id=a&secret_access_key=b"}, "files", "store"),
    ],
)
def test_what_would_not_work_in_public_fails(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], area: str, words: str
) -> None:
    command("migrate", "--data", tmp_path)
    monkeypatch.setenv("PERDURE_DATA", str(tmp_path))
    for name, value in variables.items():
        monkeypatch.setenv(f"PERDURE_{name}", value)
    found = report(command)
    assert found[area]["state"] == "fail"
    assert words in found[area]["text"]


def test_a_mail_server_that_does_not_answer_fails_and_the_folder_warns_in_public(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken_server: int
) -> None:
    command("migrate", "--data", tmp_path)
    monkeypatch.setenv("PERDURE_DATA", str(tmp_path))
    monkeypatch.setenv("PERDURE_BASE_URL", "https://social.example")
    assert report(command)["mail"]["state"] == "warn"
    monkeypatch.setenv("PERDURE_MAIL_URL", "smtp://u:sesame@127.0.0.1:1")
    found = report(command)
    assert found["mail"]["state"] == "fail"
    assert "sesame" not in str(found)
    monkeypatch.setenv("PERDURE_PORT", str(broken_server))
    assert "something else" in report(command)["site"]["text"]


def test_dead_letters_late_ones_and_a_failed_job_are_named(perdure: Command, settings: Settings) -> None:
    def broken_in(tx: Tx) -> None:
        for number, dead in ((1, NOW), (2, None)):
            tx.insert(outbox_event, id=number, kind="x", payload="{}", created_at=NOW)
            row = {"attempts": 12, "available_at": NOW, "dead_at": dead, "error": "no"}
            tx.insert(outbox_delivery, event_id=number, subscriber="accounts.mail", **row)

    with open_site(settings, ManualClock(NOW)) as site:
        site.write(broken_in)
    done = perdure("doctor")
    assert "1 deliveries were given up" in done.out
    assert "perdure outbox replay" in done.out


def test_a_changed_audit_entry_is_told(perdure: Command, settings: Settings) -> None:
    perdure("accounts", "create", "anna", "--email", "a@x.test", "--role", "owner", "--confirmed")
    if settings.sqlite_path is None:
        with psycopg.connect(settings.database_url) as server:
            server.execute("ALTER TABLE audit_entry DISABLE TRIGGER ALL")
            server.execute("UPDATE audit_entry SET action = 'nothing'")
    else:
        with sqlite3.connect(settings.sqlite_path) as file:
            file.execute("DROP TRIGGER audit_entry_no_update")
            file.execute("UPDATE audit_entry SET action = 'nothing'")
    found = report(perdure)
    assert (found["ok"], found["audit log"]["state"]) == (False, "fail")


def test_a_password_that_everybody_may_read_is_told_and_a_public_address_is_not(
    command: Command, tmp_path: Path
) -> None:
    file = tmp_path / "perdure.toml"
    found = {}
    for text in ('base_url = "https://social.example"', 'mail_url = "smtp://u:sesame@mail.example"'):
        file.write_text(text)
        file.chmod(0o644)
        done = command("doctor", "--json", "--data", tmp_path)
        found[text[:4]] = next(one["state"] for one in json.loads(done.out)["findings"] if one["area"] == "settings")
        assert "sesame" not in done.out
    assert found == {"base": "ok", "mail": "warn"}
