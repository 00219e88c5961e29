"""Whether what was taken down can be reached: by page, client API, search, feed and file (check C3 of the safety brief)."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import httpx

Get = Callable[[str, str | None], httpx.Response]
"""An address and a bearer token or None, to an answer."""


class Removed(NamedTuple):
    """A post that was taken down. ``word`` is in its text and nowhere else; ``file`` the path of its picture."""

    id: str
    author: str
    author_id: int
    word: str
    tag: str
    file: str = ""


class Banned(NamedTuple):
    """Somebody who was banned, and a post of theirs."""

    name: str
    id: int
    post: Removed


def once(get: Get) -> Get:
    """The same, where each address is asked for once with each token."""
    known: dict[tuple[str, str | None], httpx.Response] = {}

    def ask(address: str, token: str | None) -> httpx.Response:
        if (address, token) not in known:
            known[address, token] = get(address, token)
        return known[address, token]

    return ask


def reachable_posts(get: Get, posts: Iterable[Removed], tokens: Iterable[str | None]) -> set[str]:
    """Ids of posts that anybody (``tokens``; None: a guest) sees at any address."""
    found: set[str] = set()
    for token in tokens:
        for post in posts:
            if any(_shows(get, at, token, post) for at in _places(post, token)):
                found.add(post.id)
    return found


def _places(post: Removed, token: str | None) -> Iterable[str]:
    yield f"/api/v1/statuses/{post.id}"
    yield f"/api/v1/statuses/{post.id}/context"
    yield f"/@{post.author}/{post.id}"
    yield f"/api/v1/accounts/{post.author_id}/statuses?limit=40"
    yield f"/@{post.author}"
    yield f"/@{post.author}.rss"
    yield f"/tags/{post.tag}.rss"
    yield f"/api/v1/timelines/tag/{post.tag}?limit=40"
    yield "/api/v1/timelines/public?limit=40"
    if token is not None:
        yield f"/api/v2/search?type=statuses&q={post.word}"
        yield "/api/v1/timelines/home?limit=40"
    if post.file:
        yield post.file


def _shows(get: Get, address: str, token: str | None, post: Removed) -> bool:
    answer = get(address, token)
    assert answer.status_code < 500, (address, answer.text[:300])
    assert answer.status_code != 429, address
    if address == post.file:
        return answer.status_code == 200
    if answer.status_code != 200:
        return False
    own = answer.text.replace(f"q={post.word}", "")
    return post.word in own or f'"id":"{post.id}"' in own


def reachable_people(get: Get, people: Iterable[Banned], tokens: Iterable[str | None]) -> set[str]:
    """Names of people whose profile, feed or posts anybody sees, or whom a search finds."""
    found: set[str] = set()
    for token in tokens:
        for one in people:
            page, feed = get(f"/@{one.name}", token), get(f"/@{one.name}.rss", token)
            told = get(f"/api/v1/accounts/lookup?acct={one.name}", token)
            searched = get(f"/api/v2/search?type=accounts&q={one.name}", token)
            seen = (
                page.status_code == 200,
                feed.status_code == 200,
                told.status_code == 200 and not told.json().get("suspended"),
                searched.status_code == 200 and any(one.name == hit["username"] for hit in searched.json()["accounts"]),
                bool(reachable_posts(get, [one.post], [token])),
            )
            if any(seen):
                found.add(one.name)
    return found
