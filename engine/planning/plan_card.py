"""The card of a plan that a model made: what each step would do, and what the rules say of it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from engine.chat import words
from engine.chat.messages import (
    LABEL_CHARS_MAX,
    Bullets,
    Button,
    Fold,
    Form,
    Input,
    Msg,
    Para,
    Part,
    Span,
)
from engine.chat.why_button import why
from engine.planning import mode_words
from engine.planning.goals import Goal
from engine.planning.versions import Version

NOTE_CHARS_MAX = 1000
PLAIN = "Start with templates"
SUMMARY_CHARS_MAX = 160
VALUE_CHARS_MAX = 400
WAITS = "Nothing is done before you start it."
SAYS = {  # what the rules said in advance, in the operator's words
    "allow": "runs by itself",
    "notify": "runs by itself, and I tell you",
    "ask": "asks you",
    "ask_twice": "asks you twice",
    "deny": "refused",
    "cannot": "cannot be done",
    "later": "judged when its turn comes",
}
BY_THE_BOOK = "you fill in its text: by the book no model writes it"
MAY_COST = "Its {count} may cost {range}; {left}."
SHORT = (
    "That is too little for all of it, so a step may wait for money halfway. Raise it, or start "
    "with templates: no model is asked, and you fill in the texts on their cards."
)
LEFT = {"goal": "{} are left for it", "day": "{} today", "agent": "{} for the {whose}"}
TELLS_WHY = ("ask_twice", "deny", "cannot")
ENDED = ("done", "failed", "skipped")


def offered(goal: Goal, version: Version, cost: str) -> Msg:
    """Return the card of a plan that waits for its start."""
    proposed, told = version.proposed or {}, version.foretold or {}
    steps = proposed.get("steps", [])
    title = (Span(text="Plan: ", style="bold"), Span(text=goal.text))
    parts: list[Part] = [
        Para(spans=title),
        Para(spans=(Span(text=version.because, style="italic"),)),
        Bullets(items=tuple(_lines(steps, told, goal.mode))),
        Fold(title=f"What exactly ({len(steps)})", parts=tuple(_exactly(steps, told))),
    ]
    if risks := tuple(f"{one['title']}: {one['risk']}" for one in steps if one.get("risk")):
        parts.append(
            Fold(title=f"What could go wrong ({len(risks)})", parts=(Bullets(items=risks),))
        )
    if goal.mode:
        parts.append(Para(spans=(Span(text=f"Mode: {mode_words.SAYS[goal.mode]}."),)))
    priced = None if goal.mode == mode_words.DETERMINISTIC else version.texts
    if priced is not None:
        parts.append(Para(spans=(Span(text=_may_cost(priced)),)))
    parts.append(Para(spans=(Span(text=f"{cost} {WAITS}".strip()),)))
    return Msg(
        key=key(goal.id),
        summary=f"Plan: {goal.text}"[:SUMMARY_CHARS_MAX] + " · waits for your start",
        parts=tuple(parts),
        buttons=_start(version, told, (priced or {}).get("up")),
    )


def key(goal_id: str) -> str:
    return f"plan:{goal_id}"


def more(version: Version, states: tuple[str, ...]) -> tuple[tuple[Button, ...], ...]:
    """Return what can still be asked of a model's plan that was started."""
    if version.proposed is None or version.offered:
        return ()
    if all(one == "done" for one in states):
        return ((why(version.goal),),)
    if all(state not in ("failed", "skipped") for state in states):
        return ((edit(version), why(version.goal)),)
    label = "↻ Plan the rest anew"
    anew = Button(label=label, action="plan.anew", ref=version.goal, item=_item(version))
    return ((anew,), (edit(version), why(version.goal)))


def edit(version: Version) -> Button:
    """Return the button that takes a note and makes a new version of it."""
    note = Input(id="note", label="What should be different?", kind="multiline",
                 max_chars=NOTE_CHARS_MAX)  # fmt: skip
    form = Form(title="Change the plan", fields=(note,), submit="Plan it so")
    return Button(
        label="✎ Edit in words",
        action="plan.edit",
        ref=version.goal,
        item=_item(version),
        form=form,
    )


def agreeable(told: dict[str, Any]) -> list[str]:
    """Return the steps that one tap may approve: nothing in them is open, and they ask once."""
    return [key for key, one in told.items() if one.get("agreeable")]


def _may_cost(texts: dict[str, Any]) -> str:
    """Return what the texts of a plan may cost beside what is left, in a line."""
    low, high = (words.cost(Decimal(texts[one]), texts["currency"]) for one in ("low", "high"))
    count = "text" if texts["count"] == 1 else f"{texts['count']} texts"
    told = MAY_COST.format(
        count=count,
        range=f"up to {high}" if low == high else f"{low.partition(' ')[0]} to {high}",
        left=", ".join(_left(texts)),
    )
    return f"{told} {SHORT}" if texts["up"] else told


def _left(texts: dict[str, Any]) -> Iterator[str]:
    for of in sorted(texts["left"], key=lambda one: [*LEFT].index(one.partition(":")[0])):
        kind, _, name = of.partition(":")
        amount = words.cost(Decimal(texts["left"][of]), texts["currency"])
        yield LEFT[kind].format(amount, whose=name)


def _start(
    version: Version, told: dict[str, Any], up: dict[str, Any] | None
) -> tuple[tuple[Button, ...], ...]:
    goal, item = version.goal, _item(version)
    start = Button(label="▶ Start", action="plan.start", ref=goal, item=item, style="ok")
    drop = Button(label="✕ Drop", action="plan.drop", ref=goal, item=item)
    rows: list[tuple[Button, ...]] = [(start,)]
    if up is not None:
        plain = Button(label=PLAIN, action="plan.templates", ref=goal, item=item)
        rows.append((Button.model_validate(up), plain))
    if count := len(agreeable(told)):
        label = f"▶ Start, yes to {count}"[:LABEL_CHARS_MAX]
        rows.append((Button(label=label, action="plan.agree", ref=goal, item=item),))
    return (*rows, (edit(version), drop), (why(goal),))


def _item(version: Version) -> str:
    return str(version.version)


def _lines(steps: list[dict[str, Any]], told: dict[str, Any], mode: str) -> Iterator[str]:
    for number, step in enumerate(steps, 1):
        one = told.get(step["key"])
        if one is None:
            yield f"{number}. {step['title']} — done already"
            continue
        by_file = "" if mode else _by_file(one)
        of_step = mode or one.get("mode", "")
        if of_step == mode_words.DETERMINISTIC and any(map(_open, step["args"].values())):
            yield f"{number}. {step['title']} — {BY_THE_BOOK}{by_file}"
            continue
        outcome = one["outcome"]
        why = f": {one['because']}" if outcome in TELLS_WHY else ""
        once = " (one tap can say yes now)" if one.get("agreeable") else ""
        does = f" · {one['does']}" if one.get("does") else ""  # whatever its title says
        yield f"{number}. {step['title']} — {SAYS[outcome]}{why}{once}{does}{by_file}"


def _by_file(one: dict[str, Any]) -> str:
    """Return in which mode a step is gone about by the file of who carries it out; "": none."""
    return f" · {one['mode']}, says the file of “{one['whose']}”" if one.get("mode") else ""


def _exactly(steps: list[dict[str, Any]], told: dict[str, Any]) -> Iterator[Part]:
    """Yield for every step what it would be called with: a yes to it is a yes to exactly this."""
    for number, step in enumerate(steps, 1):
        one = told.get(step["key"], {})
        head = f"{number}. {step['operation']}: {step['why']}"
        yield Para(spans=(Span(text=head, style="bold"),))
        args = one.get("args", step["args"])
        shown = tuple(
            f"{name} = {_value(value, bool(one.get('agreeable')))}" for name, value in args.items()
        )
        if shown:
            yield Bullets(items=shown)


def _value(value: Any, whole: bool) -> str:
    if _open(value):
        return f"(to be written: {value['write']})"
    text = str(value)
    return text if whole or len(text) <= VALUE_CHARS_MAX else f"{text[:VALUE_CHARS_MAX]}…"


def _open(value: Any) -> bool:
    """Say whether a model is to write this when its turn comes."""
    return isinstance(value, dict) and set(value) == {"write"}
