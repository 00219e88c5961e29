import pytest

from perdure.audit import service as audit
from perdure.kernel.db import Tx, sql
from tests.site import Site


def append(tx: Tx, count: int) -> None:
    for number in range(count):
        audit.append_in(tx, actor_id=None, action="test.done", subject=f"thing:{number}", number=number)


def test_an_untouched_log_verifies_to_its_last_entry(site: Site) -> None:
    site.write(append, 5)
    assert site.read(audit.verify_in) == (5, None)


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"])
def test_the_database_itself_refuses_to_edit_the_log(site: Site, statement: str) -> None:
    site.write(append, 2)
    with pytest.raises(Exception, match="append-only"):
        site.write(lambda tx: tx.run(sql(statement)))
    assert site.read(audit.verify_in) == (2, None)


def test_an_entry_forged_behind_the_triggers_is_found(site: Site) -> None:
    site.write(append, 3)
    forge = (
        "INSERT INTO audit_entry (seq, at, action, subject, detail_json, previous, hash) "
        "VALUES (4, 1, 'forged', 'x:1', '{}', 'zz', 'yy')"
    )
    site.write(lambda tx: tx.run(sql(forge)))
    verified, broken = site.read(audit.verify_in)
    assert verified == 3
    assert broken is not None
    assert broken.seq == 4
