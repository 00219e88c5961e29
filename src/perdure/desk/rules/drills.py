"""What a fire drill injects, and what its score is. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, Literal

import msgspec

from perdure.desk.rules.orders.annex import OrderFields, as_text

Kind = Literal["notice", "order"]
KINDS: Final[tuple[Kind, ...]] = ("notice", "order")
_SECOND: Final = 1000
_MINUTE: Final = 60_000
_HOUR: Final = 3_600_000
DAY: Final = 24 * _HOUR
SQUEEZE: Final = 60
"""By how much what people have to do is shortened in a compressed drill; what the program does is not."""
TEXTS: Final = (
    "Drill: this text stands for something that a letter complains of. Number one.",
    "Drill: this text stands for something that a letter complains of. Number two, about bread.",
    "Drill: this text stands for something that a letter complains of. Number three, about rain.",
    "Drill: this text stands for something that a letter complains of. Number four, about trains.",
)


class Step(msgspec.Struct, frozen=True):
    """One thing that is measured: until when after receipt (ms) it counts, its points, whether the drill needs it."""

    name: str
    limit: int
    points: int
    needed: bool


_STEPS: Final[dict[Kind, tuple[tuple[Step, bool], ...]]] = {
    # The second says whether people do it, so that a compressed drill leaves them less time.
    "notice": (
        (Step("receipt", 60 * _SECOND, 25, needed=True), False),
        (Step("resolved", 60 * _SECOND, 25, needed=True), False),
        (Step("decided", DAY, 25, needed=False), True),
        (Step("answered", DAY, 25, needed=True), True),
    ),
    "order": (
        (Step("receipt", 60 * _SECOND, 10, needed=False), False),
        (Step("resolved", 60 * _SECOND, 10, needed=False), False),
        (Step("held", 20 * _MINUTE, 40, needed=True), False),
        (Step("answered", _HOUR, 30, needed=True), False),
        (Step("decided", DAY, 10, needed=False), True),
    ),
}


def steps(kind: Kind, *, compressed: bool) -> tuple[Step, ...]:
    """What is measured in a drill, in the order in which it should happen."""
    return tuple(
        msgspec.structs.replace(one, limit=one.limit // SQUEEZE) if compressed and people else one
        for one, people in _STEPS[kind]
    )


def score(kind: Kind, zero: int, at: dict[str, int | None], *, compressed: bool) -> tuple[int, bool]:
    """Points (0 to 100), and whether everything was done in time that must be. ``at`` are instants (ms) by step."""
    points, passed = 0, True
    for step in steps(kind, compressed=compressed):
        when = at.get(step.name)
        if when is not None and when - zero <= step.limit:
            points += step.points
        elif step.needed:
            passed = False
    return points, passed


def horizon(*, compressed: bool) -> int:
    """How long (ms) a drill is watched."""
    return DAY // SQUEEZE if compressed else DAY


def month(now: int) -> str:
    """The month of an instant, UTC."""
    return datetime.fromtimestamp(now // 1000, UTC).strftime("%Y-%m")


def month_ends(now: int) -> int:
    """The end (ms) of the month of an instant, UTC."""
    at = datetime.fromtimestamp(now // 1000, UTC)
    following = at.replace(year=at.year + at.month // 12, month=at.month % 12 + 1, day=1, hour=0, minute=0, second=0)
    return int(following.timestamp()) * 1000


def letter(reference: str, urls: Sequence[str], host: str) -> bytes:
    """A host's letter as a mail: some items, one of them twice, one that is gone and one of another site."""
    listed = (
        *urls,
        f"{urls[0]}?utm_source=drill",
        f"{urls[0].rsplit('/', 1)[0]}/4",
        "https://elsewhere.invalid/@nobody/1",
    )
    lines = [
        f"From: Fire drill <drill@{host}>",
        f"To: abuse@{host}",
        f"Subject: [DRILL] Content that breaks our acceptable use policy, {reference}",
        f"Message-ID: <{reference}@drill.invalid>",
        "Content-Type: text/plain; charset=utf-8",
        "MIME-Version: 1.0",
        "",
        "DRILL. This letter was written by the site itself, to see how it is answered.",
        "",
        f"We were told of the following content on your service (our reference {reference}).",
        "Please remove it within 24 hours and tell us how you prevent that it comes back.",
        "",
        *listed,
        "",
        "The drill of the notice desk",
    ]
    return "\r\n".join(lines).encode()


def order(reference: str, urls: Sequence[str], now: int) -> bytes:
    """An order on Annex I that nobody gave."""
    fields = OrderFields(
        authority="DRILL: no authority",
        country="DRILL",
        reference=reference,
        issued=datetime.fromtimestamp(now // 1000, UTC).strftime("%Y-%m-%d %H:%M UTC"),
        legal_ground="DRILL: Article 3 of Regulation (EU) 2021/784",
        grounds=("incites",),
        reasons="DRILL. Nobody gave this order and nothing in it is so.",
        urls=tuple(urls),
        redress="DRILL: none is needed.",
        authentication="DRILL: none.",
    )
    return as_text(fields).encode()
