"""Threats to life: authorities are told at once, with everything that helps them, and what was told is on record.

DSA Art 18 asks for it at any suspicion of an offence against life or safety, TCO Art 14(5) for terrorist content with
an imminent threat. It goes to the state concerned, or to Europol where that is not clear. (C18)
"""

import hashlib
from typing import Any, Final, get_args

import msgspec

from perdure.accounts import service as accounts
from perdure.accounts.service import oversight
from perdure.audit import service as audit
from perdure.delivery import service as delivery
from perdure.desk.events import ReferralDue
from perdure.desk.ports import Paper
from perdure.desk.queries import orders as order_rows
from perdure.desk.queries import referrals as queries
from perdure.desk.rules import referrals as rules
from perdure.desk.rules.referrals import Basis, Pack, Person, Referred, ReferredFile
from perdure.desk.service.sealing import opened_in, sealed_in
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Conflict, Invalid, NotFound
from perdure.kernel.runtime import Runtime
from perdure.moderation.model import Item, SnapshotView
from perdure.moderation.service import bundles, clocks, preservation, reading, snapshots

_KEEP_MS: Final = 183 * 86_400_000
_MOST_WHY: Final = 4000
_MOST_ITEMS: Final = 50
_CLOCKS: Final = {"dsa18": "dsa.threat_to_life", "tco14": "tco.threat_to_life"}


class ReferralInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a member of staff says. ``why`` it is imminent; without ``item_ids`` every item with content is told."""

    contact_id: int
    why: str
    basis: Basis = "dsa18"
    item_ids: tuple[int, ...] = ()


class Draft(msgspec.Struct, frozen=True):
    """A pack as it would be sent now."""

    pack: Pack
    text: str


async def draft(rt: Runtime, staff_id: int, case_id: int, given: ReferralInput) -> Draft:
    """The pack as it would go out, for whoever is about to confirm it; nothing is sent and nothing kept.

    Asks for ``manage_reports``; who looked is written down. Raises NotFound, Invalid where nothing could be told.
    """

    def body(tx: Tx) -> Draft:
        accounts.authorise_in(tx, staff_id, "manage_reports")
        contact = _contact_in(tx, given.contact_id)
        pack = _pack_in(tx, staff_id, case_id, given, contact, "TL-…", rt.settings.base_url)
        return Draft(pack, rules.text(pack, contact.locale))

    return await rt.db.write("desk.referral_draft", body)


async def refer(rt: Runtime, staff_id: int, case_id: int, given: ReferralInput) -> int:
    """Tell an authority; returns the referral's id. What it is about is kept from being erased for six months.

    Asks for ``manage_reports``; raises NotFound, Invalid with every field named, Conflict for a contact that is not
    used any more.
    """
    return await rt.db.write("desk.refer", refer_in, staff_id, case_id, given, rt.settings.base_url)


def refer_in(tx: Tx, staff_id: int, case_id: int, given: ReferralInput, base: str) -> int:
    """:func:`refer` in the caller's transaction."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    _check(given)
    contact = _contact_in(tx, given.contact_id)
    if not contact.active:
        raise Conflict("This contact is not used any more")
    referral_id = tx.new_id()
    pack = _pack_in(tx, staff_id, case_id, given, contact, f"TL-{referral_id}", base)
    _insert_in(tx, referral_id, staff_id, case_id, contact, pack)
    until = tx.now + _KEEP_MS
    for one in pack.items:
        about = (one.kind, int(one.id))
        preservation.place_ordered_in(tx, about, reason="legal", reference=pack.reference, until=until, case_id=case_id)
    clocks.meet_obligation_in(tx, case_id, _CLOCKS[given.basis])
    bundles.note_in(tx, case_id, "referred", referral=referral_id, to=contact.name)
    queries.log_access(tx, referral_id, staff_id, "make")
    return referral_id


def _check(given: ReferralInput) -> None:
    faults: dict[str, list[tuple[str, str]]] = {}
    if not given.why.strip() or len(given.why) > _MOST_WHY:
        faults["why"] = [("ERR_INVALID", f"must say why it is imminent, in {_MOST_WHY} characters at most")]
    if given.basis not in get_args(Basis):
        faults["basis"] = [("ERR_INCLUSION", "is not included in the list")]
    if faults:
        said = ", ".join(f"{name.capitalize()} {found[0][1]}" for name, found in faults.items())
        raise Invalid(f"Validation failed: {said}", faults)


def _contact_in(tx: Tx, contact_id: int) -> Row:
    row = queries.contact(tx, contact_id)
    if row is None:
        raise NotFound
    return row


def _insert_in(tx: Tx, referral_id: int, staff_id: int, case_id: int, contact: Row, pack: Pack) -> None:
    plain = rules.as_json(pack)
    kept, digest = sealed_in(tx, plain, f"referral:{referral_id}"), hashlib.sha256(plain).hexdigest()
    state = "withheld" if pack.drill else "sending" if contact.email else "printed"
    queries.insert(
        tx,
        id=referral_id,
        reference=pack.reference,
        case_id=case_id,
        basis=pack.basis,
        contact_id=contact.id,
        contact_name=contact.name,
        send_to=contact.email,
        locale=contact.locale,
        items=len(pack.items),
        pack_sealed=kept.sealed,
        wrapped_key=kept.wrapped_key,
        pack_hash=digest,
        state=state,
        error="",
        made_by=staff_id,
        made_at=tx.now,
        sent_at=None if state == "sending" else tx.now,
        receipt="",
        receipt_by=None,
        receipt_at=None,
        drill=pack.drill,
        version=1,
    )
    detail = {"case": case_id, "basis": pack.basis, "items": len(pack.items), "pack": digest, "state": state}
    _log(tx, staff_id, "make", referral_id, to=contact.name, drill=pack.drill, **detail)
    if state == "sending":
        tx.emit(ReferralDue(referral_id))


def _pack_in(
    tx: Tx, staff_id: int, case_id: int, given: ReferralInput, contact: Row, reference: str, base: str
) -> Pack:
    case = reading.view_in(tx, staff_id, case_id)
    wanted = [one for one in case.items if one.snapshot_id is not None and one.subject is not None]
    if given.item_ids:
        wanted = [one for one in wanted if one.id in given.item_ids]
    if not wanted:
        faults = {"item_ids": [("ERR_BLANK", "name nothing")]}
        raise Invalid("Nothing of this case has content that could be told", faults)
    shots = [(one, _opened_in(tx, staff_id, one, case_id)) for one in wanted[:_MOST_ITEMS]]
    point, site = order_rows.point(tx), accounts.site_in(tx)
    reach = ", ".join(one for one in (point.email, point.telephone) if one) if point is not None else ""
    return Pack(
        format=rules.FORMAT,
        reference=reference,
        basis=given.basis,
        drill=case.case.drill,
        site=site.title,
        provider=point.name if point is not None else "",
        contact=reach or base,
        authority=contact.name,
        made_at=tx.now,
        why=given.why.strip(),
        case=str(case_id),
        notices=tuple(_notice(one) for one in case.intakes if one.channel not in {"machine", "sweep"}),
        items=tuple(_referred(shot, base) for _, shot in shots),
        people=_people_in(tx, [shot for _, shot in shots], base),
    )


def _opened_in(tx: Tx, staff_id: int, item: Item, case_id: int) -> SnapshotView:
    assert item.snapshot_id is not None
    return snapshots.open_in(tx, staff_id, item.snapshot_id, "proof", case_id)


def _notice(one: Any) -> str:
    """When and as what something was reported: who did stays here (I14)."""
    words = " ".join(one.comment.split())[:500]
    return f"{rules.instant(one.received_at)} · {one.authority} · {one.policy or one.category}" + (
        f" · {words}" if words else ""
    )


def _referred(shot: SnapshotView, base: str) -> Referred:
    shown = shot.content
    path = f"/@{shown.author_name}" if shown.author_name else ""
    url = f"{base}{path}/{shown.ref_id}" if shown.kind in {"post", "message"} else f"{base}{path}"
    return Referred(
        kind=shot.subject.kind,
        id=str(shown.ref_id),
        url=url,
        text=shown.text,
        warning=shown.spoiler_text,
        language=shown.language,
        visibility=shown.visibility,
        posted_at=shown.created_at,
        seen_at=shot.created_at,
        evidence_sha256=shot.digest,
        reactions=shown.replies + shown.reblogs + shown.favourites,
        files=tuple(
            ReferredFile(kind=one.kind, mime=one.mime, sha256=one.sha256, url=one.file_key or "") for one in shown.media
        ),
    )


def _people_in(tx: Tx, shots: list[SnapshotView], base: str) -> tuple[Person, ...]:
    ids = dict.fromkeys(shot.content.author_id for shot in shots if shot.content.author_id is not None)
    found = [view for one in ids if (view := oversight.held_in(tx, one)) is not None]
    return tuple(
        Person(
            id=str(one.account.id),
            name=one.account.username,
            shown_name=one.account.display_name,
            email=one.login.email if one.login is not None else "",
            locale=one.login.locale if one.login is not None else "",
            state=one.account.state,
            since=one.account.created_at,
            url=f"{base}/@{one.account.username}",
            addresses=one.addresses[:20],
        )
        for one in found
    )


async def deliver(rt: Runtime, event: ReferralDue) -> None:
    """Mail a pack: its text, the paper and the data (subscriber). Raises Unavailable: it is tried again."""
    found = await rt.db.read(queries.one, event.referral_id)
    if found is None or found.state != "sending":
        return
    pack = await rt.db.read(pack_in, found)
    files = (
        delivery.Attachment(f"{found.reference}.pdf", "application/pdf", pdf(rt, pack, found.locale)),
        delivery.Attachment(f"{found.reference}.json", "application/json", rules.as_json(pack)),
    )
    subject, text = rules.subject(pack, found.locale), rules.text(pack, found.locale)
    await delivery.send_mail(rt, delivery.Mail(found.send_to, subject, text, f"referral:{found.id}", attachments=files))
    await rt.db.write("desk.referral_sent", _sent_in, found.id)


def _sent_in(tx: Tx, referral_id: int) -> None:
    row = queries.one(tx, referral_id)
    if row is not None and row.state == "sending":
        queries.change(tx, row, state="sent", sent_at=tx.now)
        _log(tx, None, "sent", referral_id)


def pack_in(tx: Tx, row: Row) -> Pack:
    """What went out, opened. Raises Unavailable where the site's key has changed since."""
    plain = opened_in(tx, bytes(row.pack_sealed), row.wrapped_key, f"referral:{row.id}")
    return msgspec.json.decode(plain, type=Pack)


def pdf(rt: Runtime, pack: Pack, locale: str) -> bytes:
    """A pack on paper."""
    return rt.port(Paper).pdf([rules.sheet(pack, locale)], rules.subject(pack, locale))


async def paper(rt: Runtime, staff_id: int, referral_id: int) -> bytes:
    """A pack on paper, for staff who send it another way; who took it is written down. Raises NotFound."""
    pack, locale = await rt.db.write("desk.referral_read", _read_in, staff_id, referral_id, "print")
    return pdf(rt, pack, locale)


async def read(rt: Runtime, staff_id: int, referral_id: int) -> Pack:
    """A pack as it went out; who looked is written down. Asks for ``manage_reports``; raises NotFound."""
    return (await rt.db.write("desk.referral_read", _read_in, staff_id, referral_id, "read"))[0]


def _read_in(tx: Tx, staff_id: int, referral_id: int, purpose: str) -> tuple[Pack, str]:
    row = _one_in(tx, staff_id, referral_id)
    queries.log_access(tx, referral_id, staff_id, purpose)
    _log(tx, staff_id, purpose, referral_id)
    return pack_in(tx, row), str(row.locale)


def _one_in(tx: Tx, staff_id: int, referral_id: int) -> Row:
    accounts.authorise_in(tx, staff_id, "manage_reports")
    row = queries.one(tx, referral_id)
    if row is None:
        raise NotFound
    return row


def acknowledge_in(tx: Tx, staff_id: int, referral_id: int, receipt: str) -> None:
    """Write down the number under which the authority has it. Asks for ``manage_reports``; raises Invalid, NotFound."""
    row = _one_in(tx, staff_id, referral_id)
    words = receipt.strip()
    if not words or len(words) > 200:
        fault = "must be the authority's number, in 200 characters at most"
        raise Invalid(f"Validation failed: Receipt {fault}", {"receipt": [("ERR_INVALID", fault)]})
    queries.change(tx, row, receipt=words, receipt_by=staff_id, receipt_at=tx.now)
    _log(tx, staff_id, "acknowledge", referral_id, receipt=words)


def _log(tx: Tx, staff_id: int | None, verb: str, referral_id: int, **detail: Any) -> None:
    audit.append_in(tx, actor_id=staff_id, action=f"referral.{verb}", subject=f"referral:{referral_id}", **detail)
