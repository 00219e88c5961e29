"""What a letter is to the rest of the program, whatever form it came in."""

from typing import Final, Literal

import msgspec

Form = Literal["mail", "text", "pdf", "csv", "xarf", "arf", "image", "form", "order"]
Channel = Literal["lmtp", "imap", "paste", "upload", "api", "cli", "form", "drill"]
Authority = Literal["no_account", "article_16", "trusted_flagger", "provider", "member_state", "court"]
Pointer = Literal["url", "id", "account", "phrase", "screenshot", "none"]

MOST_ITEMS: Final = 10_000
MOST_BYTES: Final = 25 * 1024 * 1024
MOST_PROSE: Final = 200_000


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a letter complains of, as it was written and as it was understood.

    ``number`` counts from 1 in the order of the letter. ``claim`` is what was written (at most 2,000 characters), with
    all its spelling; ``url`` the plain address found in it, or empty. ``pointer`` says how it is to be looked for:
    ``url``; ``id`` and ``account`` (``value`` is the number or the name); ``phrase`` (``value`` is the quoted text);
    ``screenshot`` (``value`` is the SHA-256 of the attachment, a person has to look); ``none`` where nothing was
    understood. ``policy`` is a key of a house rule or empty; ``reference`` the sender's own number of this item.
    """

    number: int
    claim: str
    pointer: Pointer
    url: str = ""
    value: str = ""
    reason: str = ""
    policy: str = ""
    reference: str = ""
    seen_at: int | None = None


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a letter. ``digest`` is its SHA-256 (hex), ``size`` its bytes, ``read`` whether items are from it."""

    name: str
    mime: str
    digest: str
    size: int
    read: bool


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """What was understood of a letter.

    ``prose`` is its readable text. ``deadline_ms`` is the time it gives, counted from receipt, and ``deadline_at`` the
    instant it names, where it does either. ``references`` are the sender's numbers for the whole letter, ``faults``
    what could not be understood, in words for a person. Header values are what the letter claims, not what was checked.
    """

    form: Form
    from_name: str = ""
    from_email: str = ""
    reply_to: str = ""
    subject: str = ""
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    sent_at: int | None = None
    language: str | None = None
    prose: str = ""
    policy: str = ""
    threat_to_life: bool = False
    deadline_ms: int | None = None
    deadline_at: int | None = None
    items: tuple[Claimed, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    faults: tuple[str, ...] = ()


class Arrived(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes at the door. ``received_at`` (ms) is when they reached this site or its mailbox: the clocks' zero.

    ``name`` and ``mime`` are what whoever brought them says. ``sender_id`` is a sender who proved who they are (by a
    token or a signature), ``proof`` how. ``envelope_from`` is the envelope's sender of a mail.
    """

    raw: bytes
    channel: Channel
    received_at: int
    name: str = ""
    mime: str = ""
    sender_id: int | None = None
    proof: str = ""
    envelope_from: str = ""
    by_account: int | None = None
    drill: bool = False
    key: str = ""  # of whoever sends it again where the first answer got lost: the same key is the same letter


class SenderInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an operator says about whoever sends letters.

    ``domains`` are those whose valid DKIM signature proves a mail; ``addresses`` narrow that to exact ones.
    ``answer_to`` is where answers go (empty: to whoever wrote), ``obligation`` the key of the clock that a letter
    starts (empty: that of the authority), ``limit_minutes`` what a contract says instead of its limit.
    """

    name: str
    authority: Authority
    domains: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    locale: str = "en"
    answer_to: str = ""
    obligation: str = ""
    limit_minutes: int | None = None
    hook_url: str = ""


class SenderView(SenderInput, frozen=True, kw_only=True):
    """A sender as it is kept. ``tokens`` are the names of those in force."""

    id: int
    state: Literal["active", "suspended"]
    suspended_until: int | None
    tokens: tuple[str, ...]
    created_at: int
    updated_at: int
    version: int
