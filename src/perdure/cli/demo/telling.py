"""Tells the demo's story: through the same use cases as everybody, on a clock that starts days ago.

Each step is one transaction that also notes how far the story is, so an interrupted run goes on where it stopped.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final

import msgspec

from perdure.accounts import service as accounts
from perdure.accounts.model import Role
from perdure.audit import service as audit
from perdure.cli.demo.story import Person, Post, Story, chance
from perdure.graph import service as graph
from perdure.kernel.clock import ManualClock
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError
from perdure.kernel.outbox import Deliverer, Registry
from perdure.kernel.runtime import Runtime
from perdure.posts import service as posts
from perdure.posts.model import Draft, PollDraft
from perdure.posts.service.publishing import limits_of

FACT: Final = "demo"
HOST: Final = "@demo.invalid"  # nobody receives mail there (RFC 2606)
PEOPLE_STEPS: Final = 2  # the first steps make the people and whom they follow
_DAY_MS: Final = 86_400_000
_MINUTE_MS: Final = 60_000
_DELIVER_EVERY: Final = 24
_MENTION: Final = re.compile(r"@(\w+)")


class Progress(msgspec.Struct):
    """How far the story is: kept in the site, changed in the transaction of each step."""

    now: int  # the instant the story leads up to, ms
    done: int = 0  # steps finished
    finished: bool = False
    people: dict[str, int] = {}  # account by the story's name
    names: dict[str, str] = {}  # user name by the story's name, where the story's own was taken
    posts: dict[str, int] = {}
    shown: dict[str, int] = {}  # every post by its place, "day.number"


class Step(msgspec.Struct, frozen=True):
    """Something that happens at an instant (ms)."""

    at: int
    body: Callable[[Tx, Progress], None]


def progress_in(tx: Tx) -> Progress | None:
    """How far an earlier run came, or None."""
    text = accounts.noted_in(tx, FACT)
    return None if text is None else msgspec.json.decode(text, type=Progress)


class Teller:
    """Plays a story on a runtime whose clock it moves."""

    def __init__(self, rt: Runtime, clock: ManualClock, story: Story) -> None:
        self._rt = rt
        self._clock = clock
        self._story = story
        self.media: dict[str, list[int]] = {}
        """Uploaded pictures by the post's place."""
        self._limits = limits_of(rt)

    async def tell(
        self, registry: Registry, progress: Progress, tick: Callable[[], None], until: int | None = None
    ) -> Progress:
        """Run every step below ``until`` that is not done; ``tick`` is called for each. Returns the progress."""
        deliverer = Deliverer(self._rt, registry)
        for number, step in enumerate(self.steps(progress.now)[:until]):
            if number >= progress.done:
                self._clock.advance(ms=max(0, step.at - self._clock.now_ms()))
                progress = await self._rt.db.write("demo.step", self._step_in, step, number, progress)
                if number % _DELIVER_EVERY == 0:
                    await deliverer.deliver_all()
            tick()
        if until is None:
            await posts.close_due_polls(self._rt)
        await deliverer.deliver_all()
        return progress

    def _step_in(self, tx: Tx, step: Step, number: int, before: Progress) -> Progress:
        progress = msgspec.json.decode(msgspec.json.encode(before), type=Progress)  # a body may run twice
        step.body(tx, progress)
        progress.done = number + 1
        accounts.note_in(tx, FACT, msgspec.json.encode(progress).decode())
        return progress

    def steps(self, now: int) -> list[Step]:
        """Everything that happens, in order. The same story and instant give the same steps."""
        spans = _spans(now, len(self._story.days))
        start = spans[0][0] - 60 * _MINUTE_MS
        found = [Step(start, self._people_in), Step(start + _MINUTE_MS, self._follows_in)]
        for number, (day, (first, last)) in enumerate(zip(self._story.days, spans, strict=True)):
            gap = (last - first) / len(day.posts)
            for place, post in enumerate(day.posts):
                at = int(first + gap * (place + 0.6 * chance("when", number, place)))
                key = f"{number}.{place}"
                found.append(Step(at, self._publishing(key, post)))
                found.append(Step(at + int(gap * 0.3), self._reacting(key, post)))
        found += self._messages(spans[-1][1])
        found.append(Step(spans[-1][1], self._settling_in))
        return found

    def _people_in(self, tx: Tx, progress: Progress) -> None:
        role: Role = "member" if accounts.owner_id_in(tx) is not None else "owner"
        for person in self._story.people:
            name = person.name if accounts.find_by_name_in(tx, person.name) is None else f"{person.name}_demo"
            progress.names[person.name] = name
            progress.people[person.name] = accounts.create_account_in(
                tx,
                username=name,
                email=f"{name}{HOST}",
                password_hash="",
                role=role,
                profile=_profile(person),
                private={"locale": person.language if person.language in {"en", "fr"} else "en"},
            )
            if role == "owner":
                subject = f"account:{progress.people[person.name]}"
                audit.append_in(tx, actor_id=None, action="account.role", subject=subject, after=role, by="demo")
            role = "member"

    def _follows_in(self, tx: Tx, progress: Progress) -> None:
        for one, other in self._pairs():
            graph.follow_in(tx, progress.people[one], progress.people[other])
        for person in self._story.people:
            # Most of whom a locked account hears from is let in; two still wait.
            for asker in self._story.people if person.locked else ():
                if asker.name not in {"gus", "jonas", person.name}:
                    with suppress(AppError):
                        graph.authorize_in(tx, progress.people[person.name], progress.people[asker.name])
        for kept in self._story.lists:
            owner = progress.people[kept.by]
            made = graph.create_list_in(tx, owner, kept.title)
            for member in kept.members:
                with suppress(AppError):
                    graph.follow_in(tx, owner, progress.people[member])
                graph.add_members_in(tx, owner, made.id, [progress.people[member]])
        graph.follow_tag_in(tx, progress.people["mira"], "garden")
        self._welcome_owner_in(tx, progress)

    def _welcome_owner_in(self, tx: Tx, progress: Progress) -> None:
        """An owner who follows nobody yet follows the story's people, so that home is lively at the first look."""
        owner = accounts.owner_id_in(tx)
        if owner is None or owner in progress.people.values() or accounts.view_in(tx, owner).following_count:
            return
        for account_id in progress.people.values():
            graph.follow_in(tx, owner, account_id)
            graph.follow_in(tx, account_id, owner)

    def _pairs(self) -> Iterator[tuple[str, str]]:
        for one in self._story.people:
            for other in self._story.people:
                wanted = 0.35 if other.bot or not other.display else 0.8
                if one != other and not one.bot and chance("follow", one.name, other.name) < wanted:
                    yield one.name, other.name

    def _publishing(self, key: str, post: Post) -> Callable[[Tx, Progress], None]:
        def body(tx: Tx, progress: Progress) -> None:
            poll = PollDraft(post.poll, post.hours * 3600) if post.poll else None
            draft = Draft(
                text=self._named(post.text, progress),
                spoiler_text=post.cw,
                visibility=post.visibility,
                in_reply_to_id=progress.posts[post.re] if post.re else None,
                media_ids=tuple(self.media.get(key, ())),
                poll=poll,
            )
            made = posts.publish_in(tx, self._limits, progress.people[post.by], draft)
            progress.shown[key] = made
            if post.id:
                progress.posts[post.id] = made

        return body

    def _reacting(self, key: str, post: Post) -> Callable[[Tx, Progress], None]:
        """Others like, echo, keep, and vote. Who may not see the post does nothing."""

        def body(tx: Tx, progress: Progress) -> None:
            post_id = progress.shown[key]
            warmth = 0.12 + 0.35 * chance("warmth", key)
            for person in self._story.people:
                if person.name != post.by and not person.bot:
                    with suppress(AppError):
                        self._react_in(tx, progress.people[person.name], post_id, (key, person.name), warmth)
                        if post.poll and chance("vote", key, person.name) < 0.85:
                            self._vote_in(tx, progress.people[person.name], post_id, (key, person.name))

        return body

    def _react_in(self, tx: Tx, account_id: int, post_id: int, seed: tuple[str, str], warmth: float) -> None:
        posts.load_in(tx, account_id, post_id)
        if chance("like", *seed) < warmth:
            posts.vote_in(tx, account_id, post_id, 1)
        if chance("keep", *seed) < 0.02:
            posts.bookmark_in(tx, account_id, post_id, on=True)
        if chance("echo", *seed) < 0.03:
            with suppress(AppError):
                posts.echo_in(tx, account_id, post_id)

    def _vote_in(self, tx: Tx, account_id: int, post_id: int, seed: tuple[str, str]) -> None:
        (view,) = posts.views_in(tx, account_id, [post_id])
        if view.poll is not None:
            place = int(chance("choice", *seed) * len(view.poll.options))
            posts.choose_in(tx, account_id, view.poll.id, [place])

    def _messages(self, end: int) -> list[Step]:
        found: list[Step] = []
        total = sum(len(talk.texts) for talk in self._story.messages)
        for talk in self._story.messages:
            for number, text in enumerate(talk.texts):
                at = end - (total - len(found)) * 20_000
                found.append(Step(at, self._writing(talk.between[number % 2], text, f"{talk.between}{number}")))
        return found

    def _writing(self, by: str, text: str, key: str) -> Callable[[Tx, Progress], None]:
        """A message answers the one before it in the same conversation."""
        talk, number = key.rsplit(")", 1)

        def body(tx: Tx, progress: Progress) -> None:
            before = progress.shown.get(f"{talk}){int(number) - 1}")
            draft = Draft(text=self._named(text, progress), visibility="direct", in_reply_to_id=before)
            progress.shown[key] = posts.publish_in(tx, self._limits, progress.people[by], draft)

        return body

    def _settling_in(self, tx: Tx, progress: Progress) -> None:
        for name, pinned in (("mira", "hello"), ("basile", "long")):
            posts.pin_in(tx, progress.people[name], progress.posts[pinned], on=True)

    def _named(self, text: str, progress: Progress) -> str:
        return _MENTION.sub(lambda found: f"@{progress.names.get(found[1], found[1])}", text)


def finish_in(tx: Tx, progress: Progress, stored: str) -> None:
    """Give everybody the password and note that the story is told."""
    for name in progress.names.values():
        accounts.give_password_in(tx, name, stored)
    progress.finished = True
    accounts.note_in(tx, FACT, msgspec.json.encode(progress).decode())


def sign_ins_in(tx: Tx, progress: Progress) -> list[tuple[str, str, str]]:
    """Who can be looked at: user name, displayed name, and what is special."""
    people = accounts.views_in(tx, progress.people.values())
    special = {"camille": "in French", "noor": "writes from right to left", "ines": "a locked account"}
    found = []
    for name in ("mira", "camille", "noor", "ines", "amara"):
        view = people[progress.people[name]]
        note = "the owner of this site" if view.role == "owner" else special.get(name, "")
        found.append((view.username, view.display_name, note))
    return found


def _profile(person: Person) -> dict[str, Any]:
    lines = [{"name": name, "value": value, "verified_at": None} for name, value in person.fields]
    return {
        "display_name": person.display,
        "note": person.note,
        "fields_json": msgspec.json.encode(lines).decode(),
        "default_language": person.language,
        "locked": person.locked,
        "bot": person.bot,
    }


def _spans(now: int, days: int) -> list[tuple[int, int]]:
    """First and last instant of each day; the last day is today until three minutes ago, or yesterday before eight."""
    midnight = now - now % _DAY_MS
    until = now - 3 * _MINUTE_MS
    if now - midnight < 8 * 60 * _MINUTE_MS:
        midnight -= _DAY_MS
        until = midnight + 22 * 60 * _MINUTE_MS
    earlier = [midnight - (days - 1 - number) * _DAY_MS for number in range(days - 1)]
    return [(start + 6 * 60 * _MINUTE_MS, start + 22 * 60 * _MINUTE_MS) for start in earlier] + [
        (midnight + 4 * 60 * _MINUTE_MS, until)
    ]
