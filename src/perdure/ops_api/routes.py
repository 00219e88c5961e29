"""Every route of this room."""

from litestar.handlers import HTTPRouteHandler

from perdure.ops_api.copies import ROUTES as COPIES
from perdure.ops_api.exports import ROUTES as EXPORTS
from perdure.ops_api.health import health
from perdure.ops_api.imports import ROUTES as IMPORTS
from perdure.ops_api.metrics import metrics
from perdure.ops_api.misuse import ROUTES as MISUSE
from perdure.ops_api.moderation.routes import ROUTES as MODERATION
from perdure.ops_api.orders import ROUTES as ORDERS
from perdure.ops_api.roots import signed_roots
from perdure.ops_api.senders import ROUTES as SENDERS
from perdure.ops_api.transparency import ROUTES as TRANSPARENCY
from perdure.ops_api.wellknown import well_known

ROUTES: list[HTTPRouteHandler] = [
    health,
    metrics,
    signed_roots,
    well_known,
    *COPIES,
    *EXPORTS,
    *IMPORTS,
    *MISUSE,
    *MODERATION,
    *ORDERS,
    *SENDERS,
    *TRANSPARENCY,
]
