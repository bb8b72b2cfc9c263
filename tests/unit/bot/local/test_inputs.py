import pytest

from bot.local.inputs import REQUIRED, problems


def field(**element):
    optional = element.pop("optional", False)
    return [
        {
            "type": "input",
            "block_id": "b",
            "optional": optional,
            "element": {"type": "plain_text_input", "action_id": "a", **element},
        }
    ]


def given(**answer):
    return {"b": {"a": answer}}


@pytest.mark.parametrize(
    ("blocks", "values", "sentence"),
    [
        (field(), given(value="yes"), None),
        (field(), {}, REQUIRED),
        (field(), given(value=None), REQUIRED),
        (field(), given(value=""), REQUIRED),
        (field(optional=True), {}, None),
        (field(min_length=3), given(value="ab"), "at least 3"),
        (field(max_length=3), given(value="abcd"), "at most 3"),
        (field(), given(value="x" * 3001), "at most 3000"),
        (field(type="email_text_input"), given(value="me@x"), "valid email"),
        (field(type="email_text_input"), given(value="me@x.io"), None),
        (field(type="url_text_input"), given(value="x.io"), "valid URL"),
        (field(type="number_input"), given(value="many"), "valid number"),
        (field(type="number_input"), given(value="1.5"), "whole number"),
        (field(type="number_input", is_decimal_allowed=True), given(value="1.5"), None),
        (field(type="number_input", min_value="0", max_value="10"), given(value="11"), "between 0 and 10"),
        (field(type="checkboxes"), given(selected_options=[]), REQUIRED),
        (field(type="static_select"), given(selected_option={"value": "v"}), None),
    ],
)
def test_a_modal_is_checked_as_slacks_client_checks_it(blocks, values, sentence):
    found = problems(blocks, values)
    if sentence is None:
        assert found == {}
    else:
        assert sentence in found["b"]


def test_blocks_that_are_no_inputs_are_left_alone():
    assert problems([{"type": "section", "block_id": "s"}], {}) == {}
