"""What happens in delivery."""

from typing import ClassVar

from perdure.kernel.events import Event


class HookDue(Event, frozen=True):
    """Another program is to be told something."""

    kind: ClassVar[str] = "delivery.hook_due"
    delivery_id: int
