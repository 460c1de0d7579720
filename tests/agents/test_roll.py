"""Whether a text names anybody in the records, read once however many they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.reading import parties, roll
from memory.canon.records import Record
from tests.conftest import BEGINS


def record(kind: str, name: str, *, aliases: tuple[str, ...] = ()) -> Record:
    state = {"name": name, "email": f"{name.split()[0].lower()}@one.example", "aliases": aliases}
    return Record(
        id=f"rec_{name}", kind=kind, name=name, status="active", version=1, state=state, at=BEGINS
    )


KNOWN = (
    record("person", "Ada Lind"),
    record("person", "Jörg van der Müll", aliases=("Jojo",)),
    record("person", "O"),
    record("company", "Lund Ltd", aliases=("Lund",)),
    record("company", "Blue Heron Press"),
)
ROLL = roll.of(KNOWN)
WORDS = (
    "Ada", "ada", "Adas", "Lind", "lind", "Linds", "LIND", "Jörg", "jorg", "van", "der", "müll",
    "Müll", "Jojo", "jojo", "O", "o", "Lund", "lund", "Ltd", "ltd", "Blue", "blue", "heron",
    "Press", "press", "the", "The", "lamp", "waits", ",", ".", "ada@one.example", "a@b.example",
)  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=9))
def test_nobody_is_missed_whom_the_names_in_a_text_give(words: list[str]) -> None:
    text = " ".join(words)
    found = bool(parties.found_in(text, KNOWN))
    assert ROLL.names(text) or not found
    apart = roll.Roll(ROLL.single, ROLL.whole)  # without the parts of a name that stand apart
    assert apart.names(text) == found


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The lamp of ada lind is ready.", True),
        ("The lamp is for lind, ada.", True),
        ("It is ada m. lind's lamp, says Firstmate.", True),
        ("He said that ada is a language.", False),
        ("Press lind and wait for the blue lamp and the old green one of ada.", False),
        ("the lamp of ada", True),  # no capital at all: a chat
        ("He met jörg in the müll van.", True),
    ],
)
def test_small_letters_count_where_both_parts_of_a_name_are_there(text: str, names: bool) -> None:
    assert ROLL.names(text) == names
