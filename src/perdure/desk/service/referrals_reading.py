"""Referrals as staff sees them, how many there were, and whom they go to."""

from typing import Any, Final, Literal, get_args

import msgspec

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.desk.queries import orders as order_rows
from perdure.desk.queries import referrals as queries
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Conflict, Invalid, NotFound

Kind = Literal["home", "state", "europol"]
_TOP: Final = 2**63 - 1
_MOST: Final = {"name": 200, "country": 60, "email": 254, "telephone": 60, "note": 1000}
FALLBACK: Final = "Europol"


class ContactInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to tell. ``home``: the authority of this site's own state; without a mail address it goes on paper."""

    name: str
    kind: Kind = "state"
    country: str = ""
    email: str = ""
    telephone: str = ""
    locale: Literal["en", "fr"] = "en"
    note: str = ""
    active: bool = True


class ContactView(ContactInput, frozen=True, kw_only=True):
    """One of them as it is kept."""

    id: int
    version: int


class ReferralView(msgspec.Struct, frozen=True, kw_only=True):
    """A referral in a list: who told whom, when, of how much, and the authority's number. Instants in ms."""

    id: int
    reference: str
    case_id: int
    basis: str
    contact_name: str
    send_to: str
    items: int
    pack_hash: str
    state: str
    made_by: int
    made_at: int
    sent_at: int | None
    receipt: str
    receipt_by: int | None
    receipt_at: int | None
    drill: bool
    version: int


class Access(msgspec.Struct, frozen=True):
    """Who opened a pack, what for, and when (ms)."""

    account_id: int
    purpose: str
    created_at: int


class Figures(msgspec.Struct, frozen=True):
    """How many times authorities were told within a time, on which ground, and how many confirmed it."""

    dsa18: int
    tco14: int
    receipts: int


def referrals_in(tx: Tx, staff_id: int, *, before: int = _TOP, most: int = 50) -> list[ReferralView]:
    """Referrals, newest first. Asks for ``manage_reports``."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    return [_view(row) for row in queries.page(tx, before, most)]


def referral_in(tx: Tx, staff_id: int, referral_id: int) -> tuple[ReferralView, list[Access]]:
    """One referral without its pack, and who opened that. Asks for ``manage_reports``; raises NotFound."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    row = queries.one(tx, referral_id)
    if row is None:
        raise NotFound
    seen = [Access(one.account_id, one.purpose, one.created_at) for one in queries.accesses(tx, referral_id)]
    return _view(row), seen


def of_case_in(tx: Tx, case_id: int) -> list[ReferralView]:
    """The referrals of a case; the caller decides who may know."""
    return [_view(row) for row in queries.of_case(tx, case_id)]


def figures_in(tx: Tx, since: int, until: int) -> Figures:
    """How many referrals there were from one instant (ms) to before another; drills are not among them."""
    rows = {row.basis: row for row in queries.counts(tx, since, until)}
    return Figures(
        rows["dsa18"].n if "dsa18" in rows else 0,
        rows["tco14"].n if "tco14" in rows else 0,
        sum(row.receipts for row in rows.values()),
    )


def _view(row: Row) -> ReferralView:
    return ReferralView(**{name: getattr(row, name) for name in ReferralView.__struct_fields__})


def contacts_in(tx: Tx, staff_id: int) -> list[ContactView]:
    """Whom to tell, the one to propose in front: the home state's, else Europol. Asks for ``manage_reports``."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    ensure_fallback_in(tx)
    point = order_rows.point(tx)
    home = point.country.strip().lower() if point is not None else ""
    found = [_contact(row) for row in queries.contacts(tx)]
    return sorted(found, key=lambda one: (not one.active, _distance(one, home), one.name))


def _distance(one: ContactView, home: str) -> int:
    if one.kind == "home" or (home and one.country.strip().lower() == home):
        return 0
    return 1 if one.kind == "europol" else 2


def ensure_fallback_in(tx: Tx) -> None:
    """There is always somebody to tell, though on paper until an operator names an address. Writes."""
    if not any(row.kind == "europol" for row in queries.contacts(tx)):
        _insert_in(tx, ContactInput(name=FALLBACK, kind="europol"))


def _contact(row: Row) -> ContactView:
    return ContactView(**{name: getattr(row, name) for name in ContactView.__struct_fields__})


def add_contact_in(tx: Tx, staff_id: int, given: ContactInput) -> int:
    """Register whom to tell; returns the id. Asks for ``manage_settings``; raises Invalid, Conflict."""
    accounts.authorise_in(tx, staff_id, "manage_settings")
    tidy = _tidy(given)
    contact_id = _insert_in(tx, tidy)
    if contact_id is None:
        raise Conflict("There is a contact of this name already")
    _log(tx, staff_id, "add", contact_id, name=tidy.name)
    return contact_id


def _insert_in(tx: Tx, given: ContactInput) -> int | None:
    contact_id = tx.new_id()
    values = msgspec.structs.asdict(given) | {"created_at": tx.now, "updated_at": tx.now, "version": 1}
    return contact_id if queries.insert_contact(tx, id=contact_id, **values) else None


def change_contact_in(tx: Tx, staff_id: int, contact_id: int, given: ContactInput) -> None:
    """Say something else about one. Raises as :func:`add_contact_in`, NotFound."""
    accounts.authorise_in(tx, staff_id, "manage_settings")
    row = queries.contact(tx, contact_id)
    if row is None:
        raise NotFound
    tidy = _tidy(given)
    if any(one.name == tidy.name and one.id != contact_id for one in queries.contacts(tx)):
        raise Conflict("There is a contact of this name already")
    queries.change_contact(tx, row, updated_at=tx.now, **msgspec.structs.asdict(tidy))
    _log(tx, staff_id, "change", contact_id, name=tidy.name)


def _tidy(given: ContactInput) -> ContactInput:
    tidy = msgspec.structs.replace(given, **{name: getattr(given, name).strip() for name in _MOST})
    faults: dict[str, list[tuple[str, str]]] = {}
    for name, most in _MOST.items():
        if len(getattr(tidy, name)) > most:
            faults[name] = [("ERR_TOO_LONG", f"is too long (maximum is {most} characters)")]
    if not tidy.name:
        faults["name"] = [("ERR_BLANK", "can't be blank")]
    if tidy.email and (tidy.email.count("@") != 1 or any(one.isspace() for one in tidy.email)):
        faults["email"] = [("ERR_INVALID", "is no mail address")]
    if tidy.kind not in get_args(Kind):
        faults["kind"] = [("ERR_INCLUSION", "is not included in the list")]
    if faults:
        said = ", ".join(f"{name.capitalize()} {found[0][1]}" for name, found in faults.items())
        raise Invalid(f"Validation failed: {said}", faults)
    return tidy


def _log(tx: Tx, staff_id: int, verb: str, contact_id: int, **detail: Any) -> None:
    audit.append_in(
        tx, actor_id=staff_id, action=f"referral_contact.{verb}", subject=f"referral_contact:{contact_id}", **detail
    )
