"""``GET /api/v1/streaming`` as a WebSocket: several streams on one socket."""

import asyncio
import contextlib
from functools import partial
from typing import Any, Final

import msgspec
from litestar import WebSocket
from litestar.exceptions import WebSocketDisconnect
from litestar.handlers import WebsocketRouteHandler, websocket

from perdure.accounts import service as accounts
from perdure.accounts.model import Viewer
from perdure.kernel.errors import AppError, Invalid, RateLimited, Unavailable
from perdure.kernel.runtime import Runtime
from perdure.mastodon_api.http import runtime_of
from perdure.mastodon_api.problem import STATUS
from perdure.mastodon_api.streaming.channels import UNKNOWN, Channel, open_channel
from perdure.mastodon_api.streaming.connection import Connection
from perdure.mastodon_api.streaming.hub import hub_of

Socket = WebSocket[Any, Any, Any]
MOST_CHANNELS: Final = 64


class Asked(msgspec.Struct):
    """A client's message. Fields of other names are ignored; ids may come as numbers."""

    type: str = ""
    stream: str = ""
    tag: str | None = None
    list: str | int | None = None


_asked = msgspec.json.Decoder(Asked)
_encode = msgspec.json.Encoder().encode


@websocket("/api/v1/streaming")
async def stream(socket: Socket) -> None:
    """Serve one socket until either side leaves."""
    rt = runtime_of(socket)
    token, subprotocol = _token(socket)
    try:
        viewer = await accounts.viewer_for_token(rt, token)
        hub = hub_of(rt)
        hub.check_room(viewer.account_id)
    except Unavailable:
        await socket.close(code=1013, reason="Service Unavailable")
        return
    except RateLimited:
        await socket.close(code=1013, reason="Too many connections")
        return
    except AppError:
        await socket.close(code=4401, reason="The access token is invalid")
        return
    await socket.accept(subprotocols=subprotocol)
    connection = Connection(viewer, partial(accounts.viewer_for_token, rt, token))
    hub.attach(connection)
    try:
        query = socket.query_params
        if name := query.get("stream"):
            await _subscribe(rt, socket, connection, Asked("subscribe", name, query.get("tag"), query.get("list")))
        await _serve(rt, socket, connection)
    finally:
        hub.detach(connection)


def _token(socket: Socket) -> tuple[str, str | None]:
    """The token from the header, the query, or the subprotocol, which must then be echoed."""
    kind, _, bearer = socket.headers.get("authorization", "").partition(" ")
    offered = socket.headers.get("sec-websocket-protocol", "").split(",")[0].strip()
    if kind.lower() == "bearer" and bearer.strip():
        return bearer.strip(), offered or None
    return socket.query_params.get("access_token") or offered, offered or None


async def _serve(rt: Runtime, socket: Socket, connection: Connection) -> None:
    tasks = {asyncio.ensure_future(_read(rt, socket, connection)), asyncio.ensure_future(_write(socket, connection))}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _read(rt: Runtime, socket: Socket, connection: Connection) -> None:
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            text = await socket.receive_data(mode="text")
            try:
                asked = _asked.decode(text)
            except (msgspec.DecodeError, UnicodeDecodeError):
                continue  # not a message of this protocol
            if asked.type == "subscribe":
                await _subscribe(rt, socket, connection, asked)
            elif asked.type == "unsubscribe":
                connection.channels -= {c for c in connection.channels if _matches(c, asked)}


def _matches(channel: Channel, asked: Asked) -> bool:
    if channel.name != asked.stream:
        return False
    if channel.name == "list":
        return channel.argument == str(asked.list)
    return not channel.argument or channel.tag == Channel(channel.name, (asked.tag or "").strip("# ")).tag


async def _subscribe(rt: Runtime, socket: Socket, connection: Connection, asked: Asked) -> None:
    list_id = None if asked.list is None else str(asked.list)
    viewer: Viewer = connection.viewer
    try:
        if len(connection.channels) >= MOST_CHANNELS:
            raise Invalid(f"No more than {MOST_CHANNELS} streams on one connection")
        connection.channels.add(await open_channel(rt, viewer, asked.stream, tag=asked.tag, list_id=list_id))
    except AppError as error:
        status = 400 if error.public == UNKNOWN or error.kind == "invalid" else STATUS.get(error.kind, 500)
        await socket.send_text(_encode({"error": error.public, "status": status}).decode())


async def _write(socket: Socket, connection: Connection) -> None:
    while (outgoing := await connection.next()) is not None:
        if outgoing.channel not in connection.channels:
            continue  # unsubscribed while it waited
        frame: dict[str, Any] = {"stream": outgoing.channel.label, "event": outgoing.event}
        if outgoing.payload is not None:
            frame["payload"] = outgoing.payload
        await socket.send_text(_encode(frame).decode())
    with contextlib.suppress(RuntimeError):
        await socket.close(code=4401, reason="The connection has ended")


WEBSOCKETS: list[WebsocketRouteHandler] = [stream]
