"""What each file of an archive becomes here. Bodies are transaction bodies: they may run twice."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import msgspec

from perdure.accounts import service as accounts
from perdure.graph import service as graph_service
from perdure.graph.model import FilterDraft, TakenPerson
from perdure.graph.service import bringing as graph
from perdure.graph.service import showcase
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError, RateLimited, Unavailable
from perdure.kernel.runtime import Runtime
from perdure.media import service as media
from perdure.media.model import Change
from perdure.messages import service as messages
from perdure.notifications import service as notifications
from perdure.notifications.model import Policy
from perdure.portability.model import FilterEntry, ImportRun, ListEntry, MediaEntry, Preferences, Profile, Report
from perdure.portability.queries import runs
from perdure.portability.service import carried, people
from perdure.portability.service.reading import ArchiveReader, decoded
from perdure.portability.tables import imported_file
from perdure.posts.model import Draft, Origin, PollDraft, PostRef, Taken, TakenMark
from perdure.posts.service import bringing as posts
from perdure.posts.service import publishing, stored_in

Apply = Callable[[Tx, Report], None]
T = TypeVar("T")


class Hand:
    """What every step works with. ``folder`` is for files on their way."""

    def __init__(self, rt: Runtime, run: ImportRun, reader: ArchiveReader, folder: Path) -> None:
        self.rt = rt
        self.run = run
        self.reader = reader
        self.folder = folder

    @cached_property
    def entries(self) -> dict[str, MediaEntry]:
        """What the archive says of its files, by id."""
        if not self.reader.has("media.jsonl"):
            return {}
        found = (decoded(line, MediaEntry) for line in self.reader.lines("media.jsonl", 0))
        return {one.id: one for one in found if one is not None}

    @property
    def owner(self) -> int:
        """Whose account the archive goes into."""
        return self.run.account_id

    @property
    def myself(self) -> str:
        """Who the owner was where the archive comes from."""
        return f"{self.run.username}@{self.run.host}"


class Step(NamedTuple):
    """A file of the archive and what becomes of it: of the whole file, or of a batch of its lines."""

    name: str
    file: str
    whole: Callable[[Hand], Awaitable[Apply]] | None = None
    batch: Callable[[Hand, list[bytes]], Awaitable[Apply]] | None = None
    needs_profile: bool = False


def _count(of: dict[str, int], word: str, more: int = 1) -> None:
    if more:
        of[word] = of.get(word, 0) + more


def _people_in(tx: Tx, hand: Hand, given: Sequence[str]) -> dict[str, int]:
    found = people.here_in(tx, hand.rt.settings.domain, given)
    return found | {one: hand.owner for one in given if people.parts(one) == people.parts(hand.myself)}


def _parsed(lines: list[bytes], kind: type[T]) -> tuple[list[T], int]:
    """The documents of lines, and how many lines were none."""
    found = [decoded(line, kind) for line in lines]
    good = [one for one in found if one is not None]
    return good, len(found) - len(good)


async def _posts(hand: Hand, lines: list[bytes]) -> Apply:
    taken, broken = _parsed(lines, Taken)
    files = await _files(hand, taken)
    arriving = [
        posts.Arriving(one, await publishing.screen(hand.rt, _draft(one)), files)
        if one.echo_of is None
        else posts.Arriving(one)
        for one in taken
    ]
    limits, run = publishing.limits_of(hand.rt), hand.run
    origin = Origin(run.host, "", "", hand.myself, run.signature, 0)

    def body(tx: Tx, report: Report) -> None:
        known = _people_in(tx, hand, [account for one in taken for account in one.mentions])
        dated = msgspec.structs.replace(origin, imported_at=tx.now)
        done = posts.bring_in(tx, limits, hand.owner, dated, arriving, known)
        _count(report.added, "posts", done.added)
        _count(report.known, "posts", done.known)
        for _post_id, reason in done.refused:
            _count(report.refused, reason)
        _count(report.refused, "form", broken)
        for one in done.elsewhere:
            kept = msgspec.structs.replace(one, origin=posts.source_of(dated, one))
            assert one.echo_of is not None
            _carry_post(tx, hand, report, "echo", one.echo_of, kept)
        for one in taken:
            if one.visibility == "direct" and done.ids.get(one.id) in done.fresh:
                row = stored_in(tx, done.ids[one.id])
                assert row is not None
                messages.keep_imported_in(tx, hand.owner, row.id, row.thread_id)
        sources = [posts.source_of(dated, one) for one in taken if done.ids.get(one.id) in done.fresh]
        for host in {one.host.lower() for one in sources}:
            ids = [one.id for one in sources if one.host.lower() == host]
            carried.posts_arrived_in(tx, limits, host, ids)

    return body


def _draft(taken: Taken) -> Draft:
    options = tuple(one.title for one in taken.poll.options) if taken.poll else ()
    return Draft(
        text=taken.text,
        spoiler_text=taken.spoiler_text,
        visibility=taken.visibility,
        language=taken.language,
        poll=PollDraft(options, 0) if options else None,
    )


def _carried(report: Report, *, kept: bool) -> None:
    _count(report.carried if kept else report.refused, "waiting" if kept else "form")


def _carry_person(tx: Tx, hand: Hand, report: Report, kind: str, account: str, document: Any, detail: str = "") -> None:
    """Keep what is said of somebody until they come. Whoever is not here though this is their site does not come."""
    if people.parts(account)[1] == hand.rt.settings.domain.lower():
        _count(report.known, kind)
        return
    _carried(report, kept=carried.keep_person_in(tx, hand.owner, kind, account, document, detail))


def _carry_post(tx: Tx, hand: Hand, report: Report, kind: str, ref: PostRef, document: Any, detail: str = "") -> None:
    """The same for a post."""
    if people.parts(ref.author)[1] == hand.rt.settings.domain.lower():
        _count(report.known, kind)
        return
    _carried(report, kept=carried.keep_post_in(tx, hand.owner, kind, ref, document, detail))


async def _files(hand: Hand, taken: Sequence[Taken]) -> dict[str, int]:
    """Bring in the files that posts show, through the same door as any upload; ids here by ids in the archive."""
    wanted = list(dict.fromkeys(name for one in taken for name in one.media))
    found: dict[str, int] = {}
    for name in wanted:
        known = await hand.rt.db.read(runs.file_of, hand.owner, hand.run.host, name)
        entry = hand.entries.get(name) if known is None else None
        if known is not None:
            found[name] = known
        elif entry is not None and (made := await _file(hand, entry)) is not None:
            found[name] = made
    return found


async def _file(hand: Hand, entry: MediaEntry) -> int | None:
    if not entry.file or not hand.reader.has(entry.file):
        return None
    path = hand.folder / "file"
    await asyncio.to_thread(hand.reader.extract, entry.file, path)
    change = Change(description=(entry.description or "")[:1500] or None, focus=entry.focus)
    at = entry.created_at if 0 < entry.created_at <= hand.rt.clock.now_ms() else hand.rt.clock.now_ms()
    try:
        view = await media.upload(hand.rt, hand.owner, path, change, wait=True, made_at=at)
    except (Unavailable, RateLimited):
        raise
    except AppError:
        return None  # a kind that this site does not take: the post comes without it
    values = {"host": hand.run.host, "source_id": entry.id, "media_id": view.id}
    await hand.rt.db.write("imports.file", lambda tx: tx.insert_new(imported_file, account_id=hand.owner, **values))
    return view.id


def _marks(kind: str) -> Callable[[Hand, list[bytes]], Awaitable[Apply]]:
    async def batch(hand: Hand, lines: list[bytes]) -> Apply:
        marks, broken = _parsed(lines, TakenMark)
        limits = publishing.limits_of(hand.rt)

        def body(tx: Tx, report: Report) -> None:
            _count(report.refused, "form", broken)
            for mark in marks:
                if kind != "poll_votes" and posts.mark_in(tx, limits, hand.owner, kind, mark):
                    _count(report.added, kind)
                else:
                    detail = str(mark.value) if kind == "poll_votes" else ""
                    _carry_post(tx, hand, report, kind, mark.post, mark, detail)

        return body

    return batch


def _related(kind: str) -> Callable[[Hand, list[bytes]], Awaitable[Apply]]:
    async def batch(hand: Hand, lines: list[bytes]) -> Apply:
        given, broken = _parsed(lines, TakenPerson)

        def body(tx: Tx, report: Report) -> None:
            _count(report.refused, "form", broken)
            here = _people_in(tx, hand, [one.account for one in given]) if kind != "followers" else {}
            for person in given:
                _relate(tx, hand, report, kind, person, here.get(person.account))

        return body

    return batch


def _relate(tx: Tx, hand: Hand, report: Report, kind: str, person: TakenPerson, target: int | None) -> None:
    if target is not None:
        try:
            graph.relate_in(tx, kind, hand.owner, target, person)
        except AppError:
            _count(report.refused, "forbidden")
        else:
            _count(report.added, kind)
        return
    _carry_person(tx, hand, report, kind, person.account, person)


async def _lists(hand: Hand) -> Apply:
    found = hand.reader.document("lists.json", list[ListEntry])[:1000]

    def body(tx: Tx, report: Report) -> None:
        for entry in found:
            try:
                list_id = graph.list_in(tx, hand.owner, entry.title, entry.replies_policy, exclusive=entry.exclusive)
            except AppError:
                _count(report.refused, "form")
                continue
            _count(report.added, "lists")
            here = _people_in(tx, hand, entry.members)
            for member in entry.members:
                if member in here and graph.put_on_in(tx, hand.owner, list_id, here[member]):
                    continue
                _carry_person(tx, hand, report, "list", member, member, entry.title)

    return body


async def _filters(hand: Hand) -> Apply:
    found = hand.reader.document("filters.json", list[FilterEntry])[:1000]
    limits = publishing.limits_of(hand.rt)

    def body(tx: Tx, report: Report) -> None:
        for entry in found:
            left = None if entry.expires_at is None else (entry.expires_at - tx.now) // 1000
            draft = FilterDraft(
                title=entry.title,
                contexts=entry.contexts,
                action=entry.action,
                expires_in_s=left,
                keywords=graph.words_of(entry.keywords),
            )
            try:
                graph.filter_in(tx, hand.owner, draft)
            except AppError:
                _count(report.refused, "form")
                continue
            _count(report.added, "filters")
            for ref in entry.posts:
                _carry_post(tx, hand, report, "filter", ref, ref, entry.title)
                carried.posts_arrived_in(tx, limits, people.parts(ref.author)[1], [ref.id])

    return body


async def _profile(hand: Hand) -> Apply:
    """Names, note, fields and pictures; they go through the same checks as a change on the page."""
    found = hand.reader.document("profile.json", Profile)
    keys: dict[str, Any] = {}
    for shape in ("avatar", "header"):
        name = getattr(found, shape)
        if name and hand.reader.has(name):
            path = hand.folder / shape
            await asyncio.to_thread(hand.reader.extract, name, path)
            try:
                keys[f"{shape}_key"] = await media.make_picture(hand.rt, path, shape)
            except (Unavailable, RateLimited):
                raise
            except AppError:
                continue
    same = {
        name: getattr(found, name)
        for name in accounts.ProfileChange.__struct_fields__
        if name in Profile.__struct_fields__
    }
    change = accounts.ProfileChange(**same, **keys)
    try:
        await media.change_profile(hand.rt, hand.owner, change)
    except Unavailable:
        raise
    except AppError:
        return lambda _tx, report: _count(report.refused, "profile")
    return lambda _tx, report: _count(report.added, "profile")


async def _preferences(hand: Hand) -> Apply:
    found = hand.reader.document("preferences.json", Preferences)
    change = accounts.ProfileChange(
        default_visibility=found.default_visibility,
        default_sensitive=found.default_sensitive,
        default_language=found.default_language,
        default_quote_policy=found.default_quote_policy,
    )
    try:
        await accounts.update_profile(hand.rt, hand.owner, change)
        await accounts.change_reading(
            hand.rt, hand.owner, expand_media=found.expand_media, expand_spoilers=found.expand_spoilers
        )
        await accounts.change_locale(hand.rt, hand.owner, found.locale)
    except Unavailable:
        raise
    except AppError:
        return lambda _tx, report: _count(report.refused, "preferences")

    def body(tx: Tx, report: Report) -> None:
        failed = Counter[str]()
        acts: list[Callable[[], Any]] = [
            lambda: notifications.set_policy_in(tx, hand.owner, _policy(found)),
            *(
                lambda tag=tag: graph_service.follow_named_tag_in(tx, hand.owner, tag)
                for tag in found.followed_tags[:2000]
            ),
            *(lambda tag=tag: showcase.feature_tag_in(tx, hand.owner, tag) for tag in found.featured_tags[:50]),
            *(lambda one=one: showcase.block_domain_in(tx, hand.owner, one) for one in found.blocked_domains[:10_000]),
        ]
        for act in acts:
            try:
                act()
            except AppError:
                failed["form"] += 1
        here = _people_in(tx, hand, [account for account, _comment in found.notes])
        for account, comment in found.notes:
            if account in here:
                graph.remember_in(tx, hand.owner, here[account], comment)
            else:
                _carry_person(tx, hand, report, "note", account, (account, comment))
        _count(report.refused, "form", failed["form"])
        _count(report.added, "preferences")

    return body


def _policy(found: Preferences) -> dict[str, str]:
    known = Policy.__struct_fields__
    return {name: value for name, value in found.notifications.items() if name in known}


async def _decisions(hand: Hand, lines: list[bytes]) -> Apply:
    """Decisions of another site hold there: they are kept as they are, and do nothing here."""
    given, broken = _parsed(lines, dict)

    def body(tx: Tx, report: Report) -> None:
        _count(report.refused, "form", broken)
        for one in given:
            number = str(one.get("id", ""))
            if hand.run.host == hand.rt.settings.domain.lower():
                _count(report.known, "decisions")
                continue
            kept = bool(number) and carried.keep_record_in(tx, hand.owner, "decision", hand.run.host, number, one)
            _carried(report, kept=kept)

    return body


STEPS: Final = (
    Step("profile", "profile.json", whole=_profile, needs_profile=True),
    Step("preferences", "preferences.json", whole=_preferences, needs_profile=True),
    Step("posts", "posts.jsonl", batch=_posts),
    Step("messages", "messages.jsonl", batch=_posts),
    *(Step(kind, f"{kind}.jsonl", batch=_marks(kind)) for kind in ("votes", "bookmarks", "poll_votes")),
    *(
        Step(kind, f"{kind}.jsonl", batch=_related(kind))
        for kind in ("follows", "requests", "followers", "blocks", "mutes", "endorsements")
    ),
    Step("lists", "lists.json", whole=_lists),
    Step("filters", "filters.json", whole=_filters),
    Step("decisions", "decisions.jsonl", batch=_decisions),
)
