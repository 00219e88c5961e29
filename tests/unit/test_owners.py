"""The same-owner rule: two copies in one hand are one copy."""

import msgspec
import pytest

from perdure.continuity.model.capabilities import Capabilities
from perdure.continuity.model.stores import Owner, StoreRecord
from perdure.continuity.rules.owners import apart_from_host, judge

HOST = Owner(entity="Alpha GmbH", country="DE", asn=64500, building="FRA1")
PROBED = Capabilities(
    at=0, read_after_write=True, list_complete=True, list_ordered=True, create_only=True, stale_match_refused=None,
    overwrite_refused=True, delete_refused=True, clock_skew_ms=0, largest=1, ranges=True, torn_hidden=True,
)  # fmt: skip


def at(name: str, entity: str, *, country: str = "", reach: bool = False, **owner: object) -> StoreRecord:
    whose = msgspec.structs.replace(Owner(entity=entity, country=country), **owner)
    return StoreRecord(name=name, url="file:///x", owner=whose, capabilities=None if reach is False else PROBED)


def keys(stores: list[StoreRecord], host: Owner | None = HOST) -> list[str]:
    return [gap.key for gap in judge(stores, host).gaps]


THREE = [at("one", "Beta SARL", country="FR"), at("two", "Gamma Inc", country="DE"), at("usb", "We", reach=True)]


def test_three_owners_one_out_of_reach_one_abroad_is_the_rule() -> None:
    verdict = judge(THREE, HOST)
    assert verdict.kept
    assert verdict.owners == (("one",), ("two",), ("usb",))
    assert verdict.out_of_reach == ("usb",)
    assert verdict.abroad == ("one",)


@pytest.mark.parametrize(
    ("same", "reason"),
    [
        ({"entity": " GAMMA, inc. "}, "the same entity, written otherwise"),
        ({"parent": "Gamma Inc"}, "its parent owns the other"),
        ({"asn": 64501}, "the same network"),
        ({"building": "ams-3"}, "the same building"),
    ],
)
def test_two_stores_in_one_hand_are_one(same: dict[str, object], reason: str) -> None:
    other = at("two", "Gamma Inc", asn=64501, building="AMS 3")
    first = (
        at("one", "Delta", country="FR", **same)
        if "entity" not in same
        else at("one", str(same["entity"]), country="FR")
    )
    verdict = judge([first, other, THREE[2]], HOST)
    assert verdict.owners == (("one", "two"), ("usb",)), reason
    assert [gap.key for gap in verdict.gaps] == ["owners"]


def test_hands_join_over_a_third() -> None:
    chain = [at("a", "A", parent="P"), at("b", "B", parent="P", asn=7), at("c", "C", asn=7)]
    assert judge(chain, HOST).owners == (("a", "b", "c"),)


@pytest.mark.parametrize(
    "same", [{"entity": "Alpha GmbH"}, {"parent": "alpha gmbh"}, {"asn": 64500}, {"building": "fra1"}]
)
def test_a_store_in_the_hosts_hand_is_no_copy_of_its_own(same: dict[str, object]) -> None:
    near = StoreRecord(
        name="near", url="file:///x", owner=msgspec.structs.replace(Owner(entity="N", country="US"), **same)
    )
    verdict = judge([*THREE, near], HOST)
    assert verdict.with_host == ("near",)
    assert [gap.key for gap in verdict.gaps] == ["with_host"]
    assert "near" in verdict.gaps[0].text
    assert apart_from_host([*THREE, near], HOST) == {"one", "two", "usb"}


def test_each_thing_that_is_missing_is_named() -> None:
    assert keys([]) == ["owners", "in_reach", "country"]
    assert keys(THREE, None) == ["host_unknown", "country"]
    assert keys(THREE[:2]) == ["owners", "in_reach"]
    assert keys([at("a", "A"), THREE[1], THREE[2]]) == ["country"]


def test_the_operators_word_counts_where_the_probe_cannot_see() -> None:
    locked = msgspec.structs.replace(THREE[0], protected="object lock, 40 days")
    assert judge([locked, THREE[1], at("c", "C")], HOST).out_of_reach == ("one",)
