"""Accounts as clients of the staff read them."""

from typing import Any

from perdure.accounts.model import StaffView
from perdure.mastodon_api.entities.account import account_entity, role_entity
from perdure.mastodon_api.entities.common import id_text, iso
from perdure.mastodon_api.entities.urls import Urls


def admin_account_entity(found: StaffView, urls: Urls) -> dict[str, Any]:
    """An Admin::Account. What is disabled is frozen here: it signs in and reads."""
    view, login = found.account, found.login
    return {
        "id": id_text(view.id),
        "username": view.username,
        "domain": None,
        "created_at": iso(view.created_at),
        "email": login.email if login else "",
        "ip": found.addresses[0][0] if found.addresses else None,
        "ips": [{"ip": address, "used_at": iso(used_at)} for address, used_at in found.addresses],
        "locale": login.locale if login else "",
        "invite_request": login.reason or None if login else None,
        "role": role_entity(view),
        "confirmed": login is not None and login.confirmed_at is not None,
        "approved": login is not None and login.approved,
        "disabled": view.frozen or view.state == "deactivated",
        "silenced": view.limited,
        "suspended": view.state == "suspended",
        "sensitized": view.marked_sensitive,
        "created_by_application_id": None,
        "invited_by_account_id": id_text(found.invited_by) if found.invited_by else None,
        "account": account_entity(view, urls),
    }
