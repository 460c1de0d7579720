"""What cannot be prepared with the words that were said can be changed by hand on its card."""

from bot.app import App
from engine.desks import rewriting
from memory.copying import verify
from memory.schema.work import effects, tasks
from tests.chat import Chat
from tests.walks.test_graph import Notes
from tests.walks.test_left_out import TOO_MUCH, newest, rows
from tests.walks.test_refund import ledger


async def test_a_refund_of_too_much_is_edited_on_its_card_and_the_plan_goes_on(
    app: App, chat: Chat
) -> None:
    await chat.say(TOO_MUCH)
    assert "[✎ Edit] [Retry] [Abort]" in chat.text("cannot be done")
    key = chat.key("cannot be done")
    form = chat.button(key, "Edit").form
    assert form is not None
    assert [one.initial for one in form.fields if one.id == "amount"] == ["500.00"]
    token = chat.tokens[key, "✎ Edit"]
    assert "not a number" in (await chat.press(token, amount="a lot")).text
    assert (await chat.press(token, amount="500.00")).text == rewriting.SAME
    assert (await chat.press(token, payment="PAY-7")).refused  # another payment, another question
    assert await rows(app, effects) == []
    assert (await chat.press(token, amount="100")).text == rewriting.DONE
    assert "{+100.00 EUR+}" in chat.text("Refund 100.00 EUR")
    assert "100.00 EUR of your payment" in chat.text("Send e-mail")
    [refund] = [e for e in await rows(app, effects) if e.action["operation"] == "payments.refund"]
    assert refund.action["origins"]["amount"] == "operator"
    await chat.tap("Refund 100.00 EUR", "✓ Refund")
    await chat.tap("Send e-mail", "✓ Send")
    assert await newest(app) == ["done"] * 3
    assert ledger(app).count("(REF-") == 1
    assert (await chat.press(token, amount="20")).refused
    assert [one.by_hand for one in await rows(app, tasks) if one.key == "refund"] == [["amount"]]
    assert (await verify.verify(app.db)).faults == ()


async def test_an_edit_that_does_not_do_either_is_said_on_the_same_card(
    app: App, chat: Chat
) -> None:
    await chat.say(TOO_MUCH)
    await chat.tap("cannot be done", "Edit", amount="300")
    assert (await newest(app))[0] == "failed"
    form = chat.button(chat.key("cannot be done"), "Edit").form
    assert form is not None
    assert [one.initial for one in form.fields if one.id == "amount"] == ["300.00"]
    await chat.tap("cannot be done", "Edit", amount="20")
    assert "{+20.00 EUR+}" in chat.text("Refund 20.00 EUR")


async def test_a_wish_of_one_step_that_cannot_be_prepared_can_be_edited_or_dropped(
    app: App, chat: Chat
) -> None:
    notes = Notes(app)
    notes.refuses.add("prefers mornings")
    for said in ("prefers mornings", "prefers mornings"):
        await chat.say(f"note on Ada: {said}")
        key = chat.key("cannot be done")
        labels = [one.label for row in chat.shown[key].buttons for one in row]
        assert labels == ["✎ Edit", "Retry", "Drop"]
        if notes.done:
            assert (await chat.tap("cannot be done", "Drop")).text == "Left out."
            assert await newest(app) == ["skipped"]
        else:
            await chat.tap("cannot be done", "Edit", text="prefers evenings")
            assert await newest(app) == ["done"]
    assert notes.done == ["prefers evenings"]
