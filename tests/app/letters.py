"""Letters for tests: a host that writes, and what became of what it wrote."""

from typing import Any

from perdure.desk.model import Arrived, SenderInput
from perdure.desk.service import arriving, letters, senders
from tests.site import Site


def host(site: Site, name: str = "Example Hosting", **more: Any) -> tuple[int, str]:
    """Register a host; returns its id and a token."""
    given = SenderInput(name=name, authority="provider", domains=("host.test",), **more)
    view, _ = site.run(senders.create, site.rt, None, given)
    token = site.write(senders.new_token_in, None, view.id, "test")
    return view.id, token


def arrive(site: Site, text: str | bytes, *, work: bool = True, **more: Any) -> int:
    """A letter comes in, and the worker does its work; returns its id."""
    raw = text.encode() if isinstance(text, str) else text
    given = {
        "raw": raw,
        "channel": "lmtp",
        "received_at": site.clock.now_ms(),
        "envelope_from": "a@stranger.test",
    } | more
    letter_id: int = site.run(arriving.arrive, site.rt, Arrived(**given))
    if work:
        site.work()
    return letter_id


def states(site: Site, letter_id: int) -> list[str]:
    """What became of each item, in the order of the letter."""
    return [one.state for one in site.read(letters.items_in, letter_id)]
