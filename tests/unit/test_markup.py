import pytest

from perdure.posts.rules.markup import length, render, tokens

BASE = "https://perdure.test"


def html(text: str, **names: str) -> str:
    return render(text, tokens(text, "perdure.test"), BASE, names)


def test_unit_one_line_is_one_paragraph_and_nothing_else() -> None:
    assert html("hello") == "<p>hello</p>"
    assert html("") == ""


def test_unit_a_blank_line_is_a_paragraph_and_a_newline_a_break() -> None:
    assert html("a\nb\n\nc") == "<p>a<br />b</p><p>c</p>"


def test_unit_markup_in_a_post_is_text() -> None:
    assert html("<script>alert('x')</script> & \"") == (
        "<p>&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt; &amp; &quot;</p>"
    )


def test_unit_a_known_mention_is_a_card_and_an_unknown_one_stays_text() -> None:
    assert html("hi @Alice and @bob", alice="alice") == (
        '<p>hi <span class="h-card"><a class="u-url mention" href="https://perdure.test/@alice">@<span>alice</span></a>'
        "</span> and @bob</p>"
    )


def test_unit_a_hashtag_keeps_its_spelling_and_links_folded() -> None:
    assert html("#Été") == (
        '<p><a class="mention hashtag" rel="tag" href="https://perdure.test/tags/%C3%A9t%C3%A9">#<span>Été</span></a></p>'
    )


@pytest.mark.parametrize("text", ["#123", "a#b", "http://x.org/#frag", "&#39;"])
def test_unit_what_only_looks_like_a_hashtag_is_none(text: str) -> None:
    assert not [token for token in tokens(text, "perdure.test") if token.kind == "tag"]


def test_unit_a_link_has_three_spans_and_is_cut_after_thirty_characters() -> None:
    url = "https://www.example.org/a/very/long/path/indeed"
    assert html(url) == (
        f'<p><a href="{url}" rel="nofollow noopener noreferrer" target="_blank">'
        '<span class="invisible">https://www.</span><span class="ellipsis">example.org/a/very/long/path/i</span>'
        '<span class="invisible">ndeed</span></a></p>'
    )


def test_unit_every_link_counts_23_characters() -> None:
    text = "see https://example.org/" + "x" * 100
    assert length(text, tokens(text, "perdure.test")) == 4 + 23


@pytest.mark.parametrize("text", ["javascript:alert(1)", "data:text/html,x", "user@example.org"])
def test_unit_only_web_links_become_links(text: str) -> None:
    assert "<a" not in html(text)
