"""What is wrong with the copies, since when, and whether somebody was told: ``continuity/alarms.json``."""

from typing import Literal

import msgspec

Level = Literal["warning", "alarm"]
Kind = Literal[
    "late",
    "far",
    "silent",
    "stuck",
    "lying",
    "foreign",
    "refused",
    "cut",
    "headless",
    "unwell",
    "unopened",
    "drill",
    "drill_failed",
    "boat",
    "physical",
]


class Sign(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was seen just now. It counts once it has lasted ``lasting_ms``."""

    kind: Kind
    about: str = ""
    """A store's name; empty where the whole is meant."""
    level: Level = "alarm"
    figure: int = 0
    """How far, how long, in ms."""
    detail: str = ""
    """What a store said, in English."""
    lasting_ms: int = 0


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """A sign over time. Instants in ms since the epoch; 0 for never."""

    sign: Sign
    since: int
    ended_at: int = 0
    """When it was last seen to be over; 0 while it lasts."""
    told: bool = False
    """Whether this time was logged and mailed."""
    told_at: int = 0
    """When a mail last named this cause, this time or an earlier one."""
    ended_told: bool = False

    def lasts(self, now_ms: int) -> bool:
        """Whether it is so, and has been for long enough to count."""
        return not self.ended_at and now_ms - self.since >= self.sign.lasting_ms


class Person(msgspec.Struct, frozen=True):
    """Who is told, and in which language."""

    email: str
    locale: str


class Alarms(msgspec.Struct, frozen=True, kw_only=True):
    """The whole file. ``people`` are kept here so that they can be told while no database answers."""

    version: int = 1
    troubles: tuple[Trouble, ...] = ()
    people: tuple[Person, ...] = ()
    people_at: int = 0
    site: str = ""
    """What the site is called."""
    tried_at: int = 0
    """When a mail last failed."""
