"""Rich messages on Telegram: off until a person says, on a test card, that they can be read."""

from engine.acting.taps import Person, Reply, heard
from engine.chat import conversations, outbox
from engine.chat.messages import (
    Button,
    FieldDiff,
    FieldRow,
    Fold,
    Heading,
    Msg,
    Para,
    Span,
    TextDiff,
    say,
)
from engine.chat.tokens import Tap
from engine.rules.house import House

SURFACE = "telegram"
ACTION = "rich"
ONLY_TELEGRAM = "/rich is only for Telegram: here changes are shown as well as they can be."
ON = "Rich messages are on in this chat: changes come as tables and folds. /rich off ends it."
OFF = "Rich messages are off in this chat: cards have bold and struck words. /rich asks again."
TEST = (
    "This is a test card. You should see a table of two columns, a struck word, a marked word and "
    "a line that opens. Look at it on every device you use. If one of them shows less, say no."
)


def test_card(key: str) -> Msg:
    """Return the card that asks whether it can be read."""
    rows = (
        FieldRow(label="Amount", old="45.00 EUR", new="40.00 EUR", source="an example, no refund"),
        FieldRow(label="Status", old=None, new="only a test"),
    )
    parts = (
        Heading(text="Can you read this?"),
        Para(spans=(Span(text=TEST),)),
        FieldDiff(rows=rows),
        TextDiff(old="We meet on Monday at nine.", new="We meet on Friday at nine."),
        Fold(title="A line that opens", parts=(Para(spans=(Span(text="And this is in it."),)),)),
    )
    yes = Button(label="I can read the table", action=ACTION, ref=key, item="yes", style="ok")
    no = Button(label="Not readable", action=ACTION, ref=key, item="no")
    return Msg(
        key=key, summary="A test card: can you read this?", parts=parts, buttons=((yes,), (no,))
    )


def is_test(msg: Msg) -> bool:
    """Say whether this asks to be judged as a rich message, so it must be shown as one."""
    return any(button.action == ACTION for row in msg.buttons for button in row)


async def answer(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Show this conversation rich messages from now on, or go on without."""
    readable = tap.item == "yes"
    told = ON if readable else OFF
    async with house.db.transaction() as tx:
        await heard(tx, tap, who, key, values)
        await conversations.show_rich(tx, who.conv, readable)
        await outbox.post(tx, say(tap.ref, told), who.conv)
    return Reply("Rich messages are on." if readable else "Rich messages are off.")
