"""The small messages that tell every web process what happened: ids only; each process looks the rest up."""

from typing import Final

import msgspec

from perdure.kernel.runtime import Runtime

CHANNEL: Final = "streaming"


class PostSignal(msgspec.Struct, frozen=True, tag="post"):
    """A post or echo appeared (``update``) or changed (``status.update``)."""

    post_id: int
    author_id: int
    edited: bool = False


class DeleteSignal(msgspec.Struct, frozen=True, tag="delete"):
    """A post or echo is gone."""

    post_id: int
    author_id: int
    visibility: str


class NotificationSignal(msgspec.Struct, frozen=True, tag="notification"):
    """Somebody has a new notification."""

    account_id: int
    notification_id: int


class ConversationSignal(msgspec.Struct, frozen=True, tag="conversation"):
    """A conversation has a new last post for somebody."""

    account_id: int
    conversation_id: int


class NoticeSignal(msgspec.Struct, frozen=True, tag="notice"):
    """An event for one account that needs no look-up; ``payload`` None sends none."""

    account_id: int
    event: str
    payload: str | None = None


Signal = PostSignal | DeleteSignal | NotificationSignal | ConversationSignal | NoticeSignal
_decoder = msgspec.msgpack.Decoder(Signal)


def publish(rt: Runtime, signal: Signal) -> None:
    """Tell every process of the site."""
    rt.bus.publish(CHANNEL, msgspec.msgpack.encode(signal))


def read(payload: bytes) -> Signal:
    """The signal of a bus message."""
    signal: Signal = _decoder.decode(payload)
    return signal
