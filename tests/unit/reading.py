"""Letters for tests: where this site is, and short forms to read and to look at what was read."""

from email.message import EmailMessage

from perdure.desk.model import Letter
from perdure.desk.ports import OwnPlaces
from perdure.desk.rules.reading import read as read_letter

OWN = OwnPlaces(("perdure.example", "perdu.example"))
BASE = "https://perdure.example"
ID = 117_309_440_000_000_000


def post(number: int, name: str = "bob") -> str:
    """The address of a post."""
    return f"{BASE}/@{name}/{ID + number}"


def read(raw: str | bytes, name: str = "", mime: str = "") -> Letter:
    return read_letter(raw.encode() if isinstance(raw, str) else raw, name, mime, OWN)


def pointed(letter: Letter) -> list[tuple[str, str]]:
    """What the items point at."""
    return [(item.pointer, item.url or item.value) for item in letter.items]


def urls(letter: Letter) -> list[str]:
    """The addresses of a letter whose items are all addresses."""
    assert all(item.pointer == "url" for item in letter.items), pointed(letter)
    return [item.url for item in letter.items]


def policies(letter: Letter) -> list[str]:
    return [item.policy for item in letter.items]


def mail(text: str = "", *, html: str = "", subject: str = "Abuse report", **headers: str) -> EmailMessage:
    """A mail as a host sends it."""
    made = EmailMessage()
    made["From"] = headers.pop("sender", "Trust and Safety <trust@host.example>")
    made["To"] = "abuse@perdure.example"
    made["Subject"] = subject
    made["Date"] = "Mon, 11 Jan 2021 09:30:00 -0800"
    made["Message-ID"] = "<1@host.example>"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    if text or not html:
        made.set_content(text)
    if html:
        made.add_alternative(html, subtype="html") if text else made.set_content(html, subtype="html")
    return made
