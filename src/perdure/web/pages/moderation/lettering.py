"""Deciding about a letter's items, and answering it."""

import re
from datetime import UTC, datetime
from typing import Any, Final

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.desk.service import answering, answering_drafting, letters, opening, working
from perdure.desk.service.answering import AnswerView
from perdure.desk.service.answering_facts import Place, place_of
from perdure.desk.service.letters import LetterView
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError, Conflict, Forbidden, Invalid
from perdure.moderation.rules.harms import SEVERITY
from perdure.web.faults import explained
from perdure.web.page import redirect, render
from perdure.web.pages.moderation import letters as pages
from perdure.web.pages.moderation.frame import moderation_page, names_in
from perdure.web.pages.moderation.telling import wants_json
from perdure.web.request import Form, WebRequest, form_of, id_of, require_viewer, runtime_of, words_of

_SPAN: Final = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")
_MOST: Final = 10_000


def numbers_of(form: Form) -> tuple[int, ...]:
    """The items that were chosen: boxes that were ticked, and spans as the script writes them (``1-20,33``)."""
    found: set[int] = set()
    for text in (*form.all("items"), *form.get("spans").split(",")):
        if span := _SPAN.fullmatch(text.strip()):
            first, last = int(span[1]), int(span[2] or span[1])
            found.update(range(first, min(last, first + _MOST) + 1))
    return tuple(sorted(found))


@post("/moderation/letters/{letter_id:str}/decide", status_code=200)
async def decide(request: WebRequest, letter_id: str) -> Response[Any]:
    """Decide about the chosen items, or about the one in view where none is chosen."""
    form, viewer, rt = await form_of(request), await require_viewer(request), runtime_of(request)
    number, chosen, current = id_of(letter_id), numbers_of(form), form.get("current")
    wanted = chosen or ((int(current),) if current.isdecimal() and len(current) < 6 else ())
    try:
        if like := form.get("like"):
            wanted = tuple(await rt.db.read_long(working.alike_in, number, wanted, like))
        choice = _choice(request, form)
        done = await rt.db.write("moderation.decide", working.decide_in, viewer.account_id, number, wanted, choice)
    except (Invalid, Conflict, Forbidden) as error:
        if wants_json(request):
            return _told({"error": explained(words_of(request), error).text}, 409)
        return await pages.show(request, number, error=error, ticked=chosen)
    if wants_json(request):
        return await _done(request, number, done)
    ids = ("-".join(map(str, one)) for one in (done.batches, done.endings))
    undo = ".".join((*ids, str(len(done.numbers)), str(done.until)))
    following = form.get("next")
    after = f"&item={following}" if following.isdecimal() else ""
    return redirect(request, f"/moderation/letters/{number}?undo={undo}{after}")


def _choice(request: WebRequest, form: Form) -> working.Choice:
    """What a button says: ``act:hide``, ``keep``, ``end:not_found``. Without own words the house's are taken."""
    t, what = words_of(request), form.get("choice")
    kind, _, name = what.partition(":")
    own = form.get("facts").strip()
    facts = {key: t.of("moderation.facts_for", key) for key in SEVERITY if t.has("moderation.facts_for", key)}
    facts[""] = t("moderation.facts_for.dismissed" if what == "keep" else "moderation.facts_for.any")
    return working.Choice(
        act=name if kind == "act" else "",
        ending=name if kind == "end" else "" if what == "keep" or kind == "act" else "unknown",
        policy=form.get("policy"),
        facts=dict.fromkeys(facts, own) if own else facts,
    )


async def _done(request: WebRequest, letter_id: int, done: working.Done) -> Response[Any]:
    """For the script: what became of the items, how many are left, and the strip that undoes."""
    t, rt, viewer = words_of(request), runtime_of(request), await require_viewer(request)
    letter, items = await rt.db.read_long(_after_in, viewer.account_id, letter_id)
    wanted = set(done.numbers)
    told = [
        {"number": one.number, "state": one.state, "words": t.of("moderation.outcomes", one.state)}
        for one in items
        if one.number in wanted
    ]
    strip = await render(
        request, "moderation/letter_strip.html", undo=pages.undo_strip(request, done), letter=letter, trends=[]
    )
    progress = t("letters.progress", done=letter.items - letter.pending, n=letter.items)
    return _told(
        {
            "items": told,
            "pending": letter.pending,
            "progress": progress,
            "share": _share(letter),
            "strip": strip.content,
            "words": t("letters.done", n=len(told)),
        },
        200,
    )


def _after_in(tx: Tx, staff_id: int, letter_id: int) -> tuple[LetterView, list[letters.LetterItemView]]:
    return letters.authorised_in(tx, staff_id, letter_id), letters.items_in(tx, letter_id)


def _share(letter: LetterView) -> int:
    return 100 * (letter.items - letter.pending) // max(1, letter.items)


def _told(told: dict[str, Any], status: int) -> Response[Any]:
    return Response(told, status_code=status, media_type="application/json", headers={"Cache-Control": "no-store"})


@post("/moderation/letters/{letter_id:str}/undo")
async def undo(request: WebRequest, letter_id: str) -> Response[Any]:
    """Take the last step back, within half a minute."""
    form, viewer, number = await form_of(request), await require_viewer(request), id_of(letter_id)
    ids = [tuple(id_of(one) for one in form.all(name)) for name in ("batch", "ending")]
    await runtime_of(request).db.write("moderation.undo", working.undo_in, viewer.account_id, number, *ids)
    return redirect(request, f"/moderation/letters/{number}", said="decision_undone")


@post("/moderation/letters/{letter_id:str}/items/{number:str}/point", status_code=200)
async def point(request: WebRequest, letter_id: str, number: str) -> Response[Any]:
    """Say which post or account an item means of which nothing was understood."""
    form, viewer, rt = await form_of(request), await require_viewer(request), runtime_of(request)
    found, item, hosts = id_of(letter_id), id_of(number), frozenset(opening.own_places(rt).hosts)
    try:
        await rt.db.write("desk.point", working.point_in, viewer.account_id, found, item, form.get("address"), hosts)
    except (Invalid, Conflict) as error:
        return await pages.show(request, found, error=error)
    return redirect(request, f"/moderation/letters/{found}?item={item}")


@get("/moderation/letters/{letter_id:str}/answer")
async def answer_page(request: WebRequest, letter_id: str) -> Response[Any]:
    """What was written to whoever sent a letter, and what would be sent now."""
    return await _answer(request, id_of(letter_id))


async def _answer(request: WebRequest, letter_id: int, error: AppError | None = None, note: str = "") -> Response[Any]:
    viewer, rt = await require_viewer(request), runtime_of(request)
    letter, found, names = await rt.db.write(
        "desk.answer_view", _answers_in, viewer.account_id, letter_id, place_of(rt)
    )
    draft = next((one for one in found if one.state == "draft" and one.kind != "extension"), None)
    asked = next((one for one in found if one.state == "draft" and one.kind == "extension"), None)
    return await moderation_page(
        request,
        "letter_answer",
        "letters",
        error=error,
        letter=letter,
        draft=draft,
        asked=asked,
        sent=[one for one in reversed(found) if one.state not in {"draft", "withdrawn"}],
        note=note,
        until=_field(asked.wanted_until) if asked is not None and asked.wanted_until else "",
        may_ask=letter.pending > 0 and letter.due_at is not None and letter.due_at > rt.clock.now_ms(),
        map_of="answer",
        **pages.helpers(request) | {"names": names},
    )


def _answers_in(
    tx: Tx, staff_id: int, letter_id: int, place: Place
) -> tuple[LetterView, list[AnswerView], dict[int, str]]:
    letter = letters.authorised_in(tx, staff_id, letter_id)
    found = answering.views_in(tx, staff_id, letter_id, place)
    return letter, found, names_in(tx, {one.approved_by for one in found})


def _field(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M")


def _instant(text: str) -> int | None:
    """What a field of date and time says, in UTC (ms); None for anything else."""
    try:
        return int(datetime.strptime(text[:16], "%Y-%m-%dT%H:%M").replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        return None


@post("/moderation/letters/{letter_id:str}/draft")
async def draft(request: WebRequest, letter_id: str) -> Response[Any]:
    """Draft an answer from what is so now: a first one, a correction, or a supplement."""
    viewer, rt, number = await require_viewer(request), runtime_of(request), id_of(letter_id)
    await rt.db.write("desk.answer_draft", _draft_in, viewer.account_id, number, place_of(rt))
    return redirect(request, f"/moderation/letters/{number}/answer")


def _draft_in(tx: Tx, staff_id: int, letter_id: int, place: Place) -> None:
    letters.authorised_in(tx, staff_id, letter_id)
    answering_drafting.draft_in(tx, letter_id, place)


@post("/moderation/letters/{letter_id:str}/more_time")
async def more_time(request: WebRequest, letter_id: str) -> Response[Any]:
    """Draft a question for more time."""
    viewer, number = await require_viewer(request), id_of(letter_id)
    await runtime_of(request).db.write("desk.more_time", answering_drafting.ask_in, viewer.account_id, number)
    return redirect(request, f"/moderation/letters/{number}/answer")


@post("/moderation/letters/{letter_id:str}/send", status_code=200)
async def send(request: WebRequest, letter_id: str) -> Response[Any]:
    """Approve a draft and send it."""
    form, viewer, number = await form_of(request), await require_viewer(request), id_of(letter_id)
    try:
        sent = await answering.approve_and_send(
            runtime_of(request),
            viewer.account_id,
            id_of(form.get("answer")),
            facts_key=form.get("facts_key"),
            interim=form.has("interim"),
            note=form.get("note"),
            until=_instant(form.get("until")),
        )
    except (Invalid, Conflict) as error:
        return await _answer(request, number, error, form.get("note"))
    said = "letter_answered" if sent.state in {"sent", "delivered"} else "letter_approved"
    return redirect(request, f"/moderation/letters/{number}/answer", said=said)


@post("/moderation/letters/{letter_id:str}/permission")
async def permission(request: WebRequest, letter_id: str) -> Response[Any]:
    """Let answers to this letter's sender go out without a person, or not any more."""
    form, viewer, number = await form_of(request), await require_viewer(request), id_of(letter_id)

    def body(tx: Tx) -> None:
        letter = letters.authorised_in(tx, viewer.account_id, number)
        answering.permit_in(tx, viewer.account_id, letter.sender_id or 0, on=form.has("on"))

    await runtime_of(request).db.write("desk.permission", body)
    return redirect(request, f"/moderation/letters/{number}")


@get("/moderation/letters/{letter_id:str}/answers/{number:str}/{name:str}")
async def file(request: WebRequest, letter_id: str, number: str, name: str) -> Response[Any]:
    """A file of an answer that was sent."""
    viewer, found = await require_viewer(request), id_of(letter_id)

    def body(tx: Tx) -> tuple[str, bytes]:
        letters.authorised_in(tx, viewer.account_id, found)
        return answering.file_in(tx, found, id_of(number), name)

    mime, content = await runtime_of(request).db.read_long(body)
    return pages.download(content, name, mime)


ROUTES: list[HTTPRouteHandler] = [decide, undo, point, answer_page, draft, more_time, send, permission, file]
