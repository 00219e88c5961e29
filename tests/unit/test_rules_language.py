"""The language of rules, the starter set, and what is refused."""

from pathlib import Path

import pytest

from perdure.kernel.errors import Invalid
from perdure.signals.rules import ruleset
from perdure.signals.rules.language import compile_program
from perdure.signals.rules.ruleset import Ruleset, check, read_file, read_folders, run, seen_of

STARTER = read_folders([ruleset.STARTER])
HARMLESS = (ruleset.STARTER / "harmless.txt").read_text("utf-8").splitlines()
FILE = """
[[rule]]
name = "{name}"
version = 1
owner = "tests"
policy = "threat"
severity = 0
action = "queue"
score = 0.9
description = "For tests."
when = '''{when}'''
[[rule.test]]
text = "purple rain"
expect = "hit"
"""


def written(folder: Path, when: str, name: str = "purple") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(FILE.format(name=name, when=when))
    return path


@pytest.mark.parametrize("rule", STARTER, ids=lambda rule: rule.written.name)
def test_each_starter_rule_passes_its_own_tests_and_leaves_harmless_texts_alone(rule: ruleset.Rule) -> None:
    assert check(rule, HARMLESS) == []
    assert {one.expect for one in rule.written.test} == {"hit", "miss"}


def test_no_harmless_text_meets_any_starter_rule() -> None:
    rules = Ruleset(STARTER)
    assert [hit.rule.written.name for text in HARMLESS for hit in rules.hits(seen_of(text))] == []


@pytest.mark.parametrize("rule", STARTER, ids=lambda rule: rule.written.name)
def test_the_index_finds_what_a_look_at_every_rule_finds(rule: ruleset.Rule) -> None:
    indexed = Ruleset(STARTER)
    for example in rule.written.test:
        facts = ruleset.Facts(example.facts)
        slow = {one.written.name for one in STARTER if run(one, seen_of(example.text, facts))}
        assert {hit.rule.written.name for hit in indexed.hits(seen_of(example.text, facts))} == slow


@pytest.mark.parametrize(
    ("when", "says"),
    [
        ("__import__('os').system('true')", "only the functions"),
        ("open('x')", "no function open"),
        ("().__class__", "not part of the language"),
        ("[one for one in 'abc']", "not part of the language"),
        ("(lambda: True)()", "only the functions"),
        ("while True: pass", "must be the condition"),
        ("a = 1\na = 2\na == 1", "given once"),
        ("has(nothing)", "must be a list of words"),
        ("purple", "not known here"),
        ("raw('(a+)+b')", "repetition inside a repetition"),
        ("raw('a*')", "matches nothing at all"),
        ("raw('(')", "cannot be read"),
        ("joined('abc')", "five letters"),
        ("seq(words('a'), words('b'), gap=99)", "between 0 and 20"),
        ("has(", "not an expression"),
        ("x" * 5000, "at most 4000"),
        ("not " * 900 + "is_reply", "nested too deeply"),
    ],
)
def test_what_is_not_the_language_is_refused_with_the_line(when: str, says: str) -> None:
    with pytest.raises(Invalid, match="(?s)" + says) as refusal:
        compile_program(when, {})
    assert "Traceback" not in refusal.value.public


def test_a_rule_that_matches_everything_is_refused(tmp_path: Path) -> None:
    (rule,) = read_file(written(tmp_path, "length > 1"))
    assert any("% of harmless texts" in line for line in check(rule, HARMLESS))


def test_a_pattern_that_explodes_is_refused_and_costs_little(tmp_path: Path) -> None:
    (rule,) = read_file(written(tmp_path, 'raw("a.*a.*a.*a.*a.*a.*a.*zzz") or has("purple")'))
    assert any("takes too long" in line for line in check(rule, HARMLESS))


def test_a_broken_file_is_named_and_two_rules_cannot_share_a_name(tmp_path: Path) -> None:
    written(tmp_path, 'has("purple")')
    (tmp_path / "other.toml").write_text(FILE.format(name="purple", when='has("rain")'))
    with pytest.raises(Invalid, match="already, in"):
        read_folders([tmp_path])
    (tmp_path / "other.toml").write_text("[[rule]]\nname = ")
    with pytest.raises(Invalid, match=r"other\.toml"):
        read_folders([tmp_path])


def test_a_hit_on_letters_run_together_never_holds(tmp_path: Path) -> None:
    (rule,) = read_file(written(tmp_path, 'joined("purplerain")'))
    hit = run(rule, seen_of("there was such a p.u.r.p.l.e r a i n today everywhere"))
    assert hit is not None
    assert not hit.may_hold


def test_what_fired_is_told_and_what_was_denied_is_not(tmp_path: Path) -> None:
    (rule,) = read_file(written(tmp_path, 'seq(words("purple"), words("rain"), gap=1) and not has("blue")'))
    hit = run(rule, seen_of("a purple heavy rain"))
    assert hit is not None
    assert hit.fired == ("purple heavy rain",)
    assert run(rule, seen_of("a purple blue rain")) is None
