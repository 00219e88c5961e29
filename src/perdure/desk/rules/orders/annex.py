"""A removal order on Annex I of Reg. (EU) 2021/784, as text: read, and written from a form. Pure.

The template has labels, in the language of whoever issues it; English and French are read. What is no order is None,
and what an order lacks is named: an order that lacks what is needed is defective, not unread (Art 3(8)).
"""

import re
from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from perdure.desk.rules.orders.instants import instant_of

Kind = Literal["removal", "preservation", "reinstatement"]
GROUNDS: Final = ("incites", "solicits_offence", "solicits_group", "instructs", "threatens")
"""Why content is terrorist, Art 2(7)(a) to (e)."""
MOST_URLS: Final = 1000
_WHOLE: Final = 4000

_TITLE: Final = re.compile(
    r"^[\s>*#]*(?:annex(?:e)?\s+i\b[^\n]{0,80}|removal\s+order|injonction\s+de\s+retrait)[\s*:.]*$",
    re.IGNORECASE | re.MULTILINE,
)
_ACT: Final = re.compile(r"2021\s*/\s*784")
_TICKED: Final = re.compile(r"^[\s>*-]*(?:\[\s*[xX✓✔]\s*\]|[☒☑✓✔]|\(\s*[xX]\s*\))\s*(?P<what>.+)$")
_BOX: Final = re.compile(r"^[\s>*-]*(?:\[\s*\]|☐|\(\s*\))")
_URL: Final = re.compile(r"(?:https?|hxxps?)(?:://|\[:]//)[^\s<>\"'）)\]]+", re.IGNORECASE)

# Where a value is longer than a line it ends at the next label, section or empty line.
_LABELS: Final[Mapping[str, str]] = {
    "country": r"member state of (?:the )?issuing (?:competent )?authority|"
    r"[ée]tat membre de l[’']autorit[ée] (?:comp[ée]tente )?(?:d[’'][ée]mission|[ée]mettrice)",
    "issued": r"(?:time and date|date and time|date) of issu(?:ing|e)(?: of the (?:removal )?order)?|"
    r"(?:heure et date|date et heure|date) d[’'][ée]mission(?: de l[’']injonction(?: de retrait)?)?",
    "reference": r"reference(?: number)?(?: of the (?:removal )?order)?|"
    r"(?:num[ée]ro de )?r[ée]f[ée]rence(?: de l[’']injonction(?: de retrait)?)?",
    "urls": r"urls?(?: and any additional information[^:\n]*)?|urls?(?: et (?:toute )?information[^:\n]*)?",
    "reasons": r"additional information on the reasons[^:\n]*|statement of reasons|reasons|"
    r"informations (?:suppl[ée]mentaires|compl[ée]mentaires) sur les motifs[^:\n]*|expos[ée] des motifs|motifs",
    "legal_ground": r"legal (?:ground|basis)|base juridique|fondement juridique",
    "authority": r"(?:name of (?:the )?)?issuing (?:competent )?authority|name of the competent authority|"
    r"(?:nom de l[’'])?autorit[ée] (?:comp[ée]tente )?(?:d[’'][ée]mission|[ée]mettrice)",
    "representative": r"name of its representative[^:\n]*|representative(?: and post held)?|"
    r"nom de son repr[ée]sentant[^:\n]*",
    "file_number": r"file (?:number|reference)|num[ée]ro de dossier|r[ée]f[ée]rence du dossier",
    "address": r"address|adresse(?: postale)?",
    "telephone": r"tele?phone(?: number)?|phone|(?:num[ée]ro de )?t[ée]l[ée]phone",
    "email": r"e-?mail(?: address)?|(?:adresse )?[ée]lectronique|courriel",
    "redress": r"redress(?: information| possibilities)?|information about redress[^:\n]*|"
    r"voies? de recours|informations? sur les (?:voies|possibilit[ée]s) de recours[^:\n]*",
    "authentication": r"authentication|official stamp[^:\n]*|authentification|cachet officiel[^:\n]*",
    "silence_reason": r"reasons? for (?:the )?non-disclosure|motifs? de (?:la )?non-divulgation",
    "silence_until": r"non-disclosure until|non-divulgation jusqu[’']au",
    "until": r"(?:preserve|to be preserved) until|[àa] conserver jusqu[’']au",
}
_LABEL: Final = re.compile(
    r"^[\s>*-]*(?:\d{1,2}[.)]\s*)?(?:" + "|".join(f"(?P<{name}>{what})" for name, what in _LABELS.items())
    + r")\s*[:：]\s*(?P<value>.*)$",
    re.IGNORECASE,
)  # fmt: skip
_SECTION: Final = re.compile(r"^[\s>*]*(?:section|partie)\s+[a-g]\b", re.IGNORECASE)
_SILENCE: Final = re.compile(
    r"refrain from informing|doit s[’']abstenir d[’']informer|non-disclosure|non-divulgation", re.IGNORECASE
)
_EMERGENCY: Final = re.compile(
    r"duly justified cas(?:e|es) of emergency|case of emergency|urgence d[ûu]ment justifi[ée]e|cas d[’']urgence",
    re.IGNORECASE,
)
_GROUND_WORDS: Final[Mapping[str, str]] = {
    "incites": r"\bincites?\b|\bincite\b|point \(a\)|2\(7\)\(a\)",
    "solicits_offence": r"solicits? .{0,80}(?:commit|contribute)|sollicite .{0,80}(?:commettre|contribuer)|2\(7\)\(b\)",
    "solicits_group": r"solicits? .{0,80}participate|sollicite .{0,80}participer|2\(7\)\(c\)",
    "instructs": r"instruction|2\(7\)\(d\)",
    "threatens": r"threat to commit|menace de commettre|2\(7\)\(e\)",
}
_PRESERVE: Final = re.compile(r"\b(?:preserv|conserv)\w+\s+order\b|injonction de conservation", re.IGNORECASE)
_RESTORE: Final = re.compile(r"\breinstatement order\b|injonction de r[ée]tablissement", re.IGNORECASE)


class OrderFields(msgspec.Struct, frozen=True, kw_only=True):
    """What an order says. Instants in ms, None where none was understood; ``grounds`` are keys of ``GROUNDS``.

    ``silence``: the author is not to be told; ``silence_until`` only where the order names an instant.
    """

    kind: Kind = "removal"
    authority: str = ""
    country: str = ""
    reference: str = ""
    file_number: str = ""
    issued: str = ""
    issued_at: int | None = None
    legal_ground: str = ""
    grounds: tuple[str, ...] = ()
    reasons: str = ""
    urls: tuple[str, ...] = ()
    everywhere: bool = True
    silence: bool = False
    silence_reason: str = ""
    silence_until: int | None = None
    emergency: bool = False
    representative: str = ""
    address: str = ""
    telephone: str = ""
    email: str = ""
    redress: str = ""
    authentication: str = ""
    until: int | None = None

    @property
    def lacking(self) -> tuple[str, ...]:
        """What a removal order needs and this one does not say (Art 3(4)): names of fields."""
        needed = ("authority", "reference", "issued", "urls", "redress", "authentication")
        missing = [name for name in needed if not getattr(self, name)]
        return (*missing, *(("reasons",) if not self.reasons and not self.grounds else ()))


def kind_of(text: str) -> Kind | None:
    """What kind of order a text is by its heading; None: it is none."""
    head = text[:_WHOLE]
    if _RESTORE.search(head):
        return "reinstatement"
    if _PRESERVE.search(head):
        return "preservation"
    return "removal" if _TITLE.search(head) and _ACT.search(text[: 4 * _WHOLE]) else None


def read(text: str) -> OrderFields | None:
    """The fields of an order; None where the text is none. Nothing that stands in it makes this fail."""
    kind = kind_of(text)
    if kind is None:
        return None
    found, ticked = _fields(text)
    silence_until = instant_of(found.get("silence_until", ""))
    silent = any(_SILENCE.search(line) for line in ticked) or silence_until is not None
    said = {name: value for name, value in found.items() if name in OrderFields.__struct_fields__}
    for name in ("urls", "silence_until", "until"):
        said.pop(name, None)
    return OrderFields(
        kind=kind,
        issued_at=instant_of(found.get("issued", "")),
        urls=tuple(dict.fromkeys(_URL.findall(found.get("urls", "") or text)))[:MOST_URLS],
        grounds=tuple(
            key for key, what in _GROUND_WORDS.items() if any(re.search(what, one, re.IGNORECASE) for one in ticked)
        ),
        silence=silent,
        silence_until=silence_until,
        emergency=bool(_EMERGENCY.search(text)),
        until=instant_of(found.get("until", "")),
        **said,  # type: ignore[arg-type]
    )


def _fields(text: str) -> tuple[dict[str, str], list[str]]:
    """Values by label, the first of each, and what is ticked."""
    found: dict[str, str] = {}
    ticked: list[str] = []
    name = ""
    lines: list[str] = []
    for line in (*text.splitlines(), "[ ]"):  # an empty box ends whatever is last
        label, tick = _LABEL.match(line[:600]), _TICKED.match(line[:2000])
        blank = not line.strip() and name != "urls" and any(one.strip() for one in lines)
        if label or tick or blank or _BOX.match(line) or _SECTION.match(line):
            found.setdefault(name, _value(name, lines))
            name, lines = "", []
        if label is not None:
            name, lines = next(key for key in _LABELS if label[key] is not None), [label["value"]]
        elif tick is not None:
            ticked.append(tick["what"])
        elif name:
            lines.append(line)
    return {key: value for key, value in found.items() if key and value}, ticked


def _value(name: str, lines: list[str]) -> str:
    if name == "urls":
        return "\n".join(lines)[: 64 * _WHOLE]
    return " ".join(line.strip() for line in lines if line.strip())[:_WHOLE]


def as_text(fields: OrderFields) -> str:
    """An order as text on the template, so that what was typed into a form goes the way of every letter."""
    title = {"removal": "REMOVAL ORDER", "preservation": "PRESERVATION ORDER", "reinstatement": "REINSTATEMENT ORDER"}
    tick = {True: "[x]", False: "[ ]"}
    lines = [
        title[fields.kind],
        "(Article 3 of Regulation (EU) 2021/784 of the European Parliament and of the Council)",
        "",
        "SECTION A",
        f"Member State of the issuing competent authority: {fields.country}",
        f"Time and date of issuing of the removal order: {fields.issued}",
        f"Reference number of the removal order: {fields.reference}",
        f"Legal ground: {fields.legal_ground}",
        "",
        "SECTION B",
        "URL and any additional information enabling the identification of the content:",
        *fields.urls,
        "",
        *(f"{tick[key in fields.grounds]} {_TICKS[key]}" for key in GROUNDS),
        f"Statement of reasons: {fields.reasons}",
        *(["This is a duly justified case of emergency."] if fields.emergency else []),
        "",
        "SECTION C",
        f"{tick[fields.silence]} The addressee must refrain from informing the content provider",
        f"Reason for non-disclosure: {fields.silence_reason}",
        "",
        "SECTION E",
        f"Name of the issuing competent authority: {fields.authority}",
        f"Name of its representative and post held: {fields.representative}",
        f"File number: {fields.file_number}",
        f"Address: {fields.address}",
        f"Telephone number: {fields.telephone}",
        f"Email: {fields.email}",
        f"Authentication: {fields.authentication}",
        "",
        "SECTION G",
        f"Redress: {fields.redress}",
    ]
    return "\n".join(lines) + "\n"


_TICKS: Final[Mapping[str, str]] = {
    "incites": "incites others to commit terrorist offences (Article 2(7)(a))",
    "solicits_offence": "solicits others to commit or to contribute to terrorist offences (Article 2(7)(b))",
    "solicits_group": "solicits others to participate in a terrorist group (Article 2(7)(c))",
    "instructs": "provides instruction on weapons or methods (Article 2(7)(d))",
    "threatens": "constitutes a threat to commit a terrorist offence (Article 2(7)(e))",
}
