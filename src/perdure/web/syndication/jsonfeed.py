"""JSON Feed 1.1."""

from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from perdure.web.syndication.feed import Author, Entry, Feed

_VERSION: Final = "https://jsonfeed.org/version/1.1"


def json_feed(feed: Feed) -> bytes:
    """The feed as JSON Feed."""
    found: dict[str, Any] = {
        "version": _VERSION,
        "title": feed.title,
        "home_page_url": feed.address,
        "feed_url": f"{feed.address}.json{feed.this}",
        "description": feed.description,
        "icon": feed.icon,
        "items": [_item(entry) for entry in feed.entries],
    }
    if feed.older:
        found["next_url"] = f"{feed.address}.json{feed.older}"
    if feed.author is not None:
        found["authors"] = [_author(feed.author)]
    return msgspec.json.encode(found)


def _item(entry: Entry) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": entry.url,
        "url": entry.url,
        "content_html": str(entry.html),
        "date_published": _iso(entry.published),
        "date_modified": _iso(entry.updated),
        "authors": [_author(entry.author)],
        "tags": list(entry.tags),
    }
    found |= {"title": entry.title} if entry.title else {}
    found |= {"language": entry.language} if entry.language else {}
    image = next((file.url for file in entry.files if file.medium == "image" and not file.adult), "")
    found |= {"image": image} if image else {}
    if entry.files:
        found["attachments"] = [
            {"url": file.url, "mime_type": file.mime}
            | ({"title": file.description} if file.description else {})
            | ({"duration_in_seconds": file.seconds} if file.seconds else {})
            for file in entry.files
        ]
    return found


def _author(author: Author) -> dict[str, str]:
    return {"name": author.name, "url": author.url, "avatar": author.avatar}


def _iso(ms: int) -> str:
    return datetime.fromtimestamp(ms // 1000, UTC).isoformat().replace("+00:00", "Z")
