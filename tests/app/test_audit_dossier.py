"""A case that moderation decided, proved to a third party who knows nothing but the pack."""

import json
import subprocess
import sys
from pathlib import Path

from perdure.moderation.service import decisions
from tests.app.people import person
from tests.app.test_decisions import decide, reported
from tests.app.test_reports import mod, the_case
from tests.command import Command
from tests.site import Site, rows


def test_a_decided_and_undone_case_is_proved_without_anybodys_name(
    site: Site, perdure: Command, tmp_path: Path
) -> None:
    alice, mona = person(site, "alice"), mod(site)
    reported(site, alice, "heliotrope")
    case = the_case(site)
    made = decide(site, mona)
    site.run(decisions.undo, site.rt, mona.id, made.batch_id)
    site.work()
    perdure.settings = site.rt.settings
    out = tmp_path / "pack"
    done = perdure("audit", "prove", "--case", case.id, "--out", out)
    assert done.status == 0, done
    checked = subprocess.run(
        [sys.executable, "-I", "-S", str(out / "verify.py")], capture_output=True, text=True, timeout=60, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, ""), checked
    names = {one.name for one in (out / "documents").iterdir()}
    assert {"case.json", f"decision-{made.batch_id}.json"} < names
    told = json.loads((out / "documents" / f"decision-{made.batch_id}.json").read_bytes())
    assert (told["outcome"], told["policy"]["key"]) == ("restricted", "threat")
    assert len(told["evidence"]) == 64
    actions = _open_actions(out)
    assert {"decision.make", "decision.reverse", "enforce.takedown", "enforce.lift", "case.document"} <= actions
    reporters = site.read(rows, "SELECT reporter_id FROM intake WHERE reporter_id IS NOT NULL")
    everything = b"".join(one.read_bytes() for one in out.rglob("*") if one.is_file())
    assert reporters
    for who in (str(mona.id), *(str(row.reporter_id) for row in reporters), "mona", "heliotrope"):
        assert who.encode() not in everything, who
    assert perdure("audit", "verify").status == 0
    vouched = site.read(rows, "SELECT detail_json FROM audit_entry WHERE action = 'decision.make'")[0].detail_json
    assert json.loads(vouched)["document"] in _digests(out)


def _open_actions(out: Path) -> set[str]:
    lines = [json.loads(line) for line in (out / "ledger.jsonl").read_bytes().splitlines()]
    return {line["entry"][3] for line in lines if "entry" in line}


def _digests(out: Path) -> set[str]:
    lines = [json.loads(line) for line in (out / "ledger.jsonl").read_bytes().splitlines()]
    return {line["sha256"] for line in lines if line["type"] == "document"}


def test_a_wrong_question_for_a_proof_is_one_line(site: Site, perdure: Command, tmp_path: Path) -> None:
    perdure.settings = site.rt.settings
    out = tmp_path / "pack"
    assert "there is no case 7" in perdure.fails("audit", "prove", "--case", 7, "--out", out)
    assert "is not closed yet" in perdure.fails("audit", "prove", "--day", "2026-01-01", "--out", out)
    assert "is not a day" in perdure.fails("audit", "prove", "--day", "yesterday", "--out", out)
    assert "name one thing" in perdure.fails("audit", "prove", "--out", out)
    assert "name one thing" in perdure.fails("audit", "prove", "--case", 7, "--day", "2026-01-01", "--out", out)
    assert "there is no" in perdure.fails("audit", "verify", tmp_path / "nothing")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("")
    assert "is there already" in perdure.fails("audit", "prove", "--case", 7, "--out", tmp_path / "full")
    assert not out.exists()
