"""Posts scored a second on one core: the rules behind their index, the classifier, and both.

The rules are the starter set and generated ones up to 200, a third of them regular expressions. The yardstick is the
same 200 rules without the index, measured in the same run. Then the step
inside the POST, and the memory all of it adds.
"""

import random
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import community
from perdure.adapters.classifier import LiveClassifier
from perdure.signals.rules import ruleset
from perdure.signals.rules.ruleset import Ruleset, run, seen_of
from perdure.signals.service.rulebook import Rulebook
from perdure.signals.service.screening import Screen

_RULES = 200
_POSTS = 3000
_NAIVE = 150
_COMMON = "the a to of and in is it you that was for on are with as we be at have this from or had by not but"
_RULE = """
[[rule]]
name = "generated-{number}"
version = 1
owner = "bench"
policy = "spam"
severity = 3
action = "queue"
score = 0.5
description = "For the bench."
when = '''{when}'''
[[rule.test]]
text = "nothing"
expect = "miss"
"""


def _words(rnd: random.Random) -> list[str]:
    syllables = ["ka", "lo", "mi", "ren", "tas", "vo", "dur", "ple", "ni", "sor", "fa", "gel"]
    return ["".join(rnd.choices(syllables, k=rnd.randint(2, 4))) for _ in range(4000)]


def _rules(folder: Path, words: Sequence[str], rnd: random.Random) -> list[ruleset.Rule]:
    starter = ruleset.read_folders([ruleset.STARTER])
    made = []
    for number in range(_RULES - len(starter)):
        one, other, third = rnd.sample(words, 3)
        pattern = f'has("{one}") and matches("{one} .{{0,20}}{other}")'
        sequence = f'seq(words("{one}", "{other}"), words("{third}"), gap=3) and not quoted'
        made.append(_RULE.format(number=number, when=pattern if number % 3 == 0 else sequence))
    (folder / "generated.toml").write_text("".join(made))
    return ruleset.read_folders([ruleset.STARTER, folder])


def _rate(act: Callable[[str], object], posts: Sequence[str]) -> float:
    began = time.process_time()
    for post in posts:
        act(post)
    return len(posts) / (time.process_time() - began)


def _naive(rules: Sequence[ruleset.Rule], text: str) -> None:
    seen = seen_of(text)
    for rule in rules:
        run(rule, seen)


def main() -> None:
    """Measure, print one table, write bench/out/scoring.json."""
    rnd = random.Random(7)
    words = _words(rnd)
    common = _COMMON.split()
    posts = [" ".join(rnd.choice(common if rnd.random() < 0.5 else words) for _ in range(30)) for _ in range(_POSTS)]
    with TemporaryDirectory() as folder:
        rules = _rules(Path(folder), words, rnd)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        indexed = Ruleset(rules)
        rules_rate = _rate(lambda text: list(indexed.hits(seen_of(text))), posts)
        naive_rate = _rate(lambda text: _naive(rules, text), posts[:_NAIVE])
        classifier = LiveClassifier(Path(folder))
        both_rate = _rate(lambda text: (list(indexed.hits(seen_of(text))), classifier.score([text])), posts)
        screen = Screen(Rulebook(Path(folder)))
        steps = []
        for post in posts:
            began = time.perf_counter()
            screen.screen(post, None)
            steps.append((time.perf_counter() - began) * 1000)
    added = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    p99 = statistics.quantiles(steps, n=100)[98]
    result = {
        "posts_per_s_core": round(both_rate),
        "rules_per_s_core": round(rules_rate),
        "rules_without_index_per_s_core": round(naive_rate),
        "index_ratio": round(rules_rate / naive_rate, 1),
        "post_step_p99_ms": round(p99, 3),
        "memory_added_mb": round(added, 1),
        "model": classifier.version,
    }
    print(f"rules and classifier   {both_rate:8.0f} posts/s/core   asked 1000")
    print(f"{_RULES} rules, indexed     {rules_rate:8.0f} posts/s/core   asked 5000")
    print(
        f"{_RULES} rules, no index    {naive_rate:8.0f} posts/s/core   the index is {rules_rate / naive_rate:.1f} times"
    )
    print(f"step inside the POST   {p99:8.3f} ms p99         asked at most 10")
    print(f"memory added           {added:8.1f} MB             asked at most 250")
    community.write_out("scoring", result)


if __name__ == "__main__":
    main()
