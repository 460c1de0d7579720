"""The templates of rules in the chat: a card with forms, then a card for each rule of one.

Nothing holds before the yes to each rule, as if its sentence had been said.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

from agents.reading.words import Context
from agents.rules.templates import Question, Template, sentences, templates
from connectors.contract import PermanentError
from engine.acting.taps import GONE, Person, Reply, heard
from engine.autonomy import rule_desk
from engine.chat.messages import Bullets, Button, Form, Heading, Input, Msg, Para, Span
from engine.chat.tokens import Tap
from engine.rules import rule_offer
from engine.rules.house import House
from memory.db import Reader
from policies.book import BookError

HeardAs = Callable[[Reader, str], Awaitable[rule_offer.Offer | None]]
ContextOf = Callable[[Reader], Awaitable[Context]]
TITLE = "Rules from a template"
SAYS = "Three questions each; leave one empty, and it makes no rule. Each rule then wants its yes."
NOTHING = "You answered nothing, so no rule came of it."
STAND = "All of that holds already, so nothing changed."
UNHEARD = "I did not understand “{said}”, so nothing was made."


def menu(key: str) -> Msg:
    """Return the card that lists the templates, each with its form."""
    every = tuple(templates().values())
    lines = tuple(f"{one.title}: {' '.join(q.ask for q in one.questions)}" for one in every)
    return Msg(
        key=key,
        summary=TITLE,
        parts=(Heading(text=TITLE), Para(spans=(Span(text=SAYS),)), Bullets(items=lines)),
        buttons=tuple((_button(one),) for one in every),
    )


def verbs(heard_as: HeardAs, context_of: ContextOf) -> dict[str, Any]:
    """Return what a filled in template does; `heard_as` makes an offer of a sentence."""

    async def fill_in(
        house: House, tap: Tap, who: Person, key: str, values: dict[str, str]
    ) -> Reply:
        template = templates().get(tap.item)
        if template is None:
            return Reply(GONE, refused=True)
        try:
            async with house.db.snapshot() as reader:
                said = list(sentences(template, values, await context_of(reader)))
                offers = [one async for one in _offers(reader, heard_as, said)]
        except (PermanentError, ValueError) as error:
            says = rule_desk.refusal(error) if isinstance(error, BookError) else str(error)
            return Reply(says, refused=True)
        new = [one for one in offers if not one.stands]
        if not new:
            return Reply(STAND if offers else NOTHING, refused=True)
        async with house.db.transaction() as tx:
            cause = await heard(tx, tap, who, key, values)
            for number, one in enumerate(new, start=1):
                await rule_desk.show(tx, one, who.conv, cause, number)
        return Reply(f"{len(new)} to look at; each holds from its yes on.")

    return {"template": fill_in}


async def _offers(
    reader: Reader, heard_as: HeardAs, said: list[str]
) -> AsyncIterator[rule_offer.Offer]:
    """Yield the offer of each sentence that the answers make."""
    for sentence in said:
        offered = await heard_as(reader, sentence)
        if offered is None:
            raise PermanentError(UNHEARD.format(said=sentence))
        yield offered


def _button(template: Template) -> Button:
    form = Form(title=template.title, fields=tuple(_inputs(template.questions)))
    return Button(label=f"{template.title}…", action="template", item=template.id, form=form)


def _inputs(questions: tuple[Question, ...]) -> Iterator[Input]:
    for one in questions:
        if one.closed:
            yield Input(
                id=one.id, label=one.ask, kind="choice", initial=one.usual, choices=("yes", "no")
            )
        else:
            yield Input(id=one.id, label=one.ask, kind=one.kind, initial=one.usual)
