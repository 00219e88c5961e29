"""Reports by members, and notices by people without an account: checked, taken in, answered at once with a receipt."""

import ipaddress
import secrets
from hashlib import sha256
from typing import Final, cast
from urllib.parse import urlsplit

import msgspec

from perdure.accounts import service as accounts
from perdure.accounts.model import AccountView, Viewer
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Invalid, NotFound, RateLimited
from perdure.kernel.runtime import Runtime
from perdure.kernel.text import clean
from perdure.moderation.model import CATEGORIES, Category, Notice, OwnItem, OwnReport, Receipt, Report, Subject
from perdure.moderation.queries import intakes
from perdure.moderation.rules import harms
from perdure.moderation.service import misuse
from perdure.moderation.service.intake import Claim, Received, join_in, reach_of, receive_in
from perdure.posts import service as posts

MOST_ITEMS: Final = 100
MOST_CHARACTERS: Final = 1000
MOST_URLS: Final = 100
MOST_REASONS: Final = 5000
_PER_HOUR: Final = 100
_HOUR_MS: Final = 3_600_000
_ID_MOST: Final = 2**63 - 1


class Contact(msgspec.Struct, frozen=True):
    """How to reach whoever has no account. Stored sealed; ``token`` opens the public state."""

    name: str
    email: str
    token: str


class Filed(msgspec.Struct, frozen=True):
    """What a member gets at once: the report as they will see it, and whose it is about."""

    intake_id: int
    case_id: int
    received_at: int
    own: OwnReport
    target: AccountView


async def file_report(rt: Runtime, reporter: Viewer, report: Report, address: str = "") -> Filed:
    """Report an account or posts of it. ``address`` is where the request comes from: of it only a keyed hash is kept.

    Raises Invalid for what no report may be (one's own posts, too many of them, an unknown category), NotFound for
    posts that the reporter was never shown, RateLimited after a hundred an hour.
    """
    checked = _checked(report)
    return await rt.db.write("moderation.report", file_report_in, reporter, checked, address)


def file_report_in(tx: Tx, reporter: Viewer, report: Report, address: str = "") -> Filed:
    """:func:`file_report` in the caller's transaction."""
    if intakes.count_since(tx, reporter.account_id, tx.now - _HOUR_MS) >= _PER_HOUR:
        raise RateLimited("You sent many reports in the last hour. They are all kept; go on a little later.", 600)
    misuse.refuse_report_in(tx, reporter.account_id, report.harm, threat_to_life=report.threat_to_life)
    if report.target_id == reporter.account_id:
        raise _invalid("account_id", "You cannot report your own account or posts")
    target = accounts.view_in(tx, report.target_id)
    if target.state == "deleted":
        raise NotFound
    claims, target_id = _claims_in(tx, reporter.account_id, report)
    target = target if target_id == target.id else accounts.view_in(tx, target_id)
    known = {rule.id for rule in accounts.rules_in(tx)} if report.rule_ids else set()
    policy = harms.policy_of(report.category, report.harm)
    received = Received(
        channel=report.channel,
        authority="user",
        claims=claims,
        category=cast("Category", report.category),
        policy=policy,
        severity=harms.severity_of(policy, threat_to_life=report.threat_to_life),
        target_id=target_id,
        reporter_id=reporter.account_id,
        source_hash=_source_in(tx, address),
        locale=reporter.locale,
        harm=report.harm,
        threat_to_life=report.threat_to_life,
        comment=report.comment,
        rule_ids=tuple(one for one in report.rule_ids if one in known),
        forward=report.forward,
    )
    joined = join_in(tx, received)
    own = OwnReport(
        id=joined.intake_id,
        target_id=target_id,
        post_ids=tuple(one.subject.id for one in claims if one.subject is not None and one.subject.kind == "post"),
        comment=received.comment,
        category=received.category,
        harm=received.harm,
        rule_ids=received.rule_ids,
        forward=received.forward,
        stage="received" if joined.state in {"received", "open"} else "in_review",
        outcome=None,
        deadline=joined.due_at,
        received_at=tx.now,
        decided_at=None,
        items=tuple(OwnItem(one.text, "pending", None) for one in claims),
    )
    return Filed(joined.intake_id, joined.case_id, tx.now, own, target)


def _checked(report: Report) -> Report:
    """A report whose form is right. Raises Invalid."""
    if len(report.post_ids) > MOST_ITEMS:
        raise _invalid("status_ids", f"A report can name at most {MOST_ITEMS} posts")
    comment = clean(report.comment).strip()
    if len(comment) > MOST_CHARACTERS:
        raise _invalid("comment", f"Comment is too long (maximum is {MOST_CHARACTERS} characters)")
    if report.category not in CATEGORIES:
        raise _invalid("category", "Category is not included in the list")
    if report.harm and report.harm not in harms.SEVERITY:
        raise _invalid("harm", f"Harm is not included in the list: {', '.join(harms.SEVERITY)}")
    return msgspec.structs.replace(report, comment=comment, post_ids=tuple(dict.fromkeys(report.post_ids)))


def _invalid(field: str, text: str) -> Invalid:
    return Invalid(f"Validation failed: {text}", {field: [("ERR_INVALID", text)]})


def _claims_in(tx: Tx, reporter_id: int, report: Report) -> tuple[tuple[Claim, ...], int]:
    """What the report is about, and whose it is: the author's of the posts, where the target only echoed them."""
    rows = [_shown_in(tx, reporter_id, report.target_id, post_id) for post_id in report.post_ids]
    if not rows:
        return (
            Claim(f"account {report.target_id}", Subject("account", report.target_id, 0, report.target_id)),
        ), report.target_id
    authors = {row.account_id for row in rows}
    if len(authors) > 1:
        raise _invalid("status_ids", "The posts of a report must have one author")
    author_id = authors.pop()
    if author_id == reporter_id:
        raise _invalid("status_ids", "You cannot report your own account or posts")
    claims = (
        Claim(f"post {row.id}", Subject("post", row.id, row.version, row.account_id), reach=reach_of(row, tx.now))
        for row in rows
    )
    return tuple(claims), author_id


def _shown_in(tx: Tx, reporter_id: int, target_id: int, post_id: int) -> Row:
    """A post of the target, or what they echoed, that the reporter was meant to see. Raises NotFound."""
    row = posts.stored_in(tx, post_id)
    if row is None or row.account_id != target_id or not posts.in_audience_in(tx, reporter_id, row):
        raise NotFound
    if row.reblog_of_id is None:
        return row
    original = posts.stored_in(tx, row.reblog_of_id)
    if original is None or not posts.in_audience_in(tx, reporter_id, original):
        raise NotFound
    return original


async def file_notice(rt: Runtime, notice: Notice, proof: accounts.Proof) -> Receipt:
    """A notice by whoever has no account (DSA Art 16). The receipt's token opens its state, and is mailed too.

    Raises Invalid for one that lacks what the law asks (addresses, reasons, name and mail, good faith; for child safety
    nobody has to say who they are) or whose proof of work does not hold, RateLimited.
    """
    checked = _checked_notice(notice)
    await accounts.admit(rt, "report", proof)
    token = secrets.token_urlsafe(24)
    return await rt.db.write("moderation.notice", _notice_in, checked, token, rt.settings.base_url, proof.address)


def _checked_notice(notice: Notice) -> Notice:
    """A notice whose form is right. Raises Invalid."""
    urls = tuple(dict.fromkeys(url.strip() for url in notice.urls if url.strip()))
    reasons = clean(notice.reasons).strip()
    if not urls:
        raise _invalid("urls", "Say where it is: at least one address is needed")
    if len(urls) > MOST_URLS or any(len(url) > 2000 for url in urls):
        raise _invalid("urls", f"A notice can name at most {MOST_URLS} addresses of at most 2000 characters")
    if not reasons or len(reasons) > MOST_REASONS:
        raise _invalid("reasons", f"Say why, in at most {MOST_REASONS} characters")
    if notice.harm and notice.harm not in harms.SEVERITY:
        raise _invalid("harm", "Harm is not included in the list")
    if not notice.good_faith:
        raise _invalid("good_faith", "Confirm that you believe in good faith that what you write is right")
    name, email = clean(notice.name).strip()[:200], notice.email.strip()[:254]
    if notice.harm != "child_safety" and not name:
        raise _invalid("name", "Your name is needed")
    if (email or notice.harm != "child_safety") and accounts.email_faults(email):
        raise _invalid("email", "An e-mail address is needed, so that you can be told what was decided")
    basis = clean(notice.legal_basis).strip()[:500]
    return msgspec.structs.replace(notice, urls=urls, reasons=reasons, name=name, email=email, legal_basis=basis)


def _source_in(tx: Tx, address: str) -> str | None:
    """What tells that two reports come from one network; None where a proxy makes everybody look alike."""
    try:
        open_address = ipaddress.ip_address(address).is_global
    except ValueError:
        return None
    return accounts.keyed_in(tx, accounts.network_of(address)) if open_address else None


def _notice_in(tx: Tx, notice: Notice, token: str, base_url: str, address: str) -> Receipt:
    policy = harms.policy_of("legal", notice.harm)
    contact = Contact(notice.name, notice.email, token)
    received = Received(
        channel="form",
        authority="no_account",
        claims=tuple(_resolved_in(tx, base_url, url) for url in notice.urls),
        category="legal",
        policy=policy,
        severity=harms.severity_of(policy, threat_to_life=notice.threat_to_life),
        contact_sealed=accounts.seal_in(tx, msgspec.json.encode(contact).decode()),
        contact_hash=accounts.keyed_in(tx, notice.email.lower()) if notice.email else None,
        source_hash=_source_in(tx, address),
        locale=notice.locale,
        language=notice.language,
        harm=notice.harm,
        threat_to_life=notice.threat_to_life,
        good_faith=notice.good_faith,
        comment=notice.reasons + (f"\n\n{notice.legal_basis}" if notice.legal_basis else ""),
        token_hash=token_digest(token),
    )
    return Receipt(*receive_in(tx, received), tx.now, token)


def token_digest(token: str) -> str:
    """What is stored of a link's token. Plain SHA-256 is enough for 192 random bits."""
    return sha256(token.encode()).hexdigest()


def _resolved_in(tx: Tx, base_url: str, url: str) -> Claim:
    """What stands under an address of this site; whatever is not open to everybody is not found."""
    own, given = urlsplit(base_url), _split(url)
    if given is None:
        return Claim(url, None, "none", "unreadable_needs_info")
    if given[0] not in {own.netloc, own.hostname}:
        return Claim(url, None, "none", "not_ours")
    names = [part for part in given[1].split("/") if part]
    subject = _subject_in(tx, names)
    return Claim(url, subject, "url") if subject is not None else Claim(url, None, "none", "not_found")


def _split(url: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
    except ValueError:
        return None
    return (parts.netloc.lower(), parts.path) if parts.netloc else None


def _subject_in(tx: Tx, names: list[str]) -> Subject | None:
    """``/@name``, ``/@name/1``, ``/users/name/statuses/1``, ``/api/v1/statuses/1``."""
    last = names[-1] if names else ""
    if last.isascii() and last.isdecimal() and int(last) <= _ID_MOST:
        row = posts.stored_in(tx, int(last))
        shown = row is not None and posts.in_audience_in(tx, None, row)
        return Subject("post", row.id, row.version, row.account_id) if row is not None and shown else None
    name = last[1:] if last.startswith("@") else last if names[:1] == ["users"] else ""
    view = accounts.find_by_name_in(tx, name) if name else None
    return None if view is None or view.hidden else Subject("account", view.id, 0, view.id)
