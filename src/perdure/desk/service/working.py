"""A letter's items as somebody works through them: many at a time where they are alike, each with its own decision.

What is decided goes through ``moderation``; nothing here knows another way.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, get_args

import msgspec

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.desk.rules import places
from perdure.desk.service import letters
from perdure.desk.service.letters import LetterItemView
from perdure.desk.tables.letters import letter_item
from perdure.kernel.db import Tx
from perdure.kernel.errors import Conflict, Invalid, NotFound
from perdure.moderation.model import ItemState, Subject
from perdure.moderation.model.decisions import ACCOUNT_ACTS, CONTENT_ACTS, UNDO_MS, Act, ActKind, DecisionInput
from perdure.moderation.rules import harms
from perdure.moderation.service import bundles, decisions, outside, policies, settling
from perdure.moderation.service.bundles import Looked
from perdure.moderation.service.notices import locale_in
from perdure.posts import service as posts
from perdure.signals.service import resembling

Likeness = Literal["author", "text", "policy"]
LIKE: Final[tuple[str, ...]] = get_args(Likeness)
ENDINGS: Final[frozenset[str]] = frozenset({"not_found", "not_ours", "unreadable_needs_info"})
"""Outcomes that a person gives without a decision about anybody's content."""
GONE: Final = "Every item that you chose has an outcome already: somebody else was faster"
_TEXT: Final = 400
_NEAR_MOST: Final = 400  # texts that are compared with each other
_SUSPENSION_MS: Final = 30 * 86_400_000
_POSTS: Final = frozenset({"post", "message"})


class Line(msgspec.Struct, frozen=True):
    """One item with what a list shows of it. ``text`` is its beginning as it is now; ``alike`` its group by wording."""

    item: LetterItemView
    author: str
    author_id: int | None
    text: str
    alike: str


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """What is to become of some items.

    ``act`` is what is done; empty, it keeps to the rules. ``ending`` is an outcome of :data:`ENDINGS` instead. Without
    ``policy`` each item falls under what the letter claims for it. ``facts`` are words by house rule, "" for any other.
    """

    act: str = ""
    ending: str = ""
    policy: str = ""
    facts: Mapping[str, str] = {}


class Done(msgspec.Struct, frozen=True):
    """What was decided: items by number, and what takes it back until ``until`` (ms)."""

    numbers: tuple[int, ...]
    batches: tuple[int, ...]
    endings: tuple[int, ...]  # item ids
    until: int


def lines_in(tx: Tx, letter_id: int, *, after: int = 0, most: int = 10_000) -> list[Line]:
    """The items of a letter with whose they are and what they say. The caller has asked for the right."""
    items = letters.items_in(tx, letter_id, after=after, most=most)
    people = accounts.views_in(tx, {one.subject.author_id for one in items if one.subject and one.subject.author_id})
    texts = {one.number: _text_in(tx, one) for one in items}
    alike = resembling.groups(texts) if len(texts) <= _NEAR_MOST else resembling.groups(texts, near=False)
    return [
        Line(
            one,
            people[author].username if (author := _author(one)) in people else "",
            author,
            texts[one.number][:_TEXT],
            alike.get(one.number, ""),
        )
        for one in items
    ]


def _author(one: LetterItemView) -> int | None:
    return one.subject.author_id if one.subject is not None else None


def _text_in(tx: Tx, one: LetterItemView) -> str:
    if one.subject is None or one.subject.kind not in _POSTS:
        return ""
    row = posts.stored_in(tx, one.subject.id)
    return f"{row.spoiler_text} {row.text}".strip() if row is not None else ""


def alike_in(tx: Tx, letter_id: int, numbers: Iterable[int], like: str) -> list[int]:
    """The pending items that are like one of these: by the same author, in the same words or nearly, or so claimed.

    The chosen ones are among them. The caller has asked for the right. Raises Invalid for another likeness.
    """
    if like not in LIKE:
        raise Invalid(f"Validation failed: {like[:20]} is no likeness")
    lines, wanted = lines_in(tx, letter_id), set(numbers)
    keys = {_key(one, like) for one in lines if one.item.number in wanted} - {""}
    return [
        one.item.number
        for one in lines
        if one.item.state == "pending" and (one.item.number in wanted or _key(one, like) in keys)
    ]


def _key(one: Line, like: str) -> str:
    if like == "author":
        return str(one.author_id or "")
    return one.alike if like == "text" else one.item.policy


def decide_in(tx: Tx, staff_id: int, letter_id: int, numbers: Sequence[int], choice: Choice) -> Done:
    """Decide about the items of these numbers that are pending; one decision for each thing.

    Asks for ``manage_reports``, about accounts for ``manage_users`` too. Raises NotFound; Conflict where none is
    pending any more or somebody else holds the case; Invalid where what is to be done does not fit the items; Forbidden
    about one's own rank.
    """
    letter = letters.authorised_in(tx, staff_id, letter_id)
    wanted = set(numbers)
    chosen = [one for one in letters.items_in(tx, letter_id) if one.number in wanted and one.state == "pending"]
    if not chosen or letter.case_id is None:
        raise Conflict(GONE)
    told = tuple(one.number for one in chosen)
    if choice.ending:
        ended = _end_in(tx, staff_id, letter.case_id, chosen, choice.ending)
        return Done(told, (), ended, tx.now + UNDO_MS)
    usual = letter.policy or outside.standing_in(tx, letter.case_id).policy
    made = [
        decisions.decide_in(tx, staff_id, letter.case_id, None, _given_in(tx, choice, policy, locale, ids)).batch_id
        for (policy, locale), ids in _grouped_in(tx, chosen, choice, usual).items()
    ]
    return Done(told, tuple(made), (), tx.now + UNDO_MS)


def _end_in(tx: Tx, staff_id: int, case_id: int, chosen: list[LetterItemView], ending: str) -> tuple[int, ...]:
    if ending not in ENDINGS:
        raise Invalid(f"Validation failed: {ending[:30]} is no outcome that is given without a decision")
    if ending != "unreadable_needs_info" and any(one.subject is not None and not one.masked for one in chosen):
        raise Invalid("Something was found under an item that you chose: decide about it")
    state: ItemState = ending  # type: ignore[assignment] # one of ENDINGS
    ids = tuple(one.item_id for one in chosen if one.item_id is not None)
    settling.settle_in(tx, staff_id, case_id, [settling.Outcome(item_id=one, state=state) for one in ids])
    return ids


_Groups = dict[tuple[str, str], list[int]]


def _grouped_in(tx: Tx, chosen: list[LetterItemView], choice: Choice, usual: str) -> _Groups:
    """Items by the house rule they fall under and the language of whoever reads the statement."""
    found: _Groups = {}
    for one in chosen:
        if one.subject is None or one.item_id is None:
            raise Invalid(f"Nothing was found under item {one.number}: say so, or that it cannot be read")
        if choice.act in CONTENT_ACTS and one.subject.kind not in _POSTS:
            raise Invalid(f"Item {one.number} is no post: choose something that is done to an account")
        policy = "" if not choice.act else choice.policy or one.policy or usual
        policy = policy if policy in harms.SEVERITY or not policy else "other"
        locale = locale_in(tx, one.subject.author_id)
        found.setdefault((policy, locale), []).append(one.item_id)
    return found


def _given_in(tx: Tx, choice: Choice, policy: str, locale: str, ids: list[int]) -> DecisionInput:
    facts = choice.facts.get(policy) or choice.facts.get("", "")
    if not choice.act:
        return DecisionInput(
            facts=facts, item_ids=tuple(ids), automated_detection=False, automated_decision="not", scope="none"
        )
    kind: ActKind = choice.act  # type: ignore[assignment] # statements.check refuses any other
    until = tx.now + _SUSPENSION_MS if kind == "account_suspend" else None
    return DecisionInput(
        policy=policy,
        acts=(Act(kind=kind, until=until),),
        item_ids=tuple(ids),
        ground="incompatible",
        explanation=policies.named_in(tx, policy).text(locale),
        facts=facts,
        scope="account" if kind in ACCOUNT_ACTS else "content" if kind in CONTENT_ACTS else "none",
        automated_detection=False,
        automated_decision="not",
    )


def point_in(tx: Tx, staff_id: int, letter_id: int, number: int, address: str, hosts: frozenset[str]) -> None:
    """Say what an item means of which nothing was understood: a person has looked at the picture or read the line.

    ``address`` is that of a post or account of this site (``hosts``), or a post's number. Where another item is about
    it already, this one repeats it. Asks for ``manage_reports``. Raises NotFound, Invalid, Conflict for an item that
    has an outcome or a meaning already.
    """
    letter = letters.authorised_in(tx, staff_id, letter_id)
    item = next((one for one in letters.items_in(tx, letter_id, after=number - 1, most=1)), None)
    if item is None or item.number != number or item.item_id is None or letter.case_id is None:
        raise NotFound
    if item.state != "pending" or item.subject is not None:
        raise Conflict(GONE)
    about, before = _meant_in(tx, address.strip(), hosts)
    (placed,) = bundles.attach_in(
        tx, letter.case_id, [Looked(item_id=item.item_id, subject=about, resolution="person")]
    )
    tx.update(letter_item, {"letter_id": letter_id, "number": number}, resolution="person", state_before=before)
    if placed.same_as is not None:
        same = settling.Outcome(item_id=item.item_id, state="duplicate_of", duplicate_of=placed.same_as)
        settling.settle_in(tx, staff_id, letter.case_id, [same])
    audit.append_in(
        tx,
        actor_id=staff_id,
        action="letter.point",
        subject=f"case:{letter.case_id}",
        item=item.item_id,
        about=f"{about.kind}:{about.id}",
    )


def _meant_in(tx: Tx, address: str, hosts: frozenset[str]) -> tuple[Subject, str]:
    number = int(address) if address.isascii() and address.isdecimal() and len(address) < 19 else 0
    place = places.Place("post", number) if number else places.place_of(address, hosts)
    if place.kind == "post":
        row = posts.stored_in(tx, place.id)
        if row is not None and row.visibility != "direct":
            state = "visible" if row.state == "published" else str(row.state)
            return Subject("post", row.id, row.version, row.account_id), state
    found = place.id if place.kind == "account_id" else None
    if place.kind == "account":
        found = accounts.ids_by_names_in(tx, [place.name]).get(place.name)
    if found is not None and accounts.views_in(tx, [found]):
        return Subject("account", found, 0, found), "visible"
    raise Invalid(
        "Validation failed: Address is no post or account here",
        {"address": [("ERR_INVALID", "is no post or account here")]},
    )


def undo_in(tx: Tx, staff_id: int, letter_id: int, batches: Iterable[int], endings: Iterable[int]) -> None:
    """Take back what :func:`decide_in` did, within 30 seconds. Asks and raises as it; Conflict when it is too late."""
    letter = letters.authorised_in(tx, staff_id, letter_id)
    for batch in batches:
        decisions.undo_in(tx, staff_id, batch)
    ended = list(endings)
    if ended and letter.case_id is not None:
        settling.take_back_in(tx, staff_id, letter.case_id, ended)
