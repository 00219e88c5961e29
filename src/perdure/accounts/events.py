"""What happens to accounts."""

from perdure.kernel.events import Event


class SignedUp(Event, frozen=True):
    """Somebody made an account; it may still wait for a confirmed address or for approval."""

    kind = "accounts.signed_up"
    account_id: int
    needs_confirmation: bool = False
    needs_approval: bool = False


class AccountActivated(Event, frozen=True):
    """An account became active for the first time."""

    kind = "accounts.activated"
    account_id: int


class AccountChanged(Event, frozen=True):
    """Something that others see changed."""

    kind = "accounts.changed"
    account_id: int


class AccessChanged(Event, frozen=True):
    """Role, state or tokens changed: whoever remembers this account's viewers must forget them."""

    kind = "accounts.access_changed"
    account_id: int


class AccountSuspended(Event, frozen=True):
    """Staff took an account out of sight."""

    kind = "accounts.suspended"
    account_id: int


class AccountRestored(Event, frozen=True):
    """An account came back from suspension or deactivation."""

    kind = "accounts.restored"
    account_id: int


class AccountDeleted(Event, frozen=True):
    """The grace period ended: everything of the account is to be erased."""

    kind = "accounts.deleted"
    account_id: int
    pictures: tuple[str, ...] = ()  # storage keys that nothing refers to any more


class MailAsked(Event, frozen=True):
    """A mail with a secret link is wanted. The link's secret is made when the mail is written, never stored here."""

    kind = "accounts.mail_asked"
    account_id: int
    purpose: str  # confirm, reset, approved, rejected, security
    email: str
    note: str = ""
    name: str = ""  # with ``locale``: for whoever has no account any more when the mail is written
    locale: str = ""


class LinksToCheck(Event, frozen=True):
    """Links of a profile are to be looked at for a link back."""

    kind = "accounts.links_to_check"
    account_id: int


class EmojiChanged(Event, frozen=True):
    """An emoji was added or taken away: what names it looks different."""

    kind = "accounts.emoji_changed"
    shortcode: str
