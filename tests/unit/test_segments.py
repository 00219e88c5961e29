"""The bytes of a segment."""

import msgspec
import pytest

from perdure.continuity.model.chain import Header, LogRow, Position
from perdure.continuity.rules import sealing, segments
from perdure.kernel.errors import Invalid

ROWS = [LogRow(5, 1_000, 7, '[1,1,"é"]'), LogRow(6, 999, 9, "[2,3,1]"), LogRow(9, 1_004, 7, "[1,2,3]")]
HEADER = Header(1, 3, 12, 5, Position(9, ((9, 6),)), bytes(32), bytes(32), 999, 1_004, "2026112420-ab", False, 3)


def test_a_segment_opens_to_what_went_in() -> None:
    key = sealing.new_key()
    opened = segments.decode(segments.encode(HEADER, ROWS, key), key, "seg/3/12")

    assert opened.header == HEADER
    assert opened.rows == ROWS


def test_every_changed_byte_is_found() -> None:
    key = sealing.new_key()
    data = segments.encode(HEADER, ROWS, key)
    for place in range(len(data)):
        with pytest.raises(Invalid, match="seg/3/12"):
            segments.decode(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :], key, "seg/3/12")
    for length in range(len(data)):
        with pytest.raises(Invalid, match="seg/3/12"):
            segments.decode(data[:length], key, "seg/3/12")


def test_another_key_opens_nothing_and_says_so() -> None:
    data = segments.encode(HEADER, ROWS, sealing.new_key())
    with pytest.raises(Invalid, match="not its key"):
        segments.decode(data, sealing.new_key(), "seg/3/12")


def test_a_segment_of_a_newer_release_is_named_as_one() -> None:
    key = sealing.new_key()
    newer = segments.encode(msgspec.structs.replace(HEADER, format=2), ROWS, key)
    with pytest.raises(Invalid, match="newer release"):
        segments.decode(newer, key, "seg/3/12")
