"""Walks with a slow model: the template is asked within moments, and a better draft follows."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from agents import runner
from agents.writing.drafting import Drafting
from bot import delivery
from bot.surfaces import Heard, Token
from connectors.contract import TransientError
from engine.acting import effects as acting
from engine.acting import streaks
from engine.chat import outbox
from engine.chat.messages import TextDiff
from engine.chat.outbox import Due
from engine.flow import durable
from engine.why import rerun
from memory.copying import verify
from memory.db import Database, Tx
from memory.schema.work import effect_versions, effects, refinements
from tests.chat import Chat
from tests.peers.models import fails, says
from tests.sampled import sampled
from tests.walks.model_office import CARD, TEMPLATE, WISH, WROTE, Office
from tests.walks.test_gates import MINE
from tests.walks.test_refund import sent
from tests.walks.test_rule_words import agreed
from tests.walks.test_trials import MORE, try_out

WARMLY = """\
  - id: warm-wishes-ask
    action: email.send
    when: ["wording.contains(' warm wishes ')"]
    then: ask
    why: You look at what ends so warmly.
"""
COMES = "A better draft is being written."
IN_TIME_S = 60  # a limit against hanging


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "DRAFT_S", 0.05)


async def until(so: Callable[[], bool]) -> None:
    async with asyncio.timeout(IN_TIME_S):
        while True:
            if so():
                return
            await asyncio.sleep(0.01)


def told(chat: Chat) -> str:
    """Return the newest card of the mail as text, "" where there is none yet."""
    found = [key for key in chat.order if CARD in chat.shown[key].summary]
    return chat.text(CARD) if found else ""


async def asked(office: Office, words: str = WISH) -> Chat:
    """Wish for a mail, and see its first draft while the model still writes."""
    office.may_answer = asyncio.Event()
    chat = await office.open()
    await office.say(words)
    await until(lambda: COMES in told(chat))
    return chat


async def comes(office: Office) -> None:
    """Let the better draft come."""
    assert office.may_answer is not None
    office.may_answer.set()
    await office.chat.settle()


async def how(office: Office) -> list[str]:
    return [row.state for row in await office.rows(refinements)]


async def test_the_template_is_asked_at_once_and_the_better_draft_takes_its_place(
    office: Office,
) -> None:
    chat = await asked(office)
    first = chat.key(CARD)
    assert TEMPLATE in told(chat)
    assert "0.00 so far · drafted by the template" in told(chat)
    await comes(office)
    assert chat.posted.count(first) == 1
    assert chat.key(CARD) not in chat.posted  # the message of the first was changed
    assert first not in chat.order
    [text] = [part for part in chat.card(CARD).parts if isinstance(part, TextDiff)]
    assert (TEMPLATE in text.old, text.new) == (True, WROTE)  # its exact difference to the first
    assert COMES not in told(chat)
    assert "drafted by home/one" in told(chat)
    assert await how(office) == ["came"]
    office.clock.advance(seconds=5)
    assert (await chat.tap(CARD, "✓ Send")).text == "Approved."
    assert len(sent(office.app)) == 1
    assert WROTE in sent(office.app)[0]
    async with office.app.db.snapshot() as reader:
        [effect] = await office.rows(effects)
        assert await streaks.length(reader, await streaks.like(reader, effect.id, 2)) == 1
    await chat.say("/why")
    assert "a better draft came before you began, and took its place" in chat.last
    assert (await verify.verify(office.app.db)).faults == ()


async def test_a_tap_on_the_old_version_never_sends_the_new_text(office: Office) -> None:
    chat = await asked(office)
    key = chat.key(CARD)
    old = chat.tokens[key, "✓ Send"]
    await comes(office)
    office.clock.advance(seconds=5)
    reply = await chat.press(old)
    assert (reply.refused, "changed since you were asked" in reply.text) == (True, True)
    assert sent(office.app) == []
    assert WROTE not in "".join(str(row.receipt) for row in await office.rows(effects))


async def test_a_tap_right_after_the_card_changed_asks_for_another_look(office: Office) -> None:
    chat = await asked(office)
    await comes(office)
    reply = await chat.tap(CARD, "✓ Send")
    assert reply.refused
    assert reply.text.startswith("This card changed a moment ago, so nothing was done.")
    assert sent(office.app) == []
    office.clock.advance(seconds=3)
    assert (await chat.tap(CARD, "✓ Send")).text == "Approved."
    assert len(sent(office.app)) == 1


async def test_a_yes_in_words_counts_once_there_was_time_to_read(office: Office) -> None:
    chat = await asked(office)
    await comes(office)
    message = chat.key(CARD)
    office.clock.advance(seconds=20)
    await chat.say("yes", reply_to=message)
    assert "nothing was done" in chat.last
    office.clock.advance(seconds=20)
    await chat.say("yes", reply_to=message)
    assert "You approved" in chat.last
    assert WROTE in sent(office.app)[0]


async def opens_the_form(chat: Chat) -> None:
    await chat.open(CARD, "Edit")


async def puts_it_off(chat: Chat) -> None:
    key = chat.key(CARD)
    await chat.app.tap(chat.who, "t-menu", chat.tokens[key, "⏰ Later"], {})


async def looks_at_more(chat: Chat) -> None:
    key = chat.key(CARD)
    await chat.app.tap(chat.who, "t-more", chat.tokens[key, "… More"], {})


async def replies(chat: Chat) -> None:
    await chat.app.hear(Heard(chat.who, "m-reply", "who is that?", reply_to=chat.key(CARD)))


BEGINS: dict[str, Callable[[Chat], Awaitable[None]]] = {
    "opens the form": opens_the_form,
    "puts it off": puts_it_off,
    "looks at more": looks_at_more,
    "replies": replies,
}


@pytest.mark.parametrize("begins", sampled(BEGINS, 1, always=("opens the form",)))
async def test_who_has_begun_to_decide_keeps_what_they_look_at(office: Office, begins: str) -> None:
    chat = await asked(office)
    await BEGINS[begins](chat)
    await comes(office)
    assert await how(office) == ["left"]
    assert TEMPLATE in told(chat)
    assert COMES not in told(chat)
    assert "drafted by the template" in told(chat)
    assert len(await office.rows(effect_versions)) == 1
    key = chat.key(CARD)
    await chat.press(chat.tokens[key, "✓ Send"])
    assert TEMPLATE in sent(office.app)[0]
    await chat.say("/why")
    assert "a better draft came after you began to decide, so it was left out" in chat.last
    assert "nothing was drafted so" not in await replayed(office)
    assert (await verify.verify(office.app.db)).faults == ()


async def replayed(office: Office) -> str:
    [effect] = await office.rows(effects)
    async with office.app.db.snapshot() as reader:
        return rerun.lines(await rerun.again(reader, effect.id))


async def test_an_edit_under_way_is_kept_whole(office: Office) -> None:
    chat = await asked(office)
    await chat.open(CARD, "Edit")
    key = chat.key(CARD)
    edit = chat.tokens[key, "✎ Edit"]
    await comes(office)
    reply = await chat.press(edit, text="Dear Bruno, come by. Sam")
    assert reply.text == "Changed. Here is the new card."
    await chat.tap(CARD, "✓ Send")
    assert "come by. Sam" in sent(office.app)[0]


async def test_a_yes_to_the_first_draft_sends_the_first_draft_once(office: Office) -> None:
    chat = await asked(office)
    key = chat.key(CARD)
    await office.app.tap(chat.who, "t-yes", chat.tokens[key, "✓ Send"], {})
    await comes(office)
    [mail] = sent(office.app)
    assert TEMPLATE in mail
    assert WROTE not in mail
    assert await how(office) == ["late"]


async def test_stop_leaves_the_first_draft_where_it_is(office: Office) -> None:
    chat = await asked(office)
    await office.say("stop")
    await comes(office)
    assert await how(office) == ["none"]  # no model is asked either
    assert TEMPLATE in told(chat)
    assert COMES not in told(chat)
    assert len(await office.rows(effect_versions)) == 1


@pytest.mark.parametrize("answer", [fails(500, retryAfter=0), says({"text": " "})])
async def test_where_nobody_writes_a_better_one_the_card_says_no_more_of_it(
    office: Office, answer: dict[str, Any]
) -> None:
    chat = await asked(office)
    office.server.script(answer)
    await comes(office)
    assert await how(office) == ["none"]
    assert TEMPLATE in told(chat)
    assert COMES not in told(chat)
    await chat.tap(CARD, "✓ Send")
    assert TEMPLATE in sent(office.app)[0]


async def broken(office: Office, monkeypatch: pytest.MonkeyPatch) -> Chat:
    """Ask for a mail whose better draft goes wrong three times; nobody was told yet."""
    chat = await asked(office)

    async def breaks(*_: Any) -> Any:
        raise RuntimeError("The disk is full.")

    monkeypatch.setattr(Drafting, "_count", breaks)
    await comes(office)
    for _ in range(durable.ATTEMPTS_MAX):
        assert COMES in told(chat)
        office.clock.advance(seconds=60)
        await chat.settle()
    return chat


async def test_a_better_draft_that_goes_wrong_three_times_is_given_up_with_a_word_of_why(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = await broken(office, monkeypatch)
    key = chat.key(CARD)
    await office.app.alarms.ring_due()
    await chat.settle()
    assert COMES not in str(chat.shown[key])
    assert "A better draft of “" in chat.last
    assert "could not be written: The disk is full. The first one stands." in chat.last
    assert await how(office) == ["broken"]
    await chat.say("/triage")
    assert "Nothing went wrong" in chat.last
    await chat.press(chat.tokens[key, "✓ Send"])
    assert TEMPLATE in sent(office.app)[0]
    await chat.say("/why")
    assert "writing a better draft went wrong three times, so this one stayed" in chat.last


async def test_nothing_is_said_of_a_better_draft_that_broke_once_the_first_is_sent(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = await broken(office, monkeypatch)
    await chat.tap(CARD, "✓ Send")
    assert TEMPLATE in sent(office.app)[0]
    await office.app.alarms.ring_due()
    await chat.settle()
    assert "could not be written" not in str(chat.shown)
    assert await how(office) == ["late"]
    await chat.say("/triage")
    assert "Nothing went wrong" in chat.last


async def test_a_budget_that_ends_meanwhile_leaves_the_first_drafts(office: Office) -> None:
    office.may_answer = asyncio.Event()
    chat = await office.open(model_budget_day="0.15")
    await office.say(WISH)
    await until(lambda: COMES in told(chat))
    await office.say("write to Ada that the file is there")
    await until(lambda: "ada@example.org" in told(chat) and COMES in told(chat))
    await comes(office)
    assert sorted(await how(office)) == ["came", "short"]
    assert "models-frozen" in await office.rules_said()


async def test_what_the_rules_refuse_takes_no_place(office: Office) -> None:
    office.may_answer = asyncio.Event()
    chat = await office.open()
    await agreed(chat, "never say 'asap' in a mail")
    office.server.script(says({"text": "Dear Bruno, fetch your file asap. Yours"}))
    await office.say(WISH)
    await until(lambda: COMES in told(chat))
    await comes(office)
    assert await how(office) == ["refused"]
    assert TEMPLATE in told(chat)


async def test_what_is_withdrawn_meanwhile_stays_so(office: Office) -> None:
    chat = await asked(office)
    async with office.app.db.transaction() as tx:
        [effect] = await tx.rows(effects.select())
        await acting.end(tx, effect.id, "withdrawn", effect.cause)
    await comes(office)
    assert await how(office) == ["late"]
    assert "Withdrawn" in told(chat)


async def test_a_restart_goes_on_with_what_was_awaited(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durable, "CLOSE_S", 0.05)
    await asked(office)
    await office.app.close()
    office.may_answer = None
    chat = await office.open()
    assert await how(office) == ["came"]
    assert WROTE in "".join(str(row.action) for row in await office.rows(effect_versions))
    assert "drafted by home/one" in told(chat)
    office.clock.advance(seconds=5)
    await chat.tap(CARD, "✓ Send")
    assert len(sent(office.app)) == 1
    assert (await verify.verify(office.app.db)).faults == ()


async def test_a_second_device_sees_the_same_card_change_and_either_may_begin(
    office: Office,
) -> None:
    phone = Chat()
    phone.name = "phone"
    office.may_answer = asyncio.Event()
    chat = await office.open(phone)
    await phone.pair(office.app)
    await office.say(WISH)
    await until(lambda: COMES in told(chat) and COMES in told(phone))
    await comes(office)
    await until(lambda: WROTE[-10:] in told(phone))
    assert told(chat) == told(phone)
    assert phone.key(CARD) not in phone.posted
    office.clock.advance(seconds=5)
    await office.app.tap(phone.who, "t-phone", phone.tokens[phone.key(CARD), "✓ Send"], {})
    await chat.settle()
    assert WROTE in sent(office.app)[0]


async def test_what_is_begun_on_one_device_stays_on_the_other(office: Office) -> None:
    phone = Chat()
    phone.name = "phone"
    office.may_answer = asyncio.Event()
    chat = await office.open(phone)
    await phone.pair(office.app)
    await office.say(WISH)
    await until(lambda: COMES in told(chat) and COMES in told(phone))
    await phone.open(CARD, "Edit")
    await comes(office)
    assert await how(office) == ["left"]
    assert TEMPLATE in told(chat)


async def test_a_quick_model_is_waited_for_and_nothing_changes_in_sight(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "DRAFT_S", 60.0)
    chat = await office.open()
    await chat.say(WISH)
    assert WROTE in told(chat)
    assert await how(office) == []
    assert len(await office.rows(effect_versions)) == 1


async def test_what_no_question_stops_goes_out_in_the_better_words(office: Office) -> None:
    office.may_answer = asyncio.Event()
    (office.folder / "rules").mkdir()
    (office.folder / "rules" / "mine.yaml").write_text(MINE)
    await office.open()
    await office.say(WISH)
    await asyncio.sleep(0.5)
    assert sent(office.app) == []
    await comes(office)
    assert WROTE in sent(office.app)[0]
    assert await how(office) == []


async def test_what_was_asked_is_asked_again_even_where_a_rule_would_let_the_better_one_run(
    office: Office,
) -> None:
    (office.folder / "rules").mkdir()
    (office.folder / "rules" / "mine.yaml").write_text(MINE + WARMLY)
    chat = await asked(office)
    await comes(office)
    assert await how(office) == ["came"]
    assert sent(office.app) == []
    assert "Its first draft was asked, so the better one is asked, too." in told(chat)
    office.clock.advance(seconds=5)
    await chat.tap(CARD, "✓ Send")
    assert WROTE in sent(office.app)[0]


class Slow(Chat):
    """A platform that takes its time over the first card it is to show."""

    def __init__(self) -> None:
        super().__init__()
        self.name = "slow"
        self.sending, self.arrived = asyncio.Event(), asyncio.Event()

    async def show(self, item: Due, token: Token) -> str:
        if CARD in item.card.msg.summary and not self.sending.is_set():
            self.sending.set()
            await self.arrived.wait()
        return await super().show(item, token)


async def test_a_card_that_changes_while_it_is_sent_is_changed_and_not_doubled(
    office: Office,
) -> None:
    slow = Slow()
    office.may_answer = asyncio.Event()
    chat = await office.open(slow)
    await slow.pair(office.app)
    await office.say(WISH)
    await slow.sending.wait()
    await until(lambda: COMES in told(chat))
    office.may_answer.set()
    await until(lambda: "drafted by home/one" in told(chat))
    slow.arrived.set()
    await until(lambda: "drafted by home/one" in told(slow))
    assert [CARD in slow.shown[key].summary for key in slow.order].count(True) == 1
    assert len([key for key in slow.posted if key.startswith("effect:")]) == 1
    async with office.app.db.snapshot() as reader:
        shown = await outbox.latest(reader, slow.who.conv)
    assert [CARD in card.msg.summary for card in shown].count(True) == 1


async def test_what_stands_on_a_list_stays(office: Office) -> None:
    chat = await asked(office)
    for name in ("Ada", "Dorota"):
        await office.say(f"write to {name} that the file is ready")
    await until(lambda: sum(CARD in msg.summary for msg in chat.shown.values()) == 3)
    await office.say("/waiting")
    await until(lambda: any("3 wait for you" in msg.summary for msg in chat.shown.values()))
    await comes(office)
    assert await how(office) == ["left", "left", "left"]


async def one_seen_and_one_not(office: Office, chat: Chat) -> None:
    """Send two drafts: the better one of the second came when its card was being edited."""
    assert office.may_answer is not None
    for begins in (False, True):
        office.may_answer.clear()
        await office.say(WISH)
        await until(lambda: COMES in told(chat))
        if begins:
            await chat.open(CARD, "Edit")
        await comes(office)
        office.clock.advance(seconds=5)
        await chat.tap(CARD, "✓ Send")
    assert await how(office) == ["came", "left"]


async def test_a_draft_that_nobody_saw_counts_for_no_trial(office: Office) -> None:
    office.may_answer = asyncio.Event()
    chat = await office.open(**MORE)
    await try_out(chat, "prompt 5 with home/two", "on 20 of 100")
    await one_seen_and_one_not(office, chat)
    await chat.say("/agents")
    counted = [line for line in chat.last.splitlines() if " decided: " in line]
    assert ["1 decided" in line for line in counted] == [True]  # and not the one that was left out


class Power:
    """Lets the process write so often, and then no more, as if it had been killed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left, self.gone = 10_000, False
        self._closing = asyncio.current_task()
        write = Database.transaction

        @asynccontextmanager
        async def transaction(db: Database) -> AsyncIterator[Tx]:
            if self.gone and asyncio.current_task() is not self._closing:
                await asyncio.Event().wait()
            async with write(db) as tx:
                yield tx
            self.left -= 1
            self.gone = self.gone or self.left == 0

        monkeypatch.setattr(Database, "transaction", transaction)


@pytest.mark.parametrize("commits", sampled(map(str, range(1, 19)), 2))
async def test_a_crash_after_any_commit_leads_to_the_same_card(
    office: Office, commits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durable, "CLOSE_S", 0.05)
    monkeypatch.setattr(delivery, "CLOSE_S", 0.05)
    office.may_answer = asyncio.Event()
    chat = await office.open()
    power = Power(monkeypatch)
    power.left = int(commits) + 1  # the first is what was said
    await office.say(WISH)
    await until(lambda: power.gone or COMES in told(chat))
    office.may_answer.set()
    await until(lambda: power.gone or "drafted by home/one" in told(chat))
    power.gone = True
    await office.app.close()
    power.gone, power.left = False, 10_000
    chat = await office.open()
    office.clock.advance(seconds=10)  # what failed in the middle is tried again
    await chat.settle()
    async with office.app.db.snapshot() as reader:
        shown = await outbox.latest(reader, chat.who.conv)
    assert [CARD in card.msg.summary for card in shown].count(True) == 1
    assert len(await office.rows(effects)) == 1
    office.clock.advance(seconds=5)
    [card] = [one.key for one in shown if CARD in one.msg.summary]
    async with office.app.db.transaction() as tx:
        await outbox.show_again(tx, card, chat.who.conv)
    await chat.settle()
    office.clock.advance(seconds=5)
    assert (await chat.tap(CARD, "✓ Send")).text == "Approved."
    [mail] = sent(office.app)
    assert WROTE in mail
    assert set(await how(office)) <= {"came"}
    assert (await verify.verify(office.app.db)).faults == ()


async def test_a_better_draft_that_cannot_be_judged_leaves_the_first_one(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = await asked(office)

    async def weigh(*args: object, **more: object) -> None:
        raise TransientError("The mail server is away.", 1.0)

    monkeypatch.setattr(runner.gate, "weigh", weigh)
    await comes(office)
    for _ in range(3):
        office.clock.advance(minutes=5)
        await chat.settle()
    monkeypatch.undo()
    assert await how(office) == ["none"]
    assert COMES not in told(chat)
    await chat.tap(CARD, "✓ Send")
    assert TEMPLATE in sent(office.app)[0]
