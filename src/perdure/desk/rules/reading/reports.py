"""Reports of programs: XARF of every version, ARF's fields, and JSON of any other shape. Read leniently. Pure."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from perdure.desk.model import Pointer
from perdure.desk.rules import places
from perdure.desk.rules.reading import dates, pointing, policies, spelling, tables
from perdure.desk.rules.reading.gathering import CLAIM, REASON, Finding, Gathered

_MOST_NODES: Final = 200_000
_MOST_DEPTH: Final = 60
_XARF_MARKS: Final = frozenset(
    {"xarf_version", "reporterinfo", "report_id", "source_identifier", "sourceidentifier", "reporttype"}
)
_XARF_WORDS: Final[tuple[tuple[str, str], ...]] = (
    ("csam", "child_safety"), ("csem", "child_safety"), ("child", "child_safety"),
    ("phish", "spam"), ("malware", "spam"), ("fraud", "spam"), ("spam", "spam"), ("scam", "spam"),
    ("exposed_data", "doxxing"), ("brand", "illegal"), ("copyright", "illegal"), ("trademark", "illegal"),
    ("terror", "terrorism"), ("violen", "incitement"),
)  # fmt: skip
_SKIPPED: Final = frozenset({"payload", "schema", "$schema", "_internal", "@context", "hash"})
_URL_KEYS: Final = re.compile(r"url|uri|link|href|location|source_?identifier|^source$", re.IGNORECASE)


def documents_of(text: str) -> list[Any]:
    """The JSON values of a text: one, or one in each line. Empty where it is none. Never raises."""
    bare = text.strip().lstrip("\ufeff")
    try:
        return [json.loads(bare)]
    except (ValueError, RecursionError):
        pass
    values: list[Any] = []
    for line in bare.splitlines()[:_MOST_NODES]:
        if not line.strip():
            continue
        try:
            values.append(json.loads(line.strip().rstrip(",")))
        except (ValueError, RecursionError):
            return []
    return values


def read(documents: list[Any], into: Gathered) -> tuple[bool, list[Finding]]:
    """What JSON values complain of, and whether they are XARF. Evidence in them goes to ``into`` as prose or fault."""
    objects = list(_records(documents))
    xarf = any(_is_xarf(one) for one in objects)
    found: list[Finding] = []
    for one in objects:
        found += _report(one, into)
    if not found:
        found = _loose(documents, into)
    return xarf, found


def _is_xarf(one: Mapping[str, Any]) -> bool:
    return bool({str(key).lower() for key in one} & _XARF_MARKS) or "Report" in one


def _records(documents: list[Any]) -> Iterator[Mapping[str, Any]]:
    """The objects that are a report each: of a list, or within one named list of an object."""
    for value in documents:
        if isinstance(value, list):
            yield from (one for one in value if isinstance(one, dict))
        elif isinstance(value, dict):
            inner = [
                one
                for one in value.values()
                if isinstance(one, list) and one and all(isinstance(each, dict) for each in one)
            ]
            listed = [one for one in inner if not _is_xarf(value) and any(_urls_in(each) for each in one[:50])]
            if listed:
                yield from (each for one in listed for each in one)
            else:
                yield value


def _urls_in(value: Any) -> bool:
    return any("://" in text or "/" in text for _, text in _strings(value))


def _report(one: Mapping[str, Any], into: Gathered) -> list[Finding]:
    hosts = into.hosts
    pairs = list(_strings(one))
    words = _words(pairs)
    claim = json.dumps(
        {key: value for key, value in one.items() if key not in {"evidence", "Attachment"}},
        ensure_ascii=False,
        default=str,
    )[:CLAIM]
    base = Finding(
        "none",
        claim,
        reason=words,
        policy=_policy(one, pairs, words),
        reference=_reference(pairs),
        seen_at=_seen(pairs),
    )
    urls: dict[str, str] = {}
    for key, text in sorted(pairs, key=lambda pair: not _URL_KEYS.search(pair[0].rpartition(".")[2])):
        if "reporter" in key.lower() or "sender" in key.lower() or ("/" not in text and not _URL_KEYS.search(key)):
            continue
        for found in spelling.find(spelling.plain(text[:8000], hosts), hosts):
            place = places.place_of(found.url, hosts)
            if place.kind not in {"foreign", "page", "unreadable"} or _URL_KEYS.search(key):
                urls.setdefault(place.key, found.url)
    own = {key: url for key, url in urls.items() if not key.startswith(("foreign:", "page:", "unreadable:"))}
    chosen = list((own or urls).values())
    if chosen:
        return [_with(base, "url", url=url) for url in chosen[:1000]]
    return _unaddressed(base, pairs, into)


def _unaddressed(base: Finding, pairs: list[tuple[str, str]], into: Gathered) -> list[Finding]:
    for key, text in pairs:
        role = tables.role_of(key.rpartition(".")[2])
        if role == "id" and text.isdecimal() and text.isascii() and len(text) <= 19:
            return [_with(base, "id", value=str(int(text)))]
    for key, text in pairs:
        role = tables.role_of(key.rpartition(".")[2])
        if (
            role == "account"
            and re.fullmatch(r"@?[A-Za-z0-9_]{1,60}(?:@[\w.\-]{1,200})?", text)
            and "report" not in key.lower()
        ):
            return [_with(base, "account", value=text.lstrip("@"))]
        if role == "text" and pointing.is_phrase(text):
            return [_with(base, "phrase", value=text[:CLAIM])]
    return [base] if _is_xarf({key.partition(".")[0]: text for key, text in pairs}) else []


def _with(base: Finding, pointer: Pointer, *, url: str = "", value: str = "") -> Finding:
    return msgspec.structs.replace(base, pointer=pointer, url=url, value=value)


def _loose(documents: list[Any], into: Gathered) -> list[Finding]:
    """Addresses in JSON whose shape says nothing."""
    return [
        Finding("url", f"{key}: {text}"[:CLAIM], url=one.url, listed=True)
        for key, text in _strings(documents)
        for one in spelling.find(spelling.plain(text[:8000], into.hosts), into.hosts)
    ]


def _strings(value: Any) -> Iterator[tuple[str, str]]:
    """Every text in a value with the way to it. Bounded in depth and number; evidence in base64 is left out."""
    stack: list[tuple[str, Any, int]] = [("", value, 0)]
    count = 0
    while stack and count < _MOST_NODES:
        key, one, depth = stack.pop()
        count += 1
        if isinstance(one, str):
            if len(one) < 20_000:
                yield key, one
        elif isinstance(one, int | float) and not isinstance(one, bool):
            yield key, str(one)
        elif depth < _MOST_DEPTH and isinstance(one, dict):
            inner = [
                (f"{key}.{name}" if key else str(name), each, depth + 1)
                for name, each in one.items()
                if str(name).lower() not in _SKIPPED
            ]
            stack += reversed(inner)
        elif depth < _MOST_DEPTH and isinstance(one, list):
            stack += [(key, each, depth + 1) for each in reversed(one)]


def _words(pairs: list[tuple[str, str]]) -> str:
    kept = []
    for key, text in pairs:
        name = key.rpartition(".")[2]
        if tables.role_of(name) in {"reason", "text", "policy"} or name in {"tags", "category", "type", "class"}:
            kept.append(text)
    return "\n".join(dict.fromkeys(kept))[:REASON]


def _policy(one: Mapping[str, Any], pairs: list[tuple[str, str]], words: str) -> str:
    lowered = {str(key).lower(): value for key, value in one.items()}
    tags = lowered.get("tags")
    tagged = " ".join(str(tag).partition(":")[2] or str(tag) for tag in tags) if isinstance(tags, list) else ""
    if found := policies.policy_of(tagged.replace("_", " ")):
        return found
    named = [
        text for key, text in pairs if re.search(r"(?:type|category|class)\Z", key.rpartition(".")[2], re.IGNORECASE)
    ]
    kind = " ".join([*named, words]).lower()
    return next((policy for word, policy in _XARF_WORDS if word in kind), "") or policies.policy_of(kind)


def _reference(pairs: list[tuple[str, str]]) -> str:
    best = ""
    for key, text in pairs:
        name = key.rpartition(".")[2].lower().replace("_", "")
        if name in {"reportid", "caseid", "id", "reference", "ticket"} and "." not in key and len(text) <= 200:
            return text
        if name in {"reportid", "caseid", "reference"} and not best:
            best = text[:200]
    return best


def _seen(pairs: list[tuple[str, str]]) -> int | None:
    for key, text in pairs:
        if re.search(r"date|time|seen|stamp", key.rpartition(".")[2], re.IGNORECASE):
            moment = dates.instant_of(text)
            if moment is not None:
                return moment
    return None


def of_feedback(fields: Mapping[str, list[str]], hosts: frozenset[str]) -> list[Finding]:
    """What the fields of an ARF report (RFC 5965) complain of: a finding for each address or domain it names."""
    kind = " ".join(fields.get("feedback-type", ()))
    policy = "spam" if kind.lower() in {"abuse", "fraud", "virus"} else policies.policy_of(kind)
    came = [dates.of_header(text) for name in ("arrival-date", "received-date") for text in fields.get(name, ())]
    seen = next((one[0] for one in came if one is not None), None)
    claim = "\n".join(f"{name}: {text}" for name, texts in fields.items() for text in texts)[:CLAIM]
    return [
        Finding("url", claim, url=one.url, reason=kind, policy=policy, seen_at=seen)
        for text in fields.get("reported-uri", ())
        for one in spelling.find(spelling.plain(text, hosts), hosts)
    ]
