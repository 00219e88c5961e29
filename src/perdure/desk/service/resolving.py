"""What a letter names: each claim becomes a subject, or the outcome that is certain without a person.

What is not open to everybody is looked up for verified senders alone, and of private messages nobody who writes to the
desk learns that they exist.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from perdure.accounts import service as accounts
from perdure.accounts.model import AccountView
from perdure.desk.queries import letters as queries
from perdure.desk.rules import places
from perdure.desk.rules.places import Place
from perdure.discovery import service as discovery
from perdure.kernel.db import Row, Tx
from perdure.moderation.model import Subject
from perdure.moderation.service import bundles
from perdure.moderation.service.bundles import Looked, Placed, Standing
from perdure.posts import service as posts

_OPEN: Final = frozenset({"public", "unlisted"})
_HINTS: Final = 5
_NOBODY: Final = Place("unreadable")


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one claim. ``certain`` is its outcome where no person is needed, ``note`` is for staff."""

    subject: Subject | None = None
    resolution: str = "none"
    certain: str = ""
    before: str = ""
    decision_id: int | None = None
    masked: bool = False
    note: str = ""


class _Line(msgspec.Struct, frozen=True):
    row: Row
    place: Place
    via: str

    @property
    def key(self) -> str:
        if self.place.kind == "unreadable":
            return f"{self.row.pointer}:{self.row.value}"[:300] if self.row.value else ""
        return self.place.key[:300]


class Known(msgspec.Struct, frozen=True):
    """What is asked about a letter: own hosts, those that lead on, where their links lead, when it was written (ms)."""

    hosts: frozenset[str]
    short: frozenset[str]
    led: Mapping[str, str]
    written_at: int


def short_links(rows: Sequence[Row], hosts: frozenset[str], short: frozenset[str]) -> list[str]:
    """The addresses among the claims that only lead on."""
    return [row.url for row in rows if row.url and places.place_of(row.url, hosts, short).kind == "short"]


def resolve_in(tx: Tx, letter: Row, rows: Sequence[Row], known: Known) -> None:
    """Look up some of a letter's claims and write down what was found: in the case and beside the letter."""
    lines = [_line(row, known) for row in rows]
    first = queries.first_at(tx, letter.id, [line.key for line in lines if line.key])
    answers: list[Answer | None] = []
    fresh: list[_Line] = []
    repeats: dict[int, int] = {}
    for line in lines:
        original = first.setdefault(line.key, line.row.item_id) if line.key else line.row.item_id
        if original != line.row.item_id:
            repeats[line.row.number] = original
        else:
            fresh.append(line)
    found = _Lookup(tx, letter, known, fresh)
    answers = [None if line.row.number in repeats else found.answer(line) for line in lines]
    placed = _attach_in(tx, letter, lines, answers)
    values = [
        _values(letter, line, answer, repeats.get(line.row.number), placed)
        for line, answer in zip(lines, answers, strict=True)
    ]
    queries.change_items(tx, queries.LOOKED_UP, values)


def _line(row: Row, known: Known) -> _Line:
    if row.pointer == "id":
        number = int(row.value) if row.value.isascii() and row.value.isdecimal() and len(row.value) <= 19 else 0
        return _Line(row, Place("post", number) if 0 < number < 2**63 else _NOBODY, "id")
    if row.pointer == "account":
        return _Line(row, places.named(row.value, known.hosts) or _NOBODY, "account")
    if row.pointer != "url":
        return _Line(row, _NOBODY, row.pointer)
    place = places.place_of(row.url, known.hosts, known.short)
    if place.kind == "short" and row.url in known.led:
        target = places.place_of(known.led[row.url], known.hosts, known.short)
        return _Line(row, place if target.kind == "short" else target, "short_link")
    return _Line(row, place, "url")


def _attach_in(tx: Tx, letter: Row, lines: Sequence[_Line], answers: Sequence[Answer | None]) -> dict[int, Placed]:
    looked = [
        Looked(item_id=line.row.item_id, subject=answer.subject, resolution=answer.resolution, note=answer.note)
        if answer is not None
        else Looked(item_id=line.row.item_id, resolution=line.via)
        for line, answer in zip(lines, answers, strict=True)
    ]
    return {one.item_id: one for one in bundles.attach_in(tx, letter.case_id, looked)}


def _values(
    letter: Row, line: _Line, answer: Answer | None, same_as: int | None, placed: Mapping[int, Placed]
) -> dict[str, Any]:
    row = line.row
    if answer is None:
        answer = Answer(resolution=line.via, certain="duplicate_of")
    elif (again := placed[row.item_id].same_as) is not None:
        same_as, answer = again, msgspec.structs.replace(answer, certain="duplicate_of")
    return {
        "letter_id": letter.id,
        "number": row.number,
        "step": 1 if answer.subject is not None and not answer.certain else 2,  # there is nothing to judge
        "place_key": line.key,
        "resolution": answer.resolution,
        "outcome_hint": answer.certain,
        "same_as": same_as,
        "decision_id": answer.decision_id,
        "masked": answer.masked,
        "state_before": answer.before,
    }


class _Lookup:
    """Everything that some claims may mean, with one query for each kind of thing."""

    def __init__(self, tx: Tx, letter: Row, known: Known, lines: Sequence[_Line]) -> None:
        self._tx, self._letter, self._known = tx, letter, known
        wanted = [line.place.id for line in lines if line.place.kind == "post"]
        self._posts = posts.stored_some_in(tx, list(dict.fromkeys(wanted)))
        echoed = [row.reblog_of_id for row in self._posts.values() if row.reblog_of_id is not None]
        self._posts |= posts.stored_some_in(tx, [one for one in dict.fromkeys(echoed) if one not in self._posts])
        names = dict.fromkeys(line.place.name for line in lines if line.place.kind == "account")
        self._ids = accounts.ids_by_names_in(tx, names) if names else {}
        ids = set(self._ids.values()) | {line.place.id for line in lines if line.place.kind == "account_id"}
        authors = {row.account_id for row in self._posts.values()}
        self._accounts: dict[int, AccountView] = accounts.views_in(tx, ids | authors) if ids | authors else {}
        self._about_posts = bundles.standing_in(tx, "post", self._posts)
        self._about_accounts = bundles.standing_in(tx, "account", self._accounts)

    def answer(self, line: _Line) -> Answer:
        """What one claim means."""
        place = line.place
        if place.kind == "post":
            return self._post(place.id, line)
        if place.kind in {"account", "account_id"}:
            return self._account(line)
        if place.kind == "tag":
            return self._tag(line)
        if place.kind == "foreign":
            return Answer(resolution=line.via, certain="not_ours")
        if line.row.pointer == "phrase":
            return self._phrase(line)
        return Answer(resolution="none", note=_UNCLEAR.get(place.kind, ""))

    def _post(self, post_id: int, line: _Line) -> Answer:
        row = self._posts.get(post_id)
        if row is None:
            return Answer(resolution=line.via, certain="not_found")
        if row.reblog_of_id is not None and (original := self._posts.get(row.reblog_of_id)) is not None:
            return msgspec.structs.replace(self._stored(original, line), resolution="echo")
        return self._stored(row, line)

    def _stored(self, row: Row, line: _Line) -> Answer:
        closed = row.visibility not in _OPEN or (row.state == "held" and not row.announced)
        if closed and not self._letter.verified:
            return Answer(resolution=line.via, certain="not_found", masked=True, before="closed", note=_CLOSED)
        message = row.visibility == "direct"
        about = Subject("message" if message else "post", row.id, row.version, row.account_id)
        made = self._about_posts.get(row.id)
        author = self._about_accounts.get(row.account_id)
        answer = Answer(subject=about, resolution=line.via, masked=message, before=self._before(row, line))
        if message:
            return answer
        if row.state == "deleted":
            return msgspec.structs.replace(answer, certain="deleted_by_author")
        hiding = next((one for one in (made, author) if one is not None and one.hides), None)
        if hiding is not None:
            return msgspec.structs.replace(answer, certain="already_actioned", decision_id=hiding.decision_id)
        return msgspec.structs.replace(answer, note=self._note(row, line, made))

    def _before(self, row: Row, line: _Line) -> str:
        if row.state != "published":
            return str(row.state)
        return "edited" if self._edited(row, line) else "visible"

    def _edited(self, row: Row, line: _Line) -> bool:
        return row.edited_at is not None and row.edited_at > (line.row.seen_at or self._known.written_at)

    def _note(self, row: Row, line: _Line, made: Standing | None) -> str:
        said = ["Edited since the letter was written"] if self._edited(row, line) else []
        if made is not None:
            said.append(f"Decided before ({made.outcome}, decision {made.decision_id})")
        return "; ".join(said)

    def _account(self, line: _Line) -> Answer:
        account_id = line.place.id or self._ids.get(line.place.name) or self._renamed(line.place.name)
        view = self._accounts.get(account_id) if account_id else None
        if view is None:
            return Answer(resolution="account", certain="not_found")
        answer = Answer(
            subject=Subject("account", view.id, 0, view.id),
            resolution="account",
            before=_STATES.get(view.state, "visible"),
        )
        made = self._about_accounts.get(view.id)
        if view.state == "deleted":
            return msgspec.structs.replace(answer, certain="deleted_by_author")
        if made is not None and made.hides:
            return msgspec.structs.replace(answer, certain="already_actioned", decision_id=made.decision_id)
        return answer

    def _renamed(self, name: str) -> int | None:
        view = accounts.renamed_in(self._tx, name) if name else None
        if view is not None:
            self._accounts[view.id] = view
        return view.id if view is not None else None

    def _tag(self, line: _Line) -> Answer:
        row = discovery.tag_in(self._tx, line.place.name)
        if row is None:
            return Answer(resolution="tag", certain="not_found")
        return Answer(subject=Subject("tag", row.id, 1), resolution="tag", before="visible")

    def _phrase(self, line: _Line) -> Answer:
        found = discovery.quoted_in(self._tx, line.row.value, _HINTS + 1)
        if not found:
            return Answer(resolution="phrase", note="No public post has these words now")
        if len(found) == 1:
            self._posts |= posts.stored_some_in(self._tx, found)
            answer = self._stored(self._posts[found[0]], line)
            return msgspec.structs.replace(
                answer, resolution="phrase", certain="", note="Found by its words: look twice"
            )
        more = " and more" if len(found) > _HINTS else ""
        return Answer(resolution="phrase", note=f"Posts with these words: {', '.join(map(str, found[:_HINTS]))}{more}")


_CLOSED: Final = "Names something that is not open to everybody; for an unverified sender it is not looked at"
_STATES: Final = {"suspended": "hidden", "deleted": "deleted", "deactivated": "hidden"}
_UNCLEAR: Final = {
    "short": "A short link whose target could not be seen: a person has to open it",
    "page": "A page of this site that is no post, account or hashtag",
    "media": "A file: look for the post that shows it",
}
