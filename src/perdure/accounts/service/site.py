"""The site's own words, rules, figures, invites."""

import msgspec

from perdure.accounts.model import Invite, Rule, Site, Viewer
from perdure.accounts.queries import site
from perdure.accounts.rules import secrets
from perdure.audit import service as audit
from perdure.kernel.db import Tx
from perdure.kernel.errors import Forbidden, Invalid, NotFound
from perdure.kernel.runtime import Runtime

_MONTH_MS = 30 * 86_400_000


class Figures(msgspec.Struct, frozen=True):
    """How large the site is."""

    members: int
    posts: int
    active_month: int


def site_in(tx: Tx) -> Site:
    """What the operators say about the site."""
    return site.site(tx)


def rules_in(tx: Tx) -> list[Rule]:
    """The site's rules in order."""
    return site.rules(tx)


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


async def change_site(rt: Runtime, staff: Viewer, changed: Site) -> None:
    """Set what the site says and who may sign up. Admins only."""
    if not staff.is_admin:
        raise Forbidden
    if not changed.title.strip():
        raise Invalid("Validation failed: Title can't be blank", {"title": [("ERR_BLANK", "can't be blank")]})
    await rt.db.write("site.change", _change_site_in, staff.account_id, changed)


async def change_rules(rt: Runtime, staff: Viewer, texts: list[tuple[int | None, str, str]]) -> list[Rule]:
    """Set the rules as (id or None for a new one, text, hint). Admins only."""
    if not staff.is_admin:
        raise Forbidden
    return await rt.db.write("site.rules", _change_rules_in, staff.account_id, texts)


async def create_invite(
    rt: Runtime, viewer: Viewer, *, max_uses: int | None = None, expires_in_s: int | None = None, comment: str = ""
) -> Invite:
    """Make a code that lets others sign up. Members may while sign-up is open or by invite; staff always."""
    return await rt.db.write("invites.create", _create_invite_in, viewer, max_uses, expires_in_s, comment)


async def invites(rt: Runtime, account_id: int) -> list[Invite]:
    """The invites somebody made, newest first."""
    return await rt.db.read(site.invites_of, account_id)


async def revoke_invite(rt: Runtime, account_id: int, invite_id: int) -> None:
    """Make one of one's own invites useless. Raises NotFound."""
    if not await rt.db.write("invites.revoke", site.revoke_invite, account_id, invite_id):
        raise NotFound


def usable_invite_in(tx: Tx, code: str) -> Invite | None:
    """The invite of a code, if it still lets somebody in."""
    found = site.invite_by_code(tx, code.strip()) if code.strip() else None
    if found is None or found.revoked_at is not None:
        return None
    if found.expires_at is not None and found.expires_at <= tx.now:
        return None
    return None if found.max_uses is not None and found.uses >= found.max_uses else found


def _change_site_in(tx: Tx, actor_id: int, changed: Site) -> None:
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


def _change_rules_in(tx: Tx, actor_id: int, texts: list[tuple[int | None, str, str]]) -> list[Rule]:
    known = {rule.id for rule in site.rules(tx)}
    following = max(known, default=0) + 1
    changed: list[Rule] = []
    for rule_id, text, hint in texts:
        if rule_id not in known:
            rule_id, following = following, following + 1  # noqa: PLW2901 - a new rule gets its number here
        changed.append(Rule(int(rule_id or 0), text.strip(), hint.strip()))
    site.replace_rules(tx, changed)
    audit.append_in(tx, actor_id=actor_id, action="site.rules", subject="site:1", count=len(changed))
    return changed


def _create_invite_in(tx: Tx, viewer: Viewer, max_uses: int | None, expires_in_s: int | None, comment: str) -> Invite:
    if not viewer.is_staff and site.site(tx).registrations not in {"open", "invite"}:
        raise Forbidden
    if max_uses is not None and not 1 <= max_uses <= 1000:
        raise Invalid("Validation failed: Max uses must be between 1 and 1000")
    made = Invite(
        id=tx.new_id(),
        code=secrets.fresh(8),
        creator_id=viewer.account_id,
        max_uses=max_uses,
        uses=0,
        expires_at=None if expires_in_s is None else tx.now + expires_in_s * 1000,
        comment=comment[:420],
        revoked_at=None,
        created_at=tx.now,
    )
    site.insert_invite(tx, **msgspec.structs.asdict(made))
    return made
