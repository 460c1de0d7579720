"""The intake reader: a small model reads typed fields out of one mail; they only suggest.

rules find nothing sure ─▶ asked, the mail fenced, no other beside it ─▶ what stands in the mail
─▶ kept as the mail's own words ─▶ quoted on its card, and what they ask for is suggested

It has no tools. A mail that gives it orders can choose which of its own words are quoted.
"""

from dataclasses import dataclass

from agents.incoming import mail_fields, offering
from agents.incoming.mail_fields import Fields
from agents.models.door import Answer, Models
from agents.models.pinned import Prompt
from agents.models.wish import Part, Wish
from agents.playbooks.library import Playbook
from agents.reading import context, item
from engine.flow.durable import Work
from engine.models import model_calls
from engine.rules.house import House
from memory import events, profile
from memory.db import Tx
from memory.events import Event

KIND = "read"  # of work
PURPOSE = "intake"
STEP = "intake.read/{prompt}"
AGENT = "intake"


@dataclass(frozen=True, slots=True)
class MailReader:
    house: House
    models: Models
    playbooks: tuple[Playbook, ...]

    async def work(self, work: Work) -> None:
        """Have one mail read; where no model answers, its card says so and stays as it is."""
        async with self.house.db.snapshot() as reader:
            event = await events.get(reader, work.ref)
            done = await events.by_key(reader, item.SOURCE, item.fields_key(work.ref))
        if event is None or done is not None:
            return
        prompt = await self.models.pinned.prompt(PURPOSE, event.id)
        answer = await self.models.ask(wish(event, prompt))
        async with self.house.db.transaction() as tx:
            now = await events.get(tx, event.id)  # somebody may have been forgotten meanwhile
            assert now is not None
            said = answer.value if isinstance(answer, Answer) else Fields()
            fields = mail_fields.borne(said, mail_fields.text_of(now.body))
            by = answer.model if isinstance(answer, Answer) else ""
            why = "" if isinstance(answer, Answer) else answer.why
            kept = await events.append(
                tx, "email.fields", source=item.SOURCE, key=item.fields_key(now.id),
                trust="outside", actor=now.actor, cause=now.id,
                body={
                    "said": list(fields.said()), "model": by, "why": why,
                    "asks": [one.kind for one in fields.asks],
                },
            )  # fmt: skip
            if kept is not None:
                await self._suggest(tx, now, fields)

    async def _suggest(self, tx: Tx, event: Event, fields: Fields) -> None:
        """Suggest what is asked for, with values that the rules read out of those words."""
        conv = await item.conversation(tx, event.id)
        read = await events.by_key(tx, item.SOURCE, event.id)
        known = await context.about(tx, tuple(read.body["about"]) if read is not None else ())
        switched = await profile.get(tx, "playbooks")
        by_id = {one.id: one for one in self.playbooks if one.from_mail and switched.get(one.id)}
        text = f"{event.body['subject']}\n{event.body['text']}"
        for ask in fields.asks:
            if (playbook := by_id.get(ask.kind)) is not None:
                nearer = "\n".join([ask.words, *_alone(fields)])
                await offering.offer(tx, event, playbook, text, known, conv, nearer)
        await item.show(tx, event.id, conv)


def _alone(fields: Fields) -> list[str]:
    """Return the values that there is one of: with two, which one is meant is not known."""
    each = (fields.amounts, fields.dates, fields.numbers)
    return [values[0] for values in each if len(values) == 1]


def wish(event: Event, prompt: Prompt) -> Wish[Fields]:
    """Return what a model is asked about this mail, and about no other."""
    text = mail_fields.text_of(event.body)
    return Wish(
        wanted=model_calls.Wanted(
            step=STEP.format(prompt=prompt.number),
            agent=AGENT,
            basis=model_calls.digest(text),
            task=event.id,
        ),
        tier="small",
        task=prompt.text,
        parts=(Part("the mail", text, "personal", outside=True),),
        gives=Fields,
        first=prompt.first,
    )
