"""The roster: every specialist, who carries out what, and the rules that their contracts imply."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path

from agents.specialists import manner
from agents.specialists.manner import Manner
from agents.specialists.spec import AgentSpec, SpecError, load
from engine.planning.specs import Trial
from policies.house import ASK
from policies.rules import Rule

FOLDER = Path(__file__).parent
OWN = "specialists"  # in the operator's data folder
FRONT = "front"  # who carries out what nobody else holds
# They have no file: the operator's own taps, and what the house does by itself.
HOUSE = ("you", "memory", "doctor", "retention")
TAKEN = "the name “{name}” is taken; call your file something else"
SOURCE = "the specialists' contracts"
AT_ONCE = 8  # names in one condition: it may not grow for ever
SHOWN_CHARS = 8


@dataclass(frozen=True, slots=True)
class Tried:
    """A version on trial beside the one in use."""

    spec: AgentSpec
    trial: Trial


@dataclass(frozen=True)
class Roster:
    """The operator's own specialists first: what one of them holds, it carries out.

    `tried`: versions on trial, by name.
    """

    own: tuple[AgentSpec, ...]
    built_in: tuple[AgentSpec, ...]
    tried: Mapping[str, Tried] = field(default_factory=dict)

    @cached_property
    def specs(self) -> Mapping[str, AgentSpec]:
        return {spec.name: spec for spec in (*self.own, *self.built_in)}

    @property
    def names(self) -> tuple[str, ...]:
        """Return everybody who may be named as an agent."""
        return (*self.specs, *HOUSE)

    def of(self, operation: str, goal: str = "") -> tuple[str, str]:
        """Return who carries out an operation of a wish, and by which version of their file.

        The first that names it, else the front agent; as if what the wish draws were in use.
        """
        drawn = (self._drawn(spec, goal) for spec in self.specs.values())
        holding = [spec for spec in drawn if spec.holds(operation)]
        found = next((spec for spec in holding if spec.name != FRONT), self.specs[FRONT])
        return found.name, found.version

    def spec(self, agent: str, version: str) -> AgentSpec | None:
        """Return what a step goes by: the version on trial if it is its, else the one in use."""
        tried = self.tried.get(agent)
        return tried.spec if tried and tried.spec.version == version else self.specs.get(agent)

    @property
    def budgets(self) -> Mapping[str, Decimal]:
        """Return what models may cost an agent a day, where its contract says so.

        While another version is on trial it is the lower of both.
        """
        every = (*self.specs.values(), *(one.spec for one in self.tried.values()))
        most = [(one.name, one.cost_max) for one in every if one.cost_max is not None]
        return dict(sorted(most, key=lambda one: one[1], reverse=True))

    def manner(self, agent: str, version: str) -> Manner:
        """Return how the texts of a step are written, by the version of the file it goes by."""
        spec = self.spec(agent, version)
        return manner.of(spec, own=spec not in self.built_in)

    def rules(self) -> tuple[Rule, ...]:
        """Return the contracts as rules: nobody does what its contract does not hold."""
        rules = [rule for spec in self.specs.values() for rule in self._contract(spec)]
        names = [f"'{name}'" for name in self.names]
        some = (names[at : at + AT_ONCE] for at in range(0, len(names), AT_ONCE))
        unknown = (f"!(agent in [{', '.join(one)}])" for one in some)
        return (*rules, _rule("contract-none", *unknown, why=NOBODY))

    def _contract(self, spec: AgentSpec) -> Iterable[Rule]:
        """Yield a contract, and that of the version on trial for the steps that go by it."""
        tried = self.tried.get(spec.name)
        if tried is None:
            yield from _rules(spec, f"contract-{spec.name}")
            return
        version = tried.spec.version
        yield from _rules(spec, f"contract-{spec.name}", f"spec != '{version}'")
        called = f"contract-{spec.name}-{version[:SHOWN_CHARS]}"
        yield from _rules(tried.spec, called, f"spec == '{version}'")

    def _drawn(self, spec: AgentSpec, goal: str) -> AgentSpec:
        tried = self.tried.get(spec.name)
        return tried.spec if tried and goal and tried.trial.draws(goal) else spec

    def texts(self) -> dict[str, str]:
        """Return the rules as a text for the rule book; JSON is YAML."""
        rules = [rule.model_dump(mode="json", exclude_defaults=True) for rule in self.rules()]
        return {SOURCE: json.dumps({"rules": rules})}


NOBODY = "Nobody here has a contract under this name, so it may do nothing."


def of(folder: Path | None = None, operations: Collection[str] = ()) -> Roster:
    """Return Firstmate's specialists and those in a data folder. SpecError: every fault."""
    built_in = _built_in()
    own = () if folder is None else load(folder / OWN, operations, code=True)
    taken = {*(spec.name for spec in built_in), *HOUSE}
    if faults := [f"{s.name}.yaml: {TAKEN.format(name=s.name)}" for s in own if s.name in taken]:
        raise SpecError(faults)
    return Roster(own, built_in)


@cache
def _built_in() -> tuple[AgentSpec, ...]:
    """Read ours once: they change with a new version alone."""
    return load(FOLDER, (), code=False)


def _rules(spec: AgentSpec, called: str, *which: str) -> Iterable[Rule]:
    """Yield what this contract refuses. A contract of everything refuses nothing but models.

    `which`: when it is this version that counts.
    """
    who = (f"agent == '{spec.name}'", *which)
    may = spec.may if spec.tier == "local" else (*spec.may, ASK)
    if "*" not in spec.may:
        says = f"The contract of {spec.name} does not hold this: it {spec.does}."
        yield _rule(called, *who, *map(_other, may), why=says)
    elif spec.tier == "local":
        yield _rule(called, *who, why=f"{spec.name} asks no language model.", action=ASK)
    if spec.tier != "local":
        says = f"{spec.name} may ask language models at most {spec.calls_max} times for one task."
        full = f"calls_for_task >= {spec.calls_max}"
        yield _rule(f"calls-{called}", *who, full, why=says, action=ASK)


def _other(glob: str) -> str:
    if glob.endswith(".*"):
        return f"!(operation.startsWith('{glob[:-1]}'))"
    return f"operation != '{glob}'"


def _rule(id: str, *when: str, why: str, action: str | None = None) -> Rule:
    return Rule(id=id, why=why, then="deny", action=action, when=when, floor=True)
