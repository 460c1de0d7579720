"""Who carries out each kind of work: the minds of one house, made and tied together."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from agents.hearing import listening, unclear
from agents.hearing.front import Front
from agents.incoming.mail_reader import KIND as READ
from agents.incoming.mail_reader import MailReader
from agents.models.door import Models
from agents.plans import planning
from agents.plans import shelf as shelves
from agents.plans.shelf import Shelf
from agents.playbooks import library
from agents.playbooks.disputes import Disputes
from agents.runner import Runner
from agents.specialists.own_code import WithOwnCode
from agents.writing import strategist
from agents.writing.beside import KIND as BESIDE
from agents.writing.beside import Beside
from agents.writing.drafting import SHADOW
from bot import front as hearing
from bot.commands import asked_again, forgetting
from bot.commands.agents import drafting_of
from bot.remembering import Remembering
from engine.acting import refining
from engine.desks import compensating, perform, pictures
from engine.flow.durable import Handler
from engine.keeping import night, recounting
from engine.models import queue_desk, shortage
from engine.objectives import strategy
from engine.planning import plans
from engine.rules import retention
from engine.rules.house import House


@dataclass(frozen=True, slots=True)
class Minds:
    """`front` hears, `runner` works; `handlers`: who does which kind of work."""

    front: Front
    runner: Runner
    handlers: dict[str, Handler]


def of(
    house: House,
    playbooks: tuple[library.Playbook, ...],
    shelf: Shelf,
    remembering: Remembering,
    hands: WithOwnCode,
    models: Models,
) -> Minds:
    drafting = drafting_of(house, models, remembering, hands.crew, Disputes(shelf.by_id))
    front, plan = hearing.made(house, playbooks, shelf, remembering, models, drafting)
    runner = Runner(house, shelf.by_id, drafting, hands)

    beside = Beside(drafting, hands, runner.told)

    async def dispatch(work: Any) -> None:
        await runner.dispatch(work)
        await beside.expect(work.ref)
        await listening.planned(house, work)

    async def certify(work: Any) -> None:
        await hands.crew.again(house.db, house.rulebook)
        await shelf.open()
        await forgetting.certify(house, work)

    handlers: dict[str, Handler] = {
        "understand": front.understand,
        unclear.KIND: front.unclear.work,
        "dispatch": dispatch,
        "perform": partial(perform.perform, house),
        READ: MailReader(house, models, playbooks).work,
        planning.KIND: plan.work,
        queue_desk.AGAIN: partial(asked_again.work, house, front),
        shelves.KIND: shelf.work,
        "picture": partial(pictures.paint, house),
        plans.BACK: partial(compensating.compensate, house),
        SHADOW: runner.shadow,
        BESIDE: beside.work,
        refining.KIND: runner.refine,
        retention.KIND: partial(night.sweep, house),
        forgetting.KIND: certify,
        recounting.KIND: partial(recounting.recount, house),
        shortage.KIND: partial(shortage.look, house, models.limits),
        strategy.KIND: partial(strategist.word, house, models),
    }
    return Minds(front, runner, handlers)
