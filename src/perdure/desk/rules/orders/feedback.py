"""Answers to removal orders on Annexes II and III of Reg. (EU) 2021/784, as text and as paper. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec

from perdure.continuity.model.paper import Facts as Table
from perdure.continuity.model.paper import Heading, Paragraph, Part, Sheet, Title

REASONS: Final = ("impossible", "errors", "information")
"""Of Annex III: impossible and not of our making; manifest errors; not enough information (Art 3(7), (8))."""


class Feedback(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer says. Instants in ms. ``what`` are addresses as the order has them, ``text`` whatever is added."""

    annex: int
    drill: bool
    site: str
    provider: str
    country: str
    representative: str
    email: str
    authority: str
    reference: str
    file_number: str
    ours: str
    received_at: int
    done_at: int | None
    made_at: int
    what: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    reason: str = ""
    text: str = ""


_EN: Final[Mapping[str, str]] = {
    "drill": "EXERCISE. This paper answers no order of an authority and was sent to nobody.",
    "2": "Feedback following removal of or disabling of access to terrorist content",
    "3": "Information about the impossibility to execute the removal order",
    "2.law": "Article 3(6) of Regulation (EU) 2021/784 (Annex II)",
    "3.law": "Article 3(7) and (8) of Regulation (EU) 2021/784 (Annex III)",
    "a": "Section A",
    "a.addressee": "Addressee of the removal order",
    "a.authority": "Authority that issued it",
    "a.reference": "Reference of the order",
    "a.file": "File reference of the authority",
    "a.ours": "File reference of the addressee",
    "a.received": "Date and time of receipt (UTC)",
    "b2": "Section B: measures taken",
    "b2.done": "[x] Access to the content has been disabled in all Member States.",
    "b2.removed": "[ ] The content has been removed.",
    "b2.at": "Date and time of the measure (UTC)",
    "b2.kept": "The content and related data are preserved for six months (Article 6).",
    "b2.what": "Content concerned",
    "b2.gone": "Not found at the time of receipt",
    "b3": "Section B: non-execution",
    "b3.impossible": "Force majeure or de facto impossibility not attributable to the hosting service provider",
    "b3.errors": "The removal order contains manifest errors",
    "b3.information": "The removal order does not contain sufficient information",
    "b3.text": "What is in the way, and what is needed",
    "c": "Section C: the hosting service provider",
    "c.name": "Name",
    "c.representative": "Legal representative",
    "c.country": "Member State of the main establishment or legal representative",
    "c.email": "E-mail",
    "c.date": "Date (UTC)",
    "none": "–",
    "subject.2": "Removal order {reference}: access disabled (Annex II)",
    "subject.3": "Removal order {reference}: not executed (Annex III)",
    "subject.drill": "[EXERCISE] ",
    "foot": "{site} · {ours}",
}
_FR: Final[Mapping[str, str]] = {
    "drill": "EXERCICE. Ce document ne répond à aucune injonction d’une autorité et n’a été envoyé à personne.",
    "2": "Informations faisant suite au retrait de contenus à caractère terroriste ou au blocage de l’accès à ceux-ci",
    "3": "Informations relatives à l’impossibilité d’exécuter l’injonction de retrait",
    "2.law": "Article 3, paragraphe 6, du règlement (UE) 2021/784 (annexe II)",
    "3.law": "Article 3, paragraphes 7 et 8, du règlement (UE) 2021/784 (annexe III)",
    "a": "Section A",
    "a.addressee": "Destinataire de l’injonction de retrait",
    "a.authority": "Autorité émettrice",
    "a.reference": "Référence de l’injonction",
    "a.file": "Référence du dossier de l’autorité",
    "a.ours": "Référence du dossier du destinataire",
    "a.received": "Date et heure de réception (UTC)",
    "b2": "Section B : mesures prises",
    "b2.done": "[x] L’accès aux contenus a été bloqué dans tous les États membres.",
    "b2.removed": "[ ] Les contenus ont été retirés.",
    "b2.at": "Date et heure de la mesure (UTC)",
    "b2.kept": "Les contenus et les données connexes sont conservés pendant six mois (article 6).",
    "b2.what": "Contenus concernés",
    "b2.gone": "Introuvables au moment de la réception",
    "b3": "Section B : non-exécution",
    "b3.impossible": "Force majeure ou impossibilité de fait non imputable au fournisseur de services d’hébergement",
    "b3.errors": "L’injonction de retrait contient des erreurs manifestes",
    "b3.information": "L’injonction de retrait ne contient pas suffisamment d’informations",
    "b3.text": "Ce qui s’y oppose, et ce qui est nécessaire",
    "c": "Section C : le fournisseur de services d’hébergement",
    "c.name": "Nom",
    "c.representative": "Représentant légal",
    "c.country": "État membre de l’établissement principal ou du représentant légal",
    "c.email": "Adresse électronique",
    "c.date": "Date (UTC)",
    "none": "–",
    "subject.2": "Injonction de retrait {reference} : accès bloqué (annexe II)",
    "subject.3": "Injonction de retrait {reference} : non exécutée (annexe III)",
    "subject.drill": "[EXERCICE] ",
    "foot": "{site} · {ours}",
}


def words(locale: str) -> Mapping[str, str]:
    """The words of a language; English where there is none."""
    return _FR if locale[:2] == "fr" else _EN


def subject(told: Feedback, locale: str) -> str:
    """The subject of the mail."""
    said = words(locale)
    return (said["subject.drill"] if told.drill else "") + said[f"subject.{told.annex}"].format(
        reference=told.reference
    )


def sheet(told: Feedback, locale: str) -> Sheet:
    """The answer as a page to be printed."""
    said = words(locale)
    parts: list[Part] = [Title(said[str(told.annex)]), Paragraph(said[f"{told.annex}.law"])]
    if told.drill:
        parts.insert(0, Paragraph(said["drill"], warning=True))
    parts += [Heading(said["a"]), Table(_head(told, said))]
    parts += _done(told, said) if told.annex == 2 else _undone(told, said)
    parts += [Heading(said["c"]), Table(_provider(told, said))]
    return Sheet(tuple(parts), said["foot"].format(site=told.site, ours=told.ours))


def text(told: Feedback, locale: str) -> str:
    """The answer as the text of a mail: the same words in the same order."""
    lines: list[str] = []
    for part in sheet(told, locale).parts:
        if isinstance(part, Title):
            lines += [part.text.upper()]
        elif isinstance(part, Heading):
            lines += ["", part.text.upper()]
        elif isinstance(part, Paragraph):
            lines += [part.text]
        elif isinstance(part, Table):
            lines += [f"{name}: {value}" for name, value in part.facts]
    return "\n".join(lines) + "\n"


def _head(told: Feedback, said: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return (
        (said["a.addressee"], told.provider or told.site),
        (said["a.authority"], told.authority or said["none"]),
        (said["a.reference"], told.reference or said["none"]),
        (said["a.file"], told.file_number or said["none"]),
        (said["a.ours"], told.ours),
        (said["a.received"], instant(told.received_at)),
    )


def _done(told: Feedback, said: Mapping[str, str]) -> list[Part]:
    listed = [(f"{place}", one) for place, one in enumerate(told.what, start=1)]
    parts: list[Part] = [
        Heading(said["b2"]),
        Paragraph(said["b2.removed"]),
        Paragraph(said["b2.done"]),
        Table(((said["b2.at"], instant(told.done_at) if told.done_at is not None else said["none"]),)),
        Paragraph(said["b2.kept"]),
        Heading(said["b2.what"]),
        Table(tuple(listed)),
    ]
    if told.gone:
        parts += [Heading(said["b2.gone"]), Table(tuple((str(at), one) for at, one in enumerate(told.gone, start=1)))]
    return parts + ([Paragraph(told.text)] if told.text else [])


def _undone(told: Feedback, said: Mapping[str, str]) -> list[Part]:
    ticks = [Paragraph(f"[{'x' if told.reason == one else ' '}] {said[f'b3.{one}']}") for one in REASONS]
    return [Heading(said["b3"]), *ticks, Heading(said["b3.text"]), Paragraph(told.text or said["none"])]


def _provider(told: Feedback, said: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return (
        (said["c.name"], told.provider or told.site),
        (said["c.representative"], told.representative or said["none"]),
        (said["c.country"], told.country or said["none"]),
        (said["c.email"], told.email or said["none"]),
        (said["c.date"], instant(told.made_at)),
    )


def instant(ms: int) -> str:
    """An instant to the minute, UTC, as these papers show it."""
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%d %H:%M")
