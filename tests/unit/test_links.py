"""One spelling for where a link leads."""

import pytest

from perdure.signals.rules.links import canonical, domains, links_of


@pytest.mark.parametrize(
    "text",
    [
        "see https://bad.example/page",
        "see HTTP://WWW.Bad.Example/page/",
        "see hxxps://bad[.]example/page",
        "see https://m.bad.example/page?utm_source=x&fbclid=1",
        "see bad(dot)example/page.",
        "(https://bad.example/page)",
    ],
)
def test_every_spelling_of_a_link_is_the_same_link(text: str) -> None:
    assert links_of(text) == ("bad.example/page",)


@pytest.mark.parametrize("text", ["no link here", "3.14 and 1.5/2", "e.g. this", "mail me@example.org", "", "..."])
def test_what_only_looks_like_a_link_is_none(text: str) -> None:
    assert links_of(text) == ()


def test_what_tells_pages_apart_stays() -> None:
    assert canonical("https://a.example/?v=2&b=1") == "a.example?b=1&v=2"
    assert canonical("https://müller.example/x") == "xn--mller-kva.example/x"
    assert canonical("https://[broken") is None


def test_a_list_may_name_the_host_or_what_stands_above_it() -> None:
    assert domains("a.b.bad.example/page") == ("a.b.bad.example", "b.bad.example", "bad.example")
    assert domains("shop.bad.co.uk") == ("shop.bad.co.uk", "bad.co.uk")
    assert domains("bad.example?x=1") == ("bad.example",)
