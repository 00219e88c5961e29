"""The composition root: which adapter serves which port, who listens to what, what recurs."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

from perdure.accounts import jobs as account_jobs
from perdure.accounts import service as accounts
from perdure.accounts.events import (
    AccessChanged,
    AccountActivated,
    AccountChanged,
    AccountDeleted,
    AccountRestored,
    EmojiChanged,
    LinksToCheck,
    MailAsked,
    SignedUp,
)
from perdure.adapters.anchor_places import Places
from perdure.adapters.bus_postgres import PostgresBus
from perdure.adapters.bus_unix import UnixBus
from perdure.adapters.classifier import LiveClassifier, NoClassifier
from perdure.adapters.classifier_learner import LocalLearner
from perdure.adapters.lanes import DiskLane, PostgresLane, claim_on_disk, claim_on_postgres
from perdure.adapters.mail_folder import FolderMailer
from perdure.adapters.mail_smtp import SmtpMailer
from perdure.adapters.media_vips import VipsProcessor
from perdure.adapters.outgoing import GuardedHttp
from perdure.adapters.refusing import NoMailer, NoOutgoing, NoPlaces, NoPush, NoStores
from perdure.adapters.signer_file import FileSigner
from perdure.adapters.storage_folder import FolderStore
from perdure.adapters.storage_s3 import S3Store
from perdure.adapters.stores import Stores
from perdure.adapters.web_push import WebPush
from perdure.audit import jobs as audit_jobs
from perdure.audit.events import RootSigned
from perdure.audit.ports import AnchorPlaces, Dossier
from perdure.audit.service import anchors, enforcement
from perdure.audit.service.roots import signing_keys_in
from perdure.continuity import jobs as continuity_jobs
from perdure.continuity.model.alarms import Person
from perdure.continuity.model.drills import Seen
from perdure.continuity.model.restoring import Ledger, Outcome
from perdure.continuity.ports import StoreOpener
from perdure.continuity.service import alarming, bundling, erasures, measures
from perdure.continuity.service.durable import DurableDatabase
from perdure.delivery import service as delivery
from perdure.delivery.ports import Mailer, Outgoing
from perdure.discovery import service as discovery
from perdure.discovery.ports import RankGuard
from perdure.graph import jobs as graph_jobs
from perdure.graph import service as graph
from perdure.graph.events import Blocked, Followed, ListNamed, TagFeatured, Unfollowed
from perdure.graph.service import erased
from perdure.kernel import changes
from perdure.kernel.bus import Bus, LocalBus
from perdure.kernel.clock import Clock, SystemClock
from perdure.kernel.db import Database, Tx
from perdure.kernel.db.postgres import PostgresDatabase
from perdure.kernel.db.sqlite import SqliteDatabase
from perdure.kernel.errors import Invalid
from perdure.kernel.ids import IdSource
from perdure.kernel.outbox import Registry, Subscriber, mend
from perdure.kernel.runtime import Runtime
from perdure.kernel.schedule import Job
from perdure.kernel.settings import Settings
from perdure.mastodon_api.streaming import publishing as streaming
from perdure.media import jobs as media_jobs
from perdure.media import service as media
from perdure.media.events import FileErased, FileStored, MediaPrinted, MediaUploaded
from perdure.media.ports import MediaProcessor, ObjectStore
from perdure.media.service import copying, scrubbing
from perdure.messages import service as messages
from perdure.moderation import jobs as moderation_jobs
from perdure.moderation.events import (
    AppealDecided,
    CaseDecided,
    ClockMoved,
    ContentReinstated,
    ContentRemoved,
    IntakeReceived,
    NoticeReceived,
    ReportAnswered,
)
from perdure.moderation.service import account_actions, evasion, flags, overdue, records, settling, stay_down
from perdure.moderation.service import telling as moderation_letters
from perdure.moderation.service.dossier import CaseFiles
from perdure.notifications import jobs as notification_jobs
from perdure.notifications.ports import PushGateway
from perdure.notifications.service import subscribers as notifications
from perdure.portability import jobs as portability_jobs
from perdure.portability.events import ImportWanted
from perdure.portability.ports import Signer
from perdure.portability.service import carrying, ending, exports, forgetting, imports, rehearsing
from perdure.portability.service import erased as gone
from perdure.posts import service as posts
from perdure.posts.events import (
    CardDrawn,
    PostDeleted,
    PostEdited,
    PostHeld,
    PostPublished,
    PostsImported,
    PreviewWanted,
    TagShown,
)
from perdure.posts.ports import Screener
from perdure.signals.events import Flagged, SweepAsked
from perdure.signals.ports import Classifier, Learner
from perdure.signals.service import guard, posted, scoring, screening, signatures, staying, sweep
from perdure.signals.service import matrix as enforcing
from perdure.signals.service import trends as trend_reviews
from perdure.signals.service.rulebook import Rulebook
from perdure.timelines import jobs as timeline_jobs
from perdure.timelines import service as timelines

SUBSCRIBERS: Final[tuple[Subscriber, ...]] = (
    *notifications.SUBSCRIBERS,
    *messages.SUBSCRIBERS,
    *streaming.SUBSCRIBERS,
    Subscriber("timelines.own_entry", PostPublished, handle_in=timelines.own_entry_in, inline=True),
    Subscriber("timelines.fan_out", PostPublished, handle_in=timelines.fan_out_in),
    Subscriber("timelines.withdraw", PostDeleted, handle_in=timelines.withdraw_in),
    Subscriber("timelines.backfill", Followed, handle_in=timelines.backfill_in),
    Subscriber("timelines.unfollowed", Unfollowed, handle_in=timelines.unfollowed_in),
    Subscriber("timelines.blocked", Blocked, handle_in=timelines.blocked_in, inline=True),
    Subscriber("discovery.published", PostPublished, handle_in=discovery.index_post_in, inline=True),
    Subscriber("discovery.edited", PostEdited, handle_in=discovery.index_post_in, inline=True),
    Subscriber("discovery.imported", PostsImported, handle_in=discovery.index_imported_in),
    Subscriber("discovery.deleted", PostDeleted, handle_in=discovery.forget_post_in, inline=True),
    Subscriber("discovery.signed_up", SignedUp, handle_in=discovery.index_account_in, inline=True),
    Subscriber("discovery.changed", AccountChanged, handle_in=discovery.index_account_in, inline=True),
    Subscriber("discovery.account_deleted", AccountDeleted, handle_in=discovery.forget_account_in, inline=True),
    Subscriber("moderation.flagged", Flagged, handle_in=flags.flagged_in, inline=True),
    Subscriber("moderation.restored", AccountRestored, handle_in=account_actions.restored_in, inline=True),
    Subscriber("moderation.evasion", AccountActivated, handle_in=evasion.look_in),
    Subscriber("moderation.removed", ContentRemoved, handle_in=stay_down.removed_in),
    Subscriber("moderation.reinstated", ContentReinstated, handle_in=stay_down.reinstated_in),
    Subscriber("moderation.overdue", ClockMoved, handle_in=overdue.missed_in),
    Subscriber("moderation.log_intake", IntakeReceived, handle_in=records.log_in),
    Subscriber("moderation.answer", CaseDecided, handle_in=settling.answer_in),
    Subscriber("moderation.mail_receipt", NoticeReceived, handle=moderation_letters.mail_receipt),
    Subscriber("moderation.mail_outcome", ReportAnswered, handle=moderation_letters.mail_outcome),
    Subscriber("moderation.mail_appeal", AppealDecided, handle=moderation_letters.mail_appeal),
    Subscriber("signals.held", PostHeld, handle_in=screening.held_in, inline=True),
    Subscriber("signals.read", PostPublished, prepare=posted.read, store_in=posted.store_in),
    Subscriber("signals.read_edited", PostEdited, prepare=posted.read_edited, store_in=posted.store_in),
    Subscriber(
        "signals.read_imported", PostsImported, prepare=posted.read_imported, store_in=posted.store_in, at_once=1
    ),
    Subscriber("signals.score_account", AccountChanged, handle=scoring.score_account),
    Subscriber("signals.score_joined", SignedUp, handle=scoring.score_account),
    Subscriber("signals.score_featured", TagFeatured, handle=scoring.score_account),
    Subscriber("signals.score_list", ListNamed, handle=scoring.score_list),
    Subscriber("signals.score_tag", TagShown, handle=scoring.score_tag),
    Subscriber("signals.score_card", CardDrawn, handle=scoring.score_card),
    Subscriber("signals.printed", MediaPrinted, handle_in=posted.printed_in),
    Subscriber("signals.unsign", PostDeleted, handle_in=signatures.unsign_post_in),
    Subscriber("signals.sign_joined", SignedUp, handle_in=signatures.sign_account_in),
    Subscriber("signals.stay_down_account", AccountChanged, handle_in=staying.account_in),
    Subscriber("signals.sweep", SweepAsked, handle=sweep.run_asked),
    Subscriber("graph.follow_inviter", AccountActivated, handle_in=graph.follow_inviter_in),
    Subscriber("posts.emoji", EmojiChanged, handle_in=posts.renew_named_in),
    Subscriber("accounts.mail", MailAsked, handle=accounts.send_asked),
    Subscriber("posts.preview", PreviewWanted, handle=posts.fetch_wanted_preview, lanes=4),
    Subscriber("accounts.check_links", LinksToCheck, handle=accounts.check_links, lanes=2),
    Subscriber("moderation.account_deleted", AccountDeleted, handle_in=records.account_deleted_in),
    Subscriber("graph.account_deleted", AccountDeleted, handle_in=erased.account_deleted_in),
    Subscriber("media.account_deleted", AccountDeleted, handle=media.forget_account_pictures),
    Subscriber("portability.import", ImportWanted, handle=carrying.bring_wanted, lanes=2),
    Subscriber("portability.erased", AccountDeleted, handle_in=gone.account_deleted_in),
    Subscriber("portability.account_deleted", AccountDeleted, handle=exports.forget),
    Subscriber("continuity.accounts", AccountDeleted, prepare=forgetting.tell_accounts, store_in=forgetting.told_in),
    Subscriber("continuity.posts", PostDeleted, prepare=forgetting.tell_posts, store_in=forgetting.told_in),
    Subscriber("continuity.files", FileErased, prepare=forgetting.tell_files, store_in=forgetting.told_in),
    Subscriber("media.copy", FileStored, handle=copying.send_stored, lanes=2),
    Subscriber("media.process", MediaUploaded, handle=media.process_uploaded),
    Subscriber("audit.anchor", RootSigned, handle=anchors.anchor),
    Subscriber("accounts.forget_viewers", AccessChanged, handle=accounts.forget_changed),
)


async def _send_bundle(rt: Runtime) -> None:
    """The config bundle, with the keys that live in the database, goes to the stores when it changes."""
    bundling.send(rt, await rt.db.read(secret_rows_in))


async def watch_copies(rt: Runtime) -> None:
    """Look at the copies once, and tell operators what is wrong with them."""

    async def find_people() -> tuple[str, tuple[Person, ...]]:
        return await rt.db.read(_operators_in)

    async def send(email: str, subject: str, text: str, reference: str) -> None:
        await delivery.send_mail(rt, delivery.Mail(email, subject, text, reference))

    await alarming.look(rt, find_people, send)


def _operators_in(tx: Tx) -> tuple[str, tuple[Person, ...]]:
    logins = [accounts.login_in(tx, one) for one in accounts.holders_in(tx, "view_devops")]
    return accounts.site_in(tx).title, tuple(Person(one.email, one.locale) for one in logins)


JOBS: Final[tuple[Job, ...]] = (
    Job("posts.publish_due", 2, posts.publish_due),
    Job("posts.close_polls", 5, posts.close_due_polls),
    Job("posts.previews", 30, posts.fetch_due_previews),
    Job("posts.unused_previews", 86_400, posts.forget_unused_previews),
    Job("discovery.weeks", 3600, discovery.count_weeks),
    Job("accounts.purge", 3600, account_jobs.purge),
    Job("accounts.check_links", 300, account_jobs.check_links),
    Job("accounts.sweep", 3600, account_jobs.sweep),
    Job("posts.purge", 3600, posts.purge),
    Job("posts.forget_keys", 900, posts.forget_keys),
    Job("signals.backfill", 60, signatures.backfill),
    Job("signals.ask_for_reviews", 300, trend_reviews.ask_for_reviews),
    Job("signals.resume_sweeps", 120, sweep.resume),
    Job("timelines.trim_homes", 3600, timeline_jobs.trim_homes),
    Job("notifications.trim", 3600, notification_jobs.trim),
    Job("graph.sweep", 3600, graph_jobs.sweep),
    Job("media.sweep", 3600, media_jobs.sweep),
    Job("media.resume", 60, media_jobs.resume),
    Job("media.print_old", 60, media_jobs.print_old),
    Job("media.send_missing", 5, media_jobs.send_missing),
    Job("media.scrub", 300, media_jobs.scrub),
    Job("media.begin_uncopied", 86_400, media_jobs.begin_uncopied),
    Job("portability.ending", 60, ending.keep_up),
    Job("portability.imports", 30, carrying.bring_due),
    Job("portability.sweep_imports", 3600, imports.sweep),
    Job("portability.sweep_exports", 3600, portability_jobs.sweep_exports),
    Job("moderation.clocks", 5, moderation_jobs.move_clocks),
    Job("moderation.leases", 15, moderation_jobs.expire_leases),
    Job("moderation.expire", 10, moderation_jobs.expire_actions),
    Job("moderation.purge", 3600, moderation_jobs.purge),
    Job("moderation.rebuild", 86_400, moderation_jobs.rebuild_projections),
    Job("moderation.notices", 5, moderation_jobs.send_notices),
    Job("moderation.remind", 30, moderation_jobs.remind_staff),
    Job("moderation.alarms", 900, moderation_jobs.tell_alarms),
    Job("signals.enforce", 5, enforcing.enforce_due),
    Job("audit.close_day", 600, audit_jobs.close_day),
    Job("continuity.probe", 3600, continuity_jobs.probe_stores),
    Job("continuity.prune", 60, continuity_jobs.prune_log),
    Job("continuity.measures", 5, continuity_jobs.send_measures),
    Job("continuity.physical", 3600, continuity_jobs.send_physical),
    Job("continuity.bundle", 20, _send_bundle),
    Job("continuity.drill", 3600, continuity_jobs.rehearse_due),
    Job("changes.trim", 60, changes.trim),
    Job("outbox.mend", 60, mend),
)


async def _nothing(rt: Runtime) -> None:
    """For what is good for minutes, or is made by whoever needs it next."""


Rebuild = Callable[[Runtime], Awaitable[None]]
REBUILDS: Final[Mapping[str, Rebuild]] = {
    "large_author": timeline_jobs.rebuild_large,
    "home_entry": timeline_jobs.rebuild_homes,
    "cache_change": _nothing,
    "form_use": _nothing,
    "id_lane": _nothing,
    "job_run": _nothing,
    "passkey_challenge": _nothing,
    "used_proof": _nothing,
}
"""By table that no copy holds: what makes its rows after a restore."""
LATER: Final[Mapping[str, Rebuild]] = {
    "search_account": discovery.rebuild_accounts,
    "search_post": discovery.rebuild_posts,
    "signature": signatures.rebuild,
    "media_at_store": scrubbing.rebuild,
}
"""The same, for what a site can do without while it is filled."""


async def finish_restore(settings: Settings, ledger: Ledger) -> Outcome:
    """In a database whose rows came back: make what members see first, and erase again what was erased later."""
    with runtime(settings) as rt:
        return await _finished(rt, ledger)


async def look_at_rehearsed(
    settings: Settings, ledger: Ledger, there: frozenset[str], at_home: Callable[[], None]
) -> tuple[Outcome, Seen]:
    """The same in a drill's scratch database, with every way out shut, and what is seen there then."""
    with runtime(settings, local=True, shut=True) as rt:
        outcome = await _finished(rt, ledger)
        again = await erasures.replay(rt.db, ledger.erasures, ledger.salt, forgetting.ERASERS)
        seen = await rehearsing.look(rt, there, at_home)
    return outcome, msgspec.structs.replace(seen, standing=sum(again.erased.values()))


async def _finished(rt: Runtime, ledger: Ledger) -> Outcome:
    for rebuild in REBUILDS.values():
        await rebuild(rt)
    done = await erasures.replay(rt.db, ledger.erasures, ledger.salt, forgetting.ERASERS)
    newer = measures.unknown(ledger.measures, await rt.db.read_long(enforcement.hashes_in))
    told = tuple(f"{one.kind} on {one.subject} since {one.at}" for one in newer)
    return Outcome(erased=done.erased, held=done.held, newer_measures=told)


async def fill_later(settings: Settings) -> None:
    """After a restore, with the site open already: search, near-duplicates, where files lie."""
    with runtime(settings) as rt:
        for rebuild in LATER.values():
            await rebuild(rt)


def registry() -> Registry:
    """All subscribers of this release."""
    return Registry(SUBSCRIBERS)


def ports(settings: Settings, clock: Clock) -> dict[type, Any]:
    """An adapter for each port, as the settings ask."""
    outgoing, mailer = GuardedHttp(settings), _mailer(settings, clock)
    book = Rulebook(settings.data / "rules")
    return {
        AnchorPlaces: Places(settings, mailer, outgoing),
        Dossier: CaseFiles(),
        Classifier: NoClassifier() if settings.classifier == "none" else LiveClassifier(settings.data),
        Learner: LocalLearner(settings.data),
        Mailer: mailer,
        MediaProcessor: VipsProcessor(settings),
        ObjectStore: _store(settings),
        Outgoing: outgoing,
        PushGateway: WebPush(outgoing, clock),
        RankGuard: guard.SignalsGuard(),
        Rulebook: book,
        Screener: screening.Screen(book),
        StoreOpener: store_opener(),
        Signer: FileSigner(settings.data),
    }


def shut_ports() -> dict[type, Any]:
    """For a rehearsal: whatever would reach a member, a store or another site refuses."""
    return {
        AnchorPlaces: NoPlaces(),
        Classifier: NoClassifier(),
        Mailer: NoMailer(),
        Outgoing: NoOutgoing(),
        PushGateway: NoPush(),
        StoreOpener: NoStores(),
    }


def store_opener() -> StoreOpener:
    """The way to every kind of store; for commands that must work where no database does."""
    return Stores()


def _store(settings: Settings) -> ObjectStore:
    if settings.storage_url.startswith("s3://"):
        return S3Store(settings.storage_url)
    kind, _, folder = settings.storage_url.partition(":")
    if kind != "folder" or not folder:
        raise Invalid("Settings: storage_url must start with folder: or s3://")
    return FolderStore(settings.data / folder)


def _mailer(settings: Settings, clock: Clock) -> Mailer:
    kind, _, folder = settings.mail_url.partition(":")
    if kind == "folder":
        return FolderMailer(settings.data / folder, settings.mail_from, clock)
    return SmtpMailer(settings.mail_url, settings.mail_from, clock)


def secret_rows_in(tx: Tx) -> dict[str, str]:
    """The keys that live in the database, for the config bundle: web push, sealing, forms, and the ledger's."""
    own = {f"site:{name}": value for name, value in accounts.site_secrets_in(tx).items()}
    return own | {f"audit:{key.public_key}": key.secret for key in signing_keys_in(tx)}


def put_back_secret_rows_in(tx: Tx, kept: Mapping[str, str]) -> list[str]:
    """After a restore, keep those of a bundle's keys that the rows lack. Returns the names of those put back.

    The ledger's own keys are entries of the ledger and come with it or not at all.
    """
    own = {name.removeprefix("site:"): value for name, value in kept.items() if name.startswith("site:")}
    return accounts.put_back_secrets_in(tx, own)


def run_folder(settings: Settings) -> Path:
    """Where locks and sockets of running processes live."""
    folder = settings.data / "run"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def runtime(
    settings: Settings, *, clock: Clock | None = None, local: bool = False, shut: bool = False
) -> Iterator[Runtime]:
    """The process's Runtime, closed at the end. ``local`` keeps the bus inside this process; ``shut``: no way out."""
    used_clock = clock or SystemClock()
    lane = _claim_lane(settings)
    ids = IdSource(used_clock, lane)
    bus: Bus = LocalBus() if local else _bus(settings)
    database = _database(settings, used_clock, ids, bus)
    try:
        filled = ports(settings, used_clock) | (shut_ports() if shut else {})
        yield Runtime(settings, used_clock, ids, database, bus, filled)
    finally:
        database.close()
        bus.close()
        lane.release()


def _claim_lane(settings: Settings) -> DiskLane | PostgresLane:
    if settings.database_url:
        return claim_on_postgres(settings.database_url)
    return claim_on_disk(run_folder(settings) / "lanes")


def _bus(settings: Settings) -> Bus:
    if settings.database_url:
        return PostgresBus(settings.database_url)
    return UnixBus(run_folder(settings) / "bus")


def _database(settings: Settings, clock: Clock, ids: IdSource, bus: Bus) -> Database:
    publish = registry().publish

    def wake() -> None:
        bus.publish("outbox")

    inner: Database
    if path := settings.sqlite_path:
        inner = SqliteDatabase(path, clock, ids, publish, wake)
    else:
        url, connections = settings.database_url, settings.database_connections
        inner = PostgresDatabase(url, clock, ids, publish, wake, connections=connections)
    return DurableDatabase(inner, settings.data, clock)
