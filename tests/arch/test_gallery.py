"""The table of pages is whole: what is not in it is neither looked at nor tested in a browser."""

import re
from urllib.parse import urlsplit

from perdure.web.routes import ROUTES
from tools.gallery.pages import EXCEPTIONS, PAGES

PATHS = sorted({path for route in ROUTES if "GET" in route.http_methods for path in route.paths})
SAMPLES = {"str": "[^/]+", "int": r"\d+"}


def route_of(path: str) -> str:
    """The route that answers a path: the one with the fewest parameters."""
    fitting = [route for route in PATHS if re.fullmatch(re.sub(r"{\w+:(\w+)}", lambda m: SAMPLES[m[1]], route), path)]
    return min(fitting, key=lambda route: route.count("{"), default="")


class _Any(dict[str, str]):
    """Facts of the community that fit every place of a path."""

    def __missing__(self, key: str) -> str:
        return "1"


def test_every_page_is_in_the_table_or_an_exception_with_its_reason() -> None:
    shown = {route_of(urlsplit(page.path.format_map(_Any())).path) for page in PAGES}
    missing = [path for path in PATHS if path not in shown and path not in EXCEPTIONS]
    assert missing == [], "add them to tools/gallery/pages.py"


def test_an_exception_is_a_page_that_exists_and_is_not_shown() -> None:
    shown = {route_of(urlsplit(page.path.format_map(_Any())).path) for page in PAGES}
    assert [path for path in EXCEPTIONS if path not in PATHS or path in shown] == []
    assert all(EXCEPTIONS.values())


def test_names_of_pages_are_files_and_no_two_are_the_same() -> None:
    names = [page.name for page in PAGES]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in names)
