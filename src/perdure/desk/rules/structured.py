"""A notice that a program sends as JSON of our own: its items are said, nothing has to be understood. Pure.

Documented in ``docs/reference/notices-api.md``.
"""

from typing import Final

import msgspec

from perdure.desk.model import MOST_ITEMS, MOST_PROSE, Claimed, Letter, Pointer
from perdure.kernel.errors import Invalid

MIME: Final = "application/vnd.perdure.notice+json"
"""Under which such a notice is kept, so that it is read again as what it was."""
_MOST: Final = 2000


class ItemInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing complained of: an address, the id of a post, an account, or words of a post. One of the four."""

    url: str = ""
    id: str = ""
    account: str = ""
    phrase: str = ""
    reason: str = ""
    policy: str = ""
    reference: str = ""
    seen_at: int | None = None


class NoticeInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A notice with its items. ``deadline_minutes`` counts from receipt; times are ms since the epoch, UTC."""

    items: tuple[ItemInput, ...]
    subject: str = ""
    text: str = ""
    from_name: str = ""
    from_email: str = ""
    references: tuple[str, ...] = ()
    language: str | None = None
    policy: str = ""
    threat_to_life: bool = False
    deadline_minutes: int | None = None
    deadline_at: int | None = None
    sent_at: int | None = None


_decoder: Final = msgspec.json.Decoder(NoticeInput)


def is_notice(raw: bytes) -> bool:
    """Whether JSON is of this form, right or wrong: an object with ``items`` and no mark of another form."""
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return isinstance(found, dict) and "items" in found and not {"XARF", "xarf_version", "Version"} & found.keys()


def checked(raw: bytes) -> NoticeInput:
    """A notice whose form is right. Raises Invalid with what is wrong and where."""
    try:
        given = _decoder.decode(raw)
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(f"Validation failed: {error}") from error
    if not 0 < len(given.items) <= MOST_ITEMS:
        raise Invalid(f"Validation failed: items must be 1 to {MOST_ITEMS}", {"items": [("ERR_INVALID", "count")]})
    for place, one in enumerate(given.items):
        named = [text for text in (one.url, one.id, one.account, one.phrase) if text.strip()]
        if len(named) != 1:
            text = "must have exactly one of url, id, account, phrase"
            raise Invalid(f"Validation failed: items[{place}] {text}", {f"items[{place}]": [("ERR_INVALID", text)]})
    return given


def letter_of(raw: bytes) -> Letter:
    """What such a notice says. Raises Invalid for one that is none."""
    given = checked(raw)
    minutes = given.deadline_minutes
    return Letter(
        form="form",
        from_name=given.from_name[:200],
        from_email=given.from_email[:254],
        subject=given.subject[:500],
        references=tuple(one[:200] for one in given.references[:50]),
        sent_at=given.sent_at,
        language=given.language,
        prose=given.text[:MOST_PROSE],
        policy=given.policy,
        threat_to_life=given.threat_to_life,
        deadline_ms=minutes * 60_000 if minutes is not None and minutes > 0 else None,
        deadline_at=given.deadline_at,
        items=tuple(_claimed(number, one) for number, one in enumerate(given.items, 1)),
    )


def _claimed(number: int, one: ItemInput) -> Claimed:
    kinds: tuple[tuple[Pointer, str], ...] = (
        ("url", one.url),
        ("id", one.id),
        ("account", one.account),
        ("phrase", one.phrase),
    )
    pointer, text = next((kind, said.strip()) for kind, said in kinds if said.strip())
    return Claimed(
        number=number,
        claim=text[:_MOST],
        pointer=pointer,
        url=text[:_MOST] if pointer == "url" else "",
        value="" if pointer == "url" else text[:_MOST],
        reason=one.reason[:_MOST],
        policy=one.policy,
        reference=one.reference[:200],
        seen_at=one.seen_at,
    )
