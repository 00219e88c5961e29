"""Pictures, inside the limited child: upright, in sRGB, without metadata, scaled, with preview and blurhash."""

from pathlib import Path
from typing import Any, Final

import blurhash
import pyvips

from perdure.adapters.media_limits import Refused, Task
from perdure.media.model import Facts
from perdure.media.rules import looks

MAX_OUTPUT_PIXELS: Final = 8_294_400
PREVIEW_PIXELS: Final = 230_400
_SQUARE: Final = {"avatar": (400, 400), "header": (1500, 500)}
_MAX_FRAMES: Final = 1000
Image = Any  # pyvips has no types


def process(task: Task) -> Facts | None:
    """Make one picture safe; None for a moving GIF that ffmpeg should make a film of. Raises Refused."""
    try:
        return _process(task)
    except pyvips.Error as error:
        raise Refused(str(error)) from error


def _process(task: Task) -> Facts | None:
    opened = _open(task, pages=1)
    frames = opened.get("n-pages") if opened.get_typeof("n-pages") else 1
    _check_size(opened, frames, task.max_pixels)
    if task.mime == "image/gif" and frames > 1 and task.shape == "media" and task.ffmpeg:
        return None
    upright = _plain(opened.autorot())
    if task.shape in _SQUARE:
        width, height = _SQUARE[task.shape]
        image = upright.thumbnail_image(width, height=height, crop="attention")
    else:
        image = _fitted(upright, PREVIEW_PIXELS if task.shape == "preview" else MAX_OUTPUT_PIXELS)
    image = image.copy_memory()  # decode once; a broken file fails here
    preview = _fitted(image, PREVIEW_PIXELS)
    mime = _output(task.mime, image)
    file, small = f"file.{mime.rsplit('/', 1)[1]}", f"preview.{mime.rsplit('/', 1)[1]}"
    _save(image, Path(task.folder) / file, mime)
    _save(preview, Path(task.folder) / small, mime)
    return Facts(
        kind="image",
        mime=mime,
        file=file,
        preview=small,
        preview_mime=mime,
        meta={"original": size_of(image.width, image.height), "small": size_of(preview.width, preview.height)},
        blurhash=hash_of(preview),
        looks=looks_of(preview) if task.shape == "media" else "",
    )


def _open(task: Task, pages: int) -> Image:
    """Open with the one loader that the first bytes name: no other code sees the file."""
    options: dict[str, Any] = {"fail_on": "error", "access": "random"}
    match task.mime:
        case "image/jpeg":
            return pyvips.Image.jpegload(task.source, **options)
        case "image/png":
            return pyvips.Image.pngload(task.source, **options)
        case "image/webp":
            return pyvips.Image.webpload(task.source, n=pages, **options)
        case "image/gif":
            return pyvips.Image.gifload(task.source, n=pages, **options)
        case "image/avif":
            return pyvips.Image.heifload(task.source, **options)
        case _:
            raise Refused(task.mime)


def _check_size(image: Image, frames: int, most: int) -> None:
    """A header may promise any size; opening has not decoded anything yet."""
    if image.width * image.height > most or frames > _MAX_FRAMES or image.width * image.height * frames > most * 8:
        raise Refused(f"{image.width}x{image.height}x{frames}")


def _plain(image: Image) -> Image:
    """Eight bits of sRGB, with alpha where there was some."""
    if image.get_typeof("icc-profile-data"):
        image = image.icc_transform("srgb", embedded=True, intent="perceptual", depth=8)
    if image.interpretation != "srgb":
        image = image.colourspace("srgb")
    return image if image.format == "uchar" else image.cast("uchar")


def _fitted(image: Image, pixels: int) -> Image:
    """Scaled down, never up, to at most so many pixels in all."""
    if image.width * image.height <= pixels:
        return image
    factor = (pixels / (image.width * image.height)) ** 0.5
    width, height = max(1, int(image.width * factor)), max(1, int(image.height * factor))
    return image.thumbnail_image(width, height=height, size="force")


def _output(mime: str, image: Image) -> str:
    """JPEG, PNG and WebP stay what they are; the others become what every client shows."""
    if mime in {"image/jpeg", "image/png", "image/webp"}:
        return "image/jpeg" if mime == "image/jpeg" and not image.hasalpha() else _still(mime)
    if mime == "image/gif":
        return "image/png"
    return "image/png" if image.hasalpha() else "image/jpeg"


def _still(mime: str) -> str:
    return "image/png" if mime == "image/jpeg" else mime


def _save(image: Image, path: Path, mime: str) -> None:
    """Write without any metadata."""
    match mime:
        case "image/jpeg":
            image.jpegsave(str(path), Q=88, optimize_coding=True, interlace=True, keep="none")
        case "image/webp":
            image.webpsave(str(path), Q=86, keep="none")
        case _:
            image.pngsave(str(path), compression=6, keep="none")


def size_of(width: int, height: int) -> dict[str, Any]:
    """A size as clients read it."""
    return {"width": width, "height": height, "size": f"{width}x{height}", "aspect": round(width / height, 6)}


def hash_of(image: Image) -> str:
    """The blurhash of a picture, on white where it is transparent."""
    small = image.thumbnail_image(32, height=32, size="force")
    if small.hasalpha():
        small = small.flatten(background=[255, 255, 255])
    if small.bands == 1:
        small = small.bandjoin([small, small])
    raw = bytes(small.cast("uchar").write_to_memory())
    rows = [[tuple(raw[(y * 32 + x) * 3 : (y * 32 + x) * 3 + 3]) for x in range(32)] for y in range(32)]
    return str(blurhash.encode(rows, components_x=4, components_y=4))


def looks_of(image: Image) -> str:
    """What a picture looks like (``rules.looks``), on white where it is transparent."""
    small = image.thumbnail_image(looks.SIDE, height=looks.SIDE, size="force")
    if small.hasalpha():
        small = small.flatten(background=[255, 255, 255])
    return looks.packed(looks.looks(bytes(small.colourspace("b-w").cast("uchar").write_to_memory())))
