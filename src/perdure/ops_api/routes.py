"""Every route of this room."""

from perdure.ops_api.health import health
from perdure.ops_api.metrics import metrics

ROUTES = [health, metrics]
