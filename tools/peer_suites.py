"""Runs foreign suites against throw-away servers: ``peer_suites.py [clients] [schema] [toot]``, all by default.

What a suite needs and this machine lacks is named, and the suite left out; with ``--all`` that is a failure.
"""

import sys
import tempfile
from pathlib import Path

from peers import debian, schema, toot
from peers.server import serving

SUITES = ("clients", "schema", "toot")


def main(words: list[str]) -> int:
    """Serve and test; 0 only where everything that ran passed."""
    whole = "--all" in words
    wanted = [word for word in words if word in SUITES] or list(SUITES)
    lacks = _lacks(wanted)
    for text in lacks:
        print(text, file=sys.stderr)
    passed = not (whole and lacks)
    with tempfile.TemporaryDirectory(prefix="perdure-peers-") as name:
        folder = Path(name)
        if "clients" in wanted or "schema" in wanted:
            with serving(folder / "data"):
                # The journeys leave behind what schemathesis then asks about.
                passed &= debian.run(folder)
                if "schema" in wanted and schema.SCHEMA.exists():
                    passed &= schema.run(folder)
        if "toot" in wanted:
            with serving(folder / "data"):
                passed &= toot.run(folder)
    return 0 if passed else 1


def _lacks(wanted: list[str]) -> list[str]:
    """What is not here, in words that help."""
    found = [f"left out: {name} is not installed (apt-get install {name})" for name in debian.missing()]
    if "schema" in wanted and not schema.SCHEMA.exists():
        found.append(f"left out: schemathesis needs {schema.SCHEMA}, which this checkout does not have")
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
