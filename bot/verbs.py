"""What a tap does, by the action of its button."""

from collections.abc import Awaitable, Callable

from agents.answers import asking
from agents.plans import plan_desk
from bot import aims, forgetting, going_back, importing, recording, secrets, who
from engine import (
    accounts,
    always_desk,
    batch_desk,
    compensating,
    curating,
    desk,
    endorsing,
    going_on,
    halting,
    into_record,
    ladder,
    modes,
    options,
    redirects,
    review,
    rich,
    rule_desk,
    rungs,
    stopping,
    strategy_desk,
    style_desk,
    tool_desk,
)
from engine.taps import Reply

Verb = Callable[..., Awaitable[Reply]]
VERBS: dict[str, Verb] = {
    **desk.VERBS,
    **batch_desk.VERBS,
    **always_desk.VERBS,
    **rule_desk.VERBS,
    **ladder.VERBS,
    **tool_desk.VERBS,
    **secrets.VERBS,
    **who.VERBS,
    **going_back.VERBS,
    **importing.VERBS,
    **style_desk.VERBS,
    **recording.VERBS,
    **aims.VERBS,
    **stopping.VERBS,
    **strategy_desk.VERBS,
    **rungs.VERBS,
    **curating.VERBS,
    **into_record.VERBS,
    **review.VERBS,
    **asking.VERBS,
    **plan_desk.VERBS,
    **going_on.VERBS,
    **compensating.VERBS,
    **modes.VERBS,
    "option": options.take,
    "redirect": redirects.redirect,
    "endorse": endorsing.endorse,
    "account": accounts.endorse,
    "halt": halting.halt,
    rich.ACTION: rich.answer,
    "erase": forgetting.erase,
}
