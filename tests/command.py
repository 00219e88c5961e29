"""The command line inside the test's own process: fast, and with the real parser and the real exit status."""

import sys
from typing import NamedTuple

import pytest

from perdure.cli import main
from perdure.kernel.settings import Settings


class Done(NamedTuple):
    """What a command printed and how it ended."""

    status: int
    out: str
    err: str


class Command:
    """``perdure …`` on a site's data directory and database."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._patch = monkeypatch
        self._capsys = capsys
        self.settings: Settings | None = None

    def __call__(self, *words: object) -> Done:
        self._patch.setattr(sys, "argv", ["perdure", *map(str, words)])
        if self.settings is not None:
            self._patch.setenv("PERDURE_DATA", str(self.settings.data))
            if self.settings.database_url:
                self._patch.setenv("PERDURE_DATABASE_URL", self.settings.database_url)
        self._capsys.readouterr()
        try:
            main()
            status = 0
        except SystemExit as ended:
            status = int(ended.code or 0)
        shown = self._capsys.readouterr()
        return Done(status, shown.out, shown.err)

    def fails(self, *words: object) -> str:
        """Run a command that must be refused: one line, exit status 2, no traceback. Returns the line."""
        done = self(*words)
        assert done.status == 2, done
        assert len(done.err.strip().splitlines()) == 1, done.err
        line = done.err.strip()
        assert line.startswith("perdure: "), line
        return line
