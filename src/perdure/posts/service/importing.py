"""Bring in an archive of posts: complete, once, with its own dates, and a reason for every row that stays out."""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple
from zlib import crc32

import msgspec

from perdure.accounts import service as accounts
from perdure.accounts.rules.names import name_faults
from perdure.kernel.db import Tx
from perdure.kernel.errors import Invalid
from perdure.kernel.ids import SEQUENCE_BITS
from perdure.kernel.runtime import Runtime
from perdure.kernel.text import clean
from perdure.kernel.text import key as fold
from perdure.posts.events import PostsImported
from perdure.posts.queries import writing
from perdure.posts.rules import markup
from perdure.posts.service.archives import FIELDS as FIELDS
from perdure.posts.service.archives import Record, records
from perdure.posts.service.publishing import Limits, limits_of, set_tags_in
from perdure.posts.tables import post

BATCH: Final = 500
ARCHIVE: Final = "archive"
_HOST: Final = "@import.invalid"  # nobody receives mail there (RFC 2606)
_SHOWN: Final = 60
Progress = Callable[[int, int], None]


class Refused(msgspec.Struct, frozen=True):
    """A record that stayed out, the line it begins on, and why."""

    row: int
    line: int
    reason: str


class ImportSummary(msgspec.Struct):
    """What became of every record: ``rows`` is the sum of added, known and refused."""

    rows: int = 0
    added: int = 0
    known: int = 0
    authors: int = 0  # accounts made
    refused: list[Refused] = []


class Stored(NamedTuple):
    """What one batch brought."""

    added: int
    authors: int


class _Source(msgspec.Struct, frozen=True):
    key: str
    text: str
    created_at: int | None
    author: str


def import_posts(
    rt: Runtime, file: Path, mapping: Mapping[str, str] | None = None, progress: Progress | None = None
) -> ImportSummary:
    """Read a CSV or JSONL file (by its ending) in batches of 500 records, one transaction each; blocking.

    ``mapping`` names the column for each of ``id``, ``text``, ``created_at``, ``author``. Records without an author go
    to an account called ``archive``. A second import of the same records adds nothing, whatever the file is called, so
    an interrupted one is resumed by starting it again. A record is known by its id, author, date and text together;
    records without an id that are alike are told apart by how often the file has said the same before.
    ``progress`` is told how many records are done and how many bytes. Raises Invalid for a file that cannot be read.
    """
    summary = ImportSummary()
    rows = records(file, mapping or {})
    said: Counter[bytes] = Counter()
    while batch := list(islice(rows, BATCH)):
        sources = _sources(batch, said, limits_of(rt), rt.clock.now_ms(), summary)
        stored = rt.db.write_now("posts.import", _import_in, limits_of(rt), sources)
        summary.rows += len(batch)
        summary.added += stored.added
        summary.authors += stored.authors
        summary.known += len(sources) - stored.added
        if progress is not None:
            progress(summary.rows, batch[-1].offset)
    return summary


def _sources(
    batch: list[Record], said: Counter[bytes], limits: Limits, now: int, summary: ImportSummary
) -> list[_Source]:
    made = []
    for record in batch:
        try:
            made.append(_source(record, said, limits.characters, now))
        except Invalid as error:
            summary.refused.append(Refused(record.number, record.line, error.public))
    return made


def _source(record: Record, said: Counter[bytes], most: int, now: int) -> _Source:
    if record.fault:
        raise Invalid(record.fault)
    values = record.values
    if values["text"] is None:
        raise Invalid("there is no text")
    if not isinstance(values["text"], str):
        raise Invalid("the text is no text")
    text = _cleaned(values["text"])
    if not text.strip():
        raise Invalid("the text is blank")
    if len(text) > most:
        raise Invalid(f"the text has {len(text):,} characters, the limit is {most:,}")
    author = str(values["author"] or "").strip().lstrip("@")
    if author and (faults := name_faults(author)):
        raise Invalid(f"the author's name {author[:_SHOWN]!r} {faults[0][1]}")
    created_at = _when(values["created_at"], now)
    return _Source(_key(values["id"], author, created_at, text, said), text, created_at, author)


def _key(given: object, author: str, created_at: int | None, text: str, said: Counter[bytes]) -> str:
    name = "" if given is None else _cleaned(str(given))
    whole = hashlib.sha256(msgspec.json.encode([name, fold(author), created_at, text]))
    if not name:
        alike = whole.digest()
        said[alike] += 1
        whole.update(b"%d" % said[alike])
    return whole.hexdigest()


def _cleaned(value: str) -> str:
    try:
        return clean(value)
    except Invalid as error:
        raise Invalid("the row is not valid UTF-8") from error


def _when(value: object, now: int) -> int | None:
    if value is None or value == "":
        return None
    try:
        parsed = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise Invalid(f"{str(value)[:_SHOWN]!r} is not a date like 2020-11-03T12:00:00Z") from error
    try:
        at = int((parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp() * 1000)
    except OverflowError:
        at = 0
    if not 0 < at <= now:
        raise Invalid("the date is in the future or before 1970")
    return at


def _import_in(tx: Tx, limits: Limits, sources: list[_Source]) -> Stored:
    """Store what is new. Nobody is told of what happened years ago, but it can be searched."""
    known = writing.imported(tx, [source.key for source in sources])
    fresh = {source.key: source for source in sources if source.key not in known}
    authors, made = _authors_in(tx, {source.author for source in fresh.values()})
    ids = _ids_in(tx, list(fresh.values()))
    latest: dict[int, int] = {}
    counts: Counter[int] = Counter()
    for source in fresh.values():
        author_id = authors[source.author]
        _insert(tx, limits, author_id, ids[source.key], source)
        counts[author_id] += 1
        latest[author_id] = max(latest.get(author_id, 0), source.created_at or tx.now)
    for author in accounts.views_in(tx, counts).values():
        at = max(latest[author.id], author.last_status_at or 0)
        accounts.adjust_counts_in(tx, author.id, statuses=counts[author.id], last_status_at=at)
    if fresh:
        tx.emit(PostsImported(tuple(ids.values())))
    return Stored(len(fresh), made)


def _ids_in(tx: Tx, fresh: list[_Source]) -> dict[str, int]:
    """Ids by key. The id tells the time, so that old posts stand among old posts; the low bits keep them apart."""
    dated = {
        source.key: (source.created_at << SEQUENCE_BITS) | (crc32(source.key.encode()) & 0xFFFF)
        for source in fresh
        if source.created_at is not None
    }
    ids = dict(zip(dated, writing.free_ids(tx, list(dated.values())), strict=True))
    return {source.key: ids[source.key] if source.key in ids else tx.new_id() for source in fresh}


def _authors_in(tx: Tx, names: set[str]) -> tuple[dict[str, int], int]:
    """Ids by author as written, "" for rows without one; accounts that do not exist are made, and counted."""
    made = 0
    wanted = {name: name or ARCHIVE for name in names}
    by_key = {key.lower(): found for key, found in accounts.ids_by_names_in(tx, wanted.values()).items()}
    if "" in wanted and (known := by_key.get(ARCHIVE)) and not accounts.login_in(tx, known).email.endswith(_HOST):
        raise Invalid(f"@{ARCHIVE} belongs to a person, so rows without an author have nowhere to go")
    for name in wanted.values():
        if name.lower() not in by_key:
            by_key[name.lower()] = _new_author(tx, name)
            made += 1
    return {name: by_key[used.lower()] for name, used in wanted.items()}, made


def _new_author(tx: Tx, name: str) -> int:
    """An account that nobody can sign in to until staff gives it a password."""
    return accounts.create_account_in(
        tx, username=name, email=f"{name}{_HOST}", password_hash="", profile={"bot": name == ARCHIVE}
    )


def _insert(tx: Tx, limits: Limits, author_id: int, post_id: int, source: _Source) -> None:
    found = markup.tokens(source.text, limits.domain)
    tx.insert(
        post,
        id=post_id,
        account_id=author_id,
        text=source.text,
        content=markup.render(source.text, found, limits.base_url, {}),
        spoiler_text="",
        sensitive=False,
        visibility="public",
        language=None,
        in_reply_to_id=None,
        in_reply_to_account_id=None,
        thread_id=post_id,
        reblog_of_id=None,
        poll_id=None,
        has_media=False,
        app_name=None,
        app_website=None,
        state="published",
        created_at=source.created_at or tx.now,
        edited_at=None,
        deleted_at=None,
        version=1,
        replies_count=0,
        reblogs_count=0,
        favourites_count=0,
        import_key=source.key,
    )
    tags = {fold(token.value): token.value for token in found if token.kind == "tag"}
    if tags:
        set_tags_in(tx, post_id, author_id, "public", tags)
