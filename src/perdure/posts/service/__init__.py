"""Use cases of posts."""

from perdure.posts.queries.counting import posts_by_day as posts_by_day_in
from perdure.posts.queries.feeds import Slice as Slice
from perdure.posts.queries.feeds import feed as feed_in
from perdure.posts.queries.feeds import findable as findable
from perdure.posts.queries.feeds import tag_use as tag_use_in
from perdure.posts.queries.feeds import unhidden as unhidden
from perdure.posts.queries.newest import newest_open as newest_open_in
from perdure.posts.queries.pages import overlaid_rows as overlaid_in
from perdure.posts.queries.reading import fed_posts as fed_posts
from perdure.posts.queries.reading import made_between as made_between_in
from perdure.posts.queries.reading import mentioned as mentioned_in
from perdure.posts.queries.reading import own_page as own_page_in
from perdure.posts.queries.reading import people_page as people_page_in
from perdure.posts.queries.reading import stored as stored_in
from perdure.posts.queries.reading import stored_some as stored_some_in
from perdure.posts.queries.reading import tag_card as tag_card
from perdure.posts.queries.reading import tag_name as tag_name_in
from perdure.posts.queries.reading import tagged_posts as tagged_posts
from perdure.posts.queries.reading import tags as tags_in
from perdure.posts.queries.reading import visible as visible
from perdure.posts.queries.trends import admirers as admirers_in
from perdure.posts.queries.trends import displays as tag_displays_in
from perdure.posts.queries.trends import history as tag_history_in
from perdure.posts.queries.trends import liked as trending_posts_in
from perdure.posts.queries.trends import link_history as link_history_in
from perdure.posts.queries.trends import link_users as link_users_in
from perdure.posts.queries.trends import links as trending_links_in
from perdure.posts.queries.trends import tag_by_id as tag_by_id_in
from perdure.posts.queries.trends import tag_users as tag_users_in
from perdure.posts.queries.trends import tags as trending_tags_in
from perdure.posts.queries.upkeep import keep as keep_in
from perdure.posts.queries.upkeep import release as unkeep_in
from perdure.posts.queries.velocity import hidden_lately as hidden_lately_in
from perdure.posts.queries.velocity import people_at as people_at_in
from perdure.posts.queries.velocity import posts_by as made_by_in
from perdure.posts.queries.velocity import posts_with_link_of as linked_lately_in
from perdure.posts.queries.velocity import posts_with_tag as tagged_lately_in
from perdure.posts.queries.writing import voters as poll_voters_in
from perdure.posts.service.emojis import renew_named_in as renew_named_in
from perdure.posts.service.history import history_in as history_in
from perdure.posts.service.importing import ImportSummary as ImportSummary
from perdure.posts.service.importing import import_posts as import_posts
from perdure.posts.service.pages import PageCache as PageCache
from perdure.posts.service.pages import page_cache as page_cache
from perdure.posts.service.polls import choose_in as choose_in
from perdure.posts.service.polls import close_due_polls as close_due_polls
from perdure.posts.service.polls import close_due_polls_in as close_due_polls_in
from perdure.posts.service.polls import poll_in as poll_in
from perdure.posts.service.polls import polls_in as polls_in
from perdure.posts.service.previews import card_words_in as card_words_in
from perdure.posts.service.previews import cards_by_id_in as cards_by_id_in
from perdure.posts.service.previews import cards_in as cards_in
from perdure.posts.service.previews import fetch_due as fetch_due_previews
from perdure.posts.service.previews import fetch_wanted as fetch_wanted_preview
from perdure.posts.service.previews import forget_unused as forget_unused_previews
from perdure.posts.service.previews import link_parameters as link_parameters
from perdure.posts.service.publishing import delete_in as delete_in
from perdure.posts.service.publishing import edit as edit
from perdure.posts.service.publishing import edit_in as edit_in
from perdure.posts.service.publishing import publish as publish
from perdure.posts.service.publishing import publish_in as publish_in
from perdure.posts.service.reactions import bookmark_in as bookmark_in
from perdure.posts.service.reactions import echo_in as echo_in
from perdure.posts.service.reactions import mute_thread_in as mute_thread_in
from perdure.posts.service.reactions import pin_in as pin_in
from perdure.posts.service.reactions import unecho_in as unecho_in
from perdure.posts.service.reactions import vote_in as vote_in
from perdure.posts.service.scheduling import publish_due as publish_due
from perdure.posts.service.scheduling import reschedule_in as reschedule_in
from perdure.posts.service.scheduling import schedule as schedule
from perdure.posts.service.scheduling import scheduled_in as scheduled_in
from perdure.posts.service.scheduling import scheduled_page_in as scheduled_page_in
from perdure.posts.service.scheduling import unschedule_in as unschedule_in
from perdure.posts.service.upkeep import forget_keys as forget_keys
from perdure.posts.service.upkeep import purge as purge
from perdure.posts.service.upkeep import standing_ids_in as standing_ids_in
from perdure.posts.service.viewing import explain_absence_in as explain_absence_in
from perdure.posts.service.viewing import in_audience_in as in_audience_in
from perdure.posts.service.viewing import load_in as load_in
from perdure.posts.service.viewing import overlays_in as overlays_in
from perdure.posts.service.viewing import thread_in as thread_in
from perdure.posts.service.viewing import views_in as views_in
from perdure.posts.service.withholding import apply_in as apply_in
from perdure.posts.service.withholding import hide_in as hide_in
from perdure.posts.service.withholding import hold_in as hold_in
from perdure.posts.service.withholding import limit_in as limit_in
from perdure.posts.service.withholding import measures_in as measures_in
from perdure.posts.service.withholding import media_ids_in as media_ids_in
from perdure.posts.service.withholding import reinstate_in as reinstate_in
from perdure.posts.service.withholding import release_in as release_in
from perdure.posts.service.withholding import renew_of_in as renew_of_in
from perdure.posts.service.withholding import withdraw_in as withdraw_in

__all__ = [
    "admirers_in",
    "fed_posts",
    "feed_in",
    "fetch_due_previews",
    "fetch_wanted_preview",
    "findable",
    "forget_unused_previews",
    "hidden_lately_in",
    "keep_in",
    "link_history_in",
    "link_users_in",
    "linked_lately_in",
    "made_between_in",
    "made_by_in",
    "mentioned_in",
    "newest_open_in",
    "overlaid_in",
    "own_page_in",
    "people_at_in",
    "people_page_in",
    "poll_voters_in",
    "posts_by_day_in",
    "stored_in",
    "stored_some_in",
    "tag_by_id_in",
    "tag_card",
    "tag_displays_in",
    "tag_history_in",
    "tag_name_in",
    "tag_use_in",
    "tag_users_in",
    "tagged_lately_in",
    "tagged_posts",
    "tags_in",
    "trending_links_in",
    "trending_posts_in",
    "trending_tags_in",
    "unhidden",
    "unkeep_in",
    "visible",
]
