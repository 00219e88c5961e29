"""What every page uses: the runtime, the form, the language, and templates with a strict policy for browsers."""

from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Request, Response

from perdure.kernel.errors import Invalid
from perdure.kernel.runtime import Runtime
from perdure.kernel.settings import Settings
from perdure.kernel.text import clean
from perdure.web.assets import asset

WebRequest = Request[Any, Any, Any]
_templates = Environment(
    loader=PackageLoader("perdure.web"), autoescape=True, trim_blocks=True, undefined=StrictUndefined
)
_templates.globals["asset"] = asset
_MOST_FIELDS: Final = 100


def runtime_of(request: WebRequest) -> Runtime:
    """The process's Runtime."""
    rt: Runtime = request.app.state.rt
    return rt


async def form_of(request: WebRequest) -> dict[str, str]:
    """The fields of a submitted form, cleaned. Raises Invalid for a body that is none."""
    try:
        pairs = parse_qsl((await request.body()).decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise Invalid("Validation failed: Request is invalid") from error
    return {name: clean(value) for name, value in pairs}


def language_of(request: WebRequest) -> str:
    """``en`` or ``fr``: what the address asks for, else what the browser prefers."""
    wanted = str(request.query_params.get("lang") or request.headers.get("accept-language") or "")
    return "fr" if wanted.lower().startswith("fr") else "en"


def rendered(template: str, **values: Any) -> str:
    """A template of this package, filled; an undefined value is an error."""
    return _templates.get_template(template).render(**values)


def policy(settings: Settings) -> dict[str, str]:
    """Headers of a page without scripts: nothing from elsewhere but media, and nobody may frame it."""
    public = urlsplit(settings.storage_public_url)
    media = f" {public.scheme}://{public.netloc}" if public.netloc else ""
    return {
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Content-Security-Policy": f"default-src 'none'; style-src 'self'; img-src 'self'{media}; "
        f"media-src 'self'{media}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    }


def html(text: str, status: int, headers: dict[str, str]) -> Response[Any]:
    """A page as an answer."""
    return Response(text, status_code=status, media_type="text/html; charset=utf-8", headers=headers)


def time_text(ms: int) -> str:
    """An instant as pages write it."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
