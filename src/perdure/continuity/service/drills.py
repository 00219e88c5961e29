"""The newest drill, as its report in ``continuity/drills`` says."""

from pathlib import Path
from typing import Final

import msgspec

from perdure.continuity.model.drills import Drill
from perdure.kernel.log import logger

FOLDER: Final = "continuity/drills"
log = logger("copies")


def newest(data: Path) -> Drill | None:
    """The newest report; None where nobody ever rehearsed. A file that is no report is passed over and logged."""
    found = (_read(path) for path in (data / FOLDER).glob("*.json"))
    return max((drill for drill in found if drill is not None), key=lambda drill: drill.at, default=None)


def _read(path: Path) -> Drill | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Drill)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        log.warning("drill_unreadable", file=path.name, reason=str(error))
        return None
