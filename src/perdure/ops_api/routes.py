"""Every route of this room."""

from litestar.handlers import HTTPRouteHandler

from perdure.ops_api.health import health
from perdure.ops_api.metrics import metrics
from perdure.ops_api.moderation.routes import ROUTES as MODERATION
from perdure.ops_api.roots import signed_roots

ROUTES: list[HTTPRouteHandler] = [health, metrics, signed_roots, *MODERATION]
