"""Who may notify whom, and which notifications belong together. Pure."""

from typing import Final

import msgspec

from perdure.notifications.model import ALERTS, GROUPED, OWN, PUSH_POLICIES, Fallback, Policy, Subscription, Verdict

NEW_ACCOUNT_MS: Final = 30 * 86_400_000
GROUP_MS: Final = 12 * 3_600_000
NEVER_FILTERED: Final = frozenset(
    {"poll", "update", "status", "severed_relationships", "moderation_warning", "admin.sign_up", "admin.report", *OWN}
)
VERDICTS: Final = ("accept", "filter", "drop")
SELF_ALLOWED: Final = frozenset({"poll", "perdure.report_outcome", "perdure.deadline"})


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


_TITLES: Final = {
    "en": {
        "mention": "{name} mentioned you",
        "status": "{name} just posted",
        "reblog": "{name} echoed your post",
        "follow": "{name} is now following you",
        "follow_request": "{name} asks to follow you",
        "favourite": "{name} favourited your post",
        "poll": "A poll by {name} has ended",
        "update": "{name} edited a post",
        "quote": "{name} quoted your post",
        "quoted_update": "{name} edited a post you quoted",
        "admin.sign_up": "{name} signed up",
        "admin.report": "{name} filed a report",
        "severed_relationships": "Some of your connections have ended",
        "moderation_warning": "The moderators sent you a warning",
        "added_to_collection": "{name} added you to a collection",
        "collection_update": "{name} changed a collection you are in",
        "perdure.report_outcome": "Something you reported has been decided",
        "perdure.deadline": "A moderation deadline needs you",
        "perdure.comment_pending": "{name} wrote a comment that waits for your decision",
    },
    "fr": {
        "mention": "{name} vous a mentionné",
        "status": "{name} vient de publier",
        "reblog": "{name} a relayé votre publication",
        "follow": "{name} vous suit désormais",
        "follow_request": "{name} demande à vous suivre",
        "favourite": "{name} a aimé votre publication",
        "poll": "Un sondage de {name} est terminé",
        "update": "{name} a modifié une publication",
        "quote": "{name} a cité votre publication",
        "quoted_update": "{name} a modifié une publication que vous avez citée",
        "admin.sign_up": "{name} s’est inscrit",
        "admin.report": "{name} a fait un signalement",
        "severed_relationships": "Certains de vos liens ont pris fin",
        "moderation_warning": "La modération vous a envoyé un avertissement",
        "added_to_collection": "{name} vous a ajouté à une collection",
        "collection_update": "{name} a modifié une collection où vous figurez",
        "perdure.report_outcome": "Un de vos signalements a reçu une décision",
        "perdure.deadline": "Une échéance de modération vous attend",
        "perdure.comment_pending": "{name} a écrit un commentaire qui attend votre décision",
    },
}
_UNKNOWN: Final = {
    "en": "This app does not know this kind of notification. Open the site in a browser to see it.",
    "fr": "Cette application ne connaît pas ce type de notification. Ouvrez le site dans un navigateur pour la voir.",
}
PUSH_TEXT_MAX: Final = 140


def push_title(kind: str, name: str, locale: str) -> str:
    """A notification in one sentence, in the reader's language or English."""
    titles = _TITLES["fr" if locale.startswith("fr") else "en"]
    return titles.get(kind, "{name}").format(name=shortened(name))


def fallback(kind: str, name: str, locale: str, supported: tuple[str, ...] | None) -> Fallback | None:
    """A notification in words, for a client that says which kinds it knows, this one not among them."""
    if supported is None or kind in supported:
        return None
    return Fallback(push_title(kind, name, locale), _UNKNOWN["fr" if locale.startswith("fr") else "en"])


def shortened(text: str) -> str:
    """Text on one line, of a length that fits every push service."""
    line = " ".join(text.split())
    return line if len(line) <= PUSH_TEXT_MAX else line[: PUSH_TEXT_MAX - 1] + "…"


def alerts_of(given: dict[str, bool]) -> dict[str, bool]:
    """Every kind of alert, on where that was asked for."""
    return {kind: given.get(kind, False) for kind in ALERTS}


def is_push_policy(word: str) -> bool:
    """Whether a policy for pushes exists."""
    return word in PUSH_POLICIES


def wants_push(subscription: Subscription, kind: str, *, following: bool, followed_by: bool) -> bool:
    """Whether a subscription asks for this kind of notification from this sender.

    Deadlines reach whoever asks for reports: apps know no switch for them, and nobody sends them.
    """
    if kind == "perdure.deadline":
        return subscription.alerts.get("admin.report", False) and subscription.policy != "none"
    if not subscription.alerts.get(kind, False):
        return False
    return {"all": True, "followed": following, "follower": followed_by, "none": False}[subscription.policy]
