"""The child that reads letters keeps to its limits, and a letter outlives its reader."""

import subprocess
import sys

import msgspec
import pytest

from perdure.adapters import letter_reader
from perdure.adapters.letter_process import Reading
from perdure.adapters.letter_reader import BoundedReader
from tests.letter_mutants import address
from tests.site import on_loop
from tests.unit.reading import OWN, mail, urls

LIMITED = "import sys, msgspec\nfrom perdure.adapters import letter_process as p\np.limit(msgspec.msgpack.decode(sys.stdin.buffer.read(), type=p.Reading))\n"


def child(code: str, **limits: int) -> subprocess.CompletedProcess[bytes]:
    task = Reading(b"", "", "", (), **limits)
    start = [sys.executable, "-c", LIMITED + code]
    return subprocess.run(start, check=False, input=msgspec.msgpack.encode(task), capture_output=True, timeout=60)


def test_memory_time_and_writing_are_limited(tmp_path) -> None:
    assert b"MemoryError" in child("bytearray(700_000_000)", memory_bytes=500_000_000).stderr
    assert child("while True: pass", cpu_s=1).returncode < 0
    child(f"open({str(tmp_path / 'out')!r}, 'wb', buffering=0).write(b'x')")
    assert not (tmp_path / "out").exists() or (tmp_path / "out").stat().st_size == 0


def test_a_letter_is_read_in_the_child() -> None:
    letter = on_loop(BoundedReader().read(mail(f"Remove {address(1)}").as_bytes(), "m.eml", "", OWN))
    assert urls(letter) == [address(1)]
    assert letter.from_email == "trust@host.example"


def hanging(monkeypatch: pytest.MonkeyPatch, tmp_path, *, always: bool) -> None:
    """A child that hangs, always or as long as it would open attachments."""
    when = "True" if always else "not task.plain"
    fake = tmp_path / "fake_letter_process.py"
    fake.write_text(
        "import sys, time, msgspec\nfrom perdure.adapters import letter_process as p\n"
        "raw = sys.stdin.buffer.read()\ntask = msgspec.msgpack.decode(raw, type=p.Reading)\n"
        f"if {when}:\n    time.sleep(60)\n"
        "from perdure.desk.ports import OwnPlaces\nfrom perdure.desk.rules import reading\n"
        "letter = reading.read(task.raw, task.name, task.mime, OwnPlaces(task.hosts), plain=task.plain)\n"
        "sys.stdout.buffer.write(msgspec.msgpack.encode(letter))\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(letter_reader, "_MODULE", "fake_letter_process")


def test_where_an_attachment_holds_the_reader_up_the_words_are_read_without_it(monkeypatch, tmp_path) -> None:
    hanging(monkeypatch, tmp_path, always=False)
    made = mail(f"Remove {address(1)}")
    made.add_attachment(b"%PDF-1.7 evil", maintype="application", subtype="pdf", filename="evil.pdf")
    letter = on_loop(BoundedReader(whole_s=0.5, plain_s=20).read(made.as_bytes(), "", "", OWN))
    assert [item.pointer for item in letter.items] == ["url", "screenshot"]
    assert "evil.pdf" in letter.faults[0]


def test_where_nothing_can_be_read_a_person_sees_it_with_its_text(monkeypatch, tmp_path) -> None:
    hanging(monkeypatch, tmp_path, always=True)
    letter = on_loop(BoundedReader(whole_s=0.3, plain_s=0.3).read(b"some words", "", "", OWN))
    assert [(item.pointer, item.claim) for item in letter.items] == [("none", "some words")]
    assert "too long" in letter.faults[0]
