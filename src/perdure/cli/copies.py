"""``perdure copies``: how far every store is, and whether what was promised is kept. Needs no database."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from perdure.cli.common import DATA, AsJson, Data, day, show_table
from perdure.kernel.errors import Invalid

if TYPE_CHECKING:
    from perdure.continuity.model.drills import Drill
