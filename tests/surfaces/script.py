"""The script: one conversation about approvals, in steps that know nothing of any surface."""

import asyncio

from tests.surfaces.stage import Operator, Stage

WISH = "send Ada the October invoice"
MAIL = "Send e-mail · ada@example.org"
SUBJECT = "Rechnung"
DONE = "filed in Sent"
STALE = "This changed since you were asked; nothing was done."
ALREADY = "Already approved by you on"
TOO_LATE = "Tap once more."

LACKS = {
    "web": {
        "a_tap_after_the_window_still_counts_once": "a browser's request has no window",
        "a_form_asked_for_too_late_says_tap_again": "a form is part of the page",
    },
    "telegram": {
        "a_form_asked_for_too_late_says_tap_again": "a form is a question in the chat",
    },
    "emulator": {
        "a_tap_after_the_window_still_counts_once": "it takes an answer at any time",
        "a_form_asked_for_too_late_says_tap_again": "a form is a question in the chat",
        "a_replay_does_nothing_twice": "it gives every number to one update, once",
    },
}


async def a_wish_becomes_a_card_and_nothing_is_sent(stage: Stage) -> None:
    await stage.say(WISH)
    assert "INV-2026-007.pdf" in await stage.me.see(MAIL)
    labels = await stage.me.labels(MAIL)
    assert labels == ["✓ Send", "✎ Edit", "✗ Reject", "⏰ Later", "… More"]
    assert stage.mails == []
    await stage.tap(stage.me, MAIL, "✓ Send")
    await stage.me.see(MAIL, DONE)
    assert len(stage.mails) == 1


async def an_edit_is_a_new_version_and_the_old_button_does_nothing(stage: Stage) -> None:
    await stage.say(WISH)
    stale = await stage.me.hold(MAIL, "✓ Send")
    await stage.tap(stage.me, MAIL, "Edit", Subject=SUBJECT)
    await stage.me.see(MAIL, "Changed by you")
    assert await stage.me.labels("Changed by you") == ["Show the new card"]
    assert STALE in await stage.press(stage.me, stale)
    assert stage.mails == []
    await stage.tap(stage.me, SUBJECT, "✓ Send")
    await stage.me.see(SUBJECT, DONE)
    [mail] = stage.mails
    assert f"Subject: {SUBJECT}\n" in mail


async def a_snoozed_card_says_so_and_can_still_be_answered(stage: Stage) -> None:
    await stage.say(WISH)
    await stage.tap(stage.me, MAIL, "Later")
    await stage.tap(stage.me, MAIL, "In 1 hour")
    await stage.me.see(MAIL, "I ask again Fri 20 Nov, 11:0")
    assert stage.mails == []
    await stage.tap(stage.me, MAIL, "✓ Send")
    await stage.me.see(MAIL, DONE)
    assert len(stage.mails) == 1


async def a_card_outlives_a_restart(stage: Stage) -> None:
    await stage.say(WISH)
    before = await stage.me.hold(MAIL, "✓ Send")
    await stage.restart()
    await stage.press(stage.me, before)
    await stage.me.see(MAIL, DONE)
    assert ALREADY in await stage.press(stage.me, before)
    assert len(stage.mails) == 1


async def a_double_tap_decides_once(stage: Stage) -> None:
    await stage.say(WISH)
    approve = await stage.me.hold(MAIL, "✓ Send")
    told = await stage.press(stage.me, approve, times=2)
    assert told.count(f"{ALREADY} {stage.me.name}") == 1
    await stage.me.see(MAIL, DONE)
    assert len(stage.mails) == 1


async def yes_and_no_at_once_are_one_answer(stage: Stage) -> None:
    await stage.say(WISH)
    approve = await stage.me.hold(MAIL, "✓ Send")
    reject = await stage.me.hold(MAIL, "✗ Reject")
    mark = stage.me.mark()
    await asyncio.gather(stage.me.send(approve), stage.me.send(reject))
    await stage.settle()
    told = "\n".join(stage.me.since(mark))
    refusals = [
        told.count(f"Already {did} by you on {stage.me.name}") for did in ("approved", "rejected")
    ]
    assert sum(refusals) == 1
    assert len(stage.mails) == refusals[0]


async def a_strangers_tap_does_nothing(stage: Stage) -> None:
    await stage.say(WISH)
    approve = await stage.me.hold(MAIL, "✓ Send")
    await stage.me.steal(approve)
    await stage.settle()
    assert stage.mails == []
    await stage.press(stage.me, approve)
    await stage.me.see(MAIL, DONE)
    assert len(stage.mails) == 1


async def a_replay_does_nothing_twice(stage: Stage) -> None:
    await stage.say(WISH)
    await stage.me.again()
    await stage.settle()
    await stage.tap(stage.me, MAIL, "✓ Send")
    await stage.me.see(MAIL, DONE)
    await stage.me.again()
    await stage.settle()
    assert len(stage.mails) == 1
    await stage.me.see(MAIL, DONE)


async def a_tap_after_the_window_still_counts_once(stage: Stage) -> None:
    await stage.say(WISH)
    approve = await stage.me.hold(MAIL, "✓ Send")
    await stage.me.late(approve)
    await stage.settle()
    await stage.me.see(MAIL, DONE)
    assert ALREADY in await stage.press(stage.me, approve)
    assert len(stage.mails) == 1


async def a_form_asked_for_too_late_says_tap_again(stage: Stage) -> None:
    await stage.say(WISH)
    edit = await stage.me.hold(MAIL, "Edit")
    mark = stage.me.mark()
    await stage.me.late(edit)
    await stage.settle()
    assert TOO_LATE in "\n".join(stage.me.since(mark))
    await stage.tap(stage.me, MAIL, "Edit", Subject=SUBJECT)
    await stage.tap(stage.me, SUBJECT, "✓ Send")
    assert [mail.count(f"Subject: {SUBJECT}\n") for mail in stage.mails] == [1]


async def an_expired_card_sends_nothing(stage: Stage) -> None:
    await stage.say(WISH)
    approve = await stage.me.hold(MAIL, "✓ Send")
    stage.clock.advance(days=8)
    assert "expired" in await stage.press(stage.me, approve)
    await stage.me.see(MAIL, "Expired: nobody answered in time, so it was not done.")
    assert stage.mails == []


async def one_card_tapped_in_two_places_is_decided_once(stage: Stage) -> None:
    await stage.say(WISH)
    here = await stage.me.hold(MAIL, "✓ Send")
    there = await stage.other.hold(MAIL, "✓ Send")
    marks = [(one, one.mark()) for one in stage.operators]
    await asyncio.gather(stage.me.send(here), stage.other.send(there))
    await stage.settle()
    told = "\n".join(text for one, mark in marks for text in one.since(mark))
    assert sum(told.count(f"{ALREADY} {one.name}") for one in stage.operators) == 1
    shown = [await one.see(MAIL, DONE) for one in stage.operators]
    assert len(shown) == 2
    assert len(stage.mails) == 1


async def what_was_decided_elsewhere_is_told_with_the_place(stage: Stage) -> None:
    await stage.say(WISH)
    there = await stage.other.hold(MAIL, "✓ Send")
    await stage.tap(stage.me, MAIL, "✓ Send")
    await stage.other.see(MAIL, f"Approved by you on {stage.me.name}")
    assert f"{ALREADY} {stage.me.name}" in await stage.press(stage.other, there)
    assert len(stage.mails) == 1


async def an_edit_here_and_a_yes_there_have_one_winner(stage: Stage) -> None:
    await _race(stage, stage.me, stage.other)


async def a_yes_here_and_an_edit_there_have_one_winner(stage: Stage) -> None:
    await _race(stage, stage.other, stage.me)


async def _race(stage: Stage, editor: Operator, approver: Operator) -> None:
    await stage.say(WISH)
    edit = await editor.hold(MAIL, "Edit", Subject=SUBJECT)
    approve = await approver.hold(MAIL, "✓ Send")
    marks = editor.mark(), approver.mark()
    await asyncio.gather(editor.send(edit), approver.send(approve))
    await stage.settle()
    told_editor = "\n".join(editor.since(marks[0]))
    told_approver = "\n".join(approver.since(marks[1]))
    if STALE in told_approver:  # the edit won: nothing was sent, and the new version waits
        assert stage.mails == []
        await stage.tap(approver, SUBJECT, "✓ Send")
        assert [mail.count(f"Subject: {SUBJECT}\n") for mail in stage.mails] == [1]
    else:  # the yes won: what was shown was sent, and the editor was told that nothing was done
        assert f"{ALREADY} {approver.name}" in told_editor
        assert [mail.count(f"Subject: {SUBJECT}\n") for mail in stage.mails] == [0]


ALONE = (
    a_wish_becomes_a_card_and_nothing_is_sent,
    an_edit_is_a_new_version_and_the_old_button_does_nothing,
    a_snoozed_card_says_so_and_can_still_be_answered,
    a_card_outlives_a_restart,
    a_double_tap_decides_once,
    yes_and_no_at_once_are_one_answer,
    a_strangers_tap_does_nothing,
    a_replay_does_nothing_twice,
    a_tap_after_the_window_still_counts_once,
    a_form_asked_for_too_late_says_tap_again,
    an_expired_card_sends_nothing,
)
TOGETHER = (
    one_card_tapped_in_two_places_is_decided_once,
    what_was_decided_elsewhere_is_told_with_the_place,
    an_edit_here_and_a_yes_there_have_one_winner,
    a_yes_here_and_an_edit_there_have_one_winner,
)
