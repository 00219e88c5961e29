"""What people are told about decisions and appeals, in English and French (DSA Art 17). Pure.

Nobody of the staff is named (I14). What is restricted, for how long, why, how it was found and decided, and what can be
done about it: each notice says all of it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from perdure.moderation.model.decisions import DecisionView

TEMPLATE: Final = 1
_ACTS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "hold": "waits for review; only you can see it",
        "hide": "is hidden from everybody",
        "limit": "is not recommended, and cannot be answered or echoed",
        "sensitive": "is shown behind a warning",
        "label": "carries a label",
        "warn": "this is a warning; nothing is restricted",
        "account_sensitive": "all media of your account is shown behind a warning",
        "account_label": "your account and its posts carry a label",
        "account_freeze": "your account is frozen: you can read, but not write",
        "account_limit": "your account is not recommended to strangers",
        "account_suspend": "your account is suspended",
        "account_ban": "your account is closed for good",
        "trend_block": "does not appear among trends",
    },
    "fr": {
        "hold": "attend un examen ; vous seul·e la voyez",
        "hide": "est masquée pour tout le monde",
        "limit": "n’est plus recommandée et n’accepte ni réponse ni partage",
        "sensitive": "est affichée derrière un avertissement",
        "label": "porte une étiquette",
        "warn": "ceci est un avertissement ; rien n’est restreint",
        "account_sensitive": "tous les médias de votre compte sont affichés derrière un avertissement",
        "account_label": "votre compte et ses publications portent une étiquette",
        "account_freeze": "votre compte est gelé : vous pouvez lire, mais pas écrire",
        "account_limit": "votre compte n’est plus recommandé aux inconnus",
        "account_suspend": "votre compte est suspendu",
        "account_ban": "votre compte est fermé définitivement",
        "trend_block": "n’apparaît pas dans les tendances",
    },
}
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "subject": "About your account or a post on {site}",
        "hello": "Hello @{name},",
        "rule": "House rule: {rule} (version {number})",
        "what": "What happens: {what}",
        "until": " until {day}",
        "facts": "What was found: {facts}",
        "why": "Why: {ground}. {explanation}",
        "found": "How it was found: {found}. How it was decided: {decided}.",
        "redress": "If you do not agree, appeal until {day}; somebody else will look. It needs no account:\n{link}",
        "other": "You may also turn to an out-of-court dispute body or to a court.",
        "back.subject": "A decision about you on {site} was taken back",
        "back": "The decision of {day} no longer holds. Everything is as it was before.",
        "appeal.subject": "Your appeal on {site}",
        "filed": "We have your appeal. Somebody who had no part in the first decision will read it.",
        "upheld": "Your appeal was read by a different person. The decision stands.\n\n{text}",
        "overturned": "Your appeal was read by a different person. It is right: the decision is taken back.\n\n{text}",
        "partly": "Your appeal was read by a different person. Part of the decision is taken back.\n\n{text}",
        "machine": "by an automated check",
        "notice": "through a report",
        "staff": "by our staff",
        "fully": "by a program alone; a person will look at it",
        "partially": "by a person, after a program",
        "not": "by a person",
    },
    "fr": {
        "subject": "Au sujet de votre compte ou d’une publication sur {site}",
        "hello": "Bonjour @{name},",
        "rule": "Règle de la maison : {rule} (version {number})",
        "what": "Ce qui se passe : {what}",
        "until": " jusqu’au {day}",
        "facts": "Ce qui a été constaté : {facts}",
        "why": "Pourquoi : {ground}. {explanation}",
        "found": "Comment cela a été trouvé : {found}. Comment cela a été décidé : {decided}.",
        "redress": "Si vous n’êtes pas d’accord, faites appel jusqu’au {day} ; une autre personne examinera l’affaire."
        " Aucun compte n’est nécessaire :\n{link}",
        "other": "Vous pouvez aussi saisir un organe de règlement extrajudiciaire ou un tribunal.",
        "back.subject": "Une décision vous concernant sur {site} a été annulée",
        "back": "La décision du {day} ne vaut plus. Tout est comme avant.",
        "appeal.subject": "Votre appel sur {site}",
        "filed": "Nous avons reçu votre appel. Une personne étrangère à la première décision le lira.",
        "upheld": "Une autre personne a lu votre appel. La décision est maintenue.\n\n{text}",
        "overturned": "Une autre personne a lu votre appel. Vous aviez raison : la décision est annulée.\n\n{text}",
        "partly": "Une autre personne a lu votre appel. La décision est annulée en partie.\n\n{text}",
        "machine": "par un contrôle automatique",
        "notice": "grâce à un signalement",
        "staff": "par notre équipe",
        "fully": "par un programme seul ; une personne l’examinera",
        "partially": "par une personne, après un programme",
        "not": "par une personne",
    },
}


def words(locale: str) -> Mapping[str, str]:
    """The texts of a language, English where there is no other."""
    return _WORDS.get(locale[:2], _WORDS["en"])


def day(ms: int) -> str:
    """An instant as a date, UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d")


def restrictions(decision: DecisionView, locale: str) -> str:
    """What a decision does, in words."""
    said, acts = words(locale), _ACTS.get(locale[:2], _ACTS["en"])
    parts = [acts[act.kind] + (said["until"].format(day=day(act.until)) if act.until else "") for act in decision.acts]
    return "; ".join(parts)


def statement(decision: DecisionView, locale: str, *, site: str, name: str, link: str) -> tuple[str, str]:
    """Subject and text of a statement of reasons. ``link`` leads to the appeal."""
    said = words(locale)
    assert decision.policy is not None
    how = "machine" if decision.automated_detection else "staff" if decision.source == "voluntary" else "notice"
    paragraphs = [
        said["hello"].format(name=name),
        said["what"].format(what=restrictions(decision, locale)),
        said["rule"].format(rule=decision.policy.title(locale[:2]), number=decision.policy.number),
        decision.policy.text(locale[:2]),
        said["facts"].format(facts=decision.facts),
        said["why"].format(ground=decision.legal_ground, explanation=decision.explanation),
        said["found"].format(found=said[how], decided=said[decision.automated_decision]),
        said["redress"].format(day=day(decision.appeal_until), link=link),
        said["other"],
    ]
    return said["subject"].format(site=site), "\n\n".join(paragraphs) + "\n"


def reversal(decided_at: int, locale: str, *, site: str, name: str) -> tuple[str, str]:
    """Subject and text of the notice that a decision no longer holds."""
    said = words(locale)
    text = f"{said['hello'].format(name=name)}\n\n{said['back'].format(day=day(decided_at))}\n"
    return said["back.subject"].format(site=site), text


def appeal(kind: str, locale: str, *, site: str, text: str = "") -> tuple[str, str]:
    """Subject and text about an appeal: ``filed``, or how it ended."""
    said = words(locale)
    return said["appeal.subject"].format(site=site), said[kind].format(text=text).strip() + "\n"
