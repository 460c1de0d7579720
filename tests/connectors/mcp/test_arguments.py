"""Arguments fit the schema of a tool or are refused in plain words; the schema does no harm."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contract import PermanentError
from connectors.mcp import Server, Tool, arguments
from connectors.mcp.client import Answer
from connectors.mcp.operations import operation
from engine.acting import gate
from tests.conftest import FakeClock

TAKES: dict[str, Any] = {
    "type": "object",
    "properties": {
        "to": {"type": "string"},
        "times": {"type": "integer"},
        "share": {"type": ["number", "null"]},
        "now": {"type": "boolean"},
        "mode": {"enum": ["slow", "quick"]},
        "tags": {"type": "array", "items": {"type": "string"}},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}},
        "who": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
    },
    "required": ["to"],
    "$defs": {
        "line": {
            "type": "object",
            "properties": {"text": {"type": "string"}, "sum": {"type": "number"}},
            "required": ["text"],
        }
    },
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def fitted(takes: dict[str, Any], args: dict[str, Any]) -> Any:
    """Return the arguments as the gate reads them."""

    async def call(tool: Tool, given: dict[str, Any]) -> Answer:
        return Answer("")

    tool = Tool(server="s", name="t", description="", takes=takes)
    server = Server(name="s", command="x")
    made = operation(server, tool, None, {}, call, FakeClock())
    return gate.arguments(made, args).model_dump(mode="json")


@pytest.mark.parametrize(
    "args",
    [
        {"to": "Ada"},
        {"to": "", "times": 3, "share": None, "now": False, "mode": "slow"},
        {"to": "Ada", "tags": [], "lines": [{"text": "a"}, {"text": "b", "sum": 1.5}]},
        {"to": "Ada", "who": 7, "share": 2, "times": 3.0},
    ],
)
def test_arguments_that_fit_stay_as_they_are(args: dict[str, Any]) -> None:
    assert fitted(TAKES, args) == args


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ({}, "“to” is missing."),
        ({"to": 7}, "“to” must be text."),
        ({"to": None}, "“to” is missing."),
        ({"to": "a", "times": 1.5}, "“times” must be a whole number."),
        ({"to": "a", "times": True}, "“times” must be a whole number."),
        ({"to": "a", "share": "much"}, "“share” must be a number or nothing."),
        ({"to": "a", "now": "yes"}, "“now” must be true or false."),
        ({"to": "a", "mode": "odd"}, "“mode” must be one of: slow, quick."),
        ({"to": "a", "tags": ["x", 1]}, "“tags.1” must be text."),
        ({"to": "a", "lines": [{"sum": 1}]}, "“lines.0.text” is missing."),
        ({"to": "a", "lines": [{"text": "x", "bcc": "e"}]}, "“lines.0.bcc” is not known there."),
        ({"to": "a", "who": []}, "“who” fits none of the 2 ways to write it."),
        ({"to": "a", "bcc": "eve"}, "“bcc” is none of its arguments (to, times, share, now"),
    ],
)
def test_what_does_not_fit_is_refused_in_plain_words(args: dict[str, Any], says: str) -> None:
    with pytest.raises(PermanentError) as refused:
        fitted(TAKES, args)
    assert str(refused.value).startswith(says)


def test_what_a_form_gives_back_is_read_as_what_it_is() -> None:
    typed = {"to": "7", "times": "3", "share": "1.50", "now": "True", "mode": "slow"}
    assert fitted(TAKES, typed | {"tags": None}) == {
        "now": True,
        "mode": "slow",
        "to": "7",
        "times": 3,
        "share": 1.5,
    }


def test_more_than_a_schema_names_is_refused_even_where_it_allows_more() -> None:
    with pytest.raises(PermanentError, match="it takes none"):
        fitted({"type": "object", "additionalProperties": True}, {"bcc": "eve"})


@pytest.mark.parametrize(
    "trap",
    [
        {"type": "string", "pattern": "^(a+)+$"},
        {"$ref": "#/properties/x"},
        {"$ref": "http://127.0.0.1:1/schema"},
        {"anyOf": [{"$ref": "#/properties/x"}, {"$ref": "#/properties/x"}]},
        {
            "anyOf": [
                {"items": {"$ref": "#/properties/x"}, "anyOf": [{"$ref": "#/properties/x"}] * 9}
            ]
            * 9
        },
        {"type": 7, "enum": "no list", "required": 3, "properties": []},
    ],
)
def test_a_schema_that_is_a_trap_is_left_to_its_server(trap: dict[str, Any]) -> None:
    takes = {"type": "object", "properties": {"x": trap}}
    try:
        assert fitted(takes, {"x": "a" * 40 + "!"})
    except PermanentError as refused:
        assert "x" in str(refused)


WORDS = st.sampled_from(["type", "properties", "required", "items", "enum", "anyOf", "$ref"])


@given(
    st.dictionaries(WORDS | st.text(max_size=3), JSON, max_size=5),
    st.dictionaries(st.text(), JSON, max_size=3),
)
def test_whatever_schema_and_arguments_there_are_the_answer_is_a_yes_or_a_sentence(
    takes: dict[str, Any], args: dict[str, Any]
) -> None:
    try:
        fitted(takes, args)
    except PermanentError as refused:
        assert str(refused)
    assert all(arguments.kind(takes, name) in ("", *arguments.KINDS) for name in args)
