"""Decisions as they may be published: for the Transparency Database and the yearly report."""

from typing import Any, Final, TypeVar

import msgspec

from perdure.kernel.db import Row, Tx
from perdure.moderation.model.publishing import Complaints, Count, Measures, Notices, Statement, Tool, Year
from perdure.moderation.queries import publishing as queries
from perdure.moderation.queries import yearly
from perdure.moderation.service import policies

T = TypeVar("T", Notices, Complaints)
_texts: Final = msgspec.json.Decoder(dict[str, str])
_words: Final = msgspec.json.Decoder(tuple[str, ...])


def statements_after_in(tx: Tx, decision_id: int, until: int, most: int) -> list[Statement]:
    """Every decision behind an id that was made until ``until`` (ms), the oldest first, whatever came of it."""
    return [_statement(row) for row in queries.after(tx, decision_id, until, most)]


def statements_of_in(tx: Tx, ids: list[int]) -> list[Statement]:
    """The decisions of these ids, by id."""
    return [_statement(row) for row in queries.many(tx, ids)]


def _statement(row: Row) -> Statement:
    titles, texts = _english(row.titles_json), _english(row.texts_json)
    return Statement(
        decision_id=row.id,
        policy=row.key or "",
        rule_title=titles,
        rule_text=texts,
        visibility=_words.decode(row.decision_visibility_json),
        visibility_other=row.decision_visibility_other or "",
        monetary=row.decision_monetary,
        monetary_other=row.decision_monetary_other or "",
        provision=row.decision_provision,
        account=row.decision_account,
        ground=row.decision_ground,
        also_illegal=row.incompatible_content_illegal,
        reference_url=row.decision_ground_reference_url or "",
        category=row.category or "",
        category_additions=_words.decode(row.category_addition_json),
        keywords=_words.decode(row.category_specification_json),
        keyword_other=row.category_specification_other or "",
        content_types=_words.decode(row.content_type_json),
        content_type_other=row.content_type_other or "",
        content_at=row.content_date,
        applied_at=row.application_date,
        language=row.content_language or "",
        territories=_words.decode(row.territorial_scope_json),
        source=row.source_type,
        source_identity=row.source_identity or "",
        facts=row.public_facts,
        **{name: getattr(row, name) for name in _SAME},
    )


_SAME: Final = (
    "puid", "outcome", "subject_kind", "account_type", "end_visibility_at", "end_monetary_at", "end_service_at",
    "end_account_at", "legal_ground", "automated_detection", "automated_decision", "drill", "under_order", "suppressed",
    "undone", "supersedes", "created_at",
)  # fmt: skip


def _english(text: str | None) -> str:
    return _texts.decode(text).get("en", "") if text else ""


def year_in(tx: Tx, first: int, end: int) -> Year:
    """What happened from ``first`` to ``end`` (ms), for a report. Long: run it with ``read_long``."""
    return Year(
        decisions=tuple(_count(row) for row in yearly.decisions(tx, first, end)),
        notices=_spread(yearly.notices(tx, first, end), Notices, "minutes"),
        complaints=_spread(yearly.complaints(tx, first, end), Complaints, "hours"),
        tools=tuple(
            Tool(
                source=row.source,
                language=row.language,
                found=int(row.found),
                right=int(row.right),
                wrong=int(row.wrong),
            )
            for row in yearly.tools(tx, first, end)
        ),
        categories={one.key: one.category for one in policies.current_in(tx)},
        measures=tuple(
            Measures(role=row.role, kind=row.kind, count=int(row.n)) for row in yearly.measures(tx, first, end)
        ),
    )


def _count(row: Row) -> Count:
    same = {
        name: getattr(row, name)
        for name in Count.__struct_fields__
        if name not in {"visibility", "under_order", "automated_detection", "count"}
    }
    return Count(
        visibility=_words.decode(row.visibility_json),
        under_order=bool(row.under_order),
        automated_detection=bool(row.automated_detection),
        count=int(row.n),
        **same,
    )


def _spread(rows: list[Row], kind: type[T], times: str) -> tuple[T, ...]:
    """Rows that differ in nothing but how long they took, as one with its times."""
    names = [name for name in kind.__struct_fields__ if name not in {"count", times}]
    found: dict[tuple[Any, ...], list[tuple[int, int]]] = {}
    for row in rows:
        found.setdefault(tuple(getattr(row, name) for name in names), []).append((int(row.took), int(row.n)))
    return tuple(
        msgspec.convert(
            {
                **dict(zip(names, key, strict=True)),
                "count": sum(number for _, number in took),
                times: tuple(one for one in took if one[0] >= 0),
            },
            kind,
            strict=False,
        )
        for key, took in found.items()
    )
