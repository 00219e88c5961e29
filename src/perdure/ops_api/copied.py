"""Says in the answer where something durable is committed on this host and no copy of it was confirmed in time."""

from typing import Any, Final

from litestar.types import ASGIApp, Message, Receive, Send

from perdure.continuity.service.durable import answering

HEADER: Final = (b"perdure-copy", b"pending")
Scope = Any  # the framework's types leave out what a plain ASGI layer sees


def copy_told(app: ASGIApp) -> ASGIApp:
    """Wrap the application: ``Perdure-Copy: pending`` on such answers. What was done stays done."""

    async def tell(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        with answering() as answer:

            async def sending(message: Message) -> None:
                if answer.pending and message["type"] == "http.response.start":
                    message["headers"] = [*message.get("headers", []), HEADER]
                await send(message)

            await app(scope, receive, sending)

    return tell
