"""Every table is copied, or says why it need not be."""

from perdure import wiring
from perdure.continuity.service import capture
from perdure.schema import metadata


def test_every_table_is_captured_or_says_why_it_can_be_made_anew() -> None:
    shapes = capture.shapes_of(metadata, "test")
    captured = {table.name for table in shapes.tables}
    derived = {
        name: table.info[capture.DERIVED] for name, table in metadata.tables.items() if capture.DERIVED in table.info
    }

    assert captured | derived.keys() == set(metadata.tables)
    assert captured.isdisjoint(derived)
    assert all(len(reason.split()) >= 4 for reason in derived.values())


def test_whatever_is_not_copied_has_something_that_makes_it_anew() -> None:
    derived = {name for name, table in metadata.tables.items() if capture.DERIVED in table.info}
    by_hand = {"search_post", "search_account", "cache_change"}

    assert wiring.REBUILDS.keys() | wiring.LATER.keys() == derived | by_hand
    assert not wiring.REBUILDS.keys() & wiring.LATER.keys()
