"""What the site is: versions, limits, rules, texts, nodeinfo (api.md §3.8)."""

from functools import cache
from typing import Any

from babel import Locale
from litestar import Response, get

from perdure import __version__
from perdure.accounts import service
from perdure.accounts.model import AccountView, Rule, Site
from perdure.discovery import service as discovery
from perdure.kernel import mode
from perdure.kernel.db import Tx
from perdure.kernel.errors import NotFound, ReadOnly
from perdure.mastodon_api.auth import viewer
from perdure.mastodon_api.entities import instance as entity
from perdure.mastodon_api.entities.common import iso
from perdure.mastodon_api.http import ApiRequest, json_response, old_since, runtime_of
from perdure.portability.model import SiteEnd
from perdure.portability.service import ending


@cache
def _languages() -> list[dict[str, str]]:
    """Every language with a code of two letters, by its English name."""
    named = ((code, name) for code, name in Locale("en").languages.items() if len(code) == 2)
    return [{"code": code, "name": name} for code, name in sorted(named, key=lambda pair: pair[1])]


@get("/api/v2/instance")
async def instance(request: ApiRequest) -> Response[bytes]:
    """The site, second edition."""
    return json_response(entity.instance_v2(await _facts(request)))


@get("/api/v1/instance", response_headers=old_since("2022-11-14"))
async def instance_v1(request: ApiRequest) -> Response[bytes]:
    """The site, first edition."""
    return json_response(entity.instance_v1(await _facts(request)))


@get("/api/v1/instance/rules")
async def rules(request: ApiRequest) -> Response[bytes]:
    """The site's rules."""
    return json_response(entity.rules_entity(await runtime_of(request).db.read(service.rules_in)))


@get("/api/v1/instance/extended_description")
async def extended_description(request: ApiRequest) -> Response[bytes]:
    """The long text about the site; that it closes, where it does, comes first."""
    site, end = await _site(request), await runtime_of(request).db.read(ending.end_in)
    said = site.extended_description or site.description
    return json_response(
        {
            "updated_at": iso(site.updated_at),
            "content": service.note_html("\n\n".join(part for part in (_closing(end), said) if part)),
        }
    )


def _closing(end: SiteEnd | None) -> str:
    """That the site closes, in words; empty where it goes on."""
    if end is None:
        return ""
    said = f"This site closes: from {ending.day_of(end.ends_at)} on it can only be read."
    where = f"Others go to {', '.join(end.successors)}." if end.successors else ""
    return " ".join(part for part in (said, end.reason, "Take your archive along in the settings.", where) if part)


@get("/api/v1/announcements")
async def announcements(request: ApiRequest) -> Response[bytes]:
    """What everybody is to know: that the site closes, or that it takes nothing new at the moment."""
    await viewer(request)
    end, now = await runtime_of(request).db.read(_to_be_known_in)
    found = [] if end is None else [_announcement(end.announced_at, _closing(end), end.ends_at)]
    if end is None and now.name != mode.OPEN:
        found.append(_announcement(now.since, str(ReadOnly(now.reason).public)))
    return json_response(found)


def _to_be_known_in(tx: Tx) -> tuple[SiteEnd | None, mode.Mode]:
    return ending.end_in(tx), mode.current_in(tx)


def _announcement(since: int, text: str, until: int | None = None) -> dict[str, Any]:
    at = iso(since)
    lists: dict[str, Any] = {name: [] for name in ("mentions", "statuses", "tags", "emojis", "reactions")}
    told = {"id": str(since), "content": service.note_html(text), "all_day": True, "read": False}
    ends_at = iso(until) if until is not None else None
    return {**told, "starts_at": None, "ends_at": ends_at, "published_at": at, "updated_at": at, **lists}


@get("/api/v1/instance/privacy_policy")
async def privacy_policy(request: ApiRequest) -> Response[bytes]:
    """What happens to personal data."""
    site = await _site(request)
    return json_response({"updated_at": iso(site.updated_at), "content": service.note_html(site.privacy_policy)})


@get(["/api/v1/instance/terms_of_service", "/api/v1/instance/terms_of_service/{date:str}"])
async def terms_of_service(request: ApiRequest, date: str | None = None) -> Response[bytes]:
    """The terms, if the operators wrote some; of the day they took effect, or the ones in effect."""
    site = await _site(request)
    if not site.terms or date not in {None, iso(site.updated_at)[:10]}:
        raise NotFound
    return json_response(
        {
            "effective_date": iso(site.updated_at)[:10],
            "effective": True,
            "content": service.note_html(site.terms),
            "succeeded_by": None,
        }
    )


@get("/api/v1/instance/activity")
async def activity(request: ApiRequest) -> Response[bytes]:
    """What happened in the last twelve weeks, newest first."""
    found = await runtime_of(request).db.read(discovery.weeks_in)
    return json_response(
        [
            {
                "week": str(week.begins_at // 1000),
                "statuses": str(week.posts),
                "logins": str(week.logins),
                "registrations": str(week.registrations),
            }
            for week in found
        ]
    )


@get(["/api/v1/instance/peers", "/api/v1/instance/domain_blocks"])
async def no_other_sites(request: ApiRequest) -> Response[bytes]:
    """Other sites: there are none, for this one does not federate."""
    return json_response([])


@get("/api/v1/instance/translation_languages")
async def translation_languages(request: ApiRequest) -> Response[bytes]:
    """Which languages can be translated into which."""
    return json_response({})


@get("/api/v1/instance/languages")
async def languages(request: ApiRequest) -> Response[bytes]:
    """Languages that posts may be written in."""
    return json_response(_languages())


@get("/.well-known/nodeinfo")
async def nodeinfo_index(request: ApiRequest) -> Response[bytes]:
    """Where nodeinfo is."""
    base = runtime_of(request).settings.base_url
    rel = "http://nodeinfo.diaspora.software/ns/schema/2.0"
    return json_response({"links": [{"rel": rel, "href": f"{base}/nodeinfo/2.0"}]})


@get("/nodeinfo/2.0")
async def nodeinfo(request: ApiRequest) -> Response[bytes]:
    """The site in the words of nodeinfo."""
    facts = await _facts(request)
    return json_response(
        {
            "version": "2.0",
            "software": {"name": facts.settings.software_name, "version": __version__},
            "protocols": [],
            "services": {"outbound": [], "inbound": []},
            "usage": {
                "users": {"total": facts.figures.members, "activeMonth": facts.figures.active_month},
                "localPosts": facts.figures.posts,
            },
            "openRegistrations": facts.site.registrations in {"open", "approval"},
            "metadata": {"nodeName": facts.site.title, "nodeDescription": facts.site.description},
        }
    )


async def _site(request: ApiRequest) -> Site:
    return await runtime_of(request).db.read(service.site_in)


async def _facts(request: ApiRequest) -> entity.Facts:
    rt = runtime_of(request)
    site, rules, contact, now = await rt.db.read(_words_in)
    figures = await rt.db.read_long(service.figures_in)
    return entity.Facts(rt.settings, site, rules, figures, contact, await service.vapid_public_key(rt), now)


def _words_in(tx: Tx) -> tuple[Site, list[Rule], AccountView | None, mode.Mode]:
    site = service.site_in(tx)
    contact_id = site.contact_account_id or service.owner_id_in(tx)
    contact = service.views_in(tx, [contact_id]).get(contact_id) if contact_id else None
    return site, service.rules_in(tx), contact, mode.current_in(tx)


ROUTES = [
    instance,
    instance_v1,
    rules,
    extended_description,
    announcements,
    privacy_policy,
    terms_of_service,
    activity,
    no_other_sites,
    translation_languages,
    languages,
    nodeinfo_index,
    nodeinfo,
]
