"""What an app may do, in words."""

from perdure.web.words import Words


def scope_words(scope: str, t: Words) -> list[str]:
    """What an app may do with a scope, one line a word."""
    lines: list[str] = []
    for word in scope.split():
        line = _line(word, t)
        if line not in lines:
            lines.append(line)
    return lines


def _line(word: str, t: Words) -> str:
    kind, _, what = word.partition(":")
    area = what.rpartition(":")[2]
    if kind in {"read", "write"} and area and t.has("consent.areas", area):
        return t.of("consent.scopes", f"scope_{kind}", what=t.of("consent.areas", area))
    return t.of("consent.scopes", kind) if t.has("consent.scopes", kind) else word
