"""Answers on their way: packed, sent through ``delivery``, tried again, and by another way where one is closed."""

import hashlib
from collections.abc import Iterator
from typing import Final

import msgspec

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.delivery import service as delivery
from perdure.desk.events import AnswerReturned, LetterAnswered
from perdure.desk.model import Letter
from perdure.desk.queries import answers as queries
from perdure.desk.queries import letters
from perdure.desk.rules import answering as rules
from perdure.desk.rules import answers as texts
from perdure.desk.rules.outcomes import Facts, Version
from perdure.desk.service.answering_facts import Known, Place, known_in, place_of
from perdure.desk.service.answering_packing import PACK, pack
from perdure.desk.service.opening import read_of_in
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import NotFound, Unavailable
from perdure.kernel.runtime import Runtime

_AT_ONCE: Final = 50
_RECEIPTS_A_DAY: Final = 20
_DAY_MS: Final = 86_400_000
_ATTACHED_MOST: Final = 5 * 1024 * 1024
"""Bytes of a proof pack that still comes with the mail: many hosts take ten megabytes, and coding adds a third."""
_MACHINES: Final = frozenset({"xarf": "outcome.json", "arf": "outcome.json", "csv": "outcome.csv"}.items())
# Whoever answers to these would answer a machine, which answers again.
_ROBOTS: Final = frozenset({"mailer-daemon", "postmaster"})


class _Ready(msgspec.Struct, frozen=True):
    """A mail to be sent."""

    row: Row
    channel: str
    mail: delivery.Mail | None  # None: it stands on the page, and nothing is sent


async def send_due(rt: Runtime) -> None:
    """The recurring job: pack what was approved, and send what is due."""
    for answer_id in await rt.db.read(queries.due, _AT_ONCE):
        await finish(rt, answer_id)


async def finish(rt: Runtime, answer_id: int) -> None:
    """Take an approved answer as far as it goes now. What fails is tried again by :func:`send_due`."""
    row = await rt.db.read(queries.one, answer_id)
    if row is not None and row.state == "approved":
        try:
            await _pack(rt, row)
        except Unavailable as failure:
            await rt.db.write("desk.answer_failed", _failed_in, answer_id, failure.public)
            return
    await _send(rt, answer_id)


async def _pack(rt: Runtime, row: Row) -> None:
    letter = await rt.db.read(letters.one, row.letter_id)
    proof = await pack(rt, row.id, letter.case_id) if letter is not None and letter.case_id is not None else None
    await rt.db.write("desk.answer_packed", _packed_in, row.id, proof)


def _packed_in(tx: Tx, answer_id: int, proof: bytes | None) -> None:
    row = queries.lock(tx, answer_id)
    if row is None or row.state != "approved":
        return
    _keep(tx, row, "outcome.json", "application/json", row.outcome_json.encode())
    _keep(tx, row, "outcome.csv", "text/csv", row.outcome_csv.encode())
    if proof is not None:
        _keep(tx, row, PACK, "application/zip", proof)
    queries.change(tx, row, state=rules.step(row.state, "pack"), attempts=0, error="", next_at=tx.now)


def _keep(tx: Tx, row: Row, name: str, mime: str, content: bytes) -> None:
    queries.keep_file(tx, row.id, name, mime, hashlib.sha256(content).hexdigest(), content)


async def _send(rt: Runtime, answer_id: int) -> None:
    ready = await rt.db.write("desk.answer_render", _ready_in, answer_id, place_of(rt))
    if ready is None:
        return
    if ready.mail is not None:
        try:
            await delivery.send_mail(rt, ready.mail)
        except Unavailable as failure:
            await rt.db.write("desk.answer_failed", _failed_in, answer_id, str(failure.data or failure.public))
            return
    await rt.db.write("desk.answer_sent", _sent_in, answer_id)


def _ready_in(tx: Tx, answer_id: int, place: Place) -> _Ready | None:
    """Write down what is about to be sent, and where to."""
    row = queries.lock(tx, answer_id)
    if row is None or row.state != "due" or (row.next_at or 0) > tx.now:
        return None
    known = known_in(tx, row.letter_id, place)
    text = text_of_in(tx, row, known)
    to = _address_in(tx, row, known, place.own_mail)
    channel = (row.channel or "mail") if to else "page"
    mark = accounts.keyed_in(tx, f"answer:{row.id}")[:16]  # whoever has not had it cannot say that it came back
    message_id = f"<answer-{row.id}.{channel}.{mark}@{place.host}>"
    values = {
        "subject_sealed": accounts.seal_in(tx, text.subject),
        "body_sealed": accounts.seal_in(tx, text.body),
        "to_sealed": accounts.seal_in(tx, to) if to else "",
        "channel": channel,
        "message_id": message_id,
    }
    queries.change(tx, row, **values)
    mail = delivery.Mail(
        to,
        text.subject,
        text.body,
        f"answer:{row.id}:{channel}",
        message_id=message_id,
        answers=tuple(one for one in (*known.read.in_reply_to, known.read.message_id) if one),
        attachments=tuple(_attached(tx, row, known.row.form)),
        reply_to=next(iter(place.own_mail), ""),
    )
    return _Ready(row, channel, mail if to and channel != "page" else None)


def _attached(tx: Tx, row: Row, form: str) -> Iterator[delivery.Attachment]:
    for one in queries.files(tx, row.id):
        content = bytes(one.content)
        if one.name != PACK or len(content) <= _ATTACHED_MOST:
            yield delivery.Attachment(one.name, one.mime, content, leads=(form, one.name) in _MACHINES)


def text_of_in(tx: Tx, row: Row, known: Known) -> texts.Text:
    """The words of an answer: as they were sent, or as they would be sent now."""
    if row.state not in {"draft", "approved", "due"} and row.body_sealed:
        return sent_text_in(tx, row)
    if row.kind == "receipt":
        return texts.receipt(known.facts if known.row.verified else _unechoed(known.facts), row.locale)
    if row.kind == "extension":
        return texts.extension(known.facts, row.wanted_until or known.facts.made_at, row.locale, row.note)
    return texts.answer(
        known.facts,
        Version(row.number, row.kind, row.replaces),
        row.locale,
        changed=msgspec.json.decode(row.changed_json, type=tuple[int, ...]),
        pack_url=_pack_url(tx, row, known),
        note=row.note,
    )


def sent_text_in(tx: Tx, row: Row) -> texts.Text:
    """The words of an answer that went out."""
    subject, body = (accounts.unseal_in(tx, one) for one in (row.subject_sealed, row.body_sealed))
    return texts.Text(subject or "", body or "")


def _unechoed(facts: Facts) -> Facts:
    """Without words of whoever wrote: a machine sends them to nobody whose address may be forged."""
    return msgspec.structs.replace(facts, subject="", references=())


def _pack_url(tx: Tx, row: Row, known: Known) -> str:
    size = next((one.size for one in queries.sizes(tx, [row.id]) if one.name == PACK), 0)
    return f"{known.facts.status_url}/files/{row.number}/{PACK}" if size > _ATTACHED_MOST else ""


def _address_in(tx: Tx, row: Row, known: Known, own: tuple[str, ...]) -> str:
    """Where an answer goes; empty where nobody is to be written to. A drill's answers stay on the page."""
    found = [] if known.row.drill else addresses_in(tx, known.row, known.read)
    usable = [one for one in found if one.partition("@")[0].lower() not in _ROBOTS and one.lower() not in own]
    if row.channel == "page" or not usable:
        return ""
    if row.kind == "receipt" and _flooded_in(tx, known.row):
        return ""
    return usable[-1] if row.channel == "other_mail" else usable[0]


def _flooded_in(tx: Tx, row: Row) -> bool:
    """Whether an address that nobody vouches for got so many receipts that a machine may answer a machine."""
    if row.verified or row.by_account is not None or not row.contact_hash:
        return False
    return queries.receipts_to(tx, row.contact_hash, tx.now - _DAY_MS) >= _RECEIPTS_A_DAY


def addresses_in(tx: Tx, row: Row, read: Letter) -> list[str]:
    """Where whoever sent a letter may be reached, the best first.

    A registered sender names the address; where they do not, only one of their own counts, whatever the letter says.
    """
    sender = letters.sender_row(tx, row.sender_id) if row.sender_id is not None else None
    written = [one for one in (read.reply_to, read.from_email) if _plain(one)]
    if sender is None:
        return list(dict.fromkeys(written))
    domains = msgspec.json.decode(sender.domains_json, type=tuple[str, ...])
    addresses = msgspec.json.decode(sender.addresses_json, type=tuple[str, ...])
    theirs = [one for one in written if one.lower() in addresses or one.rpartition("@")[2].lower() in domains]
    return list(dict.fromkeys([*([sender.answer_to] if sender.answer_to else []), *theirs]))


def _plain(address: str) -> bool:
    """Whether this is one address and nothing else."""
    local, at, domain = address.rpartition("@")
    return bool(local and at and domain) and address.isprintable() and not set(address) & set(" ,;<>()\"'\\:")


def _failed_in(tx: Tx, answer_id: int, error: str) -> None:
    row = queries.lock(tx, answer_id)
    if row is None or row.state not in {"approved", "due"}:
        return
    tries = row.attempts + 1
    if tries < rules.TRIES or row.state == "approved":
        wait = rules.wait_ms(min(row.attempts, rules.TRIES))
        queries.change(tx, row, attempts=tries, error=error[:300], next_at=tx.now + wait)
        return
    queries.change(tx, row, state=rules.step(row.state, "give_up"), attempts=tries, error=error[:300], next_at=None)
    _redirect_in(tx, answer_id)


def _redirect_in(tx: Tx, answer_id: int) -> None:
    """The way is closed: take the next one. On its page the answer stands in any case."""
    row = queries.lock(tx, answer_id)
    if row is None or row.channel == "page":
        return
    channel = "other_mail" if row.channel == "mail" and _has_other_in(tx, row) else "page"
    state = rules.step(row.state, "redirect")
    queries.change(tx, row, state=state, channel=channel, attempts=0, next_at=tx.now)
    _log_in(tx, row, "letter.answer_redirect", channel=channel)


def _has_other_in(tx: Tx, row: Row) -> bool:
    letter = letters.one(tx, row.letter_id)
    if letter is None:
        return False
    read = read_of_in(tx, letter.id)
    return read is not None and len(addresses_in(tx, letter, read)) > 1


def _sent_in(tx: Tx, answer_id: int) -> None:
    row = queries.lock(tx, answer_id)
    if row is None or row.state != "due":
        return
    queries.change(tx, row, state=rules.step(row.state, "send"), sent_at=tx.now, next_at=None, error="")
    letter = letters.lock(tx, row.letter_id)
    assert letter is not None
    if row.kind == "receipt":
        letters.change(tx, letter, receipt_at=letter.receipt_at or tx.now)
    if row.kind in rules.COMPLETE:
        letters.change(tx, letter, state="answered", answered_at=letter.answered_at or tx.now)
    _log_in(tx, row, "letter.answer_sent", channel=row.channel)
    if row.kind != "receipt":
        tx.emit(LetterAnswered(row.letter_id, row.id))


def _log_in(tx: Tx, row: Row, action: str, channel: str = "") -> None:
    letter = letters.one(tx, row.letter_id)
    assert letter is not None
    subject = f"case:{letter.case_id}" if letter.case_id is not None else f"letter:{letter.id}"
    audit.append_in(
        tx, actor_id=None, action=action, subject=subject, letter=letter.reference, number=row.number, channel=channel
    )


def returned_in(tx: Tx, event: AnswerReturned) -> None:
    """A mail server says what became of a mail (subscriber)."""
    if event.failed:
        bounced_in(tx, event.message_id, event.why)
    elif (row := queries.by_message(tx, event.message_id)) is not None:
        delivered_in(tx, row.id)


def bounced_in(tx: Tx, message_id: str, why: str) -> bool:
    """A mail came back: the answer goes another way. Tells whether it was one of ours."""
    row = queries.by_message(tx, message_id)
    if row is None:
        return False
    state = rules.step(row.state, "bounce")
    queries.change(tx, row, state=state, error=" ".join(why.split())[:300])
    _log_in(tx, row, "letter.answer_bounced")
    if state == "bounced":
        _redirect_in(tx, row.id)
    return True


def delivered_in(tx: Tx, answer_id: int) -> None:
    """Whoever it is for has an answer: they opened it, or their server says so. Raises NotFound."""
    row = queries.lock(tx, answer_id)
    if row is None:
        raise NotFound
    if row.state == "sent":
        queries.change(tx, row, state=rules.step(row.state, "deliver"), delivered_at=tx.now)
