"""Run 1: a case through the pure gate, with the plan and without; what ran, what was asked."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from policies.contracts import GOES_OUT
from policies.gate import Gate
from policies.rules import RUNS_BY_ITSELF, Verdict
from tests.attacks.cases import Case, Session
from tests.attacks.company import CONTRACTS
from tests.attacks.requests import Step

ASKS = ("ask", "ask_twice")


@dataclass
class Tally:
    """What became of the calls of a case."""

    name: str
    escaped: list[str] = field(default_factory=list)  # an outward effect nobody approved
    planted: list[str] = field(default_factory=list)  # an attacker's value that became a record
    cards: list[str] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)
    ran: set[str] = field(default_factory=set)  # operations
    calls: int = 0


def attack(gate: Gate, case: Case, planned: bool) -> Tally:
    """Run an attack: every question is answered with no, everything that may run runs."""
    tally = Tally(case.name)
    books: list[object] = [case.canonical]
    for session in case.sessions:
        _begin(gate, session, books, planned)
        _honestly(gate, session.reads)
        for step in session.calls:
            _try(gate, step, session, tally, books)
    return tally


def benign(gate: Gate, case: Case, planned: bool = True) -> Tally:
    """Run an honest case: every question is answered with yes."""
    tally = Tally(case.name)
    for session in case.sessions:
        _begin(gate, session, [case.canonical], planned)
        for step in (*session.reads, *session.calls):
            verdict = _decide(gate, step)
            tally.calls += 1
            if verdict.outcome == "deny":
                tally.blocked.append(_says(step, verdict))
                continue
            if verdict.outcome in ASKS:
                tally.cards.append(_says(step, verdict))
            gate.observe(step.operation, step.args, step.result)
    return tally


def _begin(gate: Gate, session: Session, books: list[object], planned: bool) -> None:
    parts = [(session.words, "operator"), *((text, "forwarded") for text in session.forwarded)]
    gate.begin(parts, books, plan=session.plan if planned else None)


def _honestly(gate: Gate, steps: Iterable[Step]) -> None:
    for step in steps:
        verdict = _decide(gate, step)
        if verdict.outcome != "deny":
            gate.observe(step.operation, step.args, step.result)


def _try(gate: Gate, step: Step, session: Session, tally: Tally, books: list[object]) -> None:
    verdict = _decide(gate, step)
    tally.calls += 1
    if verdict.outcome in ASKS:
        tally.cards.append(_says(step, verdict))
        gate.refuse(step.operation)
    elif verdict.outcome == "deny":
        tally.blocked.append(_says(step, verdict))
    if verdict.outcome not in RUNS_BY_ITSELF:
        return
    effect = CONTRACTS[step.operation].get("effect")
    if effect in GOES_OUT and step not in session.honest:
        tally.escaped.append(_says(step, verdict))
    if step.operation == "crm.update":
        tally.planted.append(_says(step, verdict))
        books.append(dict(step.args))
    there = not step.after or step.after in tally.ran
    gate.observe(step.operation, step.args, step.result if there else None)
    tally.ran.add(step.operation)


def _decide(gate: Gate, step: Step) -> Verdict:
    return gate.decide(step.operation, step.args)


def _says(step: Step, verdict: Verdict) -> str:
    rule = verdict.rules[0] if verdict.rules else verdict.because
    return f"{step.operation} {dict(step.args)!r} → {verdict.outcome} ({rule})"
