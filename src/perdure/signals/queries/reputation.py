"""SQL of link reputation."""

from sqlalchemy import bindparam, select, update

from perdure.kernel.db import Row, Tx, any_of, sql
from perdure.signals.tables.reputation import domain_reputation

_c = domain_reputation.c
_OF = sql(select(domain_reputation).where(any_of(_c.domain, "names")))
_ADD = sql(
    update(domain_reputation)
    .where(any_of(_c.domain, "names"))
    .values(posts=_c.posts + bindparam("posts_more"), removed=_c.removed + bindparam("removed_more"))
)
_LISTED = sql(select(domain_reputation).where(_c.verdict != "none").order_by(_c.domain))


def of(tx: Tx, names: list[str]) -> list[Row]:
    """What is known of domains."""
    return tx.all(_OF, names=names)


def add(tx: Tx, names: list[str], *, posts: int = 0, removed: int = 0) -> None:
    """Count posts that link to known domains, or that were removed."""
    tx.run(_ADD, names=names, posts_more=posts, removed_more=removed)


def first_seen(tx: Tx, name: str) -> bool:
    """Begin to count a domain; False where somebody did."""
    return tx.insert_new(domain_reputation, **_blank(tx, name))


def _blank(tx: Tx, name: str) -> dict[str, object]:
    return {
        "domain": name,
        "verdict": "none",
        "policy": "",
        "reason": "",
        "set_by": None,
        "first_seen_at": tx.now,
        "posts": 0,
        "removed": 0,
        "updated_at": tx.now,
    }


def set_verdict(tx: Tx, name: str, *, verdict: str, policy: str, reason: str, set_by: int | None) -> None:
    """Put a domain on a list, or take it off (``none``)."""
    first_seen(tx, name)
    tx.update(
        domain_reputation,
        {"domain": name},
        verdict=verdict,
        policy=policy,
        reason=reason,
        set_by=set_by,
        updated_at=tx.now,
    )


def listed(tx: Tx) -> list[Row]:
    """Every domain with a verdict."""
    return tx.all(_LISTED)
