from perdure.kernel.clock import ManualClock
from perdure.kernel.ids import IdSource, id_at, ms_of


def test_unit_ids_grow_even_when_the_clock_stands_still_or_goes_back() -> None:
    clock = ManualClock(1_790_000_000_000)
    source = IdSource(clock, 3)
    first = [source.next() for _ in range(5000)]
    clock.advance(ms=-10_000)
    both = first + [source.next() for _ in range(10)]
    assert both == sorted(set(both))


def test_unit_two_lanes_never_make_the_same_id() -> None:
    clock = ManualClock(1_790_000_000_000)
    one, two = IdSource(clock, 0), IdSource(clock, 63)
    assert {one.next() for _ in range(3000)}.isdisjoint({two.next() for _ in range(3000)})


def test_unit_an_id_tells_its_millisecond_and_fits_63_bits() -> None:
    made = IdSource(ManualClock(1_790_000_000_123), 63).next()
    assert ms_of(made) == 1_790_000_000_123
    assert id_at(1_790_000_000_123) <= made < 2**63
