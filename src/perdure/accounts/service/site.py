"""The site's own words, rules and figures."""

from typing import Final, get_args

import msgspec

from perdure.accounts.errors import Faults, invalid
from perdure.accounts.model import FeedAccess, FeedKind, RegistrationMode, Rule, Site, Viewer
from perdure.accounts.queries import site
from perdure.accounts.rules import names
from perdure.accounts.service.authority import authorise_in
from perdure.audit import service as audit
from perdure.kernel.db import Tx
from perdure.kernel.errors import Forbidden, Unauthorized
from perdure.kernel.runtime import Runtime

_LONGEST: Final = {
    "title": 100,
    "description": 500,
    "extended_description": 20_000,
    "privacy_policy": 100_000,
    "terms": 100_000,
    "registrations_message": 2_000,
}
_LONGEST_RULE: Final = 1_000
_MONTH_MS: Final = 30 * 86_400_000


class Figures(msgspec.Struct, frozen=True):
    """How large the site is."""

    members: int
    posts: int
    active_month: int


def site_in(tx: Tx) -> Site:
    """What the operators say about the site."""
    return site.site(tx)


def noted_in(tx: Tx, name: str) -> str | None:
    """What a command noted about the site, as JSON; None where it noted nothing."""
    return site.fact(tx, name)


def note_in(tx: Tx, name: str, value_json: str) -> None:
    """Note something about the site for the next run of a command."""
    site.keep_fact(tx, name, value_json)


def rules_in(tx: Tx) -> list[Rule]:
    """The site's rules in order."""
    return site.rules(tx)


def seen_between_in(tx: Tx, since: int, until: int) -> tuple[int, int]:
    """How many members were last here, and how many accounts were made, between two instants."""
    return site.seen_between(tx, since, until)


def figures_in(tx: Tx) -> Figures:
    """How large the site is."""
    return Figures(*site.figures(tx, tx.now - _MONTH_MS))


def owner_id_in(tx: Tx) -> int | None:
    """The owner's account, or None on a fresh site: then the first-run page makes one."""
    return site.owner_id(tx)


def test_seed_in(tx: Tx) -> str | None:
    """The digest of the seed that test mode filled this database from; None on a real site."""
    return site.test_seed(tx)


def mark_test_site_in(tx: Tx, digest: str) -> None:
    """Mark the database as test mode's own: nothing but test mode serves it from now on."""
    site.store_test_seed(tx, digest)


def check_feed_in(tx: Tx, viewer_id: int | None, kind: FeedKind) -> None:
    """Raise Unauthorized or Forbidden where the operators keep a kind of public feed from this reader."""
    access = getattr(site.site(tx), kind)
    if access == "disabled":
        raise Forbidden
    if access == "authenticated" and not viewer_id:
        raise Unauthorized("This API requires an authenticated user")


async def change_site(rt: Runtime, staff: Viewer, changed: Site) -> None:
    """Set what the site says and who may sign up. Asks for ``manage_settings``."""
    if faults := _faults(changed):
        raise invalid(faults)
    await rt.db.write("site.change", _change_site_in, staff.account_id, changed)


async def change_rules(rt: Runtime, staff: Viewer, texts: list[tuple[int | None, str, str]]) -> list[Rule]:
    """Set the rules as (id or None for a new one, text, hint). Asks for ``manage_rules``."""
    return await rt.db.write("site.rules", _change_rules_in, staff.account_id, texts)


async def change_site_and_rules(
    rt: Runtime, staff: Viewer, changed: Site, texts: list[tuple[int | None, str, str]]
) -> None:
    """Both in one transaction: everything is changed, or nothing. Asks for both rights."""
    if faults := _faults(changed):
        raise invalid(faults)
    await rt.db.write("site.change", _change_both_in, staff.account_id, changed, texts)


def _faults(changed: Site) -> Faults:
    faults: Faults = {}
    if not changed.title.strip():
        faults["title"] = [("ERR_BLANK", "can't be blank")]
    for field, most in _LONGEST.items():
        if len(getattr(changed, field)) > most:
            faults[field] = [("ERR_TOO_LONG", f"is too long (maximum is {most} characters)")]
    if changed.registrations not in get_args(RegistrationMode):
        faults["registrations"] = [("ERR_INCLUSION", "is not included in the list")]
    for kind in get_args(FeedKind):
        if getattr(changed, kind) not in get_args(FeedAccess):
            faults[kind] = [("ERR_INCLUSION", "is not included in the list")]
    if changed.contact_email and names.email_faults(changed.contact_email):
        faults["contact_email"] = [("ERR_INVALID", "is invalid")]
    if any(not names.is_mail_domain(domain) for domain in changed.blocked_mail_domains):
        faults["blocked_mail_domains"] = [("ERR_INVALID", "must be one domain a line")]
    return faults


def _change_site_in(tx: Tx, actor_id: int, changed: Site) -> None:
    authorise_in(tx, actor_id, "manage_settings")
    before = site.site(tx)
    site.store_site(tx, changed)
    audit.append_in(
        tx,
        actor_id=actor_id,
        action="site.change",
        subject="site:1",
        changed=[name for name in Site.__struct_fields__ if getattr(before, name) != getattr(changed, name)],
        registrations=changed.registrations,
    )


def _change_both_in(tx: Tx, actor_id: int, changed: Site, texts: list[tuple[int | None, str, str]]) -> None:
    before = site.site(tx)
    if msgspec.structs.replace(changed, updated_at=before.updated_at) != before:
        _change_site_in(tx, actor_id, changed)
    if [(rule.id, rule.text, rule.hint) for rule in site.rules(tx)] != texts:
        _change_rules_in(tx, actor_id, texts)


def _change_rules_in(tx: Tx, actor_id: int, texts: list[tuple[int | None, str, str]]) -> list[Rule]:
    authorise_in(tx, actor_id, "manage_rules")
    known = {rule.id for rule in site.rules(tx)}
    following = max(known, default=0) + 1
    changed: list[Rule] = []
    for rule_id, text, hint in texts:
        if not text.strip() or len(text) > _LONGEST_RULE or len(hint) > _LONGEST_RULE:
            raise invalid({"rules": [("ERR_INVALID", f"need a text of at most {_LONGEST_RULE} characters each")]})
        if rule_id not in known:
            rule_id, following = following, following + 1  # noqa: PLW2901 - a new rule gets its number here
        changed.append(Rule(int(rule_id or 0), text.strip(), hint.strip()))
    site.replace_rules(tx, changed)
    audit.append_in(tx, actor_id=actor_id, action="site.rules", subject="site:1", count=len(changed))
    return changed
