"""Who is on duty, how each wants to be called, and the programs that are called too."""

from typing import Final

import msgspec

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.delivery.service import hooks
from perdure.kernel.db import Tx
from perdure.kernel.errors import Conflict, Invalid, NotFound
from perdure.kernel.runtime import Runtime
from perdure.kernel.text import clean
from perdure.moderation.queries import paging
from perdure.moderation.rules.paging import Duty
from perdure.moderation.service.paging import HOOK_KIND, check_hook, duties_in
from perdure.moderation.tables.paging import duty, page_hook

_NAME_MOST: Final = 60
_SECRET_LEAST: Final = 16
_SECRET_MOST: Final = 200
_MOST_HOOKS: Final = 10


class OnDuty(msgspec.Struct, frozen=True):
    """A member of staff who looks after reports, and how they are called."""

    account_id: int
    name: str
    on_call: bool
    mail: bool
    push: bool


class Program(msgspec.Struct, frozen=True):
    """A program that is called. What it was sent last, and what became of that, stands in ``sent``."""

    id: int
    name: str
    url: str
    created_at: int
    sent: tuple[hooks.Sent, ...]


def staff_in(tx: Tx, staff_id: int) -> list[OnDuty]:
    """Everybody who looks after reports. Asks for ``manage_settings``."""
    accounts.authorise_in(tx, staff_id, "manage_settings")
    holders = accounts.holders_in(tx, "manage_reports")
    known, people = duties_in(tx), accounts.views_in(tx, holders)
    found = [(one, known.get(one, Duty())) for one in holders]
    return [
        OnDuty(one, people[one].username if one in people else str(one), how.on_call, how.mail, how.push)
        for one, how in found
    ]


def own_in(tx: Tx, staff_id: int) -> Duty:
    """How somebody is called. Asks for ``manage_reports``."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    return duties_in(tx).get(staff_id, Duty())


def prefer_in(tx: Tx, staff_id: int, *, mail: bool, push: bool) -> None:
    """Say how one wants to be called. Whoever is named for duty gets mail anyway. Asks for ``manage_reports``."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    _store(tx, staff_id, msgspec.structs.replace(duties_in(tx).get(staff_id, Duty()), mail=mail, push=push))


def name_in(tx: Tx, staff_id: int, account_ids: list[int]) -> None:
    """Name who is on duty; nobody: everybody who looks after reports. Asks for ``manage_settings``.

    Raises Invalid for somebody who does not look after reports.
    """
    accounts.authorise_in(tx, staff_id, "manage_settings")
    if not set(account_ids) <= set(accounts.holders_in(tx, "manage_reports")):
        raise Invalid("Validation failed: somebody named does not look after reports")
    known = duties_in(tx)
    for account_id in {*known, *account_ids}:
        before = known.get(account_id, Duty())
        if before.on_call != (account_id in account_ids):
            _store(tx, account_id, msgspec.structs.replace(before, on_call=account_id in account_ids))
    audit.append_in(
        tx,
        actor_id=staff_id,
        action="duty.set",
        subject="duty:staff",
        private={"on_call": sorted(account_ids)},
        people=len(account_ids),
    )


def _store(tx: Tx, account_id: int, how: Duty) -> None:
    values = {"on_call": how.on_call, "mail": how.mail, "push": how.push}
    tx.upsert(duty, ("account_id",), account_id=account_id, **values, updated_at=tx.now)


def programs_in(tx: Tx, staff_id: int) -> list[Program]:
    """The programs that are called. Asks for ``manage_settings``."""
    accounts.authorise_in(tx, staff_id, "manage_settings")
    return [
        Program(row.id, row.name, row.url, row.created_at, tuple(hooks.latest_in(tx, row.url, 3)))
        for row in paging.hooks(tx)
    ]


async def add_program(rt: Runtime, staff_id: int, *, name: str, url: str, secret: str) -> int:
    """Call a program too; returns its id. Asks for ``manage_settings``.

    ``secret`` (16 to 200 characters) signs what it is sent and is stored sealed. Raises Invalid, the field named;
    Conflict for an address that is called already.
    """
    check_hook(rt, url)
    return await rt.db.write("moderation.hook", _add_in, staff_id, clean(name).strip(), url.strip(), secret)


def _add_in(tx: Tx, staff_id: int, name: str, url: str, secret: str) -> int:
    accounts.authorise_in(tx, staff_id, "manage_settings")
    if not 0 < len(name) <= _NAME_MOST:
        raise Invalid(f"Validation failed: a name has 1 to {_NAME_MOST} characters", {"name": [("ERR_INVALID", "")]})
    if not _SECRET_LEAST <= len(secret) <= _SECRET_MOST:
        raise Invalid(
            f"Validation failed: a secret has {_SECRET_LEAST} to {_SECRET_MOST} characters",
            {"secret": [("ERR_INVALID", "")]},
        )
    known = paging.hooks(tx)
    if any(row.url == url for row in known):
        raise Conflict("This address is called already")
    if len(known) >= _MOST_HOOKS:
        raise Invalid(f"Validation failed: {_MOST_HOOKS} programs are called at most")
    hook_id = tx.new_id()
    sealed = accounts.seal_in(tx, secret)
    values = {"name": name, "url": url, "secret_sealed": sealed, "created_by": staff_id, "created_at": tx.now}
    tx.insert(page_hook, id=hook_id, **values)
    audit.append_in(tx, actor_id=staff_id, action="page_hook.add", subject=f"page_hook:{hook_id}")
    return hook_id


def remove_program_in(tx: Tx, staff_id: int, hook_id: int) -> None:
    """Call a program no more. Asks for ``manage_settings``; raises NotFound."""
    accounts.authorise_in(tx, staff_id, "manage_settings")
    if not tx.delete(page_hook, id=hook_id):
        raise NotFound
    audit.append_in(tx, actor_id=staff_id, action="page_hook.remove", subject=f"page_hook:{hook_id}")


def try_program_in(tx: Tx, staff_id: int, hook_id: int) -> int:
    """Send a program an empty round, to see whether it listens. Asks for ``manage_settings``; raises NotFound."""
    accounts.authorise_in(tx, staff_id, "manage_settings")
    row = paging.hook(tx, hook_id)
    if row is None:
        raise NotFound
    return hooks.hook_in(
        tx, row.url, row.secret_sealed, HOOK_KIND, {"round": "0", "at": tx.now, "count": 0, "pages": []}
    )
