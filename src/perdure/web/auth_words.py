"""What the sign-in and consent pages say, in English and French."""

from typing import Final

_EN: Final = {
    "sign_in": "Sign in",
    "email": "E-mail address or user name",
    "password": "Password",
    "forgot": "Forgot your password?",
    "factor_title": "Second step",
    "factor": "Code from your authenticator app, or a recovery code",
    "continue": "Continue",
    "consent_title": "Allow access?",
    "consent": "{app} wants to use your account @{name}.",
    "it_may": "It may:",
    "allow": "Allow",
    "deny": "Deny",
    "read": "see everything you can see",
    "write": "post and change things in your name",
    "follow": "change whom you follow, mute and block",
    "push": "send you notifications",
    "profile": "see your name and picture",
    "admin": "do what your staff role may do",
    "scope_read": "see: {what}",
    "scope_write": "change: {what}",
    "leads_to": "Afterwards you go to {host}.",
    "code_title": "Your code",
    "code_help": "Copy this code and paste it into the app.",
    "error_title": "That did not work",
    "confirmed_title": "Address confirmed",
    "confirmed": "Your e-mail address is confirmed.",
    "reset_title": "New password",
    "reset_ask": "Your e-mail address",
    "reset_send": "Send a link",
    "reset_sent": "If there is an account with this address, a link is on its way.",
    "reset_new": "New password (at least 8 characters)",
    "reset_save": "Save the new password",
    "reset_done": "Your password is changed. Sign in with the new one.",
    "signed_out": "You are signed out.",
    "passkey": "Use a passkey",
    "confirm_button": "Confirm the address",
    "confirm_ask": "Press the button to confirm that this address is yours.",
}
_FR: Final = {
    "sign_in": "Se connecter",
    "email": "Adresse e-mail ou nom d’utilisateur",
    "password": "Mot de passe",
    "forgot": "Mot de passe oublié ?",
    "factor_title": "Deuxième étape",
    "factor": "Code de votre application d’authentification, ou code de secours",
    "continue": "Continuer",
    "consent_title": "Autoriser l’accès ?",
    "consent": "{app} veut utiliser votre compte @{name}.",
    "it_may": "L’application pourra :",
    "allow": "Autoriser",
    "deny": "Refuser",
    "read": "voir tout ce que vous pouvez voir",
    "write": "publier et modifier en votre nom",
    "follow": "modifier vos abonnements, masquages et blocages",
    "push": "vous envoyer des notifications",
    "profile": "voir votre nom et votre image",
    "admin": "faire ce que votre rôle permet",
    "scope_read": "voir : {what}",
    "scope_write": "modifier : {what}",
    "leads_to": "Vous serez ensuite dirigé vers {host}.",
    "code_title": "Votre code",
    "code_help": "Copiez ce code et collez-le dans l’application.",
    "error_title": "Cela n’a pas fonctionné",
    "confirmed_title": "Adresse confirmée",
    "confirmed": "Votre adresse e-mail est confirmée.",
    "reset_title": "Nouveau mot de passe",
    "reset_ask": "Votre adresse e-mail",
    "reset_send": "Envoyer un lien",
    "reset_sent": "S’il existe un compte avec cette adresse, un lien est en route.",
    "reset_new": "Nouveau mot de passe (8 caractères au moins)",
    "reset_save": "Enregistrer le nouveau mot de passe",
    "reset_done": "Votre mot de passe est changé. Connectez-vous avec le nouveau.",
    "signed_out": "Vous êtes déconnecté.",
    "passkey": "Utiliser une clé d’accès",
    "confirm_button": "Confirmer l’adresse",
    "confirm_ask": "Appuyez sur le bouton pour confirmer que cette adresse est la vôtre.",
}


def words(language: str) -> dict[str, str]:
    """The catalogue of a language; English for one we do not speak."""
    return _FR if language == "fr" else _EN


def scope_words(scope: str, catalogue: dict[str, str]) -> list[str]:
    """What an app may do with a scope, one line a word."""
    lines: list[str] = []
    for word in scope.split():
        kind, _, what = word.partition(":")
        key = f"scope_{kind}"
        line = catalogue[key].format(what=what) if what and key in catalogue else catalogue.get(kind, word)
        if line not in lines:
            lines.append(line)
    return lines
