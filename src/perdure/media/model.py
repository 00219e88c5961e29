"""What a file is to the rest of the program."""

from typing import Any, Literal

import msgspec

Kind = Literal["image", "gifv", "video", "audio", "unknown"]
State = Literal["waiting", "ready", "failed"]


class Facts(msgspec.Struct, frozen=True):
    """What processing found out about a file. ``file`` and ``preview`` are names in the folder it wrote to.

    ``sent_sha256`` and ``file_sha256`` are of the bytes as sent and as served; ``looks`` as ``rules.looks`` packs them.
    """

    kind: Kind
    mime: str
    file: str
    preview: str | None
    preview_mime: str | None
    meta: dict[str, Any]
    blurhash: str | None
    sent_sha256: str = ""
    file_sha256: str = ""
    looks: str = ""


class Print(msgspec.Struct, frozen=True):
    """What a file is recognised by when it comes again: hashes of its bytes, and what it looks like."""

    media_id: int
    account_id: int
    post_id: int | None
    sha256: tuple[str, ...]
    looks: tuple[int, ...]


class MediaView(msgspec.Struct, frozen=True, kw_only=True):
    """A file as its owner and the readers of its post see it. Keys are empty until it is ready."""

    id: int
    account_id: int
    post_id: int | None
    kind: Kind
    state: State
    mime: str
    file_key: str | None
    preview_key: str | None
    meta: dict[str, Any]
    blurhash: str | None
    description: str | None
    created_at: int


class Picture(msgspec.Struct, frozen=True):
    """A stored picture that belongs to no upload."""

    key: str
    width: int
    height: int
    blurhash: str | None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What an owner may change; None leaves a thing as it is."""

    description: str | None = None
    focus: tuple[float, float] | None = None
