"""The site as clients read it before anything else (api.md §3.8)."""

from typing import Any, Final

import msgspec

from perdure import __version__
from perdure.accounts.model import AccountView, Rule, Site
from perdure.accounts.service import Figures
from perdure.kernel.mode import Mode
from perdure.kernel.settings import Settings
from perdure.mastodon_api.entities.account import Urls, account_entity
from perdure.mastodon_api.entities.common import id_text

API_VERSIONS: Final = {"mastodon": 6, "perdure": 1}
IMAGES: Final = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif")
VIDEOS: Final = ("video/webm", "video/mp4", "video/quicktime", "video/ogg")
AUDIO: Final = (
    "audio/mpeg",
    "audio/ogg",
    "audio/wav",
    "audio/x-wav",
    "audio/flac",
    "audio/aac",
    "audio/mp4",
    "audio/webm",
)


class Facts(msgspec.Struct, frozen=True):
    """Everything that the site's own entities are made of."""

    settings: Settings
    site: Site
    rules: list[Rule]
    figures: Figures
    contact: AccountView | None
    vapid_key: str
    mode: Mode


def version_text() -> str:
    """Three numbers that clients understand, then who we are."""
    return f"4.6.0 (compatible; Perdure {__version__})"


def instance_v2(facts: Facts) -> dict[str, Any]:
    """Instance, second edition."""
    settings, site = facts.settings, facts.site
    urls = Urls.of(settings)
    picture = _thumbnail(facts, urls)
    return {
        "domain": settings.domain,
        "title": site.title,
        "version": version_text(),
        "source_url": f"{urls.base}/about",
        "description": site.description,
        "usage": {"users": {"active_month": facts.figures.active_month}},
        "thumbnail": {"url": picture, "blurhash": None, "versions": {"@1x": picture}, "description": site.title},
        "icon": [{"src": f"{urls.base}/static/icon-{size}.png", "size": f"{size}x{size}"} for size in (192, 512)],
        "languages": list(site.languages),
        "configuration": _configuration(facts)
        | {
            "urls": {
                "streaming": streaming_url(settings),
                "status": None,
                "about": f"{urls.base}/about",
                "privacy_policy": f"{urls.base}/privacy-policy" if site.privacy_policy else None,
                "terms_of_service": f"{urls.base}/terms-of-service" if site.terms else None,
            },
            "vapid": {"public_key": facts.vapid_key},
            "translation": {"enabled": False},
            "timelines_access": {
                "live_feeds": {"local": site.live_feeds, "remote": "disabled"},
                "hashtag_feeds": {"local": site.hashtag_feeds, "remote": "disabled"},
                "trending_link_feeds": {"local": site.hashtag_feeds, "remote": "disabled"},
            },
            "limited_federation": True,
            "perdure": {"mode": facts.mode.name, "reason": facts.mode.reason},
        },
        "registrations": _registrations(facts),
        "api_versions": API_VERSIONS,
        "contact": {"email": site.contact_email, "account": _contact(facts, urls)},
        "rules": rules_entity(facts.rules),
        "perdure": {"peer_test": settings.peer_test},
    }


def instance_v1(facts: Facts) -> dict[str, Any]:
    """Instance, first edition."""
    settings, site = facts.settings, facts.site
    urls = Urls.of(settings)
    return {
        "uri": settings.domain,
        "title": site.title,
        "short_description": site.description,
        "description": site.extended_description or site.description,
        "email": site.contact_email,
        "version": version_text(),
        "urls": {"streaming_api": streaming_url(settings)},
        "stats": {"user_count": facts.figures.members, "status_count": facts.figures.posts, "domain_count": 0},
        "thumbnail": _thumbnail(facts, urls),
        "languages": list(site.languages),
        "registrations": site.registrations in {"open", "approval"},
        "approval_required": site.registrations == "approval",
        "invites_enabled": site.registrations != "closed" and site.members_invite,
        "configuration": _configuration(facts),
        "contact_account": _contact(facts, urls),
        "rules": rules_entity(facts.rules),
    }


def streaming_url(settings: Settings) -> str:
    """Where the live events are: a WebSocket origin."""
    return settings.base_url.replace("http", "ws", 1)


def rules_entity(rules: list[Rule]) -> list[dict[str, Any]]:
    """The rules."""
    return [{"id": id_text(rule.id), "text": rule.text, "hint": rule.hint, "translations": {}} for rule in rules]


def _configuration(facts: Facts) -> dict[str, Any]:
    settings = facts.settings
    return {
        "accounts": {
            "max_display_name_length": 30,
            "max_note_length": 500,
            "max_avatar_description_length": 1500,
            "max_header_description_length": 1500,
            "max_featured_tags": 10,
            "max_pinned_statuses": 5,
            "max_profile_fields": 4,
            "profile_field_name_limit": 255,
            "profile_field_value_limit": 255,
        },
        "statuses": {
            "max_characters": settings.max_post_characters,
            "max_media_attachments": 4,
            "characters_reserved_per_url": 23,
        },
        "media_attachments": {
            "description_limit": 1500,
            "supported_mime_types": [*IMAGES, *VIDEOS, *AUDIO],
            "image_size_limit": settings.max_image_bytes,
            "image_matrix_limit": settings.max_image_pixels,
            "video_size_limit": settings.max_video_bytes,
            "video_frame_rate_limit": 120,
            "video_matrix_limit": 8_294_400,
        },
        "polls": {
            "max_options": 4,
            "max_characters_per_option": 50,
            "min_expiration": 300,
            "max_expiration": 2_629_746,
        },
    }


def _thumbnail(facts: Facts, urls: Urls) -> str:
    return urls.media(facts.site.thumbnail_key) if facts.site.thumbnail_key else f"{urls.base}/static/preview.png"


def _registrations(facts: Facts) -> dict[str, Any]:
    mode = facts.site.registrations
    return {
        "enabled": mode in {"open", "approval"},
        "approval_required": mode == "approval",
        "reason_required": mode == "approval" and facts.site.require_invite_reason,
        "message": facts.site.registrations_message or None,
        "min_age": None,
        "url": None,
    }


def _contact(facts: Facts, urls: Urls) -> dict[str, Any] | None:
    return None if facts.contact is None else account_entity(facts.contact, urls)
