"""The demo's people and texts, read from ``community.toml`` beside this file."""

import hashlib
from importlib import resources

import msgspec


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody the demo makes up. ``avatar`` and ``header`` name a scene to draw; empty: none."""

    name: str
    display: str
    note: str
    fields: tuple[tuple[str, str], ...]
    language: str
    avatar: str = ""
    header: str = ""
    locked: bool = False
    bot: bool = False


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """One post. ``pictures`` are (scene, description); ``re`` names the post it answers."""

    by: str
    text: str
    id: str = ""
    re: str = ""
    cw: str = ""
    visibility: str = "public"
    pictures: tuple[tuple[str, str], ...] = ()
    poll: tuple[str, ...] = ()
    hours: int = 24


class Day(msgspec.Struct, frozen=True):
    """The posts of one day, in order."""

    posts: tuple[Post, ...]


class Messages(msgspec.Struct, frozen=True):
    """A conversation between two people, who write in turn."""

    between: tuple[str, str]
    texts: tuple[str, ...]


class People(msgspec.Struct, frozen=True):
    """A list that somebody keeps."""

    by: str
    title: str
    members: tuple[str, ...]


class Story(msgspec.Struct, frozen=True):
    """Everything the demo tells, from the oldest day to the newest."""

    people: tuple[Person, ...]
    days: tuple[Day, ...]
    messages: tuple[Messages, ...]
    lists: tuple[People, ...]

    def places(self) -> list[tuple[str, Post]]:
        """Every post by its place, "day.number", in order."""
        return [
            (f"{number}.{place}", post) for number, day in enumerate(self.days) for place, post in enumerate(day.posts)
        ]


def read() -> Story:
    """The story of this release."""
    text = resources.files(__package__).joinpath("community.toml").read_text("utf-8")
    return msgspec.toml.decode(text, type=Story)


def chance(*parts: object) -> float:
    """A number from 0 to below 1 that looks like chance and is the same at every run."""
    text = "/".join(map(str, parts))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest()) / 2**32
