"""Addresses of this site."""

from urllib.parse import quote

import msgspec

from perdure.kernel.settings import Settings


class Urls(msgspec.Struct, frozen=True):
    """Where things of this site are found."""

    base: str
    media_base: str = ""

    @classmethod
    def of(cls, settings: Settings) -> "Urls":
        """The addresses that the settings name."""
        return cls(settings.base_url, settings.storage_public_url.rstrip("/") or f"{settings.base_url}/media")

    def account(self, username: str) -> str:
        """A profile page."""
        return f"{self.base}/@{username}"

    def post(self, username: str, post_id: int) -> str:
        """A post's page."""
        return f"{self.base}/@{username}/{post_id}"

    def tag(self, name: str) -> str:
        """A hashtag's page."""
        return f"{self.base}/tags/{quote(name)}"

    def media(self, key: str) -> str:
        """A stored file."""
        return f"{self.media_base}/{key}"

    def avatar(self, key: str | None) -> str:
        """A profile picture, or the one everybody begins with."""
        return self.media(key) if key else f"{self.base}/static/avatar.svg"

    def header(self, key: str | None) -> str:
        """A profile's wide picture, or the one everybody begins with."""
        return self.media(key) if key else f"{self.base}/static/header.svg"
