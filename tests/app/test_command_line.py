import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from perdure.kernel.settings import Settings
from perdure.migrations import runner
from tests.command import Command

EVERY = ["accounts list", "invites list", "tokens list x", "outbox list", "audit verify"]


@pytest.mark.parametrize("words", EVERY)
def test_a_mistyped_data_directory_is_told_and_makes_no_empty_site(
    command: Command, tmp_path: Path, words: str
) -> None:
    assert "there is no site in" in command.fails(*words.split(), "--data", tmp_path / "typo")
    assert not (tmp_path / "typo").exists()


def test_a_data_directory_that_cannot_be_made_is_told(command: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "cannot be made" in command.fails("migrate", "--data", tmp_path / "file" / "below")
    assert "cannot be made" in command.fails("serve", "--data", tmp_path / "file")


def test_settings_that_cannot_be_read_are_told(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "perdure.toml").mkdir()
    assert "perdure.toml: cannot be read" in command.fails("migrate", "--data", tmp_path)
    (tmp_path / "perdure.toml").rmdir()
    monkeypatch.setenv("PERDURE_DATABASE_URL_FILE", str(tmp_path / "missing"))
    assert "PERDURE_DATABASE_URL_FILE" in command.fails("migrate", "--data", tmp_path)


def test_a_typo_in_the_settings_names_the_right_one(command: Command, tmp_path: Path) -> None:
    (tmp_path / "perdure.toml").write_text('base_ulr = "https://example.org"')
    assert "Did you mean 'base_url'?" in command.fails("migrate", "--data", tmp_path)


def test_data_of_a_newer_release_is_refused_and_left_alone(command: Command, tmp_path: Path) -> None:
    runner.upgrade(Settings(data=tmp_path))
    with sqlite3.connect(tmp_path / "perdure.db") as connection:
        connection.execute("UPDATE schema_compat SET oldest_code = 99")
    before = (tmp_path / "perdure.db").read_bytes()
    assert "newer Perdure" in command.fails("serve", "--data", tmp_path, "--port", 0)
    assert (tmp_path / "perdure.db").read_bytes() == before


def test_a_file_that_is_no_database_is_told(command: Command, tmp_path: Path) -> None:
    (tmp_path / "perdure.db").write_bytes(b"this is a letter and no database" * 100)
    assert "perdure.db" in command.fails("accounts", "list", "--data", tmp_path)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://x/y", "must start with postgresql://"),
        ("postgresql://u:secret@localhost:port/x", "not an address"),
        ("postgresql://u:secret@127.0.0.1:1/x", "cannot open the database"),
    ],
)
def test_a_database_that_cannot_be_reached_is_told_without_its_password(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, words: str
) -> None:
    monkeypatch.setenv("PERDURE_DATABASE_URL", url)
    line = command.fails("migrate", "--data", tmp_path)
    assert words in line
    assert "secret" not in line


@pytest.mark.parametrize("words", ["acounts", "accounts make", "serve --prot 1", "accounts create"])
def test_a_mistyped_command_is_status_2_without_a_traceback(command: Command, words: str) -> None:
    done = command(*words.split())
    assert done.status == 2
    assert "Traceback" not in done.err


def test_every_command_says_in_one_sentence_what_it_does() -> None:
    import typer

    from perdure.cli.main import app

    def walk(group: typer.Typer) -> list[str]:
        texts = [(one.callback.__doc__ or "") for one in group.registered_commands if one.callback]
        for below in group.registered_groups:
            assert below.typer_instance is not None
            texts += [str(below.typer_instance.info.help), *walk(below.typer_instance)]
        return texts

    texts = walk(app)
    assert len(texts) > 20
    assert [text for text in texts if not text.strip().splitlines()[0].endswith(".")] == []


@pytest.mark.slow
def test_the_shell_completes_commands_below_groups_too(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("perdure")

    def completions(line: str) -> list[str]:
        environment = {"_PERDURE_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
        return subprocess.run(
            [program], env=environment, capture_output=True, text=True, check=False, timeout=60
        ).stdout.split()

    assert completions("perdure au") == ["audit"]
    assert completions("perdure accounts res") == ["reset-password", "restore"]
    shown = subprocess.run(
        [program, "--show-completion", "bash"],
        env={"SHELL": "/bin/bash", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "_PERDURE_COMPLETE" in shown.stdout
