"""What transparency does by itself."""

from perdure.transparency.service.reports import publish_due as publish_due
from perdure.transparency.service.statements import collect as collect
from perdure.transparency.service.statements import reconcile as reconcile
from perdure.transparency.service.statements import send as send
