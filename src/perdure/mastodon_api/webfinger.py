"""Webfinger (RFC 7033): who is behind ``acct:name@host``. People of this site only."""

import re
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from litestar import Response, get

from perdure.accounts import service
from perdure.accounts.model import AccountView
from perdure.kernel.errors import NotFound
from perdure.kernel.settings import Settings
from perdure.mastodon_api.entities.account import Urls
from perdure.mastodon_api.http import ApiRequest, json_response, runtime_of

_NAME: Final = re.compile(r"[A-Za-z0-9_]+")
_PROFILE: Final = "http://webfinger.net/rel/profile-page"
_AVATAR: Final = "http://webfinger.net/rel/avatar"
_FEED: Final = "http://schemas.google.com/g/2010#updates-from"


@get("/.well-known/webfinger")
async def webfinger(request: ApiRequest) -> Response[bytes]:
    """Addresses of an account. 400 without a ``resource``, 404 for anybody who is not here."""
    rt = runtime_of(request)
    resource = request.query_params.get("resource", "")
    if not resource:
        return json_response({"error": "A resource is missing"}, 400)
    found = await rt.db.read(service.find_by_name_in, name_of(resource, rt.settings))
    if found is None or found.state != "active":
        raise NotFound
    wanted = request.query_params.getall("rel", [])
    body = msgspec.json.encode(_descriptor(found, rt.settings, wanted))
    return Response(body, media_type="application/jrd+json; charset=utf-8")


def name_of(resource: str, settings: Settings) -> str:
    """The user name that a resource means: ``acct:name@host`` or the address of a profile. Raises NotFound."""
    if resource.startswith(("http://", "https://")):
        try:
            address = urlsplit(resource)
        except ValueError:
            raise NotFound from None
        host, path = address.netloc, address.path
        name = path.removeprefix("/@") if path.startswith("/@") else path.removeprefix("/users/")
    else:
        name, _, host = resource.removeprefix("acct:").removeprefix("@").rpartition("@")
    if host.lower() != settings.domain.lower() or not _NAME.fullmatch(name):
        raise NotFound
    return name


def _descriptor(about: AccountView, settings: Settings, wanted: list[str]) -> dict[str, Any]:
    urls = Urls.of(settings)
    profile = urls.account(about.username)
    links = [
        {"rel": _PROFILE, "type": "text/html", "href": profile},
        {"rel": _FEED, "type": "application/atom+xml", "href": f"{profile}.atom"},
    ]
    if about.avatar_key:
        links.append({"rel": _AVATAR, "href": urls.avatar(about.avatar_key)})
    return {
        "subject": f"acct:{about.username}@{settings.domain}",
        "aliases": [profile],
        "links": [link for link in links if not wanted or link["rel"] in wanted],
    }


ROUTES = [webfinger]
