"""What names somebody is found however it is written, and what only looks like it is left."""

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from memory.redaction import ERASED, TEXT_CHARS, WORDS, Depth, needles
from memory.schema import metadata

ADA = {
    "name": "Ada Example",
    "email": "ada@example.org",
    "phone": "+49 (30) 123-4567",
    "phones": ["+4940765432"],
    "iban": "DE89370400440532013000",
    "aliases": ["Ada", "Ädelgard Groß"],
}
KNOWN = needles("rec_000abc123", [ADA])
MARK = "[erased abc123]"
NAMES = {  # text columns in which no words stand: identifiers, states, names of our own things
    *("answer", "author", "asked_by", "agent", "artifact", "approval", "became", "cardinality"),
    *("cause", "channel", "closed_by", "conv", "cost", "currency", "digest", "effect", "event"),
    "endorsed_by",
    *(
        "goal",
        "halted",
        "session",
        "id",
        "key",
        "kind",
        "mime",
        "mode",
        "operation",
        "verb",
        "plan",
        "playbook",
        "project",
        "back",
        "lane",
        "record",
    ),
    *("ref", "scheme", "source", "state", "status", "surface", "task", "undoes", "about", "action"),
    *("amount", "basis", "ceiling", "model", "purpose", "spec", "step", "tier"),
    *(
        "item",
        "hash",
        "card",
        "trust",
        "sensitivity",
        "salt",
        "redacted_by",
        "first_on",
        "merged_into",
        "topic",
        "shape",
        "lane",
        "back",
        "encoder",
    ),
}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Ada Example wrote", f"{MARK} wrote"),
        ("ADA EXAMPLE", MARK),
        ("Ada\n Example", MARK),
        ("Example, Ada", MARK),
        ("Ada Example's lamp", f"{MARK} lamp"),
        ("Ada Examples Lampe", f"{MARK} Lampe"),
        ("<ada@example.org>", f"<{MARK}>"),
        ("mailto:ADA@Example.org.", f"mailto:{MARK}."),
        ("call +49 30 1234567 now", f"call +{MARK} now"),
        ("call 0049/30/123 45 67", f"call {MARK}"),
        ("or +49 40 765432", f"or +{MARK}"),
        ("DE89 3704 0044 0532 0130 00", MARK),
        ("ÄDELGARD GROSS", MARK),
        ("A\u0308delgard Gro\u00df", MARK),
        ("_Ada_", f"_{MARK}_"),
        ("dear ada,", f"dear {MARK},"),
        ("Canada", "Canada"),
        ("Adam Examples", "Adam Examples"),
        ("xada@example.org", "xada@example.org"),
        ("149301234567", "149301234567"),
    ],
)
def test_a_name_is_found_in_every_writing_and_in_no_other_word(text: str, left: str) -> None:
    assert KNOWN.cut(text, "words") == left


def test_a_single_name_alone_is_not_sure_to_be_the_same_person() -> None:
    assert KNOWN.named_in({"a": ["Ada Example"]})
    assert KNOWN.named_in({"ada@example.org": 1})
    assert not KNOWN.named_in({"a": ["Ada"], "b": 7})


def test_parts_of_the_name_go_only_where_the_text_is_about_it() -> None:
    assert KNOWN.cut("Mrs Example", "words") == "Mrs Example"
    assert KNOWN.cut("Mrs Example", "texts") == f"Mrs {MARK}"


@pytest.mark.parametrize(
    ("depth", "left"),
    [
        ("words", {"a": "x" * 81, "b": [MARK, 7, None], "c": "two words"}),
        ("texts", {"a": ERASED, "b": [MARK, 7, None], "c": "two words"}),
        ("prose", {"a": ERASED, "b": [MARK, 7, None], "c": ERASED}),
        ("all", {"a": MARK, "b": [MARK, MARK, None], "c": MARK}),
    ],
)
def test_the_depth_says_how_much_goes(depth: Depth, left: object) -> None:
    value = {"a": "x" * (TEXT_CHARS + 1), "b": ["Ada", 7, None], "c": "two words"}
    assert KNOWN.cut(value, depth) == left


def test_identifiers_and_states_stay_even_where_they_read_like_the_name() -> None:
    slack = needles("rec_000abc123", [{"name": "Slack"}])
    row = {"id": "slack:1", "surface": "slack", "chat": "slack", "user": "Slack", "state": "paired"}
    cut = slack.cut_row(metadata.tables["conversations"], row, "words")
    assert cut == row | {"chat": MARK, "user": MARK}


def test_a_field_that_reads_like_a_name_stays_a_field() -> None:
    mark = needles("rec_000abc123", [{"name": "Mark Price", "aliases": ["Mark"]}])
    value = {"marks": ["Mark says so"], "price": "Price", "Mark Price": 1, "mark@example.org": 2}
    assert mark.cut(value, "texts") == {
        "marks": [f"{MARK} says so"],
        "price": MARK,
        MARK: 1,
        f"{MARK}@example.org": 2,
    }


def test_names_that_are_everyday_words_or_too_short_are_not_looked_for() -> None:
    short = needles(
        "rec_000abc123", [{"name": "Jo", "aliases": ["Will", "…", " "], "phone": "112"}]
    )
    text = "Jo will call 112 …"
    assert short.cut(text, "words") == text


def test_names_in_scripts_without_spaces_are_found_within_the_text() -> None:
    assert (
        needles("rec_000abc123", [{"name": "王伟"}]).cut("给王伟退款", "words") == f"给{MARK}退款"
    )


def test_of_every_text_column_it_is_known_whether_words_stand_in_it() -> None:
    unknown = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.c
        if isinstance(column.type, sa.Text) and not column.primary_key
        if column.name not in WORDS | NAMES
    }
    assert not unknown, "May words stand there? Then name it in memory/redaction.WORDS, else here."


@given(name=st.text(min_size=1, max_size=12), text=st.text(max_size=40))
def test_no_name_stands_in_what_was_cut_and_cutting_twice_changes_nothing(
    name: str, text: str
) -> None:
    known = needles("rec_000abc123", [{"name": name, "aliases": [f"{name} {name}"]}])
    once = known.cut(f"{text} {name} {text}", "words")
    assert not known.sure.search(once.replace(known.mark, ""))
    assert known.cut(text, "words") == text or known.known.search(text)
