"""What notifications listen to."""

from typing import Final

from perdure.accounts.events import AccountActivated, AccountDeleted
from perdure.graph.events import Blocked, Followed, FollowRequested, RequestEnded, Unfollowed
from perdure.kernel.outbox import Subscriber
from perdure.moderation.events import NoticeDue, NoticeWithdrawn, ReportAnswered, ReportFiled, StaffPaged
from perdure.notifications.events import NotificationCreated, PushWanted
from perdure.notifications.service import push, telling
from perdure.posts.events import PollClosed, PostDeleted, PostEdited, PostPublished, PostVoted

SUBSCRIBERS: Final = (
    Subscriber("notifications.published", PostPublished, handle_in=telling.post_published_in),
    Subscriber("notifications.edited", PostEdited, handle_in=telling.post_edited_in),
    Subscriber("notifications.deleted", PostDeleted, handle_in=telling.post_deleted_in),
    Subscriber("notifications.voted", PostVoted, handle_in=telling.post_voted_in),
    Subscriber("notifications.poll_closed", PollClosed, handle_in=telling.poll_closed_in),
    Subscriber("notifications.followed", Followed, handle_in=telling.followed_in),
    Subscriber("notifications.follow_requested", FollowRequested, handle_in=telling.follow_requested_in),
    Subscriber("notifications.request_ended", RequestEnded, handle_in=telling.request_ended_in),
    Subscriber("notifications.unfollowed", Unfollowed, handle_in=telling.unfollowed_in),
    Subscriber("notifications.blocked", Blocked, handle_in=telling.blocked_in),
    Subscriber("notifications.plan_push", NotificationCreated, handle_in=push.plan_push_in, inline=True),
    Subscriber("notifications.push", PushWanted, handle=push.push_wanted, lanes=8),
    Subscriber("notifications.account_activated", AccountActivated, handle_in=telling.account_activated_in),
    Subscriber("notifications.notice_due", NoticeDue, handle_in=telling.notice_due_in, inline=True),
    Subscriber("notifications.notice_withdrawn", NoticeWithdrawn, handle_in=telling.notice_withdrawn_in, inline=True),
    Subscriber("notifications.report_filed", ReportFiled, handle_in=telling.report_filed_in),
    Subscriber("notifications.staff_paged", StaffPaged, handle_in=telling.staff_paged_in),
    Subscriber("notifications.report_answered", ReportAnswered, handle_in=telling.report_answered_in),
    Subscriber("notifications.account_deleted", AccountDeleted, handle_in=telling.account_deleted_in),
)
