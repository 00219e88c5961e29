import time

import pytest

from perdure.kernel.tags import decoded, tags
from perdure.posts.rules.preview import facts_of

URL = "https://news.example/2026/story?id=1"


def test_a_page_is_told_by_its_open_graph_tags_first() -> None:
    found = facts_of(
        """<!doctype html><html lang="fr-CA"><head><title>Not this</title>
        <meta property="og:title" content="Caf&eacute; &amp; more">
        <META NAME=description CONTENT='plain'><meta property='og:description' content="  A
        longer   text ">
        <meta property="og:site_name" content="The News"><meta property="og:image" content="/a.png">
        <meta property="og:image:alt" content="A cup"><meta name="author" content="Ann">
        <meta property="article:published_time" content="2026-01-02T03:04:05Z"></head>""",
        URL,
    )
    assert found is not None
    assert (found.title, found.description, found.provider) == ("Café & more", "A longer text", "The News")
    assert (found.image, found.image_description) == ("https://news.example/a.png", "A cup")
    assert (found.author_name, found.author_url, found.language) == ("Ann", "", "fr")
    assert found.published_at == 1_767_323_045_000


def test_a_plain_page_is_told_by_its_title() -> None:
    found = facts_of("<title>Hello <b>&lt;there&gt;</b></title><meta name=author content=https://ann.example/>", URL)
    assert found is not None
    assert (found.title, found.image, found.description) == ("Hello <b><there></b>", "", "")
    assert (found.author_name, found.author_url) == ("", "https://ann.example/")


@pytest.mark.parametrize(
    "page", ["", "hello", "<title></title>", "<meta property='og:title' content=''>", "<!-- <title>x</title> -->"]
)
def test_a_page_without_a_title_has_no_preview(page: str) -> None:
    assert facts_of(page, URL) is None


def test_what_stands_in_scripts_styles_and_comments_does_not_count() -> None:
    page = """<!-- <meta property="og:title" content="comment"> --><script>var x = '<meta property="og:title" content="script">'
    </script><style><title>style</title></style><title>real</title>"""
    found = facts_of(page, URL)
    assert found is not None
    assert found.title == "real"


@pytest.mark.parametrize(
    "image", ["javascript:alert(1)", "data:image/png;base64,AAAA", "file:///etc/passwd", "http://["]
)
def test_an_image_that_is_no_web_address_is_left_out(image: str) -> None:
    found = facts_of(f'<title>x</title><meta property="og:image" content="{image}">', URL)
    assert found is not None
    assert found.image == ""


def test_long_texts_are_cut() -> None:
    found = facts_of(
        f"<title>{'t' * 9000}</title><meta name=description content='{'d' * 3000}'><meta name=author content='{'a' * 500}'>",
        URL,
    )
    assert found is not None
    assert (len(found.title), len(found.description), len(found.author_name)) == (300, 600, 120)


@pytest.mark.parametrize(
    ("body", "charset", "text"),
    [
        ("é".encode(), "", "é"),
        (b"\xe9", "", "é"),
        (b"\xe9", "iso-8859-1", "é"),
        (b"\xef\xbb\xbf\xc3\xa9", "iso-8859-1", "é"),
        ("日本".encode("shift_jis"), "shift_jis", "日本"),
        (b"\xff\xfe" + "é".encode("utf-16-le"), "", "é"),
        (b"x" * 5000 + "日本".encode()[:-1], "", "x" * 5000 + "日\ufffd"),
        (b"\xe9", "no-such-charset", "é"),
        (b"x\x9c", "zip", "xœ"),
    ],
)
def test_the_charset_is_found_out(body: bytes, charset: str, text: str) -> None:
    assert decoded(body, charset) == text


def test_the_page_itself_may_name_its_charset() -> None:
    assert "日本" in decoded(b'<meta charset="euc-jp">' + "日本".encode("euc_jp"), "")
    page = b'<meta http-equiv=Content-Type content="text/html; charset=windows-1251">' + "да".encode("cp1251")
    assert decoded(page, "").endswith("да")


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<a ",
        "<a b='",
        '<meta content="',
        "<!--",
        "<script>",
        "<a/",
        "<title>",
        "</",
        "<a b=c",
        "&#",
        "<a =",
        "<a b = ",
    ],
)
def test_no_page_takes_long_to_look_through(piece: str) -> None:
    page = piece * (500_000 // len(piece))
    began = time.process_time()
    list(tags(page, frozenset({"meta", "a", "title"})))
    assert time.process_time() - began < 3


def test_a_number_of_five_thousand_digits_is_no_problem() -> None:
    assert facts_of(f"<title>a &#{'9' * 5000}; b</title>", URL) is not None
