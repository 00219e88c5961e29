"""The records of delivery."""

import msgspec


class Attachment(msgspec.Struct, frozen=True):
    """A file of a mail. One that ``leads`` stands in front of the text, for programs that read the first part."""

    name: str
    mime: str
    content: bytes
    leads: bool = False


class Mail(msgspec.Struct, frozen=True):
    """One mail in plain text. ``reference`` names what caused it: a repeated delivery keeps its Message-ID.

    ``message_id`` (with its angle brackets) is chosen by whoever needs to recognise answers to it. ``answers`` are the
    Message-IDs that this mail follows, oldest first: programs show them as one exchange. What is no Message-ID among
    them is left out.
    """

    to: str
    subject: str
    text: str
    reference: str
    message_id: str = ""
    answers: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    reply_to: str = ""  # where answers to it are read, if not at the site's own address


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What of a page is taken: its media types, how many bytes (unpacked), within how many seconds.

    With ``cut`` a longer body is cut off at ``most`` bytes; without, it is refused. Bodies of answers with another
    status than ``statuses`` are not read.
    """

    types: frozenset[str]
    most: int
    cut: bool = False
    seconds: float = 10.0
    statuses: frozenset[int] = frozenset({200})


class Fetched(msgspec.Struct, frozen=True):
    """What the other side answered. ``url`` is where the redirects ended.

    ``onward`` is where a redirect that was not followed leads, as written. ``body`` is empty unless the status was
    wanted; ``charset`` is what the header says, lower case, or empty; ``links`` are the values of its ``Link`` headers.
    """

    url: str
    status: int
    mime: str
    charset: str
    links: tuple[str, ...]
    body: bytes
    onward: str = ""
