"""Letters in whatever form, understood as well as a program can. Pure.

``read`` takes bytes and gives a :class:`~perdure.desk.model.Letter`; it never raises for what it is given. What is not
understood is a fault of the letter, and a letter always has at least one item, so that a person sees it.
"""

import re
from typing import Final

from perdure.desk.model import Claimed, Form, Letter
from perdure.desk.ports import OwnPlaces
from perdure.desk.rules import places
from perdure.desk.rules.reading import deadlines, decoding, files, languages, mail, policies, references
from perdure.desk.rules.reading.gathering import Gathered, items_of
from perdure.desk.rules.reading.kinds import Kind, kind_of

_FORMS: Final[dict[Kind, Form]] = {
    "mail": "mail", "html": "text", "text": "text", "table": "csv", "json": "text", "pdf": "pdf", "zip": "text",
    "gzip": "text", "image": "image", "rtf": "text", "opaque": "text",
}  # fmt: skip
_ORDER: Final = re.compile(
    r"removal order|injonction de retrait|entfernungsanordnung|orden de retirada|ordine di rimozione", re.IGNORECASE
)
_TERRORIST: Final = re.compile(
    r"2021\s?/\s?784|terrorist content online|contenus \u00e0 caract\u00e8re terroriste|terroristischer online",
    re.IGNORECASE,
)


def read(raw: bytes, name: str, mime: str, own: OwnPlaces, *, plain: bool = False) -> Letter:
    """What a letter says. ``plain``: attachments that take a program to open stay closed, and a fault says so."""
    into = Gathered(frozenset(places.host_of(host) for host in own.hosts), mail.read_nested)
    head, form = mail.Head(), "text"
    try:
        head, form = _into(raw, name, mime, into, plain=plain)
    except Exception as error:  # noqa: BLE001 - whatever it is, a person has to see the letter
        into.fault(f"The letter could not be read to its end ({type(error).__name__})")
        into.say(decoding.text_of(raw[:200_000]) if decoding.is_texty(raw) else "")
    try:
        return _letter(into, head, form)  # type: ignore[arg-type]
    except Exception as error:  # noqa: BLE001 - as above
        return unread(f"What was read could not be put together ({type(error).__name__})", raw)


def unread(fault: str, raw: bytes = b"") -> Letter:
    """A letter of which nothing was understood: one item, for a person."""
    text = decoding.text_of(raw[:20_000]) if decoding.is_texty(raw) else ""
    nothing = Claimed(number=1, claim=text[:2000], pointer="none")
    return Letter(form="text", prose=text, items=(nothing,), faults=(fault,))


def _into(raw: bytes, name: str, mime: str, into: Gathered, *, plain: bool) -> tuple[mail.Head, Form]:
    if not raw.strip():
        into.fault("The letter is empty")
        return mail.Head(), "text"
    kind = kind_of(raw, name, mime)
    if kind == "mail":
        head = mail.read(raw, into, plain=plain)
        return head, "arf" if into.arf else "xarf" if into.xarf else "mail"
    files.read_file(raw, name, mime, into, plain=plain)
    return mail.Head(), "xarf" if into.xarf else _FORMS[kind]


def _letter(into: Gathered, head: mail.Head, form: Form) -> Letter:
    items = items_of(into)
    prose = into.text() or "\n\n".join(into.older_prose)[:200_000]
    said = f"{head.subject}\n\n{prose}"
    if form in {"mail", "text", "pdf"} and _ORDER.search(said[:50_000]) and _TERRORIST.search(said[:50_000]):
        form = "order"
    return Letter(
        form=form,
        from_name=head.from_name,
        from_email=head.from_email,
        reply_to=head.reply_to,
        subject=head.subject,
        message_id=head.message_id,
        in_reply_to=head.in_reply_to,
        references=references.references_of(head.subject, prose),
        sent_at=head.sent_at,
        language=languages.language_of(said),
        prose=prose,
        policy=policies.policy_of(said),
        threat_to_life=policies.endangers_life(said),
        deadline_ms=deadlines.limit_of(said),
        deadline_at=deadlines.instant_of(said, sent_at=head.sent_at, sent_minutes=head.sent_minutes),
        items=items,
        attachments=tuple(into.attachments),
        faults=tuple(into.faults),
    )
