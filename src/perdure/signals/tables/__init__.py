"""Tables of scoring."""

from perdure.signals.tables import bank as bank
from perdure.signals.tables import trends as trends
