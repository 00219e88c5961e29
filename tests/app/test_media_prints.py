"""What an uploaded file is recognised by when it comes again."""

import hashlib

from perdure.media import service as media
from tests.app.people import person
from tests.app.pictures import picture
from tests.site import Site
from tests.unit.test_looks import scene


def test_a_file_is_known_by_its_bytes_as_sent_and_as_served_and_a_picture_by_its_look(site: Site) -> None:
    alice = person(site, "alice")
    sent = bytes(scene(3).jpegsave_buffer())
    media_id = site.post("/api/v2/media", alice.token, files={"file": ("a.jpg", sent)}).json()["id"]
    found = site.read(media.prints_with_bytes_in, [hashlib.sha256(sent).hexdigest()])
    assert [one.media_id for one in found] == [int(media_id)]
    served = found[0].sha256[1]
    assert site.read(media.prints_with_bytes_in, [served]) == found
    assert site.read(media.whole_looks_in, 0, 10) == [(int(media_id), found[0].looks[0])]
    assert site.read(media.prints_with_bytes_in, [hashlib.sha256(picture()).hexdigest()]) == []
    status = site.post("/api/v1/statuses", alice.token, json={"media_ids": [media_id]}).json()
    assert site.read(media.prints_of_posts_in, [int(status["id"])])[0].looks == found[0].looks
