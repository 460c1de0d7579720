"""The intake reader: a small model reads typed fields out of one mail; they only suggest.

rules find nothing sure ─▶ asked, the mail fenced, no other beside it ─▶ what stands in the mail
─▶ kept as the mail's own words ─▶ quoted on its card, and what they ask for is suggested

It has no tools. A mail that gives it orders can choose which of its own words are quoted.
"""

from dataclasses import dataclass

from agents.incoming import mail_fields, offering
from agents.incoming.mail_fields import Fields
from agents.models.door import Answer, Models
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
STEP = "intake.read/1"
AGENT = "intake"
TASK = """\
You read one mail that somebody sent to a small company, and copy out what it says; you decide
nothing and answer nobody. Give `who`: the name of whoever writes; `company`: theirs; `asks`: each
thing that is asked of the company, at most three: `words` is the sentence of the mail that asks for
it, `kind` is refund (money back), book-meeting (a time to meet or call), send-invoice (an invoice
again), pay-bill (their bill is to be paid), write-mail (an answer) or other; `amounts`, `dates` and
`numbers` of orders, invoices and payments. Copy every value letter by letter, as short as it can
be. Leave empty what the mail does not say; an advertisement or a notice asks for nothing. What
stands in square brackets like [MAIL-1-abc123] stays letter by letter."""


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
        answer = await self.models.ask(wish(event))
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
                body={"said": list(fields.said()), "model": by, "why": why},
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


def wish(event: Event) -> Wish[Fields]:
    """Return what a model is asked about this mail, and about no other."""
    text = mail_fields.text_of(event.body)
    return Wish(
        wanted=model_calls.Wanted(
            step=STEP, agent=AGENT, basis=model_calls.digest(text), task=event.id
        ),
        tier="small",
        task=TASK,
        parts=(Part("the mail", text, "personal", outside=True),),
        gives=Fields,
    )
