"""The mails of reports and cases, in English and French. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, Protocol

_EN: Final = {
    "receipt": (
        "{site} received your notice",
        (
            "Hello {name},\n\nyour notice of {when} has arrived. A person will look at it.\n\n"
            "What becomes of it stands here, without an account:\n\n{link}\n"
        ),
    ),
    "upheld": (
        "{site} decided about your notice",
        (
            "Hello {name},\n\nyour notice was right: something was done about all of what you named.\n\n"
            "If you do not agree, you can object there for six months:\n\n{link}\n"
        ),
    ),
    "partly": (
        "{site} decided about your notice",
        (
            "Hello {name},\n\nyour notice was partly right: something was done about some of what you named.\n\n"
            "If you do not agree, you can object there for six months:\n\n{link}\n"
        ),
    ),
    "dismissed": (
        "{site} decided about your notice",
        (
            "Hello {name},\n\nwhat you named was looked at. It breaks neither the law nor the rules of {site}, "
            "so it stays.\n\nThe reasons, and how to object, stand here:\n\n{link}\n"
        ),
    ),
    "void": (
        "{site} looked at your notice",
        "Hello {name},\n\nwhat you named could not be judged: it is gone, or not on {site}.\n\n{link}\n",
    ),
    "appeal.upheld": (
        "{site} answered your appeal",
        (
            "Hello {name},\n\nsomebody who had no part in the first decision about your notice looked again. "
            "The decision stands.\n\n{text}\n\n{link}\n"
        ),
    ),
    "appeal.overturned": (
        "{site} answered your appeal",
        (
            "Hello {name},\n\nsomebody who had no part in the first decision about your notice looked again. "
            "You are right: it is decided anew, and you will be told.\n\n{text}\n\n{link}\n"
        ),
    ),
    "appeal.partly": (
        "{site} answered your appeal",
        (
            "Hello {name},\n\nsomebody who had no part in the first decision about your notice looked again. "
            "You are partly right, and the decision was changed.\n\n{text}\n\n{link}\n"
        ),
    ),
}
_FR: Final = {
    "receipt": (
        "{site} a reçu votre signalement",
        (
            "Bonjour {name},\n\nvotre signalement du {when} est arrivé. Une personne va l’examiner.\n\n"
            "Vous pouvez suivre ici ce qu’il devient, sans compte :\n\n{link}\n"
        ),
    ),
    "upheld": (
        "{site} a pris une décision sur votre signalement",
        (
            "Bonjour {name},\n\nvotre signalement était fondé : tout ce que vous avez indiqué a été traité.\n\n"
            "Si vous n’êtes pas d’accord, vous pouvez le contester là pendant six mois :\n\n{link}\n"
        ),
    ),
    "partly": (
        "{site} a pris une décision sur votre signalement",
        (
            "Bonjour {name},\n\nvotre signalement était fondé en partie : une partie a été traitée.\n\n"
            "Si vous n’êtes pas d’accord, vous pouvez le contester là pendant six mois :\n\n{link}\n"
        ),
    ),
    "dismissed": (
        "{site} a pris une décision sur votre signalement",
        (
            "Bonjour {name},\n\nce que vous avez indiqué a été examiné. Cela n’enfreint ni la loi ni les règles de "
            "{site}, et reste donc en place.\n\nLes raisons, et comment contester :\n\n{link}\n"
        ),
    ),
    "void": (
        "{site} a examiné votre signalement",
        (
            "Bonjour {name},\n\nce que vous avez indiqué ne peut être jugé : ce n’est plus là, ou pas sur {site}."
            "\n\n{link}\n"
        ),
    ),
    "appeal.upheld": (
        "{site} a répondu à votre contestation",
        (
            "Bonjour {name},\n\nune personne étrangère à la première décision sur votre signalement l’a réexaminé. "
            "La décision est maintenue.\n\n{text}\n\n{link}\n"
        ),
    ),
    "appeal.overturned": (
        "{site} a répondu à votre contestation",
        (
            "Bonjour {name},\n\nune personne étrangère à la première décision sur votre signalement l’a réexaminé. "
            "Vous aviez raison : il est jugé à nouveau, et vous en serez informé·e.\n\n{text}\n\n{link}\n"
        ),
    ),
    "appeal.partly": (
        "{site} a répondu à votre contestation",
        (
            "Bonjour {name},\n\nune personne étrangère à la première décision sur votre signalement l’a réexaminé. "
            "Vous aviez raison en partie, et la décision a été modifiée.\n\n{text}\n\n{link}\n"
        ),
    ),
}
_PAGES_EN: Final = {
    "subject": "{site}: {count} moderation deadlines need you",
    "one": "{site}: a moderation deadline needs you",
    "text": (
        "{lines}\n\nClaim a case, or say in it that you are on it: then nobody is called again before its next stage."
        "\n\nThe queue: {link}\n"
    ),
    "line": "sev-{severity} · {title}\n{state}: {due} ({left})\n{link}",
    "more": "… and {count} more",
    "again": " · still nobody is on it",
    "left": "{time} left",
    "over": "{time} ago",
    "warned50": "half of its time is over",
    "warned80": "four fifths of its time are over",
    "missed": "its deadline has passed",
}
_PAGES_FR: Final = {
    "subject": "{site} : {count} échéances de modération vous attendent",
    "one": "{site} : une échéance de modération vous attend",
    "text": (
        "{lines}\n\nPrenez un dossier, ou dites-y que vous vous en chargez : personne n’est alors rappelé avant "
        "l’étape suivante.\n\nLa file : {link}\n"
    ),
    "line": "sev-{severity} · {title}\n{state} : {due} ({left})\n{link}",
    "more": "… et {count} autres",
    "again": " · toujours personne",
    "left": "reste {time}",
    "over": "il y a {time}",
    "warned50": "la moitié du délai est écoulée",
    "warned80": "les quatre cinquièmes du délai sont écoulés",
    "missed": "le délai est dépassé",
}
_ALARMS_EN: Final = (
    "{site}: moderation needs a look",
    "{lines}\n\nThe figures: {link}\n",
    {
        "clocks": "Nobody has looked at the deadlines for {figure:.0f} minutes: they stand, but nobody is called.",
        "silent": "{about} has said nothing for {figure:.0f} hours. Look whether it still works.",
        "projection": "The nightly check put {figure:.0f} rows right, {about} last.",
        "overturns": "{figure:.0%} of the appeals are right.",
        "automatic_overturns": "{figure:.1%} of what machines restricted was taken back.",
    },
)
_ALARMS_FR: Final = (
    "{site} : la modération demande un regard",
    "{lines}\n\nLes chiffres : {link}\n",
    {
        "clocks": "Personne ne suit les échéances depuis {figure:.0f} minutes : elles courent, mais n’appellent plus.",
        "silent": "{about} ne dit plus rien depuis {figure:.0f} heures. Voyez si cela marche encore.",
        "projection": "La vérification de la nuit a rectifié {figure:.0f} lignes, en dernier {about}.",
        "overturns": "{figure:.0%} des contestations ont raison.",
        "automatic_overturns": "{figure:.1%} de ce que les machines ont restreint a été annulé.",
    },
)
_LINES: Final = 20


def letter(kind: str, locale: str, *, site: str, name: str, when: str, link: str, text: str = "") -> tuple[str, str]:
    """Subject and text of a mail to whoever reported without an account.

    ``kind``: receipt, the outcome, or ``appeal.`` and how the appeal ended; then ``text`` is the answer to it.
    """
    subject, body = (_FR if _french(locale) else _EN)[kind]
    return subject.format(site=site), body.format(site=site, name=name, when=when, link=link, text=text)


class Due(Protocol):
    """A deadline that calls somebody."""

    @property
    def case_id(self) -> int: ...  # noqa: D102 - see moderation.service.paging.Paged
    @property
    def severity(self) -> int: ...  # noqa: D102
    @property
    def stage(self) -> str: ...  # noqa: D102
    @property
    def repeat(self) -> int: ...  # noqa: D102
    @property
    def due_at(self) -> int: ...  # noqa: D102


def pages(
    locale: str, *, site: str, pages: Sequence[tuple[Due, str]], count: int, now: int, base_url: str
) -> tuple[str, str]:
    """Subject and text of a mail to whoever is on duty. ``pages``: deadlines and what is owed, most urgent first.

    ``count`` is how many there are in all, ``now`` (ms) the moment at which they were called for.
    """
    words = _PAGES_FR if _french(locale) else _PAGES_EN
    lines = [_page(words, one, title, now, base_url) for one, title in pages[:_LINES]]
    if len(pages) > _LINES:
        lines.append(words["more"].format(count=len(pages) - _LINES))
    subject = words["one" if count == 1 else "subject"].format(site=site, count=count)
    return subject, words["text"].format(lines="\n\n".join(lines), link=f"{base_url}/moderation")


def _page(words: Mapping[str, str], one: Due, title: str, now: int, base_url: str) -> str:
    left = one.due_at - now
    return words["line"].format(
        severity=one.severity,
        title=title,
        state=words[one.stage] + (words["again"] if one.repeat else ""),
        due=datetime.fromtimestamp(one.due_at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
        left=words["over" if left < 0 else "left"].format(time=_span(abs(left))),
        link=f"{base_url}/moderation/cases/{one.case_id}",
    )


def _span(ms: int) -> str:
    """A length of time in its two largest units."""
    minutes = ms // 60_000
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


def alarms(locale: str, *, site: str, found: list[tuple[str, str, float]], base_url: str) -> tuple[str, str]:
    """Subject and text of a mail to staff. ``found``: (kind, what it is about, figure) of each alarm."""
    subject, text, words = _ALARMS_FR if _french(locale) else _ALARMS_EN
    lines = [words[kind].format(about=about, figure=figure) for kind, about, figure in found]
    return subject.format(site=site), text.format(lines="\n".join(lines), link=f"{base_url}/moderation/metrics")


def _french(locale: str) -> bool:
    return locale.lower().startswith("fr")
