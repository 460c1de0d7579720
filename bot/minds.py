"""The minds of a running Firstmate: which language models the settings allow, and their limits."""

from collections.abc import Callable

from agents.models import listed
from agents.models.door import Models
from bot import settings as configured
from bot.settings import Settings
from engine.house import House
from engine.ledger import Budget
from engine.model_calls import Limits


def of(settings: Settings) -> Callable[[House], Models]:
    """Return who makes the door to the models. ValueError: a line of the settings is wrong."""
    keys = settings.model_keys
    tiers = listed.read(
        {
            "small": settings.model_small,
            "large": settings.model_large,
            "judge": settings.model_judge,
        },
        servers=settings.model_servers,
        keys=() if keys is None else configured.lines(keys.get_secret_value()),
        own=settings.model_own,
        prices=settings.model_prices,
    )
    limits = Limits(
        Budget(settings.model_budget_day, settings.model_budget_goal), settings.model_local_only
    )
    secrets = configured.secrets(settings)
    timeout_s, dollar = settings.model_timeout_s, settings.model_dollar

    def made(house: House) -> Models:
        return Models(house, tiers, limits, secrets=secrets, timeout_s=timeout_s, dollar=dollar)

    return made


def none(house: House) -> Models:
    """Return a door behind which nobody is."""
    return of(Settings.model_construct())(house)
