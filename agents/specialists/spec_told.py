"""Spec told: a new version of a specialist's file in words, with what can be tapped about it."""

from collections.abc import Mapping

from agents.specialists import spec_changes
from agents.specialists.spec import AgentSpec
from engine.chat.messages import Bullets, Button, Heading, Msg, Para, Part, Span
from engine.planning.specs import SHARE, Standing, Trial, Version

TITLE = "The file of “{name}” changed"
TRIED = "Version {new} is on trial: {how}. It may do no more than version {old}."
WAITS = "Version {new} may do more than version {old}, so it does nothing until you tap."
LOST = "I cannot read the version in use any more. “{name}” does nothing until you take this one."
AGAIN = "It is version {old} again, which is in use. The trial is over."
ON_SHARE = "it goes by it for {share} of 100 wishes"
IN_SHADOW = "in shadow, it drafts beside the one in use, does nothing, and nobody is shown it"
NAME_CHARS = 9

Rows = tuple[tuple[Button, ...], ...]


def changed(
    key: str,
    old: AgentSpec | None,
    new: AgentSpec,
    standing: Standing,
    known: Mapping[str, Version],
) -> Msg:
    """Return the card that says what became of a changed file at the start."""
    name, title = new.name, TITLE.format(name=new.name)
    numbers = {"new": known[standing.file].number, "old": _number(known, standing.now)}
    if old is None:
        says = LOST.format(name=name)
    elif standing.file == standing.now:
        says = AGAIN.format(**numbers)
    elif standing.trial is None:
        says = WAITS.format(**numbers)
    else:
        says = TRIED.format(how=how(standing.trial), **numbers)
    parts: list[Part] = [Heading(text=title), para(says)]
    if lines := () if old is None else spec_changes.differences(old, new):
        parts.append(Bullets(items=lines))
    rows = buttons(name, standing, known)
    return Msg(key=f"changed:{key}", summary=title, parts=tuple(parts), buttons=rows)


def buttons(name: str, standing: Standing, known: Mapping[str, Version]) -> Rows:
    """Return what can be tapped: take, end or begin what is new, go back to what was."""
    rows: list[tuple[Button, ...]] = []
    trial = standing.trial
    if trial is not None:
        called = _called(name, known, trial.version)
        take = _button(name, f"Use {called} for all", "spec.take", trial.version)
        rows.append((take.model_copy(update={"style": "ok"}),))
        rows.append((_button(name, f"End trial of {called}", "spec.end", trial.id),))
    elif standing.file != standing.now:
        called, file = _called(name, known, standing.file), standing.file
        share = _button(name, f"{called}: {SHARE} of 100", "spec.begin", f"{SHARE}|{file}")
        shadow = _button(name, f"{called}: in shadow", "spec.begin", f"0|{file}")
        rows += [(share, shadow), (_button(name, f"Use {called} for all", "spec.take", file),)]
    new = (standing.file, "" if trial is None else trial.version)
    if standing.before and standing.before not in new:
        called = _called(name, known, standing.before)
        rows.append((_button(name, f"Back to {called}", "spec.take", standing.before),))
    return tuple(rows)


def how(trial: Trial) -> str:
    """Return what a trial does."""
    return IN_SHADOW if trial.shadow else ON_SHARE.format(share=trial.share)


def para(text: str) -> Para:
    return Para(spans=(Span(text=text),))


def _called(name: str, known: Mapping[str, Version], version: str) -> str:
    return f"{name[:NAME_CHARS]} {_number(known, version)}"


def _number(known: Mapping[str, Version], version: str) -> int:
    return known[version].number if version in known else 0


def _button(name: str, label: str, action: str, item: str) -> Button:
    return Button(label=label, action=action, ref=name, item=item)
