"""Models.ask(): one wish, an answer that was checked against its shape, or none and why.

wish ─▶ settled before? ─▶ kept? ─▶ model after model: judged, reserved, called, settled
                                                    └─ twice more where that may help ─▶ next model

Whoever asks must be able to go on without an answer.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Generic, Literal

from pydantic import ValidationError

from agents.models import anybody, compatible, forms
from agents.models.completion import Completion
from agents.models.forms import Form
from agents.models.listed import FREE, INSTEAD, TIERS, Model, Price, Tier, Tiers
from agents.models.looping import answer_loops
from agents.models.pinned import OWN, Pinned
from agents.models.streaming import Carrier, listen
from agents.models.typed import faults, typed, unthought
from agents.models.unshown import Unshown
from agents.models.whose import People
from agents.models.wish import T, Wish, schema_of
from connectors.contract import ConnectorError, TransientError, UnknownError
from engine.models import circuits, model_calls, shortage
from engine.models.circuits import Circuit
from engine.models.model_calls import Admitted, Call, Came, Limits
from engine.planning import ledger
from engine.rules.house import House
from memory import events
from memory.redaction import REDACTS

RETRIES_MAX = 2  # of them one may be a repair of an answer that has not the shape
WAIT_S_MAX = 20.0  # who wants us to wait longer is passed over
TIMEOUT_S = 60.0
WHY_CHARS_MAX = 300
NO_PRICE = "Nobody knows what {model} costs. Say it: FIRSTMATE_MODEL_PRICES={model}=0.15:0.60."
FORGOTTEN = "Something was forgotten meanwhile, so what was read and written was dropped."
NO_FIELDS = "answered in another shape: it has none of the fields."
NOT_SET_UP = "No language model is set up."


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What a model answered, in the shape it was asked for.

    `given`: the ids of the passages it read, in their order. The rules may have left some out.
    """

    value: T
    model: str
    cached: bool = False
    given: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Nobody answered; `why` is one sentence for the operator. `short`: for money alone."""

    why: str
    short: bool = False


@dataclass(frozen=True, slots=True)
class _Turn(Generic[T]):
    """One call and what is to be done after it."""

    came: Came
    value: T | None = None
    again: Literal["", "wait", "repair"] = ""
    wait_s: float = 0.0
    said: str = ""  # the answer that is to be repaired
    given: tuple[str, ...] = ()  # the passages that were sent
    short: bool = False  # it was refused for money alone


class Models:
    """`secrets`: values of the settings that no model may read. `dollar`: one, in our currency.

    `judges`: drafts are read by the judge tier before you see them.
    """

    def __init__(
        self,
        house: House,
        tiers: Tiers,
        limits: Limits,
        *,
        secrets: Sequence[str] = (),
        timeout_s: float = TIMEOUT_S,
        dollar: Decimal = Decimal(1),
        judges: bool = False,
    ) -> None:
        self._house = house
        self._tiers = tiers
        self._unshown = Unshown(secrets, house.blobs)
        self._timeout_s = timeout_s
        self._dollar = dollar
        self._people = People(house.blobs)
        self._trying: set[str] = set()  # providers that were left alone and are tried, once
        self.limits = limits
        self.pinned = Pinned(house.db, house.blobs / OWN)
        self.judges = judges and bool(tiers)

    @property
    def set_up(self) -> bool:
        """Say whether there is any model at all."""
        return any(self._tiers.values())

    async def ask(self, wish: Wish[T]) -> Answer[T] | NoAnswer:
        """Ask the models of the wish's tier, then those of cheaper ones, until one answers."""
        if not self.set_up:
            return NoAnswer(NOT_SET_UP)
        async with self._house.db.snapshot() as reader:
            before = await model_calls.settled(reader, wish.wanted)
            if before is not None and (before.value is not None or not wish.needed):
                return _again(before, wish)
            level = await model_calls.level(reader, wish.wanted, self.limits)
            wish = wish.harmless(self._unshown.now())
            lean, listed = wish.within(level), list(self._listed(wish))
            # What was answered to the whole wish, while there was money, answers the lean one too.
            keys = {
                one.key(model.name): (one, tier, model)
                for tier, model in listed
                for one in (wish, lean)
            }
            kept = await model_calls.first_kept(reader, tuple(keys))
        if kept is not None:
            key, value = kept
            return await self._repeated(*keys[key], value)
        turns: list[_Turn[T]] = []
        for tier, model in listed:
            turn = await self._unless_resting(wish if model.free else lean, tier, model)
            if turn.value is not None:
                return Answer(turn.value, model.name, given=turn.given)
            turns.append(turn)
            if turn.came.why == FORGOTTEN:
                break
        return await self._gave_up(wish, turns)

    async def tried(
        self, wish: Wish[T], tier: Tier, model: Model, *, anyway: bool = False
    ) -> Answer[T] | NoAnswer:
        """Ask exactly this model, however often it was asked; `anyway`: even one left alone."""
        turn = await (self._asked if anyway else self._unless_resting)(wish, tier, model)
        return NoAnswer(turn.came.why) if turn.value is None else Answer(turn.value, model.name)

    async def ceilings(self, wish: Wish[T]) -> list[Decimal]:
        """Return the most that a call may cost, of each model that is asked while there is money.

        In the order they would be asked; of those that the rules keep out, or nobody prices, none.
        """
        found = []
        async with self._house.db.snapshot() as reader:
            wish = await self._people.marked(reader, wish.harmless(self._unshown.now()))
            for tier, listed in self._listed(wish):
                if (model := await self._priced(listed)) is None:
                    continue
                for form in forms.of(wish, remote=model.remote):
                    wanted, call = form.wish.wanted, self._call(tier, model, form)
                    if await model_calls.may(reader, self._house, wanted, call, self.limits):
                        found.append(call.ceiling)
                        break
        return found

    def listed(self) -> Iterator[tuple[Tier, Model]]:
        """Yield every model with its tier."""
        yield from ((tier, model) for tier in TIERS for model in self._tiers.get(tier, ()))

    def _listed(self, wish: Wish[T]) -> Iterator[tuple[Tier, Model]]:
        seen: set[str] = set()
        usual = [(one, model) for one in INSTEAD[wish.tier] for model in self._tiers.get(one, ())]
        first = [pair for pair in self.listed() if pair[1].name == wish.first]
        for one, model in (*first, *usual):
            if model.name not in seen:
                seen.add(model.name)
                yield one, model

    async def _repeated(self, wish: Wish[T], tier: Tier, model: Model, value: Any) -> Answer[T]:
        """Give what this model answered to exactly this before. Nothing leaves."""
        came = Came(state="answered", answer=wish.key(model.name))
        await self._noted(wish, tier, model, came, cached=True)
        read = wish.gives.model_validate(value)
        return Answer(read, model.name, cached=True, given=wish.wanted.given)

    async def _noted(
        self, wish: Wish[T], tier: Tier, model: Model, came: Came, *, cached: bool = False
    ) -> None:
        call = self._call(tier, model, forms.plain(wish))
        async with self._house.db.transaction() as tx:
            await model_calls.note(tx, wish.wanted, call, came, cached=cached)

    async def _unless_resting(self, wish: Wish[T], tier: Tier, model: Model) -> _Turn[T]:
        """Ask a model if its provider is not left alone; one that was gets one call at a time."""
        circuit, provider = await self._circuit(model), model.provider
        if circuit.state == "closed":
            return await self._asked(wish, tier, model)
        if circuit.state == "open" or provider in self._trying:
            return await self._rests(wish, tier, model, circuit)
        self._trying.add(provider)
        try:
            circuit = await self._circuit(model)  # somebody may have tried it just before
            if circuit.state == "open":
                return await self._rests(wish, tier, model, circuit)
            return await self._asked(wish, tier, model)
        finally:
            self._trying.discard(provider)

    async def _circuit(self, model: Model) -> Circuit:
        async with self._house.db.snapshot() as reader:
            return await circuits.of(reader, model.provider)

    async def _rests(self, wish: Wish[T], tier: Tier, model: Model, circuit: Circuit) -> _Turn[T]:
        call = self._call(tier, model, forms.plain(wish))
        async with self._house.db.transaction() as tx:
            came = Came(state="resting", why=await circuits.told(tx, circuit))
            await model_calls.note(tx, wish.wanted, call, came)
        return _Turn(came)

    async def _asked(self, wish: Wish[T], tier: Tier, model: Model) -> _Turn[T]:
        """Ask one model, at most three times; whole where the rules let it, or lean."""
        priced = await self._priced(model)
        if priced is None:
            came = Came(state="misfit", why=NO_PRICE.format(model=model.name))
            await self._noted(wish, tier, model, came)
            return _Turn(came)
        model = priced
        async with self._house.db.snapshot() as reader:
            wish = await self._people.marked(reader, wish)
        turn, form = await self._once(tier, model, forms.of(wish, remote=model.remote))
        for _ in range(RETRIES_MAX):
            if turn.value is not None or not turn.again or turn.wait_s > WAIT_S_MAX:
                break
            if turn.again == "repair":
                if form.repaired:
                    break
                form = forms.repaired(form, turn.came, turn.said)
            if (await self._circuit(model)).state != "closed":
                break
            await asyncio.sleep(turn.wait_s)
            turn, form = await self._once(tier, model, [form])
        return replace(turn, given=form.wish.wanted.given)

    async def _priced(self, model: Model) -> Model | None:
        """Return a model with its price; None: nobody knows it."""
        if model.price is not None:
            return model
        known = await asyncio.to_thread(anybody.price, model.name, self._dollar)
        return None if known is None else replace(model, price=known)

    async def _once(
        self, tier: Tier, model: Model, ways: Sequence[Form[T]]
    ) -> tuple[_Turn[T], Form[T]]:
        """Judge, reserve, call and settle once, in the first of these forms that may leave.

        Whatever comes, a reason is kept; without a word where somebody was forgotten meanwhile.
        Broken off, it counts with its ceiling.
        """
        async with ledger.held(self._house.db) as reserved:
            return await self._sent(reserved, tier, model, ways)

    async def _sent(
        self, reserved: list[str], tier: Tier, model: Model, ways: Sequence[Form[T]]
    ) -> tuple[_Turn[T], Form[T]]:
        """See `_once`. `reserved` gets the reservation before anything leaves."""
        async with self._house.db.transaction() as tx:
            forgot, short = await events.newest(tx, *REDACTS), False
            for form in ways:
                wish, call = form.wish, self._call(tier, model, form)
                admitted = await model_calls.admit(tx, self._house, wish.wanted, call, self.limits)
                if admitted.cost is not None:
                    reserved.append(admitted.cost)
                    break
                short = short or admitted.short
            else:
                came = Came(state="refused", why=_ruled(model, admitted))
                await model_calls.note(tx, wish.wanted, call, came, admitted=admitted)
                return _Turn(came, short=short), form
        begun = time.monotonic()
        turn = await self._carried(model, form)
        ms = round((time.monotonic() - begun) * 1000)
        came = turn.came.model_copy(update={"ms": ms, "why": turn.came.why[:WHY_CHARS_MAX]})
        async with self._house.db.transaction() as tx:
            if await events.newest(tx, *REDACTS) != forgot:
                form = replace(form, messages=[])
                came = came.model_copy(update={"state": "misfit", "why": FORGOTTEN, "answer": None})
                turn = replace(turn, value=None, again="")
            if turn.value is not None and came.answer is not None:
                await model_calls.keep(tx, came.answer, turn.value.model_dump(mode="json"))
            await model_calls.note(
                tx, wish.wanted, call, came, prompt=form.messages, admitted=admitted
            )
        return replace(turn, came=came), form

    async def _carried(self, model: Model, form: Form[T]) -> _Turn[T]:
        wish = form.wish
        schema = deepcopy(schema_of(wish.gives))  # not all who carry it leave it as it is
        try:
            heard = listen(wish, form.redaction)
            got = await _carrier(model)(
                model, form.messages, schema, wish.tokens_max, self._timeout_s, heard
            )
        except TransientError as error:
            came = Came(state="busy", why=str(error))
            return _Turn(came, again="wait", wait_s=error.retry_after_s)
        except UnknownError as error:
            return _Turn(Came(state="unclear", why=str(error), cost=None))
        except ConnectorError as error:
            return _Turn(Came(state="misfit", why=str(error)))
        return _read(model, form, replace(got, text=unthought(got.text)))

    def _call(self, tier: Tier, model: Model, form: Form[T]) -> Call:
        wish = form.wish
        return Call(
            tier=tier,
            model=model.name,
            remote=model.remote,
            data_class=wish.data_class(self._unshown.now()),
            redacted=form.redacted,
            ceiling=_price(model).of(form.tokens_most, wish.tokens_max),
        )

    async def _gave_up(self, wish: Wish[T], turns: Sequence[_Turn[T]]) -> NoAnswer:
        said = " ".join(dict.fromkeys(turn.came.why for turn in turns))[:WHY_CHARS_MAX]
        short = bool(turns) and all(turn.short for turn in turns)
        async with self._house.db.transaction() as tx:
            await shortage.gave_up(tx, wish.wanted, said or NOT_SET_UP, short=short)
        return NoAnswer(said or NOT_SET_UP, short)


def _again(before: model_calls.Kept, wish: Wish[T]) -> Answer[T] | NoAnswer:
    if before.value is None:
        return NoAnswer(before.why)
    return Answer(wish.gives.model_validate(before.value), before.model, True, before.given)


def _read(model: Model, form: Form[T], got: Completion) -> _Turn[T]:
    """Say what an answer is worth: whole and in its shape, or what is wrong with it."""
    wish = form.wish
    price = _price(model)
    known = got.tokens_in is not None and got.tokens_out is not None
    tokens = (got.tokens_in or 0, got.tokens_out or 0)
    cost = price.of(*tokens, got.tokens_cached) if known else None
    counted: dict[str, Any] = {"tokens_in": tokens[0], "tokens_out": tokens[1], "cost": cost}
    counted["tokens_cached"] = got.tokens_cached

    def no(state: model_calls.State, why: str, *, repair: bool = False) -> _Turn[T]:
        came = Came(state=state, why=f"{model.name} {why}", **counted)
        return _Turn(came, again="repair" if repair else "", said=got.text)

    if got.declined or got.finish == "content_filter":
        return no("declined", "declined to answer.")
    if not wish.alike and answer_loops(got.text):
        return no("loop", "said the same again and again.", repair=True)
    if got.finish == "length":
        return no("cut", "was cut off in the middle.", repair=True)
    if not got.text.strip():
        return no("empty", "answered nothing.", repair=True)
    if len(got.text) > wish.chars_max:
        return no("long", f"wrote more than {wish.chars_max} characters.", repair=True)
    try:
        value = typed(form, got.text)
    except ValidationError as error:
        return no("invalid", f"answered in another shape: {faults(error)}", repair=True)
    except ValueError as error:
        return no("invalid", f"answered no JSON: {error}", repair=True)
    if value is None:
        return no("invalid", NO_FIELDS, repair=True)
    key = wish.key(model.name)
    return _Turn(Came(state="answered", answer=key, **counted), value)


def _ruled(model: Model, admitted: Admitted) -> str:
    rules = ", ".join(admitted.verdict.rules[:1]) or "no rule"
    return f"{model.name} was not asked: {admitted.verdict.because} ({rules})"


def _carrier(model: Model) -> Carrier:
    return anybody.complete if model.server is None else compatible.complete


def _price(model: Model) -> Price:
    """Return what it costs; one that litellm is to price is not called before it is known."""
    return FREE if model.price is None else model.price
