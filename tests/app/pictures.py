"""Files for tests, made when they are needed."""

import random
import subprocess
from pathlib import Path
from typing import Any

import pyvips


def plain(width: int, height: int, red: int, green: int, blue: int) -> Any:
    black = pyvips.Image.black(width, height, bands=3)
    return black.linear([1, 1, 1], [red, green, blue]).cast("uchar").copy(interpretation="srgb")


def picture(kind: str = "png", width: int = 60, height: int = 40, **options: Any) -> bytes:
    """A picture with a red left half and a blue right half."""
    left = plain(width // 2, height, 220, 20, 20)
    right = plain(width - width // 2, height, 20, 20, 220)
    image = left.join(right, "horizontal")
    return bytes(image.write_to_buffer(f".{kind}", **options))


def patchwork(seed: int) -> bytes:
    """A picture that looks like no other seed's: 64 patches of random colours."""
    patches = random.Random(seed).randbytes(8 * 8 * 3)
    image = pyvips.Image.new_from_memory(patches, 8, 8, 3, "uchar").copy(interpretation="srgb")
    return bytes(image.resize(10, kernel="nearest").write_to_buffer(".png"))


def turned_with_place() -> bytes:
    """A JPEG that says "turn me by 90 degrees" and where it was taken."""
    image = pyvips.Image.new_from_buffer(picture("jpg", 60, 40), "").copy()
    image.set_type(pyvips.GValue.gint_type, "orientation", 6)
    image.set_type(pyvips.GValue.gstr_type, "exif-ifd0-ImageDescription", "at home, secret")
    image.set_type(pyvips.GValue.gstr_type, "exif-ifd3-GPSLatitude", "48/1 51/1 0/1")
    return bytes(image.write_to_buffer(".jpg", keep="all"))


def moving_gif() -> bytes:
    frames = [plain(32, 32, 40 * n, 20, 200) for n in range(4)]
    image = pyvips.Image.arrayjoin(frames, across=1).copy()
    image.set_type(pyvips.GValue.gint_type, "page-height", 32)
    return bytes(image.write_to_buffer(".gif"))


def film(tmp_path: Path, ending: str = "webm", *, sound: bool = True, seconds: int = 1) -> bytes:
    """A short test film, or with ``ending`` of a sound format only its sound."""
    target = tmp_path / f"film.{ending}"
    beep = ["-f", "lavfi", "-i", f"sine=440:duration={seconds}"]
    scene = ["-f", "lavfi", "-i", f"testsrc=size=64x48:rate=10:duration={seconds}"]
    inputs = beep if ending in {"ogg", "wav", "flac"} else [*scene, *(beep if sound else [])]
    command = ["ffmpeg", "-v", "error", *inputs, "-metadata", "title=secret", "-shortest", "-y", str(target)]
    subprocess.run(command, check=True)
    return target.read_bytes()
