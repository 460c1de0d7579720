"""Spec told: a new version of a specialist's file in words, with what can be tapped about it."""

from collections.abc import Mapping

from agents.specialists import spec_changes
from agents.specialists.spec import AgentSpec
from engine.chat.messages import (
    LABEL_CHARS_MAX,
    Bullets,
    Button,
    Heading,
    Msg,
    Para,
    Part,
    Span,
)
from engine.planning.specs import SHARE, Standing, Trial, Version

TITLE = "The file of “{name}” changed"
TRIED = "Version {new} is on trial: {how}. It may do no more than version {old}."
WAITS = "Version {new} may do more than version {old}, so it does nothing until you tap."
NEW = "“{name}” is new"
AT_ONCE = "It {does}, from now on and by this file. To be rid of it, take the file away."
LOST = (
    "The version in use is not kept as it was: I cannot read it any more, or it named somebody "
    "who was forgotten. “{name}” does nothing until you take version {new}."
)
AGAIN = "It is version {old} again, which is in use. The trial is over."
ON_SHARE = "{share} of 100 wishes go by it"
IN_SHADOW = "in shadow, it drafts beside the one in use, does nothing, and nobody is shown it"

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
        says = LOST.format(name=name, **numbers)
    elif standing.file == standing.now:
        says = AGAIN.format(**numbers)
    elif standing.trial is None:
        says = WAITS.format(**numbers)
    else:
        says = TRIED.format(how=how(standing.trial), **numbers)
    lines = holds(new) if old is None else spec_changes.differences(old, new)
    rows = buttons(name, standing, known, lost=old is None)
    return _card(f"changed:{key}", title, says, lines, rows)


def new(key: str, spec: AgentSpec) -> Msg:
    """Return the card that says what a file may that no start has seen before."""
    title, says = NEW.format(name=spec.name), AT_ONCE.format(does=spec.does)
    return _card(f"new:{key}", title, says, holds(spec), ())


def holds(spec: AgentSpec) -> tuple[str, ...]:
    """Return all that a specialist may, and how it writes."""
    may = spec_changes.wider(AgentSpec(name=spec.name, does=spec.does), spec)
    return (*may, *spec_changes.ways(spec))


def buttons(
    name: str, standing: Standing, known: Mapping[str, Version], *, lost: bool = False
) -> Rows:
    """Return what can be tapped: take, end or begin what is new, go back to what was.

    `lost`: what is in use does nothing, so nothing can be tried beside it.
    """
    rows: list[tuple[Button, ...]] = []
    trial = standing.trial
    if trial is not None:
        number = _number(known, trial.version)
        take = _button(name, number, "Use {} for all", "spec.take", trial.version)
        rows.append((take.model_copy(update={"style": "ok"}),))
        rows.append((_button(name, number, "End trial of {}", "spec.end", trial.id),))
    elif standing.file != standing.now:
        number, file = _number(known, standing.file), standing.file
        share = _button(name, number, f"{{}}: {SHARE} of 100", "spec.begin", f"{SHARE}|{file}")
        shadow = _button(name, number, "{}: in shadow", "spec.begin", f"0|{file}")
        rows += [] if lost else [(share, shadow)]
        rows.append((_button(name, number, "Use {} for all", "spec.take", file),))
    new = (standing.file, "" if trial is None else trial.version)
    if standing.before and standing.before not in new:
        number = _number(known, standing.before)
        rows.append((_button(name, number, "Back to {}", "spec.take", standing.before),))
    return tuple(rows)


def how(trial: Trial) -> str:
    """Return what a trial does."""
    return IN_SHADOW if trial.shadow else ON_SHARE.format(share=trial.share)


def para(text: str) -> Para:
    return Para(spans=(Span(text=text),))


def _card(key: str, title: str, says: str, lines: tuple[str, ...], rows: Rows) -> Msg:
    bullets = (Bullets(items=lines),) if lines else ()
    parts: tuple[Part, ...] = (Heading(text=title), para(says), *bullets)
    return Msg(key=key, summary=title, parts=parts, buttons=rows)


def _number(known: Mapping[str, Version], version: str) -> int:
    return known[version].number if version in known else 0


def _button(name: str, number: int, says: str, action: str, item: str) -> Button:
    """Return the button for a version; of a long name its beginning."""
    room = LABEL_CHARS_MAX - len(says.format(f" {number}"))
    label = says.format(f"{name[:room]} {number}")
    return Button(label=label, action=action, ref=name, item=item)
