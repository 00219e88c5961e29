"""The transactional outbox: an event is a row of the same commit as what it tells of."""

from perdure.kernel.outbox.deliver import Deliverer, mend
from perdure.kernel.outbox.registry import Registry, Subscriber

__all__ = ["Deliverer", "Registry", "Subscriber", "mend"]
