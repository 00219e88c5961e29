"""Accounts as clients read them (api.md §3.6)."""

from typing import Any

import msgspec

from perdure.accounts.model import AccountView, Login
from perdure.accounts.service import field_html, permissions
from perdure.mastodon_api.entities.common import day, id_text, iso
from perdure.mastodon_api.entities.emoji import emoji_entities
from perdure.mastodon_api.entities.urls import Urls as Urls

_ROLES = {
    "owner": ("3", "Owner"),
    "admin": ("2", "Admin"),
    "moderator": ("1", "Moderator"),
    "member": ("-99", ""),
}


def account_entity(view: AccountView, urls: Urls) -> dict[str, Any]:
    """An Account. One that is suspended shows its name and nothing else."""
    hidden = view.hidden
    avatar = urls.avatar(None if hidden else view.avatar_key)
    header = urls.header(None if hidden else view.header_key)
    found: dict[str, Any] = {
        "id": id_text(view.id),
        "username": view.username,
        "acct": view.username,
        "display_name": "" if hidden else view.display_name,
        "locked": view.locked,
        "bot": view.bot,
        "discoverable": view.discoverable,
        "indexable": view.indexable,
        "hide_collections": view.hide_collections,
        "show_featured": view.show_featured,
        "show_media": view.show_media,
        "show_media_replies": view.show_media_replies,
        "group": False,
        "created_at": iso(view.created_at - view.created_at % 86_400_000),
        "note": "" if hidden else view.note_html,
        "url": urls.account(view.username),
        "uri": f"{urls.base}/users/{view.username}",
        "avatar": avatar,
        "avatar_static": avatar,
        "avatar_description": "" if hidden else view.avatar_description,
        "header": header,
        "header_static": header,
        "header_description": "" if hidden else view.header_description,
        "followers_count": 0 if hidden else view.followers_count,
        "following_count": 0 if hidden else view.following_count,
        "statuses_count": 0 if hidden else view.statuses_count,
        "last_status_at": day(view.last_status_at) if view.last_status_at else None,
        "noindex": not view.indexable,
        "emojis": [] if hidden else emoji_entities(view.emojis, urls),
        "roles": _roles(view),
        "fields": [] if hidden else _fields(view),
    }
    if hidden:
        found["suspended"] = True
    elif view.labels:  # for clients that know Perdure, as with posts
        found["perdure"] = {"labels": [msgspec.structs.asdict(label) for label in view.labels]}
    return found


def credential_entity(view: AccountView, login: Login, urls: Urls, follow_requests: int) -> dict[str, Any]:
    """A CredentialAccount: one's own account with the defaults for new posts."""
    return {
        **account_entity(view, urls),
        "source": {
            "privacy": view.default_visibility,
            "sensitive": view.default_sensitive,
            "language": view.default_language,
            "note": view.note,
            "fields": [_plain_field(field.name, field.value, field.verified_at) for field in view.fields],
            "follow_requests_count": follow_requests,
            "hide_collections": view.hide_collections,
            "discoverable": view.discoverable,
            "indexable": view.indexable,
            "attribution_domains": list(view.attribution_domains),
            "quote_policy": view.default_quote_policy,
        },
        "role": role_entity(view),
    }


def role_entity(view: AccountView) -> dict[str, Any]:
    """A Role."""
    number, name = _ROLES[view.role]
    return {
        "id": number,
        "name": name,
        "color": "",
        "permissions": str(permissions(view.role)),
        "highlighted": view.role != "member",
        "collection_limit": 10,
    }


def _roles(view: AccountView) -> list[dict[str, str]]:
    if view.role == "member" or view.hidden:
        return []
    number, name = _ROLES[view.role]
    return [{"id": number, "name": name, "color": ""}]


def _fields(view: AccountView) -> list[dict[str, Any]]:
    return [_plain_field(field.name, field_html(field.value), field.verified_at) for field in view.fields]


def _plain_field(name: str, value: str, verified_at: int | None) -> dict[str, Any]:
    return {"name": name, "value": value, "verified_at": iso(verified_at) if verified_at else None}


def profile_entity(view: AccountView, urls: Urls) -> dict[str, Any]:
    """A Profile: one's own account as typed, for a form. A picture that was never set is null."""
    avatar = urls.media(view.avatar_key) if view.avatar_key else None
    header = urls.media(view.header_key) if view.header_key else None
    return {
        "id": id_text(view.id),
        "display_name": view.display_name,
        "note": view.note,
        "fields": [_plain_field(field.name, field.value, field.verified_at) for field in view.fields],
        "avatar": avatar,
        "avatar_static": avatar,
        "avatar_description": view.avatar_description,
        "header": header,
        "header_static": header,
        "header_description": view.header_description,
        "locked": view.locked,
        "bot": view.bot,
        "hide_collections": view.hide_collections,
        "discoverable": view.discoverable,
        "indexable": view.indexable,
        "show_media": view.show_media,
        "show_media_replies": view.show_media_replies,
        "show_featured": view.show_featured,
        "attribution_domains": list(view.attribution_domains),
    }
