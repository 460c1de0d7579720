"""What a tap does, by the action of its button."""

from collections.abc import Awaitable, Callable

from agents.answers import asking
from agents.plans import plan_desk
from bot.commands import (
    aims,
    enriching,
    forgetting,
    going_back,
    importing,
    recording,
    secrets,
    settling,
    who,
    why,
)
from engine.acting.taps import Reply
from engine.autonomy import always_desk, ladder, rule_desk
from engine.desks import (
    accounts,
    compensating,
    desk,
    endorsing,
    going_on,
    halting,
    modes,
    options,
    redirects,
    rewriting,
    rich,
)
from engine.keeping import curating, into_record, review
from engine.lists import batch_desk
from engine.models import queue_desk, rungs
from engine.objectives import stopping, strategy_desk
from engine.outside import tool_desk
from engine.voice import style_desk

Verb = Callable[..., Awaitable[Reply]]
VERBS: dict[str, Verb] = {
    **desk.VERBS,
    **batch_desk.VERBS,
    **rewriting.VERBS,
    **always_desk.VERBS,
    **rule_desk.VERBS,
    **ladder.VERBS,
    **tool_desk.VERBS,
    **secrets.VERBS,
    **who.VERBS,
    **going_back.VERBS,
    **importing.VERBS,
    **settling.VERBS,
    **style_desk.VERBS,
    **recording.VERBS,
    **enriching.VERBS,
    **aims.VERBS,
    **stopping.VERBS,
    **strategy_desk.VERBS,
    **rungs.VERBS,
    **queue_desk.VERBS,
    **curating.VERBS,
    **into_record.VERBS,
    **review.VERBS,
    **asking.VERBS,
    **plan_desk.VERBS,
    **going_on.VERBS,
    **compensating.VERBS,
    **modes.VERBS,
    **why.VERBS,
    "option": options.take,
    "redirect": redirects.redirect,
    "endorse": endorsing.endorse,
    "account": accounts.endorse,
    "halt": halting.halt,
    rich.ACTION: rich.answer,
    "erase": forgetting.erase,
}
