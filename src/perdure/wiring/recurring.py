"""What recurs, and what the worker looks at beside its jobs."""

from typing import Final

from perdure.accounts import jobs as account_jobs
from perdure.accounts import service as accounts
from perdure.audit import jobs as audit_jobs
from perdure.continuity import jobs as continuity_jobs
from perdure.continuity.model.alarms import Person
from perdure.continuity.service import alarming, bundling, lifeboat
from perdure.delivery import jobs as delivery_jobs
from perdure.delivery import service as delivery
from perdure.desk.service import answering, answering_drafting, answering_sending, drilling, mailing, opening
from perdure.discovery import service as discovery
from perdure.graph import jobs as graph_jobs
from perdure.kernel import changes
from perdure.kernel.db import Tx
from perdure.kernel.outbox import mend
from perdure.kernel.runtime import Runtime
from perdure.kernel.schedule import Job
from perdure.media import jobs as media_jobs
from perdure.moderation import jobs as moderation_jobs
from perdure.notifications import jobs as notification_jobs
from perdure.portability import jobs as portability_jobs
from perdure.portability.service import carrying, ending, imports
from perdure.posts import service as posts
from perdure.signals.service import matrix as enforcing
from perdure.signals.service import signatures, sweep
from perdure.signals.service import trends as trend_reviews
from perdure.timelines import jobs as timeline_jobs
from perdure.transparency import jobs as transparency_jobs
from perdure.wiring.returning import refill, secret_rows_in


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


async def send_measures(rt: Runtime) -> None:
    """Tell the stores which measures came into force or ended: no round of jobs may hold that up (I9)."""
    await continuity_jobs.send_measures(rt)


async def keep_lifeboat(rt: Runtime) -> None:
    """Bring the lifeboat to every place whose one is old."""
    from perdure.web import standing  # it loads what pages are made with, for a page a day

    async def write() -> lifeboat.Draft | None:
        return await standing.draft_of(rt)

    await lifeboat.keep_up(rt, write)


def _operators_in(tx: Tx) -> tuple[str, tuple[Person, ...]]:
    logins = [accounts.login_in(tx, one) for one in accounts.holders_in(tx, "view_devops")]
    return accounts.site_in(tx).title, tuple(Person(one.email, one.locale) for one in logins)


JOBS: Final[tuple[Job, ...]] = (
    Job("posts.publish_due", 2, posts.publish_due),
    Job("posts.close_polls", 5, posts.close_due_polls),
    Job("posts.previews", 30, posts.fetch_due_previews),
    Job("posts.unused_previews", 86_400, posts.forget_unused_previews),
    Job("delivery.hooks", 3600, delivery_jobs.forget_hooks),
    Job("discovery.weeks", 3600, discovery.count_weeks),
    Job("accounts.purge", 3600, account_jobs.purge),
    Job("accounts.check_links", 300, account_jobs.check_links),
    Job("accounts.sweep", 3600, account_jobs.sweep),
    Job("posts.purge", 3600, posts.purge),
    Job("posts.forget_keys", 900, posts.forget_keys),
    Job("signals.backfill", 60, signatures.backfill),
    Job("signals.ask_for_reviews", 300, trend_reviews.ask_for_reviews),
    Job("signals.resume_sweeps", 120, sweep.resume),
    Job("desk.mailbox", 20, mailing.poll),
    Job("desk.resume", 120, opening.resume),
    Job("desk.receipts", 5, answering_drafting.acknowledge_due),
    Job("desk.automatic", 5, answering.send_automatic),
    Job("desk.answers", 5, answering_sending.send_due),
    Job("desk.drills", 30, drilling.tick),
    Job("timelines.trim_homes", 3600, timeline_jobs.trim_homes),
    Job("notifications.trim", 3600, notification_jobs.trim),
    Job("graph.sweep", 3600, graph_jobs.sweep),
    Job("media.sweep", 3600, media_jobs.sweep),
    Job("media.resume", 60, media_jobs.resume),
    Job("media.print_old", 60, media_jobs.print_old),
    Job("media.send_missing", 5, media_jobs.send_missing),
    Job("media.scrub", 300, media_jobs.scrub),
    Job("media.begin_uncopied", 86_400, media_jobs.begin_uncopied),
    Job("transparency.collect", 60, transparency_jobs.collect),
    Job("transparency.send", 60, transparency_jobs.send),
    Job("transparency.reconcile", 86_400, transparency_jobs.reconcile),
    Job("transparency.publish_due", 86_400, transparency_jobs.publish_due),
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
    Job("moderation.alarms", 900, moderation_jobs.tell_alarms),
    Job("signals.enforce", 5, enforcing.enforce_due),
    Job("audit.close_day", 600, audit_jobs.close_day),
    Job("continuity.probe", 3600, continuity_jobs.probe_stores),
    Job("continuity.prune", 60, continuity_jobs.prune_log),
    Job("continuity.physical", 3600, continuity_jobs.send_physical),
    Job("continuity.bundle", 20, _send_bundle),
    Job("continuity.drill", 3600, continuity_jobs.rehearse_due),
    Job("refill", 60, refill),
    Job("changes.trim", 60, changes.trim),
    Job("outbox.mend", 60, mend),
)
