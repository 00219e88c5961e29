"""Letters that nobody wrote: mutated mails, PDFs, tables, reports and archives; none may crash a reader, none be lost.

``LETTERS=100000 PYTHONPATH=. python bench/letter_fuzz.py`` reads them on every core and writes
``bench/out/letter_fuzz.json``; ``SEED`` begins elsewhere. A crash is an exception, or a fault that says that one was
caught around the whole letter, or more than ten seconds. Lost is a letter without an item; and a letter to which, after
all accidents, a plain line with an address was added at its end as text, and in whose items that address is not.
"""

import json
import os
import random
import re
import signal
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from types import FrameType
from typing import Final

from tests.letter_mutants import address, mutant, seeds

from perdure.desk.ports import OwnPlaces
from perdure.desk.rules import reading

OWN: Final = OwnPlaces(("perdure.example",))
LETTERS: Final = int(os.environ.get("LETTERS", "100000"))
SEED: Final = int(os.environ.get("SEED", "1"))
PIECE: Final = 500
SHARES: Final = (("mail", 45), ("table", 20), ("report", 20), ("pdf", 5), ("other", 10))
NAMES: Final = {"pdf": "x.pdf", "table": "x.csv", "report": "x.json"}
WITNESS: Final = 999_999
# Below such a line stands an older mail, which is kept apart by intention.
BELOW: Final = re.compile(rb"wrote|Original Message|\bFrom:|\bVon:", re.IGNORECASE)


def too_long(_number: int, _frame: FrameType | None) -> None:
    raise TimeoutError


def one(number: int, letters: dict[str, list[bytes]]) -> tuple[str, str, float]:
    """Read one mutant: its form, what went wrong (or nothing), seconds."""
    chance = random.Random(SEED * 10_000_019 + number)
    form = chance.choices([name for name, _ in SHARES], [share for _, share in SHARES])[0]
    raw = mutant(chance, form, letters)
    witness = form == "other" and reading.kind_of(raw, "", "") == "text" and not BELOW.search(raw)
    if witness:
        raw += b"\n\n" + address(WITNESS).encode() + b"\n"
    signal.alarm(10)
    began = time.perf_counter()
    try:
        letter = reading.read(raw, NAMES.get(form, ""), "", OWN)
    except Exception as error:  # noqa: BLE001 - this is what is looked for
        return form, f"crash: {error!r}"[:200], time.perf_counter() - began
    finally:
        signal.alarm(0)
    wrong = next((f"crash: {fault}" for fault in letter.faults if "could not be" in fault), "")
    if not letter.items:
        wrong = "lost: no item"
    if witness and not wrong and not any(str(WITNESS) in item.url for item in letter.items):
        wrong = "lost: an address"
    return form, wrong, time.perf_counter() - began


def piece(start: int) -> tuple[Counter[str], list[tuple[int, str]], list[tuple[float, int]]]:
    signal.signal(signal.SIGALRM, too_long)
    letters = seeds()
    counts: Counter[str] = Counter()
    wrong, slow = [], []
    for number in range(start, min(start + PIECE, LETTERS)):
        form, what, seconds = one(number, letters)
        counts[form] += 1
        slow.append((round(seconds, 3), number))
        if what:
            wrong.append((number, what))
    return counts, wrong, sorted(slow, reverse=True)[:3]


def main() -> None:
    began = time.monotonic()
    counts: Counter[str] = Counter()
    wrong: list[tuple[int, str]] = []
    slow: list[tuple[float, int]] = []
    result: dict[str, object] = {}
    with ProcessPoolExecutor(max_workers=int(os.environ.get("CORES", str(os.cpu_count() or 1)))) as pool:
        for some, bad, slowest in pool.map(piece, range(0, LETTERS, PIECE)):
            counts += some
            wrong += bad
            slow = sorted([*slow, *slowest], reverse=True)[:5]
            result = so_far(counts, wrong, slow, began)
    for name, value in result.items():
        print(f"{name:12} {value}")


def so_far(
    counts: Counter[str], wrong: list[tuple[int, str]], slow: list[tuple[float, int]], began: float
) -> dict[str, object]:
    """What is known by now, written after each piece: a run that is cut short says how far it came."""
    kinds = Counter(what.partition(":")[0] for _, what in wrong)
    result: dict[str, object] = {
        "letters": sum(counts.values()), "by_form": dict(counts), "crashes": kinds["crash"], "lost": kinds["lost"],
        "wrong": wrong[:50], "slowest_s": slow, "seconds": round(time.monotonic() - began, 1), "seed": SEED,
    }  # fmt: skip
    out = Path("bench/out")
    out.mkdir(parents=True, exist_ok=True)
    (out / "letter_fuzz.json").write_text(json.dumps(result, indent=1))
    return result


if __name__ == "__main__":
    main()
