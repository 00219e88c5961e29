"""Who is told what: listens to the other domains, exactly once, and asks blocks, mutes and policy."""

from perdure.accounts import service as accounts
from perdure.accounts.events import AccountActivated, AccountDeleted
from perdure.accounts.model import STAFF, AccountView
from perdure.graph import service as graph
from perdure.graph.events import Blocked, Followed, FollowRequested, RequestEnded, Unfollowed
from perdure.graph.model import Relationship
from perdure.kernel.db import Tx
from perdure.moderation.events import NoticeDue, NoticeWithdrawn, ReportAnswered, ReportFiled, StaffPaged
from perdure.notifications import rules
from perdure.notifications.events import NotificationCreated
from perdure.notifications.model import ABOUT_POSTS, Kind
from perdure.notifications.queries import upkeep
from perdure.notifications.tables import notification, notification_permission, notification_request, push_subscription
from perdure.posts import service as posts
from perdure.posts.events import PollClosed, PostDeleted, PostEdited, PostPublished, PostVoted
from perdure.posts.model import PostView


def notify_in(tx: Tx, account_id: int, kind: Kind, from_account_id: int, post_id: int | None = None) -> int | None:
    """Tell somebody something, unless they do not want to or may not know it; returns the notification's id.

    The same sender, kind and post are told once. Where the kind is not about posts, ``post_id`` is the id of what
    else it is about, a report say.
    """
    if account_id == from_account_id and kind not in rules.SELF_ALLOWED:
        return None
    people = accounts.views_in(tx, [account_id, from_account_id])
    sender = people.get(from_account_id)
    if account_id not in people or people[account_id].hidden or sender is None or sender.hidden:
        return None
    seen = posts.views_in(tx, account_id, [post_id]) if post_id else []
    if kind in ABOUT_POSTS and (not seen or (seen[0].marks.muted and kind != "poll")):
        return None
    relation = graph.relationships_in(tx, account_id, [from_account_id])[0]
    if relation.blocking or relation.blocked_by or relation.muting_notifications:
        return None
    post = seen[0] if seen else None
    judged = rules.verdict(upkeep.policy(tx, account_id), kind, _sender(tx, account_id, sender, relation, kind, post))
    return None if judged == "drop" else _store(tx, account_id, kind, from_account_id, post_id, judged == "filter")


def _sender(
    tx: Tx, account_id: int, sender: AccountView, relation: Relationship, kind: str, post: PostView | None
) -> rules.Sender:
    private = kind == "mention" and post is not None and post.visibility == "direct"
    return rules.Sender(
        following=relation.following,
        followed_by=relation.followed_by,
        new=sender.created_at > tx.now - rules.NEW_ACCOUNT_MS,
        staff=sender.role in STAFF,
        permitted=upkeep.permitted(tx, account_id, sender.id),
        unasked_private=private and post is not None and post.in_reply_to_account_id != account_id,
    )


def _store(tx: Tx, account_id: int, kind: Kind, sender_id: int, post_id: int | None, filtered: bool) -> int | None:  # noqa: FBT001 - private, one caller
    new_id, about = tx.new_id(), post_id or 0
    if not tx.insert_new(
        notification,
        id=new_id,
        account_id=account_id,
        kind=kind,
        from_account_id=sender_id,
        post_id=about,
        group_key=rules.group_key(kind, new_id, about, tx.now),
        filtered=filtered,
        created_at=tx.now,
    ):
        return None
    if filtered:
        upkeep.count_request(tx, account_id, sender_id, about)
    tx.emit(NotificationCreated(new_id, account_id, filtered))
    return new_id


def post_published_in(tx: Tx, event: PostPublished) -> None:
    """Tell those a post speaks to, those who asked to hear of each post, and the author of what was echoed."""
    if event.reblog_of_id is not None:
        if event.reblog_author_id is not None:
            notify_in(tx, event.reblog_author_id, "reblog", event.author_id, event.reblog_of_id)
        return
    for account_id in event.mentioned:
        notify_in(tx, account_id, "mention", event.author_id, event.post_id)
    if event.in_reply_to_account_id in {None, event.author_id} and event.visibility != "direct":
        for account_id in graph.notified_follower_ids_in(tx, event.author_id):
            if account_id not in event.mentioned:
                notify_in(tx, account_id, "status", event.author_id, event.post_id)


def post_edited_in(tx: Tx, event: PostEdited) -> None:
    """Tell those who echoed a post that it changed."""
    for _, account_id in posts.people_page_in(
        tx, "reblogged_by", event.post_id, lower=0, upper=2**63 - 1, most=1000, ascending=False
    ):
        notify_in(tx, account_id, "update", event.author_id, event.post_id)


def post_deleted_in(tx: Tx, event: PostDeleted) -> None:
    """Forget what was told about a post; taking an echo back takes its notification back."""
    if event.reblog_of_id is not None:
        tx.delete(notification, kind="reblog", from_account_id=event.author_id, post_id=event.reblog_of_id)
    tx.delete(notification, post_id=event.post_id)


def post_voted_in(tx: Tx, event: PostVoted) -> None:
    """Tell an author of an up-vote."""
    notify_in(tx, event.author_id, "favourite", event.voter_id, event.post_id)


def poll_closed_in(tx: Tx, event: PollClosed) -> None:
    """Tell the author and everybody who voted that a poll has ended."""
    for account_id in {event.author_id, *posts.poll_voters_in(tx, event.poll_id)}:
        notify_in(tx, account_id, "poll", event.author_id, event.post_id)


def followed_in(tx: Tx, event: Followed) -> None:
    """Tell somebody of a new follower; a request that led to it is answered."""
    pair = {"account_id": event.target_id, "from_account_id": event.account_id}
    tx.delete(notification, kind="follow_request", **pair)
    notify_in(tx, event.target_id, "follow", event.account_id)


def follow_requested_in(tx: Tx, event: FollowRequested) -> None:
    """Tell somebody that somebody asks to follow."""
    notify_in(tx, event.target_id, "follow_request", event.account_id)


def request_ended_in(tx: Tx, event: RequestEnded) -> None:
    """A request that was refused or taken back is no news any more."""
    pair = {"account_id": event.target_id, "from_account_id": event.account_id}
    tx.delete(notification, kind="follow_request", **pair)


def unfollowed_in(tx: Tx, event: Unfollowed) -> None:
    """A follow that ended is no news any more; a later one is again."""
    tx.delete(notification, kind="follow", account_id=event.target_id, from_account_id=event.account_id)


def blocked_in(tx: Tx, event: Blocked) -> None:
    """Whoever blocks hears nothing of the blocked one any more, old things included."""
    pair = {"account_id": event.account_id, "from_account_id": event.target_id}
    for table in (notification, notification_request, notification_permission):
        tx.delete(table, **pair)


def notice_due_in(tx: Tx, event: NoticeDue) -> None:
    """Tell somebody what was decided about them; no policy of theirs keeps it from them."""
    if event.notice_kind == "statement":
        _store(tx, event.account_id, "moderation_warning", event.account_id, event.decision_id, filtered=False)


def notice_withdrawn_in(tx: Tx, event: NoticeWithdrawn) -> None:
    """A decision was undone before anybody was told by mail: it is no news any more."""
    tx.delete(notification, account_id=event.account_id, kind="moderation_warning", post_id=event.decision_id)


def account_activated_in(tx: Tx, event: AccountActivated) -> None:
    """Tell those who look after members of a new one."""
    for account_id in accounts.holders_in(tx, "manage_users"):
        notify_in(tx, account_id, "admin.sign_up", event.account_id)


def report_filed_in(tx: Tx, event: ReportFiled) -> None:
    """Tell those who look after reports of a case that somebody asks for; of later reports the queue tells."""
    if event.reporter_id is not None:
        for account_id in accounts.holders_in(tx, "manage_reports"):
            notify_in(tx, account_id, "admin.report", event.reporter_id, event.intake_id)


def report_answered_in(tx: Tx, event: ReportAnswered) -> None:
    """Tell whoever reported what was decided; a later, other decision takes the place of the first."""
    if event.reporter_id is not None:
        about = {"account_id": event.reporter_id, "kind": "perdure.report_outcome", "post_id": event.intake_id}
        tx.delete(notification, **about)
        notify_in(tx, event.reporter_id, "perdure.report_outcome", event.reporter_id, event.intake_id)


def staff_paged_in(tx: Tx, event: StaffPaged) -> None:
    """Tell whoever is on duty of a deadline; the newest takes the place of an older one of the same case."""
    about = {"account_id": event.account_id, "kind": "perdure.deadline", "post_id": event.case_id}
    tx.delete(notification, **about)
    _store(tx, event.account_id, "perdure.deadline", event.account_id, event.case_id, filtered=False)


def account_deleted_in(tx: Tx, event: AccountDeleted) -> None:
    """Erase everything to and from an account."""
    upkeep.forget_account(tx, event.account_id)
    for table in (notification_request, notification_permission):
        tx.delete(table, account_id=event.account_id)
        tx.delete(table, from_account_id=event.account_id)
    tx.delete(push_subscription, account_id=event.account_id)


def forget_old_in(tx: Tx, below: int, most: int) -> int:
    """Forget notifications with ids below one, the oldest ``most`` at once; returns how many."""
    return upkeep.forget_old(tx, below, most)
