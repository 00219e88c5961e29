"""The fixed data of test mode: users, apps, tokens, follows, posts and emoji out of one JSON file (api.md §6.3).

Loading is deterministic: a clock that the file itself sets gives every row its time, and every post its id.
"""

import asyncio
import base64
import binascii
import hashlib
import tempfile
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Final, Literal

import msgspec
from argon2 import PasswordHasher

from perdure import wiring
from perdure.accounts import service as accounts
from perdure.accounts.model import Emoji, Role
from perdure.accounts.rules.names import name_faults
from perdure.accounts.rules.scopes import all_known
from perdure.graph import service as graph
from perdure.kernel.clock import ManualClock
from perdure.kernel.db import Tx
from perdure.kernel.errors import Invalid
from perdure.kernel.outbox import Deliverer
from perdure.kernel.runtime import Runtime
from perdure.kernel.settings import Settings
from perdure.media import service as media
from perdure.posts import service as posts
from perdure.posts.model import VISIBILITIES, Draft
from perdure.posts.service.publishing import limits_of

_BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)
_ROLES: Final[dict[str | None, Role]] = {"Owner": "owner", "Admin": "admin", "Moderator": "moderator", None: "member"}
# The passwords stand in the file: hashing them dearly would protect nothing.
_HASHER: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class SeedToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A ready-made access token; ``app`` is a client id."""

    token: str
    scopes: str
    app: str


class SeedSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Defaults for new posts."""

    default_privacy: Literal["public", "unlisted", "private", "direct"] = "public"
    default_sensitive: bool = False


class SeedUser(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody, confirmed and approved. ``trendable`` is read and has no effect: nothing trends here yet."""

    id: str
    name: str
    mail: str
    password: str
    role: Literal["Owner", "Admin", "Moderator"] | None = None
    locked: bool = False
    display_name: str = ""
    note: str = ""
    locale: str = "en"
    created_at: datetime = _BEGIN
    discoverable: bool = True
    indexable: bool = True
    trendable: bool = True
    settings: SeedSettings = SeedSettings()
    tokens: tuple[SeedToken, ...] = ()


class SeedApp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A registered client with a known secret."""

    name: str
    client_id: str
    client_secret: str
    redirect_uris: tuple[str, ...]
    scopes: str


class SeedFollow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"source": "from", "target": "to"}):
    """An accepted follow; both are names or ids."""

    source: str
    target: str


class SeedPost(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A post; ``account`` is a name or an id. Its id follows from its time."""

    account: str
    text: str
    created_at: datetime = _BEGIN
    visibility: str = "public"


class SeedEmoji(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An emoji; ``content_type`` is a label only, for the bytes say what they are."""

    shortcode: str
    image_base64: str
    content_type: str = "image/png"
    visible_in_picker: bool = True


class Seed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    users: tuple[SeedUser, ...] = ()
    apps: tuple[SeedApp, ...] = ()
    follows: tuple[SeedFollow, ...] = ()
    posts: tuple[SeedPost, ...] = ()
    custom_emojis: tuple[SeedEmoji, ...] = ()
    digest: str = ""

    @property
    def begin_ms(self) -> int:
        """A minute before the first post: when everything that has no time of its own happens."""
        return min([_ms(_BEGIN), *(_ms(post.created_at) for post in self.posts)]) - 60_000


def read(file: Path | None) -> Seed:
    """Read and check a seed file; None reads the built-in one. Raises Invalid with what is wrong and where."""
    name = str(file) if file else "the built-in seed"
    try:
        raw = file.read_bytes() if file else resources.files("perdure.cli").joinpath("seed.json").read_bytes()
    except OSError as error:
        raise Invalid(f"cannot read {name}: {error.strerror}") from error
    try:
        seed = msgspec.json.decode(raw, type=Seed)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"{name}: {error}") from error
    for fault in _faults(seed):
        raise Invalid(f"{name}: {fault}")
    return msgspec.structs.replace(seed, digest=hashlib.sha256(raw).hexdigest())


def _faults(seed: Seed) -> list[str]:
    """What the types do not say."""
    known = {text for user in seed.users for text in (user.id, user.name)}
    clients = {app.client_id for app in seed.apps}
    tokens = [token for user in seed.users for token in user.tokens]
    named = [text for follow in seed.follows for text in (follow.source, follow.target)]
    named += [post.account for post in seed.posts]
    scopes = {app.scopes for app in seed.apps} | {token.scopes for token in tokens}
    return [
        *(f"id {user.id!r} is no id" for user in seed.users if not _is_id(user.id)),
        *(f"name {user.name!r} {fault}" for user in seed.users for _, fault in name_faults(user.name, frozenset())),
        *(f"no app has the client_id {token.app!r}" for token in tokens if token.app not in clients),
        *(f"unknown scopes {text!r}" for text in sorted(scopes) if not all_known(text)),
        *(f"no user is called {text!r}" for text in named if text not in known),
        *(f"unknown visibility {post.visibility!r}" for post in seed.posts if post.visibility not in VISIBILITIES),
    ]


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 0 < int(text) < 2**63


def _ms(at: datetime) -> int:
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def load(settings: Settings, seed: Seed) -> None:
    """Fill an empty, migrated database. Raises Invalid for what the site itself refuses (a name twice, a bad picture).

    Everything the worker would do about it is done when this returns.
    """
    clock = ManualClock(seed.begin_ms)
    with wiring.runtime(settings, clock=clock, local=True) as rt:
        rt.db.write_now("seed.people", _people_in, seed)
        rt.db.write_now("seed.follows", _follows_in, seed)
        asyncio.run(_emojis(rt, seed))
        for post in sorted(seed.posts, key=lambda post: _ms(post.created_at)):
            clock.advance(ms=_ms(post.created_at) - clock.now_ms())
            draft = Draft(text=post.text, visibility=post.visibility)
            author = _id_of(seed, post.account)
            rt.db.write_now("seed.post", posts.publish_in, limits_of(rt), author, draft)
        asyncio.run(Deliverer(rt, wiring.registry()).deliver_all())
        rt.db.write_now("seed.done", accounts.mark_test_site_in, seed.digest)


def _id_of(seed: Seed, text: str) -> int:
    return next(int(user.id) for user in seed.users if text in {user.id, user.name})


def _people_in(tx: Tx, seed: Seed) -> None:
    app_ids = {}
    for app in seed.apps:
        made, _secret = accounts.create_app_in(
            tx,
            name=app.name,
            redirect_uris=app.redirect_uris,
            scope=app.scopes,
            client_id=app.client_id,
            client_secret=app.client_secret,
        )
        app_ids[app.client_id] = made.id
    for user in seed.users:
        account_id = _person_in(tx, user)
        for token in user.tokens:
            app_id = app_ids[token.app]
            accounts.issue_token_in(tx, app_id=app_id, account_id=account_id, scope=token.scopes, token=token.token)


def _person_in(tx: Tx, user: SeedUser) -> int:
    return accounts.create_account_in(
        tx,
        username=user.name,
        email=user.mail,
        password_hash=_HASHER.hash(user.password),
        role=_ROLES[user.role],
        account_id=int(user.id),
        created_at=_ms(user.created_at),
        profile={
            "display_name": user.display_name,
            "note": user.note,
            "locked": user.locked,
            "discoverable": user.discoverable,
            "indexable": user.indexable,
            "default_visibility": user.settings.default_privacy,
            "default_sensitive": user.settings.default_sensitive,
        },
        private={"locale": user.locale},
    )


def _follows_in(tx: Tx, seed: Seed) -> None:
    for follow in seed.follows:
        source, target = _id_of(seed, follow.source), _id_of(seed, follow.target)
        if graph.follow_in(tx, source, target).requested:
            graph.authorize_in(tx, target, source)


async def _emojis(rt: Runtime, seed: Seed) -> None:
    for emoji in seed.custom_emojis:
        try:
            picture = base64.b64decode(emoji.image_base64, validate=True)
        except binascii.Error as error:
            raise Invalid(f"the picture of the emoji {emoji.shortcode!r} is not base64") from error
        with tempfile.NamedTemporaryFile(prefix="perdure-emoji-") as file:
            file.write(picture)
            file.flush()
            key = await media.make_picture(rt, Path(file.name), "preview")
        made = Emoji(emoji.shortcode, key, None, emoji.visible_in_picker)
        await rt.db.write("seed.emoji", accounts.add_emoji_in, made)
