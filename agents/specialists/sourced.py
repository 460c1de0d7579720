"""The wish of a specialist that reads numbered sources, and may say only what stands in them."""

from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel

from agents.models import sources as numbered
from agents.models.pinned import Prompt
from agents.models.wish import CONTEXT_CHARS, Part, Wish
from agents.specialists import roster
from engine.models import model_calls
from memory.recalling.recall import Recalled

T = TypeVar("T", bound=BaseModel)


def wish(
    agent: str, step: str, about: Part, sources: Sequence[Recalled], asked_in: str, gives: type[T],
    prompt: Prompt, context_chars: int = CONTEXT_CHARS,
) -> Wish[T]:  # fmt: skip
    """Return the wish of this agent's step: what it is about, then the sources from 1 on."""
    spec = roster.of().specs[agent]
    assert spec.tier != "local"
    wanted = model_calls.Wanted(
        step=step.format(prompt=prompt.number),
        agent=agent,
        basis=model_calls.digest(about.text, [one.id for one in sources]),
        task=asked_in,  # so that its contract counts, and a crash asks nothing twice
        recalled=tuple((one.id, one.score) for one in sources),
    )
    parts = numbered.parts(dict(enumerate(sources, 1)))
    return Wish(
        wanted, spec.tier, prompt.text, (about, *parts), gives,
        first=prompt.first, context_chars=context_chars,
    )  # fmt: skip
