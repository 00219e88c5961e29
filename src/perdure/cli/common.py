"""What all commands share: the data directory, the settings, a runtime, and how a table looks.

Commands import what they need when they run, so that help and shell completion answer at once.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from perdure.kernel.errors import Invalid
from perdure.kernel.settings import Settings, load

if TYPE_CHECKING:
    from perdure.kernel.runtime import Runtime

Data = Annotated[Path, typer.Option("--data", envvar="PERDURE_DATA", help="The data directory.", show_default=True)]
DATA: Final = Path("data")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
_WIDE: Final = 200


def settings_of(data: Path) -> Settings:
    """The settings of a data directory, which is made where it is missing. Raises Invalid."""
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Invalid(
            f"the data directory {data} cannot be made: {error.strerror}. Name another with --data"
        ) from error
    return load(data.resolve())


def existing(data: Path) -> Settings:
    """The settings of a site that is there. Raises Invalid, so that a mistyped directory makes no empty site."""
    settings = load(data.resolve())
    path = settings.sqlite_path
    if not data.is_dir() or (path is not None and not path.exists()):
        raise Invalid(f"there is no site in {data}: name its data directory with --data, or start one: perdure serve")
    return settings


@contextmanager
def opened(settings: Settings) -> "Iterator[Runtime]":
    """A runtime on an up-to-date database; running processes hear of what the command changes."""
    from perdure import wiring
    from perdure.migrations import runner

    runner.upgrade(settings)
    with wiring.runtime(settings) as rt:
        yield rt


def console(*, errors: bool = False) -> Console:
    """Where tables go. Lines are not broken where nobody looks at them."""
    made = Console(stderr=errors, highlight=False)
    return made if made.is_terminal else Console(stderr=errors, highlight=False, width=_WIDE)


def show_table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Print a plain table. Cells are text: nothing in them is read as markup."""
    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in row))
    console().print(table)


def day(ms: int | None) -> str:
    """A date and time for people, UTC, or a dash."""
    return "–" if ms is None else datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")
