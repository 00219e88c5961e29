"""Tables of scoring."""

from perdure.signals.tables import bank as bank
from perdure.signals.tables import policy as policy
from perdure.signals.tables import reputation as reputation
from perdure.signals.tables import scoring as scoring
from perdure.signals.tables import trends as trends
