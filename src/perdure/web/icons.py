"""Our own icons (``static/icons.svg``): decoration beside a word, so screen readers skip them."""

import re
from importlib.resources import files
from typing import Final

from markupsafe import Markup

_DRAWINGS: Final = files("perdure.web").joinpath("static", "icons.svg").read_text("utf-8")
_SHAPES: Final = {
    name: Markup(shape)  # noqa: S704 - our own drawing
    for name, shape in re.findall(r'<symbol id="([a-z-]+)">(.*)</symbol>', _DRAWINGS)
}
_ICON: Final = Markup('<svg class="icon{kind}" viewBox="0 0 20 20" aria-hidden="true">{shape}</svg>')
NAMES: Final = tuple(_SHAPES)


def icon(name: str, kind: str = "") -> Markup:
    """An icon's SVG. ``kind`` is another class for it. Raises KeyError for one we do not have."""
    return _ICON.format(kind=f" {kind}" if kind else "", shape=_SHAPES[name])
