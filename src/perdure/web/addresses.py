"""Where things are found, as links within the site."""

import msgspec

from perdure.accounts.model import AccountView
from perdure.kernel.settings import Settings
from perdure.posts.model import PostView
from perdure.web.assets import asset


class Addresses(msgspec.Struct, frozen=True):
    """The addresses of pages and files. ``base`` is the site's own, for links that leave it."""

    base: str
    media_base: str

    @classmethod
    def of(cls, settings: Settings) -> "Addresses":
        """The addresses that the settings name."""
        return cls(settings.base_url, settings.storage_public_url.rstrip("/") or "/media")

    def whole(self, path: str) -> str:
        """An address with the site's own in front, for links that leave the site."""
        return self.base + path if path.startswith("/") else path

    @property
    def host(self) -> str:
        """The site's host, as part of full names."""
        return self.base.partition("://")[2]

    def account(self, view: AccountView) -> str:
        """A profile."""
        return f"/@{view.username}"

    def post(self, view: PostView) -> str:
        """A post."""
        return f"/@{view.author.username}/{view.id}"

    def media(self, stored: str) -> str:
        """A file."""
        return f"{self.media_base}/{stored}"

    def avatar(self, view: AccountView) -> str:
        """A profile picture, or the one everybody begins with."""
        return self.media(view.avatar_key) if view.avatar_key and not view.hidden else asset("avatar.svg")

    def header(self, view: AccountView) -> str:
        """A profile's wide picture, or the one everybody begins with."""
        return self.media(view.header_key) if view.header_key and not view.hidden else asset("header.svg")
