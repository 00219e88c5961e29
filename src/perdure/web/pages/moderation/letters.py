"""Letters: the list, one letter with its items beside what each is about, and the page on which staff brings one in."""

from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.desk.model import MOST_BYTES, Arrived, SenderView
from perdure.desk.service import answering, arriving, letters, senders, working
from perdure.desk.service.letters import LetterView
from perdure.desk.service.working import Line
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError, Invalid, NotFound, Unavailable
from perdure.moderation.model import Clock, SnapshotContent, SnapshotView
from perdure.moderation.rules.harms import SEVERITY
from perdure.moderation.service import exposure, outside, picturing, snapshots
from perdure.web.addresses import Addresses
from perdure.web.page import redirect, render
from perdure.web.pages.moderation import telling
from perdure.web.pages.moderation.case import Sides, sides
from perdure.web.pages.moderation.frame import moderation_page
from perdure.web.request import WebRequest, form_of, id_of, require_viewer, runtime_of, words_of

_PAGE: Final = 40
_ITEMS: Final = 200
_SHOWN: Final = {
    "open": ("received", "opening", "opened"),
    "waiting": ("refused",),
    "answered": ("answered", "closed"),
    "all": letters.STATES,
}
ACTS: Final = (("hide", "1"), ("limit", "2"), ("sensitive", "3"), ("warn", "4"))
ACCOUNT_ACTS: Final = (("account_freeze", "5"), ("account_suspend", "6"), ("account_ban", "7"))
ENDS: Final = (("not_found", "8"), ("unreadable_needs_info", "9"))


class Opened(msgspec.Struct, frozen=True):
    """A letter as its page shows it."""

    letter: LetterView
    lines: list[Line]
    clocks: tuple[Clock, ...]
    prose: str
    permitted: bool
    automatic: bool  # whether a sender is known who may be allowed answers without a person
    more: bool


class Beside(msgspec.Struct, frozen=True):
    """One item beside what it is about, then and now."""

    letter_id: int
    line: Line
    about: SnapshotContent | None
    snapshot: SnapshotView | None
    sides: Sides


@get("/moderation/letters")
async def letters_page(request: WebRequest) -> Response[Any]:
    """The letters: what is open first, by what is due."""
    viewer, rt = await require_viewer(request), runtime_of(request)
    shown = request.query_params.get("show", "open")
    shown = shown if shown in _SHOWN else "open"
    before = id_of(request.query_params.get("before"), 2**63 - 1)
    found = await rt.db.read_long(_listed_in, viewer.account_id, shown, before)
    older = f"/moderation/letters?show={shown}&before={found[-1].id}" if len(found) == _PAGE else ""
    if shown == "open":
        found = sorted(found, key=lambda one: (one.due_at is None, one.due_at or 0, one.id))
    newest = f"/moderation/letters?show={shown}" if "before" in request.query_params else ""
    values: dict[str, Any] = {"letters": found, "shown": shown, "tabs": list(_SHOWN), "older": older, "newest": newest}
    return await moderation_page(request, "letters", "letters", due=telling.due, who=who, **values)


def _listed_in(tx: Tx, staff_id: int, shown: str, before: int) -> list[LetterView]:
    accounts.authorise_in(tx, staff_id, "manage_reports")
    return letters.letters_in(tx, _SHOWN[shown], before=before, most=_PAGE)


def who(letter: LetterView) -> str:
    """Whom a letter is from, as far as anybody knows."""
    return letter.sender or letter.from_name or letter.from_email


@get("/moderation/letters/{letter_id:str}")
async def letter_page(request: WebRequest, letter_id: str) -> Response[Any]:
    """One letter with its items."""
    return await show(request, id_of(letter_id))


async def show(
    request: WebRequest, letter_id: int, *, error: AppError | None = None, ticked: tuple[int, ...] = ()
) -> Response[Any]:
    """The page of a letter; ``ticked`` are the numbers of items that stay chosen."""
    viewer, rt = await require_viewer(request), runtime_of(request)
    after = _number(request, "from")
    opened = await rt.db.read_long(_opened_in, viewer.account_id, letter_id, after)
    lines = {one.item.number: one for one in opened.lines}
    pending = [number for number, one in lines.items() if one.item.state == "pending"]
    wanted = _number(request, "item")
    current = wanted if wanted in lines else next(iter(pending or lines), 0)
    beside = await _beside(request, letter_id, current) if current else None
    if like := request.query_params.get("like"):
        ticked = tuple(await rt.db.read_long(_alike_in, viewer.account_id, letter_id, current, like))
    return await moderation_page(
        request,
        "letter",
        "letters",
        error=error,
        beside=beside,
        current=current,
        ticked=frozenset(ticked),
        next_pending=_next(pending, current),
        undo=undo_of(request),
        more_href=f"/moderation/letters/{letter_id}?from={max(lines)}" if opened.more else "",
        map_of="letter",
        **{name: getattr(opened, name) for name in Opened.__struct_fields__},
        **helpers(request),
    )


def helpers(request: WebRequest) -> dict[str, Any]:
    """What the templates of letters ask for."""
    t = words_of(request)
    return {
        "who": who,
        "running": telling.running,
        "obligation": telling.obligation,
        "policy_name": telling.policy_name,
        "policies": [(key, telling.policy_name(t, key)) for key in SEVERITY],
        "acts": ACTS,
        "account_acts": ACCOUNT_ACTS,
        "ends": ENDS,
        "likenesses": working.LIKE,
        "names": {},
    }


def _number(request: WebRequest, name: str) -> int:
    text = request.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def _next(pending: list[int], current: int) -> int:
    """The pending item after this one, or the first before it; 0 where there is none."""
    return next((one for one in pending if one > current), next((one for one in pending if one != current), 0))


def _opened_in(tx: Tx, staff_id: int, letter_id: int, after: int) -> Opened:
    letter = letters.authorised_in(tx, staff_id, letter_id)
    lines = working.lines_in(tx, letter_id, after=after, most=_ITEMS)
    clocks = outside.standing_in(tx, letter.case_id).clocks if letter.case_id is not None else ()
    read = letters.read_in(tx, letter_id)
    return Opened(
        letter=letter,
        lines=lines,
        clocks=clocks,
        prose=read.prose if read is not None else "",
        permitted=answering.permitted_in(tx, letter.sender_id),
        automatic=letter.sender_id is not None,
        more=letter.items > after + len(lines),
    )


def _alike_in(tx: Tx, staff_id: int, letter_id: int, number: int, like: str) -> list[int]:
    accounts.authorise_in(tx, staff_id, "manage_reports")
    return working.alike_in(tx, letter_id, [number], like)


@get("/moderation/letters/{letter_id:str}/items/{number:str}")
async def item_part(request: WebRequest, letter_id: str, number: str) -> Response[Any]:
    """One item beside what it is about, for the console's script."""
    beside = await _beside(request, id_of(letter_id), id_of(number))
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return await render(
        request, "moderation/letter_item.html", beside=beside, trends=[], headers=headers, **helpers(request)
    )


async def _beside(request: WebRequest, letter_id: int, number: int) -> Beside:
    viewer, rt = await require_viewer(request), runtime_of(request)
    urls = Addresses.of(rt.settings)
    return await rt.db.write("moderation.letter_item", _beside_in, viewer.account_id, letter_id, number, urls)


def _beside_in(tx: Tx, staff_id: int, letter_id: int, number: int, urls: Addresses) -> Beside:
    """Writes: who looked at what is counted and logged."""
    letter = letters.authorised_in(tx, staff_id, letter_id)
    line = next(iter(working.lines_in(tx, letter_id, after=number - 1, most=1)), None)
    if line is None or line.item.number != number:
        raise NotFound
    subject, snapshot, now = line.item.subject, None, None
    if subject is not None:
        exposure.note_view_in(tx, staff_id, 1, grave=SEVERITY.get(line.item.policy, 2) <= 1)
        now = picturing.content_in(tx, subject)
        snapshot = _snapshot_in(tx, staff_id, letter.case_id, line.item.item_id)
    then = snapshot.content if snapshot is not None else None
    return Beside(letter_id, line, then or now, snapshot, sides(then, now, urls))


def _snapshot_in(tx: Tx, staff_id: int, case_id: int | None, item_id: int | None) -> SnapshotView | None:
    found = outside.snapshot_of_in(tx, item_id) if item_id is not None else None
    try:
        return snapshots.open_in(tx, staff_id, found, "case", case_id) if found is not None else None
    except Unavailable:  # the site's key is another one: everything but the words can still be seen
        return None


class Undo(msgspec.Struct, frozen=True):
    """The strip that offers to take the last step back. ``until`` in ms since the epoch."""

    batches: tuple[str, ...]
    endings: tuple[str, ...]
    until: int
    seconds: int
    words: str


def undo_strip(request: WebRequest, done: working.Done) -> Undo | None:
    """The strip for what was just done; None when it is too late."""
    t = words_of(request)
    left = (done.until - t.now) // 1000
    if left <= 0:
        return None
    ids = tuple(tuple(map(str, one)) for one in (done.batches, done.endings))
    return Undo(ids[0], ids[1], done.until, left, t("letters.done", n=len(done.numbers)))


def undo_of(request: WebRequest) -> Undo | None:
    """What the address says can still be undone: batches, a dot, endings, a dot, how many, a dot, until when."""
    parts = request.query_params.get("undo", "").split(".")
    if len(parts) != 4 or not all(one.replace("-", "").isdecimal() or not one for one in parts):
        return None
    batches, endings, count, until = parts
    ids = [tuple(int(one) for one in part.split("-") if one)[:200] for part in (batches, endings)]
    done = working.Done(tuple(range(int(count[:6] or 0))), ids[0], ids[1], int(until[:16] or 0))
    return undo_strip(request, done)


@get("/moderation/letters/new")
async def new_page(request: WebRequest) -> Response[Any]:
    """Where staff pastes or uploads a letter that came some other way."""
    return await _new(request, {}, None)


async def _new(request: WebRequest, given: dict[str, str], error: AppError | None) -> Response[Any]:
    viewer, rt = await require_viewer(request), runtime_of(request)
    known: list[SenderView] = await rt.db.read(senders.every_in, viewer.account_id)
    t = words_of(request)
    options = [("", t("letters.sender_unknown")), *((str(one.id), one.name) for one in known)]
    return await moderation_page(request, "letter_new", "letters", error=error, given=given, senders=options)


@post("/moderation/letters/new", status_code=200)
async def bring(request: WebRequest) -> Response[Any]:
    """Take a letter in as if it had come by itself; the clock's zero is now."""
    form, viewer, rt = await form_of(request), await require_viewer(request), runtime_of(request)
    await rt.db.read(accounts.authorise_in, viewer.account_id, "manage_reports")
    text, files = form.get("text"), form.uploads("file")
    sender = form.get("sender")
    arrived = Arrived(
        raw=await files[0].read(MOST_BYTES + 1) if files else text.encode(),
        channel="upload" if files else "paste",
        received_at=rt.clock.now_ms(),
        name=files[0].filename if files else "",
        mime=files[0].content_type if files else "text/plain",
        sender_id=id_of(sender) if sender else None,
        proof="staff" if sender else "",
        by_account=viewer.account_id,
    )
    try:
        if not arrived.raw.strip():
            raise Invalid("Validation failed: Text can't be blank", {"text": [("ERR_BLANK", "can't be blank")]})
        letter_id = await arriving.arrive(rt, arrived)
    except AppError as error:
        return await _new(request, {"text": text, "sender": sender}, error)
    return redirect(request, f"/moderation/letters/{letter_id}")


@get("/moderation/letters/{letter_id:str}/original")
async def original(request: WebRequest, letter_id: str) -> Response[Any]:
    """The bytes as they came, as a download: no browser shows them."""
    viewer, number = await require_viewer(request), id_of(letter_id)
    letter, raw = await runtime_of(request).db.write("desk.original", _original_in, viewer.account_id, number)
    return download(raw, f"{letter.reference}.bin", "application/octet-stream")


def _original_in(tx: Tx, staff_id: int, letter_id: int) -> tuple[LetterView, bytes]:
    return letters.authorised_in(tx, staff_id, letter_id), letters.bytes_in(tx, letter_id)


def download(content: bytes, name: str, mime: str) -> Response[Any]:
    """A file that is saved and never shown."""
    return Response(
        content,
        media_type=mime,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        },
    )


ROUTES: list[HTTPRouteHandler] = [letters_page, new_page, bring, letter_page, item_part, original]
