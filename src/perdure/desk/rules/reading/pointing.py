"""What a line points at without an address: numbers of posts, names of accounts, quoted words. Pure."""

import re
from typing import Final, NamedTuple

_ID_WORDS: Final = (
    r"(?:post|status|statuses|toot|note|message|publication|beitrag|beitrags|nachricht|statut|echo|comment|"
    r"kommentar|commentaire|contenu|content|inhalt|item|tweet|parley)"
)
_ID: Final = re.compile(
    (
        rf"\b{_ID_WORDS}(?:[ _-]?(?:id|no|nr|num(?:ber|\u00e9ro|mer)?|"
        rf"n[\u00b0\u00ba]))?\.?\s{{0,2}}[:=#/\u00b0\u00ba]{{0,2}}\s{{0,2}}[\[(\"'#]{{0,2}}(\d{{6,19}})(?!\d)"
    ),
    re.IGNORECASE,
)
_ID_BARE: Final = re.compile(r"(?:^|[\s(\[\"'#:=|,;])(\d{15,19})(?=$|[\s)\]\"'.,;|])")
_ID_PATH: Final = re.compile(
    r"(?<![\w.])/?(?:web/|api/v1/)?(?:@[A-Za-z0-9_]{1,60}(?:@[A-Za-z0-9.\-]{1,200})?|statuses|status|"
    r"posts)/(\d{1,19})(?![\d\w])"
)
_CASE: Final = re.compile(
    (
        r"(?:case|ticket|ref(?:erence)?|abuse|report|order|invoice|customer|account|dossier|vorgang|phone|tel|fax|"
        r"aws)[ -]?(?:id|no|nr|number|#|n\u00b0)?\.?\s{0,2}[:#=]{0,2}\s{0,2}\Z"
    ),
    re.IGNORECASE,
)
_HANDLE: Final = re.compile(
    r"(?<![\w/@.+\-])@([A-Za-z0-9_]{1,30})(?:@([A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,5}(?::\d{1,5})?))?(?![\w@/])"
)
_ACCT: Final = re.compile(r"\bacct:@?([A-Za-z0-9_]{1,30})@([A-Za-z0-9.\-]{1,200})", re.IGNORECASE)
_NAMED: Final = re.compile(
    r"\b(?:user(?:[ -]?name)?|account|handle|profile|utilisat(?:eur|rice)|compte|pseudo|benutzer(?:name)?|"
    r"nutzer(?:name)?|konto|profil)\s{0,2}"
    r"(?:name|nom|id)?\s{0,2}[:=]\s{0,3}[\"'\u201c\u00ab]?\s?@?([A-Za-z0-9_]{2,30})(?:@([A-Za-z0-9.\-]{1,200}))?(?![\w@/.])",
    re.IGNORECASE,
)
_QUOTES: Final = (
    re.compile(r"\"([^\"\n]{8,1500})\""),
    re.compile(r"[\u201c\u201d\u201e\u201f]([^\u201c\u201d\u201e\n]{8,1500})[\u201c\u201d\u201f]"),
    re.compile(r"[\u00ab\u2039]\s?([^\u00ab\u00bb\n]{8,1500}?)\s?[\u00bb\u203a]"),
    re.compile(r"[\u00bb]([^\u00ab\u00bb\n]{8,1500})[\u00ab]"),
    re.compile(r"(?<![\w\u2019])[\u2018\u201a']([^\u2018\u2019'\n]{12,1500})[\u2019'](?!\w)"),
)
_PICTURE: Final = re.compile(
    r"screen ?shots?|screen ?grab|captures? d.\u00e9cran|capture jointe|bildschirm(?:foto|aufnahme)|siehe "
    r"(?:anhang|anlage)|see (?:the )?attach"
    r"|attached (?:image|picture|photo|file)|(?:image|photo|picture|bild|anlage|annexe|exhibit|attachment|"
    r"pi\u00e8ce jointe|fichier joint)\s{0,2}(?:n\u00b0|no\.?|#|:)?\s{0,2}\d{0,3}\b"
    r"|\.(?:png|jpe?g|webp|heic)\b",
    re.IGNORECASE,
)
_LABEL: Final = re.compile(r"\A[^\"\u201c\u201e\u00ab:]{1,40}:\s{0,3}")
_TITLE: Final = re.compile(
    r"policy|policies|terms|agreement|conditions|guidelines|standards|act\b|gesetz|richtlinie|directive|"
    r"regulation|r\u00e8glement|charte|conditions|"
    r"reply|subject|code\b|directive|service",
    re.IGNORECASE,
)


class Pointed(NamedTuple):
    """How a thing is pointed at: ``id``, ``account`` or ``phrase``, and its number, name or words."""

    pointer: str
    value: str


def ids(text: str, *, listed: bool) -> list[Pointed]:
    """Numbers of posts in a line. In a list a bare long number is one too; a number of a case is none."""
    found = [match[1] for match in _ID_PATH.finditer(text)]
    found += [match[1] for match in _ID.finditer(text)]
    if listed:
        found += [
            match[1]
            for match in _ID_BARE.finditer(text)
            if not _CASE.search(text[max(0, match.start() - 24) : match.start() + 1])
        ]
    return [Pointed("id", str(int(one))) for one in dict.fromkeys(found) if 0 < int(one) < 2**63]


def accounts(text: str) -> list[Pointed]:
    """Names of accounts in a line, with their host where one is written."""
    found: list[str] = []
    for pattern in (_HANDLE, _ACCT, _NAMED):
        found += [
            match[1] + (f"@{match[2].rstrip('.').lower()}" if match[2] else "") for match in pattern.finditer(text)
        ]
    kept = [one for one in dict.fromkeys(found) if one.lower() not in _NO_NAMES]
    return [Pointed("account", one) for one in kept]


_NO_NAMES: Final = frozenset(
    [
        "name",
        "id",
        "is",
        "the",
        "of",
        "holder",
        "email",
        "e",
        "mail",
        "http",
        "https",
        "suspended",
        "none",
        "all",
        "media",
        "gmail",
    ]
)


def phrases(text: str) -> list[Pointed]:
    """Quoted words that could be those of a post: at least two words, and no title of a policy."""
    found: list[tuple[int, str]] = []
    for pattern in _QUOTES:
        found += [(match.start(), " ".join(match[1].split())) for match in pattern.finditer(text)]
    found.sort()
    kept = [words for _, words in found if is_phrase(words)]
    return [Pointed("phrase", words) for words in dict.fromkeys(kept)]


def is_phrase(words: str) -> bool:
    """Whether words could be a post's: more than one, not a title, not an address."""
    if len(words) < 8 or ("@" in words and " " not in words) or "://" in words:
        return False
    parts = words.split()
    if len(parts) < 2:
        return not words.isascii() and len(words) >= 8
    title = all(part[:1].isupper() or len(part) <= 3 for part in parts) and not words.isupper()
    return not (title and len(parts) <= 7 and _TITLE.search(words))


def is_quotation(text: str) -> str:
    """The words of a line that is one quotation, perhaps behind a label; empty where it is more than that."""
    bare = (
        _LABEL.sub("", text.strip(), count=1)
        if not text.strip().startswith(('"', "\u201c", "\u201e", "\u00ab"))
        else text.strip()
    )
    found = phrases(bare)
    return found[0].value if found and len(found[0].value) >= len(bare) * 0.6 else ""


def wants_picture(text: str) -> bool:
    """Whether a line leads to a screenshot or another attached picture."""
    return bool(_PICTURE.search(text[:1000]))
