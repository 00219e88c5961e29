import io
import sys
from collections.abc import Iterator

import pytest
import structlog

from perdure.kernel.log import configure, logger, redact


@pytest.fixture
def configured() -> Iterator[None]:
    configure(level="info", as_json=True)
    yield
    structlog.reset_defaults()


class _Full(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("broken", ["closed", "full"])
def test_unit_work_goes_on_where_the_log_cannot_be_written(
    configured: None, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    stream = _Full() if broken == "full" else io.StringIO()
    if broken == "closed":
        stream.close()
    monkeypatch.setattr(sys, "stderr", stream)
    logger("test").warning("nobody_reads_this")


def test_unit_a_line_goes_to_standard_error_as_it_is_now(configured: None, capsys: pytest.CaptureFixture[str]) -> None:
    logger("test").warning("here")
    assert '"event": "here"' in capsys.readouterr().err


def test_unit_fields_that_sound_like_secrets_never_reach_the_log() -> None:
    event = redact(None, "info", {"event": "x", "access_token": "a", "Password": "b", "otp_code": "c", "path": "/"})
    assert event == {
        "event": "x",
        "access_token": "[redacted]",
        "Password": "[redacted]",
        "otp_code": "[redacted]",
        "path": "/",
    }
