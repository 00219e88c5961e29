"""Conversations as clients read them (api.md §3.15)."""

from typing import Any

from perdure.accounts import service as accounts
from perdure.accounts.model import Viewer
from perdure.kernel.runtime import Runtime
from perdure.mastodon_api.entities.account import Urls, account_entity
from perdure.mastodon_api.entities.common import id_text
from perdure.mastodon_api.entities.notification import rendered_posts
from perdure.messages.model import Conversation


async def render_conversations(rt: Runtime, viewer: Viewer, found: list[Conversation]) -> list[dict[str, Any]]:
    """Conversations in the order given."""
    posts = await rendered_posts(rt, viewer, [each.last_post_id for each in found])
    people = await rt.db.read(accounts.views_in, {member for each in found for member in each.others})
    urls = Urls.of(rt.settings)
    return [
        {
            "id": id_text(each.id),
            "unread": each.unread,
            "accounts": [account_entity(people[member], urls) for member in each.others if member in people],
            "last_status": posts.get(each.last_post_id),
        }
        for each in found
    ]
