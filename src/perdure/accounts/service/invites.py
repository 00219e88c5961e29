"""Codes that let others sign up."""

from typing import Final

import msgspec

from perdure.accounts.errors import invalid
from perdure.accounts.model import Invite, Viewer
from perdure.accounts.queries import people, site
from perdure.accounts.rules import rights, secrets
from perdure.accounts.service.authority import authorise_in, standing_in
from perdure.accounts.service.restrictions import by_member
from perdure.audit import service as audit
from perdure.kernel.db import Tx
from perdure.kernel.errors import Forbidden, NotFound
from perdure.kernel.runtime import Runtime

_MOST_USES: Final = 1000
_LONGEST_S: Final = 366 * 86_400
_LONGEST_COMMENT: Final = 420
_MOST_OPEN: Final = 100


class NewInvite(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of an invite. None means without limit."""

    max_uses: int | None = None
    expires_in_s: int | None = None
    comment: str = ""
    autofollow: bool = False


async def create_invite(rt: Runtime, viewer: Viewer, wanted: NewInvite) -> Invite:
    """Make a code. Raises Forbidden for members where the site does not let them invite, Invalid for odd limits."""
    return await rt.db.write("invites.create", _create_in, viewer.account_id, wanted)


async def invites(rt: Runtime, account_id: int) -> list[Invite]:
    """The invites somebody made, newest first."""
    return await rt.db.read(site.invites_of, account_id)


async def all_invites(rt: Runtime, staff: Viewer) -> list[tuple[Invite, str]]:
    """The newest invites of everybody, each with the name of who made it. Asks for ``manage_invites``."""
    return await rt.db.read(_all_in, staff.account_id)


async def revoke_invite(rt: Runtime, account_id: int, invite_id: int) -> None:
    """Make one of one's own invites useless. Raises NotFound."""
    if not await rt.db.write("invites.revoke", site.revoke_invite, account_id, invite_id):
        raise NotFound


async def revoke_any_invite(rt: Runtime, staff: Viewer, invite_id: int) -> None:
    """Make anybody's invite useless. Asks for ``manage_invites``; raises NotFound."""
    await rt.db.write("invites.revoke_any", _revoke_any_in, staff.account_id, invite_id)


async def invite_of_code(rt: Runtime, code: str) -> tuple[Invite, str]:
    """A usable invite and the name of who made it. Raises NotFound for one that lets nobody in."""
    return await rt.db.read(_of_code_in, code)


def may_invite_in(tx: Tx, account_id: int) -> bool:
    """Whether somebody may make invites: staff always, members where the site lets them."""
    standing = standing_in(tx, account_id)
    if standing.state != "active" or standing.must_enrol:
        return False
    if rights.holds(standing.role, "manage_invites"):
        return True
    words = site.site(tx)
    return words.members_invite and words.registrations != "closed" and rights.holds(standing.role, "invite_users")


@by_member
def create_invite_in(tx: Tx, creator_id: int, wanted: NewInvite) -> Invite:
    """Make a code in somebody's name without asking what they may: for the command line. Raises Invalid."""
    _check(wanted)
    made = Invite(
        id=tx.new_id(),
        code=secrets.fresh(9),
        creator_id=creator_id,
        max_uses=wanted.max_uses,
        uses=0,
        expires_at=None if wanted.expires_in_s is None else tx.now + wanted.expires_in_s * 1000,
        comment=wanted.comment.strip(),
        autofollow=wanted.autofollow,
        revoked_at=None,
        created_at=tx.now,
    )
    site.insert_invite(tx, **msgspec.structs.asdict(made))
    audit.append_in(tx, actor_id=creator_id, action="invite.create", subject=f"invite:{made.id}")
    return made


def usable_invite_in(tx: Tx, code: str) -> Invite | None:
    """The invite of a code, if it still lets somebody in."""
    found = site.invite_by_code(tx, code.strip()) if code.strip() else None
    if found is None or not found.usable(tx.now):
        return None
    creator = people.views(tx, [found.creator_id])[found.creator_id]
    return found if creator.state == "active" else None


def followed_inviter_in(tx: Tx, account_id: int) -> int | None:
    """Whom a new account follows because its invite says so."""
    return site.autofollowed(tx, account_id)


def _create_in(tx: Tx, creator_id: int, wanted: NewInvite) -> Invite:
    if not may_invite_in(tx, creator_id):
        raise Forbidden
    if sum(one.usable(tx.now) for one in site.invites_of(tx, creator_id)) >= _MOST_OPEN:
        raise Forbidden("You have too many open invitations. Revoke some first.")
    return create_invite_in(tx, creator_id, wanted)


def _check(wanted: NewInvite) -> None:
    if wanted.max_uses is not None and not 1 <= wanted.max_uses <= _MOST_USES:
        raise invalid({"max_uses": [("ERR_INVALID", f"must be between 1 and {_MOST_USES}")]})
    if wanted.expires_in_s is not None and not 1 <= wanted.expires_in_s <= _LONGEST_S:
        raise invalid({"expires_in": [("ERR_INVALID", "must be within a year")]})
    if len(wanted.comment) > _LONGEST_COMMENT:
        raise invalid({"comment": [("ERR_TOO_LONG", f"is too long (maximum is {_LONGEST_COMMENT} characters)")]})


def _all_in(tx: Tx, staff_id: int) -> list[tuple[Invite, str]]:
    authorise_in(tx, staff_id, "manage_invites")
    found = site.newest_invites(tx)
    views = people.views(tx, list({one.creator_id for one in found}))
    return [(one, views[one.creator_id].username) for one in found]


def _revoke_any_in(tx: Tx, staff_id: int, invite_id: int) -> None:
    authorise_in(tx, staff_id, "manage_invites")
    if not site.revoke_invite(tx, None, invite_id):
        raise NotFound
    audit.append_in(tx, actor_id=staff_id, action="invite.revoke", subject=f"invite:{invite_id}")


def _of_code_in(tx: Tx, code: str) -> tuple[Invite, str]:
    found = usable_invite_in(tx, code)
    if found is None:
        raise NotFound
    return found, people.views(tx, [found.creator_id])[found.creator_id].username
