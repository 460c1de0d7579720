"""Probes each model with one tiny question: does it answer, in the shape, and what does it cost?"""

from collections.abc import AsyncIterator
from decimal import Decimal

from pydantic import BaseModel

from agents.models.door import Answer, Models
from agents.models.wish import Part, Wish
from engine.chat import words
from engine.models import model_calls
from engine.planning import ledger
from engine.rules.house import House
from memory import profile

TASK = "Say which number the data holds."
NUMBER = 7
AGENT = "doctor"
TOKENS_MAX = 500  # some models think before they answer


class Counted(BaseModel):
    number: int


async def probe(house: House, models: Models) -> AsyncIterator[tuple[str, bool, str]]:
    """Yield for each model its tier and name, whether it can be used, and a sentence."""
    wanted = model_calls.Wanted(step="probe/1", agent=AGENT, basis="")
    part = Part("note", f"There are {NUMBER} days in a week.", "public")
    wish = Wish(wanted, "small", TASK, (part,), Counted, tokens_max=TOKENS_MAX)
    for tier, model in models.listed():
        before = await _spent(house)
        answer = await models.tried(wish, tier, model, anyway=True)
        if isinstance(answer, Answer):
            right = answer.value.number == NUMBER
            says = "answers" if right else "answers, but got a simple question wrong"
        else:
            says = answer.why
        async with house.db.snapshot() as reader:
            currency = (await profile.read(reader))["currency"]
        cost = words.cost(await _spent(house) - before, currency)
        yield f"{tier}: {model.name}", isinstance(answer, Answer), f"{says} ({cost})"


async def _spent(house: House) -> Decimal:
    async with house.db.snapshot() as reader:
        return (await ledger.spent(reader, None)).today
