"""Web Push: who subscribed to what, and how a notification reaches them."""

from typing import Final
from urllib.parse import urlsplit

import msgspec

from perdure.accounts import service as accounts
from perdure.accounts.model import AccountView
from perdure.delivery.service import Refused
from perdure.graph import service as graph
from perdure.graph.service import filters
from perdure.kernel.db import Tx
from perdure.kernel.errors import Invalid, NotFound, Unavailable
from perdure.kernel.log import logger
from perdure.kernel.runtime import Runtime
from perdure.kernel.settings import Settings
from perdure.notifications import rules
from perdure.notifications.events import NotificationCreated, PushWanted
from perdure.notifications.model import ABOUT_POSTS, Notification, PushAddress, Subscription
from perdure.notifications.ports import PushGateway
from perdure.notifications.queries import lists, push
from perdure.posts import service as posts
from perdure.posts.model import PostView

# A message that could not be delivered for so long is news no more. The outbox tries it until then.
_STALE_MS: Final = 3_600_000
# After so many stale messages in a row nobody is behind an endpoint.
_MOST_FAILURES: Final = 20
log = logger("push")


class Message(msgspec.Struct, frozen=True):
    """What a push carries, in the words of Mastodon's apps."""

    access_token: str
    preferred_locale: str
    notification_id: int
    notification_type: str
    icon: str
    title: str
    body: str


async def subscribe(
    rt: Runtime,
    *,
    account_id: int,
    token_id: int,
    token: str,
    address: PushAddress,
    alerts: dict[str, bool],
    policy: str = "all",
) -> Subscription:
    """Push to an address from now on, instead of where this token's pushes went. Raises Invalid."""
    checked = rt.port(PushGateway).checked(address)
    if rt.settings.base_url.startswith("https://") and not checked.endpoint.startswith("https://"):
        raise Invalid("Validation failed: Endpoint is not a valid URL")
    sealed = await accounts.seal(rt, token)
    return await rt.db.write(
        "push.subscribe", _subscribe_in, account_id, token_id, sealed, checked, rules.alerts_of(alerts), _policy(policy)
    )


def _policy(word: str) -> str:
    if not rules.is_push_policy(word):
        raise Invalid("Validation failed: Policy is not included in the list")
    return word


def _subscribe_in(
    tx: Tx, account_id: int, token_id: int, sealed: str, address: PushAddress, alerts: dict[str, bool], policy: str
) -> Subscription:
    values = {"sealed_token": sealed, "address": address, "alerts": alerts, "policy": policy, "failures": 0}
    made = msgspec.convert({"id": tx.new_id(), "token_id": token_id, "account_id": account_id, **values}, Subscription)
    push.replace(tx, made)
    return made


def subscription_in(tx: Tx, token_id: int | None) -> Subscription:
    """The subscription of a token. Raises NotFound."""
    found = push.by_token(tx, token_id) if token_id is not None else None
    if found is None:
        raise NotFound
    return found


def change_subscription_in(
    tx: Tx, token_id: int | None, alerts: dict[str, bool] | None, policy: str | None
) -> Subscription:
    """Change what is pushed; None leaves a thing as it is. Raises NotFound, Invalid."""
    found = subscription_in(tx, token_id)
    changed = msgspec.structs.replace(
        found,
        alerts=found.alerts if alerts is None else rules.alerts_of(alerts),
        policy=found.policy if policy is None else _policy(policy),
    )
    push.replace(tx, changed)
    return changed


def unsubscribe_in(tx: Tx, token_id: int | None) -> None:
    """Push no more for a token."""
    found = push.by_token(tx, token_id) if token_id is not None else None
    if found is not None:
        push.delete(tx, found.id)


def plan_push_in(tx: Tx, event: NotificationCreated) -> None:
    """Ask for a push to each subscription that wants this notification. Filtered ones wait in silence."""
    found = push.of_account(tx, event.account_id) if not event.filtered else []
    notification = lists.one(tx, event.notification_id) if found else None
    if notification is None:
        return
    relation = graph.relationships_in(tx, event.account_id, [notification.from_account_id])[0]
    for subscription in found:
        if rules.wants_push(
            subscription, notification.kind, following=relation.following, followed_by=relation.followed_by
        ):
            tx.emit(PushWanted(subscription.id, notification.id))


async def push_wanted(rt: Runtime, event: PushWanted) -> None:
    """Deliver one push. Raises Unavailable where the outbox should try again."""
    subscription = await rt.db.write("push.load", _load_in, event.subscription_id)
    if subscription is None:
        return
    token = await accounts.unseal(rt, subscription.sealed_token)
    if token is None:
        await rt.db.write("push.gone", push.delete, subscription.id)
        return
    message = await rt.db.read(_message_in, rt.settings, subscription, event.notification_id, token)
    if message is not None:
        await _deliver(rt, subscription, message)


def _load_in(tx: Tx, subscription_id: int) -> Subscription | None:
    """A subscription whose token still works; one whose token does not is forgotten."""
    found = push.by_id(tx, subscription_id)
    if found is not None and not accounts.token_lives_in(tx, found.token_id):
        push.delete(tx, found.id)
        return None
    return found


async def _deliver(rt: Runtime, subscription: Subscription, message: Message) -> None:
    gateway = rt.port(PushGateway)
    contact = await rt.db.read(_contact_in, rt.settings)
    pem = await accounts.vapid_private_pem(rt)
    try:
        outcome = await gateway.send(subscription.address, msgspec.json.encode(message), key_pem=pem, contact=contact)
    except Refused:
        outcome = "gone"  # the endpoint's name leads to where this site never goes
    except Unavailable:
        if not await rt.db.write("push.late", _late_in, subscription.id, message.notification_id):
            raise
        return
    if outcome == "gone":
        await rt.db.write("push.gone", push.delete, subscription.id)
    elif outcome == "sent" and subscription.failures:
        await rt.db.write("push.sent", push.clear_failures, subscription.id)
    elif outcome == "refused":
        log.info("push_refused", subscription=subscription.id)


def _late_in(tx: Tx, subscription_id: int, notification_id: int) -> bool:
    """Whether a message that did not arrive is to be given up; counts that, and forgets who is never there."""
    notification, subscription = lists.one(tx, notification_id), push.by_id(tx, subscription_id)
    if notification is not None and notification.created_at > tx.now - _STALE_MS:
        return False
    push.count_failure(tx, subscription_id)
    if subscription is not None and subscription.failures + 1 >= _MOST_FAILURES:
        push.delete(tx, subscription_id)
    return True


def _message_in(
    tx: Tx, settings: Settings, subscription: Subscription, notification_id: int, token: str
) -> Message | None:
    """What to push; None where the notification was taken back, put away, or its post is filtered out."""
    notification = lists.one(tx, notification_id)
    if notification is None or notification.account_id != subscription.account_id:
        return None
    sender = accounts.views_in(tx, [notification.from_account_id]).get(notification.from_account_id)
    post = _post_in(tx, notification)
    if sender is None or sender.hidden or (notification.kind in ABOUT_POSTS and post is None):
        return None
    locale = accounts.login_in(tx, subscription.account_id).locale
    return Message(
        access_token=token,
        preferred_locale=locale,
        notification_id=notification.id,
        notification_type=notification.kind,
        icon=_icon(settings, sender),
        title=rules.push_title(notification.kind, sender.display_name or sender.username, locale),
        body=rules.shortened((post.spoiler_text or post.text) if post else sender.note),
    )


def _post_in(tx: Tx, notification: Notification) -> PostView | None:
    if notification.post_id is None:
        return None
    owner = notification.account_id
    seen = posts.views_in(tx, owner, [notification.post_id])
    if not seen or seen[0].author.id == owner:
        return seen[0] if seen else None
    text = f"{seen[0].spoiler_text}\n{seen[0].text}"
    hits = filters.hits(filters.filters_in(tx, owner), tx.now, seen[0].id, text)
    hidden = any(hit.filter.action == "hide" and "notifications" in hit.filter.contexts for hit in hits)
    return None if hidden else seen[0]


def _icon(settings: Settings, sender: AccountView) -> str:
    if sender.avatar_key is None:
        return f"{settings.base_url}/static/avatar.svg"
    media = settings.storage_public_url.rstrip("/") or f"{settings.base_url}/media"
    return f"{media}/{sender.avatar_key}"


def _contact_in(tx: Tx, settings: Settings) -> str:
    """Whom a push service may write to about us: RFC 8292 asks for mailto: or https:."""
    address = accounts.site_in(tx).contact_email
    if address:
        return f"mailto:{address}"
    if settings.base_url.startswith("https://"):
        return settings.base_url
    return f"mailto:webmaster@{urlsplit(settings.base_url).hostname}"
