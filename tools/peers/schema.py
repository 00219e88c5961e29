"""schemathesis with the schema of the Mastodon API that people made from its documentation (api.md §7).

``schema_baseline.json`` holds what we know and accept, each entry with its reason, and may only shrink:

- ``corrections``: places where the schema itself is wrong, by JSON pointer. Each states what stands there (``was``) and
  what is true; a schema that says something else by now fails the run.
- ``failures``: answers of ours that differ. The run fails on a failure that is not listed, and on a listed one that no
  longer occurs. What does not occur in every run is no candidate for the list: it is to be mended or corrected.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from peers.server import URL

SCHEMA = Path("../shared/data/mastodon-openapi.json")
BASELINE = Path(__file__).with_name("schema_baseline.json")
EXAMPLES = 4
RUN_S = 480
_KEYS = ("operation", "check", "signature")


def run(folder: Path) -> bool:
    """Run the suite; tells whether it found exactly what the baseline lists."""
    known = json.loads(BASELINE.read_text())
    schema = json.loads(SCHEMA.read_text())
    stale = [entry["pointer"] for entry in known["corrections"] if not correct(schema, entry)]
    corrected = folder / "schema.json"
    corrected.write_text(json.dumps(schema))
    found = _failures(corrected, folder / "found.json")
    expected = {_key(entry) for entry in known["failures"]}
    objections = compare(found, expected, stale)
    for text in objections:
        print(f"schema: {text}")
    holds = not objections
    counts = f"{len(known['corrections'])} corrections, {len(found)} known failures"
    print(f"schemathesis: {counts}: {'ok' if holds else 'FAILED'}")
    return holds


def compare(found: set[tuple[str, ...]], expected: set[tuple[str, ...]], stale: list[str]) -> list[str]:
    """What is wrong with a run, or with the baseline."""
    return [
        *(f"the correction at {pointer} fits no more: take it out" for pointer in stale),
        *(f"new failure: {' '.join(key)}" for key in sorted(found - expected)),
        *(f"occurs no more, take it out of the baseline: {' '.join(key)}" for key in sorted(expected - found)),
    ]


def correct(schema: Any, entry: dict[str, Any]) -> bool:
    """Put the truth in its place; tells whether the place holds what the entry says."""
    *path, last = [part.replace("~1", "/").replace("~0", "~") for part in entry["pointer"].split("/")[1:]]
    for part in path:
        schema = schema[part]
    if schema.get(last) != entry["was"]:
        return False
    schema[last] = entry["is"]
    return True


def _failures(schema: Path, record: Path) -> set[tuple[str, ...]]:
    """What schemathesis finds, by operation, check and place in the schema."""
    command = [
        Path(sys.executable).with_name("schemathesis"), "--no-color", "run", schema, "--url", URL,
        "-H", "Authorization: Bearer alice-token",
        "--checks", "not_a_server_error,response_schema_conformance",
        "--exclude-path-regex", "^/api/v1/streaming/",
        "--phases", "coverage,fuzzing", "--mode", "all", "-n", str(EXAMPLES), "--seed", "1", "--no-shrink",
        "--continue-on-failure", "--generation-database", "none", "--warnings", "off",
        "--baseline", record, "--baseline-update",
    ]  # fmt: skip
    log = record.with_suffix(".log")
    with log.open("w") as output:
        done = subprocess.run(command, check=False, stdout=output, stderr=subprocess.STDOUT, timeout=RUN_S)
    if not record.exists() and done.returncode != 0:
        sys.exit(f"schemathesis did not run:\n{log.read_text()[-4000:]}")
    found = {_key(entry) for entry in json.loads(record.read_text())["entries"]} if record.exists() else set()
    expected = {_key(entry) for entry in json.loads(BASELINE.read_text())["failures"]}
    if found - expected:
        print(log.read_text()[-20_000:])
    return found


def _key(entry: dict[str, str]) -> tuple[str, ...]:
    return tuple(entry[name] for name in _KEYS)
