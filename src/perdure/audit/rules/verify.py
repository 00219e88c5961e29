"""Checks a proof pack, or an export, of a Perdure ledger. Needs nothing but Python 3.9 or newer.

    python3 -I -S verify.py [FOLDER or FILE] [--key HEX]

Without a path it checks the folder that it lies in. ``--key`` is the site's public key as you know it from elsewhere
(its page /audit/roots, a deposit at another provider); without it, the pack's own key is believed. One line for each
check; exit status 0 where all hold, 1 where any fails. Take this file from a source that you trust, not from the
pack, if you do not trust whoever made the pack.
"""

import base64
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202
BASE_Y = 46316835694926478169428394003475163141307993866256225615783033603165251855960
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)
GENESIS = "0" * 64
Point = tuple[int, int, int, int]


class Wrong(Exception):
    """A check that fails, in words."""


# --- Ed25519 (RFC 8032) -------------------------------------------------------------------------------------------


def _add(a: Point, b: Point) -> Point:
    one, two = (a[1] - a[0]) * (b[1] - b[0]), (a[1] + a[0]) * (b[1] + b[0])
    three, four = 2 * a[3] * b[3] * D, 2 * a[2] * b[2]
    e, f, g, h = (two - one) % P, (four - three) % P, (four + three) % P, (two + one) % P
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(factor: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            total = _add(total, point)
        point = _add(point, point)
        factor >>= 1
    return total


def _point(encoded: bytes) -> Point:
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        raise Wrong("not a point of the curve")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def signed(public_key: str, message: bytes, signature: str) -> bool:
    """Whether an Ed25519 signature (hex) is good."""
    if not re.fullmatch("[0-9a-f]{64}", public_key) or not re.fullmatch("[0-9a-f]{128}", signature):
        return False
    key, both = bytes.fromhex(public_key), bytes.fromhex(signature)
    scalar = int.from_bytes(both[32:], "little")
    if scalar >= Q:
        return False
    try:
        public, nonce = _point(key), _point(both[:32])
    except Wrong:
        return False
    factor = int.from_bytes(hashlib.sha512(both[:32] + key + message).digest(), "little") % Q
    left, right = _times(scalar, BASE), _add(nonce, _times(factor, public))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


# --- Merkle trees (RFC 6962) --------------------------------------------------------------------------------------


def leaf(entry_hash: str) -> bytes:
    """The leaf of an entry."""
    return hashlib.sha256(b"\0" + bytes.fromhex(entry_hash)).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The parent of two."""
    return hashlib.sha256(b"\1" + left + right).digest()


def merkle_root(level: list[bytes]) -> bytes:
    """The root over leaves."""
    while len(level) > 1:
        pairs = [node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0] if level else hashlib.sha256(b"").digest()


def climbed(start: bytes, index: int, count: int, path: list[bytes]) -> bytes:
    """The root that an inclusion proof leads to."""
    current, rest = start, list(path)
    while count > 1:
        if index % 2:
            current = node(rest.pop(0), current)
        elif index + 1 < count:
            current = node(current, rest.pop(0))
        index, count = index // 2, (count + 1) // 2
    if rest:
        raise Wrong("an inclusion proof is too long")
    return current


# --- Time stamps (RFC 3161) ---------------------------------------------------------------------------------------


def der(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The elements, one after the other, of a DER encoding: tag and content."""
    at = 0
    while at < len(data):
        tag, size, at = data[at], data[at + 1], at + 2
        if size > 127:
            size, at = int.from_bytes(data[at : at + size - 128], "big"), at + size - 128
        if at + size > len(data):
            raise Wrong("a time stamp is cut off")
        yield tag, data[at : at + size]
        at += size


def timestamp(response: bytes) -> tuple[str, str, int]:
    """Digest (hex), time and nonce of a granted time stamp. Its authority's signature is for ``openssl ts -verify``."""
    try:
        status, token = [content for _, content in der(next(der(response))[1])][:2]
        if next(der(status))[1] not in {b"\0", b"\1"}:
            raise Wrong("the authority did not grant the time stamp")
        data = list(der(next(der(list(der(token))[1][1]))[1]))
        info = list(der(next(der(next(der(list(der(data[2][1]))[1][1]))[1]))[1]))
        imprint = list(der(info[2][1]))[1][1]
        nonce = next((int.from_bytes(content, "big") for tag, content in info[5:] if tag == 2), 0)
        return imprint.hex(), info[4][1].decode("ascii"), nonce
    except (IndexError, StopIteration, ValueError) as error:
        raise Wrong("a time stamp cannot be read") from error


# --- The ledger ---------------------------------------------------------------------------------------------------


def digest(data: bytes) -> str:
    """SHA-256, hex."""
    return hashlib.sha256(data).hexdigest()


def canonical(value: Any) -> bytes:
    """The one spelling in which arrays are hashed."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class Ledger:
    """What a file of JSON lines holds, by kind."""

    def __init__(self, data: bytes) -> None:
        head, _, end = data.removesuffix(b"\n").rpartition(b"\n")
        self.head: dict[str, Any] = {}
        self.end: dict[str, Any] = json.loads(end)
        self.body = head + b"\n"
        if canonical(dict(sorted(self.end.items()))) + b"\n" != data[len(self.body) :]:
            raise Wrong("the last line is not spelled as it was signed")
        self.by: dict[str, list[dict[str, Any]]] = {}
        for line in head.split(b"\n"):
            one = json.loads(line)
            self.by.setdefault(one["type"], []).append(one)
        self.head = self.by["ledger"][0]
        self.entries: dict[int, dict[str, Any]] = {one["seq"]: one for one in self.of("entry")}
        self.roots: dict[int, dict[str, Any]] = {}
        self.keys: set[str] = {self.end["key"]}

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Every line of a kind."""
        return self.by.get(kind, [])

    def detail(self, seq: int, action: str) -> dict[str, Any]:
        """The detail of an open entry that must be there."""
        entry = self.entries[seq].get("entry")
        if entry is None or not entry[3].startswith(action):
            raise Wrong(f"entry {seq} does not speak of what refers to it")
        detail: dict[str, Any] = json.loads(entry[5])
        return detail


def check_end(ledger: Ledger) -> str:
    """The last line signs every line before it."""
    end = ledger.end
    if end["sha256"] != digest(ledger.body):
        raise Wrong("the file was changed after it was written")
    message = canonical(["perdure.end.1", end["sha256"]])
    if not signed(end["key"], message, end["signature"]):
        raise Wrong("the signature of the file is not good")
    return f"the file is as it was signed by key {end['key']}"


def check_entries(ledger: Ledger) -> str:
    """Every open entry has its hash, and neighbours continue each other."""
    hidden = 0
    for seq, line in ledger.entries.items():
        entry, before = line.get("entry"), ledger.entries.get(seq - 1)
        hidden += entry is None
        if before is None and ledger.head["complete"] and seq != ledger.head["first"]:
            raise Wrong(f"entry {seq - 1} is missing")
        if entry is not None and (entry[0] != "perdure.entry.1" or entry[1] != seq):
            raise Wrong(f"entry {seq} is not what it says")
        if entry is not None and digest(canonical(entry)) != line["hash"]:
            raise Wrong(f"entry {seq} does not match its hash")
        if entry is not None and before is not None and entry[7] != before["hash"]:
            raise Wrong(f"entry {seq} does not continue the one before")
    if ledger.head["complete"] and ledger.head["last"] not in ledger.entries:
        raise Wrong(f"entry {ledger.head['last']} is missing")
    return f"{len(ledger.entries)} entries match their hashes ({hidden} with their content sealed)"


def check_roots(ledger: Ledger) -> str:
    """Every root is signed, and names the one before."""
    before: dict[str, Any] = {}
    for line in ledger.of("root"):
        root = json.loads(line["statement"])
        if root["format"] != "perdure.root.1" or root["key"] != line["public_key"]:
            raise Wrong(f"root {root['n']} is not what it says")
        if not signed(line["public_key"], line["statement"].encode(), line["signature"]):
            raise Wrong(f"the signature of root {root['n']} is not good")
        if before and before["n"] + 1 == root["n"]:
            if root["previous"] != before["digest"] or root["first"] != before["last"] + 1:
                raise Wrong(f"root {root['n']} does not continue the one before")
        elif before and root["n"] <= before["n"]:
            raise Wrong("roots are out of order")
        before = {**root, "digest": digest(line["statement"].encode())}
        ledger.roots[root["n"]] = before
        ledger.keys.add(line["public_key"])
    return f"{len(ledger.roots)} roots are signed and in order"


def check_inclusion(ledger: Ledger) -> str:
    """Every entry lies under a root."""
    proved: set[int] = set()
    for line in ledger.of("proof"):
        root = ledger.roots[line["n"]]
        index, count = line["seq"] - root["first"], root["last"] - root["first"] + 1
        path = [bytes.fromhex(one) for one in line["path"]]
        start = leaf(ledger.entries[line["seq"]]["hash"])
        if not 0 <= index < count or climbed(start, index, count, path).hex() != root["root"]:
            raise Wrong(f"entry {line['seq']} is not under root {line['n']}")
        proved.add(line["seq"])
    if ledger.head["complete"]:
        for root in ledger.roots.values():
            proved.update(_whole(ledger, root))
    open_end = [seq for seq in ledger.entries if seq not in proved]
    if open_end and (
        not ledger.head["complete"] or min(open_end) <= max((r["last"] for r in ledger.roots.values()), default=0)
    ):
        raise Wrong(f"entry {min(open_end)} is under no root")
    return f"{len(proved)} entries are under signed roots" + (
        f"; {len(open_end)} newer ones are not yet" if open_end else ""
    )


def _whole(ledger: Ledger, root: dict[str, Any]) -> range:
    stretch = range(root["first"], root["last"] + 1)
    if any(seq not in ledger.entries for seq in stretch):
        raise Wrong(f"an entry of root {root['n']} is missing")
    hashes = [ledger.entries[seq]["hash"] for seq in stretch]
    if merkle_root([leaf(one) for one in hashes]).hex() != root["root"] or hashes[-1] != root["head"]:
        raise Wrong(f"the entries are not those of root {root['n']}")
    return stretch


def check_measures(ledger: Ledger) -> str:
    """Every measure in force or ended is vouched for by the entry of its number."""
    before = ""
    for line in ledger.of("measure"):
        row = line["row"]
        if row[0] != "perdure.enforcement.1" or ledger.detail(row[1], "enforce.")["row"] != digest(canonical(row)):
            raise Wrong(f"measure {row[1]} is not the one that its entry records")
        if ledger.entries[row[1]]["entry"][4] != row[4]:
            raise Wrong(f"measure {row[1]} is against another subject than its entry says")
        if ledger.head["complete"] and before not in {"", row[9]}:
            raise Wrong(f"measure {row[1]} does not continue the one before")
        before = digest(canonical(row))
    return f"{len(ledger.of('measure'))} measures match their entries"


def check_receipts(ledger: Ledger) -> str:
    """Every receipt is for a root that is here."""
    told = []
    for line in ledger.of("receipt"):
        _, seq, n, kind, place, at, held, receipt = line["row"]
        if held != ledger.roots[n]["digest"]:
            raise Wrong(f"the receipt of {place} is for another root than {n}")
        if seq in ledger.entries and ledger.detail(seq, "audit.anchor")["row"] != digest(canonical(line["row"])):
            raise Wrong(f"the receipt of {place} for root {n} is not the one that its entry records")
        if kind == "timestamp":
            stamped, when, _ = timestamp(base64.b64decode(json.loads(receipt)["response"], validate=True))
            if stamped != held:
                raise Wrong(f"the time stamp of {place} is for another root than {n}")
            told.append(f"root {n} at {place} ({when})")
        else:
            told.append(f"root {n} at {place} ({at})")
    return f"{len(told)} receipts: {', '.join(told) or 'no place outside has attested to these roots yet'}"


def check_documents(ledger: Ledger, files: dict[str, bytes]) -> str:
    """Every document's digest stands in an entry."""
    for line in ledger.of("document"):
        found = digest(files[line["name"]])
        if found != line["sha256"] or found not in ledger.entries[line["seq"]]["entry"][5]:
            raise Wrong(f"{line['name']} is not the one that entry {line['seq']} vouches for")
    named = {line["name"] for line in ledger.of("document")}
    for name in files:
        if name.startswith("documents/") and name not in named:
            raise Wrong(f"nothing vouches for {name}")
    return f"{len(named)} documents match the digests in their entries"


def check_manifest(folder: Path, files: dict[str, bytes]) -> str:
    """Every file of a pack is the one that was signed, and there is no other."""
    manifest, signature = files.pop("manifest.json"), files.pop("manifest.sig").decode("ascii")
    told = json.loads(manifest)
    if not signed(told["key"], manifest, signature):
        raise Wrong("the signature of the list of files is not good")
    for name in sorted(told["files"].keys() | files.keys()):
        if name not in files:
            raise Wrong(f"{name} is missing")
        if told["files"].get(name) != digest(files[name]):
            raise Wrong(f"{name} is not the one that was signed")
    return f"{len(files)} files of {folder.name or folder} are as they were signed: {told['about']}"


def check_keys(ledger: Ledger, known: set[str]) -> str:
    """Everything was signed with a key that the reader knows."""
    if not known:
        return f"public key {', '.join(sorted(ledger.keys))}: compare it with the site's page /audit/roots"
    if strange := sorted(ledger.keys - known):
        raise Wrong(f"it is signed with {', '.join(strange)}, which is not a key that you named")
    return "every signature is by a key that you named"


def check(path: Path, keys: list[str]) -> Iterator[tuple[bool, str]]:
    """Every check of a folder or a file, in words; stops at the first that fails."""
    try:
        files: dict[str, bytes] = {}
        if path.is_dir():
            files = {one.relative_to(path).as_posix(): one.read_bytes() for one in path.rglob("*") if one.is_file()}
            yield True, check_manifest(path, files)
        ledger = Ledger(files["ledger.jsonl"] if path.is_dir() else path.read_bytes())
        for step in (check_end, check_entries, check_roots, check_inclusion, check_measures, check_receipts):
            yield True, step(ledger)
        if path.is_dir():
            yield True, check_documents(ledger, files)
        yield True, check_keys(ledger, set(keys))
    except Wrong as error:
        yield False, str(error)
    except (ArithmeticError, AttributeError, LookupError, OSError, RecursionError, TypeError, ValueError) as error:
        yield False, f"it cannot be read as a ledger: {type(error).__name__}: {error}"


def main(words: list[str]) -> int:
    """Print every check; returns the exit status."""
    keys = [words[at + 1] for at, word in enumerate(words[:-1]) if word == "--key"]
    paths = [word for at, word in enumerate(words) if word != "--key" and (at == 0 or words[at - 1] != "--key")]
    path = Path(paths[0]) if paths else Path(__file__).resolve().parent
    status = 1
    for good, text in check(path, keys):
        status = 0 if good else 1
        sys.stdout.write(f"{'ok  ' if good else 'FAIL'} {text}\n")
    sys.stdout.write("Everything holds.\n" if status == 0 else "This does not prove what it says.\n")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
