"""The composer: what somebody has typed and added so far. Nothing of it is lost by an error."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

import msgspec
from babel import Locale
from litestar.datastructures import UploadFile

from perdure.accounts.model import AccountView
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError, Invalid
from perdure.kernel.runtime import Runtime
from perdure.media import service as media
from perdure.media.model import Change, MediaView
from perdure.posts.model import Draft, PollDraft, PostView
from perdure.web.request import Form, WebRequest, id_of, runtime_of, spooled, words_of

VISIBILITIES: Final = ("public", "unlisted", "private", "direct")
DURATIONS: Final = (300, 1800, 3600, 21_600, 86_400, 259_200, 604_800)
MOST_FILES: Final = 4
OPTIONS: Final = 4
_DAY_S: Final = 86_400
_TEXT: Final = (
    "ar bg bn br ca cs cy da de el en eo es et eu fa fi fr ga gl he hi hr hu hy id is it ja ka ko ku lt lv mk ms nb nl "
    "nn oc pl pt ro ru sk sl sq sr sv sw ta th tr uk ur vi zh"
)
_CODES: Final = frozenset(_TEXT.split())


class Composed(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of the composer. ``alts`` are descriptions by file id; ``key`` makes a second press harmless."""

    status: str = ""
    spoiler_text: str = ""
    sensitive: bool = False
    visibility: str = "public"
    language: str = ""
    in_reply_to: int | None = None
    files: tuple[int, ...] = ()
    alts: dict[int, str] = {}
    options: tuple[str, ...] = ()
    multiple: bool = False
    expires_in: int = _DAY_S
    at: str = ""
    offset: int = 0
    key: str = ""
    edits: int | None = None

    @classmethod
    def blank(cls, me: AccountView, language: str, **given: Any) -> "Composed":
        """An empty composer with the author's defaults."""
        values: dict[str, Any] = {
            "visibility": me.default_visibility,
            "sensitive": me.default_sensitive,
            "language": me.default_language or language,
            "key": secrets.token_hex(16),
        }
        return cls(**(values | given))

    @classmethod
    def sent(cls, form: Form) -> "Composed":
        """What a form holds. Raises NotFound for ids that are none."""
        dropped = form.get("drop")
        files = [number for number in form.all("file") if number != dropped]
        return cls(
            status=form.get("status"),
            spoiler_text=form.get("spoiler_text").strip(),
            sensitive=form.has("sensitive"),
            visibility=form.get("visibility", "public"),
            language=form.get("language"),
            in_reply_to=id_of(form.get("in_reply_to")) if form.get("in_reply_to") else None,
            files=tuple(dict.fromkeys(id_of(number) for number in files)),
            alts={id_of(number): form.get(f"alt_{number}") for number in files},
            options=tuple(option.strip() for option in form.all("option")),
            multiple=form.has("multiple"),
            expires_in=_whole(form.get("expires_in"), _DAY_S),
            at=form.get("at"),
            offset=_whole(form.get("offset"), 0),
            key=form.get("key")[:64],
            edits=id_of(form.get("edits")) if form.get("edits") else None,
        )

    @classmethod
    def of_post(cls, view: PostView, *, edits: bool) -> "Composed":
        """A post as the composer shows it, to edit it or to write it anew."""
        return cls(
            status=view.text,
            spoiler_text=view.own_spoiler_text,
            sensitive=view.own_sensitive,
            visibility=view.visibility,
            language=view.language or "",
            in_reply_to=view.in_reply_to_id,
            files=tuple(file.id for file in view.media),
            alts={file.id: file.description or "" for file in view.media},
            options=tuple(option.title for option in view.poll.options) if view.poll else (),
            multiple=bool(view.poll and view.poll.multiple),
            key=secrets.token_hex(16),
            edits=view.id if edits else None,
        )

    def draft(self) -> Draft:
        """The post that this would become."""
        options = tuple(option for option in self.options if option)
        return Draft(
            text=self.status,
            spoiler_text=self.spoiler_text,
            sensitive=self.sensitive,
            visibility=self.visibility,
            language=self.language if self.language in _CODES else None,
            in_reply_to_id=self.in_reply_to,
            media_ids=self.files,
            media_changes={number: Change(description=text) for number, text in self.alts.items()},
            poll=PollDraft(options, self.expires_in, self.multiple) if options else None,
        )

    def scheduled_at(self) -> int | None:
        """When to publish, in ms since the epoch; None for now. Raises Invalid for what is no time."""
        if not self.at:
            return None
        try:
            local = datetime.fromisoformat(self.at).replace(tzinfo=UTC)
        except ValueError as error:
            raise Invalid("Validation failed: Scheduled at is invalid") from error
        return int((local + timedelta(minutes=self.offset)).timestamp() * 1000)


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.lstrip("-").isascii() and text.lstrip("-").isdecimal() and len(text) < 10 else otherwise


async def keep_files(
    rt: Runtime, owner_id: int, composed: Composed, sent: Sequence[UploadFile]
) -> tuple[Composed, AppError | None]:
    """Take new files and the descriptions of all; returns the composer with them, and the first refusal."""
    files, refused = await take_files(rt, owner_id, composed.files, sent)
    composed = msgspec.structs.replace(composed, files=files)
    try:
        await rt.db.write("media.describe", _describe_in, owner_id, composed.alts)
    except AppError as error:
        refused = refused or error
    return composed, refused


async def take_files(
    rt: Runtime, owner_id: int, files: tuple[int, ...], sent: Sequence[UploadFile], description: str | None = None
) -> tuple[tuple[int, ...], AppError | None]:
    """Take new files beside those taken already; returns the ids of all, and the first refusal.

    A file that is refused does not take the others with it. One more than a post may have is taken too, so that the
    post is refused with a word about it.
    """
    refused: AppError | None = None
    for upload in sent[: max(0, MOST_FILES - len(files) + 1)]:
        try:
            async with spooled(upload) as path:
                view = await media.upload(rt, owner_id, path, Change(description=description), wait=True)
            files = (*files, view.id)
        except AppError as error:
            refused = refused or error
    return files, refused


def _describe_in(tx: Tx, owner_id: int, alts: dict[int, str]) -> None:
    for view in media.views_in(tx, list(alts)):
        text = alts[view.id].strip()
        if view.account_id == owner_id and view.post_id is None and text != (view.description or ""):
            media.change_in(tx, owner_id, view.id, Change(description=text))


def files_in(tx: Tx, owner_id: int, composed: Composed) -> list[MediaView]:
    """The files of the composer, as far as they are the author's."""
    return [view for view in media.views_in(tx, composed.files) if view.account_id == owner_id]


@cache
def languages(page_language: str) -> list[tuple[str, str]]:
    """Languages a post may be in: code and name, in the order of the reader's alphabet."""
    names = Locale.parse(page_language).languages
    return sorted(((code, names[code].capitalize()) for code in _CODES), key=lambda pair: pair[1])


async def composer_values(request: WebRequest, owner_id: int, composed: Composed) -> dict[str, Any]:
    """What the composer's template is given."""
    rt, t = runtime_of(request), words_of(request)
    return {
        "composed": composed,
        "files": await rt.db.read(files_in, owner_id, composed),
        "languages": languages(t.language),
        "durations": [(seconds, t.lasting(seconds)) for seconds in DURATIONS],
        "most": rt.settings.max_post_characters,
    }
