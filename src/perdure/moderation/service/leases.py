"""Who works on a case: one at a time, for five minutes, renewed by a heartbeat (Ozone's length)."""

from typing import Final

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Conflict, Forbidden, NotFound
from perdure.moderation.model import Lease
from perdure.moderation.queries import cases as queries
from perdure.moderation.queries import leases as rows
from perdure.moderation.rules.machines import transition

LEASE_MS: Final = 5 * 60_000
LEADS: Final = frozenset({"admin", "owner"})
CHANGED: Final = "Somebody else changed this case meanwhile: look again, then decide"
HELD: Final = "Somebody else works on this case right now"
LOST: Final = "Your claim on this case has ended: claim it again"


def work_in(tx: Tx, staff_id: int, case_id: int, version: int | None) -> Row:
    """The case's row, locked, for somebody who is about to change it.

    Asks for ``manage_reports``. Raises NotFound; Conflict where the case is not at ``version`` any more or somebody
    else holds it. Whoever decides goes through here.
    """
    accounts.authorise_in(tx, staff_id, "manage_reports")
    row = queries.lock(tx, case_id)
    if row is None:
        raise NotFound
    if version is not None and row.version != version:
        raise Conflict(CHANGED, case=case_id, version=row.version)
    lease = queries.lease_of(tx, case_id)
    if lease is not None and lease.until > tx.now and lease.holder_id != staff_id:
        raise Conflict(HELD, case=case_id, holder=lease.holder_id)
    return row


def claim_in(tx: Tx, staff_id: int, case_id: int) -> Lease:
    """Claim one case. Asks for ``manage_reports``; raises NotFound, Conflict where somebody else holds it."""
    case = work_in(tx, staff_id, case_id, None)
    lease = queries.lease_of(tx, case_id)
    if lease is not None and lease.holder_id == staff_id and lease.until > tx.now:
        return renew_in(tx, staff_id, case_id)
    return grant_in(tx, staff_id, case)


def grant_in(tx: Tx, staff_id: int, case: Row) -> Lease:
    """Give a locked case to somebody; a lease that has run out ends now."""
    if (old := queries.lease_of(tx, case.id)) is not None:
        end_in(tx, old, "expire", None)
        case = queries.lock(tx, case.id)
    step = transition("case", case.state, "lease")
    queries.change(tx, case, state=step.state, first_action_at=case.first_action_at or tx.now)
    lease = rows.insert(tx, case.id, staff_id, tx.now + LEASE_MS)
    queries.append_event(tx, case.id, "leased", staff_id, {"lease": lease.id, "until": lease.until})
    audit.append_in(tx, actor_id=staff_id, action="case.lease", subject=f"case:{case.id}", lease=lease.id)
    return lease


def renew_in(tx: Tx, staff_id: int, case_id: int) -> Lease:
    """The heartbeat: five more minutes. Asks for ``manage_reports``; raises Conflict where the lease is lost."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    lease = queries.lease_of(tx, case_id)
    if lease is None or lease.holder_id != staff_id or lease.until <= tx.now:
        raise Conflict(LOST, case=case_id)
    state = "granted" if lease.renewals == 0 else "renewed"
    rows.change(
        tx,
        lease.id,
        state=transition("lease", state, "renew").state,
        until=tx.now + LEASE_MS,
        renewals=lease.renewals + 1,
    )
    renewed = queries.lease_of(tx, case_id)
    assert renewed is not None
    return renewed


def release_in(tx: Tx, staff_id: int, case_id: int) -> None:
    """Give a case back to the queue; its priority stays. Asks for ``manage_reports``; raises Conflict."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    queries.lock(tx, case_id)
    lease = queries.lease_of(tx, case_id)
    if lease is None or lease.holder_id != staff_id:
        raise Conflict(LOST, case=case_id)
    end_in(tx, lease, "release", staff_id)


def take_over_in(tx: Tx, lead_id: int, case_id: int, reason: str) -> Lease:
    """A lead (admin or owner) takes a case from whoever works on it; the log says so.

    Asks for ``manage_reports``; raises Forbidden for whoever is no lead, NotFound.
    """
    if accounts.authorise_in(tx, lead_id, "manage_reports") not in LEADS:
        raise Forbidden("Only a lead may take a case from somebody who works on it")
    case = queries.lock(tx, case_id)
    if case is None:
        raise NotFound
    lease = queries.lease_of(tx, case_id)
    if lease is not None and lease.holder_id != lead_id:
        end_in(tx, lease, "take_over", lead_id, reason=reason[:500])
        case = queries.lock(tx, case_id)
    return claim_in(tx, lead_id, case_id)


def end_in(tx: Tx, lease: Lease, event: str, actor_id: int | None, **detail: str) -> None:
    """End a lease; the case returns to the queue if it was being worked on. The caller holds the case's row."""
    state = transition("lease", "renewed" if lease.renewals else "granted", event).state
    taken = {"taken_by": actor_id} if event == "take_over" else {}
    rows.change(tx, lease.id, state=state, live_case_id=None, ended_at=tx.now, **taken)
    case = queries.lock(tx, lease.case_id)
    assert case is not None
    if case.state == "leased":
        queries.change(tx, case, state=transition("case", case.state, "return").state)
    queries.append_event(tx, case.id, f"lease.{state}", actor_id, {"lease": lease.id, "of": lease.holder_id, **detail})
    audit.append_in(
        tx,
        actor_id=actor_id,
        action=f"case.lease_{state}",
        subject=f"case:{case.id}",
        private={"of": lease.holder_id, **detail},
        about_id=lease.holder_id,
        lease=lease.id,
    )


def expire_due_in(tx: Tx, most: int) -> int:
    """End the leases that have run out; returns how many."""
    due = rows.expired(tx, most)
    for lease in due:
        queries.lock(tx, lease.case_id)
        still = queries.lease_of(tx, lease.case_id)
        if still is not None and still.until <= tx.now:
            end_in(tx, still, "expire", None)
    return len(due)
