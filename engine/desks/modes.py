"""The mode of a goal: shown on its cards, and set in the chat while it is open."""

from engine.acting import effects
from engine.acting.taps import GONE, Person, Reply, heard
from engine.chat import outbox
from engine.chat.messages import Button, Msg, say
from engine.chat.tokens import Tap
from engine.desks import halting
from engine.drawing import cards
from engine.flow import inbox
from engine.flow.durable import open_work
from engine.planning import goals, mode_words, plans, under
from engine.planning.goals import Goal
from engine.planning.mode_words import EXPLORATORY, NAMES, PREFIX, SAYS
from engine.rules import goal_rules
from engine.rules.house import House
from memory.db import Reader, Tx

LABELS = (
    ("Only look", "exploratory"),
    ("By the book", "deterministic"),
    ("Creative", "creative"),
    ("As usual", "usual"),
)
ENDED = "This has ended already, so its mode stays as it is."
SAME = "It is so already: {}."
NOW = "From now on {}."
STOPPED = "It is only looked into."
LOOKS = "I stop it and only look. What was done stays done."
IN_FLIGHT = " No longer to be held: “{}”."


async def turn(tx: Tx, goal: Goal, mode: str, cause: str, who: Person) -> Reply:
    """Go on with an open goal in another mode; its drafts that wait are made anew."""
    if goal.state != "open":
        return Reply(ENDED, refused=True)
    if goal.mode == mode:
        return Reply(SAME.format(SAYS[mode]), refused=True)
    await goals.go_about(tx, goal.id, mode, cause)
    if mode == EXPLORATORY:
        running = await halting.end(tx, goal.id, STOPPED, cause)
        await said_anew(tx, EXPLORATORY, wish_of(goal), cause, who)
        return Reply(LOOKS + (IN_FLIGHT.format("”, “".join(running)) if running else ""))
    for task in await plans.of_goal(tx, goal.id):
        if task.state in ("pending", "waiting"):
            effect = await effects.of_task(tx, task.id)
            if effect is not None:
                await open_work(tx, "dispatch", task.id)
                await cards.show(tx, effect.id)  # its text may stay; its mode does not
    await plans.draw(tx, goal.id)
    return Reply(NOW.format(SAYS[mode]))


async def said_anew(tx: Tx, mode: str, words: str, cause: str, who: Person) -> None:
    """Take words in as if the operator had said them in this mode."""
    said = f"{PREFIX.get(mode, '')}{words}"
    await inbox.receive(
        tx,
        "message.received",
        source="mode",
        key=cause,
        trust="operator",
        actor=who.user,
        body={"words": said, "text": said, "conv": who.conv},
        cause=cause,
    )


def wish_of(goal: Goal) -> str:
    """Return the wish in the operator's words with its project, without how to go about it."""
    said = str((goal.slots.get("said") or (goal.text,))[0])
    name, wish = under.named(said), said[goal_rules.span(said)[0] :]
    return f"for project {name}: {wish}" if name else wish


async def asked(reader: Reader, goal: Goal, key: str) -> Msg:
    """Return the question in which mode to go on."""
    buttons = tuple(
        (Button(label=label, action="mode.set", ref=goal.id, item=item),)
        for label, item in LABELS
        if NAMES[item] != goal.mode
    )
    return say(key, f"“{goal.text}” is {SAYS[goal.mode]}. Go on in another way?", buttons=buttons)


async def ask(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Show in which mode a goal is, and the others."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        goal = await goals.get(tx, tap.ref)
        if goal is None:
            return Reply(GONE, refused=True)
        msg = await asked(tx, goal, f"mode:{cause}")
        await outbox.post(tx, msg, who.conv)
    return Reply("", msg.key)


async def choose(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Go on in the mode of the button."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        goal = await goals.get(tx, tap.ref)
        if goal is None:
            return Reply(GONE, refused=True)
        return await turn(tx, goal, NAMES[tap.item], cause, who)


async def go_on(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """After a look: do what was only looked into, in the usual way, once."""
    async with house.db.transaction() as tx:
        await heard(tx, tap, who, key, values)
        goal = await goals.get(tx, tap.ref)
        if goal is None:
            return Reply(GONE, refused=True)
        await said_anew(tx, mode_words.USUAL, wish_of(goal), goal.id, who)
    return Reply("I plan it.")


VERBS = {"mode": ask, "mode.set": choose, "explored": go_on}
