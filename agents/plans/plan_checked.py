"""A proposed plan, checked before it counts: each fault is a sentence that says what to mend. Pure.

Nothing here trusts the model: what it names must be there, what it fills in must have the type.
"""

import difflib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from pydantic import ValidationError

from agents.plans.plan_wish import STEPS_MAX, Proposed, ProposedStep
from agents.playbooks import references
from agents.playbooks.references import STEPS, WRITE, writes
from agents.playbooks.scope import RESULT
from connectors.contract import ANSWER, Operation
from policies.contracts import scalars

TEXTS_MAX = 8  # each is a call to a model
TO_BE_WRITTEN = "(to be written)"
OUTPUTS = ("id", ANSWER)
WRITTEN_ROLES = ("text", "title")
STAYS = ("read", "internal")  # effects of which nobody outside learns anything
NO_WHY = "say in `why` what it is for."
NO_RISK = "it leaves the house: say in `risk` what could go wrong."


@dataclass(frozen=True, slots=True)
class Known:
    """What a plan may use. `scope`: what references may name; `done`: steps that stay, by key."""

    operations: Mapping[str, Operation]
    scope: Mapping[str, Any]
    done: Mapping[str, Mapping[str, Any]]


def faults(plan: Proposed, known: Known) -> list[str]:
    """Return everything that is wrong with a plan; nothing: it can be offered."""
    found = list(_shape(plan.steps, known))
    for step in plan.steps:
        operation = known.operations.get(step.operation)
        if operation is None or operation.effect is None:
            near = _nearest(step.operation, known.operations)
            found.append(f"{step.key}: there is no operation “{step.operation}”{near}.")
            continue
        found += [f"{step.key}: {fault}" for fault in _step(step, operation, plan.steps, known)]
    return found


def ordered(plan: Proposed) -> list[ProposedStep]:
    """Return the steps so that each stands below those it comes after; else as they were."""
    by_key = {step.key: step for step in plan.steps}
    left, placed = list(plan.steps), list[ProposedStep]()
    while left:
        free = next(s for s in left if not {k for k in s.after if k in by_key} & _keys(left))
        left.remove(free)
        placed.append(free)
    return placed


def preliminary(
    steps: Sequence[ProposedStep], known: Known
) -> dict[str, tuple[dict[str, Any], tuple[str, ...]]]:
    """Return for every step its arguments as far as they are known now, and what is still open.

    A text that is to be written stands as a few words that say so, and counts as open.
    """
    scope = {**known.scope, STEPS: dict(known.done)}
    found: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {}
    for step in steps:
        texts = [name for name, value in step.args.items() if writes(value)]
        plain = {n: TO_BE_WRITTEN if n in texts else value for n, value in step.args.items()}
        args, missing = references.resolve(plain, scope)
        behind = [path for path in references.paths(step.args) if _is_open(path, found)]
        found[step.key] = (args, (*texts, *missing, *behind))
        scope[STEPS] = {**scope[STEPS], step.key: args}
    return found


def _is_open(path: str, found: Mapping[str, tuple[dict[str, Any], tuple[str, ...]]]) -> bool:
    """Say whether a reference names an earlier step of which not everything is known."""
    root, _, rest = path.partition(".")
    key = rest.partition(".")[0]
    return root == STEPS and key in found and bool(found[key][1])


def _shape(steps: Sequence[ProposedStep], known: Known) -> Iterator[str]:
    keys = [step.key for step in steps]
    if not steps:
        yield "It has no steps."
    if len(steps) + len(known.done) > STEPS_MAX:
        yield f"It has more than {STEPS_MAX} steps."
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield f"Two steps are called “{key}”."
    for key in sorted(set(keys) & set(known.done)):
        yield f"“{key}” is done already: leave it out, and call new steps otherwise."
    texts = sum(writes(value) for step in steps for value in step.args.values())
    if texts > TEXTS_MAX:
        yield f"It wants {texts} texts written; {TEXTS_MAX} are the most."
    for step in steps:
        for other in step.after:
            if other not in keys and other not in known.done:
                yield f"“{step.key}” comes after “{other}”, which is no step."
    try:
        TopologicalSorter({step.key: step.after for step in steps}).prepare()
    except CycleError as error:
        yield f"These steps wait for each other: {' → '.join(map(str, error.args[1]))}."


def _step(
    step: ProposedStep, operation: Operation, steps: Sequence[ProposedStep], known: Known
) -> Iterator[str]:
    fields = operation.roles  # it has one for every argument, a tool's too
    for name in step.args.keys() - fields.keys():
        yield f"{operation.name} takes no “{name}”{_nearest(name, fields)}."
    if not step.why.strip():
        yield NO_WHY
    if operation.effect not in STAYS and not step.risk.strip():
        yield NO_RISK
    for name, said in (("title", step.title), ("why", step.why), ("risk", step.risk)):
        if any(path.startswith(f"{STEPS}.") for path in references.paths(said)):
            yield f"`{name}` cannot say what a step brings: others may have written it."
    for name, value in step.args.items():
        if name in fields:
            yield from _value(name, value, operation)
            for path in sorted(references.paths(value)):
                yield from _path(path, step, steps, known)
    yield from _types(step, operation, known)


def _value(name: str, value: Any, operation: Operation) -> Iterator[str]:
    answers = any(path.endswith(f".{RESULT}.{ANSWER}") for path in references.paths(value))
    if writes(value):
        if answers:
            yield f"“{name}”: a step that brings something stands in `after`, not in the sentence."
        if operation.roles.get(name) not in WRITTEN_ROLES:
            yield f"“{name}” cannot be written by a model: give a value or a reference."
        if set(value) != {WRITE} or not isinstance(value[WRITE], str) or not value[WRITE].strip():
            yield f"“{name}”: say in a sentence what is to be written."
        return
    if answers and operation.effect == "internal":
        yield f"“{name}” would keep what others wrote as if the owner had said it."
    if any("${" in str(one) and not references.paths(one) for _, one in scalars(value)):
        yield f"“{name}” has a reference that cannot be read: write ${{name.field}}."


def _path(
    path: str, step: ProposedStep, steps: Sequence[ProposedStep], known: Known
) -> Iterator[str]:
    """Yield why a reference leads nowhere."""
    root, *rest = path.split(".")
    if root != STEPS:
        if references.resolve({"it": f"${{{path}}}"}, known.scope)[1]:
            near = _nearest(root, known.scope) if root not in known.scope else ""
            yield f"${{{path}}} leads nowhere{near}."
        return
    key = rest[0] if rest else ""
    by_key = {one.key: one for one in steps}
    if key not in by_key and key not in known.done:
        yield f"${{{path}}} names no step{_nearest(key, by_key)}."
    elif key in by_key and key not in _before(step, by_key):
        yield f"${{{path}}} needs “{key}” first: put it into `after`."
    elif len(rest) < 2 or (rest[1] == RESULT and (len(rest) != 3 or rest[2] not in OUTPUTS)):
        yield f"${{{path}}} leads nowhere: a step brings {RESULT}.{' and '.join(OUTPUTS)}."
    elif rest[1] != RESULT:
        given = by_key[key].args if key in by_key else known.done[key]
        if rest[1] not in given:
            yield f"${{{path}}} leads nowhere: “{key}” has no “{rest[1]}”."


def _before(step: ProposedStep, by_key: Mapping[str, ProposedStep]) -> set[str]:
    """Return every step that is done before this one."""
    found: set[str] = set()
    left = list(step.after)
    while left:
        key = left.pop()
        if key not in found:
            found.add(key)
            left += by_key[key].after if key in by_key else []
    return found


def _types(step: ProposedStep, operation: Operation, known: Known) -> Iterator[str]:
    """Yield what does not fit the operation's own types; what is open is checked in its turn."""
    scope = {**known.scope, STEPS: dict(known.done)}
    args: dict[str, Any] = {}
    opened: set[str] = set()
    for name, value in step.args.items():
        plain = TO_BE_WRITTEN if writes(value) else value
        given, missing = references.resolve({name: plain}, scope)
        args |= given
        if missing or name not in given:
            opened.add(name)
    try:
        operation.args.model_validate(args)
    except ValidationError as error:
        for fault in error.errors():
            if fault["loc"][0] not in opened if fault["loc"] else not opened:
                where = ".".join(map(str, fault["loc"]))
                yield f"“{where}”: {fault['msg']}." if where else f"{fault['msg']}."


def _keys(steps: Sequence[ProposedStep]) -> set[str]:
    return {step.key for step in steps}


def _nearest(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, list(known), 1)
    return f": did you mean “{near[0]}”?" if near else ""


def as_text(plan: Proposed) -> str:
    """Return a plan as the model wrote it, to be shown to it again."""
    return json.dumps(plan.model_dump(mode="json"), ensure_ascii=False)
