"""The house rules that a fresh site starts with, in English and French; operators publish their own. Pure."""

from typing import Final

from perdure.moderation.model.decisions import PolicyText
from perdure.moderation.rules.harms import SEVERITY

# key: DSA category, keyword, strike weight, days (0: for good), title and text in English and French.
_RULES: Final = (
    (
        "threat", "VIOLENCE", "INCITEMENT_VIOLENCE_HATRED", 3, 365,
        "No threats",
        "Do not threaten anybody with violence or death, in earnest or as a joke that they could take for earnest.",
        "Pas de menaces",
        ("Ne menacez personne de violence ou de mort, ni sérieusement, ni par une plaisanterie qui pourrait être prise"
        " au sérieux."),
    ),
    (
        "terrorism", "RISK_FOR_PUBLIC_SECURITY", "TERRORIST_CONTENT", 5, 0,
        "No support for terrorism",
        "Do not call for, praise, fund or teach terrorist acts, and do not recruit for those who commit them.",
        "Pas de soutien au terrorisme",
        ("N’appelez pas à des actes terroristes, n’en faites pas l’éloge, ne les financez ni ne les enseignez, et ne"
        " recrutez pas pour celles et ceux qui les commettent."),
    ),
    (
        "child_safety", "PROTECTION_OF_MINORS", "CHILD_SEXUAL_ABUSE_MATERIAL", 5, 0,
        "Children are safe here",
        "Nothing that sexualises children, shows their abuse, or serves to approach them for it.",
        "Les enfants sont en sécurité ici",
        "Rien qui sexualise des enfants, montre des abus ou serve à les approcher dans ce but.",
    ),
    (
        "incitement", "VIOLENCE", "INCITEMENT_VIOLENCE_HATRED", 3, 365,
        "No calls for violence",
        "Do not call on others to hurt people or destroy what is theirs, and do not cheer those who do.",
        "Pas d’appels à la violence",
        "N’appelez pas à blesser des personnes ou à détruire leurs biens, et n’applaudissez pas qui le fait.",
    ),
    (
        "armed_gathering", "VIOLENCE", "COORDINATED_HARM", 3, 365,
        "No armed gatherings",
        "Do not organise, announce or supply gatherings where people are to come armed or to use force.",
        "Pas de rassemblements armés",
        "N’organisez pas, n’annoncez pas et n’équipez pas de rassemblements armés ou destinés à la force.",
    ),
    (
        "doxxing", "CYBER_VIOLENCE", "CYBER_STALKING", 2, 180,
        "Private lives stay private",
        "Do not publish somebody’s address, telephone number, place of work, papers or movements against their will.",
        "La vie privée reste privée",
        ("Ne publiez pas contre son gré l’adresse, le téléphone, le lieu de travail, les papiers ou les déplacements de"
        " quelqu’un."),
    ),
    (
        "harassment", "CYBER_VIOLENCE", "CYBER_HARASSMENT", 2, 180,
        "No harassment",
        "Leave people alone who want to be left alone. Do not insult them again and again and do not send others to.",
        "Pas de harcèlement",
        ("Laissez tranquilles les personnes qui le demandent. Ne les insultez pas sans relâche, n’envoyez pas d’autres"
        " le faire."),
    ),
    (
        "self_harm", "SELF_HARM", "SUICIDE", 1, 90,
        "No encouragement of self-harm",
        "Speak about it when you need to; do not encourage it, teach it, or tell somebody to do it.",
        "Pas d’incitation à se faire du mal",
        "Parlez-en si vous en avez besoin ; n’y encouragez pas, ne l’enseignez pas et ne dites à personne de le faire.",
    ),
    (
        "hate", "ILLEGAL_OR_HARMFUL_SPEECH", "HATE_SPEECH", 2, 180,
        "No hatred",
        ("Do not attack, degrade or exclude people for their origin, skin, religion, sex, gender, orientation, age,"
        " illness or disability."),
        "Pas de haine",
        ("N’attaquez, ne rabaissez, n’excluez personne pour son origine, sa peau, sa religion, son sexe, son genre, son"
        " orientation, son âge, sa maladie ou son handicap."),
    ),
    (
        "slur", "ILLEGAL_OR_HARMFUL_SPEECH", "DISCRIMINATION", 0, 90,
        "Slurs stand behind a warning",
        "Words that were made to degrade people are labelled, so that everybody may choose whether to read on.",
        "Les injures sont précédées d’un avertissement",
        "Les mots faits pour rabaisser sont signalés, afin que chacun puisse choisir de lire ou non.",
    ),
    (
        "illegal", "ILLEGAL_OR_HARMFUL_SPEECH", "VIOLATION_NATIONAL_LAW", 2, 180,
        "Nothing against the law",
        "What the law forbids is forbidden here too. A decision names the law.",
        "Rien de contraire à la loi",
        "Ce que la loi interdit est interdit ici aussi. La décision nomme la loi.",
    ),
    (
        "graphic", "VIOLENCE", "", 1, 90,
        "Shocking pictures stand behind a warning",
        "Mark pictures of violence, injuries and sex as sensitive; do not post them to shock or to humiliate.",
        "Les images choquantes sont masquées",
        ("Marquez comme sensibles les images de violence, de blessures et de sexe ; n’en publiez pas pour choquer ou"
        " humilier."),
    ),
    (
        "spam", "SCAMS_AND_FRAUD", "INAUTHENTIC_ACCOUNTS", 1, 90,
        "No spam, no fraud",
        "Do not post the same thing to many people who did not ask, and do not deceive anybody for money.",
        "Ni spam ni fraude",
        ("N’envoyez pas la même chose à beaucoup de personnes qui ne l’ont pas demandé et ne trompez personne pour de"
        " l’argent."),
    ),
    (
        "impersonation", "SCAMS_AND_FRAUD", "IMPERSONATION_ACCOUNT_HIJACKING", 2, 180,
        "Be yourself",
        "Do not pretend to be another person or organisation. Satire says that it is satire.",
        "Soyez vous-même",
        "Ne vous faites pas passer pour une autre personne ou organisation. La satire se présente comme telle.",
    ),
    (
        "other", "OTHER_VIOLATION_TC", "", 1, 90,
        "Be a good neighbour",
        "Do nothing that harms this community or its members in a way that the other rules do not name.",
        "Être de bon voisinage",
        "Ne faites rien qui nuise à cette communauté ou à ses membres d’une manière que les autres règles taisent.",
    ),
)  # fmt: skip


def _policy(place: int, rule: tuple[str, str, str, int, int, str, str, str, str]) -> PolicyText:
    key, category, keyword, weight, days, title, text, titre, texte = rule
    return PolicyText(
        id=place,
        key=key,
        number=1,
        state="published",
        severity=SEVERITY[key],
        category=category,
        keyword=keyword,
        strike_weight=weight,
        strike_days=days or None,
        label_only=key == "slur",
        titles={"en": title, "fr": titre},
        texts={"en": text, "fr": texte},
        effective_at=0,
        published_at=0,
        superseded_at=None,
        created_at=0,
        version=1,
    )


STARTER: Final[tuple[PolicyText, ...]] = tuple(_policy(place, rule) for place, rule in enumerate(_RULES, start=1))
"""Version 1 of each, under ids that no made id reaches."""
