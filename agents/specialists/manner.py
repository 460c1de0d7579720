"""Manner: how a specialist's texts are written: of which models, in which mode, by whose words."""

from dataclasses import dataclass

from agents.models import listed
from agents.specialists.spec import AgentSpec, Tier
from agents.specialists.spec_checks import Checks

NONE = Checks()
HARD: listed.Tier = "large"  # what is long, or in dispute


@dataclass(frozen=True, slots=True)
class Manner:
    """`settled`: the file is the operator's, and its tier is for whatever it writes.

    `mode`: "" says nothing of it; a goal's own goes before it.
    """

    tier: Tier = "small"
    settled: bool = False
    mode: str = ""
    prompt: str = ""
    checks: Checks = NONE

    @property
    def asks(self) -> bool:
        """Say whether it asks models at all."""
        return self.tier != "local"

    @property
    def told(self) -> str:
        """Return what a model is told of how it writes."""
        return "\n".join(filter(None, (self.prompt, *self.checks.says)))

    def tier_for(self, *, hard: bool) -> listed.Tier:
        """Return of which models a text is asked, where it asks any."""
        assert self.tier != "local"
        return HARD if hard and not self.settled else self.tier


def of(spec: AgentSpec | None, *, own: bool) -> Manner:
    """Return how a file says it is written. `own`: it is the operator's; ours have their own words.

    None: nobody's file.
    """
    if spec is None:
        return Manner()
    prompt = spec.prompt if own else ""
    return Manner(spec.tier, own, spec.mode or "", prompt, spec.checks)
