"""Texts of statements that nobody typed: what a machine found, and what an app left out. Pure.

They are put into the statement in its author's language when it is made, and stay there as they were sent.
"""

from collections.abc import Mapping
from typing import Final

_FOUND: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "": "An automated check stopped this: {what}.",
        "any": "it was flagged",
        "rule": "it matched a rule for words",
        "classifier": "a classifier found it likely",
        "exact_text": "its text is the same as one that was removed before",
        "near_text": "its text is much like one that was removed before",
        "media_hash": "its file is the same as one that was removed before",
        "link": "it links to a page that was removed before",
        "velocity": "it was posted unusually often in a short time",
        "sweep": "it is a copy of what was removed before",
        "clock": "nobody could look at a grave report in time",
        "notice": "a verified notice names it as grave, and its words look so",
    },
    "fr": {
        "": "Un contrôle automatique a arrêté ceci : {what}.",
        "any": "cela a été relevé",
        "rule": "une règle sur les mots s’applique",
        "classifier": "un classificateur l’a jugé probable",
        "exact_text": "le texte est identique à un texte retiré auparavant",
        "near_text": "le texte ressemble beaucoup à un texte retiré auparavant",
        "media_hash": "le fichier est identique à un fichier retiré auparavant",
        "link": "cela mène à une page retirée auparavant",
        "velocity": "cela a été publié inhabituellement souvent en peu de temps",
        "sweep": "c’est une copie de ce qui a été retiré auparavant",
        "clock": "personne n’a pu examiner à temps un signalement grave",
        "notice": "une notification vérifiée le dit grave, et ses mots le semblent",
    },
}
_SILENT: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "app": "A moderator acted on the account in an app and gave no further text.",
        "operator": "Whoever runs this site acted on the account and gave no further text.",
    },
    "fr": {
        "app": "Un modérateur a agi sur le compte depuis une application, sans autre texte.",
        "operator": "La personne qui gère ce site a agi sur le compte, sans autre texte.",
    },
}
_RESTORED: Final[Mapping[str, str]] = {
    "en": "This was in force when the site lost its host; the decision was lost with it. It is in force again.",
    "fr": "Cette mesure était en vigueur quand le site a perdu son hébergeur, avec la décision. Elle l’est encore.",
}
_ORDERED: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "why": (
            "{authority} has ordered this site to remove this or to disable access to it (reference {reference}). "
            "You may challenge the order before the courts of the Member State of that authority."
        ),
        "facts": "This site received the order and has disabled access in all Member States. It decided nothing else.",
    },
    "fr": {
        "why": (
            "{authority} a ordonné à ce site de retirer ceci ou d’en bloquer l’accès (référence {reference}). "
            "Vous pouvez contester l’injonction devant les juridictions de l’État membre de cette autorité."
        ),
        "facts": (
            "Ce site a reçu l’injonction et a bloqué l’accès dans tous les États membres. Il n’a rien décidé d’autre."
        ),
    },
}


def found(source: str, locale: str) -> str:
    """The facts of a machine's decision. ``source`` as in :class:`perdure.signals.events.Flagged`."""
    said = _FOUND.get(locale[:2], _FOUND["en"])
    return said[""].format(what=said.get(source) or said["any"])


def ordered(what: str, locale: str, *, authority: str, reference: str) -> str:
    """What a statement says of an authority's order; ``what``: why (with the way to a court) or facts."""
    said = _ORDERED.get(locale[:2], _ORDERED["en"])[what]
    return said.format(authority=authority, reference=reference)


def silent(who: str, locale: str) -> str:
    """The facts where whoever acted gave none; ``who``: app or operator."""
    return _SILENT.get(locale[:2], _SILENT["en"])[who]


def restored(locale: str) -> str:
    """The facts of a measure that is put into force again after a restore to a state from before it."""
    return _RESTORED.get(locale[:2], _RESTORED["en"])
