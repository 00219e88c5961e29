"""The action matrix in force, and what it makes of findings (safety.md §5.7)."""

import random
from functools import lru_cache
from typing import Final

import msgspec

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.kernel.db import Tx
from perdure.kernel.errors import Invalid
from perdure.kernel.runtime import Runtime
from perdure.signals.events import Flagged
from perdure.signals.queries import policy as queries
from perdure.signals.rules import matrix as rules
from perdure.signals.rules.matrix import Matrix

_ENFORCING: Final = frozenset({"label", "limit", "hold_review"})
_AT_ONCE: Final = 200
_SYSTEM_RANDOM: Final = random.SystemRandom()


@lru_cache(maxsize=8)
def _parsed(text: str) -> Matrix:
    return rules.parse(text)


def packaged() -> Matrix:
    """The matrix of a site that never changed it."""
    return _parsed(rules.packaged_text())


def matrix_in(tx: Tx) -> Matrix:
    """The matrix in force."""
    row = queries.newest_matrix(tx)
    return packaged() if row is None else msgspec.structs.replace(_parsed(row.body), version=row.version)


def matrix_text_in(tx: Tx) -> str:
    """The matrix in force as TOML, to be changed and set again."""
    row = queries.newest_matrix(tx)
    return rules.packaged_text() if row is None else str(row.body)


def set_matrix_in(tx: Tx, staff_id: int | None, text: str, reason: str) -> Matrix:
    """Put a new version in force. Asks for ``manage_rules`` unless the command line does it (None).

    Raises Invalid for a matrix that breaks a rule, or without a reason.
    """
    if staff_id is not None:
        accounts.authorise_in(tx, staff_id, "manage_rules")
    if not reason.strip():
        raise Invalid("Say why the action matrix changes: the reason is kept with the version")
    parsed = rules.parse(text)
    newest = queries.newest_matrix(tx)
    version = max(packaged().version, newest.version if newest else 0) + 1
    digest = rules.digest(text)
    queries.add_matrix(
        tx,
        version=version,
        body=text,
        digest=digest,
        reason=reason.strip(),
        created_by=staff_id,
        created_at=tx.now,
    )
    audit.append_in(tx, actor_id=staff_id, action="matrix.set", subject=f"matrix:{version}", digest=digest)
    return msgspec.structs.replace(parsed, version=version)


def flag_in(tx: Tx, matrix: Matrix, flagged: Flagged) -> None:
    """Tell moderation of a finding: at once, but an enforcement below severity 0 at a random moment later.

    Until then the finding waits in the queue like any other.
    """
    if flagged.action == "publish":
        return
    delayed = flagged.action in _ENFORCING and flagged.severity > 0 and matrix.delay_s > 0
    if not delayed or flagged.acted_at_post:
        tx.emit(flagged)
        return
    tx.emit(msgspec.structs.replace(flagged, action="queue"))
    due_at = tx.now + _SYSTEM_RANDOM.randrange(matrix.delay_s * 1000)
    queries.add_pending(tx, tx.new_id(), msgspec.json.encode(flagged).decode(), due_at)


async def enforce_due(rt: Runtime) -> None:
    """The recurring job: tell of the enforcements whose moment has come."""
    for row in await rt.db.read(queries.due_pending, _AT_ONCE):
        await rt.db.write("signals.enforce", _enforce_in, row.id, row.flagged_json)


def _enforce_in(tx: Tx, pending_id: int, flagged_json: str) -> None:
    if queries.take_pending(tx, pending_id):
        tx.emit(msgspec.json.decode(flagged_json, type=Flagged))
