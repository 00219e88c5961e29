"""A stand-in for the DSA Transparency Database: it refuses what the published validator refuses, and a little more.

Written from the published request rules and the API's documentation, not from our own checks: what those let through
must pass here. Where documentation and validator differ, the stricter holds.
"""

import json
import re
import uuid
from datetime import date
from typing import Any, Final

from tests.elsewhere import Answer, Asked, Elsewhere

_JSON: Final = "application/json"
_EEA: Final = re.findall("..", "ATBEBGCYCZDEDKEEESFIFRGRHRHUIEISITLILTLULVMTNLNOPLPTROSESISK")
_VISIBILITY: Final = [
    f"DECISION_VISIBILITY_CONTENT_{one}"
    for one in ("REMOVED", "DISABLED", "DEMOTED", "AGE_RESTRICTED", "INTERACTION_RESTRICTED", "LABELLED")
] + ["DECISION_VISIBILITY_OTHER"]
_SETS: Final[dict[str, list[str]]] = {
    "decision_monetary": [f"DECISION_MONETARY_{one}" for one in ("SUSPENSION", "TERMINATION", "OTHER")],
    "decision_provision": [
        f"DECISION_PROVISION_{one}_{two}" for one in ("PARTIAL", "TOTAL") for two in ("SUSPENSION", "TERMINATION")
    ],
    "decision_account": ["DECISION_ACCOUNT_SUSPENDED", "DECISION_ACCOUNT_TERMINATED"],
    "account_type": ["ACCOUNT_TYPE_BUSINESS", "ACCOUNT_TYPE_PRIVATE"],
    "decision_ground": ["DECISION_GROUND_ILLEGAL_CONTENT", "DECISION_GROUND_INCOMPATIBLE_CONTENT"],
    "incompatible_content_illegal": ["Yes", "No"],
    "source_type": [
        "SOURCE_ARTICLE_16", "SOURCE_TRUSTED_FLAGGER", "SOURCE_TYPE_OTHER_NOTIFICATION", "SOURCE_VOLUNTARY",
    ],
    "automated_detection": ["Yes", "No"],
    "automated_decision": [f"AUTOMATED_DECISION_{one}" for one in ("FULLY", "PARTIALLY", "NOT_AUTOMATED")],
}  # fmt: skip
_MOST: Final = {
    "decision_visibility_other": 500, "decision_monetary_other": 500, "illegal_content_legal_ground": 500,
    "illegal_content_explanation": 2000, "incompatible_content_ground": 500, "incompatible_content_explanation": 2000,
    "decision_ground_reference_url": 500, "category_specification_other": 500, "content_type_other": 500,
    "source_identity": 500, "decision_facts": 5000, "puid": 500,
}  # fmt: skip
_REQUIRED: Final = (
    "decision_ground", "category", "content_type", "content_date", "application_date", "source_type",
    "automated_detection", "automated_decision", "decision_facts", "puid", "territorial_scope",
)  # fmt: skip


def faults(one: dict[str, Any]) -> dict[str, list[str]]:
    """What the validator says to a statement."""
    found: dict[str, list[str]] = {}

    def wrong(field: str, good: object) -> None:
        if not good:
            found.setdefault(field, []).append(f"The {field.replace('_', ' ')} field is invalid.")

    for field in _REQUIRED:
        wrong(field, one.get(field))
    for field, allowed in _SETS.items():
        wrong(field, field not in one or one[field] in allowed)
    four = ("decision_visibility", "decision_monetary", "decision_provision", "decision_account")
    wrong("decision_visibility", any(one.get(field) for field in four))
    wrong("decision_visibility", all(value in _VISIBILITY for value in one.get("decision_visibility", [])))
    wrong("territorial_scope", all(value in _EEA for value in one.get("territorial_scope", [])))
    for field, start in (("category_addition", "STATEMENT_CATEGORY_"), ("category_specification", "KEYWORD_")):
        wrong(field, all(re.fullmatch(start + "[A-Z_]+", value) for value in one.get(field, [])))
        wrong(field, one.get(field, ["something"]))  # null and [] are not accepted: leave it out
    wrong("category", re.fullmatch("STATEMENT_CATEGORY_[A-Z_]+", one.get("category", "")))
    wrong("content_type", all(re.fullmatch("CONTENT_TYPE_[A-Z_]+", value) for value in one.get("content_type", [])))
    for field, most in _MOST.items():
        wrong(field, len(one.get(field, "")) <= most)
    _check_together(one, wrong)
    _check_dates(one, wrong)
    wrong("puid", re.fullmatch("[A-Za-z0-9_-]{1,500}", one.get("puid", "")))
    wrong("content_language", "content_language" not in one or re.fullmatch("[A-Z]{2}", one["content_language"]))
    return found


def _check_together(one: dict[str, Any], wrong: Any) -> None:
    ground = str(one.get("decision_ground", "")).removeprefix("DECISION_GROUND_").lower()
    if ground == "illegal_content":
        wrong("illegal_content_legal_ground", one.get("illegal_content_legal_ground"))
        wrong("illegal_content_explanation", one.get("illegal_content_explanation"))
        wrong("incompatible_content_ground", "incompatible_content_ground" not in one)
    else:
        wrong("incompatible_content_ground", one.get("incompatible_content_ground"))
        wrong("incompatible_content_explanation", one.get("incompatible_content_explanation"))
    for field, word in (
        ("decision_visibility", "DECISION_VISIBILITY_OTHER"),
        ("content_type", "CONTENT_TYPE_OTHER"),
        ("category_specification", "KEYWORD_OTHER"),
    ):
        wrong(f"{field}_other", word not in one.get(field, []) or one.get(f"{field}_other"))
    wrong("source_identity", one.get("source_type") != "SOURCE_VOLUNTARY" or "source_identity" not in one)


def _check_dates(one: dict[str, Any], wrong: Any) -> None:
    known: dict[str, date] = {}
    for field in ("content_date", "application_date", *(name for name in one if name.startswith("end_date_"))):
        wrong(field, re.fullmatch(r"\d{4}-\d\d-\d\d", str(one.get(field, ""))))
        if field not in (one.keys() & known.keys()) and re.fullmatch(r"\d{4}-\d\d-\d\d", str(one.get(field, ""))):
            known[field] = date.fromisoformat(one[field])
    wrong("content_date", date(2000, 1, 1) <= known.get("content_date", date(2000, 1, 1)) <= date(2038, 1, 1))
    applied = known.get("application_date", date(2020, 1, 1))
    wrong("application_date", date(2020, 1, 1) <= applied <= date(2038, 1, 1))
    for field, value in known.items():
        if field.startswith("end_date_"):
            wrong(field, applied <= value <= date(2038, 1, 1))


class StatementServer:
    """The database behind another site's two addresses. ``breaks`` says what happens to the next batches."""

    def __init__(self, there: Elsewhere, token: str) -> None:
        self.token = token
        self.held: dict[str, dict[str, Any]] = {}
        self.breaks: list[str] = []  # lost: stored, and the answer does not come; down: nothing happens
        self.batches: list[int] = []
        self._there = there
        there.answers["/api/v1/statements"] = self._store

    def _store(self, asked: Asked) -> Answer:
        if asked.headers.get("Authorization") != f"Bearer {self.token}":
            return _json({"message": "Unauthenticated."}, 401)
        broken = self.breaks.pop(0) if self.breaks else ""
        if broken == "down":
            return _json({"message": "Server Error"}, 500)
        given = json.loads(asked.body)["statements"]
        if not 1 <= len(given) <= 100:
            return _json({"message": "between 1 and 100", "errors": {"statements": ["between 1 and 100"]}}, 422)
        if wrong := {f"statement_{place}": found for place, one in enumerate(given) if (found := faults(one))}:
            return _json({"errors": wrong}, 422)
        if taken := [one["puid"] for one in given if one["puid"] in self.held]:
            message = "The identifiers given are not unique within this platform."
            return _json({"message": message, "errors": {"puid": [message], "existing_puids": taken}}, 422)
        made = [self._keep(one) for one in given]
        self.batches.append(len(made))
        if broken == "lost":
            return _json({"message": "Bad Gateway"}, 502)
        return _json({"statements": list(reversed(made))}, 201)

    def _keep(self, one: dict[str, Any]) -> dict[str, Any]:
        made = one | {"uuid": str(uuid.uuid4())}
        self.held[one["puid"]] = made
        self._there.answers[f"/api/v1/statement/existing-puid/{one['puid']}"] = lambda _: _json(
            made, 302, (("Location", f"{self._there.url}/nowhere"),)
        )
        return made


def _json(content: object, status: int, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    return Answer(json.dumps(content).encode(), status, headers, mime=_JSON)
