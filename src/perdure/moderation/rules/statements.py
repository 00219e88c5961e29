"""What a statement of reasons must hold: words and limits of the DSA Transparency Database (safety.md §4.1). Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from perdure.kernel.errors import Invalid
from perdure.moderation.model.decisions import ACCOUNT_ACTS, CONTENT_ACTS, LABEL_ACTS, Act, DecisionInput


def _words(text: str) -> list[str]:
    return text.split()


CATEGORIES: Final = frozenset(
    _words(
        "ANIMAL_WELFARE CONSUMER_INFORMATION CYBER_VIOLENCE CYBER_VIOLENCE_AGAINST_WOMEN"
        " DATA_PROTECTION_AND_PRIVACY_VIOLATIONS ILLEGAL_OR_HARMFUL_SPEECH INTELLECTUAL_PROPERTY_INFRINGEMENTS"
        " NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS NOT_SPECIFIED_NOTICE OTHER_VIOLATION_TC PROTECTION_OF_MINORS"
        " RISK_FOR_PUBLIC_SECURITY SCAMS_AND_FRAUD SELF_HARM UNSAFE_AND_PROHIBITED_PRODUCTS VIOLENCE"
    )
)

KEYWORDS: Final = frozenset(
    _words(
        "INCITEMENT_VIOLENCE_HATRED TERRORIST_CONTENT HATE_SPEECH COORDINATED_HARM ILLEGAL_ORGANIZATIONS"
        " CYBER_INCITEMENT CYBER_HARASSMENT CYBER_STALKING INAUTHENTIC_ACCOUNTS SUICIDE SELF_MUTILATION"
        " CHILD_SEXUAL_ABUSE_MATERIAL"
        " MISINFORMATION_DISINFORMATION DEFAMATION PHISHING OTHER ADULT_SEXUAL_MATERIAL AGE_SPECIFIC_RESTRICTIONS"
        " AGE_SPECIFIC_RESTRICTIONS_MINORS ANIMAL_HARM BIOMETRIC_DATA_BREACH BULLYING_AGAINST_GIRLS"
        " CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE CONTENT_PROMOTING_EATING_DISORDERS COPYRIGHT_INFRINGEMENT"
        " CYBER_BULLYING_INTIMIDATION CYBER_HARASSMENT_AGAINST_WOMEN CYBER_STALKING_AGAINST_WOMEN DATA_FALSIFICATION"
        " DESIGN_INFRINGEMENT DISCRIMINATION FEMALE_GENDERED_DISINFORMATION GEOGRAPHIC_INDICATIONS_INFRINGEMENT"
        " GEOGRAPHICAL_REQUIREMENTS GOODS_SERVICES_NOT_PERMITTED GROOMING_SEXUAL_ENTICEMENT_MINORS HIDDEN_ADVERTISEMENT"
        " HUMAN_EXPLOITATION HUMAN_TRAFFICKING IMPERSONATION_ACCOUNT_HIJACKING INAUTHENTIC_LISTINGS"
        " INAUTHENTIC_USER_REVIEWS INCITEMENT_AGAINST_WOMEN INSUFFICIENT_INFORMATION_ON_TRADERS LANGUAGE_REQUIREMENTS"
        " MISLEADING_INFO_CONSUMER_RIGHTS MISLEADING_INFO_GOODS_SERVICES MISSING_PROCESSING_GROUND"
        " NON_CONSENSUAL_IMAGE_SHARING NON_CONSENSUAL_IMAGE_SHARING_AGAINST_WOMEN NON_CONSENSUAL_MATERIAL_DEEPFAKE"
        " NON_CONSENSUAL_MATERIAL_DEEPFAKE_AGAINST_WOMEN NONCOMPLIANCE_PRICING NUDITY PATENT_INFRINGEMENT"
        " PROHIBITED_PRODUCTS PYRAMID_SCHEMES RIGHT_TO_BE_FORGOTTEN RISK_ENVIRONMENTAL_DAMAGE RISK_PUBLIC_HEALTH"
        " STALKING"
        " TRADE_SECRET_INFRINGEMENT TRADEMARK_INFRINGEMENT TRAFFICKING_WOMEN_GIRLS UNLAWFUL_SALE_ANIMALS"
        " UNSAFE_CHALLENGES UNSAFE_PRODUCTS VIOLATION_EU_LAW VIOLATION_NATIONAL_LAW"
    )
)

CONTENT_TYPES: Final = frozenset({"APP", "AUDIO", "IMAGE", "PRODUCT", "SYNTHETIC_MEDIA", "TEXT", "VIDEO", "OTHER"})
EEA: Final = tuple(_words("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"))
MONETARY: Final = frozenset({"SUSPENSION", "TERMINATION", "OTHER"})
PROVISIONS: Final = frozenset({"PARTIAL_SUSPENSION", "TOTAL_SUSPENSION", "PARTIAL_TERMINATION", "TOTAL_TERMINATION"})
ACCOUNT_TYPES: Final = frozenset({"BUSINESS", "PRIVATE"})
SOURCES: Final[Mapping[str, str]] = {
    "article_16": "SOURCE_ARTICLE_16",
    "trusted_flagger": "SOURCE_TRUSTED_FLAGGER",
    "other_notification": "SOURCE_TYPE_OTHER_NOTIFICATION",
    "voluntary": "SOURCE_VOLUNTARY",
}
VISIBILITY: Final[Mapping[str, str]] = {
    "hide": "CONTENT_REMOVED",
    "hold": "CONTENT_DISABLED",
    "limit": "CONTENT_DEMOTED",
    "sensitive": "CONTENT_LABELLED",
    "label": "CONTENT_LABELLED",
    "account_limit": "CONTENT_DEMOTED",
    "account_sensitive": "CONTENT_LABELLED",
    "account_label": "CONTENT_LABELLED",
    "account_freeze": "CONTENT_INTERACTION_RESTRICTED",
    "trend_block": "CONTENT_DEMOTED",
}
ACCOUNT: Final[Mapping[str, str]] = {"account_suspend": "SUSPENDED", "account_ban": "TERMINATED"}
_LENGTHS: Final = {
    "legal_ground": 500, "explanation": 2000, "facts": 5000, "reference_url": 500, "source_identity": 500,
    "keyword_other": 500, "content_type_other": 500, "visibility_other": 500, "monetary_other": 500, "key": 100,
    "suppressed_by": 200,
}  # fmt: skip
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2}")
_LABEL: Final = re.compile(r"[a-z0-9_-]{1,40}")
_BLANK: Final = ("ERR_BLANK", "can't be blank")


class Faults:
    """Collects what is wrong with an input, by field."""

    def __init__(self) -> None:
        self.found: dict[str, list[tuple[str, str]]] = {}

    def add(self, field: str, code: str, text: str) -> None:
        """Note a fault of a field."""
        self.found.setdefault(field, []).append((code, text))

    def unless(self, good: object, field: str, code: str, text: str) -> None:
        """Note a fault unless a condition holds."""
        if not good:
            self.add(field, code, text)

    def refuse(self) -> None:
        """Raise Invalid with everything that was found, if anything was."""
        if self.found:
            texts = [f"{field.replace('_', ' ').capitalize()} {found[0][1]}" for field, found in self.found.items()]
            raise Invalid(f"Validation failed: {', '.join(texts)}", self.found)


def check(given: DecisionInput, now: int) -> None:
    """Raise Invalid, every field named, for an input that is no statement of reasons."""
    faults = Faults()
    _check_told(given, faults)
    if given.acts:
        _check_reasons(given, faults)
        _check_scope(given, faults)
        for act in given.acts:
            _check_act(act, now, faults)
    _check_words(given, faults)
    for field, most in _LENGTHS.items():
        if len(getattr(given, field)) > most:
            faults.add(field, "ERR_TOO_LONG", f"is too long (maximum is {most} characters)")
    faults.refuse()


def _check_told(given: DecisionInput, faults: Faults) -> None:
    for field in ("automated_detection", "automated_decision"):
        faults.unless(getattr(given, field) is not None, field, *_BLANK)
    if not given.acts:
        faults.unless(given.facts.strip(), "facts", *_BLANK)
        faults.unless(given.scope in {None, "none"}, "scope", "ERR_INVALID", "is none where nothing is done")


def _check_reasons(given: DecisionInput, faults: Faults) -> None:
    faults.unless(given.policy, "policy", *_BLANK)
    faults.unless(given.ground, "ground", *_BLANK)
    faults.unless(given.explanation.strip(), "explanation", *_BLANK)
    faults.unless(given.facts.strip(), "facts", *_BLANK)
    faults.unless(given.scope, "scope", *_BLANK)
    if given.ground == "illegal":
        faults.unless(given.legal_ground.strip(), "legal_ground", *_BLANK)
    faults.unless(not given.suppressed_until or given.suppressed_by, "suppressed_by", *_BLANK)


def _check_scope(given: DecisionInput, faults: Faults) -> None:
    kinds = {act.kind for act in given.acts}
    content, account = bool(kinds & (CONTENT_ACTS | {"trend_block"})), bool(kinds & ACCOUNT_ACTS)
    fits = {(True, True): "both", (True, False): "content", (False, True): "account", (False, False): "none"}
    wanted = fits[content, account]
    if given.scope is not None and given.scope != wanted:
        faults.add("scope", "ERR_INVALID", f"says {given.scope}, and what is done is about {wanted}")
    if len(kinds) < len(given.acts) and len({(act.kind, act.ref, act.label) for act in given.acts}) < len(given.acts):
        faults.add("acts", "ERR_TAKEN", "name the same action twice")


def _check_act(act: Act, now: int, faults: Faults) -> None:
    faults.unless(act.until is None or act.until > now, "until", "ERR_INVALID", "must be in the future")
    if act.kind == "account_suspend":
        faults.unless(act.until, "until", "ERR_BLANK", "must say when a suspension ends (a ban has no end)")
    if act.kind == "account_ban":
        faults.unless(act.until is None, "until", "ERR_INVALID", "must be empty for a ban")
    if (act.kind in LABEL_ACTS) != (act.label is not None):
        faults.add("label", *_BLANK)
    if act.label is not None:
        label = act.label
        faults.unless(_LABEL.fullmatch(label.value), "label", "ERR_INVALID", "has a value of a-z, 0-9, - and _ only")
        faults.unless(
            0 < len(label.reason.strip()) <= 200, "label", "ERR_INVALID", "needs a reason of 1 to 200 letters"
        )
        ends = (label.until is None) == label.permanent and (label.until is None or label.until > now)
        faults.unless(ends, "label", "ERR_INVALID", "ends at an instant to come, or is permanent: one of both")


def _check_words(given: DecisionInput, faults: Faults) -> None:
    def among(field: str, values: Iterable[str | None], known: Iterable[str]) -> None:
        unknown = [value for value in values if value and value not in set(known)]
        faults.unless(not unknown, field, "ERR_INCLUSION", "is not included in the list")

    among("category", (given.category, *given.category_additions), CATEGORIES)
    among("keywords", given.keywords, KEYWORDS)
    among("content_types", given.content_types, CONTENT_TYPES)
    among("territories", given.territories, EEA)
    among("monetary", (given.monetary,), MONETARY)
    among("provision", (given.provision,), PROVISIONS)
    among("account_type", (given.account_type,), ACCOUNT_TYPES)
    among("source", (given.source,), SOURCES)
    if "OTHER" in given.keywords:
        faults.unless(given.keyword_other.strip(), "keyword_other", *_BLANK)
    if "OTHER" in given.content_types:
        faults.unless(given.content_type_other.strip(), "content_type_other", *_BLANK)
    if given.content_language:
        faults.unless(_LANGUAGE.fullmatch(given.content_language), "content_language", "ERR_INVALID", "has two letters")


def by(*, operator: bool) -> dict[str, Any]:
    """What an audit entry says of a person who has no account here: the one at the command line."""
    return {"by": "command line"} if operator else {}


def visibilities(acts: Iterable[Act]) -> tuple[str, ...]:
    """What acts do to visibility, in the words of the database."""
    return tuple(dict.fromkeys(VISIBILITY[act.kind] for act in acts if act.kind in VISIBILITY))


def account_word(acts: Iterable[Act]) -> str | None:
    """What acts do to the account, in the words of the database; the gravest."""
    words = {ACCOUNT[act.kind] for act in acts if act.kind in ACCOUNT}
    return "TERMINATED" if "TERMINATED" in words else next(iter(words), None)


def end_of(acts: Iterable[Act], kinds: Iterable[str]) -> int | None:
    """When the last of these kinds of acts ends; None where one of them has no end, or there is none."""
    ends = [act.label.until if act.label is not None else act.until for act in acts if act.kind in set(kinds)]
    return None if not ends or None in ends else max(end for end in ends if end is not None)


def public_facts(policy_title: str, *, detected: bool, automated: str, source: str) -> str:
    """What the public copy says: built from codes alone, so that it holds no personal data."""
    found = "an automated check" if detected else {"voluntary": "the staff"}.get(source, "a notice")
    decided = {"fully": "by a program alone", "partially": "by a person after a program", "not": "by a person"}
    return f"Content was found by {found} and judged {decided[automated]} under the house rule “{policy_title}”."
