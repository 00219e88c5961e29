"""Keeps every text that strangers can read under the keys by which its copies are found.

The worker writes the keys, ten or so a text, after the post went out: publishing does not wait for them, and a search
for copies is look-ups in one index instead of a walk through everything that was ever said.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from perdure.accounts import service as accounts
from perdure.accounts.events import AccountChanged, SignedUp
from perdure.kernel import refilling, schedule
from perdure.kernel.db import Tx
from perdure.kernel.runtime import Runtime
from perdure.posts.events import PostDeleted
from perdure.posts.service.copies import Said, ids_after_in, said_in
from perdure.signals.queries import bank as queries
from perdure.signals.rules.copies import Fingerprint, fingerprint
from perdure.signals.rules.links import link_key, links_of

POST: Final = 0
ACCOUNT: Final = 1
# Grows when folding or the choice of keys changes: everything is signed anew then.
_EDITION: Final = 2
_BATCH: Final = 500


def fingerprints(texts: Iterable[str]) -> list[Fingerprint]:
    """What texts are recognised by; those that say too little are left out."""
    return [found for text in texts if (found := fingerprint(text)) is not None]


def profile_texts_in(tx: Tx, account_id: int) -> tuple[str, ...]:
    """What an account says of itself: name, note, fields."""
    found = accounts.views_in(tx, [account_id]).get(account_id)
    if found is None:
        return ()
    return tuple(text for text in (found.display_name, found.note, *(one.value for one in found.fields)) if text)


def sign_posts_in(tx: Tx, ids: Sequence[int]) -> None:
    """Keep posts under their keys; private messages have none."""
    found = [one for one in said_in(tx, ids) if one.visibility != "direct" and one.state != "deleted"]
    keep_posts_in(tx, {one.id: _keys(one) for one in found})


def keep_posts_in(tx: Tx, keys: Mapping[int, Iterable[int]]) -> None:
    """Keep posts under these keys, by post.

    Keys of what an edited post said before stay: they lead to it and nothing else.
    """
    rows = [
        {"key": key, "subject_id": post_id, "kind": POST} for post_id, found in keys.items() for key in sorted(found)
    ]
    queries.sign(tx, rows)


def _keys(said: Said) -> set[int]:
    return keys_of(fingerprints(said.texts), links_in(said.texts))


def links_in(texts: Iterable[str]) -> tuple[str, ...]:
    """The links of several texts, each once."""
    return tuple(dict.fromkeys(link for text in texts for link in links_of(text)))


def keys_of(texts: Iterable[Fingerprint], links: Iterable[str]) -> set[int]:
    """Under which keys something is kept: those of its texts and of its links."""
    return {key for one in texts for key in one.stored_keys} | {link_key(link) for link in links}


def unsign_post_in(tx: Tx, event: PostDeleted) -> None:
    """Forget the keys of a post that its author deleted."""
    if event.reblog_of_id is None:
        for said in said_in(tx, [event.post_id]):
            queries.unsign(tx, said.id, list(_keys(said)))


def sign_account_in(tx: Tx, event: SignedUp | AccountChanged) -> None:
    """Keep what an account says of itself under its keys."""
    texts = profile_texts_in(tx, event.account_id)
    keys = keys_of(fingerprints(texts), links_in(texts))
    queries.sign(tx, [{"key": key, "subject_id": event.account_id, "kind": ACCOUNT} for key in sorted(keys)])


async def backfill(rt: Runtime) -> None:
    """The recurring job: sign what was there before this, or before keys were chosen as they are now."""
    await rt.db.write("signals.backfill_begin", _begin_in)
    await schedule.in_batches(rt, "signals.backfill", _backfill_in, batch=_BATCH)


async def rebuild(rt: Runtime) -> None:
    """After a restore: the keys of every account and every post."""
    await refilling.in_pages(rt, "signature", _accounts_in, _posts_in)


def _accounts_in(tx: Tx, after: int) -> int | None:
    found = accounts.standing_ids_in(tx, after, _BATCH)
    for account_id in found:
        sign_account_in(tx, AccountChanged(account_id))
    return found[-1] if found else None


def _posts_in(tx: Tx, after: int) -> int | None:
    found = ids_after_in(tx, after, _BATCH)
    sign_posts_in(tx, found)
    return found[-1] if found else None


def _begin_in(tx: Tx) -> None:
    if queries.state(tx, "edition") != _EDITION:
        queries.set_state(tx, "edition", _EDITION)
        queries.set_state(tx, "backfill", 0)
        queries.set_state(tx, "backfill_until", tx.new_id())


def _backfill_in(tx: Tx, batch: int) -> int:
    """Sign the next posts that were made before the backfill began; newer ones are signed as they come."""
    done, until = queries.state(tx, "backfill") or 0, queries.state(tx, "backfill_until") or 0
    ids = [one for one in ids_after_in(tx, done, batch) if one < until] if done < until else []
    if ids:
        sign_posts_in(tx, ids)
        queries.set_state(tx, "backfill", ids[-1])
    return len(ids)
