"""What an authority is told of a threat to life: as data, and as paper in English or French. Pure."""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from perdure.continuity.model.paper import Facts as Table
from perdure.continuity.model.paper import Heading, Paragraph, Part, Sheet, Title
from perdure.desk.rules.orders.feedback import instant as instant

Basis = Literal["dsa18", "tco14"]
FORMAT: Final = "perdure-referral/1"


class ReferredFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of what is referred: what it is, and the SHA-256 of its bytes as they were sent and are served."""

    kind: str
    mime: str
    sha256: tuple[str, ...]
    url: str


class Referred(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is referred, as its snapshot shows it. Instants in ms."""

    kind: str
    id: str
    url: str
    text: str
    warning: str
    language: str | None
    visibility: str
    posted_at: int
    seen_at: int
    evidence_sha256: str
    reactions: int
    files: tuple[ReferredFile, ...]


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """What the site holds of an author's account. ``addresses`` are networks of sessions with when they were used."""

    id: str
    name: str
    shown_name: str
    email: str
    locale: str
    state: str
    since: int
    url: str
    addresses: tuple[tuple[str, int], ...]


class Pack(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that goes to an authority. ``notices`` are when and as what it was reported; nobody's name."""

    format: str
    reference: str
    basis: Basis
    drill: bool
    site: str
    provider: str
    contact: str
    authority: str
    made_at: int
    why: str
    case: str
    notices: tuple[str, ...]
    items: tuple[Referred, ...]
    people: tuple[Person, ...]


_EN: Final[Mapping[str, str]] = {
    "title": "Information about a threat to life or safety",
    "dsa18": "Article 18 of Regulation (EU) 2022/2065: suspicion of an offence that threatens life or safety",
    "tco14": "Article 14(5) of Regulation (EU) 2021/784: terrorist content involving an imminent threat to life",
    "drill": "EXERCISE. Nothing of this happened, and it was sent to nobody.",
    "urgent": "Urgent: please read at once.",
    "to": "To",
    "from": "From",
    "contact": "Contact",
    "reference": "Our reference",
    "made": "Made at (UTC)",
    "why": "Why it is imminent",
    "what": "What was written",
    "where": "Address",
    "posted": "Posted at (UTC)",
    "seen": "Seen by us as below at (UTC)",
    "evidence": "Evidence (SHA-256)",
    "visibility": "Visible to",
    "file": "File",
    "who": "Account",
    "name": "Name here",
    "shown": "Shown name",
    "email": "E-mail",
    "since": "Account since (UTC)",
    "address": "Used from",
    "reported": "Reported",
    "kept": "All of this is kept for you from being erased. Please confirm receipt with a number to the contact above.",
    "subject": "URGENT: threat to life, {reference}",
    "subject.drill": "[EXERCISE] ",
}  # fmt: skip
_FR: Final[Mapping[str, str]] = {
    "title": "Information sur une menace pour la vie ou la sécurité",
    "dsa18": "Article 18 du règlement (UE) 2022/2065 : soupçon d’infraction pénale menaçant la vie ou la sécurité",
    "tco14": "Article 14, paragraphe 5, du règlement (UE) 2021/784 : contenu terroriste et menace vitale imminente",
    "drill": "EXERCICE. Rien de ceci n’a eu lieu, et personne ne l’a reçu.",
    "urgent": "Urgent : merci de lire aussitôt.",
    "to": "À",
    "from": "De",
    "contact": "Contact",
    "reference": "Notre référence",
    "made": "Établi le (UTC)",
    "why": "Pourquoi c’est imminent",
    "what": "Ce qui a été écrit",
    "where": "Adresse",
    "posted": "Publié le (UTC)",
    "seen": "Vu par nous tel quel le (UTC)",
    "evidence": "Preuve (SHA-256)",
    "visibility": "Visible par",
    "file": "Fichier",
    "who": "Compte",
    "name": "Nom ici",
    "shown": "Nom affiché",
    "email": "Adresse électronique",
    "since": "Compte depuis (UTC)",
    "address": "Utilisé depuis",
    "reported": "Signalé",
    "kept": "Tout ceci est conservé pour vous. Merci de confirmer la réception, avec un numéro, au contact ci-dessus.",
    "subject": "URGENT : menace pour la vie, {reference}",
    "subject.drill": "[EXERCICE] ",
}  # fmt: skip


def subject(pack: Pack, locale: str) -> str:
    """The subject of the mail."""
    said = _words(locale)
    return (said["subject.drill"] if pack.drill else "") + said["subject"].format(reference=pack.reference)


def _words(locale: str) -> Mapping[str, str]:
    return _FR if locale[:2] == "fr" else _EN


def sheet(pack: Pack, locale: str) -> Sheet:
    """The pack on paper."""
    said = _words(locale)
    parts: list[Part] = [Title(said["title"]), Paragraph(said[pack.basis])]
    parts.append(Paragraph(said["drill"] if pack.drill else said["urgent"], warning=True))
    head = (
        (said["to"], pack.authority),
        (said["from"], pack.provider or pack.site),
        (said["contact"], pack.contact),
        (said["reference"], pack.reference),
        (said["made"], instant(pack.made_at)),
    )
    parts += [Table(head), Heading(said["why"]), Paragraph(pack.why)]
    for one in pack.items:
        parts += [Heading(said["what"]), Paragraph(_said(one)), Table(_facts(one, said))]
    for person in pack.people:
        parts += [Heading(f"{said['who']} @{person.name}"), Table(_account(person, said))]
    if pack.notices:
        parts += [Heading(said["reported"]), *(Paragraph(one) for one in pack.notices)]
    return Sheet((*parts, Paragraph(said["kept"])), f"{pack.site} · {pack.reference}")


def _said(one: Referred) -> str:
    return f"[{one.warning}] {one.text}" if one.warning else one.text or "–"


def _facts(one: Referred, said: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    files = tuple((said["file"], f"{file.kind} {file.mime} {file.url} {' '.join(file.sha256)}") for file in one.files)
    return (
        (said["where"], one.url),
        (said["posted"], instant(one.posted_at)),
        (said["seen"], instant(one.seen_at)),
        (said["visibility"], one.visibility or "–"),
        (said["evidence"], one.evidence_sha256),
        *files,
    )


def _account(one: Person, said: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    used = tuple((said["address"], f"{address} ({instant(at)} UTC)") for address, at in one.addresses)
    return (
        (said["name"], f"@{one.name} ({one.url})"),
        (said["shown"], one.shown_name or "–"),
        (said["email"], one.email or "–"),
        (said["since"], instant(one.since)),
        *used,
    )


def text(pack: Pack, locale: str) -> str:
    """The mail's own text: what is urgent and how to reach us; the rest stands in its files."""
    said = _words(locale)
    top = [said["drill"] if pack.drill else said["urgent"], said[pack.basis], ""]
    lines = [
        *top,
        f"{said['reference']}: {pack.reference}",
        f"{said['from']}: {pack.provider or pack.site}",
        f"{said['contact']}: {pack.contact}",
        "",
        f"{said['why']}:",
        pack.why,
        "",
        *(f"{said['where']}: {one.url}" for one in pack.items),
        "",
        said["kept"],
    ]
    return "\n".join(lines) + "\n"


def as_json(pack: Pack) -> bytes:
    """The pack for programs: sorted names, the same facts always the same bytes."""
    return msgspec.json.format(msgspec.json.encode(pack, order="sorted"), indent=1) + b"\n"
