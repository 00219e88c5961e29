"""Who may notify whom, and which notifications belong together. Pure."""

from typing import Final

import msgspec

from perdure.notifications.model import GROUPED, Policy, Verdict

NEW_ACCOUNT_MS: Final = 30 * 86_400_000
GROUP_MS: Final = 12 * 3_600_000
NEVER_FILTERED: Final = frozenset(
    {"poll", "update", "status", "severed_relationships", "moderation_warning", "admin.sign_up", "admin.report"}
)
VERDICTS: Final = ("accept", "filter", "drop")
SELF_ALLOWED: Final = frozenset({"poll"})


class Sender(msgspec.Struct, frozen=True):
    """What the policy asks about whoever causes a notification."""

    following: bool = False
    followed_by: bool = False
    new: bool = False
    limited: bool = False
    staff: bool = False
    permitted: bool = False
    unasked_private: bool = False


def verdict(policy: Policy, kind: str, sender: Sender) -> Verdict:
    """Accept, filter or drop: the strictest rule that applies."""
    if kind in NEVER_FILTERED or sender.staff or sender.permitted:
        return "accept"
    applied: list[Verdict] = []
    if not sender.following:
        applied.append(policy.for_not_following)
        if sender.new:
            applied.append(policy.for_new_accounts)
        if sender.unasked_private:
            applied.append(policy.for_private_mentions)
        if sender.limited:
            applied.append(policy.for_limited_accounts)
    if not sender.followed_by:
        applied.append(policy.for_not_followers)
    return max(applied, key=VERDICTS.index, default="accept")


def group_key(kind: str, notification_id: int, post_id: int, now: int) -> str:
    """Favourites and echoes of one post, and follows, group within half a day; everything else stands alone."""
    if kind not in GROUPED:
        return f"ungrouped-{notification_id}"
    about = f"-{post_id}" if post_id else ""
    return f"{kind}{about}-{now // GROUP_MS}"
