"""The switchboard: every playbook, on or off; the operator's own can be dropped."""

from collections.abc import Iterable

from agents.plans.playbook_made import OWN
from agents.playbooks.library import Playbook
from engine.chat.messages import (
    BUTTON_ROWS_MAX,
    LABEL_CHARS_MAX,
    Bullets,
    Button,
    Heading,
    Msg,
    Para,
    Span,
)

OWN_IN_ROW = 4  # each has two buttons
NOTE = "What is off stays with you; nothing that was kept is lost by switching."


def switches(playbooks: Iterable[Playbook], switched: dict[str, bool], key: str) -> Msg:
    """Return the switchboard: a button for each playbook, for the operator's own a second one."""
    lines: list[str] = []
    rows: list[tuple[Button, ...]] = []
    own: list[tuple[Button, Button]] = []
    for playbook in playbooks:
        on = bool(switched.get(playbook.id))
        lines.append(f"{'✓' if on else '—'} {playbook.title} ({playbook.process})")
        turn = "off" if on else "on"
        switch = _button(f"{turn}: {playbook.title}", "playbook", playbook.id, turn)
        if playbook.id.startswith(OWN):
            drop = _button(f"drop: {playbook.title}", "playbook.drop", playbook.id)
            own.append((switch, drop))
        else:
            rows.append((switch,))
    for at in range(0, len(own), OWN_IN_ROW):
        rows.append(tuple(one for pair in own[at : at + OWN_IN_ROW] for one in pair))
    note = Para(spans=(Span(text=NOTE),))
    parts = (Heading(text="Playbooks"), Bullets(items=tuple(lines)), note)
    buttons = tuple(rows[:BUTTON_ROWS_MAX])
    return Msg(key=key, summary="Playbooks", parts=parts, buttons=buttons)


def _button(label: str, action: str, ref: str, item: str = "") -> Button:
    short = label if len(label) <= LABEL_CHARS_MAX else f"{label[: LABEL_CHARS_MAX - 1]}…"
    return Button(label=short, action=action, ref=ref, item=item)
