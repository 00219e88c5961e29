"""Who listens to what."""

from typing import Final

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
from perdure.audit.events import RootSigned
from perdure.audit.service import anchors
from perdure.delivery.events import HookDue
from perdure.delivery.service import hooks
from perdure.desk.events import AnswerReturned, LetterAnswered, LetterArrived, LetterOpened, OrderAnswerDue, ReferralDue
from perdure.desk.service import (
    answering_drafting,
    answering_sending,
    clocking,
    hooking,
    opening,
    orders,
    orders_answering,
    referrals,
)
from perdure.desk.service import measuring as desk_measuring
from perdure.discovery import service as discovery
from perdure.graph import service as graph
from perdure.graph.events import Blocked, Followed, ListNamed, TagFeatured, Unfollowed
from perdure.graph.service import erased
from perdure.kernel.outbox import Registry, Subscriber
from perdure.kernel.runtime import Runtime
from perdure.mastodon_api.streaming import publishing as streaming
from perdure.media import service as media
from perdure.media.events import CopiesBarred, FileErased, FileStored, MediaPrinted, MediaUploaded
from perdure.media.service import copying
from perdure.messages import service as messages
from perdure.moderation.events import (
    AppealDecided,
    CaseDecided,
    ClockMoved,
    ContentReinstated,
    ContentRemoved,
    DecisionMade,
    DecisionReversed,
    IntakeReceived,
    MisuseMeasured,
    NoticeReceived,
    PageCalled,
    ReportAnswered,
)
from perdure.moderation.service import (
    account_actions,
    bundles,
    evasion,
    flags,
    misuse_telling,
    overdue,
    paging,
    records,
    settling,
    stay_down,
)
from perdure.moderation.service import telling as moderation_letters
from perdure.notifications.service import subscribers as notifications
from perdure.portability.events import ImportWanted
from perdure.portability.service import carrying, exports, forgetting
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
from perdure.signals.events import Flagged, SweepAsked
from perdure.signals.service import posted, scoring, screening, signatures, staying, sweep
from perdure.timelines import service as timelines


async def _send_hook(rt: Runtime, event: HookDue) -> None:
    """Delivery knows no keys: the site's own opens what signs a webhook."""
    await hooks.send(rt, event, accounts.unseal_in)


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
    Subscriber("delivery.hooks", HookDue, handle=_send_hook, lanes=4),
    Subscriber("moderation.flagged", Flagged, handle_in=flags.flagged_in, inline=True),
    Subscriber("moderation.restored", AccountRestored, handle_in=account_actions.restored_in, inline=True),
    Subscriber("moderation.evasion", AccountActivated, handle_in=evasion.look_in),
    Subscriber("moderation.removed", ContentRemoved, handle_in=stay_down.removed_in),
    Subscriber("moderation.decided_elsewhere", DecisionMade, handle_in=bundles.decided_elsewhere_in),
    Subscriber("moderation.reversed_elsewhere", DecisionReversed, handle_in=bundles.reversed_elsewhere_in),
    Subscriber("desk.answered", LetterAnswered, handle_in=clocking.answered_in),
    Subscriber("desk.open", LetterArrived, handle=opening.open_letter, lanes=4, at_once=8),
    Subscriber("desk.answer", LetterOpened, handle=answering_drafting.opened, at_once=4),
    Subscriber("desk.decided", CaseDecided, handle=answering_drafting.decided, at_once=4),
    Subscriber("desk.reconsidered", DecisionReversed, handle=answering_drafting.reconsidered),
    Subscriber("desk.returned", AnswerReturned, handle_in=answering_sending.returned_in),
    Subscriber("desk.more_time", ClockMoved, handle_in=answering_drafting.propose_in),
    Subscriber("desk.hook_opened", LetterOpened, handle_in=hooking.opened_in),
    Subscriber("desk.hook_decided", CaseDecided, handle_in=hooking.decided_in),
    Subscriber("desk.hook_answered", LetterAnswered, handle_in=hooking.answered_in),
    Subscriber("desk.order", LetterOpened, handle_in=orders.opened_in),
    Subscriber("desk.order_answer", OrderAnswerDue, handle=orders_answering.deliver),
    Subscriber("desk.referral", ReferralDue, handle=referrals.deliver),
    Subscriber("moderation.reinstated", ContentReinstated, handle_in=stay_down.reinstated_in),
    Subscriber("moderation.overdue", ClockMoved, handle_in=overdue.missed_in),
    Subscriber("moderation.log_intake", IntakeReceived, handle_in=records.log_in),
    Subscriber("moderation.answer", CaseDecided, handle_in=settling.answer_in),
    Subscriber("moderation.misuse", MisuseMeasured, handle=misuse_telling.tell_member),
    Subscriber("desk.misuse", MisuseMeasured, handle=desk_measuring.tell_sender),
    Subscriber("moderation.mail_receipt", NoticeReceived, handle=moderation_letters.mail_receipt),
    Subscriber("moderation.mail_outcome", ReportAnswered, handle=moderation_letters.mail_outcome),
    Subscriber("moderation.page", PageCalled, handle=paging.mail_call, lanes=2),
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
    Subscriber("continuity.barred", CopiesBarred, prepare=forgetting.tell_barred, store_in=forgetting.told_in),
    Subscriber("media.copy", FileStored, handle=copying.send_stored, lanes=2),
    Subscriber("media.process", MediaUploaded, handle=media.process_uploaded),
    Subscriber("audit.anchor", RootSigned, handle=anchors.anchor),
    Subscriber("accounts.forget_viewers", AccessChanged, handle=accounts.forget_changed),
)


def registry() -> Registry:
    """All subscribers of this release."""
    return Registry(SUBSCRIBERS)
