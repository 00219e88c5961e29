"""The lifeboat page: how the site stands, where to go, how to check it. Pure: facts in, files out.

The files need nothing of the site: a few lines of style within, no script, no picture. Any static host can serve them,
and whoever reads can check them with the site's public key alone.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from perdure.web.words import LANGUAGES, Words

KIND: Final = "lifeboat"
PAGE: Final = "index.html"
FACTS: Final = "lifeboat.json"
SIGNATURE: Final = "lifeboat.sig.json"
STYLE: Final = (
    "body{font:1.05rem/1.5 system-ui,sans-serif;max-width:42rem;margin:0 auto;padding:1rem;overflow-wrap:anywhere}"
    "h1{font-size:1.6rem;line-height:1.25}h2{font-size:1.15rem;margin:1.5rem 0 .25rem}ul{padding-left:1.25rem;margin:0}"
    "code{font-size:.85rem}section+section{border-top:1px solid;margin-top:2rem;padding-top:1rem}"
)
_page = Environment(
    loader=PackageLoader("perdure.web"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
Sign = Callable[[str, Any], bytes]


class Copy(msgspec.Struct, frozen=True):
    """One copy at a store: how far behind it is (ms), when its head was last written and when it was read back."""

    name: str
    behind_ms: int
    head_at: int
    verified_at: int


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the page tells. What is not known is None or empty, and the page says nothing of it."""

    host: str
    base_url: str
    title: str
    at: int
    state: str
    """``open``, ``reading``, ``closed``, ``ending``, ``ended``, or ``unknown`` where the database does not answer."""
    reason: str = ""
    ends_at: int | None = None
    works: Mapping[str, bool]
    """``reading``, ``writing``, ``exports``."""
    addresses: tuple[str, ...] = ()
    """Other addresses of the site."""
    boats: tuple[str, ...] = ()
    """Where this page lies, on static hosts elsewhere."""
    successors: tuple[str, ...] = ()
    export_url: str = ""
    head: str = ""
    """SHA-256 of the ledger's newest signed root: whoever kept it can prove what came before."""
    head_at: int | None = None
    copies: tuple[Copy, ...] = ()
    drill: Mapping[str, int] = {}
    """Of the last drill: ``at``, ``rpo_ms``, ``rto_ms``; empty where there was none."""
    public_key: str = ""


def render(facts: Facts, sign: Sign | None) -> dict[str, bytes]:
    """The files by name: a page in every language, the facts as JSON, and a signature over the hashes of both.

    ``sign`` makes a signed file of a kind and a document; None where the site's key is gone: then there is no
    signature, and the page says so.
    """
    words = [Words(code, facts.at) for code in LANGUAGES]
    text = _page.get_template("lifeboat/page.html").render(
        facts=facts,
        words=words,
        signed=sign is not None,
        style=Markup(STYLE),  # noqa: S704 - our own, above
    )
    files = {PAGE: text.encode(), FACTS: msgspec.json.format(msgspec.json.encode(facts, order="sorted")) + b"\n"}
    if sign is None:
        return files
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    return files | {SIGNATURE: sign(KIND, {"host": facts.host, "at": facts.at, "files": hashes})}
