"""Mail as it comes over the wire: its parts, in the order in which its sender put them. Pure; never raises.

The standard library's lenient policy is used, and every step that reads what a stranger wrote is guarded: a header or
a part that cannot be read costs itself and a fault, nothing else.
"""

import email
import re
from email import policy
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parseaddr
from typing import Any, Final

import msgspec

from perdure.desk.rules.reading import dates, decoding, files, markup, quoting, reports
from perdure.desk.rules.reading.gathering import Gathered

_MOST_PARTS: Final = 1_000
_MOST_HEADER: Final = 20_000
_REPLY: Final = re.compile(
    r"\s{0,4}(?:\[[^\]]{1,60}\]\s{0,2}){0,3}(?:re|aw|antw|sv|r\u00e9p|rif|odp)(?:\[\d{1,3}\])?\s{0,2}:", re.IGNORECASE
)
_FORWARD: Final = re.compile(r"\s{0,4}(?:fwd?|wg|tr|i|vs|doorst|rv|enc)\s{0,2}:", re.IGNORECASE)
CUT: Final = "X-Perdure-Cut"
"""Put in front of a mail by whoever fetches only its beginning."""
_SMIME: Final = frozenset(
    {
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-signature",
        "application/pgp-keys",
    }
)


class Head(msgspec.Struct, frozen=True):
    """What the headers of a mail claim. ``sent_minutes`` is the offset of its clock from UTC."""

    from_name: str = ""
    from_email: str = ""
    reply_to: str = ""
    subject: str = ""
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    sent_at: int | None = None
    sent_minutes: int = 0


def read(raw: bytes, into: Gathered, *, plain: bool) -> Head:
    """Read a mail into a letter."""
    message = email.message_from_bytes(_from_start(raw), policy=policy.compat32)
    head = head_of(message)
    _Walk(into, head, plain=plain).whole(message)
    if message.get(CUT) is not None:
        into.fault("The mail is larger than a letter may be: its end was not fetched and is still in the mailbox")
    return head


def read_nested(raw: bytes, into: Gathered) -> None:
    """A mail within a letter: its items are the letter's, its headers are not."""
    message = email.message_from_bytes(_from_start(raw), policy=policy.compat32)
    _Walk(into, head_of(message), plain=False).whole(message)


def _from_start(raw: bytes) -> bytes:
    """A mail without blank lines and the line of a mailbox file in front of it, and without stray margins."""
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n \t")
    if decoding.text_of(raw[:400]) and raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raw = decoding.text_of(raw).encode("utf-8", "replace")
    if raw.startswith(b"From ") and b"\n" in raw[:1000]:
        raw = raw.partition(b"\n")[2]
    return raw


def head_of(message: "Message[str, str]") -> Head:
    """What the headers of a mail claim, each guarded."""
    name, address = _address(header(message, "From"))
    sent = dates.of_header(header(message, "Date") or header(message, "Sent"))
    ids = re.findall(r"<[^<>\s]{1,400}>", f"{header(message, 'In-Reply-To')} {header(message, 'References')}")
    return Head(
        from_name=name[:200],
        from_email=address[:320].lower(),
        reply_to=_address(header(message, "Reply-To"))[1][:320].lower(),
        subject=header(message, "Subject")[:1000],
        message_id=header(message, "Message-ID").strip()[:500],
        in_reply_to=tuple(dict.fromkeys(ids))[:50],
        sent_at=sent[0] if sent else None,
        sent_minutes=sent[1] if sent else 0,
    )


def header(message: "Message[str, str]", name: str) -> str:
    """One header's text, decoded as well as it can be, without line ends. Empty where it is missing."""
    try:
        value = message.get(name)
    except Exception:  # noqa: BLE001 - the library trips over some headers
        return ""
    return words_of(str(value)) if value is not None else ""


def words_of(value: str) -> str:
    """Encoded words (RFC 2047) as text."""
    value = value[:_MOST_HEADER]
    try:
        pieces = [
            decoding.text_of(piece, charset or "") if isinstance(piece, bytes) else piece
            for piece, charset in decode_header(value)
        ]
    except Exception:  # noqa: BLE001 - broken encodings stay as they are written
        pieces = [value]
    joined = "".join(pieces).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return " ".join("".join(one for one in joined if one.isprintable() or one.isspace()).split())


def _address(value: str) -> tuple[str, str]:
    try:
        found = getaddresses([value]) or [parseaddr(value)]
    except Exception:  # noqa: BLE001 - as above
        found = []
    name, address = next(((name, address) for name, address in found if "@" in address), ("", ""))
    if not address and (match := re.search(r"[^\s<>\"',;:]{1,64}@[^\s<>\"',;:]{1,255}", value)):
        name, address = value[: match.start()].strip(" <\"'"), match[0]
    return name, address


class _Walk:
    """One pass over the parts of a mail."""

    def __init__(self, into: Gathered, head: Head, *, plain: bool) -> None:
        self.into = into
        self.head = head
        self.plain = plain
        self.parts = 0
        self.reply = bool(head.in_reply_to or _REPLY.match(head.subject)) and not _FORWARD.match(head.subject)

    def whole(self, message: "Message[str, str]") -> None:
        self.part(message, 0)

    def part(self, part: "Message[str, str]", depth: int) -> None:
        """Read one part, with those within it. What cannot be read is a fault."""
        self.parts += 1
        if self.parts > _MOST_PARTS or depth > 20:
            self.into.fault("A mail has too many parts: the rest of it was not read")
            return
        try:
            self._part(part, depth)
        except RecursionError:
            self.into.fault("A mail is nested too deep: part of it was not read")
        except Exception as error:  # noqa: BLE001 - one part that cannot be read hides no other
            self.into.fault(f"Part of a mail cannot be read ({type(error).__name__})")
            files.read_runs(_payload(part), "", self.into)

    def _part(self, part: "Message[str, str]", depth: int) -> None:
        kind = part.get_content_type()
        if kind == "message/feedback-report":
            self._feedback(part)
        elif kind in {"message/rfc822", "message/global", "text/rfc822-headers"} or kind.startswith("message/rfc822"):
            self._enclosed(part, depth)
        elif part.is_multipart():
            self._multipart(part, kind, depth)
        elif kind in {"text/plain", "text/html"} and not _is_file(part):
            self._body(part, kind)
        elif kind not in _SMIME and kind != "message/delivery-status":
            self._file(part, kind)

    def _multipart(self, part: "Message[str, str]", kind: str, depth: int) -> None:
        inner = [one for one in part.get_payload() if isinstance(one, Message)]
        if kind == "multipart/encrypted":
            self.into.fault("The mail is encrypted, and this site has no key for it")
        if kind == "multipart/alternative" and inner:
            self._alternative(inner, depth)
            return
        for one in inner:
            self.part(one, depth + 1)
        preamble = part.preamble if isinstance(part.preamble, str) else ""
        if not inner and isinstance(part.get_payload(), str):
            files.read_text(decoding.text_of(_payload(part)), self.into)
        elif preamble and "://" in preamble:
            files.read_text(preamble, self.into)

    def _alternative(self, inner: list["Message[str, str]"], depth: int) -> None:
        """Of several forms of the same, the one that names most: some senders leave the plain text empty."""
        best: Gathered | None = None
        others = []
        for one in inner:
            if not (one.get_content_type().startswith("text/") or one.is_multipart()):
                others.append(one)
                continue
            tried = Gathered(self.into.hosts, self.into.read_mail, budget=self.into.budget, depth=self.into.depth)
            walk = _Walk(tried, self.head, plain=self.plain)
            walk.parts = self.parts
            walk.part(one, depth + 1)
            self.parts = walk.parts
            if best is None or _worth(tried) > _worth(best):
                best = tried
        if best is not None:
            _pour(best, self.into)
        for one in others:
            self.part(one, depth + 1)

    def _enclosed(self, part: "Message[str, str]", depth: int) -> None:
        """A mail within the mail: forwarded as it came."""
        payload = part.get_payload()
        if isinstance(payload, list):
            for one in payload:
                if isinstance(one, Message):
                    nested = _Walk(self.into, head_of(one), plain=self.plain)
                    nested.parts = self.parts
                    nested.part(one, depth + 1)
                    self.parts = nested.parts
        else:
            content = _payload(part)
            if self.into.depth < 5:
                files.read_file(content, _name(part) or "mail.eml", "message/rfc822", self.into, plain=self.plain)

    def _feedback(self, part: "Message[str, str]") -> None:
        payload: Any = part.get_payload()
        inner = payload[0] if isinstance(payload, list) and payload and isinstance(payload[0], Message) else None
        if inner is None:
            inner = email.message_from_bytes(_payload(part).lstrip(), policy=policy.compat32)
        fields: dict[str, list[str]] = {}
        for name, value in inner.items()[:500]:
            fields.setdefault(name.lower(), []).append(words_of(str(value)))
        self.into.arf = True
        self.into.add(reports.of_feedback(fields, self.into.hosts))

    def _body(self, part: "Message[str, str]", kind: str) -> None:
        text = decoding.text_of(_payload(part), _charset(part))
        if kind == "text/html" or (kind == "text/plain" and _is_html(text)):
            text = markup.text_of(text)
        elif "flowed" in str(part.get_param("format", "")).lower():
            text = quoting.flowed(text, delete_space=str(part.get_param("delsp", "")).lower() == "yes")
        parted = quoting.part(text, reply=self.reply)
        body, signature = quoting.without_signature(parted.own)
        host = self.head.from_email.rpartition("@")[2]
        if body.strip():
            files.read_text(body, self.into, sender_host=host)
        self.into.say(signature)
        if parted.older.strip():
            files.read_text(parted.older, self.into, sender_host=host, older=True)

    def _file(self, part: "Message[str, str]", kind: str) -> None:
        content = _payload(part)
        inline = bool(part.get("Content-ID")) and not str(part.get("Content-Disposition", "")).lower().startswith(
            "attachment"
        )
        files.read_file(content, _name(part), kind, self.into, plain=self.plain, decoration=inline)


def _worth(one: Gathered) -> tuple[int, int]:
    sure = sum(
        1 for part in one.parts if not part.older for each in part.findings if each.sure and each.pointer != "none"
    )
    rest = sum(len(part.findings) for part in one.parts)
    return sure, rest or (1 if one.text() else 0)


def _pour(source: Gathered, into: Gathered) -> None:
    """Take over what one alternative holds."""
    into.parts += source.parts
    into.pictures += source.pictures
    into.prose += source.prose
    into.older_prose += source.older_prose
    for attachment in source.attachments:
        into.attach(attachment)
    for fault in source.faults:
        into.fault(fault)
    into.budget = min(into.budget, source.budget)
    into.xarf, into.arf = into.xarf or source.xarf, into.arf or source.arf


def _is_html(text: str) -> bool:
    head = text[:2000].lower()
    return head.lstrip().startswith(("<!doctype html", "<html", "<body", "<div", "<p>", "<table")) or (
        "<br" in head and "</" in head
    )


def _is_file(part: "Message[str, str]") -> bool:
    disposition = str(part.get("Content-Disposition", "")).lower()
    return disposition.startswith("attachment") or bool(_name(part))


def _name(part: "Message[str, str]") -> str:
    try:
        name = part.get_filename()
    except Exception:  # noqa: BLE001 - the library trips over some headers
        return ""
    return words_of(str(name)).replace("/", "_")[:200] if name else ""


def _charset(part: "Message[str, str]") -> str:
    try:
        return str(part.get_content_charset() or "")
    except Exception:  # noqa: BLE001 - as above
        return ""


def _payload(part: "Message[str, str]") -> bytes:
    """The bytes of a part, its transfer encoding undone; of a part that holds others, their text."""
    try:
        decoded = part.get_payload(decode=True)
        if isinstance(decoded, bytes):
            return decoded
        return part.as_bytes() if part.is_multipart() else b""
    except Exception:  # noqa: BLE001 - broken encodings stay as they are written
        raw = part.get_payload()
        return raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else b""
