"""What is known of where links lead: own lists, age of first sight, share of posts that were removed."""

from typing import Final, Literal, cast

import msgspec

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Invalid
from perdure.posts.service.copies import said_in
from perdure.signals.queries import reputation as queries
from perdure.signals.rules import links

Verdict = Literal["block", "warn", "none"]
VERDICTS: Final = ("block", "warn", "none")
# So many posts before the share of removed ones says anything.
_ENOUGH: Final = 5


class Standing(msgspec.Struct, frozen=True):
    """The worst that is known of a text's links. ``age_ms`` is of the youngest; None without links."""

    verdict: Verdict = "none"
    domain: str = ""
    policy: str = ""
    age_ms: int | None = None
    removed_share: float = 0.0


_WORSE: Final = {"none": 0, "warn": 1, "block": 2}


def standing_in(tx: Tx, found: tuple[str, ...]) -> Standing:
    """What is known of canonical links (``rules.links.links_of``). One query, none without links."""
    names = {name for link in found for name in links.domains(link)}
    if not names:
        return Standing()
    rows: dict[str, Row] = {row.domain: row for row in queries.of(tx, sorted(names))}
    known = [rows[name] for name in sorted(names) if name in rows]
    worst = max(known, key=lambda row: _WORSE[row.verdict], default=None)
    hosts = [links.domains(link)[0] for link in found]
    ages = [tx.now - rows[host].first_seen_at if host in rows else 0 for host in hosts]
    shares = [row.removed / row.posts for row in known if row.posts >= _ENOUGH]
    if worst is None or worst.verdict == "none":
        return Standing(age_ms=min(ages), removed_share=max(shares, default=0.0))
    return Standing(worst.verdict, worst.domain, worst.policy, min(ages), max(shares, default=0.0))


def seen_in(tx: Tx, found: tuple[str, ...]) -> None:
    """Count a published post's links."""
    names = sorted({name for link in found for name in links.domains(link)})
    if not names:
        return
    known = {row.domain for row in queries.of(tx, names)}
    for name in names:
        if name not in known:
            queries.first_seen(tx, name)
    queries.add(tx, names, posts=1)


def removed_in(tx: Tx, post_id: int, *, back: bool = False) -> None:
    """Count for the sites a post links to that it was taken down, or came back."""
    texts = (text for said in said_in(tx, [post_id]) for text in said.texts)
    names = sorted({name for text in texts for link in links.links_of(text) for name in links.domains(link)})
    if names:
        queries.add(tx, names, removed=-1 if back else 1)


def judge_in(tx: Tx, staff_id: int | None, domain: str, verdict: str, policy: str = "", reason: str = "") -> str:
    """Put a domain on the block or warn list, or take it off; returns its one spelling.

    Asks for ``manage_blocks`` where a person does it (the command line acts as the system, ``None``). Raises Invalid
    for what is no domain, an unknown verdict, or a listing without rule and reason.
    """
    if staff_id is not None:
        accounts.authorise_in(tx, staff_id, "manage_blocks")
    link = links.canonical(domain)
    if link is None:
        raise Invalid(f"{domain!r} is not a domain: write it like example.org")
    if verdict not in VERDICTS:
        raise Invalid("The verdict must be block, warn or none")
    if verdict != "none" and not (policy and reason.strip()):
        raise Invalid("Say which house rule the site breaks, and why")
    name = links.domains(link)[0]
    queries.set_verdict(tx, name, verdict=verdict, policy=policy, reason=reason.strip(), set_by=staff_id)
    audit.append_in(tx, actor_id=staff_id, action="links.judge", subject=f"domain:{name}", verdict=verdict)
    return name


def listed_in(tx: Tx) -> list[tuple[str, Verdict, str, str]]:
    """(domain, verdict, house rule, reason) of every domain on a list."""
    return [(row.domain, cast("Verdict", row.verdict), row.policy, row.reason) for row in queries.listed(tx)]
