"""The researcher: findings from what is kept, every sentence with its sources; it only reads.

look ─▶ ask a model ─┬─ it wants more ─▶ look for that ─▶ ask again (three times at most)
                     └─ findings: a sentence whose sources do not bear it is left out, and counted
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, Field

from agents.answers import answering
from agents.answers.answering import Sentence
from agents.models.door import Answer, Models
from agents.models.wish import Part
from agents.specialists import sourced
from memory.recalling.recall import Recall, Recalled
from memory.recalling.scope import Within

PURPOSE = "research"
STEP = "research/{prompt}"
AGENT = "researcher"
ROUNDS_MAX = 3
SOURCES_MAX = 20
CONTEXT_CHARS = 16_000  # it reads for a large model: as many passages as there may be sources
FINDINGS_MAX = 12
MORE_MAX, MORE_CHARS_MAX = 3, 120


class Findings(BaseModel):
    """`more`: what to look for before it says more."""

    findings: list[Sentence] = Field(default=[], max_length=FINDINGS_MAX)
    more: list[str] = Field(default=[], max_length=MORE_MAX)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, its sources by their numbers from 1, and how many sentences were left out.

    `model` is "" where none answered, and `why` says so.
    """

    findings: tuple[Sentence, ...]
    sources: tuple[Recalled, ...]
    left_out: int = 0
    model: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Researcher:
    search: Recall
    models: Models

    async def look(self, question: str, asked_in: str) -> tuple[Recalled, ...]:
        """Return the passages to begin with; nothing secret, and not the question itself."""
        found = await self.search(question, Within())
        return tuple(one for one in found if _readable(one, asked_in))[:SOURCES_MAX]

    async def findings(self, question: str, begun: Sequence[Recalled], asked_in: str) -> Found:
        """Return what models make of the passages, and of those that they ask for besides."""
        asked, sources = Part("the question", question, "personal"), list(begun)
        found = Found((), tuple(sources))
        prompt = await self.models.pinned.prompt(PURPOSE, asked_in)
        for _ in range(ROUNDS_MAX):
            wish = sourced.wish(
                AGENT, STEP, asked, sources, asked_in, Findings, prompt, CONTEXT_CHARS
            )
            answer = await self.models.ask(wish)
            if not isinstance(answer, Answer):
                return found if found.model else Found((), tuple(sources), why=answer.why)
            found = _borne(question, sources, answer)
            more = await self._more(answer.value.more, sources, asked_in)
            if not more:
                break
            sources += more
        return found

    async def _more(
        self, wanted: Sequence[str], sources: Sequence[Recalled], asked_in: str
    ) -> list[Recalled]:
        known = {one.id for one in sources}
        new: dict[str, Recalled] = {}
        for words in wanted:
            for one in await self.look(words[:MORE_CHARS_MAX], asked_in):
                if one.id not in known:
                    new.setdefault(one.id, one)
        return list(new.values())[: SOURCES_MAX - len(sources)]


def _readable(one: Recalled, asked_in: str) -> bool:
    return one.sensitivity != "secret" and one.ref != asked_in


def _borne(question: str, sources: Sequence[Recalled], answer: Answer[Findings]) -> Found:
    """Keep the sentences that the sources they name bear; of those that this model was given."""
    given = {n: one for n, one in enumerate(sources, 1) if one.id in answer.given}
    said = answer.value.findings
    kept = tuple(one for one in said if not answering.unborne(one, question, given))
    return Found(kept, tuple(sources), len(said) - len(kept), answer.model)
