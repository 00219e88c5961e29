"""What transparency does by itself."""

from perdure.transparency.service.statements import collect as collect
from perdure.transparency.service.statements import reconcile as reconcile
from perdure.transparency.service.statements import send as send
