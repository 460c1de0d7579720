"""Embedding: what texts mean, said by a server of the operator's choice instead of this machine.

texts without secrets, to others without numbers and addresses ─▶ judged ─▶ reserved, sent, settled

Judged and paid like any call to a model. While the server is down recall goes on by words: a
question does not wait for it.
"""

import asyncio
import time
from collections.abc import Sequence

from agents.models import compatible
from agents.models.dialect import NotTakenError
from agents.models.keys import blanked
from agents.models.listed import FREE, Model
from agents.models.redacting import unnamed
from agents.models.unshown import Unshown
from connectors.contract import ConnectorError, TransientError, UnknownError
from engine.models import model_calls
from engine.models.model_calls import EMBEDDING, Admitted, Call, Came, Limits, Wanted
from engine.planning import ledger
from engine.rules.house import House
from memory.texts.passages import storable
from memory.vectors.embed import EncoderDownError

AGENT = "memory"
TIER = "small"  # to the rules: what is asked even when money is short
TEXTS_MAX = 100  # in one call
CHARS_MAX = 4_000  # of a text; a passage has 800
CHARS_MIN = 200  # what is shorter is not cut, whatever the server says
TRIES_MAX = 3
WAIT_S_MAX = 20.0
HURRY_S = 3.0  # for a question, which can do without
DOWN_S = 30.0  # questions do not try again before
FRAME_TOKENS = 8  # what servers add to a text, at most
WHY_CHARS_MAX = 300
RULED = "{model} was not asked: {because}"


class Embedding:
    """One embedding model. `secrets`: values of the settings that nobody may read."""

    def __init__(
        self,
        house: House,
        model: Model,
        limits: Limits,
        *,
        secrets: Sequence[str] = (),
        timeout_s: float = 60.0,
    ) -> None:
        self.name = model.name
        self._house = house
        self._model = model
        self._limits = limits
        self._unshown = Unshown(secrets, house.blobs)
        self._timeout_s = timeout_s
        self._down_until = 0.0  # by the monotonic clock
        self._why = ""

    async def vectors(self, texts: Sequence[str], *, hurry: bool = False) -> list[list[float]]:
        """Return one vector a text, of length 1. `hurry`: one short try. EncoderDownError."""
        if hurry and time.monotonic() < self._down_until:
            raise EncoderDownError(self._why)
        made: list[list[float]] = []
        for start in range(0, len(texts), TEXTS_MAX):
            made += await self._tried(texts[start : start + TEXTS_MAX], hurry)
        self._down_until = 0.0
        return made

    async def _tried(self, texts: Sequence[str], hurry: bool) -> list[list[float]]:
        unshown = self._unshown.now()
        sent = [storable(blanked(text[:CHARS_MAX], unshown)) or " " for text in texts]
        return await self._sent(sent, hurry)

    async def _sent(self, sent: Sequence[str], hurry: bool) -> list[list[float]]:
        timeout_s = min(HURRY_S, self._timeout_s) if hurry else self._timeout_s
        left = 1 if hurry else TRIES_MAX
        while True:
            left -= 1
            try:
                return await self._once(sent, timeout_s)
            except TransientError as error:
                if not left or error.retry_after_s > WAIT_S_MAX:
                    raise self._down(str(error)) from error
                wait_s = error.retry_after_s
            except NotTakenError as error:
                return await self._in_parts(sent, hurry, error)
            except ConnectorError as error:
                raise self._down(str(error)) from error
            await asyncio.sleep(wait_s)

    async def _in_parts(
        self, sent: Sequence[str], hurry: bool, error: NotTakenError
    ) -> list[list[float]]:
        """Send fewer texts, then less of one, so that one too long for it holds up nothing."""
        if len(sent) > 1:
            half = len(sent) // 2
            return [*await self._sent(sent[:half], hurry), *await self._sent(sent[half:], hurry)]
        [text] = sent
        if len(text) < CHARS_MIN:
            raise self._down(str(error)) from error
        return await self._sent([text[: len(text) // 2]], hurry)

    def _down(self, why: str) -> EncoderDownError:
        self._why = why
        self._down_until = time.monotonic() + DOWN_S
        return EncoderDownError(why)

    async def _once(self, texts: Sequence[str], timeout_s: float) -> list[list[float]]:
        """Judge, reserve, send and settle once; whatever comes, a reason is kept.

        Broken off, as a question is that needs it no more, it counts with its ceiling.
        """
        wanted = Wanted(
            step=EMBEDDING, agent=AGENT, basis=model_calls.digest(self.name, list(texts))
        )
        async with ledger.held(self._house.db) as reserved:
            call, sent, admitted = await self._admitted(wanted, texts, reserved)
            begun = time.monotonic()
            made, came, fault = await self._carried(sent, timeout_s)
            came = came.model_copy(update={"ms": round((time.monotonic() - begun) * 1000)})
            async with self._house.db.transaction() as tx:
                await model_calls.note(tx, wanted, call, came, admitted=admitted)
        if fault is not None:
            raise fault
        return made

    async def _admitted(
        self, wanted: Wanted, texts: Sequence[str], reserved: list[str]
    ) -> tuple[Call, list[str], Admitted]:
        """Return the call and the texts as they may leave: somebody else's name nobody."""
        sent = [unnamed(text) for text in texts] if self._model.remote else list(texts)
        call = self._call(sent)
        async with self._house.db.transaction() as tx:
            admitted = await model_calls.admit(tx, self._house, wanted, call, self._limits)
            if admitted.cost is not None:
                reserved.append(admitted.cost)
                return call, sent, admitted
            why = RULED.format(model=self.name, because=admitted.verdict.because)
            came = Came(state="refused", why=why)
            await model_calls.note(tx, wanted, call, came, admitted=admitted)
        raise self._down(why)

    async def _carried(
        self, texts: Sequence[str], timeout_s: float
    ) -> tuple[list[list[float]], Came, ConnectorError | None]:
        try:
            made, tokens = await compatible.embed(self._model, texts, timeout_s)
        except ConnectorError as error:
            state: model_calls.State = "misfit"
            if isinstance(error, TransientError):
                state = "busy"
            if isinstance(error, UnknownError):
                state = "unclear"
            cost = None if state == "unclear" else Came.model_fields["cost"].default
            return [], Came(state=state, why=str(error)[:WHY_CHARS_MAX], cost=cost), error
        price = self._model.price or FREE
        cost = None if tokens is None else price.of(tokens, 0)
        return made, Came(state="answered", tokens_in=tokens or 0, cost=cost), None

    def _call(self, texts: Sequence[str]) -> Call:
        # No token is shorter than a byte, so this many is the most that they can be.
        longest = sum(len(text.encode()) + FRAME_TOKENS for text in texts)
        return Call(
            tier=TIER,
            model=self.name,
            remote=self._model.remote,
            data_class="personal",
            redacted=self._model.remote,
            ceiling=(self._model.price or FREE).of(longest, 0),
        )
