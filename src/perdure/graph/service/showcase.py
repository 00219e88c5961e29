"""What people show on their profile (other people, hashtags), and the sites they block."""

import re
from typing import Final

from perdure.accounts import service as accounts
from perdure.graph.events import TagFeatured
from perdure.graph.model import Relationship
from perdure.graph.queries import follow_of, relationships
from perdure.graph.queries import showcase as queries
from perdure.graph.queries.showcase import domain_blocks as domain_blocks_in
from perdure.graph.queries.showcase import featured_tags as featured_tags_in
from perdure.graph.rules import is_tag
from perdure.graph.tables import domain_block, endorsement, featured_tag
from perdure.kernel.db import Tx
from perdure.kernel.errors import Invalid, NotFound
from perdure.kernel.text import key

__all__ = ["domain_blocks_in", "featured_tags_in"]

_MOST_FEATURED: Final = 10
_MOST_DOMAINS: Final = 10_000
_DOMAIN: Final = re.compile(r"(?=.{1,253}\Z)(?!-)[\w-]{1,63}(?:\.[\w-]{1,63})+\Z")


@accounts.by_member
def endorse_in(tx: Tx, account_id: int, target_id: int) -> Relationship:
    """Show somebody on one's profile. Raises Invalid for one whom one does not follow."""
    if follow_of(tx, account_id, target_id) is None:
        raise Invalid("Validation failed: You must be already following the person you want to endorse")
    tx.insert_new(endorsement, id=tx.new_id(), account_id=account_id, target_id=target_id)
    return relationships(tx, account_id, [target_id])[0]


@accounts.by_member
def unendorse_in(tx: Tx, account_id: int, target_id: int) -> Relationship:
    """No longer show somebody."""
    tx.delete(endorsement, account_id=account_id, target_id=target_id)
    return relationships(tx, account_id, [target_id])[0]


@accounts.by_member
def feature_tag_in(tx: Tx, account_id: int, name: str) -> tuple[int, str, str]:
    """Show a hashtag; returns (id, tag, display). A second time changes nothing. Raises Invalid."""
    display = name.strip().lstrip("#")
    if not display:
        raise Invalid("Validation failed: Tag can't be blank")
    if not is_tag(display):
        raise Invalid("Validation failed: Tag is invalid")
    folded = key(display)
    for row in queries.featured_tags(tx, account_id):
        if row.tag == folded:
            return row.id, row.tag, row.display
    if queries.featured_count(tx, account_id) >= _MOST_FEATURED:
        raise Invalid("Validation failed: You have already featured the maximum number of hashtags")
    made = tx.new_id()
    tx.insert_new(featured_tag, id=made, account_id=account_id, tag=folded, display=display)
    tx.emit(TagFeatured(account_id))
    return made, folded, display


@accounts.by_member
def unfeature_tag_in(tx: Tx, account_id: int, identifier: int) -> None:
    """No longer show a hashtag, by the id of the showing. Raises NotFound."""
    if not tx.delete(featured_tag, id=identifier, account_id=account_id):
        raise NotFound


@accounts.by_member
def unfeature_name_in(tx: Tx, account_id: int, name: str) -> None:
    """No longer show a hashtag, by its name."""
    tx.delete(featured_tag, account_id=account_id, tag=key(name.lstrip("#")))


def features_tag_in(tx: Tx, account_id: int, tag: str) -> bool:
    """Whether an account shows a folded hashtag."""
    return any(row.tag == tag for row in queries.featured_tags(tx, account_id))


def familiar_followers_in(tx: Tx, viewer_id: int, ids: list[int]) -> dict[int, list[int]]:
    """Who of those the viewer follows, follows each account; every id asked for has an entry, in the order asked."""
    found: dict[int, list[int]] = {account_id: [] for account_id in ids}
    for row in queries.familiar_followers(tx, viewer_id, list(found)):
        found[row.target_id].append(row.account_id)
    return found


@accounts.by_member
def block_domain_in(tx: Tx, account_id: int, domain: str) -> None:
    """Block a whole site. Raises Invalid."""
    folded = key(domain.strip().rstrip("."))
    if not folded:
        raise Invalid("Validation failed: Domain can't be blank")
    if not _DOMAIN.match(folded):
        raise Invalid("Validation failed: Domain is not a valid domain name")
    if queries.domain_count(tx, account_id) >= _MOST_DOMAINS:
        raise Invalid(f"Validation failed: You cannot block more than {_MOST_DOMAINS} domains")
    tx.insert_new(domain_block, id=tx.new_id(), account_id=account_id, domain=folded)


@accounts.by_member
def unblock_domain_in(tx: Tx, account_id: int, domain: str) -> None:
    """No longer block a site."""
    tx.delete(domain_block, account_id=account_id, domain=key(domain.strip().rstrip(".")))
