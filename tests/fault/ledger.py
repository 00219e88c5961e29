"""What must be true of the database when everything has calmed down: nothing lost, nothing twice."""

from collections import Counter
from typing import Any

from perdure import wiring
from perdure.kernel.db import Tx, sql
from perdure.kernel.settings import Settings
from tests.fault.crowd import Post, World
from tests.fault.processes import until


def waiting(settings: Settings) -> int:
    """Deliveries that are still to be made."""
    with wiring.runtime(settings, local=True) as rt:
        return int(rt.db.read_now(lambda tx: tx.scalar(sql("SELECT count(*) FROM outbox_delivery"))))


def wait_until_delivered(settings: Settings, seconds: float = 60) -> None:
    """Wait until the running site's worker has delivered everything."""
    with wiring.runtime(settings, local=True) as rt:
        until(lambda: rt.db.read_now(lambda tx: tx.scalar(sql("SELECT count(*) FROM outbox_delivery"))) == 0, seconds)


def check(settings: Settings, world: World, acknowledged: list[Post]) -> int:
    """Every acknowledged post once, every effect once; returns how many posts there are."""
    with wiring.runtime(settings, local=True) as rt:
        return rt.db.read_now(_check_in, world, acknowledged)


def check_posts(settings: Settings, acknowledged: list[Post], others: list[str]) -> None:
    """Every acknowledged post once, and besides them only what ``others`` name."""
    with wiring.runtime(settings, local=True) as rt:
        stored = rt.db.read_now(_rows, "SELECT id, text FROM post")
    texts = Counter(row.text for row in stored)
    assert {post.id for post in acknowledged} <= {row.id for row in stored}, "an acknowledged post is gone"
    assert texts == Counter([post.text for post in acknowledged] + others)


def _rows(tx: Tx, text: str) -> list[Any]:
    return tx.all(sql(text))


def _check_in(tx: Tx, world: World, acknowledged: list[Post]) -> int:
    posts = {row.id: row for row in _rows(tx, "SELECT * FROM post")}
    assert not [post for post in acknowledged if post.id not in posts], "an acknowledged post is gone"
    assert len({post.id for post in acknowledged}) == len(acknowledged), "two posts were given one id"
    for post in acknowledged:
        assert posts[post.id].text == post.text
        assert posts[post.id].account_id == post.author.id
    twice = [text for text, count in Counter(row.text for row in posts.values()).items() if count > 1]
    assert not twice, f"stored twice: {twice[:5]}"
    _check_feeds(tx, world, posts)
    _check_told(tx, world, posts)
    _check_counts(tx, posts)
    return len(posts)


def _check_feeds(tx: Tx, world: World, posts: dict[int, Any]) -> None:
    readers = {reader.id for reader in world.readers}
    wanted = {
        (who, row.id) for row in posts.values() if row.visibility != "direct" for who in (readers | {row.account_id})
    }
    found = Counter((row.account_id, row.post_id) for row in _rows(tx, "SELECT account_id, post_id FROM home_entry"))
    assert set(found) == wanted
    assert set(found.values()) <= {1}


def _check_told(tx: Tx, world: World, posts: dict[int, Any]) -> None:
    first, second = world.readers[0].id, world.readers[1].id
    wanted = Counter(
        (first if "@reader0" in row.text else second, row.account_id, row.id)
        for row in posts.values()
        if "@reader" in row.text
    )
    told = _rows(tx, "SELECT account_id, from_account_id, post_id FROM notification WHERE kind = 'mention'")
    assert Counter(tuple(row) for row in told) == wanted
    talks = _rows(
        tx,
        "SELECT conversation.account_id, conversation_post.post_id FROM conversation_post "
        "JOIN conversation ON conversation.id = conversation_post.conversation_id",
    )
    direct = [row for row in posts.values() if row.visibility == "direct"]
    assert Counter(tuple(row) for row in talks) == Counter(
        (who, row.id) for row in direct for who in (row.account_id, second)
    )


def _check_counts(tx: Tx, posts: dict[int, Any]) -> None:
    children = Counter(row.in_reply_to_id for row in posts.values() if row.in_reply_to_id)
    assert {row.id: row.replies_count for row in posts.values() if row.replies_count} == dict(children)
    said = Counter(row.account_id for row in posts.values())
    stored = _rows(tx, "SELECT id, statuses_count FROM account WHERE statuses_count > 0")
    assert {row.id: row.statuses_count for row in stored} == dict(said)
    tags = _rows(tx, "SELECT post_id FROM post_tag")
    assert Counter(row.post_id for row in tags) == Counter(row.id for row in posts.values() if "#" in row.text)
    assert not _rows(tx, "SELECT * FROM outbox_event")
    assert not _rows(tx, "SELECT * FROM outbox_delivery")
