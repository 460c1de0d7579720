"""The Telegram surface against a Telegram of our own, over real HTTP."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from bot.surfaces import BusyError, GoneError
from bot.telegram import BAD_TOKEN, UNREACHED, Telegram, identify
from bot.telegram_inbound import Pace
from connectors.contract import PermanentError
from engine.messages import Button, File, Form, Input, Msg, TextDiff, say
from engine.outbox import Card, Due
from tests.bot.telegram_home import CODE, Home
from tests.peers.telegram import MB, TOKEN, FakeTelegram

ADA = ("7001", "7001")
START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
QUICK = Pace(bundle_s=0.3, comment_s=0.1)
PATIENT = Pace(bundle_s=5, comment_s=0.1)


@dataclass
class Desk:
    """One bot, started, with everything a test may look at."""

    telegram: FakeTelegram
    home: Home
    surface: Telegram
    alarms: list[str] = field(default_factory=list)
    gaps: list[datetime] = field(default_factory=list)
    now: datetime = START
    files: dict[str, bytes] = field(default_factory=dict)
    pace: Pace = QUICK

    async def restart(self, pace: Pace = QUICK) -> None:
        """Stop, and start a new process on the same house."""
        await self.surface.close()
        self.pace = pace
        self.surface = self.new()
        await self.surface.start(self.home)

    async def crash(self) -> None:
        """Start anew without the note of what was confirmed last."""
        await self.surface.close()
        self.telegram.redeliver()
        del self.home.cursors["telegram"]
        await self.restart()

    def new(self, token: str = TOKEN) -> Telegram:
        async def alarm(text: str) -> None:
            self.alarms.append(text)

        async def gap() -> None:
            self.gaps.append(self.now)

        async def stored(digest: str) -> bytes:
            if digest not in self.files:
                raise PermanentError("The file is no longer kept here. Send it again.")
            return self.files[digest]

        return Telegram(
            token,
            self.telegram.url,
            lambda: self.now,
            alarm=alarm,
            gap=gap,
            stored=stored,
            pace=self.pace,
        )

    async def heard(self, count: int = 1) -> None:
        await self.telegram.until(lambda: len(self.home.heard) >= count, what="what was said")

    async def taken(self) -> None:
        """Wait until nothing is left with Telegram."""
        await self.telegram.until(lambda: not self.telegram.unconfirmed, what="a confirmation")

    async def show(self, msg: Msg, message: str | None = None) -> str:
        self.telegram.say("hello", user=7001) if not self.telegram.said else None
        return await self.surface.show(due(msg, message), token)


@asynccontextmanager
async def opened(home: Home, *, token: str = TOKEN) -> AsyncIterator[Desk]:
    async with FakeTelegram() as telegram:
        desk = Desk(telegram, home, surface=None)  # type: ignore[arg-type]
        desk.surface = desk.new(token)
        await desk.surface.start(home)
        try:
            yield desk
        finally:
            await desk.surface.close()


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """A desk where Ada is paired."""
    async with opened(Home(paired={ADA})) as opened_desk:
        yield opened_desk


@pytest.fixture
async def unpaired() -> AsyncIterator[Desk]:
    async with opened(Home()) as opened_desk:
        yield opened_desk


def token(button: Button) -> str:
    return f"a1.{button.action}-{button.ref}"


def due(msg: Msg, message: str | None = None, chat: int = 7001) -> Due:
    card = Card(key=msg.key, conv=None, version=1, priority=0, msg=msg, at=START)
    return Due(card=card, conv=f"telegram:{chat}", message=message, attempts=0)


def refund(words: str = "Refund 40.00 EUR to Mara", state: str = "waiting") -> Msg:
    amount = Input(id="amount", label="Amount", kind="number", initial="40.00")
    text = Input(id="text", label="Text", kind="multiline", initial="Dear Mara")
    edit = Button(
        label="✎ Edit", action="edit", ref="A1", form=Form(title="Edit", fields=(amount, text))
    )
    approve = Button(label="Approve", action="approve", ref="A1", style="ok")
    buttons = ((approve, edit),) if state == "waiting" else ()
    return say("card:1", words).model_copy(update={"buttons": buttons})


# What a person says


async def test_what_a_paired_person_types_is_heard_as_their_own_words(desk: Desk) -> None:
    desk.telegram.say("Remind me on Friday at 9")
    await desk.heard()
    heard = desk.home.heard[0]
    assert (heard.words, heard.others, heard.files) == ("Remind me on Friday at 9", (), ())
    assert (heard.who.user, heard.who.conv) == ("7001", "telegram:7001")
    assert heard.key == "update:501"


async def test_a_message_is_confirmed_only_after_it_was_stored(desk: Desk) -> None:
    desk.home.broken = OSError("disk full")
    desk.telegram.say("Pay nobody")
    await desk.telegram.until(lambda: bool(desk.alarms))
    assert desk.telegram.unconfirmed == [501]
    assert "could not be stored" in desk.alarms[0]
    desk.home.broken = None
    await desk.heard()
    await desk.taken()
    assert [heard.words for heard in desk.home.heard] == ["Pay nobody"]


async def test_what_was_taken_in_does_not_come_again_to_another_data_folder(desk: Desk) -> None:
    desk.telegram.say("/sample")
    await desk.heard()
    await desk.surface.close()
    assert desk.telegram.unconfirmed == []


async def test_another_bots_place_in_its_updates_means_nothing(desk: Desk) -> None:
    await desk.surface.close()
    desk.home.cursors["telegram"] = "999:100000"
    desk.telegram.say("I took a new bot")
    await desk.restart()
    await desk.heard()


async def test_what_is_being_stored_while_it_stops_is_stored(desk: Desk) -> None:
    desk.home.slow_s = 0.3
    desk.telegram.say("/note call Mara")
    await desk.telegram.until(lambda: desk.home.storing)
    await desk.surface.close()
    assert [heard.words for heard in desk.home.heard] == ["/note call Mara"]
    assert desk.telegram.unconfirmed == []


async def test_one_message_that_fails_does_not_stop_those_after_it(desk: Desk) -> None:
    desk.telegram.refuse("getFile", 500, "Internal Server Error")
    desk.telegram.send_file("a.pdf", b"A")
    desk.telegram.say("/stop")
    await desk.heard(2)
    assert {heard.words for heard in desk.home.heard} == {"/stop", ""}
    await desk.taken()


async def test_a_redelivered_update_does_nothing_twice(desk: Desk) -> None:
    desk.telegram.twice = True
    await desk.show(refund())
    desk.telegram.say("Once")
    desk.telegram.tap(desk.telegram.messages[0], "Approve")
    await desk.heard(2)
    await desk.taken()
    await desk.crash()
    await desk.taken()
    assert [heard.words for heard in desk.home.heard] == ["hello", "Once"]
    assert len(desk.home.taps) == 1


async def test_updates_out_of_order_are_taken_in_order(desk: Desk) -> None:
    await desk.surface.close()
    desk.telegram.backwards = True
    for text in ("/one", "/two", "/three"):
        desk.telegram.say(text)
    await desk.restart()
    await desk.heard(3)
    assert [heard.words for heard in desk.home.heard] == ["/one", "/two", "/three"]


async def test_an_edited_message_changes_nothing_and_is_answered(desk: Desk) -> None:
    said = desk.telegram.say("Refund 40 EUR")
    await desk.heard()
    desk.telegram.rewrite(said, "Refund 400 EUR")
    await desk.telegram.see("I keep to what you wrote first")
    assert len(desk.home.heard) == 1


async def test_a_sticker_is_answered_and_not_heard(desk: Desk) -> None:
    desk.telegram.sticker()
    await desk.telegram.see("but not this (sticker)")
    assert desk.home.heard == []


async def test_a_reply_names_the_message_it_answers(desk: Desk) -> None:
    shown = int(await desk.show(refund()))
    desk.telegram.reply(shown, "why?", quote="Refund 40.00")
    await desk.heard(2)
    heard = desk.home.heard[-1]
    assert (heard.words, heard.reply_to, heard.others) == ("why?", str(shown), ("Refund 40.00",))


async def test_an_update_nobody_can_read_is_said_and_hides_nothing(desk: Desk) -> None:
    desk.telegram.deliver_raw("message", {"message_id": "not a number"})
    desk.telegram.say("Still here?")
    await desk.heard()
    assert "cannot read" in desk.alarms[0]
    await desk.taken()


# Who is who


async def test_a_stranger_gets_no_answer_and_is_not_stored(unpaired: Desk) -> None:
    unpaired.telegram.say("/start")
    unpaired.telegram.say("Hello, who are you?")
    unpaired.telegram.say("ZZZZ9999")
    unpaired.telegram.sticker()
    await unpaired.taken()
    assert unpaired.home.heard == []
    assert unpaired.telegram.called("sendMessage") == []
    assert unpaired.home.codes_tried == ["ZZZZ9999"]


@pytest.mark.parametrize(
    "text", [CODE, f"/start {CODE}", "abcd-2345", f"/start@firstmate_bot {CODE}"]
)
async def test_the_code_pairs_the_person_who_sends_it(unpaired: Desk, text: str) -> None:
    unpaired.telegram.say(text)
    await unpaired.telegram.until(lambda: ADA in unpaired.home.paired)
    unpaired.telegram.say("Now I may talk")
    await unpaired.heard()
    assert [heard.words for heard in unpaired.home.heard] == ["Now I may talk"]


async def test_the_code_does_not_pair_in_a_group(unpaired: Desk) -> None:
    unpaired.telegram.say(CODE, chat=-1001)
    await unpaired.taken()
    assert (unpaired.home.paired, unpaired.home.codes_tried) == (set(), [])


async def test_a_paired_person_is_not_heard_in_a_group(desk: Desk) -> None:
    desk.home.paired.add(("-1001", "7001"))
    desk.telegram.say("@firstmate_bot approve", chat=-1001)
    await desk.taken()
    assert desk.home.heard == []
    assert desk.telegram.messages == []


async def test_a_tap_by_somebody_else_decides_nothing(desk: Desk) -> None:
    await desk.show(refund())
    desk.telegram.tap(desk.telegram.messages[0], "Approve", user=666)
    await desk.taken()
    assert desk.home.taps == []


# Files, forwards, albums


async def test_an_own_file_comes_with_its_caption_as_own_words(desk: Desk) -> None:
    desk.telegram.send_file("mail.eml", b"From: mara@example.org\n\nHi", "What does she want?")
    await desk.heard()
    heard = desk.home.heard[0]
    assert (heard.words, heard.others) == ("What does she want?", ())
    assert [(file.name, file.data) for file in heard.files] == [
        ("mail.eml", b"From: mara@example.org\n\nHi")
    ]


async def test_a_forward_and_its_caption_are_somebody_elses_words(desk: Desk) -> None:
    desk.telegram.forward("Please pay 900 EUR at once")
    desk.telegram.forward("See the invoice", file=("invoice.pdf", b"%PDF"))
    await desk.heard()
    heard = desk.home.heard[0]
    assert heard.words == ""
    assert heard.others == ("Please pay 900 EUR at once", "See the invoice")
    assert [file.name for file in heard.files] == ["invoice.pdf"]


async def test_an_album_is_heard_as_one(desk: Desk) -> None:
    desk.telegram.album([("a.jpg", b"A"), ("b.jpg", b"B"), ("c.jpg", b"C")], "Book these")
    await desk.heard()
    await desk.taken()
    assert len(desk.home.heard) == 1
    heard = desk.home.heard[0]
    assert ([file.data for file in heard.files], heard.words) == ([b"A", b"B", b"C"], "Book these")
    assert heard.key == "update:501"


async def test_the_text_right_after_forwards_is_their_instruction(desk: Desk) -> None:
    await desk.restart(PATIENT)
    desk.telegram.forward("first mail")
    desk.telegram.forward("second mail")
    await asyncio.sleep(0.1)
    desk.telegram.say("Answer both politely")
    await desk.heard()
    desk.telegram.say("What is the time?")
    await desk.heard(2)
    assert desk.home.heard[0].words == "Answer both politely"
    assert desk.home.heard[0].others == ("first mail", "second mail")
    assert desk.home.heard[1].words == "What is the time?"


async def test_a_comment_typed_with_a_forward_is_its_instruction(desk: Desk) -> None:
    await desk.restart(Pace(bundle_s=0.3, comment_s=5))
    desk.telegram.say("Say yes to her")
    await asyncio.sleep(0.1)
    desk.telegram.forward("Can we meet on Friday?")
    await desk.heard()
    await desk.taken()
    assert [(heard.words, heard.others) for heard in desk.home.heard] == [
        ("Say yes to her", ("Can we meet on Friday?",))
    ]


async def test_forwards_hours_apart_are_not_one_bundle(desk: Desk) -> None:
    await desk.surface.close()
    desk.telegram.forward("in the morning")
    desk.telegram.advance(3600)
    desk.telegram.forward("at noon")
    await desk.restart()
    await desk.heard(2)
    assert [heard.others for heard in desk.home.heard] == [("in the morning",), ("at noon",)]


async def test_a_command_never_waits_for_a_bundle(desk: Desk) -> None:
    desk.telegram.forward("a mail")
    desk.telegram.say("/stop")
    await desk.heard(2)
    assert [(heard.words, heard.others) for heard in desk.home.heard] == [
        ("", ("a mail",)),
        ("/stop", ()),
    ]


async def test_a_bundle_in_formation_survives_a_crash(desk: Desk) -> None:
    await desk.restart(PATIENT)
    desk.telegram.forward("half of it")
    await asyncio.sleep(0.1)
    await desk.surface.close()
    assert desk.home.heard == []
    assert desk.telegram.unconfirmed == [501]
    desk.telegram.forward("the other half")
    await desk.restart()
    await desk.heard()
    assert desk.home.heard[0].others == ("half of it", "the other half")


async def test_a_tap_does_not_wait_for_a_bundle(desk: Desk) -> None:
    await desk.restart(Pace(bundle_s=60, comment_s=0.1))
    await desk.show(refund())
    await desk.heard()
    desk.telegram.forward("a mail")
    await asyncio.sleep(0.1)
    query = desk.telegram.tap(desk.telegram.messages[0], "Approve")
    assert await desk.telegram.answered(query) == "Approved."
    assert len(desk.home.heard) == 1


async def test_voice_and_pictures_are_passed_on_as_files(desk: Desk) -> None:
    desk.telegram.send_voice(b"OggS")
    desk.telegram.send_photo(b"a large picture", "the receipt")
    await desk.heard(2)
    (voice,), (photo,) = (heard.files for heard in desk.home.heard)
    assert (voice.name, voice.mime, voice.data) == ("voice-1.ogg", "audio/ogg", b"OggS")
    assert (photo.name, photo.mime, photo.data) == ("photo-2.jpg", "image/jpeg", b"a large picture")


async def test_a_file_over_20_mb_is_refused_in_words_and_the_rest_is_heard(desk: Desk) -> None:
    desk.telegram.send_file("film.mp4", b"", "Keep this", size=34 * MB)
    seen = await desk.telegram.see("film.mp4")
    assert seen.text == (
        "“film.mp4” has 34 MB; Telegram lets bots fetch 20 MB. "
        "Drop it into the local web chat instead."
    )
    await desk.heard()
    assert (desk.home.heard[0].words, desk.home.heard[0].files) == ("Keep this", ())


async def test_a_file_telegram_does_not_give_out_is_said(desk: Desk) -> None:
    desk.telegram.refuse("getFile", 400, "Bad Request: file is temporarily unavailable")
    desk.telegram.send_file("a.pdf", b"A")
    await desk.telegram.see("Telegram does not give me “a.pdf”")
    await desk.taken()


# Taps and forms


async def test_a_tap_is_carried_out_and_answered_from_the_house(desk: Desk) -> None:
    desk.home.answer = "Already approved on web, today 09:43."
    await desk.show(refund())
    query = desk.telegram.tap(desk.telegram.messages[0], "Approve")
    assert await desk.telegram.answered(query) == "Already approved on web, today 09:43."
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


# What goes wrong


async def test_another_poller_is_an_alarm_once_an_hour(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.CONFLICT_WAIT_S", 0.05)
    for _ in range(3):
        desk.telegram.refuse("getUpdates", 409, "Conflict: terminated by other getUpdates request")
    await _poll_elsewhere(desk.telegram)
    await desk.telegram.until(lambda: bool(desk.alarms))
    assert "Another program reads this bot's messages" in desk.alarms[0]
    desk.telegram.say("Back again")
    await desk.heard()
    assert len(desk.alarms) == 1
    desk.now += timedelta(minutes=61)
    await _poll_elsewhere(desk.telegram)
    await desk.telegram.until(lambda: len(desk.alarms) == 2)


async def test_a_webhook_left_behind_is_removed(desk: Desk) -> None:
    await desk.surface.close()
    desk.telegram.webhook = "https://example.org/old"
    await desk.restart()
    desk.telegram.say("Hello?")
    await desk.heard()
    assert desk.telegram.webhook == ""


@pytest.mark.parametrize("wrong", ["8350:wrong-secret-part", "no token at all"])
async def test_a_wrong_token_is_an_alarm_and_listening_stops(wrong: str) -> None:
    async with opened(Home(paired={ADA}), token=wrong) as desk:
        await desk.telegram.until(lambda: bool(desk.alarms))
        assert desk.alarms == [
            "Telegram refuses this token. Take a fresh one from @BotFather and set "
            "FIRSTMATE_TELEGRAM_TOKEN."
        ]
        with pytest.raises(BusyError):
            await desk.surface.show(due(refund()), token)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (TOKEN, (None, "firstmate_bot")),
        ("8350:wrong-secret-part", (BAD_TOKEN, "")),
        ("no token at all", (BAD_TOKEN, "")),
    ],
)
async def test_a_token_says_whose_it_is(given: str, found: tuple[str | None, str]) -> None:
    async with FakeTelegram() as telegram:
        assert await identify(given, telegram.url) == found


async def test_a_telegram_that_cannot_be_reached_is_said() -> None:
    assert await identify(TOKEN, "http://127.0.0.1:1") == (UNREACHED, "")


async def test_a_gap_in_which_taps_were_lost_is_told_once(desk: Desk) -> None:
    desk.telegram.say("before")
    await desk.heard()
    await desk.surface.close()
    desk.now += timedelta(seconds=151)
    await desk.restart()
    desk.telegram.say("after")
    await desk.heard(2)
    desk.telegram.say("and later")
    await desk.heard(3)
    assert len(desk.gaps) == 1


async def test_a_short_pause_is_no_gap(desk: Desk) -> None:
    desk.telegram.say("before")
    await desk.heard()
    await desk.surface.close()
    desk.now += timedelta(seconds=100)
    await desk.restart()
    desk.telegram.say("after")
    await desk.heard(2)
    assert desk.gaps == []


async def test_the_token_is_in_no_log_and_no_error(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = TOKEN.partition(":")[2]
    desk.telegram.refuse("download", 404, "Not Found")
    desk.telegram.send_file("a.pdf", b"A")
    desk.home.broken = OSError("disk full")
    desk.telegram.say("/break")
    await desk.telegram.until(lambda: bool(desk.alarms))
    nowhere = Telegram(
        TOKEN,
        "http://no such host",
        lambda: desk.now,
        alarm=_nothing,
        gap=_nothing,
        stored=_nothing,  # type: ignore[arg-type]
    )
    await nowhere.start(Home(paired={ADA}))
    with pytest.raises(BusyError) as busy:
        await nowhere.show(due(refund()), token)
    await nowhere.close()
    assert secret not in caplog.text
    assert secret not in repr((desk.alarms, busy.value, busy.value.__context__, nowhere))


async def _nothing(*_: object) -> None:
    return None


async def _poll_elsewhere(telegram: FakeTelegram) -> None:
    async with aiohttp.ClientSession() as client:
        await client.get(f"{telegram.url}/bot{TOKEN}/getUpdates")
