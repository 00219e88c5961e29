"""What an archive says of the people around somebody, put in force for those who are here."""

import msgspec

from perdure.accounts import service as accounts
from perdure.graph import queries
from perdure.graph.model import FilterDraft, KeywordDraft, TakenPerson
from perdure.graph.queries.takeout import members
from perdure.graph.service import (
    add_members_in,
    block_in,
    create_list_in,
    follow_in,
    follows_in,
    mute_in,
    note_in,
)
from perdure.graph.service.filters import create_filter_in, filters_in
from perdure.graph.service.showcase import endorse_in
from perdure.kernel.db import Tx


def relate_in(tx: Tx, kind: str, owner: int, target: int, person: TakenPerson) -> None:
    """Follow (or ask), block, mute or endorse somebody as the archive says; what is there already stays.

    Raises AppError where that cannot be: a block, oneself, an account that is gone.
    """
    if kind in {"follows", "requests"}:
        languages = msgspec.json.encode(list(person.languages)[:20]).decode()
        if not follows_in(tx, owner, target):
            follow_in(tx, owner, target, reblogs=person.echoes, notify=person.notify, languages=languages)
    elif kind == "blocks":
        block_in(tx, owner, target)
    elif kind == "mutes":
        left = 0 if person.expires_at is None else (person.expires_at - tx.now) // 1000
        if person.expires_at is None or left > 0:
            mute_in(tx, owner, target, notifications=person.notifications, duration_s=left)
    elif kind == "endorsements":
        endorse_in(tx, owner, target)


def list_in(tx: Tx, owner: int, title: str, replies_policy: str, *, exclusive: bool) -> int:
    """The owner's list of that title, made where there is none. Raises Invalid."""
    found = next((one.id for one in queries.lists(tx, owner) if one.title == title), None)
    return found or create_list_in(tx, owner, title, replies_policy, exclusive=exclusive).id


def put_on_in(tx: Tx, owner: int, list_id: int, target: int) -> bool:
    """Put somebody on a list; False where the owner does not follow them (yet)."""
    if target != owner and not follows_in(tx, owner, target):
        return False
    name = accounts.view_in(tx, target).username
    if name not in members(tx, owner, list_id):
        add_members_in(tx, owner, list_id, [target])
    return True


def remember_in(tx: Tx, owner: int, target: int, comment: str) -> None:
    """Keep a note about somebody, where there is none yet."""
    if not queries.relationships(tx, owner, [target])[0].note:
        note_in(tx, owner, target, comment[:2000])


def filter_in(tx: Tx, owner: int, draft: FilterDraft) -> int:
    """The owner's filter of that title, made where there is none. Raises Invalid."""
    found = next((one.id for one in filters_in(tx, owner) if one.title == draft.title), None)
    return found or create_filter_in(tx, owner, draft).id


def words_of(keywords: tuple[tuple[str, bool], ...]) -> tuple[KeywordDraft, ...]:
    """Phrases of an archive's filter."""
    return tuple(KeywordDraft(keyword=word, whole_word=whole) for word, whole in keywords)
