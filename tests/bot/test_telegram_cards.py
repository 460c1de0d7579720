"""What goes out on Telegram, over real HTTP: cards, their buttons and their forms."""

import asyncio
import struct
from collections.abc import AsyncIterator

import pytest

from bot.surfaces import BusyError, GoneError
from engine.chat.messages import File, Msg, TextDiff, say
from tests.bot.telegram_desk import ADA, Desk, due, opened, refund, token
from tests.bot.telegram_home import Home


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """A desk where Ada is paired."""
    async with opened(Home(paired={ADA})) as opened_desk:
        yield opened_desk


# Taps and forms


async def test_a_tap_is_carried_out_and_answered_from_the_house(desk: Desk) -> None:
    desk.home.answer = "Already approved by you on web, today 09:43."
    await desk.show(refund())
    query = desk.telegram.tap(desk.telegram.messages[0], "Approve")
    assert await desk.telegram.answered(query) == "Already approved by you on web, today 09:43."
    who, key, made, values = desk.home.taps[0]
    assert (who.user, made, values) == ("7001", "a1.approve-A1", {})
    assert key == "update:502"


async def test_a_long_answer_to_a_tap_is_a_message(desk: Desk) -> None:
    desk.home.answer = "Because " + "of this and that, " * 20
    await desk.show(refund())
    query = desk.telegram.tap(desk.telegram.messages[0], "Approve")
    assert await desk.telegram.answered(query) == ""
    await desk.telegram.see(desk.home.answer.strip())


async def test_a_tap_answered_too_late_is_still_told(desk: Desk) -> None:
    await desk.show(refund())
    await desk.taken()
    await desk.surface.close()
    desk.telegram.tap(desk.telegram.messages[0], "Approve")
    desk.telegram.advance(100)
    await desk.restart()
    await desk.telegram.see("Approved.")
    assert len(desk.home.taps) == 1


async def test_a_tap_that_waited_over_150_s_is_gone(desk: Desk) -> None:
    await desk.show(refund())
    await desk.taken()
    await desk.surface.close()
    desk.telegram.tap(desk.telegram.messages[0], "Approve")
    desk.telegram.advance(151)
    await desk.restart()
    desk.telegram.say("Did you get it?")
    await desk.heard(2)
    assert desk.home.taps == []


async def test_edit_asks_for_the_new_text_and_the_reply_fills_the_form_in(desk: Desk) -> None:
    await desk.show(refund())
    query = desk.telegram.tap(desk.telegram.messages[0], "Edit")
    question = await desk.telegram.see("one line for each field")
    assert await desk.telegram.answered(query) == ""
    assert question.asks
    assert question.marked("pre") == ["Amount: 40.00\nText: Dear Mara"]
    desk.home.answer = "Changed. Here is the new card."
    desk.telegram.reply(question, "Amount: 35")
    await desk.telegram.see("Changed. Here is the new card.")
    assert [(made, values) for _, _, made, values in desk.home.taps] == [
        ("a1.edit-A1", {"amount": "35"})
    ]
    assert [heard.words for heard in desk.home.heard] == ["hello"]


async def test_an_open_form_survives_a_restart(desk: Desk) -> None:
    await desk.show(refund())
    await desk.taken()
    await desk.restart()
    desk.telegram.tap(desk.telegram.messages[0], "Edit")
    question = await desk.telegram.see("one line for each field")
    await desk.taken()
    await desk.restart()
    desk.telegram.reply(question, "Dear Mara,\nthank you.")
    await desk.telegram.until(lambda: bool(desk.home.taps))
    assert desk.home.taps[0][3] == {"text": "Dear Mara,\nthank you."}


async def test_a_reply_that_fits_no_field_is_told_how(desk: Desk) -> None:
    await desk.show(refund())
    desk.telegram.tap(desk.telegram.messages[0], "Edit")
    question = await desk.telegram.see("one line for each field")
    desk.telegram.reply(question, "Amount: 35\nthanks")
    await desk.telegram.see("I don't know what “thanks” belongs to")
    assert desk.home.taps == []
    desk.telegram.reply(question, "Amount: 35")
    await desk.telegram.until(lambda: bool(desk.home.taps))


async def test_a_file_is_no_answer_to_a_form(desk: Desk) -> None:
    await desk.show(refund())
    desk.telegram.tap(desk.telegram.messages[0], "Edit")
    question = await desk.telegram.see("one line for each field")
    desk.telegram.send_file("text.txt", b"Dear Mara", reply_to=question.id)
    await desk.telegram.see("answer this question with text")
    assert desk.home.taps == []


async def test_an_edit_tap_delivered_twice_asks_once(desk: Desk) -> None:
    await desk.show(refund())
    desk.telegram.tap(desk.telegram.messages[0], "Edit")
    await desk.telegram.see("one line for each field")
    await desk.taken()
    await desk.crash()
    await desk.taken()
    assert sum(message.asks for message in desk.telegram.messages) == 1


# Cards


async def test_a_card_is_posted_once_and_then_changed_in_place(desk: Desk) -> None:
    shown = await desk.show(refund())
    (message,) = desk.telegram.messages
    assert shown == str(message.id)
    assert (message.labels, message.previews) == (["Approve", "✎ Edit"], False)
    assert message.rows[0][0].style == "success"
    assert await desk.show(refund("✓ refunded 40.00 EUR", "done"), shown) == shown
    (message,) = desk.telegram.messages
    assert (message.text, message.labels) == ("✓ refunded 40.00 EUR", [])
    assert (message.edits, message.previews) == (1, False)


async def test_an_answered_card_keeps_its_button_but_dead(desk: Desk) -> None:
    shown = await desk.show(refund())
    await desk.show(refund("… Running.", "running"), shown)
    (message,) = desk.telegram.messages
    assert (message.labels, message.dead) == ([], ["Approve"])


async def test_a_card_that_is_not_changed_is_no_error(desk: Desk) -> None:
    shown = await desk.show(refund())
    assert await desk.show(refund(), shown) == shown
    assert desk.telegram.messages[0].edits == 0


async def test_a_card_that_was_deleted_is_gone(desk: Desk) -> None:
    shown = await desk.show(refund())
    desk.telegram.forget(int(shown))
    with pytest.raises(GoneError):
        await desk.show(refund("again"), shown)


async def test_a_flood_says_how_long_to_wait(desk: Desk) -> None:
    desk.telegram.flood("sendMessage", 17)
    with pytest.raises(BusyError) as busy:
        await desk.show(refund())
    assert busy.value.retry_after_s == 17


async def test_a_flood_of_changes_says_how_long_to_wait(desk: Desk) -> None:
    shown = await desk.show(refund())
    desk.telegram.flood("editMessageText", 9)
    with pytest.raises(BusyError) as busy:
        await desk.show(refund("changed"), shown)
    assert busy.value.retry_after_s == 9


async def test_a_person_who_blocked_the_bot_is_tried_again_an_hour_later(desk: Desk) -> None:
    desk.telegram.say("hello")
    desk.telegram.block()
    with pytest.raises(BusyError) as busy:
        await desk.show(refund())
    assert busy.value.retry_after_s == 3600


async def test_a_server_error_is_tried_again_soon(desk: Desk) -> None:
    desk.telegram.refuse("sendMessage", 502, "Bad Gateway")
    with pytest.raises(BusyError) as busy:
        await desk.show(refund())
    assert busy.value.retry_after_s < 60


async def test_what_telegram_refuses_is_said_without_buttons(desk: Desk) -> None:
    desk.telegram.refuse("sendMessage", 400, "Bad Request: can't parse entities: <oops>")
    shown = await desk.show(refund())
    (message,) = desk.telegram.messages
    assert shown == str(message.id)
    assert "could not be shown on Telegram" in message.text
    assert message.labels == []


async def test_a_kept_file_is_sent_once_and_before_its_card(desk: Desk) -> None:
    desk.files["d" * 64] = b"%PDF-1.7"
    file = File(name="invoice-7.pdf", mime="application/pdf", digest="d" * 64)
    card = refund().model_copy(update={"files": (file,)})
    shown = await desk.show(card)
    document, message = desk.telegram.messages
    assert document.file == ("invoice-7.pdf", b"%PDF-1.7")
    assert message.labels == ["Approve", "✎ Edit"]
    done = card.model_copy(update={"buttons": ()})
    assert await desk.show(done, shown) == shown
    assert len(desk.telegram.messages) == 2


def picture_card(desk: Desk, height: int) -> Msg:
    png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 1080, height)
    desk.files["c" * 64] = png
    file = File(name="invoice-7.png", mime="image/png", digest="c" * 64)
    return refund().model_copy(update={"files": (file,)})


async def test_a_picture_follows_its_card_as_a_photo_and_is_sent_once(desk: Desk) -> None:
    card = picture_card(desk, 1500)
    shown = await desk.show(refund())
    both = await desk.show(card, shown)
    message, photo = desk.telegram.messages
    assert (photo.photo, photo.caption, photo.silent) == (
        desk.files["c" * 64], "invoice-7.png", True
    )  # fmt: skip
    assert "📎 invoice-7.png" in message.text
    assert message.labels == ["Approve", "✎ Edit"]
    assert await desk.show(card.model_copy(update={"buttons": ()}), both) == both
    assert len(desk.telegram.messages) == 2


async def test_the_picture_of_an_older_version_is_taken_back(desk: Desk) -> None:
    shown = await desk.show(picture_card(desk, 1500))
    photo, message = desk.telegram.messages
    after = await desk.show(refund(), shown)
    assert after == str(message.id)
    assert desk.telegram.messages == [message]
    assert await desk.show(refund(), shown) == after  # again, as after a crash
    assert photo.caption == "invoice-7.png"


async def test_a_picture_too_old_to_be_taken_back_says_so(desk: Desk) -> None:
    shown = await desk.show(picture_card(desk, 1500))
    desk.telegram.advance(49 * 3600)
    await desk.show(refund(), shown)
    await desk.show(refund(), shown)  # again, as after a crash
    photo, _ = desk.telegram.messages
    assert photo.caption == "Of an older version: this is no longer what is asked."
    assert photo.edits == 1


async def test_a_picture_stays_while_its_card_changes_and_a_file_always_does(desk: Desk) -> None:
    desk.files["d" * 64] = b"%PDF-1.7"
    card = picture_card(desk, 1500)
    paper = File(name="invoice-7.pdf", mime="application/pdf", digest="d" * 64)
    shown = await desk.show(card.model_copy(update={"files": (*card.files, paper)}))
    assert len(desk.telegram.messages) == 3
    await desk.show(refund(), shown)
    document, message = desk.telegram.messages
    assert document.file == ("invoice-7.pdf", b"%PDF-1.7")
    assert message.text


async def test_a_long_picture_is_sent_as_a_file_that_stays_sharp(desk: Desk) -> None:
    await desk.show(picture_card(desk, 4000))
    document, _ = desk.telegram.messages
    assert document.file == ("invoice-7.png", desk.files["c" * 64])


async def test_a_picture_that_is_gone_or_refused_leaves_its_card_to_decide(desk: Desk) -> None:
    card = picture_card(desk, 1500)
    desk.telegram.refuse("sendPhoto", 400, "Bad Request: IMAGE_PROCESS_FAILED")
    await desk.show(card)
    del desk.files["c" * 64]
    await desk.show(card)
    refused, gone = desk.telegram.messages
    assert refused.labels == gone.labels == ["Approve", "✎ Edit"]
    assert "📎" not in gone.text


async def test_a_file_that_is_gone_leaves_nothing_to_decide(desk: Desk) -> None:
    file = File(name="invoice-7.pdf", mime="application/pdf", digest="e" * 64)
    await desk.show(refund().model_copy(update={"files": (file,)}))
    (message,) = desk.telegram.messages
    assert "no longer kept" in message.text
    assert message.labels == []


async def test_a_change_too_long_to_show_is_a_file_first_and_then_a_decision(desk: Desk) -> None:
    old = "\n\n".join(f"Paragraph {n} says this and that about it." for n in range(400))
    card = refund().model_copy(
        update={"parts": (TextDiff(old=old, new=old.replace("that", "so")),)}
    )
    await desk.show(card)
    document, message = desk.telegram.messages
    assert document.file is not None
    assert "<html" in document.file[1].decode()
    assert message.labels == ["Approve", "✎ Edit"]


async def test_a_long_text_in_pieces_follows_its_next_version(desk: Desk) -> None:
    long = "\n\n".join("word " * 300 for _ in range(6))
    shown = await desk.show(say("text:1", long))
    assert len(desk.telegram.messages) == len(shown.split(",")) == 3
    again = await desk.show(say("text:1", "short now"), shown)
    assert [message.text for message in desk.telegram.messages] == ["short now"]
    assert again == shown.split(",")[0]


async def test_cards_in_one_chat_keep_to_telegrams_pace(desk: Desk) -> None:
    desk.telegram.say("hello")
    began = asyncio.get_running_loop().time()
    for number in range(5):
        await desk.surface.show(due(say(f"card:{number}", f"Card {number}")), token)
    assert asyncio.get_running_loop().time() - began > 1.8


async def test_many_chats_together_keep_to_telegrams_pace(desk: Desk) -> None:
    for chat in range(1, 51):
        desk.telegram.say("hello", user=chat)
    began = asyncio.get_running_loop().time()
    for chat in range(1, 51):
        await desk.surface.show(due(say("card:1", "Hello"), chat=chat), token)
    assert asyncio.get_running_loop().time() - began > 0.9


async def test_nothing_is_shown_before_the_bot_is_there(desk: Desk) -> None:
    with pytest.raises(BusyError):
        await desk.new().show(due(refund()), token)
