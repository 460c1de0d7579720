"""The owner of the month: says what is wanted, looks at every card, answers as a person would."""

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from bot.app import App
from bot.delivery import buttons_of
from engine.drawing import confirming
from memory.schema.work import effects
from policies.rules import Action
from tests.chat import Chat
from tests.month.business import OUTWARD, Wish

# Seconds of attention. Assumed, not measured: what is published of reading short messages.
CARD_S, NO_S, OFFER_S, GLANCE_S = 8, 10, 15, 1
TAKES_OFFER = 0.9
CHANGES_MIND = 0.02  # says no to something that is as it was asked for
NOT_LIKE_THIS = 0.004  # of what ran by itself, although it is as it was asked for
INWARD = ("read", "internal")
WHOSE = "Whose address is it?"


@dataclass
class Week:
    """What came of one week. `wrong`: ran by itself and was not what was asked for."""

    outward: int = 0  # done or asked
    by_itself: int = 0
    approved: int = 0
    rejected: int = 0
    named: int = 0  # said whose address it is
    offers: int = 0
    doubted: int = 0
    attention_s: int = 0
    wrong: list[str] = field(default_factory=list)
    not_done: Counter[str] = field(default_factory=Counter)

    @property
    def per_hundred(self) -> float:
        return 100 * (self.approved + self.rejected + self.named) / max(self.outward, 1)


@dataclass
class Owner:
    app: App
    chat: Chat
    chance: random.Random
    _seen: set[str] = field(default_factory=set)
    _offers: set[str] = field(default_factory=set)

    async def wish(self, wish: Wish, week: Week) -> None:
        """Say it, and answer all that comes of it."""
        await self.chat.say(wish.words)
        came = await self.new()
        for row in came:
            await self._answer(row, wish, week)
        if wish.kind in OUTWARD and not came:
            week.not_done[wish.kind] += 1
        await self._take_offers(week)
        await self._look_at_trials(week)

    async def new(self) -> list[sa.Row[Any]]:
        """Return the effects outside that were not seen yet."""
        async with self.app.db.snapshot() as reader:
            query = sa.select(effects).order_by(effects.c.at, effects.c.id)
            rows = [row for row in await reader.rows(query) if row.id not in self._seen]
        self._seen |= {row.id for row in rows}
        return [row for row in rows if row.action["effect"] not in INWARD and not row.undoes]

    async def _answer(self, seen: sa.Row[Any], wish: Wish, week: Week) -> None:
        row = await self._now(seen.id)
        right = is_right(row.action, wish)
        if right and wish.whose and row.state == "waiting" and self._has(row, WHOSE):
            week.named += 1
            week.attention_s += CARD_S
            await self._press(row, WHOSE, whose=wish.whose)
            row = await self._now(row.id)
        if row.state == "waiting":
            week.outward += 1
            await self._decide(row, right, week)
        elif row.state == "done":
            week.outward += 1
            await self._look(row, right, week)
        else:
            week.not_done[row.state] += 1

    async def _now(self, effect: str) -> sa.Row[Any]:
        """Return it as it stands: a no to the step before may have withdrawn it."""
        async with self.app.db.snapshot() as reader:
            row = await reader.row(sa.select(effects).filter_by(id=effect))
        assert row is not None
        return row

    def _has(self, row: sa.Row[Any], label: str) -> bool:
        key = f"effect:{row.id}:{row.version}"
        return any(label in button.label for button in buttons_of(self.chat.shown[key]))

    async def _decide(self, row: sa.Row[Any], right: bool, week: Week) -> None:
        if right and self.chance.random() >= CHANGES_MIND:
            week.approved += 1
            week.attention_s += CARD_S
            await self._press(row, "✓", confirm=_confirmation(row))
        else:
            week.rejected += 1
            week.attention_s += NO_S
            await self._press(row, "Reject")
            await self._after_no(right, week)

    async def _look(self, row: sa.Row[Any], right: bool, week: Week) -> None:
        week.by_itself += 1
        week.attention_s += GLANCE_S
        if not right:
            week.wrong.append(f"{row.action['operation']} {row.action['args']}")
        if not right or self.chance.random() < NOT_LIKE_THIS:
            week.doubted += 1
            week.attention_s += NO_S
            await self._press(row, "Not like this")
            await self._after_no(right, week)

    async def _after_no(self, right: bool, week: Week) -> None:
        """Let a rule run again where only she changed her mind; one that erred earns it anew."""
        for key in [key for key in self.chat.order if key.startswith("lowered:")]:
            if key not in self._offers:
                self._offers.add(key)
                week.attention_s += GLANCE_S
                if right:
                    week.attention_s += OFFER_S
                    await self.chat.press(self.chat.tokens[key, "Let it run again"])

    async def _press(self, row: sa.Row[Any], label: str, **values: str) -> None:
        key = f"effect:{row.id}:{row.version}"
        button = self.chat.button(key, label)
        reply = await self.chat.press(self.chat.tokens[key, button.label], **values)
        assert not reply.refused, f"{label} on {row.action}: {reply.text}"

    async def _look_at_trials(self, week: Week) -> None:
        """A rule on trial ran often enough: the owner looks, and lets it run on."""
        for key in [key for key in self.chat.order if key.startswith("tried:")]:
            if key not in self._offers:
                self._offers.add(key)
                week.attention_s += OFFER_S
                await self.chat.press(self.chat.tokens[key, "Let it run on"])

    async def _take_offers(self, week: Week) -> None:
        offers = [key for key in self.chat.order if key.startswith("always:")]
        for key in (key for key in offers if key not in self._offers):
            self._offers.add(key)
            week.offers += 1
            week.attention_s += OFFER_S
            label = "Yes, from now on" if self.chance.random() < TAKES_OFFER else "No"
            await self.chat.press(self.chat.tokens[key, label])


def is_right(action: dict[str, Any], wish: Wish) -> bool:
    """Say whether this is exactly what the owner asked for, and nobody else hears of it."""
    if wish.then is not None and action["operation"] == wish.then.operation:
        wish = wish.then
    args = action["args"]
    given = {name: args.get(name) for name in wish.args}
    named = {value for value in wish.args.values() if isinstance(value, str)}
    copies = [address for address in (*args.get("cc", ()), *args.get("bcc", ())) if address]
    return (
        action["operation"] == wish.operation
        and given == wish.args
        and not set(copies) - named
        and wish.holds in str(args.get("text", ""))
    )


def _confirmation(row: sa.Row[Any]) -> str:
    """Return what must be typed where the rules ask twice."""
    if row.verdict["outcome"] != "ask_twice":
        return ""
    return confirming.wanted(Action.model_validate(row.action), row.digest)
