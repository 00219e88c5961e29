"""Acting on an account outside of a case, as the staff's apps do, and lifting what stands: through decisions alike."""

import msgspec

from perdure.accounts import service as accounts
from perdure.accounts.events import AccountRestored
from perdure.accounts.model import Viewer
from perdure.kernel.db import Tx
from perdure.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from perdure.kernel.runtime import Runtime
from perdure.moderation.model import Subject
from perdure.moderation.model.decisions import LABEL_ACTS, Act, ActKind, DecisionInput
from perdure.moderation.queries import cases
from perdure.moderation.queries import decisions as queries
from perdure.moderation.rules import statements, stock
from perdure.moderation.service import effects, policies, presets
from perdure.moderation.service.decisions import RANK, decide_in
from perdure.moderation.service.notices import locale_in
from perdure.moderation.service.recording import Context, Target, record_in, snapshot_of_in
from perdure.moderation.service.reversing import amend_in, reverse_in


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What an app says of an act: a preset's text in front of its own, and whether it is mailed too."""

    text: str = ""
    preset_id: int | None = None
    by_mail: bool = True


async def act(
    rt: Runtime,
    staff: Viewer,
    account_id: int,
    acts: tuple[Act, ...],
    words: Words = Words(),  # noqa: B008 - frozen
    *,
    report_id: int | None = None,
    version: int | None = None,
) -> int:
    """Decide about an account; returns the first decision's id. With a report it settles what is pending in its case.

    Asks for ``manage_users``, in a case for ``manage_reports`` too. ``version`` is the account's, as the caller read
    it. Raises NotFound (for the account, the report or the preset), Forbidden about one's own rank or above, Conflict,
    Invalid.
    """
    made = await rt.db.write("moderation.act", act_in, staff.account_id, account_id, acts, words, report_id, version)
    accounts.forget_viewers(rt, account_id)
    return made


def act_in(
    tx: Tx,
    staff_id: int,
    account_id: int,
    acts: tuple[Act, ...],
    words: Words,
    report_id: int | None = None,
    version: int | None = None,
) -> int:
    """:func:`act` in the caller's transaction."""
    target_in(tx, staff_id, account_id, version)
    given = _input_in(tx, account_id, acts, words)
    case_id = _case_in(tx, report_id) if report_id is not None else None
    if case_id is not None and cases.pending(tx, case_id):
        return decide_in(tx, staff_id, case_id, None, given).batch_id
    about = Subject("account", account_id, 0, account_id)
    snapshot_id = snapshot_of_in(tx, about)
    context = Context(
        actor_id=staff_id, case_id=case_id, policy=policies.named_in(tx, given.policy), key=f"act:{tx.new_id()}"
    )
    return record_in(tx, context, [Target(about, None, snapshot_id)], given)[0]


def _case_in(tx: Tx, report_id: int) -> int:
    row = cases.intake_row(tx, report_id)
    if row is None:
        raise NotFound
    case_id: int = row.case_id
    return case_id


def target_in(tx: Tx, staff_id: int, account_id: int, version: int | None) -> None:
    """Refuse what staff may not touch. Asks for ``manage_users``; raises as :func:`act`."""
    accounts.authorise_in(tx, staff_id, "manage_users")
    found = accounts.views_in(tx, [account_id]).get(account_id)
    if found is None or found.state == "deleted":
        raise NotFound
    if version is not None and found.version != version:
        raise Conflict("Somebody else changed this account meanwhile: look again, then decide")
    if account_id == staff_id or not accounts.outranks_in(tx, staff_id, account_id):
        raise Forbidden(RANK)


def _input_in(tx: Tx, account_id: int, acts: tuple[Act, ...], words: Words) -> DecisionInput:
    preset = presets.text_in(tx, words.preset_id) if words.preset_id is not None else ""
    text = "\n\n".join(part for part in (preset, words.text.strip()) if part)
    if len(text) > 5000:
        fault = "is too long (maximum is 5000 characters)"
        raise Invalid(f"Validation failed: Text {fault}", {"text": [("ERR_TOO_LONG", fault)]})
    policy, locale = policies.named_in(tx, "other"), locale_in(tx, account_id)
    given = DecisionInput(
        policy=policy.key,
        acts=acts,
        ground="incompatible",
        explanation=policy.text(locale),
        facts=text or stock.silent("app", locale),
        scope="none" if all(one.kind == "warn" for one in acts) else "account",
        automated_detection=False,
        automated_decision="not",
        by_mail=words.by_mail,
    )
    if any(one.kind in LABEL_ACTS for one in acts):
        statements.check(given, tx.now)
    return given


async def lift(
    rt: Runtime, staff: Viewer, account_id: int, kinds: frozenset[ActKind], version: int | None = None
) -> None:
    """Take back what stands of these kinds. Asks for ``manage_users``; raises as :func:`act`. May be repeated."""
    await rt.db.write("moderation.lift", lift_in, staff, account_id, kinds, version)
    accounts.forget_viewers(rt, account_id)


def lift_in(
    tx: Tx,
    staff: Viewer,
    account_id: int,
    kinds: frozenset[ActKind],
    version: int | None = None,
    reason: str = "lifted",
) -> None:
    """:func:`lift` in the caller's transaction; the ``reason`` stands in the decision that takes the other back."""
    target_in(tx, staff.account_id, account_id, version)
    active = queries.active(tx, "account", account_id)
    for decision_id in dict.fromkeys(row.decision_id for row in active if row.kind in kinds):
        row = queries.one(tx, decision_id)
        assert row is not None
        standing = [act for act in queries.actions(tx, [decision_id]) if act.state == "active"]
        lifted = tuple(act.id for act in standing if act.kind in kinds)
        if len(lifted) == len(standing):
            reverse_in(tx, row, actor_id=staff.account_id, explanation=reason)
        else:
            amend_in(tx, row, lifted, actor_id=staff.account_id, explanation=reason)
    if kinds & {"account_suspend", "account_ban"}:
        accounts.restore_in(tx, staff, account_id)  # one that was suspended without a decision, by the command line


def restored_in(tx: Tx, event: AccountRestored) -> None:
    """Somebody restored an account by hand: what stood against it ends with that."""
    rows = [
        row for row in queries.active(tx, "account", event.account_id) if row.kind in {"account_suspend", "account_ban"}
    ]
    effects.end_in(tx, rows, "ended", None)
