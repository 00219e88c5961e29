"""``perdure lifeboat``: the lifeboat's files for a static host."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from perdure.cli.common import DATA, Data, existing, opened


def lifeboat(
    to: Annotated[Path, typer.Argument(help="A folder that some other host serves; made where it is missing.")],
    data: Data = DATA,
) -> None:
    """Write the lifeboat page, its facts and its signature into a folder, as things stand now."""
    from perdure.web.pages.lifeboat import files_of

    with opened(existing(data)) as rt:
        files = asyncio.run(files_of(rt))
    to.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        beside = to / f".{name}.part"
        beside.write_bytes(content)
        beside.replace(to / name)
        typer.echo(str(to / name))
