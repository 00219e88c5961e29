import pytest

from perdure.kernel.errors import Invalid
from perdure.mastodon_api.params import Params, _json, tree_of


def form(*pairs: tuple[str, str]) -> Params:
    return Params(tree_of(pairs))


def test_unit_bracketed_keys_make_lists_and_objects() -> None:
    params = form(("media_ids[]", "1"), ("media_ids[]", "2"), ("source[privacy]", "private"), ("poll[options][]", "a"))
    assert params.ids("media_ids") == [1, 2]
    assert params.text("source.privacy") == "private"
    assert params.texts("poll.options") == ["a"]


def test_unit_indexed_fields_come_in_the_order_of_their_index() -> None:
    params = form(("fields_attributes[1][name]", "b"), ("fields_attributes[0][name]", "a"))
    assert [field.text("name") for field in params.objects("fields_attributes")] == ["a", "b"]


def test_unit_a_repeated_inner_key_starts_the_next_object() -> None:
    params = form(
        ("keywords_attributes[][keyword]", "x"),
        ("keywords_attributes[][whole_word]", "true"),
        ("keywords_attributes[][keyword]", "y"),
    )
    keywords = params.objects("keywords_attributes")
    assert [(k.text("keyword"), k.flag("whole_word")) for k in keywords] == [("x", True), ("y", None)]


def test_unit_json_keys_may_carry_brackets() -> None:
    assert Params(_json(b'{"media_ids[]": ["5", 6]}')).ids("media_ids") == [5, 6]


def test_unit_one_scalar_where_a_list_is_expected_is_a_list_of_one() -> None:
    assert form(("id", "7")).ids("id") == [7]


@pytest.mark.parametrize(("sent", "read"), [("on", True), ("T", True), ("0", False), ("off", False), ("", None)])
def test_unit_booleans_in_every_spelling(sent: str, read: bool | None) -> None:
    assert form(("locked", sent)).flag("locked") is read


@pytest.mark.parametrize("body", [b"{", b"[1]", b'"x"', b"\xff\xfe"])
def test_unit_a_body_that_is_no_json_object_is_a_clear_error(body: bytes) -> None:
    with pytest.raises(Invalid, match="Validation failed"):
        _json(body)


def test_unit_an_object_where_text_belongs_is_refused_by_name() -> None:
    with pytest.raises(Invalid, match="Status is invalid"):
        form(("status[x]", "1")).text("status")
