"""Orders of authorities for tests: who writes, and what they write."""

from typing import Any

from perdure.desk.model import SenderInput
from perdure.desk.queries import orders as order_rows
from perdure.desk.rules.orders import annex
from perdure.desk.service import senders
from tests.app.letters import arrive
from tests.site import Site


def authority(site: Site, name: str = "Authority of Trials", **more: Any) -> int:
    """Register an authority; returns its id."""
    given = {"name": name, "authority": "member_state", "domains": ("authority.test",), "answer_to": "o@authority.test"}
    view, _ = site.run(senders.create, site.rt, None, SenderInput(**(given | more)))
    return view.id


def order_text(*urls: str, **more: Any) -> str:
    """An order on Annex I."""
    given = {
        "authority": "Authority of Trials",
        "country": "FR",
        "reference": "AT-2026/17",
        "issued": "21 September 2026, 12:00 UTC",
        "reasons": "It calls on others to commit offences.",
        "grounds": ("incites",),
        "urls": urls,
        "redress": "The court of Trials, within two months.",
        "authentication": "Seal 4711",
        "legal_ground": "Article 3 of Regulation (EU) 2021/784",
    }
    return annex.as_text(annex.OrderFields(**(given | more)))


def order(site: Site, *urls: str, sender_id: int | None, letter: dict[str, Any] | None = None, **more: Any) -> Any:
    """An order comes in, and the worker does its work; returns the order's row."""
    letter_id = arrive(site, order_text(*urls, **more), sender_id=sender_id, **(letter or {}))
    return of_letter(site, letter_id)


def of_letter(site: Site, letter_id: int) -> Any:
    """The order that a letter is, as it stands."""
    return site.read(order_rows.of_letter, letter_id)
