"""What happens to notifications."""

from perdure.kernel.events import Event


class NotificationCreated(Event, frozen=True):
    """Somebody has a new notification."""

    kind = "notifications.created"
    notification_id: int
    account_id: int
    filtered: bool = False


class NotificationsMerged(Event, frozen=True):
    """Filtered notifications were accepted and now stand in the main list."""

    kind = "notifications.merged"
    account_id: int


class PushWanted(Event, frozen=True):
    """A notification is to be pushed to one subscription."""

    kind = "notifications.push_wanted"
    subscription_id: int
    notification_id: int
