"""What a browser does before it sends a form that stops machines: solve the puzzle."""

import base64
import json

from altcha.v1 import solve_challenge

from perdure.accounts import service
from tests.site import Site


def solution(challenge: str) -> str:
    """The answer to a challenge, as our script sends it."""
    asked = json.loads(challenge)
    found = solve_challenge(asked["challenge"], asked["salt"], asked["algorithm"], asked["maxNumber"])
    assert found is not None
    given = {name: asked[name] for name in ("algorithm", "challenge", "salt", "signature")}
    return base64.b64encode(json.dumps(given | {"number": found.number}).encode()).decode()


def proof(site: Site) -> dict[str, str]:
    """The form field that a browser with scripts adds."""
    return {"altcha": solution(site.run(service.new_puzzle, site.rt).challenge)}
