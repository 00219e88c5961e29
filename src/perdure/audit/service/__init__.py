"""The tamper-evident ledger: append, enforce, erase, read, and prove that nobody edited it."""

from perdure.audit.service.enforcement import current_in as current_in
from perdure.audit.service.enforcement import current_on_in as current_on_in
from perdure.audit.service.enforcement import enforce_in as enforce_in
from perdure.audit.service.enforcement import lift_in as lift_in
from perdure.audit.service.ledger import append_in as append_in
from perdure.audit.service.ledger import erase_in as erase_in
from perdure.audit.service.ledger import erase_subject_in as erase_subject_in
from perdure.audit.service.ledger import lines_in as lines_in
from perdure.audit.service.ledger import newest as newest
from perdure.audit.service.verifying import verify_in as verify_in
from perdure.audit.service.verifying import verify_newest_in as verify_newest_in
