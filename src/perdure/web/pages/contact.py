"""Where authorities and users reach this site, and how its fire drills went: for everybody."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from markupsafe import Markup

from perdure.accounts import service as accounts
from perdure.desk.service import contact, drilling
from perdure.desk.service.contact import ContactInput
from perdure.kernel.errors import AppError
from perdure.web.page import redirect, render
from perdure.web.pages.moderation.frame import moderation_page
from perdure.web.pages.operations.frame import require_staff
from perdure.web.request import Form, WebRequest, form_of, runtime_of, viewer_of, words_of

_TEXTS = ("name", "country", "representative", "postal", "email", "telephone", "authority", "text_en", "text_fr")


@get("/contact-point")
async def contact_page(request: WebRequest) -> Response[Any]:
    """Where orders and questions go, and in which languages (TCO Art 15, DSA Arts 11 and 12)."""
    rt, t = runtime_of(request), words_of(request)
    found = await rt.db.read(contact.contact_in)
    text = found.text_fr if t.language == "fr" and found.text_fr else found.text_en or found.text_fr
    own = Markup(accounts.note_html(text))  # noqa: S704 - escaped by what makes it
    return await render(request, "about/contact.html", point=found, own=own)


@get("/drills")
async def drills_page(request: WebRequest) -> Response[Any]:
    """How fast the site dealt with letters and orders that it wrote itself."""
    found = await runtime_of(request).db.read(drilling.published_in)
    viewer = await viewer_of(request)
    may = viewer is not None and accounts.holds(viewer.role, "manage_settings")
    return await render(request, "about/fire_drills.html", drills=found, may_start=may)


@post("/drills")
async def start(request: WebRequest) -> Response[Any]:
    """Start a drill now."""
    form, viewer = await form_of(request), await require_staff(request, "manage_settings")
    kind = "order" if form.get("kind") == "order" else "notice"
    await drilling.start(runtime_of(request), viewer.account_id, kind)
    return redirect(request, "/drills", said="order_saved")


@get("/moderation/contact-point")
async def edit_page(request: WebRequest) -> Response[Any]:
    """The contact point, to be changed."""
    await require_staff(request, "manage_settings")
    found = await runtime_of(request).db.read(contact.contact_in)
    return await moderation_page(request, "contact_point", "orders", point=found, version=found.version)


@post("/moderation/contact-point")
async def edit(request: WebRequest) -> Response[Any]:
    """Change it."""
    form, viewer = await form_of(request), await require_staff(request, "manage_settings")
    given, text = _typed(form), form.get("version")
    version = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
    try:
        await runtime_of(request).db.write("desk.contact_point", contact.change_in, viewer.account_id, given, version)
    except AppError as error:
        if error.kind not in {"invalid", "conflict"}:
            raise
        return await moderation_page(request, "contact_point", "orders", error=error, point=given, version=version or 0)
    return redirect(request, "/moderation/contact-point", said="order_saved")


def _typed(form: Form) -> ContactInput:
    plain: dict[str, Any] = {name: form.get(name) for name in _TEXTS}
    languages = tuple(form.get("languages").replace(",", " ").split())
    switches = {"answers_itself": form.has("answers_itself"), "drills": form.has("drills")}
    return msgspec.convert(plain | {"languages": languages} | switches, ContactInput)


ROUTES: list[HTTPRouteHandler] = [contact_page, drills_page, start, edit_page, edit]
