"""Whom one follows, blocks, mutes and lists as CSV, in the columns that Mastodon writes; and the same read back."""

import csv
import io
from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from perdure.accounts import service as accounts
from perdure.graph import queries
from perdure.graph import service as graph
from perdure.graph.model import ListView, Ported
from perdure.graph.service.showcase import block_domain_in, domain_blocks_in
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError, Invalid, TooLarge
from perdure.kernel.runtime import Runtime

Rows = list[list[str]]
KINDS: Final = ("follows", "blocks", "mutes", "lists", "domains")
_TOP: Final = 2**63 - 1
_BATCH: Final = 200
_MOST_ROWS: Final = 10_000
_MOST_CHARACTERS: Final = 2_000_000
_HEADERS: Final[dict[str, list[str]]] = {
    "follows": ["Account address", "Show boosts", "Notify on new posts", "Languages"],
    "mutes": ["Account address", "Hide notifications"],
}


async def export_csv(rt: Runtime, account_id: int, kind: str) -> str:
    """One of ``KINDS`` as CSV."""
    rows = await rt.db.read_long(_export_in, account_id, kind, rt.settings.domain)
    return written([*([_HEADERS[kind]] if kind in _HEADERS else []), *rows])


async def import_csv(rt: Runtime, account_id: int, kind: str, text: str) -> Ported:
    """Follow, block, mute or list everybody whom a file names; what is there already stays.

    Rows that cannot be taken are named in the answer with a word for the reason; the rest is done. Raises Invalid for
    what is no CSV, TooLarge for more than 10,000 rows.
    """
    rows = read(text)
    return await in_batches(rt, rows, lambda tx, row: _IMPORTS[kind](tx, account_id, row, rt.settings.domain))


async def in_batches(rt: Runtime, rows: Rows, take: Callable[[Tx, list[str]], None]) -> Ported:
    """Take rows, a transaction for each two hundred; an AppError refuses its row only."""
    done, refused = 0, []
    for start in range(0, len(rows), _BATCH):
        found = await rt.db.write("porting.import", _batch_in, rows[start : start + _BATCH], take)
        done += found.done
        refused += [(number + start, cell, reason) for number, cell, reason in found.refused]
    return Ported(done, tuple(refused))


class Refused(Invalid):
    """A row that cannot be taken; ``reason`` is the word for why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def written(rows: Rows) -> str:
    """Rows as CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def read(text: str) -> Rows:
    """The rows of a CSV file without its header and without empty ones."""
    if len(text) > _MOST_CHARACTERS:
        raise TooLarge("The file is too large")
    try:
        rows = [row for row in csv.reader(io.StringIO(text.lstrip("\ufeff")), strict=True) if any(row)]
    except csv.Error as error:
        raise Invalid("Validation failed: File is invalid") from error
    if len(rows) > _MOST_ROWS:
        raise TooLarge("The file is too large")
    has_header = bool(rows) and rows[0][0].strip().lower() in {"account address", "list name", "#domain"}
    return rows[1:] if has_header else rows


def _batch_in(tx: Tx, rows: Rows, take: Callable[[Tx, list[str]], None]) -> Ported:
    refused = []
    for number, row in enumerate(rows, 1):
        try:
            take(tx, row)
        except AppError as error:
            reason = error.reason if isinstance(error, Refused) else error.kind
            refused.append((number, row[0][:200], reason))
    return Ported(len(rows) - len(refused), tuple(refused))


def _export_in(tx: Tx, account_id: int, kind: str, domain: str) -> Rows:
    if kind == "domains":
        found = domain_blocks_in(tx, account_id, lower=0, upper=_TOP, most=_MOST_ROWS, ascending=True)
        return [[row.domain] for row in found]
    if kind == "lists":
        return [
            [one.title, address]
            for one in queries.lists(tx, account_id)
            for address in _addresses(tx, _pages(tx, "list_members", one.id), domain)
        ]
    name = {"follows": "following"}.get(kind, kind)
    ids = _pages(tx, name, account_id)
    if kind == "blocks":
        return [[address] for address in _addresses(tx, ids, domain)]
    views = accounts.views_in(tx, ids)
    relations = {one.id: one for one in queries.relationships(tx, account_id, ids)}
    rows = []
    for target_id in ids:
        address, relation = f"{views[target_id].username}@{domain}", relations[target_id]
        if kind == "mutes":
            rows.append([address, _yes(on=relation.muting_notifications)])
        else:
            languages = ", ".join(relation.languages)
            rows.append([address, _yes(on=relation.show_reblogs), _yes(on=relation.notify), languages])
    return rows


def _yes(*, on: bool) -> str:
    return "true" if on else "false"


def _pages(tx: Tx, name: str, owner: int) -> list[int]:
    return [
        target_id
        for _id, target_id in queries.relation_page(
            tx, name, owner, lower=0, upper=_TOP, most=_MOST_ROWS * 10, ascending=False
        )
    ]


def _addresses(tx: Tx, ids: list[int], domain: str) -> Iterator[str]:
    views = accounts.views_in(tx, ids)
    return (f"{views[target_id].username}@{domain}" for target_id in ids)


def _target(tx: Tx, address: str, domain: str) -> int:
    name, _, host = address.strip().lstrip("@").partition("@")
    if host and host.lower() != domain.lower():
        raise Refused("elsewhere")
    found = accounts.find_by_name_in(tx, name) or accounts.renamed_in(tx, name)
    if found is None or found.hidden or found.state == "pending":
        raise Refused("unknown")
    return found.id


def _cell(row: list[str], place: int, default: str = "") -> str:
    return row[place].strip() if place < len(row) else default


def _follow(tx: Tx, account_id: int, row: list[str], domain: str) -> None:
    languages = [one.strip() for one in _cell(row, 3).split(",") if one.strip()]
    graph.follow_in(
        tx,
        account_id,
        _target(tx, row[0], domain),
        reblogs=_cell(row, 1, "true").lower() != "false",
        notify=_cell(row, 2).lower() == "true",
        languages=msgspec.json.encode(languages[:20]).decode(),
    )


def _block(tx: Tx, account_id: int, row: list[str], domain: str) -> None:
    graph.block_in(tx, account_id, _target(tx, row[0], domain))


def _mute(tx: Tx, account_id: int, row: list[str], domain: str) -> None:
    hide = _cell(row, 1, "true").lower() != "false"
    graph.mute_in(tx, account_id, _target(tx, row[0], domain), notifications=hide)


def _list(tx: Tx, account_id: int, row: list[str], domain: str) -> None:
    title, target_id = row[0].strip(), _target(tx, _cell(row, 1), domain)
    if target_id != account_id and not graph.follows_in(tx, account_id, target_id):
        raise Refused("unfollowed")
    found: ListView | None = next((one for one in queries.lists(tx, account_id) if one.title == title), None)
    made = found or graph.create_list_in(tx, account_id, title)
    if target_id not in _pages(tx, "list_members", made.id):
        graph.add_members_in(tx, account_id, made.id, [target_id])


def _domain(tx: Tx, account_id: int, row: list[str], _own: str) -> None:
    block_domain_in(tx, account_id, row[0])


_IMPORTS: Final[dict[str, Callable[[Tx, int, list[str], str], None]]] = {
    "follows": _follow,
    "blocks": _block,
    "mutes": _mute,
    "lists": _list,
    "domains": _domain,
}
