"""What is scored: every text that a stranger can read, with what is known of its author, links and pace."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from perdure.accounts import service as accounts
from perdure.accounts.model import AccountView
from perdure.graph import service as graph
from perdure.graph.service import showcase
from perdure.kernel.db import Tx
from perdure.media import service as media
from perdure.media.model import MediaView
from perdure.posts import service as posts
from perdure.posts.service.copies import Said, said_in
from perdure.signals.rules import links
from perdure.signals.rules import matrix as rules
from perdure.signals.rules.language import Facts
from perdure.signals.service import reputation, velocity

_DAY_MS: Final = 86_400_000
# Whose post was taken down so lately starts anew: see [trust] in matrix.toml.
_STRUCK_MS: Final = 90 * _DAY_MS


class Subject(msgspec.Struct, frozen=True):
    """Something to score: what it is, who wrote it, what it says, and what is known beside.

    Facts may only be asked in the transaction that made it.
    """

    kind: str
    id: int
    version: int
    author_id: int
    text: str
    facts: Facts
    links: tuple[str, ...] = ()


def account_subjects_in(tx: Tx, account_id: int) -> list[Subject]:
    """The profile of an account as something to score."""
    found = accounts.views_in(tx, [account_id]).get(account_id)
    if found is None or found.state == "deleted":
        return []
    fields = [text for field in found.fields for text in (field.name, field.value)]
    pictures = (found.avatar_description, found.header_description)
    tags = [f"#{row.display}" for row in showcase.featured_tags_in(tx, account_id)]
    text = "\n".join(filter(None, (found.username, found.display_name, found.note, *fields, *pictures, *tags)))
    return [_named(tx, ("account", account_id, found.version), found, text)]


def list_subjects_in(tx: Tx, list_id: int) -> list[Subject]:
    """The title of a list as something to score; nothing where it is gone."""
    row = graph.list_title_in(tx, list_id)
    return [] if row is None else _by_in(tx, ("list", list_id, row.version), row.account_id, row.title)


def tag_subjects_in(tx: Tx, tag_id: int, author_id: int) -> list[Subject]:
    """The name of a hashtag, as whoever used it first wrote it."""
    row = posts.tag_by_id_in(tx, tag_id)
    return [] if row is None else _by_in(tx, ("tag", tag_id, 1), author_id, f"#{row.display}")


def card_subjects_in(tx: Tx, card_id: int) -> list[Subject]:
    """What a card says, as if whoever linked to the page first had said it; nothing where no post shows it."""
    card = posts.card_words_in(tx, card_id)
    if card is None:
        return []
    return _by_in(tx, ("link", card_id, card.version), card.author_id, "\n".join(card.parts.values()))


def _by_in(tx: Tx, about: tuple[str, int, int], author_id: int, text: str) -> list[Subject]:
    author = accounts.views_in(tx, [author_id]).get(author_id)
    return [] if author is None else [_named(tx, about, author, text)]


def _named(tx: Tx, about: tuple[str, int, int], author: AccountView, text: str) -> Subject:
    return Subject(*about, author.id, text, Facts(_author_facts(tx, author)))


def post_subjects_in(tx: Tx, ids: Sequence[int]) -> list[Subject]:
    """Posts as something to score: warning, text, answers of a poll, descriptions of files."""
    return subjects_of_in(tx, [one for one in said_in(tx, ids) if one.visibility != "direct"])


def subjects_of_in(tx: Tx, found: Sequence[Said]) -> list[Subject]:
    """What published posts say as something to score; others are left out."""
    said = [one for one in found if one.state == "published"]
    authors = accounts.views_in(tx, {one.account_id for one in said})
    shown = media.views_of_posts_in(tx, [one.id for one in said])
    tags: dict[int, list[str]] = defaultdict(list)
    for row in posts.tags_in(tx, [one.id for one in said]):
        tags[row.post_id].append(row.name)
    return [_post_subject(tx, one, authors[one.account_id], shown.get(one.id, ()), tags[one.id]) for one in said]


def _post_subject(tx: Tx, said: Said, author: AccountView, files: Sequence[MediaView], tags: Sequence[str]) -> Subject:
    text = "\n".join((*said.texts, *(one.description for one in files if one.description)))
    found, mentioned = links.links_of(text), posts.mentioned_in(tx, said.id) if "@" in text else []
    known = {"mentions": len(mentioned), "is_reply": said.is_reply}
    later = velocity.of_post_in(tx, said.id, said.account_id, mentioned, tags, linked=bool(found))
    facts = Facts(_author_facts(tx, author) | _link_facts(tx, found) | known, later)
    return Subject("post", said.id, said.version, said.account_id, text, facts, found)


def _link_facts(tx: Tx, found: tuple[str, ...]) -> dict[str, Any]:
    if not found:
        return {}
    standing = reputation.standing_in(tx, found)
    return {
        "links": len(found),
        "link_blocked": standing.verdict == "block",
        "link_warned": standing.verdict == "warn",
        "link_removed_share": standing.removed_share,
        "link_age_days": (standing.age_ms or 0) // _DAY_MS,
    }


def _author_facts(tx: Tx, author: AccountView) -> dict[str, Any]:
    return {
        "age_days": max(0, tx.now - author.created_at) // _DAY_MS,
        "followers": author.followers_count,
        "posts": author.statuses_count,
    }


def trust_in(tx: Tx, in_force: rules.Matrix, account_id: int) -> rules.Trust:
    """How well an account is known. Of one that is gone nothing is known."""
    author = accounts.views_in(tx, [account_id]).get(account_id)
    if author is None:
        return "new"
    return rules.trust_of(
        in_force,
        age_ms=max(0, tx.now - author.created_at),
        posts=author.statuses_count,
        followers=author.followers_count,
        struck=posts.hidden_lately_in(tx, author.id, _STRUCK_MS),
    )
