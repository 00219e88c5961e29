"""On a host that was left: whoever asks is sent to where the site lives now."""

from typing import Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from perdure.continuity.service import moved
from perdure.kernel.runtime import Runtime

_LOOK_S: Final = 1.0
_STAYS: Final = ("/health", "/metrics", "/operations", "/lifeboat", "/static")
"""What is asked of this host itself."""


class Moved:
    """In front of the application; costs one look at a file each second."""

    def __init__(self, app: ASGIApp, rt: Runtime) -> None:
        self._app = app
        self._rt = rt
        self._address = ""
        self._looked = -_LOOK_S

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 307, which keeps method and body, or pass on."""
        if scope["type"] == ScopeType.HTTP and (address := self._where()) and not scope["path"].startswith(_STAYS):
            query = b"?" + scope["query_string"] if scope["query_string"] else b""
            target = address.encode() + scope["raw_path"] + query
            headers = [(b"location", target), (b"content-length", b"0"), (b"cache-control", b"no-store")]
            await send({"type": "http.response.start", "status": 307, "headers": headers})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        await self._app(scope, receive, send)

    def _where(self) -> str:
        now = self._rt.clock.monotonic()
        if now - self._looked >= _LOOK_S:
            self._looked = now
            self._address = moved.address(self._rt.settings.data)
        return self._address
