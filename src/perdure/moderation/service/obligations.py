"""The register of obligations: what a release brings, and what operators made of it, version by version (safety.md §3).

A clock that runs keeps the instants that it was started with: a new version is for those that start later (I8).
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.kernel.db import Tx
from perdure.kernel.errors import Invalid, NotFound
from perdure.kernel.text import clean
from perdure.moderation.model.obligations import Obligation, Registered
from perdure.moderation.queries import obligations as queries
from perdure.moderation.rules import obligations as rules

PROVIDER: Final = "provider.notice"
_REASON_MOST: Final = 500
_MOST: Final = 500


def register_in(tx: Tx) -> dict[str, Registered]:
    """The register as it stands now, by key: an operator's newest version, else what this release brings."""
    stored = {one.obligation.key: one for one in queries.current(tx)}
    found = {key: _standing(one, stored.get(key)) for key, one in rules.packaged().items()}
    return dict(sorted((stored | found).items()))


def _standing(packaged: Obligation, stored: Registered | None) -> Registered:
    if stored is not None and (not stored.packaged or stored.obligation == packaged):
        return stored
    return Registered(
        obligation=packaged,
        number=1 if stored is None else stored.number + 1,
        packaged=True,
        reason="",
        created_by=None,
        created_at=None,
    )


def named_in(tx: Tx, key: str) -> Registered:
    """A row of the register; for a host that has none of its own (``provider.x``), that of any host.

    Raises Invalid for a key that nobody registered.
    """
    known = register_in(tx)
    found = known.get(key) or (known[PROVIDER] if key.startswith("provider.") else None)
    if found is None:
        raise Invalid(f"Validation failed: {key[:80]} is no obligation of the register")
    return found


def is_known_in(tx: Tx, key: str) -> bool:
    """Whether a key leads to a row of the register."""
    return key.startswith("provider.") or key in register_in(tx)


def version_in(tx: Tx, key: str, number: int) -> Registered:
    """The version of a row that a clock was started by. Raises NotFound."""
    found = queries.one(tx, key, number)
    if found is None:
        raise NotFound
    return found


def history_in(tx: Tx, staff_id: int | None, key: str) -> list[Registered]:
    """Every version of a row, newest first. Asks for ``manage_reports``, but not the command line; raises NotFound."""
    if staff_id is not None:
        accounts.authorise_in(tx, staff_id, "manage_reports")
    current = register_in(tx).get(key)
    if current is None:
        raise NotFound
    stored = queries.versions(tx, key)
    return stored if current.created_at is not None else [current, *stored]


def list_in(tx: Tx, staff_id: int) -> list[Registered]:
    """The register as it stands now, by key. Asks for ``manage_reports``."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    return list(register_in(tx).values())


def keep_in(tx: Tx, found: Registered) -> Registered:
    """Make sure that a version is stored before a clock names it."""
    if found.created_at is None:
        queries.insert(tx, found)
    return found


def set_in(tx: Tx, staff_id: int | None, key: str, changes: Mapping[str, Any], reason: str) -> Registered:
    """Write a new version of a row, or a new row. Fields that are not named stay as they are.

    Asks for ``manage_settings`` unless the command line does it (None). Raises Invalid, the fields named, for what
    cannot be, for a change without a reason, and where nothing changes. Clocks that run are left as they are.
    """
    if staff_id is not None:
        accounts.authorise_in(tx, staff_id, "manage_settings")
    said = clean(reason).strip()[:_REASON_MOST]
    if not said:
        raise Invalid("Validation failed: Reason can't be blank: it is kept with the version")
    known = register_in(tx)
    before = known.get(key)
    if before is None and len(known) >= _MOST:
        raise Invalid(f"Validation failed: the register holds {_MOST} obligations at most")
    made = rules.read(_merged(key, before, changes))
    if before is not None and made == before.obligation:
        raise Invalid("Nothing changes: the register says so already")
    if before is not None:
        keep_in(tx, before)
    number = 1 if before is None else before.number + 1
    found = Registered(
        obligation=made, number=number, packaged=False, reason=said, created_by=staff_id, created_at=tx.now
    )
    queries.insert(tx, found)
    _log_in(tx, staff_id, before, found)
    return found


def _merged(key: str, before: Registered | None, changes: Mapping[str, Any]) -> dict[str, Any]:
    now = {} if before is None else msgspec.to_builtins(before.obligation)
    titles = {**now.get("title", {}), **changes.get("title", {})} if isinstance(changes.get("title"), dict) else None
    merged = {**now, **changes, "key": key}
    return merged if titles is None else {**merged, "title": titles}


def _log_in(tx: Tx, staff_id: int | None, before: Registered | None, found: Registered) -> None:
    old = {} if before is None else msgspec.to_builtins(before.obligation)
    new = msgspec.to_builtins(found.obligation)
    changed = {name: value for name, value in new.items() if old.get(name) != value}
    audit.append_in(
        tx,
        actor_id=staff_id,
        action="obligation.set",
        subject=f"obligation:{found.obligation.key}",
        number=found.number,
        changed=changed,
        private={"reason": found.reason},
    )
