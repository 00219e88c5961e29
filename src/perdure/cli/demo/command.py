"""``perdure demo``: who is there already, the pictures, the story, and who can be signed in as."""

import asyncio
import secrets
import tempfile
from pathlib import Path
from typing import Final, Literal

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from perdure import wiring
from perdure.accounts import service as accounts
from perdure.accounts.rules.names import password_faults
from perdure.cli.common import console, opened, show_table
from perdure.cli.demo import pictures, story, telling
from perdure.kernel.clock import ManualClock
from perdure.kernel.db import Tx
from perdure.kernel.errors import Invalid
from perdure.kernel.runtime import Runtime
from perdure.kernel.settings import Settings
from perdure.media import service as media
from perdure.media.model import Change

_AT_ONCE: Final = 4


def run(settings: Settings, *, password: str = "", force: bool = False) -> None:
    """Fill a site with the demo's people. Raises Invalid where people live who are not the demo's."""
    if password and (faults := password_faults(password)):
        raise Invalid(f"the password {faults[0][1]}")
    used = password or secrets.token_urlsafe(9)
    told = story.read()
    with opened(settings) as rt:
        progress = rt.db.read_now(telling.progress_in)
        if progress is not None and progress.finished:
            _say_who(rt, progress, None)
            return
        if not force:
            rt.db.read_now(_refuse_others_in, progress is not None)
        progress = progress or telling.Progress(now=rt.clock.now_ms())
        with _bars() as shown:
            progress = asyncio.run(_fill(rt, settings, told, progress, shown))
        stored = asyncio.run(accounts.hashed(used))
        rt.db.write_now("demo.finish", telling.finish_in, progress, stored)
        _say_who(rt, progress, used)


def _refuse_others_in(tx: Tx, resumed: bool) -> None:  # noqa: FBT001 - a body
    others = [
        one.username
        for one in accounts.members_in(tx, most=50)
        if one.role != "owner" and one.state != "deleted" and not (resumed and one.email.endswith(telling.HOST))
    ]
    if others:
        raise Invalid(
            f"@{others[0]} lives on this site{' with others' if len(others) > 1 else ''}: use an empty data directory "
            "(--data), or add the demo's people to theirs with --force"
        )


def _bars() -> Progress:
    columns = (TextColumn("{task.description:24}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=console(errors=True), transient=True)


async def _fill(
    rt: Runtime, settings: Settings, told: story.Story, progress: telling.Progress, shown: Progress
) -> telling.Progress:
    """The people first, on the story's clock; then their pictures, on today's; then the days."""
    clock = ManualClock(progress.now - 30 * 86_400_000)
    with wiring.runtime(settings, clock=clock, local=True) as past:
        teller = telling.Teller(past, clock, told)
        total = len(teller.steps(progress.now))
        steps = shown.add_task("Telling nine days", total=total)
        progress = await teller.tell(wiring.registry(), progress, lambda: None, until=telling.PEOPLE_STEPS)
        with tempfile.TemporaryDirectory(prefix="perdure-demo-") as folder:
            artist = _Artist(rt, Path(folder), progress, shown)
            teller.media = await artist.draw_posts(told)
            await artist.draw_profiles(told)
        return await teller.tell(wiring.registry(), progress, lambda: shown.advance(steps))


class _Artist:
    """Draws pictures and uploads them as everybody does, a few at once."""

    def __init__(self, rt: Runtime, folder: Path, progress: telling.Progress, shown: Progress) -> None:
        self._rt = rt
        self._folder = folder
        self._progress = progress
        self._shown = shown
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def draw_posts(self, told: story.Story) -> dict[str, list[int]]:
        """The pictures of every post that is not there yet; media ids by the post's place."""
        wanted = [
            (key, post, number)
            for key, post in told.places()
            if key not in self._progress.shown
            for number in range(len(post.pictures))
        ]
        task = self._shown.add_task("Drawing pictures", total=len(wanted))
        ids = await asyncio.gather(*(self._upload(task, *one) for one in wanted))
        found: dict[str, list[int]] = {}
        for (key, _post, _number), media_id in zip(wanted, ids, strict=True):
            found.setdefault(key, []).append(media_id)
        return found

    async def _upload(self, task: TaskID, key: str, post: story.Post, number: int) -> int:
        scene, alt = post.pictures[number]
        file = self._folder / f"{key}.{number}.png"
        async with self._places:
            pictures.draw(scene, file.name, file)
            owner = self._progress.people[post.by]
            view = await media.upload(self._rt, owner, file, Change(description=alt), wait=True)
        self._shown.advance(task)
        return view.id

    async def draw_profiles(self, told: story.Story) -> None:
        """Avatars and headers of who has none yet."""
        views = self._rt.db.read_now(accounts.views_in, self._progress.people.values())
        bare = [one for one in told.people if one.avatar and not views[self._progress.people[one.name]].avatar_key]
        task = self._shown.add_task("Drawing faces", total=len(bare))
        await asyncio.gather(*(self._profile(task, person) for person in bare))

    async def _profile(self, task: TaskID, person: story.Person) -> None:
        change = accounts.ProfileChange(
            avatar_key=await self._picture(person.avatar, person.name, "avatar"),
            header_key=await self._picture(person.header, person.name, "header") if person.header else None,
        )
        await accounts.update_profile(self._rt, self._progress.people[person.name], change)
        self._shown.advance(task)

    async def _picture(self, scene: str, name: str, shape: Literal["avatar", "header"]) -> str:
        file = self._folder / f"{name}-{shape}.png"
        async with self._places:
            pictures.draw(scene, name, file, square=shape == "avatar")
            return await media.make_picture(self._rt, file, shape)


def _say_who(rt: Runtime, progress: telling.Progress, password: str | None) -> None:
    figures = f"{len(progress.people)} people and {len(progress.shown)} posts"
    typer.echo(f"Lunehaven is on this site: {figures}.")
    show_table(("sign in as", "", ""), (("@" + name, shown, note) for name, shown, note in _sign_ins(rt, progress)))
    if password is None:
        typer.echo("The password was printed when the demo was made; a new one: perdure accounts reset-password NAME")
    else:
        typer.echo(f"Password of all of them: {password}")
    typer.echo(f"The site: {rt.settings.base_url}, once perdure serve runs.")


def _sign_ins(rt: Runtime, progress: telling.Progress) -> list[tuple[str, str, str]]:
    return rt.db.read_now(telling.sign_ins_in, progress)
