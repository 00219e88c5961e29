"""What is kept of an order, and the record of its steps."""

from typing import Any

import msgspec

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.desk.model import Letter
from perdure.desk.queries import letters as letter_rows
from perdure.desk.queries import orders as queries
from perdure.desk.rules.orders.annex import OrderFields
from perdure.desk.service.sealing import opened_in
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import NotFound


def fields_in(tx: Tx, row: Row) -> OrderFields:
    """What an order says."""
    text = accounts.unseal_in(tx, row.fields_sealed)
    if text is None:  # the site's key is another one: what stands beside it is still known
        return OrderFields(kind=row.kind, authority=row.authority, country=row.country, reference=row.reference)
    return msgspec.json.decode(text, type=OrderFields)


def locked_in(tx: Tx, staff_id: int, order_id: int) -> Row:
    """An order for somebody who works on it; nobody else changes it meanwhile.

    Asks for ``manage_reports``; raises NotFound.
    """
    accounts.authorise_in(tx, staff_id, "manage_reports")
    row = queries.lock(tx, order_id)
    if row is None:
        raise NotFound
    return row


def log_in(tx: Tx, staff_id: int | None, verb: str, order_id: int, **detail: Any) -> None:
    """Write a step of an order into the record."""
    audit.append_in(tx, actor_id=staff_id, action=f"order.{verb}", subject=f"order:{order_id}", **detail)


def writer_in(tx: Tx, letter_id: int) -> str:
    """To which address whoever wrote a letter wants answers; empty where it says none."""
    kept = letter_rows.read(tx, letter_id)
    if kept is None:
        return ""
    plain = opened_in(tx, bytes(kept.sealed), kept.wrapped_key, f"read:{letter_id}")
    read = msgspec.json.decode(plain, type=Letter)
    return read.reply_to or read.from_email
