"""What comes in on Telegram, over real HTTP: each thing once, and only from who is paired."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.telegram.inbound import Pace
from tests.bot.telegram_desk import ADA, PATIENT, Desk, opened, refund
from tests.bot.telegram_home import CODE, Home
from tests.peers.telegram import MB


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """A desk where Ada is paired."""
    async with opened(Home(paired={ADA})) as opened_desk:
        yield opened_desk


@pytest.fixture
async def unpaired() -> AsyncIterator[Desk]:
    async with opened(Home()) as opened_desk:
        yield opened_desk


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


async def test_a_reply_to_ones_own_message_names_it_as_it_was_heard(desk: Desk) -> None:
    said = desk.telegram.say("remind me on Friday at 9")
    await desk.heard()
    desk.telegram.reply(said, "why?")
    await desk.heard(2)
    first, second = desk.home.heard
    assert first.sent == (str(said),)
    assert (second.reply_to, second.in_session) == (first.sent[0], False)


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
        ("/stop", ()),  # ahead of everything, even of what came before it
        ("", ("a mail",)),
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
