"""What whoever runs the site does about an account at its command line: a decision like every other (``operator``)."""

from typing import Final

import msgspec

from perdure.accounts import service as accounts
from perdure.accounts.model import Member
from perdure.kernel.db import Tx
from perdure.kernel.errors import Invalid
from perdure.moderation.model import Subject
from perdure.moderation.model.decisions import DecisionInput
from perdure.moderation.queries import decisions as queries
from perdure.moderation.rules import statements
from perdure.moderation.service import notices, policies
from perdure.moderation.service.recording import Context, Target, record_in, snapshot_of_in
from perdure.moderation.service.reversing import amend_in, reverse_in

_OUT: Final = frozenset({"account_suspend", "account_ban"})


def decide_in(tx: Tx, name: str, given: DecisionInput) -> Member:
    """Decide about an account, with statement, notice, strike and audit entry; returns it as it is then.

    An operator stands above every rank but the owner's. An empty ``explanation`` is the text of the rule, in the
    account's language. Raises Invalid, in one sentence, for an unknown name or rule, the owner, what lacks a reason,
    and an account that is out already.
    """
    member = accounts.member_in(tx, name)
    _check(member, given)
    policy = policies.named_in(tx, given.policy)
    if not given.explanation.strip():
        locale = notices.locale_in(tx, member.id)
        given = msgspec.structs.replace(given, explanation=policy.text(locale))
    statements.check(given, tx.now)
    about = Subject("account", member.id, 0, member.id)
    context = Context(actor_id=None, case_id=None, policy=policy, key=f"operator:{tx.new_id()}", operator=True)
    record_in(tx, context, [Target(about, None, snapshot_of_in(tx, about))], given)
    return accounts.member_in(tx, member.username)


def _check(member: Member, given: DecisionInput) -> None:
    if member.role == "owner":
        raise Invalid(f"@{member.username} owns the site and cannot be suspended")
    kinds = {act.kind for act in given.acts}
    if member.state == "deleted" or (member.state == "suspended" and kinds == {"account_suspend"}):
        raise Invalid(f"@{member.username} is {member.state} already")


def restore_in(tx: Tx, name: str) -> Member:
    """Take back whatever suspends or bans an account; the decisions behind it say so. Raises Invalid."""
    member = accounts.member_in(tx, name)
    rows = [row for row in queries.active(tx, "account", member.id) if row.kind in _OUT]
    for decision_id in dict.fromkeys(row.decision_id for row in rows):
        made = queries.one(tx, decision_id)
        assert made is not None
        standing = [act for act in queries.actions(tx, [decision_id]) if act.state == "active"]
        lifted = tuple(act.id for act in standing if act.kind in _OUT)
        if len(lifted) == len(standing):
            reverse_in(tx, made, actor_id=None, explanation="lifted", operator=True)
        else:
            amend_in(tx, made, lifted, actor_id=None, explanation="lifted", operator=True)
    after = accounts.member_in(tx, member.username)
    return after if rows and after.state != "suspended" else accounts.restore_member_in(tx, member.username)
