"""Fields of the operator's own are checked at load, and so is what is written into them."""

from pathlib import Path

import pytest

from memory.canon import fields
from memory.canon.fields import FieldsError, Own

GOOD = """
person:
  shoe_size: {type: number, label: Shoe size}
  member: {type: choice, choices: [Gold, Silver], class: business}
  since: {type: date}
  newsletter: {type: yes_no}
"""
BAD = """
person:
  phone: {type: text}
  shoe size: {type: text}
  member: {type: choice}
  colour: {type: paint, shade: dark}
pet:
  name: {type: text}
company: [a, b]
"""


def loaded(folder: Path, text: str) -> fields.Fields:
    (folder / fields.FILE).write_text(text, encoding="utf-8")
    return fields.load(folder)


def test_without_the_file_there_are_none(tmp_path: Path) -> None:
    assert fields.load(tmp_path) == {}


def test_every_fault_of_the_file_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(FieldsError) as refused:
        loaded(tmp_path, BAD)
    for fault in (
        "person.phone: every person has this field already",
        "person.shoe size: a name has letters, digits and _ only",
        "person.member: a choice, and only that, has choices",
        "person.colour: type: “paint” is not one of",
        "shade is not a field I know here",
        "pet: I know no such kind",
        "company: it must name its fields",
    ):
        assert fault in str(refused.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[1]", "it must name kinds of records"),
        ("person:\n  a: {\n", "cannot be read: line 3: "),
        ("\x00", "cannot be read: unacceptable character"),
        ("? [1]\n: 2", "cannot be read: line 1: "),
        ("1: {a: {type: text}}", "1: I know no such kind"),
        ("person: {a: }", "person.a: "),
        ("person: {1: {type: text}}", "person.1: a name has letters"),
        ("person: {a: {type: text, 1: x}}", "person.a: "),
        ("person: {a: {type: choice, choices: 3}}", "person.a: choices"),
    ],
)
def test_a_file_that_cannot_be_meant_is_said_in_one_line(
    tmp_path: Path, text: str, says: str
) -> None:
    with pytest.raises(FieldsError) as refused:
        loaded(tmp_path, text)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "written", "kept"),
    [
        ("shoe_size", " 42,50 ", "42.50"),
        ("member", "gold", "Gold"),
        ("since", "2026-11-30", "2026-11-30"),
        ("newsletter", "Ja", True),
        ("newsletter", "no", False),
    ],
)
def test_what_is_written_is_kept_in_one_way(
    tmp_path: Path, name: str, written: str, kept: object
) -> None:
    assert fields.read_all(loaded(tmp_path, GOOD)["person"], {name: written}) == {name: kept}


def test_what_does_not_fit_is_named_field_by_field(tmp_path: Path) -> None:
    own = loaded(tmp_path, GOOD)["person"]
    written = {"shoe_size": "big", "member": "tin", "since": "soon", "newsletter": "perhaps"}
    with pytest.raises(ValueError) as refused:
        fields.read_all(own, written)
    assert str(refused.value) == (
        "Shoe size: “big” is not a number; write it like 42 or 1.5; "
        "member: “tin” is not one of Gold, Silver; "
        "since: “soon” is not a date; write it like 2026-11-30; "
        "newsletter: “perhaps” is neither yes nor no"
    )


def test_a_column_is_known_by_name_and_label() -> None:
    own = {"shoe_size": Own(type="number", label="Schuhgröße")}
    assert fields.columns(own) == {
        "shoe_size": "shoe_size", "shoe size": "shoe_size", "schuhgrösse": "shoe_size",
    }  # fmt: skip
