"""What a store may answer instead of doing as it was told. Each names the store and the object, and what to do."""

from perdure.kernel.errors import AppError, Invalid


class StoreError(AppError):
    """A store did not do what it was asked. ``store`` and ``name`` say which one and with which object."""

    kind = "store"

    def __init__(self, public: str, *, store: str, name: str = "") -> None:
        super().__init__(public, store=store, name=name)
        self.store = store
        self.name = name


class AlreadyThere(StoreError):
    """An object of that name exists; names are never used twice, so it was left as it is."""

    kind = "already_there"


class NotThere(StoreError):
    """No object of that name."""

    kind = "not_there"


class StoreRefused(StoreError):
    """Credentials, rights, or a request the store will never accept: trying again changes nothing."""

    kind = "store_refused"


class StoreFull(StoreError):
    """No room, or a quota is used up."""

    kind = "store_full"


class StoreUnreachable(StoreError):
    """Network, time-out, or the store's own trouble: to be tried again."""

    kind = "store_unreachable"


class Newer(Invalid):
    """An object was written by a newer release than this: that release reads it."""
