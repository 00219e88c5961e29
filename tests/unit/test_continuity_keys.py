"""Keys of a kit: one secret, several keys, always the same ones."""

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perdure.continuity.rules import keys, sealing, signing
from perdure.kernel.errors import Invalid

ZEROS = bytes(32)


def test_keys_of_a_master_never_change_or_no_old_kit_would_open_anything() -> None:
    assert signing.public_of(keys.root_key(ZEROS)) == "86899cf614bc47db5cd9d04d1a9d62b5e020e888d0642c8958c32fdb1a63fbf8"
    assert keys.recovery_identity(ZEROS) == "AGE-SECRET-KEY-1W0N0M2DKHAXSYFEDF3HZZH6XVX60XRA2KTSC74AH7DFQZHMADH7SK3MUTG"


def test_each_key_is_its_own() -> None:
    master = keys.new_master()
    assert keys.root_key(master) != keys.root_key(keys.new_master())
    assert keys.bech32("age-secret-key-", keys.root_key(master)).upper() != keys.recovery_identity(master)


@given(st.binary(min_size=32, max_size=32))
def test_age_reads_the_recovery_identity_and_writes_it_alike(master: bytes) -> None:
    identity = keys.recovery_identity(master)
    assert str(pyrage.x25519.Identity.from_str(identity)) == identity


def test_the_recovery_identity_opens_what_was_wrapped_for_its_recipient_and_no_other_does() -> None:
    mine, other = (keys.recovery_identity(keys.new_master()) for _ in range(2))
    wrapped = sealing.wrap([sealing.recipient_of(mine)], b"words")
    assert sealing.unwrap(mine, wrapped, "config/1/1.age") == b"words"
    with pytest.raises(Invalid, match=r"config/1/1\.age cannot be opened with this key"):
        sealing.unwrap(other, wrapped, "config/1/1.age")


@pytest.mark.parametrize(
    ("prefix", "data", "text"),
    [
        # BIP-173, test vectors: an empty string, and every value of five bits in turn.
        ("a", b"", "a12uel5l"),
        (
            "abcdef",
            bytes.fromhex("00443214c74254b635cf84653a56d7c675be77df"),
            "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
        ),
        (
            "split",
            bytes.fromhex("c5f38b70305f519bf66d85fb6cf03058f3dde463ecd7918f2dc743918f2d"),
            "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
        ),
    ],
)
def test_bech32_is_as_bip_173_has_it(prefix: str, data: bytes, text: str) -> None:
    assert keys.bech32(prefix, data) == text


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_master_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(Invalid, match="has 32 bytes"):
        keys.root_key(bytes(size))
