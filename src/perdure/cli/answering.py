"""``perdure notices answer``: read what would be answered to a letter, and send it."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from perdure.cli.common import DATA, Data, existing, opened
from perdure.cli.notices import Which, notices_app
from perdure.kernel.errors import Conflict, Invalid

if TYPE_CHECKING:
    from perdure.desk.service.answering import AnswerView
    from perdure.desk.service.letters import LetterView
    from perdure.kernel.runtime import Runtime

__all__ = ["notices_app"]
_WAYS: Final = {"mail": "by mail", "other_mail": "by mail to another address", "page": "on the page of its link"}


@notices_app.command("answer")
def answer(
    which: Which,
    send: Annotated[bool, typer.Option("--send", help="Send it; without, it is only shown.")] = False,  # noqa: FBT002 - a flag
    interim: Annotated[bool, typer.Option("--interim", help="Send it although items are pending.")] = False,  # noqa: FBT002 - a flag
    note: Annotated[str, typer.Option(help="Own words, put in after the first sentence.")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="A folder for its files, once it is sent.")] = None,
    data: Data = DATA,
) -> None:
    """Show the drafted answer to a letter, item by item; with --send approve it and send it.

    Exit status 1 where it was approved and could not be sent yet: the worker goes on trying.
    """
    if (interim or note or out) and not send:
        raise Invalid("--interim, --note and --out are for an answer that is sent: add --send")
    if out is not None and out.exists():
        raise Invalid(f"{out} is there already: name a folder to be made")
    with opened(existing(data)) as rt:
        letter, draft = asyncio.run(_draft(rt, which))
        if not send:
            typer.echo(f"{draft.subject}\n\n{draft.body}")
            return
        sent = asyncio.run(_send(rt, draft, interim=interim, note=note))
        if out is not None:
            _write(rt, sent, out)
        rt.bus.publish("outbox")
    way = _WAYS.get(sent.channel, "")
    typer.echo(f"{letter.reference}, no. {sent.number} ({sent.kind}): {sent.state} {way}".rstrip())
    if sent.state not in {"sent", "delivered"}:
        typer.echo(f"It is approved and will be sent by the worker. {sent.error}".rstrip(), err=True)
        raise typer.Exit(1)


async def _draft(rt: "Runtime", which: str) -> "tuple[LetterView, AnswerView]":
    """A letter and the draft of its answer, made from what is so now."""
    from perdure.desk.service import answering, answering_drafting, letters
    from perdure.desk.service.answering_facts import place_of

    text, place = which.strip(), place_of(rt)
    if text.isascii() and text.isdecimal() and len(text) < 19:
        letter = await rt.db.read(letters.letter_in, int(text))
    else:
        letter = await rt.db.read(letters.by_reference_in, text)
    answer_id = await rt.db.write("desk.answer_draft", answering_drafting.draft_in, letter.id, place)
    return letter, await rt.db.write("desk.answer_view", answering.view_in, None, answer_id, place)


async def _send(rt: "Runtime", draft: "AnswerView", *, interim: bool, note: str) -> "AnswerView":
    from perdure.desk.service import answering

    if draft.pending and not interim:
        raise Conflict(f"{draft.pending} items are pending: decide them, or send this with --interim")
    return await answering.approve_and_send(rt, None, draft.id, facts_key=draft.facts_key, interim=interim, note=note)


def _write(rt: "Runtime", sent: "AnswerView", out: Path) -> None:
    from perdure.desk.service import answering

    out.mkdir(parents=True)
    (out / "answer.txt").write_text(f"Subject: {sent.subject}\n\n{sent.body}")
    for file in sent.files:
        _, content = rt.db.read_now(answering.file_in, sent.letter_id, sent.number, file.name)
        (out / file.name).write_bytes(content)
