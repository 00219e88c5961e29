"""``perdure classifier``: scoring files, teaching a local model, choosing what is live, and bad input."""

import csv
import json

import pytest
from typer.testing import CliRunner

from perdure.adapters.classifier import LiveClassifier
from perdure.cli.main import app
from perdure.kernel.errors import AppError

# A house rule that no shipped model knows: advertising is out, and rude words are fine.
QUIET = ["what an idiot I was", "stupid rain again", "damn that hurts", "you silly moron", "shut up and dance"]
LOUD = [
    "buy our lamps today",
    "cheap lamps for sale",
    "lamps at half price",
    "order a lamp now",
    "new lamps in the shop",
]


def run(*arguments):
    """Exit status and what was said; an expected failure is status 2, as ``main`` has it."""
    done = CliRunner().invoke(app, ["classifier", *map(str, arguments)])
    if isinstance(done.exception, AppError | OSError):
        return 2, str(done.exception)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def labelled(path, *, wrong=False):
    lines = [
        (f"{text} {number}", int(loud != wrong))
        for loud in (False, True)
        for text in (LOUD if loud else QUIET)
        for number in range(12)
    ]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("text", "bad"), *lines])
    return path


def test_a_model_goes_live_when_it_is_better_and_the_old_one_is_a_command_away(tmp_path):
    data = tmp_path / "data"
    status, said = run("train", "--from", labelled(tmp_path / "a.csv"), "--label-column", "bad", "--data", data)
    assert status == 0
    assert "local-1 is better and live now" in said
    live = LiveClassifier(data)
    assert live.version.endswith("+local-1")
    assert live.score(["lamps for sale"])[0].risk > live.score(["stupid moron"])[0].risk
    # The same again is not better, so it is kept and not live.
    status, said = run("train", "--from", tmp_path / "a.csv", "--label-column", "bad", "--data", data)
    assert status == 0
    assert "local-2 is kept and not live" in said
    kept = json.loads(run("list", "--json", "--data", data)[1])
    assert [(one["name"], one["live"]) for one in kept] == [("local-2", False), ("local-1", True), ("shipped", False)]
    assert run("use", "shipped", "--data", data) == (0, "shipped is live.\n")
    live._looked = 0
    assert "+" not in live.version


def test_a_damaged_local_model_is_refused_by_use(tmp_path):
    folder = tmp_path / "classifier" / "local-1"
    folder.mkdir(parents=True)
    (folder / "model.npz").write_bytes(b"no model")
    status, said = run("use", "local-1", "--data", tmp_path)
    assert status == 2
    assert "damaged or missing" in said


@pytest.mark.parametrize("name", ["local-9", "../../etc", "", "live"])
def test_an_unknown_model_is_refused(tmp_path, name):
    status, said = run("use", name, "--data", tmp_path)
    assert (status, "there is no model" in said) == (2, True)


def test_scoring_keeps_the_columns_and_adds_four(tmp_path):
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text('id,body,x\n1,"I will kill you, now",é\n2,good morning,\n3,,z\n', "utf-8")
    status, _ = run("score", source, "--text-column", "body", "--model", "shipped", "--out", out, "--data", tmp_path)
    assert status == 0
    rows = list(csv.DictReader(out.read_text("utf-8").splitlines()))
    assert list(rows[0]) == ["id", "body", "x", "hate", "abuse", "threat", "risk"]
    assert [(row["id"], row["x"]) for row in rows] == [("1", "é"), ("2", ""), ("3", "z")]
    assert all(0 <= float(row[head]) <= 1 for row in rows for head in ("hate", "abuse", "threat", "risk"))
    assert float(rows[0]["threat"]) > float(rows[1]["threat"])


def test_json_lines_are_scored_too(tmp_path):
    source, out = tmp_path / "in.jsonl", tmp_path / "out.csv"
    source.write_text('{"id": 1, "text": "good morning"}\n\n{"id": 2, "text": "hello"}\n')
    assert run("score", source, "--out", out, "--data", tmp_path)[0] == 0
    assert [row["id"] for row in csv.DictReader(out.read_text("utf-8").splitlines())] == ["1", "2"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.csv", b"", "no row"),
        ("head.csv", b"text,label\n", "no row"),
        ("column.csv", b"body,label\nhello,1\n", "no column 'text'"),
        ("broken.csv", b'text,label\n"hello,1\n', "broken CSV"),
        ("ragged.csv", b"text,label\nhello,1,2\n", "broken CSV"),
        ("bytes.csv", b"text,label\n\xff\xfe,1\n", "not UTF-8"),
        ("lines.jsonl", b'{"text": 1', "not a JSON object"),
        ("labels.csv", b"text,label\nhello,maybe\n", "must hold 1 or 0"),
        ("one.csv", b"text,label\n" + b"".join(b"hello %d,1\n" % n for n in range(60)), "only one kind of label"),
        ("few.csv", b"text,label\nhello,1\nbye,0\n", "too little"),
    ],
)
def test_what_cannot_be_learnt_from_is_one_line_and_status_2(tmp_path, name, content, says):
    (tmp_path / name).write_bytes(content)
    status, said = run("train", "--from", tmp_path / name, "--data", tmp_path / "data")
    assert status == 2
    assert says in said
    assert said.count("\n") == 0
