"""Appeals as they are shown."""

from perdure.kernel.db import Row, Tx
from perdure.moderation.model.decisions import AppealView
from perdure.moderation.queries import appeals as queries


def appeal_view(tx: Tx, row: Row) -> AppealView:
    """An appeal with everything; the caller takes out what is not for whoever asks."""
    known = queries.exception(tx, row.id)
    plain = {name: getattr(row, name) for name in AppealView.__struct_fields__ if name != "exception"}
    return AppealView(exception=known.reason if known is not None and known.ended_at is None else "", **plain)


def appeals_of_in(tx: Tx, decision_ids: list[int]) -> dict[int, AppealView]:
    """The author's appeal against each of these decisions; who reviews is left out (I14)."""
    return {
        row.decision_id: appeal_view(tx, row) for row in queries.of_decisions(tx, decision_ids) if row.party == "author"
    }
