"""The mails about measures against misuse, in English and French. Pure."""

from datetime import UTC, datetime
from typing import Final

_EN: Final = {
    "warning": (
        "{site}: a warning",
        (
            "Hello {name},\n\n{what}\n\nWithin a year {counted} of {of_all} were like that. This is a warning: if it "
            "goes on, {effect}.\n\nThe reasons:\n\n{reasons}\n\nIf you do not agree, answer this mail.\n"
        ),
    ),
    "suspension": (
        "{site}: suspended until {until}",
        (
            "Hello {name},\n\n{what}\n\nWithin a year {counted} of {of_all} were like that, and you were warned. "
            "Until {until}, {effect}.\n\nThe reasons:\n\n{reasons}\n\nIf you do not agree, answer this mail.\n"
        ),
    ),
    "lifted": ("{site}: taken back", "Hello {name},\n\nthe measure against you was taken back:\n\n{reasons}\n"),
    "ended": ("{site}: over", "Hello {name},\n\nyour suspension is over.\n"),
}
_EN_WORDS: Final = {
    "poster": ("You often posted what is manifestly against the law.", "your account is suspended"),
    "notifier": (
        "You often reported what plainly breaks neither the law nor the rules.",
        "your reports are not looked at, unless somebody's life is in danger",
    ),
    "complainant": (
        "You often appealed against decisions that were plainly right.",
        "your appeals are not looked at",
    ),
}
_FR: Final = {
    "warning": (
        "{site} : un avertissement",
        (
            "Bonjour {name},\n\n{what}\n\nEn un an, c’était le cas de {counted} sur {of_all}. Ceci est un "
            "avertissement : si cela continue, {effect}.\n\nLes raisons :\n\n{reasons}\n\nSi vous n’êtes pas d’accord, "
            "répondez à ce message.\n"
        ),
    ),
    "suspension": (
        "{site} : suspension jusqu’au {until}",
        (
            "Bonjour {name},\n\n{what}\n\nEn un an, c’était le cas de {counted} sur {of_all}, et vous étiez "
            "averti·e. Jusqu’au {until}, {effect}.\n\nLes raisons :\n\n{reasons}\n\nSi vous n’êtes pas d’accord, "
            "répondez à ce message.\n"
        ),
    ),
    "lifted": ("{site} : mesure levée", "Bonjour {name},\n\nla mesure prise contre vous est levée :\n\n{reasons}\n"),
    "ended": ("{site} : suspension terminée", "Bonjour {name},\n\nvotre suspension est terminée.\n"),
}
_FR_WORDS: Final = {
    "poster": ("Vous avez souvent publié des contenus manifestement illégaux.", "votre compte est suspendu"),
    "notifier": (
        "Vous avez souvent signalé des contenus qui n’enfreignent clairement ni la loi ni le règlement.",
        "vos signalements ne sont pas examinés, sauf si la vie de quelqu’un est en danger",
    ),
    "complainant": (
        "Vous avez souvent contesté des décisions clairement justes.",
        "vos contestations ne sont pas examinées",
    ),
}


def letter(
    verb: str,
    locale: str,
    *,
    site: str,
    name: str,
    role: str,
    counted: int,
    of_all: int,
    reasons: str,
    until: int | None,
) -> tuple[str, str]:
    """Subject and text. ``verb``: warning, suspension, lifted, ended; ``until`` in ms."""
    french = locale.lower().startswith("fr")
    subject, body = (_FR if french else _EN)[verb]
    what, effect = (_FR_WORDS if french else _EN_WORDS)[role]
    day = datetime.fromtimestamp(until / 1000, UTC).strftime("%Y-%m-%d") if until is not None else ""
    return subject.format(site=site, until=day), body.format(
        name=name, what=what, effect=effect, counted=counted, of_all=of_all, reasons=reasons, until=day
    )
