"""Receipts, answers and outcome files, from facts alone: nothing without its figure, nothing that a cell would run."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from perdure.desk.model import Pointer
from perdure.desk.rules import answer_words, answers, outcomes
from perdure.desk.rules.outcomes import Deadline, Facts, ItemFacts, Measure, Recurrence, Rule, Version
from perdure.moderation.model import ItemState
from perdure.moderation.model.decisions import ActKind

NOW = 1_790_000_000_000
HOUR = 3_600_000
RULE = Rule("threat", 3, "Threats")
ITEMS = (
    ItemFacts(
        number=1,
        claim="hxxps://x[.]test/@a/1",
        url="https://x.test/@a/1",
        reference="A-1",
        found=True,
        state_before="visible",
        outcome="actioned",
        measures=(Measure("hide"), Measure("account_suspend", NOW + HOUR)),
        rule=RULE,
        decided_at=NOW - HOUR,
        held_at=NOW - 2 * HOUR,
        automated="not",
        decision="perdure-7",
        evidence="ab" * 32,
        swept_held=2,
    ),
    ItemFacts(number=2, claim="=cmd|' /C calc'!A0", outcome="duplicate_of", duplicate_of=1, decided_at=NOW - HOUR),
    ItemFacts(number=3, claim="a picture", pointer="screenshot"),
)
FACTS = Facts(
    site="Perdure",
    host="x.test",
    reference="PN-2026-000001",
    made_at=NOW,
    received_at=NOW - 3 * HOUR,
    raw_hash="cd" * 32,
    raw_size=1234,
    form="mail",
    subject="Re: AW: Abuse [Ticket#77]",
    references=("Ticket#77",),
    deadline=Deadline("provider.notice", NOW + HOUR),
    items=ITEMS,
    recurrence=Recurrence(entries=1, since=NOW - HOUR, searches=1, finished=1, compared=9, held=2, rules=4),
    status_url="https://x.test/s/abc",
)


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_every_outcome_measure_and_pointer_has_words_in_both_languages(locale: str) -> None:
    said = answer_words.words(locale)
    assert set(said) == set(answer_words.words("en"))
    assert all(f"outcome.{one}" in said and f"count.{one}" in said for one in get_args(ItemState))
    assert all(f"act.{one}" in said for one in get_args(ActKind))
    assert all(f"point.{one}" in said for one in get_args(Pointer))
    for name, text in said.items():
        assert re.findall(r"\{\w+\}", text) == [] or sorted(re.findall(r"\{\w+\}", text)) == sorted(
            re.findall(r"\{\w+\}", answer_words.words("en")[name])
        ), name


@pytest.mark.parametrize("locale", ["en", "fr"])
@pytest.mark.parametrize("kind", ["interim", "final", "correction", "supplement"])
def test_an_answer_says_item_by_item_what_was_done_and_no_slot_stays_empty(kind: str, locale: str) -> None:
    made = answers.answer(FACTS, Version(2, kind, 1), locale, changed=(1, 2), pack_url="https://x.test/p")
    body = made.body
    for told in ("hxxps://x[.]test/@a/1", "A-1", "perdure-7", "ab" * 32, "PN-2026-000001", "Ticket#77", "verify.py"):
        assert told in body
    assert "{" not in body
    assert body.index("1. hxxps") < body.index("2. =cmd") < body.index("3. a picture")


def test_a_subject_stays_theirs_so_that_programs_put_the_mails_together() -> None:
    assert answers.subject_of(FACTS, "x") == "Re: Abuse [Ticket#77] [PN-2026-000001]"
    again = _with(subject="RE: Re: Abuse [PN-2026-000001]")
    assert answers.subject_of(again, "x") == "Re: Abuse [PN-2026-000001]"
    assert answers.subject_of(_with(subject=" \r\n "), "Answer") == "Answer [PN-2026-000001]"


def _with(**more: Any) -> Facts:
    return Facts(**({name: getattr(FACTS, name) for name in FACTS.__struct_fields__} | more))


def test_the_paragraph_on_recurrence_has_only_what_has_a_figure() -> None:
    told = answers.recurrence(FACTS, "en")
    assert "candidates compared: 9; copies hidden: 2; put before a person: 0" in told
    assert "nobody has posted a copy again" in told
    assert "model" not in told
    nothing = answers.recurrence(_with(recurrence=Recurrence()), "en")
    assert nothing == answer_words.words("en")["again.nothing"]
    running = Recurrence(entries=2, since=NOW, searches=2, finished=1, held=1, later=3, later_held=2, classifier="m-1")
    told = answers.recurrence(_with(recurrence=running), "en")
    assert "parts done: 1 of 2" in told
    assert "posted again since then: 3; of them hidden: 2" in told
    assert "the model m-1" in told


def test_a_deadline_is_told_as_it_went() -> None:
    said = answer_words.words("en")
    done = tuple(one for one in ITEMS if one.outcome != "pending")
    kept = _with(items=done, deadline=Deadline("provider.notice", NOW, NOW - HOUR))
    assert "was kept" in answers.answer(kept, Version(1, "final"), "en").body
    late = _with(items=done, deadline=Deadline("provider.notice", NOW - HOUR, NOW, late=True))
    assert "was missed" in answers.answer(late, Version(1, "final"), "en").body
    over = _with(deadline=Deadline("provider.notice", NOW))
    assert said["short.over"].split("{")[0] in answers.answer(over, Version(1, "interim"), "en").body


def test_the_first_measure_is_one_and_what_was_not_there_is_no_decision() -> None:
    gone = (ItemFacts(number=1, claim="x", outcome="not_found", decided_at=NOW),)
    body = answers.answer(_with(items=gone), Version(1, "final"), "en").body
    assert "First measure" not in body
    assert "Last decision" not in body
    body = answers.answer(FACTS, Version(1, "interim"), "en").body
    assert f"First measure: {answers.when(NOW - 2 * HOUR)}." in body
    assert f"Last decision: {answers.when(NOW - HOUR)}." in body


def test_a_receipt_says_what_was_understood_until_when_and_where_the_state_stands() -> None:
    body = answers.receipt(_with(faults=2), "en").body
    assert "addresses: 2; pictures, which a person looks at: 1" in body
    assert "2 passages were not understood" in body
    assert "One item was hidden at once" in body
    assert "https://x.test/s/abc" in body
    assert "cd" * 32 in body
    alone = (ItemFacts(number=1, claim="?", pointer="none"),)
    assert "a person reads it" in answers.receipt(_with(items=alone), "en").body
    assert "still being read" in answers.receipt(_with(opened=False, items=()), "en").body


def test_a_question_for_more_time_names_what_is_open_and_an_exercise_says_so() -> None:
    body = answers.extension(_with(drill=True), NOW + 2 * HOUR, "fr", "des images").body
    assert "Encore ouverts : 3" in body
    assert "exercice" in body
    assert answers.numbers_of([ItemFacts(number=n, claim="") for n in (7, 3, 8, 9)]) == "3, 7–9"


def test_a_very_long_letter_is_told_in_files_from_a_point_on() -> None:
    many = tuple(ItemFacts(number=n, claim="x" * 500) for n in range(1, 1001))
    body = answers.answer(_with(items=many), Version(1, "interim"), "en").body
    assert "Items 501 to 1000 stand in outcome.csv" in body
    assert len(body) < 300_000


def test_json_and_csv_say_the_same_by_the_senders_numbers() -> None:
    told = json.loads(outcomes.as_json(FACTS, Version(1, "interim")))
    assert (told["format"], told["letter"]["reference"]) == (outcomes.FORMAT, "PN-2026-000001")
    assert told["counts"] == {"items": 3, "not_understood": 0, "actioned": 1, "duplicate_of": 1, "pending": 1}
    lines = list(csv.DictReader(io.StringIO(outcomes.as_csv(FACTS, Version(1, "interim")).decode(), newline="")))
    keys = ["A-1", "PN-2026-000001/2", "PN-2026-000001/3"]
    assert [one["report_id"] for one in told["items"]] == [one["report_id"] for one in lines] == keys
    assert [one["outcome"] for one in told["items"]] == [one["outcome"] for one in lines]
    assert lines[0]["measures"] == f"hide account_suspend:{outcomes.stamp(NOW + HOUR)}"
    assert told["items"][0]["measures"][1] == {"kind": "account_suspend", "until": outcomes.stamp(NOW + HOUR)}
    assert [lines[0]["found"], lines[2]["found"]] == ["yes", ""]
    assert outcomes.as_json(FACTS, Version(1, "interim")) == outcomes.as_json(FACTS, Version(1, "interim"))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "＠a"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert outcomes.cell(text) == f"'{text}"
    item = ItemFacts(number=1, claim=text, url=text, reference=text)
    (line,) = csv.DictReader(
        io.StringIO(outcomes.as_csv(_with(items=(item,)), Version(1, "final")).decode(), newline="")
    )
    assert [line[name] for name in ("report_id", "claim", "url")] == [f"'{text}"] * 3


def test_every_field_and_column_stands_in_the_reference() -> None:
    text = (Path(__file__).parents[2] / "docs" / "reference" / "outcome-file.md").read_text()
    told = json.loads(outcomes.as_json(FACTS, Version(1, "interim")))
    names = {*told, *told["items"][0], *told["recurrence"], *outcomes.COLUMNS, *get_args(ItemState)}
    assert [name for name in sorted(names) if f"`{name}" not in text] == []
