"""Changing one's own profile and defaults."""

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from perdure.accounts.errors import Faults, invalid
from perdure.accounts.model import Field
from perdure.accounts.queries import people
from perdure.accounts.rules import names
from perdure.accounts.service import links
from perdure.accounts.service.people import change_in
from perdure.accounts.service.restrictions import may_write_in
from perdure.kernel.db import Tx
from perdure.kernel.runtime import Runtime

_VISIBILITIES: Final = frozenset({"public", "unlisted", "private", "direct"})
_QUOTE_POLICIES: Final = frozenset({"public", "followers", "nobody"})
_MOST_DOMAINS: Final = 10
_DOMAIN: Final = re.compile(r"(?=.{1,253}\Z)(?!-)[\w-]{1,63}(?:\.[\w-]{1,63})+\Z")
_MEDIA: Final = frozenset({"default", "show_all", "hide_all"})


class ProfileChange(msgspec.Struct, frozen=True, kw_only=True):
    """What to change; None leaves a thing as it is."""

    display_name: str | None = None
    note: str | None = None
    fields: Sequence[tuple[str, str]] | None = None
    locked: bool | None = None
    bot: bool | None = None
    discoverable: bool | None = None
    indexable: bool | None = None
    hide_collections: bool | None = None
    show_featured: bool | None = None
    show_media: bool | None = None
    show_media_replies: bool | None = None
    attribution_domains: Sequence[str] | None = None
    avatar_key: str | None = None  # empty removes it
    header_key: str | None = None
    avatar_description: str | None = None
    header_description: str | None = None
    default_visibility: str | None = None
    default_sensitive: bool | None = None
    default_language: str | None = None
    default_quote_policy: str | None = None


_DIRECT: Final = (
    "display_name",
    "note",
    "locked",
    "bot",
    "discoverable",
    "indexable",
    "hide_collections",
    "show_featured",
    "show_media",
    "show_media_replies",
    "avatar_description",
    "header_description",
    "default_visibility",
    "default_sensitive",
    "default_quote_policy",
)


async def update_profile(rt: Runtime, account_id: int, change: ProfileChange) -> None:
    """Change one's own profile. Raises Invalid with every fault, Forbidden for an account that is frozen."""
    faults = _faults(change)
    if faults:
        raise invalid(faults)
    await rt.db.write("accounts.update", _update_in, rt.settings.domain, account_id, change)


async def change_reading(rt: Runtime, account_id: int, *, expand_media: str, expand_spoilers: bool) -> None:
    """Set how posts with media or warnings open."""
    if expand_media not in _MEDIA:
        raise invalid({"expand_media": [("ERR_INCLUSION", "is not included in the list")]})
    await rt.db.write("accounts.reading", _reading_in, account_id, expand_media, expand_spoilers)


async def change_locale(rt: Runtime, account_id: int, locale: str) -> None:
    """Set the language of pages and mails."""
    await rt.db.write("accounts.locale", _locale_in, account_id, locale[:10])


def _faults(change: ProfileChange) -> Faults:
    faults: Faults = {}
    limits = (("display_name", names.DISPLAY_NAME_MAX), ("note", names.NOTE_MAX), ("avatar_description", 1500))
    for field, most in (*limits, ("header_description", 1500)):
        if len(getattr(change, field) or "") > most:
            faults[field] = [("ERR_TOO_LONG", f"is too long (maximum is {most} characters)")]
    if change.default_visibility not in {None, *_VISIBILITIES}:
        faults["privacy"] = [("ERR_INCLUSION", "is not included in the list")]
    if change.default_quote_policy not in {None, *_QUOTE_POLICIES}:
        faults["quote_policy"] = [("ERR_INCLUSION", "is not included in the list")]
    if not _are_domains(change.attribution_domains or ()):
        faults["attribution_domains"] = [("ERR_INVALID", f"must be at most {_MOST_DOMAINS} domain names")]
    fields = change.fields or ()
    if any(len(name) > names.FIELD_MAX or len(value) > names.FIELD_MAX for name, value in fields):
        faults["fields"] = [("ERR_TOO_LONG", f"is too long (maximum is {names.FIELD_MAX} characters)")]
    return faults


def _are_domains(texts: Sequence[str]) -> bool:
    return len(texts) <= _MOST_DOMAINS and all(_DOMAIN.match(text.strip()) for text in texts if text.strip())


def _update_in(tx: Tx, domain: str, account_id: int, change: ProfileChange) -> None:
    may_write_in(tx, account_id)
    values: dict[str, Any] = {name: value for name in _DIRECT if (value := getattr(change, name)) is not None}
    for key in ("avatar_key", "header_key", "default_language"):
        value = getattr(change, key)
        if value is not None:
            values[key] = value or None
    if change.attribution_domains is not None:
        named = [name.strip().lower() for name in change.attribution_domains if name.strip()]
        values["attribution_domains_json"] = msgspec.json.encode(list(dict.fromkeys(named))).decode()
    if change.fields is not None:
        fields = _merged_fields(tx, account_id, change.fields)
        values["fields_json"] = msgspec.json.encode(fields).decode()
        links.plan_in(tx, domain, account_id, fields)
    if values:
        change_in(tx, account_id, **values)


def _merged_fields(tx: Tx, account_id: int, given: Sequence[tuple[str, str]]) -> tuple[Field, ...]:
    view = people.views(tx, [account_id])[account_id]
    verified = {field.value: field.verified_at for field in view.fields}
    kept = [(name.strip(), value.strip()) for name, value in given if name.strip() or value.strip()]
    return tuple(Field(name, value, verified.get(value)) for name, value in kept[: names.FIELDS_MAX])


def _reading_in(tx: Tx, account_id: int, media: str, spoilers: bool) -> None:  # noqa: FBT001 - passed by write
    people.update_login(tx, account_id, expand_media=media, expand_spoilers=spoilers)


def _locale_in(tx: Tx, account_id: int, locale: str) -> None:
    people.update_login(tx, account_id, locale=locale)
