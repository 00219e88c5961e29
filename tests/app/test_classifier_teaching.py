"""What the classifier learns from the operator's own decisions."""

from perdure.moderation.service import teaching
from tests.app.people import person
from tests.app.test_decisions import decide, reported
from tests.app.test_reports import mod
from tests.site import Site


def test_a_post_that_people_restricted_is_an_example_of_what_breaks_a_rule(site: Site) -> None:
    alice, mona = person(site, "alice"), mod(site)
    reported(site, alice, "quillwort and sedge")
    site.work()
    assert site.rt.db.read_now(teaching.examples_in).texts == ()
    decide(site, mona)
    examples = site.rt.db.read_now(teaching.examples_in)
    assert examples.labels == (True,)
    assert "quillwort and sedge" in examples.texts[0]
