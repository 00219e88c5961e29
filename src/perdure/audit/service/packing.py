"""Proof packs: a folder that a third party checks with one Python file and nothing else."""

import hashlib
import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from perdure.audit.errors import Unproved
from perdure.audit.model import Enforcement, Entry, Key, Root, Statement
from perdure.audit.ports import Dossier
from perdure.audit.queries import enforcement, entries, roots
from perdure.audit.rules import merkle
from perdure.audit.service.exporting import (
    Discretion,
    Lines,
    export_in,
    span_in,
    write_entries,
    write_measures,
    write_roots,
)
from perdure.audit.service.ledger import append_in
from perdure.audit.service.roots import leaves_in
from perdure.kernel.db import Tx
from perdure.kernel.errors import NotFound

Keep = Callable[[str, bytes], None]
_CASE: Final = frozenset({"case", "case_id"})
_DECISION: Final = frozenset({"decision", "decision_id", "reverses", "amends"})
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
README: Final = """{about}, from the ledger of {site}.

    python3 -I -S verify.py

checks every file here: the list of files (manifest.json), the entries of the ledger (ledger.jsonl), their place in the
Merkle trees of the days, the signatures of those trees' roots, the receipts of places outside, and the documents. It
needs Python 3.9 or newer and no package. Compare the public key that it prints with the one on {site}/audit/roots or
in a deposit that somebody else keeps, or give it: --key HEX. A time stamp's authority is checked with
openssl ts -verify. Entries with their content sealed would name somebody whose name stays with the site.
"""


class Pack:
    """A folder on its way: what was put into it is listed and signed at the end."""

    def __init__(self, folder: Path, key: Key, site: str, made_at: int) -> None:
        self._folder = folder
        self._key = key
        self._site = site
        self._made_at = made_at
        self._digests: dict[str, str] = {}

    def put(self, name: str, content: bytes) -> str:
        """Write a file; returns its SHA-256."""
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self._digests[name] = hashlib.sha256(content).hexdigest()
        return self._digests[name]

    def ledger(self, fill: Callable[[Callable[[bytes], object]], object]) -> None:
        """Write ``ledger.jsonl`` as it comes."""
        digest, path = hashlib.sha256(), self._folder / "ledger.jsonl"
        with path.open("wb") as file:

            def write(piece: bytes) -> None:
                digest.update(piece)
                file.write(piece)

            fill(write)
        self._digests[path.name] = digest.hexdigest()

    def close(self, about: str) -> None:
        """Add the verifier and the words, then list and sign everything."""
        self.put("verify.py", (files("perdure.audit.rules") / "verify.py").read_bytes())
        self.put("README.txt", README.format(about=about, site=self._site).encode())
        told = {
            "format": "perdure.pack.1",
            "about": about,
            "site": self._site,
            "made_at": self._made_at,
            "key": self._key.public_key,
            "files": self._digests,
        }
        manifest = msgspec.json.format(msgspec.json.encode(told, order="sorted"), indent=1) + b"\n"
        secret = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self._key.secret))
        (self._folder / "manifest.json").write_bytes(manifest)
        (self._folder / "manifest.sig").write_bytes(secret.sign(manifest).hex().encode())


def prove_days_in(tx: Tx, site: str, folder: Path, first_day: str, last_day: str) -> int:
    """Fill a folder with the proof of a period (``YYYY-MM-DD``, both days included); returns how many entries.

    Raises Unproved where the days are not closed or hold nothing.
    """
    last = roots.ended_by(tx, last_day)
    if last is None:
        raise Unproved(f"{last_day} is not closed yet: roots are signed after midnight, UTC")
    first, _ = span_in(tx, first_day, last_day)
    if first > last:
        raise Unproved(f"the ledger has no entries between {first_day} and {last_day}")
    pack = Pack(folder, _key(tx), site, tx.now)
    pack.ledger(lambda write: export_in(tx, site, _key(tx), write, first, last))
    pack.close(f"{first_day}" if first_day == last_day else f"{first_day} to {last_day}")
    return last - first + 1


def prove_case_in(tx: Tx, site: str, folder: Path, case_id: int, dossier: Dossier | None) -> int:
    """Fill a folder with the proof of a case; returns how many entries concern it.

    Raises Unproved for a case of which the ledger says nothing, one that is not under a root yet, and a document
    that no entry vouches for.
    """
    found, measures = _concerned(tx, case_id)
    if not found:
        raise Unproved(f"the ledger says nothing of case {case_id}")
    covering = _covering(tx, found)
    pack = Pack(folder, _key(tx), site, tx.now)
    discretion = Discretion(tx)
    privates = {seq: one for entry in found for seq, one in entries.privates(tx, entry.seq - 1, entry.seq).items()}
    told = [entry for entry in found if not discretion.seals(entry, privates.get(entry.seq))]
    documents = _documents(tx, pack, case_id, told, dossier)

    def fill(write: Callable[[bytes], object]) -> None:
        lines = Lines(write, _key(tx))
        lines.add("ledger", format="perdure.ledger.1", site=site, made_at=tx.now, complete=False, case=str(case_id))
        write_entries(lines, found, privates, discretion)
        write_measures(lines, measures)
        write_roots(tx, lines, covering)
        for root in covering:
            _write_proofs(tx, lines, root, found)
        for one in documents:
            lines.add("document", **one)
        lines.end()

    pack.ledger(fill)
    pack.close(f"case {case_id}")
    return len(found)


def _key(tx: Tx) -> Key:
    key = roots.newest_key(tx)
    if key is None:
        raise Unproved("the site has signed nothing yet: its first root is signed after midnight, UTC")
    if not key.secret:
        raise Unproved("the site has ended and its keys are destroyed: what it signed before can be checked without it")
    return key


def commit_documents_in(tx: Tx, case_id: int, dossier: Dossier) -> None:
    """Write the digests of a case's documents that no entry vouches for yet to the ledger.

    Raises Unproved where there is no such case.
    """
    try:
        documents = dossier.documents_for(tx, case_id)
    except NotFound as error:
        raise Unproved(f"there is no case {case_id}") from error
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in documents}
    known = "".join(entry.detail_json for entry in _concerned(tx, case_id)[0])
    if fresh := {name: digest for name, digest in digests.items() if digest not in known}:
        append_in(tx, actor_id=None, action="case.document", subject=f"case:{case_id}", documents=fresh)


def _concerned(tx: Tx, case_id: int) -> tuple[list[Entry], list[Enforcement]]:
    """The entries on a case and on its decisions, and what these put into force."""
    found = {entry.seq: entry for entry in entries.speaking(tx, "case", _CASE, case_id)}
    decisions: set[int] = set()
    while fresh := {number for entry in found.values() for number in _decisions_of(entry)} - decisions:
        decisions |= fresh  # one that takes another back, or answers an appeal against it, belongs to the case too
        for number in fresh:
            found |= {entry.seq: entry for entry in entries.speaking(tx, "decision", _DECISION, number)}
    measures = enforcement.by_decisions(tx, sorted(decisions))
    found |= {entry.seq: entry for entry in entries.these(tx, [one.seq for one in measures])}
    return [found[seq] for seq in sorted(found)], measures


def _decisions_of(entry: Entry) -> set[int]:
    kind, _, number = entry.subject.partition(":")
    detail: dict[str, Any] = msgspec.json.decode(entry.detail_json)
    told = [str(detail[name]) for name in _DECISION & detail.keys()]
    return {int(one) for one in (*told, *([number] if kind == "decision" else ())) if one.isdecimal()}


def _covering(tx: Tx, found: list[Entry]) -> list[Root]:
    kept: dict[int, Root] = {}
    for entry in found:
        root = roots.covering(tx, entry.seq)
        if root is None:
            raise Unproved("the newest entries are not under a root yet")
        kept[root.n] = root
    return [kept[n] for n in sorted(kept)]


def _write_proofs(tx: Tx, lines: Lines, root: Root, found: list[Entry]) -> None:
    first = msgspec.json.decode(root.statement, type=Statement).first
    tree = merkle.Tree(list(leaves_in(tx, first, root.last_seq)))
    for entry in found:
        if first <= entry.seq <= root.last_seq:
            path = [one.hex() for one in tree.path(entry.seq - first)]
            lines.add("proof", seq=entry.seq, n=root.n, path=path)


def _documents(tx: Tx, pack: Pack, case_id: int, found: list[Entry], dossier: Dossier | None) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = []
    for name, content in dossier.documents_for(tx, case_id) if dossier else ():
        if not _NAME.fullmatch(name):
            message = f"{name!r} is no name for a document"
            raise ValueError(message)
        digest = hashlib.sha256(content).hexdigest()
        vouching = next((entry.seq for entry in found if digest in entry.detail_json), None)
        if vouching is None:
            raise Unproved(f"no entry on case {case_id} vouches for the document {name}")
        pack.put(f"documents/{name}", content)
        listed.append({"name": f"documents/{name}", "sha256": digest, "seq": vouching})
    return listed
