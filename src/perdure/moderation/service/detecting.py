"""The rules that find things, as moderators see them: what each brought before people, and how often they agreed."""

from typing import Final

import msgspec

from perdure.accounts import service as accounts
from perdure.kernel.db import Tx
from perdure.moderation.service import metrics
from perdure.signals.rules.matrix import Matrix
from perdure.signals.service import matrix, rulebook
from perdure.signals.service.rulebook import Rulebook, RuleView

_DAYS: Final = 30


class RuleRecord(msgspec.Struct, frozen=True):
    """A rule and its last thirty days. ``precision`` is None until something that it brought was decided."""

    rule: RuleView
    brought: int
    right: int
    wrong: int
    precision: float | None


def rules_in(tx: Tx, staff_id: int, book: Rulebook) -> list[RuleRecord]:
    """Every rule, on or off, in the order of its file. Asks for ``manage_reports``. A long read."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    found = {one.name: one for one in metrics.named_in(tx, tx.now - _DAYS * metrics.DAY_MS) if one.source == "rule"}
    return [_record(one, found.get(one.name)) for one in rulebook.rules_in(tx, book)]


def _record(rule: RuleView, known: metrics.Named | None) -> RuleRecord:
    if known is None:
        return RuleRecord(rule, 0, 0, 0, None)
    return RuleRecord(rule, known.hits, known.right, known.wrong, known.precision)


def matrix_in(tx: Tx, staff_id: int) -> Matrix:
    """The action matrix in force. Asks for ``manage_reports``."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    return matrix.matrix_in(tx)
