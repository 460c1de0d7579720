"""Rung: how far the day's money for models came down. Each is said once, with a way up.

normal ──▶ thrifty ──▶ frozen, until midnight
   ▲──────────┴──────────┘  “Raise by 2.00 EUR today”
"""

from dataclasses import replace
from decimal import Decimal

from engine import ledger, outbox, taps, words
from engine.house import House
from engine.ledger import Budget, Level
from engine.messages import Button, say
from engine.taps import Person, Reply
from engine.tokens import Tap
from memory import profile
from memory.db import Reader, Tx

RAISE = "raise_budget"
BY = Decimal(2)
KEPT = "budget_raised"  # {"day": "2026-11-27", "by": "4.00"}
SAID: dict[Level, str] = {
    "thrifty": "Most of today's {most} for language models is used ({spent}), so only small models "
    "are asked until midnight.",
    "frozen": "Today's {most} for language models does not allow for the next call ({spent} are "
    "used). Until midnight templates and kept answers stand in, and what needs more waits for you.",
}
RAISED = "Raised: language models may cost {most} today. Tomorrow it is {usual} again."
ANOTHER = "That was for another day, so nothing was raised."
ALREADY = "It was raised already: language models may cost more today than this message says."


async def allowed(reader: Reader, budget: Budget) -> Budget:
    """Return the budget with what the operator added to it today."""
    return replace(budget, day=budget.day + await _raised(reader))


async def tell(tx: Tx, usual: Budget, ceiling: Decimal) -> None:
    """Say to which rung a call with this ceiling brings the day; each once, until it is raised."""
    settings = await profile.read(tx)
    budget = await allowed(tx, usual)
    spent = await ledger.spent(tx, None)
    level = spent.level(replace(budget, goal=budget.day), ceiling)
    if level == "normal":
        return
    currency, ref = settings["currency"], _ref(words.today(tx.now, settings), budget.day)
    key = f"rung:{level}:{ref}"
    if await outbox.get(tx, key) is not None:
        return
    most = words.money(budget.day, currency)
    text = SAID[level].format(most=most, spent=words.cost(spent.today, currency))
    button = Button(label=f"Raise by {BY} today", action=RAISE, ref=ref, item=str(usual.day))
    await outbox.post(tx, say(key, text, buttons=((button,),)))


async def raise_today(
    house: House, tap: Tap, who: Person, key: str, values: dict[str, str]
) -> Reply:
    """Let language models cost more today. A second tap on the same message changes nothing."""
    async with house.db.transaction() as tx:
        cause = await taps.heard(tx, tap, who, key, values)
        settings = await profile.read(tx)
        usual, more = Decimal(tap.item), await _raised(tx)
        today = words.today(tx.now, settings)
        if not tap.ref.startswith(f"{today}/"):
            return Reply(ANOTHER, refused=True)
        if tap.ref != _ref(today, usual + more):
            return Reply(ALREADY, refused=True)
        await profile.save(tx, cause, **{KEPT: {"day": today, "by": str(more + BY)}})
    currency = settings["currency"]
    most = words.money(usual + more + BY, currency)
    return Reply(RAISED.format(most=most, usual=words.money(usual, currency)))


VERBS = {RAISE: raise_today}


def _ref(today: str, most: Decimal) -> str:
    return f"{today}/{most:.2f}"


async def _raised(reader: Reader) -> Decimal:
    settings = await profile.read(reader)
    raised = settings.get(KEPT)
    if raised is None or raised["day"] != words.today(reader.now, settings):
        return ledger.NOTHING
    return Decimal(raised["by"])
