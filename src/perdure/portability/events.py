"""What happens to archives."""

from typing import ClassVar

from perdure.kernel.events import Event


class ImportWanted(Event, frozen=True):
    """An archive is complete and waits for the worker."""

    kind: ClassVar[str] = "portability.import_wanted"
    run_id: int
