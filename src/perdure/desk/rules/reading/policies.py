"""Which house rule somebody's words mean, in English, French and German. A hint for a person, no judgement. Pure."""

import re
from typing import Final

# The gravest first: where words mean several, the gravest counts.
_WORDS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (
        "child_safety",
        (
            r"csam|csem|csea|child(?:ren)?.{0,15}(?:sex|abus|porn|exploit)",
            r"(?:sex|porn).{0,25}(?:child|minor|mineur|kind(?:er|es|\b))|enfants?.{0,15}sexuel",
            r"p[\u00e9e]do(?:porn|phil|criminal)|kinderporn|kindesmissbrauch|missbrauch.{0,20}kinder",
        ),
    ),
    ("terrorism", (r"terror|2021/784|\bisis\b|daesh|al[ -]?qaida|jihad|dschihad",)),
    (
        "hate",
        (
            r"(?:incit\w*|provocation|stir\w*|aufstachel\w*|anstift\w*|aufruf).{0,25}(?:hatred|hate\b|haine|hass\b)",
            r"volksverhetzung",
        ),
    ),
    (
        "incitement",
        (
            r"incit|call(?:s|ing)? (?:for|to) (?:\w+ ){0,2}(?:violence|murder|kill|attack|arms)",
            r"(?:promot|encourag|glorif|advoca|prais)\w*.{0,20}violen|violent (?:speech|content)|verherrlich",
            r"appel\w* (?:\u00e0|a) (?:la |l.)?(?:\w+ )?(?:violen|meurtre|attaque)|provocation|apologie",
            r"aufruf.{0,20}(?:gewalt|mord|straftat)|anstiftung|gewaltaufruf|\u00f6ffentliche aufforderung",
        ),
    ),
    ("threat", (r"threat|menac|bedroh|drohung|intimidat",)),
    (
        "armed_gathering",
        (
            r"\barmed\b|bring (?:your )?(?:guns|weapons|rifles)|bewaffnet|storm the",
            r"rassemblement.{0,20}arm|coordinat\w* (?:harm|violence)",
        ),
    ),
    (
        "doxxing",
        (
            r"dox|(?:private|personal|home|confidential).{0,12}(?:information|data|address|details)|privacy",
            r"donn\u00e9es (?:personnelles|priv\u00e9es)|vie priv\u00e9e|adresse personnelle",
            r"pers\u00f6nliche daten|privatadresse",
        ),
    ),
    (
        "harassment",
        (
            r"harass|harc\u00e8l|harcel|bully|stalk|bel\u00e4stig|mobbing|nachstell|beleidig|injurieu|insult",
            r"diffam|defam|verleumd|\u00fcble nachrede",
        ),
    ),
    ("self_harm", (r"suicid|self[ -]?harm|self[ -]?injur|automutil|selbstverletz|suizid|selbstmord|selbstt\u00f6t",)),
    ("slur", (r"\bslurs?\b|discriminat|diskriminier",)),
    (
        "hate",
        (
            r"\bhat(?:e|red|eful)\b|hateful|racis|rassis|antis[e\u00e9]mit|anti-semit|homophob|transphob|islamophob",
            r"xenophob|haine|\bhass|hetze|hassrede|\bnazi|hakenkreuz|holocaust",
        ),
    ),
    ("graphic", (r"graphic|gore\b|nud(?:e|ity)|porn|obscen|sanglant|choquant|gewaltdarstell",)),
    (
        "impersonation",
        (
            r"impersonat|usurpation|identit\u00e4ts(?:diebstahl|missbrauch)",
            r"fake[ -]?(?:account|profil|konto)|faux (?:compte|profil)",
        ),
    ),
    ("spam", (r"\bspam|phish|scam|fraud|malware|arnaque|escroquerie|hame\u00e7onnage|betrug|schadsoftware|virus",)),
    (
        "illegal",
        (
            r"illegal|unlawful|illicit|ill\u00e9g|rechtswidrig|strafbar|verboten|criminal",
            r"copyright|counterfeit|contrefa\u00e7on|urheberrecht|trademark|markenrecht",
        ),
    ),
)
_COMPILED: Final = tuple((key, re.compile("|".join(words), re.IGNORECASE)) for key, words in _WORDS)
_VIOLENT: Final = re.compile(r"violen|gewalt|kill|murder|meurtre|mord\b|attack", re.IGNORECASE)
_LIFE_WORDS: Final = (
    r"(?:imminent|immediate|credible|acute).{0,25}(?:threat|danger|risk|harm)",
    r"threats? to (?:a |someone.s )?(?:life|lives)|(?:danger|risk) (?:to|of) (?:life|death)|loss of life",
    r"life[- ]threatening|lives? (?:is|are) (?:at risk|in danger)|(?:school|mass) shooting|bomb (?:threat|at)",
    r"14\s?\(5\)|article 18 (?:of )?(?:the )?(?:dsa|digital|regulation)",
    r"(?:menace|danger|p\u00e9ril|risque).{0,20}(?:imminent|imm\u00e9diat|vital|de mort|pour la vie)",
    r"mise? en danger de la vie|vie.{0,12}en danger",
    r"gefahr f\u00fcr (?:leib|das leben)|leib und leben|lebensgefahr|lebensbedroh|amoklauf",
    r"unmittelbare.{0,20}gefahr|akute.{0,12}(?:gefahr|bedrohung)",
)
_LIFE: Final = re.compile("|".join(_LIFE_WORDS), re.IGNORECASE)
_LOOKED_AT: Final = 4_000


def policy_of(*words: str) -> str:
    """The key of the house rule that words mean; empty where that is not clear. The first words count most."""
    texts = [text[:_LOOKED_AT] for text in words if text.strip()]
    for text in texts:
        found = next((key for key, pattern in _COMPILED if pattern.search(text)), "")
        if found:
            return found
    return "incitement" if any(_VIOLENT.search(text) for text in texts) else ""


def endangers_life(words: str) -> bool:
    """Whether somebody says that a life is in danger: a hint that a person must look at once."""
    return any(_LIFE.search(words[start : start + 8_000]) for start in range(0, min(len(words), 200_000), 7_900))
