"""The check of the copies: needs neither a database nor a running site."""

from perdure.cli.doctor.finding import Findings, fail, ok, warn
from perdure.continuity.service.status import overview
from perdure.continuity.service.telling import headline
from perdure.kernel.clock import SystemClock
from perdure.kernel.settings import Settings


def promises(settings: Settings) -> Findings:
    """What is promised about the copies, in one line."""
    found = overview(settings.data, SystemClock().now_ms())
    broken = [promise for promise in found.promises if not promise.kept]
    if not broken:
        yield ok("copies", headline(found))
        return
    todo = next((promise.todo for promise in broken if promise.todo), "")
    lagging = any(promise.key == "behind" for promise in broken)
    advice = f"{todo}; all of it: perdure copies status" if todo else "perdure copies status"
    yield (fail if lagging else warn)("copies", headline(found), advice)
