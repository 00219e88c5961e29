"""Filters: what somebody does not want to read, and what a text falls into."""

from typing import Final

import msgspec

from perdure.accounts import service as accounts
from perdure.graph.events import FiltersChanged
from perdure.graph.model import FilterDraft, FilteredPost, FilterHit, FilterView, KeywordDraft, KeywordView
from perdure.graph.queries import filters as queries
from perdure.graph.queries.filters import any_of_account as has_filters_in
from perdure.graph.queries.filters import of_account as filters_in
from perdure.graph.rules import ACTIONS, CONTEXTS, occurs
from perdure.graph.tables import filter_, filter_keyword, filter_status
from perdure.kernel.db import Tx
from perdure.kernel.errors import Invalid, NotFound

__all__ = ["filters_in", "has_filters_in"]

_MOST_KEYWORDS: Final = 1000
_LONGEST_TITLE: Final = 256
_LONGEST_KEYWORD: Final = 512


def filter_in(tx: Tx, owner_id: int, filter_id: int) -> FilterView:
    """One of the owner's filters. Raises NotFound."""
    found = next((one for one in queries.of_account(tx, owner_id) if one.id == filter_id), None)
    if found is None:
        raise NotFound
    return found


def keyword_in(tx: Tx, owner_id: int, keyword_id: int) -> tuple[FilterView, KeywordView]:
    """A phrase of one of the owner's filters. Raises NotFound."""
    for one in queries.of_account(tx, owner_id):
        for keyword in one.keywords:
            if keyword.id == keyword_id:
                return one, keyword
    raise NotFound


def post_in(tx: Tx, owner_id: int, identifier: int) -> FilteredPost:
    """A post named by one of the owner's filters, by the id of the naming. Raises NotFound."""
    for one in queries.of_account(tx, owner_id):
        for named in one.posts:
            if named.id == identifier:
                return named
    raise NotFound


@accounts.by_member
def create_filter_in(tx: Tx, owner_id: int, draft: FilterDraft) -> FilterView:
    """Make a filter. Raises Invalid."""
    contexts, action = _checked(draft.title or "", draft.contexts or (), draft.action or "warn")
    filter_id = tx.new_id()
    tx.insert(
        filter_,
        id=filter_id,
        account_id=owner_id,
        title=draft.title,
        contexts_json=contexts,
        action=action,
        expires_at=_expiry(tx, draft, None),
    )
    _apply_keywords(tx, owner_id, filter_id, (), draft.keywords)
    return _changed(tx, owner_id, filter_id)


@accounts.by_member
def change_filter_in(tx: Tx, owner_id: int, filter_id: int, draft: FilterDraft) -> FilterView:
    """Change a filter. Raises Invalid, NotFound."""
    old = filter_in(tx, owner_id, filter_id)
    title = old.title if draft.title is None else draft.title
    contexts, action = _checked(
        title, old.contexts if draft.contexts is None else draft.contexts, draft.action or old.action
    )
    expires_at = _expiry(tx, draft, old.expires_at)
    tx.update(filter_, {"id": filter_id}, title=title, contexts_json=contexts, action=action, expires_at=expires_at)
    _apply_keywords(tx, owner_id, filter_id, old.keywords, draft.keywords)
    return _changed(tx, owner_id, filter_id)


@accounts.by_member
def delete_filter_in(tx: Tx, owner_id: int, filter_id: int) -> None:
    """Delete a filter. Raises NotFound."""
    filter_in(tx, owner_id, filter_id)
    queries.drop(tx, owner_id, filter_id)
    tx.emit(FiltersChanged(owner_id))


@accounts.by_member
def add_keyword_in(tx: Tx, owner_id: int, filter_id: int, draft: KeywordDraft) -> KeywordView:
    """Add a phrase. Raises Invalid, NotFound."""
    old = filter_in(tx, owner_id, filter_id)
    _apply_keywords(tx, owner_id, filter_id, old.keywords, (draft,))
    return _changed(tx, owner_id, filter_id).keywords[-1]


@accounts.by_member
def change_keyword_in(tx: Tx, owner_id: int, keyword_id: int, draft: KeywordDraft) -> KeywordView:
    """Change a phrase. Raises Invalid, NotFound."""
    old, _ = keyword_in(tx, owner_id, keyword_id)
    _apply_keywords(tx, owner_id, old.id, old.keywords, (msgspec.structs.replace(draft, id=keyword_id),))
    tx.emit(FiltersChanged(owner_id))
    return keyword_in(tx, owner_id, keyword_id)[1]


@accounts.by_member
def delete_keyword_in(tx: Tx, owner_id: int, keyword_id: int, *, with_filter: bool = False) -> None:
    """Take a phrase out; ``with_filter`` deletes a filter that has nothing left. Raises NotFound."""
    old, _ = keyword_in(tx, owner_id, keyword_id)
    tx.delete(filter_keyword, id=keyword_id)
    if with_filter and len(old.keywords) == 1 and not old.posts:
        queries.drop(tx, owner_id, old.id)
    tx.emit(FiltersChanged(owner_id))


@accounts.by_member
def add_post_in(tx: Tx, owner_id: int, filter_id: int, post_id: int) -> FilteredPost:
    """Name a single post, which the caller has checked that the owner may see. Raises Invalid, NotFound."""
    filter_in(tx, owner_id, filter_id)
    made = FilteredPost(tx.new_id(), filter_id, post_id)
    if not tx.insert_new(filter_status, id=made.id, filter_id=filter_id, post_id=post_id):
        raise Invalid("Validation failed: Status has already been taken")
    tx.emit(FiltersChanged(owner_id))
    return made


@accounts.by_member
def remove_post_in(tx: Tx, owner_id: int, identifier: int) -> None:
    """No longer name a post. Raises NotFound."""
    post_in(tx, owner_id, identifier)
    tx.delete(filter_status, id=identifier)
    tx.emit(FiltersChanged(owner_id))


def hits(found: list[FilterView], now: int, post_id: int, text: str) -> tuple[FilterHit, ...]:
    """The filters in force that a post falls into."""
    made = []
    for one in found:
        if not one.in_force(now):
            continue
        words = tuple(
            keyword.keyword for keyword in one.keywords if occurs(keyword.keyword, text, whole_word=keyword.whole_word)
        )
        named = any(post.post_id == post_id for post in one.posts)
        if words or named:
            made.append(FilterHit(one, words, named))
    return tuple(made)


def _changed(tx: Tx, owner_id: int, filter_id: int) -> FilterView:
    tx.emit(FiltersChanged(owner_id))
    return filter_in(tx, owner_id, filter_id)


def _checked(title: str, contexts: tuple[str, ...], action: str) -> tuple[str, str]:
    """Contexts as stored, and the action. Raises Invalid."""
    if not title.strip():
        raise Invalid("Validation failed: Title can't be blank")
    if len(title) > _LONGEST_TITLE:
        raise Invalid(f"Validation failed: Title is too long (maximum is {_LONGEST_TITLE} characters)")
    if not contexts or not set(contexts) <= set(CONTEXTS):
        raise Invalid("Validation failed: Context None or invalid context supplied")
    if action not in ACTIONS:
        raise Invalid(f"'{action}' is not a valid filter_action")
    return msgspec.json.encode([one for one in CONTEXTS if one in contexts]).decode(), action


def _expiry(tx: Tx, draft: FilterDraft, old: int | None) -> int | None:
    if draft.forever:
        return None
    if draft.expires_in_s is None:
        return old
    return tx.now + max(draft.expires_in_s, 0) * 1000


def _apply_keywords(
    tx: Tx, owner_id: int, filter_id: int, old: tuple[KeywordView, ...], drafts: tuple[KeywordDraft, ...]
) -> None:
    known = {keyword.id: keyword for keyword in old}
    for draft in drafts:
        if draft.id is None:
            _add_keyword(tx, owner_id, filter_id, draft)
        elif draft.id not in known:
            raise NotFound
        elif draft.removed:
            tx.delete(filter_keyword, id=draft.id)
        else:
            before = known[draft.id]
            text = before.keyword if draft.keyword is None else _checked_keyword(draft.keyword)
            whole = before.whole_word if draft.whole_word is None else draft.whole_word
            tx.update(filter_keyword, {"id": draft.id}, keyword=text, whole_word=whole)


def _add_keyword(tx: Tx, owner_id: int, filter_id: int, draft: KeywordDraft) -> None:
    if draft.removed:
        return
    if queries.keyword_count(tx, owner_id) >= _MOST_KEYWORDS:
        raise Invalid(f"Validation failed: You cannot have more than {_MOST_KEYWORDS} keywords")
    whole = True if draft.whole_word is None else draft.whole_word
    text = _checked_keyword(draft.keyword or "")
    tx.insert(filter_keyword, id=tx.new_id(), filter_id=filter_id, keyword=text, whole_word=whole)


def _checked_keyword(text: str) -> str:
    if not text.strip():
        raise Invalid("Validation failed: Keyword can't be blank")
    if len(text) > _LONGEST_KEYWORD:
        raise Invalid(f"Validation failed: Keyword is too long (maximum is {_LONGEST_KEYWORD} characters)")
    return text.strip()
