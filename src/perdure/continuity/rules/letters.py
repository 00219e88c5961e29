"""The mails to operators about the copies, English and French."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from perdure.continuity.model.alarms import Trouble


class _Words(NamedTuple):
    subject: str
    well: str
    body: str
    seconds: str
    minutes: str
    hours: str
    kinds: Mapping[str, str]
    over: str


_EN: Final = _Words(
    "{site}: the copies need you",
    "{site}: the copies are well again",
    "{lines}\n\nHow the copies stand and what to do: {link}\n"
    "Where no page answers, on the host: perdure copies status\n",
    "{n} s",
    "{n} min",
    "{n} h",
    {
        "far": "{store} is {figure} behind. What is written now would be lost there with this host. {detail}",
        "silent": "The shipper has said nothing for {figure}: nothing is copied. Look whether perdure serve runs, and "
        "at its log.",
        "stuck": "The log of changes cannot be shipped: {detail}",
        "lying": "{store} says yes and does not keep what it is given: {detail} It counts for nothing until "
        "perdure stores probe {store} passes.",
        "foreign": "{store} holds copies of this reign that are not from this host: {detail}",
        "refused": "{store} refuses: {detail} Look at its credentials and its bill.",
        "cut": "{store} fell so far behind that it must be healed from another store: {detail}",
        "headless": "{store} has had no sign of life from this host for {figure}.",
        "unwell": "{store} does not behave as it should: {detail}",
        "unopened": "{store} is on the list and was not opened: perdure stores probe {store} says why.",
        "drill": "The drill could not run, which counts as failed: {detail}",
        "boat": "{store} has an old lifeboat, or none, since {figure}: members would read there what is no longer so. "
        "{detail}",
        "physical": "The physical second copy, made every hour, is {figure} old: the log of perdure serve says why.",
        "drill_failed": "The drill failed: the copies would not bring the site back as it is. {detail}",
    },
    "Over: {cause}",
)
_FR: Final = _Words(
    "{site} : les copies ont besoin de vous",
    "{site} : les copies vont de nouveau bien",
    "{lines}\n\nL’état des copies et que faire : {link}\n"
    "Si aucune page ne répond, sur l’hôte : perdure copies status\n",
    "{n} s",
    "{n} min",
    "{n} h",
    {
        "far": "{store} a {figure} de retard. Ce qui s’écrit maintenant y serait perdu avec cet hôte. {detail}",
        "silent": "L’expéditeur ne dit plus rien depuis {figure} : rien n’est copié. Voyez si perdure serve tourne, et "
        "son journal.",
        "stuck": "Le journal des changements ne peut pas être expédié : {detail}",
        "lying": "{store} dit oui et ne garde pas ce qu’on lui donne : {detail} Il ne compte pour rien tant que "
        "perdure stores probe {store} échoue.",
        "foreign": "{store} contient des copies de ce règne qui ne viennent pas de cet hôte : {detail}",
        "refused": "{store} refuse : {detail} Voyez ses identifiants et sa facture.",
        "cut": "{store} est si loin derrière qu’il doit être rétabli depuis un autre dépôt : {detail}",
        "headless": "{store} n’a reçu aucun signe de vie de cet hôte depuis {figure}.",
        "unwell": "{store} ne se comporte pas comme il devrait : {detail}",
        "unopened": "{store} est sur la liste et n’a pas été ouvert : perdure stores probe {store} dit pourquoi.",
        "drill": "L’exercice n’a pas pu se faire, ce qui compte comme un échec : {detail}",
        "boat": "{store} a une page de secours périmée, ou aucune, depuis {figure} : les membres y liraient ce qui "
        "n’est plus vrai. {detail}",
        "physical": "La seconde copie physique, faite chaque heure, date de {figure} : le journal de perdure serve dit "
        "pourquoi.",
        "drill_failed": "L’exercice a échoué : les copies ne ramèneraient pas le site tel qu’il est. {detail}",
    },
    "C’est fini : {cause}",
)
_CAUSES: Final[Mapping[str, tuple[str, str]]] = {
    "far": ("{store} was more than a minute behind.", "{store} avait plus d’une minute de retard."),
    "silent": ("The shipper was silent.", "L’expéditeur ne disait rien."),
    "stuck": ("The log could not be shipped.", "Le journal ne pouvait pas être expédié."),
    "lying": ("{store} did not keep what it was given.", "{store} ne gardait pas ce qu’on lui donnait."),
    "foreign": ("{store} held copies of somebody else.", "{store} contenait les copies d’un autre."),
    "refused": ("{store} refused.", "{store} refusait."),
    "cut": ("{store} waited to be healed.", "{store} attendait d’être rétabli."),
    "headless": ("{store} had no sign of life.", "{store} n’avait pas de signe de vie."),
    "unwell": ("{store} did not behave as it should.", "{store} ne se comportait pas comme il devrait."),
    "unopened": ("{store} was not opened.", "{store} n’était pas ouvert."),
    "boat": ("{store} had an old lifeboat.", "{store} avait une page de secours périmée."),
    "physical": ("The physical second copy was old.", "La seconde copie physique était périmée."),
    "drill": ("The drill could not run.", "L’exercice n’avait pas pu se faire."),
    "drill_failed": ("The drill failed.", "L’exercice avait échoué."),
}


def alarms(locale: str, *, site: str, fresh: Iterable[Trouble], over: Iterable[Trouble], link: str) -> tuple[str, str]:
    """Subject and text of one mail about everything that is new, and what is over."""
    words, place = (_FR, 1) if locale.startswith("fr") else (_EN, 0)
    lines = [_line(words, one) for one in fresh]
    subject = words.subject if lines else words.well
    lines += [words.over.format(cause=_CAUSES[one.sign.kind][place].format(store=one.sign.about)) for one in over]
    return subject.format(site=site), words.body.format(lines="\n".join(f"– {line}" for line in lines), link=link)


def _line(words: _Words, one: Trouble) -> str:
    sign = one.sign
    figure = sign.figure or sign.lasting_ms
    return (
        words.kinds[sign.kind]
        .format(store=sign.about, figure=_stretch(words, figure), detail=_sentence(sign.detail))
        .strip()
    )


def _stretch(words: _Words, ms: int) -> str:
    if ms < 120_000:
        return words.seconds.format(n=ms // 1000)
    if ms < 120 * 60_000:
        return words.minutes.format(n=ms // 60_000)
    return words.hours.format(n=ms // 3_600_000)


def _sentence(text: str) -> str:
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."
