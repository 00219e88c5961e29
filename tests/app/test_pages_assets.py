"""Files of pages: the paths that entities name answer, hashes make them last, and nothing else can be fetched."""

import re

import pytest

from tests.site import Site


def test_files_that_entities_name_exist(site: Site) -> None:
    for name in ("avatar.svg", "header.svg", "preview.png", "icon-192.png", "icon-512.png"):
        answer = site.get(f"/static/{name}")
        assert (answer.status_code, answer.headers["x-content-type-options"]) == (200, "nosniff")
        assert answer.headers["content-type"].startswith("image/")


def test_pages_link_files_that_last(site: Site) -> None:
    page = site.get("/auth/sign_in").text
    links = re.findall(r'"(/static/[^"]+)"', page)
    assert any("tokens.css" in link for link in links)
    for link in links:
        answer = site.get(link)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        again = site.get(link, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_a_stale_hash_is_not_kept_for_good(site: Site) -> None:
    assert "immutable" not in site.get("/static/tokens.css?v=0000").headers["cache-control"]


@pytest.mark.parametrize("path", ["nothing.css", "..%2Froutes.py", "..%2F..%2Fasgi.py", "%2Fetc%2Fpasswd"])
def test_nothing_else_can_be_fetched(site: Site, path: str) -> None:
    assert site.get(f"/static/{path}").status_code == 404
