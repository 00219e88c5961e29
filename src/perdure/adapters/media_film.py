"""Film and sound, inside the limited child: ffmpeg writes H.264 or MP3 and drops all metadata."""

import subprocess
from pathlib import Path
from typing import Any, Final

import msgspec
import pyvips

from perdure.adapters.media_limits import Refused, Task
from perdure.adapters.media_picture import PREVIEW_PIXELS, hash_of, looks_of, size_of
from perdure.media.model import Facts

# The reader is named, so that no file can pose as a playlist that opens others.
_READERS: Final = {
    "image/gif": "gif",
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "audio/mp4": "mov",
    "video/webm": "matroska",
    "video/ogg": "ogg",
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "audio/flac": "flac",
    "audio/aac": "aac",
}
_MAX_SIDE: Final = 1920
_MAX_PIXELS: Final = 8_294_400
_MAX_RATE: Final = 120.0
_QUIET: Final = ("-nostdin", "-hide_banner", "-v", "error", "-protocol_whitelist", "file")


class _Stream(msgspec.Struct, frozen=True):
    codec_type: str = ""
    codec_name: str = ""
    width: int = 0
    height: int = 0
    avg_frame_rate: str = "0/1"
    bit_rate: str = "0"
    disposition: dict[str, int] = {}


class _Format(msgspec.Struct, frozen=True):
    duration: str = "0"
    bit_rate: str = "0"


class _Probe(msgspec.Struct, frozen=True):
    streams: list[_Stream] = []
    format: _Format = _Format()

    def stream(self, kind: str) -> _Stream | None:
        """The first stream of a kind; a cover picture is none."""
        return next((s for s in self.streams if s.codec_type == kind and not s.disposition.get("attached_pic")), None)


def process(task: Task) -> Facts:
    """Make a film or sound safe. Raises Refused."""
    probe = _probe(task, task.source, _READERS[task.mime])
    if probe.stream("video") is not None:
        return _film(task, probe)
    if probe.stream("audio") is not None:
        return _sound(task)
    raise Refused("neither pictures nor sound")


def _call(command: list[str]) -> bytes:
    try:
        done = subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - no shell; paths are ours
    except (subprocess.CalledProcessError, OSError) as error:
        raise Refused(str(getattr(error, "stderr", error))[-400:]) from error
    return done.stdout


def _probe(task: Task, path: str, reader: str) -> _Probe:
    found = _call(
        [task.ffprobe, *_QUIET[1:], "-f", reader, "-show_streams", "-show_format", "-of", "json", f"file:{path}"]
    )
    try:
        return msgspec.json.decode(found, type=_Probe)
    except msgspec.DecodeError as error:
        raise Refused("no streams") from error


def _film(task: Task, probe: _Probe) -> Facts:
    given = probe.stream("video")
    assert given is not None
    if not given.width or not given.height or given.width * given.height > _MAX_PIXELS:
        raise Refused(f"{given.width}x{given.height}")
    if _rate(given) > _MAX_RATE:
        raise Refused("too many frames a second")
    target = Path(task.folder) / "file.mp4"
    scale = f"scale='min({_MAX_SIDE},iw)':'min({_MAX_SIDE},ih)':force_original_aspect_ratio=decrease"
    even = "crop=trunc(iw/2)*2:trunc(ih/2)*2" if min(given.width, given.height) > 1 else "pad=2:2"
    picture = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-pix_fmt", "yuv420p", "-vf", f"{scale},{even}"]
    sound = ["-map", "0:a:0?", "-c:a", "aac", "-b:a", "128k", "-ac", "2"]
    _call([*_reading(task), "-map", "0:v:0", *sound, *picture, *_writing(), "-movflags", "+faststart", str(target)])
    return _film_facts(task, target)


def _film_facts(task: Task, target: Path) -> Facts:
    made = _probe(task, str(target), "mov")
    video, audio = made.stream("video"), made.stream("audio")
    assert video is not None
    frame = Path(task.folder) / "frame.png"
    _call([task.ffmpeg, *_QUIET, "-f", "mov", "-i", f"file:{target}", "-frames:v", "1", "-y", str(frame)])
    preview = _preview(frame, Path(task.folder) / "preview.jpeg")
    original: dict[str, Any] = {
        **size_of(video.width, video.height),
        "frame_rate": video.avg_frame_rate,
        "duration": float(made.format.duration),
        "bitrate": int(made.format.bit_rate or 0),
    }
    return Facts(
        kind="video" if audio is not None else "gifv",
        mime="video/mp4",
        file=target.name,
        preview="preview.jpeg",
        preview_mime="image/jpeg",
        meta={"original": original, "small": size_of(preview.width, preview.height)},
        blurhash=hash_of(preview),
        looks=looks_of(preview),
    )


def _preview(frame: Path, target: Path) -> Any:
    image = pyvips.Image.pngload(str(frame)).colourspace("srgb")
    if image.hasalpha():
        image = image.flatten(background=[255, 255, 255])
    factor = min(1.0, (PREVIEW_PIXELS / (image.width * image.height)) ** 0.5)
    width, height = max(1, int(image.width * factor)), max(1, int(image.height * factor))
    small = image.thumbnail_image(width, height=height, size="force").copy_memory()
    small.jpegsave(str(target), Q=85, keep="none")
    return small


def _sound(task: Task) -> Facts:
    target = Path(task.folder) / "file.mp3"
    _call([*_reading(task), "-map", "0:a:0", "-c:a", "libmp3lame", "-q:a", "3", *_writing(), str(target)])
    made = _probe(task, str(target), "mp3")
    original = {"duration": float(made.format.duration), "bitrate": int(made.format.bit_rate or 0)}
    return Facts(
        kind="audio",
        mime="audio/mpeg",
        file=target.name,
        preview=None,
        preview_mime=None,
        meta={"original": original},
        blurhash=None,
    )


def _reading(task: Task) -> list[str]:
    return [task.ffmpeg, *_QUIET, "-threads", "2", "-f", _READERS[task.mime], "-i", f"file:{task.source}"]


def _writing() -> list[str]:
    return ["-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-threads", "2", "-y"]


def _rate(stream: _Stream) -> float:
    above, _, below = stream.avg_frame_rate.partition("/")
    try:
        return float(above) / float(below or 1)
    except (ValueError, ZeroDivisionError):
        return 0.0
