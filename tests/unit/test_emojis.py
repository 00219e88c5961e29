"""The site's own emoji in texts of pages."""

from markupsafe import Markup

from perdure.accounts.model import Emoji
from perdure.web.addresses import Addresses
from perdure.web.emojis import pictured

URLS = Addresses("http://perdure.test", "/media")
BOAT = (Emoji("boat", "ab/cd.png", None, visible_in_picker=True),)


def test_a_shortcode_becomes_a_picture_and_the_rest_is_escaped() -> None:
    shown = pictured("<b> :boat: :unknown:", BOAT, URLS)
    assert shown.startswith("&lt;b&gt; <img ")
    assert 'src="/media/ab/cd.png" alt=":boat:"' in shown
    assert shown.endswith(" :unknown:")


def test_tags_of_a_post_are_left_alone() -> None:
    link = Markup('<p><a href="https://x.test/:boat:">x</a> :boat:</p>')
    assert pictured(link, BOAT, URLS).startswith('<p><a href="https://x.test/:boat:">x</a> <img ')


def test_a_text_without_emoji_stays_as_it_is() -> None:
    assert pictured("a :boat: & b", (), URLS) == "a :boat: &amp; b"
