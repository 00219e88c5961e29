"""What an erased account leaves behind here: nothing but the record that it was continued."""

from perdure.accounts.events import AccountDeleted
from perdure.kernel.db import Tx
from perdure.portability.tables import carried, continuation, departure, import_run, imported_file, recovery_key


def account_deleted_in(tx: Tx, event: AccountDeleted) -> None:
    """Remove the account's imports, what it carried, its recovery key, whom it continued and where it is now."""
    for table in (carried, continuation, departure, import_run, imported_file, recovery_key):
        tx.delete(table, account_id=event.account_id)
