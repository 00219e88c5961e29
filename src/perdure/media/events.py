"""What happens to files."""

from typing import ClassVar

from perdure.kernel.events import Event


class MediaUploaded(Event, frozen=True):
    """A file arrived that takes time to process."""

    kind: ClassVar[str] = "media.uploaded"
    media_id: int
