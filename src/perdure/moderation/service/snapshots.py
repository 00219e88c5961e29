"""Snapshots: what a subject looked like at the first report or hold (I4).

Sealed with a key of its own, never edited, opened with a purpose that is written down.
"""

import hashlib
import os
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import NotFound, Unavailable
from perdure.media import service as media
from perdure.moderation.model import Purpose, SnapshotContent, SnapshotReason, SnapshotView, Subject
from perdure.moderation.queries import snapshots as queries
from perdure.moderation.service.picturing import content_in
from perdure.posts import service as posts

_NONCE: Final = 12
# Of these every wording has a number.
_COUNTED: Final = frozenset({"post", "message", "list", "link", "tag"})
_decoder = msgspec.json.Decoder(SnapshotContent)


class Taken(msgspec.Struct, frozen=True):
    """A snapshot that is stored, and the subject with the version that it shows. ``content`` is as it is now."""

    snapshot_id: int
    subject_id: int
    subject: Subject
    digest: str
    content: SnapshotContent


def take_in(tx: Tx, about: Subject, reason: SnapshotReason, keeper: str = "") -> Taken:
    """Make sure that a snapshot of a subject exists; the first one of each version stays the only one.

    With ``keeper`` (``case:<id>``) the post and its files are kept from being erased. Raises NotFound where nothing
    is left that could be looked at.
    """
    content = content_in(tx, about)
    if content is None:
        raise NotFound
    shown = _versioned_in(tx, about, content)
    known_id = queries.subject_id(tx, shown)
    if keeper:
        keep_in(tx, content, keeper)
    found = queries.of_subject(tx, known_id)
    if found is not None:
        return Taken(found.id, known_id, shown, found.digest, content)
    content = msgspec.structs.replace(content, version=shown.version)
    plain = msgspec.json.encode(content, order="deterministic")
    digest = hashlib.sha256(plain).hexdigest()
    key = AESGCM.generate_key(256)
    sealed = _sealed(key, plain, digest)
    queries.insert(
        tx, known_id, digest=digest, sealed=sealed, wrapped_key=accounts.seal_in(tx, key.hex()), reason=reason
    )
    stored = queries.of_subject(tx, known_id)
    assert stored is not None
    return Taken(stored.id, known_id, shown, stored.digest, content)


def keep_in(tx: Tx, content: SnapshotContent, keeper: str) -> None:
    """Keep what a snapshot shows, and what stands around it, from being erased for the sake of ``keeper``."""
    if content.kind in {"post", "message"}:
        posts.keep_in(tx, [content.ref_id, *(one.id for one in content.context)], keeper)
    if content.media:
        media.keep_in(tx, [one.id for one in content.media], keeper)


def release_in(tx: Tx, keeper: str) -> None:
    """Say that ``keeper`` needs nothing any more."""
    posts.unkeep_in(tx, keeper)
    media.unkeep_in(tx, keeper)


def open_in(tx: Tx, reader_id: int, snapshot_id: int, purpose: Purpose, case_id: int | None = None) -> SnapshotView:
    """A snapshot's content; who opened it and what for is written down. The caller has checked the right to.

    Raises NotFound, Unavailable where the site's key is not the one that it was sealed with.
    """
    row = queries.one(tx, snapshot_id)
    if row is None:
        raise NotFound
    view = _view(tx, row)
    queries.log_access(tx, snapshot_id, reader_id, purpose, case_id)
    audit.append_in(
        tx, actor_id=reader_id, action="snapshot.open", subject=f"snapshot:{snapshot_id}", purpose=purpose, case=case_id
    )
    return view


def peek_in(tx: Tx, snapshot_id: int) -> SnapshotContent:
    """A snapshot's content for the program itself: nobody is shown it. Raises as :func:`open_in`."""
    row = queries.one(tx, snapshot_id)
    if row is None:
        raise NotFound
    return _opened(tx, row)


def accesses_in(tx: Tx, snapshot_id: int) -> list[Row]:
    """Who opened a snapshot: account_id, purpose, case_id, created_at; newest first."""
    return queries.accesses(tx, snapshot_id)


def _versioned_in(tx: Tx, about: Subject, content: SnapshotContent) -> Subject:
    """The subject with the version that is there now. A profile's is told by its words."""
    if content.kind in _COUNTED:
        return Subject(about.kind, about.id, content.version, content.author_id)
    newest = queries.newest(tx, about.kind, about.id)
    if newest is None:
        return Subject(about.kind, about.id, 1, content.author_id)
    if newest.snapshot_id is None or _same(_opened(tx, queries.one(tx, newest.snapshot_id)), content):
        return Subject(about.kind, about.id, newest.version, content.author_id)
    return Subject(about.kind, about.id, newest.version + 1, content.author_id)


def _same(one: SnapshotContent, other: SnapshotContent) -> bool:
    return (one.text, one.fields, one.poll_options) == (other.text, other.fields, other.poll_options)


def _sealed(key: bytes, plain: bytes, digest: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, digest.encode())


def _view(tx: Tx, row: Row) -> SnapshotView:
    about = Subject(row.kind, row.ref_id, row.version, row.author_id)
    return SnapshotView(row.id, about, row.digest, row.reason, _opened(tx, row), row.created_at)


def _opened(tx: Tx, row: Row) -> SnapshotContent:
    key = accounts.unseal_in(tx, row.wrapped_key)
    sealed = bytes(row.sealed)
    try:
        assert key is not None
        plain = AESGCM(bytes.fromhex(key)).decrypt(sealed[:_NONCE], sealed[_NONCE:], row.digest.encode())
    except (AssertionError, InvalidTag) as error:
        raise Unavailable("This snapshot cannot be opened with the site's present key", snapshot=row.id) from error
    return _decoder.decode(plain)
