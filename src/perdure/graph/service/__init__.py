"""Follow, block, mute, list: each change is one transaction with its event."""

from perdure.accounts import service as accounts
from perdure.accounts.errors import invalid
from perdure.accounts.events import AccountActivated
from perdure.graph import queries
from perdure.graph.events import Blocked, Followed, FollowRequested, ListNamed, Muted, RequestEnded, Unfollowed
from perdure.graph.model import ListView, Relationship
from perdure.graph.queries import block_edges as block_edges
from perdure.graph.queries import drop_expired_mutes as drop_expired_mutes_in
from perdure.graph.queries import follow_edges as follow_edges
from perdure.graph.queries import followed_tags as followed_tags_in
from perdure.graph.queries import follower_ids as follower_ids_in
from perdure.graph.queries import follows_tag as follows_tag_in
from perdure.graph.queries import hidden_ids as hidden_ids_in
from perdure.graph.queries import large_authors as large_authors
from perdure.graph.queries import list_members as list_members
from perdure.graph.queries import list_title as list_title_in
from perdure.graph.queries import lists as lists_in
from perdure.graph.queries import lists_containing as lists_containing_in
from perdure.graph.queries import mute_edges as mute_edges
from perdure.graph.queries import notified_follower_ids as notified_follower_ids_in
from perdure.graph.queries import relation_page as relation_page_in
from perdure.graph.queries import relationships as relationships_in
from perdure.graph.queries import requests_waiting as requests_waiting_in
from perdure.graph.queries import tag_followers as tag_followers
from perdure.graph.queries.large import authors as large_authors_in
from perdure.graph.queries.large import count_anew as count_large_in
from perdure.graph.queries.large import followed as large_followed_in
from perdure.graph.queries.large import since as large_since_in
from perdure.graph.rules import is_tag
from perdure.graph.tables import (
    account_note,
    block,
    endorsement,
    follow,
    follow_request,
    large_author,
    list_,
    list_member,
    mute,
    tag_follow,
)
from perdure.kernel.db import Tx
from perdure.kernel.errors import Forbidden, Invalid, NotFound
from perdure.kernel.text import key

__all__ = [
    "block_edges",
    "count_large_in",
    "drop_expired_mutes_in",
    "follow_edges",
    "followed_tags_in",
    "follower_ids_in",
    "follows_tag_in",
    "hidden_ids_in",
    "large_authors",
    "large_authors_in",
    "large_followed_in",
    "large_since_in",
    "list_members",
    "list_title_in",
    "lists_containing_in",
    "lists_in",
    "mute_edges",
    "notified_follower_ids_in",
    "relation_page_in",
    "relationships_in",
    "requests_waiting_in",
    "tag_followers",
]

_LONGEST_TAG = 100
_LONGEST_TITLE = 256
REPLIES_POLICIES = frozenset({"none", "list", "followed"})


def relationship_in(tx: Tx, viewer_id: int, target_id: int) -> Relationship:
    """How the viewer stands to one account. Raises NotFound for an unknown account."""
    accounts.view_in(tx, target_id)
    return queries.relationships(tx, viewer_id, [target_id])[0]


def follows_in(tx: Tx, account_id: int, target_id: int) -> bool:
    """Whether one account follows another."""
    return queries.follow_of(tx, account_id, target_id) is not None


def blocked_either_way_in(tx: Tx, one: int, other: int) -> bool:
    """Whether one of two accounts blocks the other."""
    return queries.blocked_either_way(tx, one, other)


@accounts.by_member
def follow_in(
    tx: Tx,
    account_id: int,
    target_id: int,
    *,
    reblogs: bool | None = None,
    notify: bool | None = None,
    languages: str | None = None,
) -> Relationship:
    """Follow, ask a locked account, or change how one follows. ``languages`` is a JSON list.

    Raises Forbidden for oneself and where a block stands between, NotFound for an account that is gone.
    """
    target = accounts.view_in(tx, target_id)
    if target.hidden or target.state == "pending":
        raise NotFound
    if account_id == target_id or queries.blocked_either_way(tx, account_id, target_id):
        raise Forbidden
    changes = {"show_reblogs": reblogs, "notify": notify, "languages_json": languages}
    given = {name: value for name, value in changes.items() if value is not None}
    values = {"show_reblogs": True, "notify": False, "languages_json": "[]"} | given
    pair = {"account_id": account_id, "target_id": target_id}
    if queries.follow_of(tx, account_id, target_id) is not None:
        if given:
            tx.update(follow, pair, **given)
    elif tx.insert_new(follow_request if target.locked else follow, id=tx.new_id(), **pair, **values):
        if target.locked:
            tx.emit(FollowRequested(account_id, target_id))
        else:
            _began(tx, account_id, target_id)
    return relationship_in(tx, account_id, target_id)


def follow_inviter_in(tx: Tx, activated: AccountActivated) -> None:
    """Whoever came in by an invite that says so, follows who made it."""
    target_id = accounts.followed_inviter_in(tx, activated.account_id)
    if target_id is not None and not accounts.view_in(tx, target_id).hidden:
        follow_in(tx, activated.account_id, target_id)


def _began(tx: Tx, account_id: int, target_id: int) -> None:
    accounts.adjust_counts_in(tx, account_id, following=1)
    accounts.adjust_counts_in(tx, target_id, followers=1)
    tx.emit(Followed(account_id, target_id))


def _end(tx: Tx, account_id: int, target_id: int) -> None:
    if tx.delete(follow_request, account_id=account_id, target_id=target_id):
        tx.emit(RequestEnded(account_id, target_id))
    if tx.delete(follow, account_id=account_id, target_id=target_id):
        accounts.adjust_counts_in(tx, account_id, following=-1)
        accounts.adjust_counts_in(tx, target_id, followers=-1)
        queries.drop_from_lists(tx, account_id, target_id)
        tx.delete(endorsement, account_id=account_id, target_id=target_id)
        tx.emit(Unfollowed(account_id, target_id))


@accounts.by_member
def unfollow_in(tx: Tx, account_id: int, target_id: int) -> Relationship:
    """End a follow or take back a request. Whoever is unfollowed leaves the lists too."""
    _end(tx, account_id, target_id)
    return relationship_in(tx, account_id, target_id)


@accounts.by_member
def remove_follower_in(tx: Tx, account_id: int, follower_id: int) -> Relationship:
    """Make somebody stop following."""
    _end(tx, follower_id, account_id)
    return relationship_in(tx, account_id, follower_id)


@accounts.by_member
def authorize_in(tx: Tx, account_id: int, follower_id: int) -> Relationship:
    """Accept a request to follow. Raises NotFound where there is none."""
    if not tx.delete(follow_request, account_id=follower_id, target_id=account_id):
        raise NotFound
    values = {"show_reblogs": True, "notify": False, "languages_json": "[]"}
    if tx.insert_new(follow, id=tx.new_id(), account_id=follower_id, target_id=account_id, **values):
        _began(tx, follower_id, account_id)
    return relationship_in(tx, account_id, follower_id)


@accounts.by_member
def reject_in(tx: Tx, account_id: int, follower_id: int) -> Relationship:
    """Refuse a request to follow. Raises NotFound where there is none."""
    if not tx.delete(follow_request, account_id=follower_id, target_id=account_id):
        raise NotFound
    tx.emit(RequestEnded(follower_id, account_id))
    return relationship_in(tx, account_id, follower_id)


@accounts.by_member
def block_in(tx: Tx, account_id: int, target_id: int) -> Relationship:
    """Block: both follows end, and neither sees the other any more."""
    accounts.view_in(tx, target_id)
    if account_id == target_id:
        raise Forbidden
    _end(tx, account_id, target_id)
    _end(tx, target_id, account_id)
    if tx.insert_new(block, id=tx.new_id(), account_id=account_id, target_id=target_id):
        tx.emit(Blocked(account_id, target_id))
    return relationship_in(tx, account_id, target_id)


@accounts.by_member
def unblock_in(tx: Tx, account_id: int, target_id: int) -> Relationship:
    """Take a block back; follows do not return by themselves."""
    tx.delete(block, account_id=account_id, target_id=target_id)
    return relationship_in(tx, account_id, target_id)


@accounts.by_member
def mute_in(
    tx: Tx, account_id: int, target_id: int, *, notifications: bool = True, duration_s: int = 0
) -> Relationship:
    """Stop seeing somebody, for ``duration_s`` seconds or, with 0, for ever."""
    accounts.view_in(tx, target_id)
    if account_id == target_id:
        raise Forbidden
    values = {
        "hide_notifications": notifications,
        "expires_at": tx.now + duration_s * 1000 if duration_s > 0 else None,
    }
    pair = {"account_id": account_id, "target_id": target_id}
    if not tx.insert_new(mute, id=tx.new_id(), **pair, **values):
        tx.update(mute, pair, **values)
    tx.emit(Muted(account_id, target_id))
    return relationship_in(tx, account_id, target_id)


@accounts.by_member
def unmute_in(tx: Tx, account_id: int, target_id: int) -> Relationship:
    """See somebody again."""
    tx.delete(mute, account_id=account_id, target_id=target_id)
    return relationship_in(tx, account_id, target_id)


@accounts.by_member
def note_in(tx: Tx, account_id: int, target_id: int, comment: str) -> Relationship:
    """Keep a private note on an account."""
    accounts.view_in(tx, target_id)
    tx.upsert(account_note, ("account_id", "target_id"), account_id=account_id, target_id=target_id, comment=comment)
    return relationship_in(tx, account_id, target_id)


def list_in(tx: Tx, owner_id: int, list_id: int) -> ListView:
    """One of the owner's lists. Raises NotFound."""
    found = next((made for made in queries.lists(tx, owner_id) if made.id == list_id), None)
    if found is None:
        raise NotFound
    return found


def _checked_list(title: str, replies_policy: str) -> None:
    if not title.strip():
        raise invalid({"title": [("ERR_BLANK", "can't be blank")]})
    if len(title) > _LONGEST_TITLE:
        raise invalid({"title": [("ERR_TOO_LONG", f"is too long (maximum is {_LONGEST_TITLE} characters)")]})
    if replies_policy not in REPLIES_POLICIES:
        raise Invalid(f"'{replies_policy}' is not a valid replies_policy")


@accounts.by_member
def create_list_in(
    tx: Tx, owner_id: int, title: str, replies_policy: str = "list", *, exclusive: bool = False
) -> ListView:
    """Make a list."""
    _checked_list(title, replies_policy)
    made = ListView(tx.new_id(), title, replies_policy, exclusive)
    values = {"title": title, "replies_policy": replies_policy, "exclusive": exclusive, "version": 1}
    tx.insert(list_, id=made.id, account_id=owner_id, **values)
    tx.emit(ListNamed(made.id, owner_id))
    return made


@accounts.by_member
def change_list_in(
    tx: Tx, owner_id: int, list_id: int, *, title: str | None, replies_policy: str | None, exclusive: bool | None
) -> ListView:
    """Change a list; None leaves a part as it is."""
    old = list_in(tx, owner_id, list_id)
    made = ListView(
        list_id,
        old.title if title is None else title,
        replies_policy or old.replies_policy,
        old.exclusive if exclusive is None else exclusive,
    )
    _checked_list(made.title, made.replies_policy)
    tx.update(list_, {"id": list_id}, title=made.title, replies_policy=made.replies_policy, exclusive=made.exclusive)
    if made.title != old.title:
        queries.renamed(tx, list_id)
        tx.emit(ListNamed(list_id, owner_id))
    return made


@accounts.by_member
def delete_list_in(tx: Tx, owner_id: int, list_id: int) -> None:
    """Delete a list. Raises NotFound."""
    list_in(tx, owner_id, list_id)
    tx.delete(list_member, list_id=list_id)
    tx.delete(list_, id=list_id)


@accounts.by_member
def add_members_in(tx: Tx, owner_id: int, list_id: int, ids: list[int]) -> None:
    """Put accounts on a list. Raises NotFound for one that the owner does not follow, Invalid for a second time."""
    list_in(tx, owner_id, list_id)
    for account_id in ids:
        if account_id != owner_id and queries.follow_of(tx, owner_id, account_id) is None:
            raise NotFound
        if not tx.insert_new(list_member, id=tx.new_id(), list_id=list_id, account_id=account_id):
            raise Invalid("Validation failed: Account has already been taken")


@accounts.by_member
def remove_members_in(tx: Tx, owner_id: int, list_id: int, ids: list[int]) -> None:
    """Take accounts off a list."""
    list_in(tx, owner_id, list_id)
    queries.drop_members(tx, list_id, ids)


@accounts.by_member
def follow_tag_in(tx: Tx, account_id: int, tag: str) -> None:
    """Follow a hashtag."""
    tx.insert_new(tag_follow, id=tx.new_id(), account_id=account_id, tag=key(tag))


@accounts.by_member
def follow_named_tag_in(tx: Tx, account_id: int, name: str) -> None:
    """Follow a hashtag that somebody typed, with or without its sign. Raises Invalid."""
    if not name.strip("# "):
        raise invalid({"name": [("ERR_BLANK", "can't be blank")]})
    if not is_tag(name.strip("# ")) or len(name) > _LONGEST_TAG:
        raise invalid({"name": [("ERR_INVALID", "is invalid")]})
    follow_tag_in(tx, account_id, name.strip("# "))


@accounts.by_member
def unfollow_tag_in(tx: Tx, account_id: int, tag: str) -> None:
    """Stop following a hashtag."""
    tx.delete(tag_follow, account_id=account_id, tag=key(tag))


def mark_large_in(tx: Tx, account_id: int, since_id: int) -> None:
    """From the post after ``since_id`` on, an author's followers look the posts up. There is no way back."""
    tx.insert_new(large_author, account_id=account_id, since_id=since_id)
