"""The files of an answer: the outcome for programs, and the proof pack that a stranger checks with Python alone.

The pack is that of the case (``perdure audit prove``) with what came and what was answered in it: the hash of the
letter, its receipt, its items, and the outcome files of this answer.
"""

import hashlib
import io
import tempfile
import zipfile
from pathlib import Path
from typing import Final

import msgspec

from perdure.audit.errors import Unproved
from perdure.audit.ports import Dossier
from perdure.audit.service import packing, roots
from perdure.desk.queries import answers as queries
from perdure.desk.queries import letters
from perdure.desk.rules.outcomes import stamp
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import NotFound, Unavailable
from perdure.kernel.runtime import Runtime

PACK: Final = "proof.zip"
_TRIES: Final = 4
# The same bytes whenever it is packed: a zip knows no time before.
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


class LetterFiles:
    """Implements :class:`perdure.audit.ports.Dossier`: what ``base`` has of a case, and the letters that it is about.

    With ``answer_id`` only the letter that was answered, and with it the outcome files: what the letter says stands in
    them, so they are for whoever wrote it.
    """

    def __init__(self, base: Dossier, answer_id: int | None = None) -> None:
        self._base = base
        self._answer_id = answer_id

    def documents_for(self, tx: Tx, case_id: int) -> list[tuple[str, bytes]]:
        """``letter-<reference>.json`` for each letter beside the documents of the case. Raises NotFound."""
        found = self._base.documents_for(tx, case_id)
        one = queries.one(tx, self._answer_id) if self._answer_id is not None else None
        for row in letters.of_case(tx, case_id):
            if one is None or row.id == one.letter_id:
                found.append((f"letter-{row.reference}.json", letter_document_in(tx, row)))
        if one is not None:
            found.append((f"outcome-{one.number}.json", one.outcome_json.encode()))
            found.append((f"outcome-{one.number}.csv", one.outcome_csv.encode()))
        return found


def letter_document_in(tx: Tx, row: Row) -> bytes:
    """What came and when, by nobody's name and without its words: they stand behind the hash of its bytes."""
    told = {
        "format": "perdure.letter.1",
        "reference": row.reference,
        "case": row.case_id,
        "channel": row.channel,
        "form": row.form,
        "authority": row.authority,
        "verified": row.verified,
        "drill": row.drill,
        "sha256": row.raw_hash,
        "bytes": row.raw_size,
        "received_at": stamp(row.received_at),
        "stored_at": stamp(row.stored_at),
        "opened_at": stamp(row.opened_at),
        "acknowledged_at": stamp(row.receipt_at),
        "due_at": stamp(row.due_at),
        "items": [
            {"number": one.number, "item": one.item_id, "pointer": one.pointer, "state_before": one.state_before}
            for one in letters.items(tx, row.id)
            if not one.masked
        ],
        "answers": [
            {"number": one.number, "kind": one.kind, "outcome_sha256": _digest(one.outcome_json.encode())}
            for one in queries.of_letter(tx, row.id)
            if one.outcome_json
        ],
    }
    return msgspec.json.format(msgspec.json.encode(told, order="sorted"), indent=1) + b"\n"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def pack(rt: Runtime, answer_id: int, case_id: int) -> bytes:
    """The proof pack of an answer, as a zip. Raises Unavailable where the case moves on faster than it is packed."""
    dossier = LetterFiles(rt.port(Dossier), answer_id)
    for _ in range(_TRIES):
        await rt.db.write("desk.documents", packing.commit_documents_in, case_id, dossier)
        await roots.close_now(rt)
        try:
            return await rt.db.read_long(_packed_in, rt.settings.domain, case_id, dossier)
        except (Unproved, NotFound):  # something was written meanwhile that the new root does not cover
            continue
    raise Unavailable("The proof of this answer cannot be packed now", answer=answer_id)


def _packed_in(tx: Tx, site: str, case_id: int, dossier: Dossier) -> bytes:
    with tempfile.TemporaryDirectory(prefix="perdure-pack-") as name:
        folder = Path(name)
        packing.prove_case_in(tx, site, folder, case_id, dossier)
        return _zipped(folder)


def _zipped(folder: Path) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(one for one in folder.rglob("*") if one.is_file()):
            about = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EPOCH)
            about.compress_type = zipfile.ZIP_DEFLATED
            about.external_attr = 0o644 << 16
            archive.writestr(about, path.read_bytes())
    return out.getvalue()
