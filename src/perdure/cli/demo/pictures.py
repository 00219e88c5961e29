"""The demo's pictures, drawn here: simple shapes as SVG, turned into PNG by libvips."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from perdure.cli.demo.story import chance

_WIDTH: Final = 1200
_HEIGHT: Final = 800


def draw(scene: str, seed: str, into: Path, *, square: bool = False) -> None:
    """Write a PNG of 1200 × 800 (400 × 400 where ``square``). ``seed`` varies places and tones, the same every time."""
    import pyvips

    view = "400 0 800 800" if square else f"0 0 {_WIDTH} {_HEIGHT}"
    size = 'width="400" height="400"' if square else f'width="{_WIDTH}" height="{_HEIGHT}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="{view}" preserveAspectRatio="xMidYMid slice">'
    picture = pyvips.Image.svgload_buffer(f"{head}{_SCENES[scene](seed)}</svg>".encode())
    picture.write_to_file(str(into))


def _sky(top: str, bottom: str) -> str:
    return (
        f'<defs><linearGradient id="s" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="{top}"/>'
        f'<stop offset="1" stop-color="{bottom}"/></linearGradient></defs>'
        '<rect width="1200" height="800" fill="url(#s)"/>'
    )


def _disc(x: float, y: float, radius: float, colour: str) -> str:
    return f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{radius:.0f}" fill="{colour}"/>'


def _shape(points: str, colour: str) -> str:
    return f'<polygon points="{points}" fill="{colour}"/>'


def _line(path: str, colour: str, width: float) -> str:
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linecap="round"/>'


def _boat(x: float, y: float, size: float, hull: str, sail: str) -> str:
    mast = f"{x:.0f},{y - size * 2.2:.0f} {x:.0f},{y - size * 0.2:.0f} {x + size * 1.1:.0f},{y - size * 0.2:.0f}"
    body = f"{x - size:.0f},{y:.0f} {x + size * 1.3:.0f},{y:.0f} {x + size * 0.9:.0f},{y + size * 0.5:.0f}"
    return _shape(mast, sail) + _shape(f"{body} {x - size * 0.6:.0f},{y + size * 0.5:.0f}", hull)


def _harbour(seed: str) -> str:
    parts = [_sky("#f4d9b0", "#c9d6d8"), _disc(780, 330, 90, "#f2b34c")]
    parts.append('<rect y="420" width="1200" height="380" fill="#7f9fa8"/>')
    for number in range(3):
        x = 160 + 380 * number + 120 * chance(seed, number)
        parts.append(_boat(x, 480 + 90 * chance(seed, "y", number), 60, "#8c3b2f", "#f7efe0"))
    return "".join(parts)


def _hills(seed: str) -> str:
    parts = [_sky("#dfe9ea", "#f3efe2")]
    for number, colour in enumerate(("#a9c2b0", "#7fa58c", "#54836a", "#2f5d48")):
        peak = 200 + 700 * chance(seed, number)
        low, high = 420 + number * 90, 260 + number * 100
        curve = f"M0,{low} Q{peak:.0f},{high} 1200,{low + 40} L1200,800 L0,800 Z"
        parts.append(f'<path d="{curve}" fill="{colour}"/>')
    return "".join(parts)


def _night(seed: str) -> str:
    parts = [_sky("#0d1533", "#2c3c70")]
    for number in range(120):
        x, y = 1200 * chance(seed, "x", number), 800 * chance(seed, "y", number)
        parts.append(_disc(x, y, 1 + 3 * chance(seed, "r", number), "#f6f0d8"))
    parts.append(_disc(760, 380, 90, "#e6c990"))
    parts.append('<ellipse cx="760" cy="380" rx="190" ry="42" fill="none" stroke="#f4e3bd" stroke-width="14"/>')
    return "".join(parts)


def _moon(_seed: str) -> str:
    crane = _line("M250,800 L250,300 L640,230", "#1f1b33", 26) + _line("M250,420 L450,265", "#1f1b33", 12)
    crescent = '<path d="M860,210 A130,130 0 1,1 700,420 A155,155 0 0,0 860,210 Z" fill="#f7f3e6"/>'
    return _sky("#3b2a63", "#c98a8f") + crescent + crane


def _sun(_seed: str) -> str:
    rays = "".join(
        f'<g transform="rotate({number * 30} 800 400)">{_line("M800,120 L800,60", "#f6d67a", 30)}</g>'
        for number in range(12)
    )
    return _sky("#17616b", "#2b8c86") + rays + _disc(800, 400, 190, "#f2b34c")


def _loaf(_seed: str) -> str:
    board = '<rect x="140" y="560" width="920" height="90" rx="40" fill="#7b4a2a"/>'
    bread = '<ellipse cx="780" cy="440" rx="320" ry="210" fill="#c98345"/>'
    cross = _line("M640,330 Q780,420 920,550", "#f3dfb6", 26) + _line("M920,330 Q780,430 640,550", "#f3dfb6", 26)
    return _sky("#efe3cf", "#dcc7a4") + board + bread + cross


def _ink(seed: str) -> str:
    bend = 180 + 160 * chance(seed)
    stroke = _line(f"M1040,250 C{900 - bend:.0f},120 {560 - bend / 2:.0f},560 980,600", "#15151a", 70)
    return _sky("#f6efdd", "#efe4c8") + stroke + "".join(_disc(700 + 90 * n, 690, 26, "#b8352c") for n in range(3))


def _wheel(_seed: str) -> str:
    spokes = "".join(
        f'<g transform="rotate({number * 20} 800 400)">{_line("M800,400 L800,150", "#dfe8dc", 6)}</g>'
        for number in range(18)
    )
    rim = '<circle cx="800" cy="400" r="260" fill="none" stroke="#1e2b25" stroke-width="44"/>'
    return _sky("#3f8f5f", "#2d6b49") + spokes + rim + _disc(800, 400, 40, "#f2b34c")


def _bird(_seed: str) -> str:
    branch = _line("M300,600 Q700,560 1150,640", "#5c4630", 26)
    body = '<ellipse cx="800" cy="430" rx="170" ry="120" fill="#2f7fb0"/>' + _disc(930, 340, 85, "#2f7fb0")
    belly = '<ellipse cx="800" cy="480" rx="120" ry="62" fill="#e08b3c"/>'
    head = _shape("1005,330 1130,365 1005,372", "#33302c") + _disc(950, 325, 13, "#12141a")
    return _sky("#cfe3dc", "#9cc0ae") + branch + body + belly + head


def _leaf(_seed: str) -> str:
    leaf = '<path d="M800,90 C1080,240 1040,600 800,720 C560,600 520,240 800,90 Z" fill="#5f8f4e"/>'
    veins = "".join(_line(f"M800,{300 + 110 * n} L{920 - 10 * n},{230 + 110 * n}", "#cfe0b8", 8) for n in range(4))
    return _sky("#f1ead7", "#dcd2b3") + leaf + _line("M800,150 L800,760", "#cfe0b8", 12) + veins


def _sail(seed: str) -> str:
    lean = 40 + 120 * chance(seed)
    cloth = f"M{620 + lean:.0f},60 Q1120,380 1000,690 L560,690 Z"
    return _sky("#d7e6ee", "#f3ead6") + f'<path d="{cloth}" fill="#c2382e"/>' + _line("M560,40 L560,780", "#4a3526", 22)


def _star(_seed: str) -> str:
    points = "800,110 880,320 1100,330 925,465 990,690 800,560 610,690 675,465 500,330 720,320"
    return _sky("#26235c", "#51429a") + _shape(points, "#f6d67a")


def _chess(_seed: str) -> str:
    squares = "".join(
        f'<rect x="{400 + 100 * column}" y="{100 * row}" width="100" height="100" fill="#33405c"/>'
        for row in range(8)
        for column in range(8)
        if (row + column) % 2
    )
    pawn = _disc(800, 270, 90, "#f4efe4") + _shape("740,350 860,350 930,640 670,640", "#f4efe4")
    return '<rect width="1200" height="800" fill="#8fa3c8"/>' + squares + pawn


def _spiral(_seed: str) -> str:
    turns = "".join(
        f'<circle cx="{800 + 12 * n}" cy="{400 + 8 * n}" r="{330 - 34 * n}" '
        'fill="none" stroke="#f7e7c4" stroke-width="15"/>'
        for n in range(9)
    )
    return _sky("#8a2f4d", "#c65b56") + turns


def _dunes(_seed: str) -> str:
    far = '<path d="M0,520 Q400,380 800,520 T1200,500 L1200,800 L0,800 Z" fill="#d79a5b"/>'
    near = '<path d="M0,660 Q500,520 900,650 T1200,640 L1200,800 L0,800 Z" fill="#b87740"/>'
    return _sky("#f3dcb3", "#f0b982") + _disc(300, 260, 80, "#fff3d6") + far + near


def _page(_seed: str) -> str:
    sheet = '<rect x="330" y="70" width="640" height="660" rx="12" fill="#efe0b6"/>'
    lines = "".join(
        _line(f"M400,{170 + 70 * n} Q640,{155 + 70 * n} 900,{172 + 70 * n}", "#5b4a33", 8) for n in range(4)
    )
    dog = '<ellipse cx="640" cy="600" rx="120" ry="62" fill="#5b4a33"/>' + _disc(775, 545, 48, "#5b4a33")
    ears = _shape("755,505 742,440 790,500", "#5b4a33") + _line("M525,580 Q470,540 480,500", "#5b4a33", 16)
    return _sky("#6f5b45", "#4c3d2d") + sheet + lines + dog + ears


def _rain(seed: str) -> str:
    drops = []
    for number in range(90):
        x, y = 1260 * chance(seed, "x", number), 780 * chance(seed, "y", number)
        drops.append(_line(f"M{x:.0f},{y:.0f} l-14,70", "#dfe8ea", 3))
    return _sky("#8796a0", "#5f7480") + "".join(drops)


def _market(_seed: str) -> str:
    stalls = []
    for number, colour in enumerate(("#c2382e", "#e8b33f", "#2f6f9f")):
        left = 90 + 360 * number
        stalls.append(f'<rect x="{left}" y="420" width="310" height="260" fill="#8a6a48"/>')
        for stripe in range(5):
            shade = colour if stripe % 2 == 0 else "#f7f1e3"
            x = left - 15 + stripe * 68
            stalls.append(_shape(f"{x + 12},300 {x + 62},300 {x + 68},440 {x},440", shade))
    return _sky("#cfe6f0", "#f2eddc") + '<rect y="680" width="1200" height="120" fill="#b9a78c"/>' + "".join(stalls)


def _dragon(_seed: str) -> str:
    body = _line("M260,560 Q480,300 700,520 T1060,420", "#3f9a54", 120)
    wings = _shape("520,430 420,150 720,330", "#e8873a") + _shape("720,470 790,170 960,390", "#e8873a")
    head = _disc(1060, 380, 95, "#3f9a54") + _disc(1085, 350, 18, "#ffffff") + _disc(1088, 352, 9, "#16241a")
    return _sky("#f6ecd2", "#e9d9b0") + wings + body + head + _line("M1030,420 Q1070,455 1115,415", "#16241a", 9)


def _sea_boat(_seed: str) -> str:
    bucket = '<path d="M740,470 L840,470 L822,560 L758,560 Z" fill="#c9ced1"/>'
    hull = '<path d="M470,540 L1110,540 Q1040,680 900,680 L660,680 Q540,660 470,540 Z" fill="#c2382e"/>'
    return _sky("#d9ebf2", "#bcd9e4") + '<rect y="590" width="1200" height="210" fill="#3f7fa6"/>' + bucket + hull


def _plant(_seed: str) -> str:
    pot = _shape("640,560 960,560 910,760 690,760", "#b9623c")
    stems = _line("M800,570 Q780,360 800,150", "#3f7f45", 16) + _line("M795,420 Q700,380 650,300", "#3f7f45", 12)
    fruit = _disc(650, 330, 46, "#cf3a2c") + _disc(890, 300, 46, "#cf3a2c") + _disc(760, 210, 46, "#d9622f")
    return _sky("#e9f1e4", "#d2e2cb") + stems + _line("M800,380 Q870,340 890,270", "#3f7f45", 12) + fruit + pot


_SCENES: Final[dict[str, Callable[[str], str]]] = {
    "bird": _bird,
    "boat": _sea_boat,
    "chess": _chess,
    "dragon": _dragon,
    "dunes": _dunes,
    "harbour": _harbour,
    "hills": _hills,
    "ink": _ink,
    "leaf": _leaf,
    "loaf": _loaf,
    "market": _market,
    "moon": _moon,
    "night": _night,
    "page": _page,
    "plant": _plant,
    "rain": _rain,
    "sail": _sail,
    "spiral": _spiral,
    "star": _star,
    "sun": _sun,
    "wheel": _wheel,
}
