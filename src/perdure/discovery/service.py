"""Find hashtags, accounts and posts."""

import re

from perdure.accounts import service as accounts
from perdure.accounts.model import AccountView
from perdure.discovery import queries
from perdure.kernel.db import Row, Tx
from perdure.kernel.text import key
from perdure.posts import service as posts

_NAME = re.compile(r"@?([A-Za-z0-9_]+)(?:@([\w.:-]+))?\Z", re.ASCII)


def tag_in(tx: Tx, name: str) -> Row | None:
    """(id, name) of a hashtag, or None where nobody has used it yet."""
    return queries.tag(tx, key(name))


def find_tags_in(tx: Tx, text: str, most: int, skip: int) -> list[Row]:
    """Hashtags that begin with a text."""
    return queries.tags_by_prefix(tx, key(text.lstrip("#")), most, skip)


def find_accounts_in(tx: Tx, text: str, domain: str, most: int, skip: int) -> list[AccountView]:
    """Accounts whose name is, or begins with, a text; a full name finds that account and nothing else."""
    match = _NAME.match(text.strip())
    if match is None:
        return []
    name, host = match[1], match[2]
    if host is not None and host.lower() not in {domain.lower(), domain.lower().split(":")[0]}:
        return []
    if host is not None:
        found = accounts.find_by_name_in(tx, name)
        return [found] if found is not None and not found.hidden else []
    return accounts.find_by_prefix_in(tx, name, most, skip)


def post_by_url_in(tx: Tx, viewer_id: int | None, text: str, base_url: str) -> int | None:
    """The id of the post that a URL of this site names, if the viewer may see it."""
    match = re.match(re.escape(base_url) + r"/(?:@\w+|users/\w+/statuses)/(\d{1,19})\Z", text.strip())
    if match is None:
        return None
    found = posts.overlays_in(tx, viewer_id, [int(match[1])])
    return next(iter(found), None)
