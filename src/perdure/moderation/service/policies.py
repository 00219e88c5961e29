"""House rules as versioned documents: draft, published from an instant on, superseded. Decisions name the version."""

from typing import Any, Final

import msgspec

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Conflict, Invalid, NotFound
from perdure.moderation.events import PolicyPublished
from perdure.moderation.model.decisions import PolicyDraft, PolicyText
from perdure.moderation.queries import decisions as queries
from perdure.moderation.rules.house import STARTER
from perdure.moderation.rules.statements import CATEGORIES, KEYWORDS, Faults
from perdure.moderation.tables.decisions import policy_version

_texts = msgspec.json.Decoder(dict[str, str])
_TITLE_MOST: Final = 120
_TEXT_MOST: Final = 5000


def current_in(tx: Tx, at: int | None = None) -> list[PolicyText]:
    """The house rules that hold at an instant (ms; None: now), gravest first: what members read."""
    stored = {key: _view(row) for key, row in queries.policies_at(tx, tx.now if at is None else at).items()}
    first = {policy.key: policy for policy in STARTER}
    return sorted((first | stored).values(), key=lambda one: (one.severity, one.key))


def named_in(tx: Tx, key: str) -> PolicyText:
    """The version of a house rule that holds now. Raises Invalid, the field named."""
    found = next((one for one in current_in(tx) if one.key == key), None)
    if found is None:
        raise Invalid(
            "Validation failed: Policy is not a house rule", {"policy": [("ERR_INVALID", "is no house rule")]}
        )
    return found


def policy_in(tx: Tx, policy_id: int) -> PolicyText:
    """One version, whatever its state. Raises NotFound."""
    row = queries.policy(tx, policy_id)
    found = _view(row) if row is not None else next((one for one in STARTER if one.id == policy_id), None)
    if found is None:
        raise NotFound
    return found


def history_in(tx: Tx, key: str) -> list[PolicyText]:
    """Every version of a house rule, newest first."""
    stored = [_view(row) for row in queries.policy_history(tx, key)]
    ids = {one.id for one in stored}
    return stored + [one for one in STARTER if one.key == key and one.id not in ids]


def ensure_in(tx: Tx, policy: PolicyText) -> int:
    """Make sure that a version is stored before a decision names it; returns its id."""
    if policy.id <= len(STARTER):
        tx.insert_new(policy_version, **_columns(policy), published_by=None, created_by=None)
    return policy.id


def _columns(policy: PolicyText) -> dict[str, Any]:
    values = msgspec.structs.asdict(policy)
    for name in ("titles", "texts"):
        values[f"{name}_json"] = msgspec.json.encode(values.pop(name), order="sorted").decode()
    return values


def _view(row: Row) -> PolicyText:
    plain = {name: getattr(row, name) for name in PolicyText.__struct_fields__ if name not in {"titles", "texts"}}
    return PolicyText(titles=_texts.decode(row.titles_json), texts=_texts.decode(row.texts_json), **plain)


def draft_in(tx: Tx, staff_id: int, given: PolicyDraft) -> PolicyText:
    """Write a new version of a house rule. Asks for ``manage_rules``; raises Invalid, every field named."""
    accounts.authorise_in(tx, staff_id, "manage_rules")
    _check(given)
    known = history_in(tx, given.key)
    if not known:
        raise Invalid("Validation failed: Key is not a house rule", {"key": [("ERR_INVALID", "is no house rule")]})
    made = PolicyText(
        id=tx.new_id(),
        number=known[0].number + 1,
        state="draft",
        effective_at=None,
        published_at=None,
        superseded_at=None,
        created_at=tx.now,
        version=1,
        **msgspec.structs.asdict(given),
    )
    tx.insert(policy_version, **_columns(made), published_by=None, created_by=staff_id)
    _log(tx, staff_id, "draft", made)
    return made


def _check(given: PolicyDraft) -> None:
    faults = Faults()
    faults.unless(given.severity in {0, 1, 2, 3}, "severity", "ERR_INCLUSION", "is not included in the list")
    faults.unless(given.category in CATEGORIES, "category", "ERR_INCLUSION", "is not included in the list")
    faults.unless(given.keyword in KEYWORDS | {""}, "keyword", "ERR_INCLUSION", "is not included in the list")
    faults.unless(0 <= given.strike_weight <= 100, "strike_weight", "ERR_INVALID", "must be 0 to 100")
    days = given.strike_days
    faults.unless(days is None or 0 < days <= 3650, "strike_days", "ERR_INVALID", "must be 1 to 3,650")
    for field, texts, most in (("titles", given.titles, _TITLE_MOST), ("texts", given.texts, _TEXT_MOST)):
        for locale in ("en", "fr"):
            faults.unless(texts.get(locale, "").strip(), field, "ERR_BLANK", f"can't be blank in {locale}")
        long = any(len(text) > most for text in texts.values())
        faults.unless(not long, field, "ERR_TOO_LONG", f"is too long (maximum is {most} characters)")
    faults.refuse()


def publish_in(tx: Tx, staff_id: int, policy_id: int, effective_at: int | None = None) -> PolicyText:
    """Publish a draft, from an instant to come or from now on; the version before holds until then.

    Asks for ``manage_rules``. From here on triggers refuse every change of it. Raises NotFound, Conflict for what is
    no draft, Invalid for a date that is past.
    """
    accounts.authorise_in(tx, staff_id, "manage_rules")
    found = policy_in(tx, policy_id)
    if found.state != "draft":
        raise Conflict("This version is published already: write a new one")
    if effective_at is not None and effective_at < tx.now:
        raise Invalid(
            "Validation failed: Effective at must not be past", {"effective_at": [("ERR_INVALID", "is past")]}
        )
    start = effective_at or tx.now
    values = {"state": "published", "effective_at": start, "published_at": tx.now, "published_by": staff_id}
    tx.update(policy_version, {"id": policy_id}, version=found.version + 1, **values)
    _log(tx, staff_id, "publish", found, effective_at=start)
    tx.emit(PolicyPublished(policy_id, found.key, found.number))
    supersede_due_in(tx, found.key)
    return policy_in(tx, policy_id)


def supersede_due_in(tx: Tx, key: str) -> int:
    """Mark the versions of a rule that a later one has replaced by now; returns how many."""
    stored = [row for row in queries.policy_history(tx, key) if row.effective_at is not None]
    stored = [row for row in stored if row.effective_at <= tx.now]
    stored.sort(key=lambda row: (row.effective_at, row.number))
    old = [row for row in stored[:-1] if row.state == "published"]
    for row in old:
        values = {"state": "superseded", "superseded_at": tx.now, "version": row.version + 1}
        tx.update(policy_version, {"id": row.id}, **values)
    return len(old)


def supersede_all_in(tx: Tx) -> None:
    """The recurring job's part: every rule whose next version has begun."""
    for key in {policy.key for policy in STARTER}:
        supersede_due_in(tx, key)


def _log(tx: Tx, staff_id: int, verb: str, policy: PolicyText, effective_at: int | None = None) -> None:
    audit.append_in(
        tx,
        actor_id=staff_id,
        action=f"policy.{verb}",
        subject=f"policy:{policy.id}",
        key=policy.key,
        number=policy.number,
        effective_at=effective_at,
    )
