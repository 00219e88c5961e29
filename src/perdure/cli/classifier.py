"""``perdure classifier``: score a file of texts, teach a local model, choose what is live."""

import csv
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from perdure.cli.common import DATA, AsJson, Data, console, day, existing, opened, settings_of, show_table
from perdure.kernel.errors import Invalid

if TYPE_CHECKING:
    from perdure.signals.ports import Examples

classifier_app = typer.Typer(no_args_is_help=True, help="The classifier: score texts, teach it, choose the model.")
_HEADS: Final = ("hate", "abuse", "threat", "risk")
_YES: Final = frozenset({"1", "1.0", "true", "yes"})
_NO: Final = frozenset({"0", "0.0", "false", "no"})
_BATCH: Final = 64
TextColumnName = Annotated[str, typer.Option("--text-column", help="The column that holds the text.")]
Row = dict[str, Any]


@classifier_app.command("score")
def score(
    file: Annotated[Path, typer.Argument(help="A CSV file with a header line, or JSON lines (.jsonl).")],
    out: Annotated[Path, typer.Option("--out", help="The CSV file to write.")],
    text_column: TextColumnName = "text",
    model: Annotated[str, typer.Option(help="shipped, local (the newest), live, or a name.")] = "live",
    data: Data = DATA,
) -> None:
    """Score every text of a file: its columns, then hate, abuse, threat and risk from 0 to 1."""
    from perdure.adapters.classifier_learner import LocalLearner

    rows = _rows(file, (text_column,))
    learner = LocalLearner(data.resolve())
    classifier = learner.opened(_named(learner, model))
    names = list(dict.fromkeys(name for row in rows for name in row if name not in _HEADS))
    with _progress() as told, out.open("w", encoding="utf-8", newline="") as to:
        writer = csv.DictWriter(to, [*names, *_HEADS], extrasaction="ignore")
        writer.writeheader()
        for at in range(0, len(rows), _BATCH):
            some = rows[at : at + _BATCH]
            found = classifier.score([str(row[text_column] or "") for row in some], thorough=True)
            for row, scores in zip(some, found, strict=True):
                writer.writerow(row | {head: f"{getattr(scores, head):.4f}" for head in _HEADS})
            told("Scoring", at + len(some), len(rows))
    typer.echo(f"{len(rows):,} texts scored by {classifier.version}: {out}")


@classifier_app.command("train")
def train(
    source: Annotated[
        Path | None, typer.Option("--from", help="A labelled file; without it, your own decisions.")
    ] = None,
    text_column: TextColumnName = "text",
    label_column: Annotated[str, typer.Option("--label-column", help="1 or 0: whether it broke a rule.")] = "label",
    data: Data = DATA,
) -> None:
    """Fit a local model; it goes live only where it is better than what is live on texts held back."""
    from perdure.moderation.service import teaching
    from perdure.signals.service import learning

    given = _labelled(source, text_column, label_column) if source else None
    with opened(settings_of(data) if source else existing(data)) as rt, _progress() as told:
        examples = given or rt.db.read_now(teaching.examples_in)
        outcome = learning.train(rt, examples, source.name if source else "own decisions", told)
    facts = outcome.facts
    figures = (
        f"AUC {facts.auc:.3f} on {facts.held_back:,} texts held back, against {facts.auc_live:.3f} of what was live"
    )
    if outcome.live:
        typer.echo(f"{outcome.name} is better and live now: {figures}. Back: perdure classifier use shipped")
    else:
        typer.echo(f"{outcome.name} is kept and not live, since it is not better: {figures}.")


@classifier_app.command("list")
def list_models(as_json: AsJson = False, data: Data = DATA) -> None:  # noqa: FBT002 - a flag
    """Show the models and which one is live."""
    from perdure.adapters.classifier_learner import LocalLearner

    kept = LocalLearner(settings_of(data).data).kept()
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(kept), indent=2).decode())
        return
    show_table(
        ("model", "live", "made", "texts", "AUC", "AUC of the live one then", "from"),
        ((one.name, "live" if one.live else "", *_told(one.facts)) for one in kept),
    )


def _told(facts: Any) -> tuple[object, ...]:
    if facts is None:
        return ("–",) * 5
    return day(facts.made_at), facts.texts, f"{facts.auc:.3f}", f"{facts.auc_live:.3f}", facts.source


@classifier_app.command("use")
def use(name: Annotated[str, typer.Argument(help="shipped, or the name of a local model.")], data: Data = DATA) -> None:
    """Take a model live; running processes follow within seconds."""
    from perdure.adapters.classifier_learner import LocalLearner

    LocalLearner(settings_of(data).data).use(name)
    typer.echo(f"{name} is live.")


def _labelled(source: Path, text_column: str, label_column: str) -> "Examples":
    from perdure.signals.ports import Examples

    rows = _rows(source, (text_column, label_column))
    labels = tuple(_label(row[label_column], label_column, number) for number, row in enumerate(rows, 2))
    return Examples(tuple(str(row[text_column] or "") for row in rows), labels)


def _named(learner: Any, model: str) -> str:
    if model == "live":
        return str(learner.live())
    if model != "local":
        return model
    local = [kept.name for kept in learner.kept() if kept.name != "shipped"]
    if not local:
        raise Invalid("there is no local model yet: perdure classifier train makes one")
    return str(local[0])


def _label(value: Any, column: str, line: int) -> bool:
    said = str(value).strip().lower()
    if said in _YES:
        return True
    if said in _NO:
        return False
    raise Invalid(f"row {line}: the column {column} must hold 1 or 0")


def _rows(file: Path, columns: tuple[str, ...]) -> list[Row]:
    """Every row; raises Invalid with one line for what cannot be read."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(f"{file}: it is not UTF-8 text") from error
    rows = _lines(file, text) if file.suffix in {".jsonl", ".ndjson"} else _table(file, text)
    if not rows:
        raise Invalid(f"{file}: there is no row in it")
    for column in columns:
        if any(column not in row for row in rows):
            raise Invalid(f"{file}: there is no column {column!r}; there are {', '.join(map(repr, rows[0]))}")
    return rows


def _table(file: Path, text: str) -> list[Row]:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    try:
        reader = csv.DictReader(text.splitlines(keepends=True), strict=True)
        rows: list[Row] = list(reader)
    except csv.Error as error:
        raise Invalid(f"{file}: broken CSV: {error}") from error
    for number, row in enumerate(rows, 2):
        if None in row or None in row.values():
            raise Invalid(f"{file}: broken CSV: record {number} has another number of fields than the header")
    return rows


def _lines(file: Path, text: str) -> list[Row]:
    rows = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                rows.append(msgspec.json.decode(line, type=dict[str, Any]))
            except msgspec.DecodeError as error:
                raise Invalid(f"{file}: line {number} is not a JSON object") from error
    return rows


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=console(errors=True),
        transient=True,
    )
    with bars:
        task = bars.add_task("", total=None)
        yield lambda what, done, total: bars.update(task, description=what, completed=done, total=total)
