"""What happens to files."""

from typing import ClassVar

from perdure.kernel.events import Event


class MediaUploaded(Event, frozen=True):
    """A file arrived that takes time to process."""

    kind: ClassVar[str] = "media.uploaded"
    media_id: int


class MediaPrinted(Event, frozen=True):
    """A file that a post shows can be recognised from now on: it was there before its hashes were."""

    kind: ClassVar[str] = "media.printed"
    media_id: int
    post_id: int


class FileStored(Event, frozen=True):
    """Files are in the storage and are to be copied to the stores."""

    kind: ClassVar[str] = "media.stored"
    keys: tuple[str, ...]


class FileErased(Event, frozen=True):
    """An upload is gone for good."""

    kind: ClassVar[str] = "media.erased"
    media_id: int


class CopiesBarred(Event, frozen=True):
    """No store may have uploads any more (``barred``), or may again."""

    kind: ClassVar[str] = "media.barred"
    media_ids: tuple[int, ...]
    barred: bool
