"""One way in for whatever has to be looked at: reports, notices, flags, letters.

**Clusters.** There is one open case for each author: what is said about several of their posts, or about the same post
by several people, is judged by one person who sees all of it, and strikes and account measures are about an author
anyway. A thing without an author (a hashtag, a link) is its own cluster. Copies of a text by many authors stay cases
of their own, since each author is owed an own decision; they share a group key, by which the queue lists and decides
them together.
"""

import hashlib
import secrets
from typing import Any, Final

import msgspec

from perdure.kernel.db import Row, Tx
from perdure.moderation.events import IntakeReceived, NoticeReceived, ReportFiled
from perdure.moderation.model import Authority, Category, Channel, SnapshotContent, SnapshotReason, Subject
from perdure.moderation.queries import cases, intakes
from perdure.moderation.rules import reliability
from perdure.moderation.rules.machines import transition
from perdure.moderation.rules.reliability import Record
from perdure.moderation.service import clocks, snapshots
from perdure.moderation.service.ranking import Inputs, inputs_of, ranked_in, stronger

_TOGETHER_MS: Final = 15 * 60_000
_NEIGHBOURS: Final = 20
_COPY_LETTERS: Final = 12
_HOUR_MS: Final = 3_600_000
# No log of views yet: of twenty who see a post about one reacts, of a hundred followers about one looks in an hour.
_VIEWS_PER_REACTION: Final = 20
_VIEWS_PER_FOLLOWER: Final = 0.01
_BASIS: Final = "echoes, comments, favourites and followers"


class Claim(msgspec.Struct, frozen=True):
    """One thing that an intake is about: as it was written, and what was found under it.

    ``hint`` is the outcome that a program would give it; a person says. ``reach`` is known where whoever took the
    claim had the post before them.
    """

    text: str
    subject: Subject | None
    resolution: str = "id"
    hint: str = ""
    reach: Inputs = Inputs()


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """What came in, checked by whoever took it. ``policy`` and ``severity`` are what it claims."""

    channel: Channel
    authority: Authority
    claims: tuple[Claim, ...]
    category: Category
    policy: str
    severity: int
    target_id: int | None = None
    reporter_id: int | None = None
    verified: bool = False
    contact_sealed: str | None = None
    contact_hash: str | None = None
    source_hash: str | None = None
    provider: str | None = None
    provider_reference: str | None = None
    provider_clause: str | None = None
    surface_profile: str | None = None
    raw_sealed: bytes | None = None
    raw_hash: str | None = None
    language: str | None = None
    locale: str = "en"
    harm: str = ""
    threat_to_life: bool = False
    good_faith: bool = False
    comment: str = ""
    rule_ids: tuple[int, ...] = ()
    forward: bool = False
    token_hash: str | None = None
    source: str | None = None
    score_permille: int | None = None
    signal_ids: tuple[int, ...] = ()
    drill: bool = False
    cluster: str = ""  # where whoever took it knows better than the rule about authors
    received_at: int | None = None  # when it came to the door; None: now

    @property
    def machine(self) -> bool:
        """Whether no person asks."""
        return self.authority == "machine"


class _Shown(msgspec.Struct, frozen=True):
    """The items of an intake, how many of them are new, and what the first one says."""

    item_ids: tuple[int, ...] = ()
    fresh: int = 0
    group_key: str = ""
    inputs: Inputs = Inputs()
    language: str | None = None


class Joined(msgspec.Struct, frozen=True):
    """What was taken in, the case that it joined, and until when that is to be decided."""

    intake_id: int
    case_id: int
    due_at: int | None
    state: str


def receive_in(tx: Tx, received: Received) -> tuple[int, int]:
    """:func:`join_in`, as (intake id, case id)."""
    joined = join_in(tx, received)
    return joined.intake_id, joined.case_id


def join_in(tx: Tx, received: Received) -> Joined:
    """Take something in: it joins the open case of its cluster or opens one.

    Snapshots are taken of everything it is about (I4), clocks start at this very moment. Raises NotFound where it is
    about something of which nothing is left.
    """
    intake_id = tx.new_id()
    found = _opened_in(tx, _cluster(received, intake_id), received)
    shown = _items_in(tx, found.id, received)
    voice = _same_voice_in(tx, found.id, received)
    weight = _weight_in(tx, received)
    _insert_in(tx, intake_id, found.id, received, voice, weight)
    cases.claim_items(tx, intake_id, shown.item_ids)
    inputs = stronger(shown.inputs, Inputs(received.score_permille, None if received.machine else weight))
    case = cases.take_turn(tx, found.id)
    assert case is not None
    due_at = _join_in(tx, case, received, shown, inputs, independent=voice is None)
    _log_in(tx, intake_id, case, received)
    return Joined(intake_id, case.id, due_at, case.state)


def _cluster(received: Received, intake_id: int) -> str:
    if received.cluster:
        return received.cluster
    authors = {claim.subject.author_id for claim in received.claims if claim.subject is not None}
    if received.target_id is not None:
        authors.add(received.target_id)
    authors.discard(None)
    if len(authors) == 1 and (author := authors.pop()) is not None:
        return f"author:{author}"
    subjects = [claim.subject for claim in received.claims if claim.subject is not None]
    if len(subjects) == 1:
        return f"{subjects[0].kind}:{subjects[0].id}"
    return f"letter:{intake_id}"


def _opened_in(tx: Tx, key: str, received: Received) -> Row:
    """The open case of a cluster; made where there is none. Of two that make one at once the second waits here."""
    if (found := cases.hold_open(tx, key)) is not None:
        return found
    kind, _, about = key.partition(":")
    cases.insert(
        tx,
        id=tx.new_id(),
        cluster_key=key,
        open_key=key,
        group_key="",
        author_id=int(about) if kind == "author" else None,
        state="received",
        severity=received.severity,
        severity_by="claim",
        policy=received.policy,
        category=received.category,
        queue="default",
        human=False,
        machine=False,
        language=None,
        parts_json="{}",
        sort_key=0,
        draw=secrets.randbelow(1000),
        opened_at=_zero(tx, received),
        drill=received.drill,
        **_BLANK,
    )
    found = cases.hold_open(tx, key)
    assert found is not None  # ours, or that of whoever was faster
    return found


_BLANK: Final[dict[str, Any]] = {
    "assigned_to": None,
    "intakes": 0,
    "reporters": 0,
    "pending_items": 0,
    "due_at": None,
    "first_action_at": None,
    "decided_at": None,
    "closed_at": None,
    "decided_by": None,
    "automated": False,
    "reopened": 0,
    "version": 0,
}


def _items_in(tx: Tx, case_id: int, received: Received) -> _Shown:
    shown = _Shown()
    reason: SnapshotReason = "flag" if received.machine else "report"
    for claim in received.claims:
        taken, about = None, claim.subject
        item_id = cases.item_of(tx, case_id, about) if about is not None else None
        if item_id is None:
            taken = snapshots.take_in(tx, about, reason, f"case:{case_id}") if about is not None else None
            item_id = cases.item_of(tx, case_id, taken.subject) if taken is not None else None
        known = item_id is not None
        shown = _Shown(
            (*shown.item_ids, item_id if item_id is not None else _item_in(tx, case_id, claim, taken)),
            shown.fresh + int(not known),
            shown.group_key or (group_of(taken.content) if taken else ""),
            stronger(shown.inputs, reach_of_content(taken.content, tx.now) if taken else claim.reach),
            shown.language or (taken.content.language if taken else None),
        )
    return shown


def _item_in(tx: Tx, case_id: int, claim: Claim, taken: snapshots.Taken | None) -> int:
    return cases.insert_item(
        tx,
        case_id=case_id,
        subject_id=taken.subject_id if taken else None,
        snapshot_id=taken.snapshot_id if taken else None,
        claim=claim.text[:2000],
        resolution=claim.resolution,
        state="pending",
        duplicate_of=None,
        decision_id=None,
        evidence_hash=taken.digest if taken else None,
        note=claim.hint,
        settled_by=None,
        settled_at=None,
    )


def group_of(content: SnapshotContent) -> str:
    """Under which copies of a text stand together; empty for a text too short to be called a copy."""
    words = content.views.get("words", "")
    return hashlib.sha256(words.encode()).hexdigest()[:32] if len(words) >= _COPY_LETTERS else ""


def reach_of_content(content: SnapshotContent, now: int) -> Inputs:
    """The reach of what a snapshot shows."""
    post = content.kind in {"post", "message"}
    seen = (
        reactions_an_hour(content.replies, content.reblogs, content.favourites, content.created_at, now) if post else 0
    )
    followers = _VIEWS_PER_FOLLOWER * content.author_followers if content.visibility != "direct" else 0.0
    return Inputs(per_hour=round(_VIEWS_PER_REACTION * seen + followers, 1), basis=_BASIS)


def reach_of(row: Row, now: int) -> Inputs:
    """The reach of a post by its reactions alone, where the followers were counted before."""
    seen = reactions_an_hour(row.replies_count, row.reblogs_count, row.favourites_count, row.created_at, now)
    return Inputs(per_hour=round(_VIEWS_PER_REACTION * seen, 1), basis=_BASIS)


def reactions_an_hour(replies: int, reblogs: int, favourites: int, created_at: int, now: int) -> float:
    """How often people reacted in an hour; an echo counts twice. A post is taken to be a quarter of an hour old."""
    return (replies + 2 * reblogs + favourites) / max(0.25, (now - created_at) / _HOUR_MS)


def _same_voice_in(tx: Tx, case_id: int, received: Received) -> int | None:
    """The earlier intake that this one is only an echo of.

    The same person, address or network counts once; so do accounts that follow each other and come within minutes.
    """
    if received.machine:
        return None
    known = {
        "reporter_id": received.reporter_id,
        "contact_hash": received.contact_hash,
        "source_hash": received.source_hash,
    }
    if (same := intakes.same_voice(tx, case_id, **known)) is not None:
        return same
    if received.reporter_id is None:
        return None
    near = intakes.latest(tx, case_id, tx.now - _TOGETHER_MS, _NEIGHBOURS)
    friends = intakes.friends(tx, received.reporter_id, [row.reporter_id for row in near])
    return next((row.independent_of or row.id for row in near if row.reporter_id in friends), None)


def _weight_in(tx: Tx, received: Received) -> int:
    """What the reporter's record says, in thousandths; for whoever has none, everybody's."""
    if received.machine:
        return 0
    records = intakes.records(tx, 0, *((received.reporter_id,) if received.reporter_id else ()))
    own = records.get(received.reporter_id or -1, {})
    elsewhere = Record(
        sum(record.upheld for name, record in own.items() if name != received.policy),
        sum(record.dismissed for name, record in own.items() if name != received.policy),
    )
    everybody = records[0].get(received.policy, Record())
    return round(1000 * reliability.mean(own.get(received.policy, Record()), elsewhere, everybody))


_OWN: Final = frozenset({"claims", "rule_ids", "signal_ids", "drill", "cluster", "received_at"})
_COPIED: Final = tuple(name for name in Received.__struct_fields__ if name not in _OWN)


def _zero(tx: Tx, received: Received) -> int:
    """The instant from which clocks run."""
    return tx.now if received.received_at is None else received.received_at


def _insert_in(tx: Tx, intake_id: int, case_id: int, received: Received, voice: int | None, weight: int) -> None:
    intakes.insert(
        tx,
        id=intake_id,
        case_id=case_id,
        rule_ids_json=msgspec.json.encode(received.rule_ids).decode(),
        signal_ids_json=msgspec.json.encode(received.signal_ids).decode(),
        independent_of=voice,
        weight_permille=weight,
        outcome=None,
        told_at=None,
        received_at=_zero(tx, received),
        **{name: getattr(received, name) for name in _COPIED},
    )


def _join_in(tx: Tx, case: Row, received: Received, shown: _Shown, inputs: Inputs, *, independent: bool) -> int | None:
    fresh = case.state == "received"
    severity, by = _severity(case, received, independent=independent)
    if fresh or severity < case.severity:
        clocks.start_house_in(tx, case.id, severity, _zero(tx, received))
    merged = inputs if fresh else stronger(inputs_of(case), inputs)
    graver = fresh or severity < case.severity
    moved = graver or by != case.severity_by or merged != inputs_of(case)
    ranked = ranked_in(tx, case.id, severity, by, merged, case.opened_at) if moved else {}
    cases.change(
        tx,
        case,
        state=transition("case", case.state, "join").state,
        severity=severity,
        severity_by=by,
        policy=received.policy if graver else case.policy,
        category=received.category if graver else case.category,
        human=case.human or not received.machine,
        machine=case.machine or received.machine,
        language=case.language or shown.language or received.language,
        group_key=case.group_key or shown.group_key,
        intakes=case.intakes + 1,
        reporters=case.reporters + int(independent and not received.machine),
        pending_items=case.pending_items + shown.fresh,
        **ranked,
    )
    due_at: int | None = ranked.get("due_at", case.due_at)
    return due_at


_TRUSTED: Final = frozenset({"machine", "trusted_flagger", "provider", "member_state", "court"})


def _severity(case: Row, received: Received, *, independent: bool) -> tuple[int, str]:
    """How grave the case is from now on, and who says so: one person's claim, several or a machine, or staff.

    What staff decided stands against claims, not against a machine or an authority.
    """
    supported = received.authority in _TRUSTED
    if case.state == "received":
        return received.severity, "support" if supported else "claim"
    if case.severity_by == "staff" and not (supported and received.severity < case.severity):
        return case.severity, "staff"
    if received.severity < case.severity:
        return received.severity, "support" if supported else "claim"
    if received.severity == case.severity and (supported or (independent and case.reporters > 0)):
        return case.severity, "support"
    return case.severity, case.severity_by


def _log_in(tx: Tx, intake_id: int, case: Row, received: Received) -> None:
    kind = "received" if case.state == "received" else "joined"
    detail = {
        "intake": intake_id,
        "channel": received.channel,
        "policy": received.policy,
        "severity": received.severity,
    }
    cases.append_event(tx, case.id, kind, None, detail)
    if not received.machine and not case.human:
        tx.emit(ReportFiled(intake_id, case.id, received.severity, received.reporter_id))
    if received.contact_sealed is not None:
        tx.emit(NoticeReceived(intake_id))
    tx.emit(
        IntakeReceived(
            intake_id, case.id, kind, received.channel, received.policy, received.severity, _zero(tx, received)
        )
    )
