"""Structured logs, one JSON object a line (or coloured text on a terminal), without secrets."""

import contextlib
import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final, TextIO, cast

import structlog

_SECRET_PARTS: Final = ("password", "secret", "token", "authorization", "cookie", "otp", "private_key")


class _StandardError:
    """Wherever standard error leads now. What cannot be logged is lost: it must not undo the work it tells of."""

    def write(self, text: str) -> None:
        """Write, unless the file is closed, its disk full, or its reader gone."""
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(text)

    def flush(self) -> None:
        """Flush, under the same conditions."""
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.flush()


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank every field whose name sounds like a secret."""
    for name in event:
        if any(part in name.lower() for part in _SECRET_PARTS):
            event[name] = "[redacted]"
    return event


def configure(*, level: str, as_json: bool) -> None:
    """Set up logging for the process: to standard error, from ``level`` upwards."""
    renderer: Any = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            redact,
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", _StandardError())),
    )


def logger(area: str) -> Any:
    """A logger whose lines carry ``area``."""
    return structlog.get_logger(area=area)


configure(level="critical", as_json=False)  # commands speak for themselves; a process that serves says otherwise
