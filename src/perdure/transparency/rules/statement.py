"""A decision as a statement of the DSA Transparency Database, and what that database would refuse (safety.md §4.1).

Source: digital-services-act/transparency-database, StatementStoreRequest, schema of 1 July 2025. The text for the
author is another, more specific one: nothing here makes it vaguer.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from perdure.moderation.model.publishing import Statement
from perdure.moderation.rules import statements as words
from perdure.transparency.model import NotOwed
from perdure.transparency.rules.redacting import cut, redacted

Document = dict[str, Any]
_FIRST_CONTENT: Final = date(2000, 1, 1)
_FIRST_APPLIED: Final = date(2020, 1, 1)
_LAST: Final = date(2038, 1, 1)
_PUID: Final = re.compile(r"[A-Za-z0-9_-]{1,500}")
_LANGUAGE: Final = re.compile(r"[A-Z]{2}")
_URL: Final = re.compile(r"https?://[^\s]{1,490}")
_AUTOMATED: Final = {
    "fully": "AUTOMATED_DECISION_FULLY",
    "partially": "AUTOMATED_DECISION_PARTIALLY",
    "not": "AUTOMATED_DECISION_NOT_AUTOMATED",
}


def not_owed(one: Statement) -> NotOwed | None:
    """Why a decision is none of those that are to be sent; None where it is.

    Only a restriction owes a statement. Orders of authorities owe none (DSA Art 17(5)); what was undone within
    seconds, before anybody was told, and rehearsals never happened.
    """
    if one.drill:
        return "drill"
    if one.outcome != "restricted":
        return "no_restriction"
    if one.undone:
        return "undone"
    return "order" if one.under_order else None


def document_of(one: Statement) -> Document:
    """The statement as it is sent: no empty field, no personal data."""
    fields: Document = {
        **_restrictions(one),
        **_ground(one),
        "category": f"STATEMENT_CATEGORY_{one.category}",
        "category_addition": [f"STATEMENT_CATEGORY_{each}" for each in one.category_additions if each != one.category],
        **_keywords(one),
        "content_type": [f"CONTENT_TYPE_{each}" for each in one.content_types],
        "content_type_other": redacted(one.content_type_other, 500) if "OTHER" in one.content_types else "",
        "content_date": _bounded(one.content_at, _FIRST_CONTENT).isoformat(),
        "application_date": _bounded(one.applied_at, _FIRST_APPLIED).isoformat(),
        "content_language": one.language.upper(),
        "territorial_scope": sorted(set(one.territories) or words.EEA),
        "source_type": one.source,
        "source_identity": _identity(one),
        "automated_detection": "Yes" if one.automated_detection else "No",
        "automated_decision": _AUTOMATED[one.automated_decision],
        "decision_facts": cut(one.facts, 5000),
        "puid": one.puid,
    }
    return {name: value for name, value in fields.items() if value not in ("", [], None)}


def _restrictions(one: Statement) -> Document:
    applied = _bounded(one.applied_at, _FIRST_APPLIED)

    def end(at: int | None) -> str:
        return "" if at is None else max(_bounded(at, _FIRST_APPLIED), applied).isoformat()

    return {
        "decision_visibility": [f"DECISION_VISIBILITY_{each}" for each in one.visibility],
        "decision_visibility_other": redacted(one.visibility_other, 500) if "OTHER" in one.visibility else "",
        "end_date_visibility_restriction": end(one.end_visibility_at) if one.visibility else "",
        "decision_monetary": f"DECISION_MONETARY_{one.monetary}" if one.monetary else "",
        "decision_monetary_other": redacted(one.monetary_other, 500) if one.monetary == "OTHER" else "",
        "end_date_monetary_restriction": end(one.end_monetary_at) if one.monetary else "",
        "decision_provision": f"DECISION_PROVISION_{one.provision}" if one.provision else "",
        "end_date_service_restriction": end(one.end_service_at) if one.provision else "",
        "decision_account": f"DECISION_ACCOUNT_{one.account}" if one.account else "",
        "account_type": f"ACCOUNT_TYPE_{one.account_type}" if one.account and one.account_type else "",
        "end_date_account_restriction": end(one.end_account_at) if one.account else "",
    }


def _ground(one: Statement) -> Document:
    """The law or the rule. What staff explained to the author stays with the author: the rule's own text is public."""
    why = cut(one.rule_text or one.rule_title, 2000)
    common = {"decision_ground_reference_url": one.reference_url if _URL.fullmatch(one.reference_url) else ""}
    if one.ground == "illegal":
        return common | {
            "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
            "illegal_content_legal_ground": redacted(one.legal_ground, 500) or cut(one.rule_title, 500),
            "illegal_content_explanation": why,
        }
    return common | {
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": cut(one.rule_title, 500),
        "incompatible_content_explanation": why,
        "incompatible_content_illegal": "Yes" if one.also_illegal else "No",
    }


def _keywords(one: Statement) -> Document:
    other = "OTHER" in one.keywords
    return {
        "category_specification": [f"KEYWORD_{each}" for each in one.keywords],
        "category_specification_other": (redacted(one.keyword_other, 500) or one.rule_title) if other else "",
    }


def _identity(one: Statement) -> str:
    """The organisation that asked for it: never with a decision that nobody asked for."""
    return "" if one.source == "SOURCE_VOLUNTARY" else redacted(one.source_identity, 500)


def _bounded(at: int, first: date) -> date:
    return min(max(datetime.fromtimestamp(at / 1000, UTC).date(), first), _LAST)


Fault = tuple[str, str]


def faults(document: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """What the database would refuse, by field, and what only its documentation asks for (the scope, end dates)."""
    found: dict[str, list[str]] = {}
    for check in _CHECKS:
        for field, text in check(document):
            found.setdefault(field, []).append(text)
    return {field: tuple(texts) for field, texts in found.items()}


def _check_words(document: Mapping[str, Any]) -> list[Fault]:
    found: list[Fault] = []
    for field, allowed in _ONE_OF.items():
        if field in document and document[field] not in allowed:
            found.append((field, f"{document[field]} is no value of this field"))
    for field, allowed in _SOME_OF.items():
        values = document.get(field, [])
        found += [(field, f"{value} is no value of this field") for value in values if value not in allowed]
        if len(set(values)) != len(values):
            found.append((field, "names a value twice"))
    return found


def _check_needed(document: Mapping[str, Any]) -> list[Fault]:
    needed = [*_REQUIRED, *(name for given, name in _WITH if given(document))]
    found = [(name, "is missing") for name in needed if not document.get(name)]
    if not any(document.get(name) for name in _DECISIONS):
        found += [(name, "one of the four is needed") for name in _DECISIONS]
    return found


def _check_lengths(document: Mapping[str, Any]) -> list[Fault]:
    return [(name, f"is longer than {most}") for name, most in _LENGTHS.items() if len(document.get(name, "")) > most]


def _check_dates(document: Mapping[str, Any]) -> list[Fault]:
    found: list[Fault] = []
    known: dict[str, date] = {}
    for name in (*_ENDS, "content_date", "application_date"):
        if name not in document:
            continue
        try:
            known[name] = date.fromisoformat(document[name])
        except ValueError:
            found.append((name, "is no date"))
    for name, first in (("content_date", _FIRST_CONTENT), ("application_date", _FIRST_APPLIED)):
        if name in known and not first <= known[name] <= _LAST:
            found.append((name, f"lies outside {first} to {_LAST}"))
    applied = known.get("application_date", _FIRST_APPLIED)
    found += [(name, "lies before the application date") for name in _ENDS if name in known and known[name] < applied]
    return found


def _check_forms(document: Mapping[str, Any]) -> list[Fault]:
    found: list[Fault] = []
    if not _PUID.fullmatch(document.get("puid", "")):
        found.append(("puid", "must be 1 to 500 of letters, digits, - and _"))
    if "content_language" in document and not _LANGUAGE.fullmatch(document["content_language"]):
        found.append(("content_language", "must be two capital letters"))
    if "source_identity" in document and document.get("source_type") == "SOURCE_VOLUNTARY":
        found.append(("source_identity", "nobody asked for this one"))
    return found


_CHECKS: Final[tuple[Callable[[Mapping[str, Any]], list[Fault]], ...]] = (
    _check_words,
    _check_needed,
    _check_lengths,
    _check_dates,
    _check_forms,
)
_DECISIONS: Final = ("decision_visibility", "decision_monetary", "decision_provision", "decision_account")
_ENDS: Final = (
    "end_date_visibility_restriction", "end_date_monetary_restriction", "end_date_service_restriction",
    "end_date_account_restriction",
)  # fmt: skip
_REQUIRED: Final = (
    "decision_ground", "category", "content_type", "content_date", "application_date", "source_type",
    "automated_detection", "automated_decision", "decision_facts", "puid", "territorial_scope",
)  # fmt: skip


def _is(field: str, value: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda document: value == document.get(field) or value in (document.get(field) or ())


_WITH: Final = (
    (_is("decision_ground", "DECISION_GROUND_ILLEGAL_CONTENT"), "illegal_content_legal_ground"),
    (_is("decision_ground", "DECISION_GROUND_ILLEGAL_CONTENT"), "illegal_content_explanation"),
    (_is("decision_ground", "DECISION_GROUND_INCOMPATIBLE_CONTENT"), "incompatible_content_ground"),
    (_is("decision_ground", "DECISION_GROUND_INCOMPATIBLE_CONTENT"), "incompatible_content_explanation"),
    (_is("decision_visibility", "DECISION_VISIBILITY_OTHER"), "decision_visibility_other"),
    (_is("decision_monetary", "DECISION_MONETARY_OTHER"), "decision_monetary_other"),
    (_is("content_type", "CONTENT_TYPE_OTHER"), "content_type_other"),
    (_is("category_specification", "KEYWORD_OTHER"), "category_specification_other"),
)
_ONE_OF: Final[Mapping[str, frozenset[str]]] = {
    "decision_monetary": frozenset(f"DECISION_MONETARY_{one}" for one in words.MONETARY),
    "decision_provision": frozenset(f"DECISION_PROVISION_{one}" for one in words.PROVISIONS),
    "decision_account": frozenset({"DECISION_ACCOUNT_SUSPENDED", "DECISION_ACCOUNT_TERMINATED"}),
    "account_type": frozenset(f"ACCOUNT_TYPE_{one}" for one in words.ACCOUNT_TYPES),
    "decision_ground": frozenset({"DECISION_GROUND_ILLEGAL_CONTENT", "DECISION_GROUND_INCOMPATIBLE_CONTENT"}),
    "incompatible_content_illegal": frozenset({"Yes", "No"}),
    "category": frozenset(f"STATEMENT_CATEGORY_{one}" for one in words.CATEGORIES),
    "source_type": frozenset(words.SOURCES.values()),
    "automated_detection": frozenset({"Yes", "No"}),
    "automated_decision": frozenset(_AUTOMATED.values()),
}
_VISIBILITIES: Final = (
    "CONTENT_REMOVED", "CONTENT_DISABLED", "CONTENT_DEMOTED", "CONTENT_AGE_RESTRICTED",
    "CONTENT_INTERACTION_RESTRICTED", "CONTENT_LABELLED", "OTHER",
)  # fmt: skip
_SOME_OF: Final[Mapping[str, frozenset[str]]] = {
    "decision_visibility": frozenset(f"DECISION_VISIBILITY_{one}" for one in _VISIBILITIES),
    "category_addition": frozenset(f"STATEMENT_CATEGORY_{one}" for one in words.CATEGORIES),
    "category_specification": frozenset(f"KEYWORD_{one}" for one in words.KEYWORDS),
    "content_type": frozenset(f"CONTENT_TYPE_{one}" for one in words.CONTENT_TYPES),
    "territorial_scope": frozenset(words.EEA),
}
_LENGTHS: Final[Mapping[str, int]] = {
    "decision_visibility_other": 500, "decision_monetary_other": 500, "illegal_content_legal_ground": 500,
    "illegal_content_explanation": 2000, "incompatible_content_ground": 500, "incompatible_content_explanation": 2000,
    "decision_ground_reference_url": 500, "category_specification_other": 500, "content_type_other": 500,
    "source_identity": 500, "decision_facts": 5000,
}  # fmt: skip
