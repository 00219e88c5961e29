"""``perdure notices``: letters of hosts, trusted flaggers and authorities, from the command line."""

import asyncio
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from perdure.cli.common import DATA, AsJson, Data, console, day, existing, opened, show_table
from perdure.kernel.errors import AppError, Invalid

if TYPE_CHECKING:
    from perdure.desk.service.letters import LetterItemView, LetterView
    from perdure.kernel.runtime import Runtime

notices_app = typer.Typer(
    no_args_is_help=True, help="Letters that complain of content: import, list, show, answer, let-in, export."
)
_ROWS: Final = 120
_SOON: Final = timedelta(minutes=5)
Which = Annotated[str, typer.Argument(help="Our reference (PN-2026-000123) or the letter's number.")]


@notices_app.command("import")
def take(
    files: Annotated[list[Path], typer.Argument(metavar="LETTER…", help="Files of letters; - reads standard input.")],
    sender: Annotated[str, typer.Option("--from", help="Name of a registered sender whose letter it is.")] = "",
    received: Annotated[str, typer.Option(help="When it came: 2026-01-09T18:00 (UTC), or with an offset.")] = "",
    as_json: AsJson = False,  # noqa: FBT002 - a flag
    data: Data = DATA,
) -> None:
    """Take letters in: mail, text, PDF, CSV, XARF, ARF; each becomes a case with an item for every line.

    Exit status 0: all understood; 1: all taken, but something in them needs a person; 2: a letter was not taken.
    """
    zero = _instant(received)
    raws = [(path, _bytes(path)) for path in files]
    with opened(existing(data)) as rt:
        found = [_take(rt, path, raw, sender, zero) for path, raw in raws]
        if as_json:
            _print_json([_whole(view, items) for view, items in found])
        else:
            for view, items in found:
                _say(view, items)
    if any(view.faults or view.refusal for view, _ in found):
        raise typer.Exit(1)


def _bytes(path: Path) -> bytes:
    raw = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    if not raw.strip():
        raise Invalid(f"{path} is empty: nothing was taken")
    return raw


def _instant(text: str) -> int | None:
    if not text:
        return None
    try:
        when = datetime.fromisoformat(text.strip().replace(" UTC", "+00:00"))
    except ValueError:
        raise Invalid(f"--received {text}: write it as 2026-01-09T18:00, or 2026-01-09T18:00+01:00") from None
    when = when.replace(tzinfo=UTC) if when.tzinfo is None else when
    if when > datetime.now(UTC) + _SOON:
        raise Invalid(f"--received {text} lies in the future")
    return int(when.timestamp() * 1000)


def _take(
    rt: "Runtime", path: Path, raw: bytes, sender: str, received: int | None
) -> "tuple[LetterView, list[LetterItemView]]":
    from perdure.desk.model import Arrived
    from perdure.desk.service import arriving, letters, opening, senders

    async def go() -> "tuple[LetterView, list[LetterItemView]]":
        sender_id = await rt.db.read(senders.id_of_in, sender) if sender else None
        arrived = Arrived(
            raw=raw,
            channel="cli",
            received_at=received if received is not None else rt.clock.now_ms(),
            name=path.name if str(path) != "-" else "",
            sender_id=sender_id,
            proof="whoever runs the site" if sender_id is not None else "",
        )
        taken = await arriving.take(rt, arrived)
        rt.bus.publish("outbox")
        with _progress(path.name) as told:
            await opening.open_whole(rt, taken.letter_id, told)
        view = await rt.db.read_long(letters.letter_in, taken.letter_id)
        return view, await rt.db.read_long(letters.items_in, taken.letter_id)

    return asyncio.run(go())


@contextmanager
def _progress(name: str) -> Iterator[Callable[[int, int], None] | None]:
    """How many items are looked up, where somebody looks at it."""
    shown = console(errors=True)
    if not shown.is_terminal:
        yield None
        return
    with shown.status(f"Reading {name}") as status:
        yield lambda done, total: status.update(f"{name}: {done} of {total} items looked up")


def _say(view: "LetterView", items: "list[LetterItemView]") -> None:
    typer.echo(
        f"{view.reference}  case {view.case_id or '–'}  {view.items} items, {view.pending} for a person", nl=False
    )
    typer.echo(f"  due {day(view.due_at)}" if view.due_at else "")
    if view.refusal:
        typer.echo(f"It is kept and waits ({view.refusal}): perdure notices let-in {view.reference}")
    for fault in view.faults:
        typer.echo(f"! {fault}")
    show_table(("#", "Outcome", "Before", "Hidden", "Copies", "Found as", "Claim"), map(_row, items[:_ROWS]))
    if len(items) > _ROWS:
        typer.echo(f"… and {len(items) - _ROWS:,} more: perdure notices show {view.reference} --json")
    counted = Counter(one.state for one in items)
    typer.echo(", ".join(f"{count} {state.replace('_', ' ')}" for state, count in counted.most_common()))


def _row(one: "LetterItemView") -> tuple[object, ...]:
    what = f"{one.subject.kind} {one.subject.id}" if one.subject is not None else one.resolution
    claim = " ".join(one.claim.split())
    return (
        one.number,
        one.state.replace("_", " ") + (f" {one.duplicate_of}" if one.duplicate_of else ""),
        one.state_before or "–",
        "yes" if one.held_by else "–",
        one.swept or "–",
        what,
        claim if len(claim) <= 80 else f"{claim[:79]}…",
    )


@notices_app.command("list")
def index(
    state: Annotated[str, typer.Option(help="received, opening, opened, refused, answered, closed; none: all.")] = "",
    most: Annotated[int, typer.Option("--most", min=1, max=1000, help="How many at most.")] = 40,
    as_json: AsJson = False,  # noqa: FBT002 - a flag
    data: Data = DATA,
) -> None:
    """The newest letters, with their deadlines."""
    import msgspec

    from perdure.desk.service import letters

    states = (state,) if state else letters.STATES
    if unknown := set(states) - set(letters.STATES):
        raise Invalid(f"--state must be one of {', '.join(letters.STATES)}, not {', '.join(unknown)}")
    with opened(existing(data)) as rt:
        found = asyncio.run(rt.db.read_long(letters.letters_in, states, most=most))
    if as_json:
        _print_json([msgspec.to_builtins(one) for one in found])
        return
    rows = (
        (
            one.reference,
            day(one.received_at),
            one.sender or one.from_email or one.channel,
            one.state + (f" ({one.refusal})" if one.state == "refused" else ""),
            f"{one.items - one.pending}/{one.items}",
            day(one.due_at),
        )
        for one in found
    )
    show_table(("Reference", "Received (UTC)", "From", "State", "Settled", "Due (UTC)"), rows)


@notices_app.command("show")
def show(which: Which, as_json: AsJson = False, data: Data = DATA) -> None:  # noqa: FBT002 - a flag
    """One letter and what became of each of its items."""
    with opened(existing(data)) as rt:
        view, items = asyncio.run(_found(rt, which))
    if as_json:
        _print_json(_whole(view, items))
    else:
        _say(view, items)


@notices_app.command("let-in")
def let_in(which: Which, data: Data = DATA) -> None:
    """Open a letter that waits because of a flood, or because its sender is suspended."""
    from perdure.desk.service import arriving, opening

    with opened(existing(data)) as rt:
        view, _ = asyncio.run(_found(rt, which))
        asyncio.run(rt.db.write("desk.let_in", arriving.let_in_in, None, view.id))
        asyncio.run(opening.open_whole(rt, view.id))
        view, items = asyncio.run(_found(rt, which))
    _say(view, items)


@notices_app.command("export")
def export(
    which: Which,
    out: Annotated[Path, typer.Option("--out", help="The folder to make.")],
    data: Data = DATA,
) -> None:
    """The letter as it came, its items with their outcomes, and the proof pack of its case, in a folder."""
    if out.exists():
        raise Invalid(f"{out} is there already: name a folder to be made")
    with opened(existing(data)) as rt:
        view, items = asyncio.run(_found(rt, which))
        _write(rt, view, items, out)
    typer.echo(f"{view.reference} with {len(items)} items in {out}")


def _write(rt: "Runtime", view: "LetterView", items: "list[LetterItemView]", out: Path) -> None:
    import msgspec

    from perdure.cli.audit import fill_pack
    from perdure.desk.service import letters

    out.mkdir(parents=True)
    (out / "letter.bin").write_bytes(rt.db.read_now(letters.bytes_in, view.id))
    content = msgspec.json.format(msgspec.json.encode(_whole(view, items)), indent=2)
    (out / "letter.json").write_bytes(content + b"\n")
    if view.case_id is None:
        typer.echo("There is no case yet, so there is no proof pack.")
        return
    try:
        typer.echo(f"Proof pack: {fill_pack(rt, out / 'proof', view.case_id, (None, None))}")
    except AppError as error:
        typer.echo(f"Without a proof pack: {error.public}")


async def _found(rt: "Runtime", which: str) -> "tuple[LetterView, list[LetterItemView]]":
    from perdure.desk.service import letters

    text = which.strip()
    if text.isascii() and text.isdecimal() and len(text) < 19:
        view = await rt.db.read(letters.letter_in, int(text))
    else:
        view = await rt.db.read(letters.by_reference_in, text)
    return view, await rt.db.read_long(letters.items_in, view.id)


def _whole(view: "LetterView", items: "list[LetterItemView]") -> dict[str, Any]:
    import msgspec

    plain: list[dict[str, Any]] = msgspec.to_builtins(items)
    return {"letter": msgspec.to_builtins(view), "items": plain}


def _print_json(content: object) -> None:
    import msgspec

    typer.echo(msgspec.json.format(msgspec.json.encode(content), indent=2).decode())
