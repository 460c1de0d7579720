"""The front agent and its planner, put together of what they need."""

from agents.answers.asking import Asking
from agents.hearing.correcting import Correcting
from agents.hearing.filling import Filling
from agents.hearing.front import Command, Front
from agents.hearing.gist import Gists
from agents.hearing.lost import Lost
from agents.hearing.telling import Telling
from agents.hearing.unclear import Unclear
from agents.incoming.intake import Intake
from agents.models.door import Models
from agents.plans.planning import Planning
from agents.plans.shelf import Shelf
from agents.playbooks.library import Playbook
from agents.playbooks.routing import Router
from agents.writing.drafting import Drafting
from bot.remembering import Remembering
from engine.rules.house import House


def made(
    house: House,
    playbooks: tuple[Playbook, ...],
    shelf: Shelf,
    remembering: Remembering,
    models: Models,
    drafting: Drafting,
) -> tuple[Front, Planning]:
    by_id = shelf.by_id
    router = Router(playbooks, remembering.bundled, shelf.own)
    asking = Asking(house, remembering.search, models, remembering.encoder is not None)
    filling = Filling(house, by_id, Telling(house, remembering.recall))
    planning = Planning(house, models, remembering.recall, by_id, drafting)
    lost = Lost(house, by_id, planning.take)
    gists = Gists(house, models, playbooks, shelf.own)
    unclear = Unclear(house, gists, filling, asking, Correcting(filling, router), lost)
    commands: dict[str, Command] = {"plan": planning.command}
    intake = Intake(house, playbooks, models.set_up)
    front = Front(house, router, intake, commands, asking, filling, lost, unclear)
    return front, planning
