"""Looks: the same for a picture saved anew, scaled, cut or mirrored, another for another picture, none for a flat one."""

import random
from typing import Any

import pyvips

from perdure.adapters.media_picture import looks_of
from perdure.media.rules.looks import packed, unpacked
from tests.app.pictures import plain

_NEAR = 10


def scene(seed: int, width: int = 640, height: int = 480) -> Any:
    """A picture of random discs and rectangles: the same for the same seed."""
    pick = random.Random(seed)
    image = plain(width, height, *(pick.randint(0, 255) for _ in range(3)))
    for _ in range(pick.randint(8, 25)):
        colour = [pick.randint(0, 255) for _ in range(3)]
        left, top = pick.randint(0, width - 1), pick.randint(0, height - 1)
        image = image.draw_circle(colour, left, top, pick.randint(15, 160), fill=True)
    return image


def apart(one: str, other: str) -> int:
    """Bits between two pictures: the whole of either against everything of the other."""
    first, second = unpacked(one), unpacked(other)
    pairs = [(first[0], look) for look in second] + [(second[0], look) for look in first]
    return min((left ^ right).bit_count() for left, right in pairs)


def test_a_copy_that_was_changed_lightly_looks_like_its_original() -> None:
    for seed in range(12):
        image = scene(seed)
        original = looks_of(image)
        copies = {
            "saved anew": pyvips.Image.new_from_buffer(image.jpegsave_buffer(Q=40), ""),
            "half the size": image.resize(0.5),
            "cut all around": image.crop(32, 24, 576, 432),
            "cut at the left": image.crop(51, 0, 589, 480),
            "mirrored": image.fliphor(),
            "grey": image.colourspace("b-w"),
        }
        for name, copy in copies.items():
            assert apart(original, looks_of(copy)) <= _NEAR, (seed, name)


def test_other_pictures_look_different() -> None:
    found = [looks_of(scene(seed)) for seed in range(20)]
    assert min(apart(found[one], found[other]) for one in range(20) for other in range(one)) > _NEAR


def test_a_flat_picture_has_no_look() -> None:
    assert not looks_of(plain(60, 40, 200, 200, 200))


def test_looks_survive_being_packed() -> None:
    assert unpacked(packed((0, 5, 2**63 - 1))) == (0, 5, 2**63 - 1)
