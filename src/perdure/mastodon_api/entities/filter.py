"""Filters as clients read them (api.md §3.15)."""

from typing import Any

from perdure.graph.model import FilteredPost, FilterHit, FilterView, KeywordView
from perdure.mastodon_api.entities.common import id_text, iso


def filter_head(found: FilterView) -> dict[str, Any]:
    """A Filter without its phrases and posts, as a FilterResult carries it."""
    return {
        "id": id_text(found.id),
        "title": found.title,
        "context": list(found.contexts),
        "expires_at": iso(found.expires_at) if found.expires_at else None,
        "filter_action": found.action,
    }


def filter_entity(found: FilterView) -> dict[str, Any]:
    """A Filter."""
    return filter_head(found) | {
        "keywords": [keyword_entity(one) for one in found.keywords],
        "statuses": [filtered_post_entity(one) for one in found.posts],
    }


def keyword_entity(found: KeywordView) -> dict[str, Any]:
    """A FilterKeyword."""
    return {"id": id_text(found.id), "keyword": found.keyword, "whole_word": found.whole_word}


def filtered_post_entity(found: FilteredPost) -> dict[str, Any]:
    """A FilterStatus."""
    return {"id": id_text(found.id), "status_id": id_text(found.post_id)}


def old_filter_entity(found: FilterView, keyword: KeywordView) -> dict[str, Any]:
    """A V1::Filter: one for each phrase, under the phrase's id."""
    return {
        "id": id_text(keyword.id),
        "phrase": keyword.keyword,
        "context": list(found.contexts),
        "whole_word": keyword.whole_word,
        "expires_at": iso(found.expires_at) if found.expires_at else None,
        "irreversible": found.action == "hide",
    }


def result_entity(hit: FilterHit, post_id: int) -> dict[str, Any]:
    """A FilterResult."""
    return {
        "filter": filter_head(hit.filter),
        "keyword_matches": list(hit.keywords) or None,
        "status_matches": [id_text(post_id)] if hit.named else None,
    }
