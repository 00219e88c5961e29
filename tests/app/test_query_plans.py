"""Lists of ids are looked up, never scanned for: a render must not cost more because the site has more posts."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from sqlalchemy import Boolean, select

import perdure
from perdure.kernel.db import Query, Tx, any_of, sql
from perdure.posts.tables import post
from tests.site import Site

BIG = ("post", "post_mention", "post_tag", "vote", "home_entry", "notification", "account", "follow", "media")


def statements() -> Iterator[tuple[str, Query]]:
    """Every module-level statement that takes a list."""
    for found in pkgutil.walk_packages(perdure.__path__, "perdure."):
        if ".queries" in found.name:
            module = importlib.import_module(found.name)
            for name, value in vars(module).items():
                if isinstance(value, Query) and "json_each" in value.compiled("sqlite").text:
                    yield f"{found.name}.{name}", value


LISTS = dict(statements())


def plan(tx: Tx, query: Query) -> list[str]:
    text = query.compiled("sqlite").text
    return [row.detail for row in tx.all(sql(f"EXPLAIN QUERY PLAN {text}"), **dict.fromkeys(names(text), 1))]


def names(text: str) -> list[str]:
    import re

    return re.findall(r"(?<!:):([a-z_]\w*)", text)


def test_there_are_statements_to_look_at() -> None:
    assert len(LISTS) > 20


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_no_statement_over_a_list_scans_a_big_table(site: Site, name: str) -> None:
    steps = site.read(plan, LISTS[name])
    scans = [step for step in steps if step.startswith("SCAN ") and step.split()[1] in BIG]
    assert scans == [], steps


def test_unit_a_condition_over_a_list_stands_alone() -> None:
    text = sql(select(post.c.id).where(any_of(post.c.id, "ids"))).compiled("sqlite").text
    assert text.rstrip().endswith("FROM json_each(:ids))")
    assert isinstance(any_of(post.c.id, "ids").type, Boolean)
