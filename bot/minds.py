"""The minds of a running Firstmate: which language models the settings allow, and their limits."""

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import cast

from agents.models import listed
from agents.models.door import Models
from agents.models.embedding import Embedding
from agents.specialists import roster
from bot import one_model
from bot import settings as configured
from bot.one_model import OneModel
from bot.settings import Settings
from engine.models.model_calls import Limits
from engine.planning.ledger import Budget
from engine.rules.house import House
from memory.vectors.embed import Encodes

Encoders = Callable[[str], Encodes | None]
"""Return the encoder of this name; "": the one that the settings want. None: there is none."""

NO_AMOUNT = "FIRSTMATE_MODEL_BUDGET_AGENTS: “{}” is not NAME=AMOUNT, as writer=1.00."
NO_AGENT = "FIRSTMATE_MODEL_BUDGET_AGENTS: there is no agent “{}”. There are: {}."
NO_SERVER = (
    "FIRSTMATE_EMBEDDING names no server of FIRSTMATE_MODEL_SERVERS: “{}”. Write SERVER/MODEL."
)


def of(settings: Settings) -> Callable[[House], Models]:
    """Return who makes the door to the models. ValueError: a line of the settings is wrong."""
    one = _one(settings)
    tiers = _known(settings).tiers(
        {
            "small": (*settings.model_small, *([one.name] if one else ())),
            "large": settings.model_large,
            "judge": settings.model_judge,
        }
    )
    said, secrets = _limits(settings), configured.secrets(settings)
    timeout_s, dollar = settings.model_timeout_s, settings.model_dollar
    judges = settings.model_judges

    def made(house: House) -> Models:
        limits = _with_contracts(said, house.daily)
        return Models(
            house, tiers, limits,
            secrets=secrets, timeout_s=timeout_s, dollar=dollar, judges=judges,
        )  # fmt: skip

    return made


def named(settings: Settings) -> tuple[str, ...]:
    """Return the names of all models that are set up, SERVER/MODEL."""
    one = _one(settings)
    others = (*settings.model_small, *settings.model_large, *settings.model_judge)
    return (*others, *([one.name] if one else ()))


def encoders(settings: Settings) -> Callable[[House], Encoders]:
    """Return who knows the embedding models. ValueError: a line of the settings is wrong."""
    known, wanted = _known(settings), settings.embedding or ""
    if wanted and known.embedding(wanted) is None:
        raise ValueError(NO_SERVER.format(wanted))
    said, secrets = _limits(settings), configured.secrets(settings)

    def made(house: House) -> Encoders:
        def named(name: str) -> Encodes | None:
            model = None
            with suppress(ValueError):  # one of former days, of which the settings say less now
                model = known.embedding(name or wanted)
            if model is None:
                return None
            timeout_s = settings.model_timeout_s
            limits = _with_contracts(said, house.daily)
            return Embedding(house, model, limits, secrets=secrets, timeout_s=timeout_s)

        return named

    return made


def none(house: House) -> Models:
    """Return a door behind which nobody is."""
    return of(Settings.model_construct())(house)


def no_encoders(house: House) -> Encoders:
    """Return who knows no embedding model."""
    return encoders(Settings.model_construct())(house)


def _known(settings: Settings) -> listed.Known:
    one, said = _one(settings), settings.model_keys
    keys = () if said is None else configured.lines(said.get_secret_value())
    return listed.Known.of(
        (*settings.model_servers, *([one.server] if one and one.server else ())),
        (*keys, *([one.named_key] if one and one.named_key else ())),
        settings.model_own,
        settings.model_prices,
    )


def _one(settings: Settings) -> OneModel | None:
    return None if settings.model is None else one_model.read(settings.model.get_secret_value())


def _limits(settings: Settings) -> Limits:
    agents = dict(_of_agents(settings))
    budget = Budget(settings.model_budget_day, settings.model_budget_goal, agents)
    return Limits(budget, settings.model_local_only)


def _with_contracts(limits: Limits, daily: Mapping[str, Decimal]) -> Limits:
    """Return the limits with what the contracts grant each agent a day; the settings win."""
    agents = ChainMap(dict(limits.budget.agents), cast(MutableMapping[str, Decimal], daily))
    return replace(limits, budget=replace(limits.budget, agents=agents))


def _named(settings: Settings) -> set[str]:
    """Return everybody who may have a budget: in any data folder, for it is chosen later."""
    own = settings.home.glob(f"*/{roster.OWN}/*.yaml")
    return {*roster.of().names, *(path.stem for path in own)}


def _of_agents(settings: Settings) -> Iterator[tuple[str, Decimal]]:
    """Yield each agent that has a budget of its own. ValueError: a line cannot be meant."""
    for line in settings.model_budget_agents:
        name, _, text = map(str.strip, line.partition("="))
        try:
            most = Decimal(text)
        except InvalidOperation:
            raise ValueError(NO_AMOUNT.format(line)) from None
        if not most.is_finite() or most < 0:
            raise ValueError(NO_AMOUNT.format(line))
        if name not in (known := _named(settings)):
            raise ValueError(NO_AGENT.format(name, ", ".join(sorted(known))))
        yield name, most
