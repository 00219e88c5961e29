"""Earlier states of a post as clients read them."""

from typing import Any

from perdure.accounts.model import AccountView
from perdure.mastodon_api.entities.account import account_entity
from perdure.mastodon_api.entities.common import iso
from perdure.mastodon_api.entities.emoji import emoji_entities
from perdure.mastodon_api.entities.media import media_entity
from perdure.mastodon_api.entities.urls import Urls
from perdure.posts.model import Edit


def edit_entities(author: AccountView, states: list[Edit], urls: Urls) -> list[dict[str, Any]]:
    """StatusEdits in the order given; ``poll`` only where there was one."""
    account = account_entity(author, urls)
    return [_edit(state, account, urls) for state in states]


def _edit(state: Edit, account: dict[str, Any], urls: Urls) -> dict[str, Any]:
    entity = {
        "content": state.content,
        "spoiler_text": state.spoiler_text,
        "sensitive": state.sensitive,
        "created_at": iso(state.created_at),
        "account": account,
        "media_attachments": [media_entity(one, urls) for one in state.media],
        "emojis": emoji_entities(state.emojis, urls),
    }
    if state.options:
        entity["poll"] = {"options": [{"title": title} for title in state.options]}
    return entity
