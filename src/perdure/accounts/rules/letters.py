"""The mails about an account, in English and French."""

from typing import Final

_EN: Final = {
    "confirm": (
        "Confirm your address for {site}",
        (
            "Hello @{name},\n\nplease confirm that this address is yours:\n\n{link}\n\n"
            "The link works for two days. If you did not ask for this, ignore this mail.\n"
        ),
    ),
    "reset": (
        "A new password for {site}",
        (
            "Hello @{name},\n\nsomebody asked to set a new password for your account. If it was you, go here:\n\n"
            "{link}\n\nThe link works for two hours. If it was not you, ignore this mail: nothing changes.\n"
        ),
    ),
    "approved": (
        "Welcome to {site}",
        "Hello @{name},\n\nyour account was approved. You can sign in now:\n\n{link}\n",
    ),
    "rejected": (
        "Your request to join {site}",
        "Hello @{name},\n\nyou asked to join {site}. It was decided not to open an account for you.\n{what}",
    ),
    "ending": (
        "{site} closes",
        (
            "Hello @{name},\n\n{site} closes. Nothing can be written from this day on (UTC):\n{what}\n"
            "Take everything of yours along in one file, to keep or to bring in at another site:\n\n{link}\n"
        ),
    ),
    "security": (
        "The security of your account on {site} changed",
        "Hello @{name},\n\n{what}\n\nIf it was not you, set a new password at once:\n\n{link}\n",
    ),
}
_FR: Final = {
    "confirm": (
        "Confirmez votre adresse pour {site}",
        (
            "Bonjour @{name},\n\nveuillez confirmer que cette adresse est la vôtre :\n\n{link}\n\n"
            "Le lien fonctionne pendant deux jours. Si vous n’avez rien demandé, ignorez ce message.\n"
        ),
    ),
    "reset": (
        "Un nouveau mot de passe pour {site}",
        (
            "Bonjour @{name},\n\nquelqu’un a demandé un nouveau mot de passe pour votre compte. Si c’était vous :\n\n"
            "{link}\n\nLe lien fonctionne pendant deux heures. Sinon, ignorez ce message : rien ne change.\n"
        ),
    ),
    "approved": (
        "Bienvenue sur {site}",
        "Bonjour @{name},\n\nvotre compte a été approuvé. Vous pouvez vous connecter :\n\n{link}\n",
    ),
    "rejected": (
        "Votre demande pour rejoindre {site}",
        "Bonjour @{name},\n\nvous avez demandé à rejoindre {site}. Il a été décidé de ne pas ouvrir de compte.\n{what}",
    ),
    "ending": (
        "{site} ferme",
        (
            "Bonjour @{name},\n\n{site} ferme. Plus rien ne pourra être écrit à partir de ce jour (UTC) :\n{what}\n"
            "Emportez tout ce qui est à vous dans un fichier, à garder ou à apporter ailleurs :\n\n{link}\n"
        ),
    ),
    "security": (
        "La sécurité de votre compte sur {site} a changé",
        "Bonjour @{name},\n\n{what}\n\nSi ce n’était pas vous, changez tout de suite de mot de passe :\n\n{link}\n",
    ),
}
_WHAT_EN: Final = {
    "factor.password": "The password of your account was changed.",
    "factor.email": "Another e-mail address was asked for.",
    "factor.totp_on": "Two-factor codes were turned on.",
    "factor.totp_off": "Two-factor codes were turned off.",
    "factor.recovery_codes": "New recovery codes were made.",
    "factor.passkey_added": "A passkey was added.",
    "factor.passkey_removed": "A passkey was removed.",
    "factor.recovery_key": "A recovery key was registered: whoever holds it can continue your account elsewhere.",
    "factor.recovery_key_removed": "The recovery key was removed.",
    "account.rename": "Your user name was changed.",
    "account.deactivate": "Your account was deactivated. Nobody sees it until you sign in again.",
    "account.delete": "Your account will be erased in 30 days. Sign in before to keep it.",
}
_WHAT_FR: Final = {
    "factor.password": "Le mot de passe de votre compte a été changé.",
    "factor.email": "Une autre adresse e-mail a été demandée.",
    "factor.totp_on": "Les codes à deux facteurs ont été activés.",
    "factor.totp_off": "Les codes à deux facteurs ont été désactivés.",
    "factor.recovery_codes": "De nouveaux codes de secours ont été créés.",
    "factor.passkey_added": "Une clé d’accès a été ajoutée.",
    "factor.passkey_removed": "Une clé d’accès a été supprimée.",
    "factor.recovery_key": "Une clé de secours a été déposée : qui la détient peut continuer votre compte ailleurs.",
    "factor.recovery_key_removed": "La clé de secours a été retirée.",
    "account.rename": "Votre nom d’utilisateur a été changé.",
    "account.deactivate": "Votre compte est désactivé. Personne ne le voit avant votre prochaine connexion.",
    "account.delete": "Votre compte sera effacé dans 30 jours. Connectez-vous avant pour le garder.",
}


def letter(purpose: str, locale: str, *, site: str, name: str, link: str, note: str) -> tuple[str, str]:
    """Subject and text of a mail."""
    french = locale.lower().startswith("fr")
    subject, text = (_FR if french else _EN)[purpose]
    words = _WHAT_FR if french else _WHAT_EN
    what = words.get(note, "") if purpose == "security" else f"\n{note}\n" if note else ""
    return subject.format(site=site), text.format(site=site, name=name, link=link, what=what)
