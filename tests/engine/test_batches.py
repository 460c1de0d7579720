"""Units of lists of questions: what a card says of its items, and what starts left out."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.acting.approvals import Approval
from engine.acting.effects import Effect
from engine.chat.messages import Button, FieldDiff, Fold, Para, Part, TextDiff
from engine.drawing import face
from engine.lists import batch_card, batch_list, doubts
from engine.lists.batch_list import Batch, Item
from policies.rules import Action

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SETTINGS = {"zone": "Europe/Berlin", "locale": "en"}
ROLES = {"to": "destination", "amount": "amount", "text": "text"}


def shown(title: str = "Send e-mail · ada@example.org", **values: Any) -> dict[str, Any]:
    preview = {"title": title, "changes": [], "text": None, "notes": [], "facts": {}}
    return preview | values


def field(label: str, after: str) -> dict[str, Any]:
    return {"label": label, "before": None, "after": after, "source": "", "derived": False}


def item(position: int, title: str = "", **values: Any) -> Item:
    parts: tuple[Part, ...] = values.pop("parts", ())
    fixed = {"approval": "apr", "effect": "eff", "version": 1, "digest": "d"}
    usual = {"included": True, "locked": False}
    return Item(position, title=title or f"Item {position}", parts=parts, **fixed | usual | values)


def batch(*items: Item, state: str = "open", verb: str = "Send") -> Batch:
    return Batch("bat_1", "chat:me", state, verb, len(items), items)


def labels(drawn: Batch) -> list[list[str]]:
    return [[button.label for button in row] for row in batch_card.draw(drawn).buttons]


def asked(**values: Any) -> Approval:
    usual: dict[str, Any] = {
        "id": "apr",
        "effect": "eff",
        "version": 1,
        "digest": "d",
        "state": "open",
        "asked_at": NOW,
        "expires_at": NOW + timedelta(days=7),
        "snoozed_until": None,
    }
    return Approval(**usual | values)


def effect(outcome: str = "ask", facts: dict[str, Any] | None = None, **origins: Any) -> Effect:
    action = Action(
        operation="email.send",
        effect="share",
        args=dict.fromkeys(origins, "x"),
        origins=origins,
        agent="front",
        reason="",
    )
    verdict = {"outcome": outcome, "because": "More than 500 at once.", "facts": facts or {}}
    return Effect.model_construct(id="eff", version=1, action=action, verdict=verdict)


def doubt(
    of: Effect, question: Approval | None = None, preview: dict[str, Any] | None = None
) -> str:
    return doubts.doubt(of, question or asked(), ROLES, preview or shown(), SETTINGS, NOW)


def test_sums_are_kept_apart_by_currency_and_people_counted_once() -> None:
    items = (
        item(1, amounts=((Decimal("40"), "EUR"),), recipients=frozenset({"ada"})),
        item(2, amounts=((Decimal("1200.50"), "EUR"),), recipients=frozenset({"ada", "bo"})),
        item(3, amounts=((Decimal("5"), "USD"),), recipients=frozenset({"bo"})),
    )
    assert batch_list.totals(items) == "3 items · 1,240.50 EUR · 5.00 USD · 2 recipients"
    assert batch_list.totals(items[:1]) == "1 item · 40.00 EUR · 1 recipient"


def test_a_list_without_money_or_recipients_counts_its_items_only() -> None:
    assert batch_list.totals((item(1), item(2))) == "2 items"


def test_equal_titles_go_on_with_the_first_field_that_differs() -> None:
    rows = [[field("From", "me"), field("Subject", text)] for text in ("first", "second", "third")]
    items = [
        item(n, "Send · Bo", parts=face.content(shown(changes=row), ""))
        for n, row in enumerate(rows, start=1)
    ]
    told = batch_list.told_apart((*items, item(4, "Send · Ada")))
    assert [one.title for one in told] == [
        "Send · Bo · first",
        "Send · Bo · second",
        "Send · Bo · third",
        "Send · Ada",
    ]


def test_titles_equal_in_every_field_stay_as_they_are() -> None:
    assert [one.title for one in batch_list.told_apart((item(1, "A"), item(2, "A")))] == ["A", "A"]


def test_what_a_version_would_send_or_change_is_all_in_its_content() -> None:
    preview = shown(changes=[field("To", "ada")], text="Hello", notes=["It waits."])
    fields, text, note = face.content(preview, "Hi")
    assert isinstance(fields, FieldDiff)
    assert [(row.label, row.old, row.new) for row in fields.rows] == [("To", None, "ada")]
    assert text == TextDiff(old="Hi", new="Hello")
    assert isinstance(note, Para)
    assert note.spans[0].text == "It waits."
    assert face.content(shown(), "") == ()


@pytest.mark.parametrize(("size", "folded"), [(240, False), (241, True)])
def test_a_long_text_is_one_tap_away_and_its_exact_size_is_said(size: int, folded: bool) -> None:
    text = TextDiff(old="", new="x" * size)
    drawn = batch_card.draw(batch(item(1, parts=(text,))))
    expected = Fold(title=f"text, {size} characters", parts=(text,)) if folded else text
    assert drawn.parts[3] == expected


def test_a_changed_text_is_called_so() -> None:
    text = TextDiff(old="before", new="x" * 1234)
    fold = batch_card.draw(batch(item(1, parts=(text,)))).parts[3]
    assert fold == Fold(title="changed text, 1,234 characters", parts=(text,))


def test_many_fields_are_one_tap_away_and_every_character_is_counted() -> None:
    rows = face.content(shown(changes=[field("To", "a" * 100), field("Cc", "b" * 200)]), "")
    fold = batch_card.draw(batch(item(1, parts=rows))).parts[3]
    assert fold == Fold(title="fields, 304 characters", parts=rows)


def test_a_note_is_said_once_and_of_whom_it_holds() -> None:
    all_of, some = (face.content(shown(notes=[text]), "")[0] for text in ("It waits.", "By hand."))
    drawn = batch_card.draw(
        batch(item(1, parts=(all_of,)), item(2, parts=(all_of, some)), item(3, parts=(all_of,)))
    )
    said = [part.spans[0].text for part in drawn.parts if isinstance(part, Para)]
    assert said[-3:-1] == ["It waits.", "2: By hand."]


def test_numbers_stand_five_in_a_row_and_the_yes_names_its_count() -> None:
    rows = labels(batch(*(item(n) for n in range(1, 11))))
    assert [len(row) for row in rows] == [5, 5, 2, 1]
    assert rows[1][-1] == "☑ 10"
    assert rows[2:] == [["✓ Send 10", "✗ Reject 10"], ["One by one"]]


def test_the_yes_names_exactly_the_items_it_decides() -> None:
    items = (
        item(1),
        item(2, included=False),
        item(3, locked=True, included=False, why="Twice."),
        item(4, settled="Already rejected."),
        item(5),
    )
    drawn = batch_card.draw(batch(*items))
    yes: Button = next(b for row in drawn.buttons for b in row if b.style == "ok")
    assert (yes.label, yes.item) == ("✓ Send 2", "1,5")
    assert labels(batch(*items))[0] == ["☑ 1", "☐ 2", "☑ 5"]


def test_a_locked_item_is_never_picked_even_when_it_is_included() -> None:
    assert batch(item(1, locked=True)).picked == ()


def test_a_long_verb_leaves_room_for_the_count() -> None:
    drawn = batch(*(item(n) for n in range(1, 11)), verb="Do something very long indeed")
    assert labels(drawn)[2][0] == "✓ Do something very l 10"
    assert len(labels(drawn)[2][0]) == 24


def test_what_nothing_speaks_against_starts_included() -> None:
    assert doubt(effect(to="canonical", text="model")) == ""


def test_what_the_rules_ask_twice_says_which_rule() -> None:
    assert doubt(effect("ask_twice")) == "More than 500 at once."


def test_what_expired_starts_left_out() -> None:
    assert doubt(effect(), asked(expires_at=NOW)) == "It expired."


def test_what_was_put_off_starts_left_out_until_then() -> None:
    until = NOW + timedelta(hours=1)
    assert doubt(effect(), asked(snoozed_until=until)) == "You put it off until Fri 20 Nov, 11:00."
    assert doubt(effect(), asked(snoozed_until=NOW)) == ""


@pytest.mark.parametrize(
    ("origins", "why"),
    [
        ({"to": "text"}, "to (where it goes) is only in somebody else's text."),
        ({"to.0": "model"}, "to.0 (where it goes) is composed by Firstmate."),
        ({"amount": "model"}, "amount (the amount) is composed by Firstmate."),
        ({"to": "record", "amount": "operator"}, ""),
    ],
)
def test_unproven_words_about_where_and_how_much_start_left_out(
    origins: dict[str, str], why: str
) -> None:
    assert doubt(effect(**origins)) == why


@pytest.mark.parametrize(
    "preview",
    [
        shown(title="Send · pay\u202epal"),
        shown(text="hidden\u200bword"),
        shown(changes=[field("To", "p\u0430ypal.example")]),
    ],
)
def test_hidden_or_imitated_characters_start_left_out(preview: dict[str, Any]) -> None:
    assert doubt(effect(), preview=preview) == "It has hidden or look-alike characters."


def test_what_the_rules_saw_as_deceptive_starts_left_out() -> None:
    assert doubt(effect(facts={"deceptive": True})) == "It has hidden or look-alike characters."
