"""The baseline of the schema check gives reasons and can only shrink."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

TOOLS = Path(__file__).parents[2] / "tools"
A, B = ("GET /a", "check", "x"), ("GET /b", "check", "y")


@pytest.fixture
def schema(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(TOOLS))
    from peers import schema

    yield schema
    for name in [name for name in sys.modules if name.split(".")[0] == "peers"]:
        del sys.modules[name]


def test_every_entry_gives_a_reason(schema: Any) -> None:
    known = json.loads(schema.BASELINE.read_text())
    entries = [*known["corrections"], *known["failures"]]
    assert entries
    assert all(len(entry["reason"]) > 20 for entry in entries)


def test_a_new_failure_and_one_that_occurs_no_more_both_fail_the_run(schema: Any) -> None:
    assert schema.compare({A, B}, {A, B}, []) == []
    assert schema.compare({A, B}, {A}, []) == ["new failure: GET /b check y"]
    assert schema.compare({A}, {A, B}, []) == ["occurs no more, take it out of the baseline: GET /b check y"]


def test_a_correction_holds_only_where_the_schema_still_says_the_wrong_thing(schema: Any) -> None:
    entry = {"pointer": "/paths/~1a/type", "was": "object", "is": "array"}
    document = {"paths": {"/a": {"type": "object"}}}
    assert schema.correct(document, entry)
    assert document["paths"]["/a"]["type"] == "array"
    assert not schema.correct(document, entry)
    assert "fits no more" in schema.compare(set(), set(), ["/paths/~1a/type"])[0]
