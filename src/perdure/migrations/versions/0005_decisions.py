"""Decisions are never changed, published policies are frozen, and whoever decided does not decide an appeal."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_FROZEN = "a decision is never changed: make a new one"
_POLICY = "a published policy is frozen: publish a new version"
_COPIED = "who decided first is copied into an appeal and never changed"
_AGAIN = "whoever decided first does not decide again"
# Everybody who decided about the same thing before, and the jurors: the list that a CHECK compares with.
_DECIDERS = (
    "(SELECT ',' || coalesce({join}(CAST(actor_id AS TEXT), ','), '') || ',' FROM decision "
    "WHERE actor_id IS NOT NULL AND (id = NEW.decision_id OR (subject_kind = NEW.subject_kind "
    "AND subject_ref = NEW.subject_ref AND id < NEW.decision_id)))"
    " || (SELECT panel_ids FROM decision WHERE id = NEW.decision_id)"
)
_DECIDER = "(SELECT actor_id FROM decision WHERE id = NEW.decision_id)"
# A decision about something that somebody appealed against, by one of those who are excluded from that appeal.
_OPEN_TO_OTHERS = (
    "NEW.actor_id IS NOT NULL AND EXISTS (SELECT 1 FROM appeal a WHERE a.subject_kind = NEW.subject_kind "
    "AND a.subject_ref = NEW.subject_ref AND (a.excluded_ids LIKE '%,' || CAST(NEW.actor_id AS TEXT) || ',%') "
    "AND (a.state IN ('filed', 'assigned', 'read') OR NEW.supersedes = a.result_id OR NEW.appeal_id = a.id "
    "OR NEW.supersedes = a.decision_id OR NEW.subject_kind <> 'account'))"
)
_WRONG_RESULT = (
    "NEW.appeal_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM appeal a WHERE a.id = NEW.appeal_id "
    "AND a.reviewer_id = NEW.actor_id AND a.read_at IS NOT NULL)"
)
_PUBLISHED = "OLD.state <> 'draft'"
_SAME = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}
_FIXED = ("decision_id", "case_id", "subject_kind", "subject_ref", "party", "appellant_id", "intake_id", "text", "key")


def _tampered(differs: str) -> str:
    parts = [f"NEW.{name} {differs} OLD.{name}" for name in (*_FIXED, "original_decider_id", "excluded_ids")]
    read = " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in ("reviewer_id", "read_at", "read_verdict"))
    decided = " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in ("state", "decided_at", "outcome_text"))
    parts += [f"(OLD.read_at IS NOT NULL AND ({read}))", f"(OLD.decided_at IS NOT NULL AND ({decided}))"]
    return " OR ".join(parts)


def _policy_changed(differs: str) -> str:
    names = (
        *("key", "number", "severity", "category", "keyword", "strike_weight", "strike_days", "label_only"),
        *("titles_json", "texts_json", "effective_at", "published_at", "published_by", "created_at"),
    )
    return (
        "OLD.state <> 'draft' AND (NEW.state = 'draft' OR "
        + " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in names)
        + ")"
    )


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _on_sqlite() if sqlite else _on_postgresql():
        op.execute(statement)


def _on_sqlite() -> list[str]:
    differs = _SAME["sqlite"]

    def refuse(name: str, when: str, condition: str, text: str) -> str:
        clause = f"WHEN {condition} " if condition else ""
        return f"CREATE TRIGGER {name} {when} {clause}BEGIN SELECT RAISE(ABORT, '{text}'); END"

    deciders = _DECIDERS.format(join="group_concat")
    copy = f"UPDATE appeal SET original_decider_id = {_DECIDER}, excluded_ids = {deciders} WHERE id = NEW.id"
    return [
        refuse("decision_no_update", "BEFORE UPDATE ON decision", "", _FROZEN),
        refuse("decision_no_delete", "BEFORE DELETE ON decision", "", _FROZEN),
        refuse("decision_again", "BEFORE INSERT ON decision", _OPEN_TO_OTHERS, _AGAIN),
        refuse("decision_of_appeal", "BEFORE INSERT ON decision", _WRONG_RESULT, _AGAIN),
        refuse("policy_frozen", "BEFORE UPDATE ON policy_version", _policy_changed(differs), _POLICY),
        refuse("policy_kept", "BEFORE DELETE ON policy_version", _PUBLISHED, _POLICY),
        # SQLite cannot change the row about to be inserted, so it writes the copy right after, before the statement
        # ends: the CHECKs look at the row then.
        f"CREATE TRIGGER appeal_copy AFTER INSERT ON appeal BEGIN {copy}; END",
        refuse(
            "appeal_fixed",
            "BEFORE UPDATE ON appeal",
            f"OLD.excluded_ids <> '' AND ({_tampered(differs)})",
            _COPIED,
        ),
        refuse("appeal_born", "BEFORE INSERT ON appeal", _NOT_FRESH, _COPIED),
        refuse("appeal_no_delete", "BEFORE DELETE ON appeal", "", _COPIED),
    ]


_NOT_FRESH = (
    "NEW.excluded_ids <> '' OR NEW.original_decider_id IS NOT NULL OR NEW.reviewer_id IS NOT NULL "
    "OR NEW.state <> 'filed' OR NEW.read_at IS NOT NULL"
)


def _on_postgresql() -> list[str]:
    differs = _SAME["postgresql"]

    def guard(name: str, table: str, when: str, body: str) -> list[str]:
        return [
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$",
            f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
        ]

    def refuse(condition: str, text: str) -> str:
        return f"IF {condition} THEN RAISE EXCEPTION '{text}'; END IF;"

    deciders = _DECIDERS.format(join="string_agg")
    again = refuse(_OPEN_TO_OTHERS, _AGAIN) + refuse(_WRONG_RESULT, _AGAIN)
    copy = f"NEW.original_decider_id := {_DECIDER}; NEW.excluded_ids := {deciders};"
    return [
        *guard("decision_frozen", "decision", "UPDATE OR DELETE", f"RAISE EXCEPTION '{_FROZEN}';"),
        *guard("decision_again", "decision", "INSERT", f"{again} RETURN NEW;"),
        *guard(
            "policy_frozen",
            "policy_version",
            "UPDATE",
            f"{refuse(_policy_changed(differs), _POLICY)} RETURN NEW;",
        ),
        *guard(
            "policy_kept",
            "policy_version",
            "DELETE",
            f"{refuse(_PUBLISHED, _POLICY)} RETURN OLD;",
        ),
        *guard("appeal_copy", "appeal", "INSERT", f"{refuse(_NOT_FRESH, _COPIED)} {copy} RETURN NEW;"),
        *guard("appeal_fixed", "appeal", "UPDATE", f"{refuse(_tampered(differs), _COPIED)} RETURN NEW;"),
        *guard("appeal_kept", "appeal", "DELETE", f"RAISE EXCEPTION '{_COPIED}';"),
    ]


def downgrade() -> None:
    raise NotImplementedError("the guards of decisions and appeals are never taken away")
