"""What a person finds, taps and fills in on a message or a view."""

from typing import Any

from tests.peers.slack_rules import elements, leaves

_VALUE = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "rich_text_input": "rich_text_value",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "static_select": "selected_option",
    "radio_buttons": "selected_option",
    "checkboxes": "selected_options",
    "multi_static_select": "selected_options",
}
_INITIAL = {"value": "initial_value", "rich_text_value": "initial_value"}
Part = dict[str, Any]
Values = dict[str, Any]


def find(blocks: list[Part], label: str, user: str) -> tuple[Part, Part, Part | None]:
    """Return (block, element, option) of what bears this label; AssertionError if nothing does."""
    seen = []
    for block in leaves(blocks):
        for element in elements(block):
            if user not in element.get("visible_to_user_ids", [user]):
                continue
            options = [option for option in element.get("options", [])]
            for option in [None, *options]:
                words = (option or element).get("text", {}).get("text", "")
                seen.append(words)
                if words and label in words:
                    return block, element, option
    raise AssertionError(f"nothing to tap is called “{label}” among {[one for one in seen if one]}")


def action(block: Part, element: Part, option: Part | None, ts: str) -> Part:
    """Return the entry of `actions` for a tap."""
    made = {"type": element["type"], "action_id": element["action_id"], "action_ts": ts}
    made["block_id"] = block["block_id"]
    if option is None:
        kept = ("text", "value", "style", "url")
        return made | {name: element[name] for name in kept if name in element}
    if _VALUE.get(element["type"]) == "selected_options":
        return made | {"selected_options": [option]}
    return made | {"selected_option": option}


def state(blocks: list[Part], values: Values, *, known_only: bool = False) -> Part:
    """Return `state.values`; `values` is keyed by action_id, block_id or the field's label.

    AssertionError for a key that fits nothing, unless `known_only`.
    """
    made: dict[str, Part] = {}
    used: set[str] = set()
    for block in leaves(blocks):
        for element in elements(block):
            if element["type"] in _VALUE:
                entry = _entry(block, element, values, used)
                made.setdefault(block["block_id"], {})[element["action_id"]] = entry
    unknown = set() if known_only else set(values) - used
    assert not unknown, f"no field is called {sorted(unknown)} among {made}"
    return made


def check_filled(blocks: list[Part], filled: Part) -> None:
    """AssertionError where Slack's own form would not let a person submit."""
    for block in blocks:
        if block["type"] != "input" or block["element"]["type"] not in _VALUE:
            continue
        element = block["element"]
        entry = filled[block["block_id"]][element["action_id"]]
        value = entry[_VALUE[element["type"]]]
        name = block["label"]["text"]
        assert value or block.get("optional"), f"“{name}” must be filled in"
        size = len(value) if isinstance(value, str) else 0
        assert size <= element.get("max_length", 3_000), f"“{name}” is too long: {size}"
        assert not size or size >= element.get("min_length", 0), f"“{name}” is too short: {size}"


def _entry(block: Part, element: Part, values: Values, used: set[str]) -> Part:
    key = _VALUE[element["type"]]
    value = element.get(_INITIAL.get(key, key.replace("selected", "initial")))
    for name in (block["block_id"], element["action_id"], block.get("label", {}).get("text")):
        if name in values:
            used.add(name)
            value = _chosen(element, values[name])
    if key == "selected_options":
        value = value or []
    return {"type": element["type"], key: value}


def _chosen(element: Part, given: Any) -> Any:
    if "options" not in element or given is None:
        return given
    if isinstance(given, list):
        return [_option(element, one) for one in given]
    return _option(element, given)


def _option(element: Part, given: Any) -> Part:
    for option in element["options"]:
        if given in (option, option.get("value"), option["text"]["text"]):
            return dict(option)
    raise AssertionError(f"no option is called {given} among {element['options']}")
