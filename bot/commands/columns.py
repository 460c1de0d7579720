"""A bank's table that is new: what its columns mean is shown on a card, and remembered at the tap.

Only what the lines leave open is asked: which comes first of day and month, what “1,234” is.
"""

import asyncio
import json
from typing import Any

from agents.banking import sheet
from agents.banking.line import Own
from agents.banking.sheet import Layout, Open, Table, UnknownColumnsError
from connectors import blobs
from connectors.contract import PermanentError
from engine.acting.taps import Person, Reply, heard
from engine.chat import outbox
from engine.chat.messages import Bullets, Button, Form, Heading, Input, Msg, Para, Part, Span
from engine.chat.tokens import Tap
from engine.rules.house import House
from memory import profile

PREVIEW = 3
CELL_CHARS_MAX = 60
HEAD_MAX = 60  # names of columns in a form
TITLE = "What the columns of “{name}” mean"
NEW = (
    "I do not know this bank's table yet. This is how I would read its first lines; once you say "
    "it is right, I know every table with these columns."
)
PICK = "I cannot tell which columns hold the day and the amount. Pick them."
DAYS = "“{example}” could be either; all lines leave it open. Which comes first?"
DECIMALS = "“{example}” could be either; all lines leave it open. What is it?"
NONE = "(none)"
MEANS = {
    "booked": "the day", "amount": "the amount", "credit": "money in", "debit": "money out",
    "sign": "in or out", "currency": "the currency", "name": "who", "iban": "their account",
    "text": "what for", "end_to_end": "their reference", "id": "the bank's number of the line",
    "account": "your account", "balance": "the balance", "valued": "the value day",
    "status": "whether it is booked",
}  # fmt: skip
PICKED = ("booked", "amount", "credit", "debit", "name", "iban", "text", "currency")


async def ask(
    house: House, tap: Tap, who: Person, key: str, values: dict[str, str],
    error: UnknownColumnsError,
) -> Reply:  # fmt: skip
    """Show how the table would be read. Nothing is changed."""
    return await _shown(house, tap, who, key, values, tap.item, error.table, error.guess)


async def change(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Show it as it would be read with the columns, or the answer, that the operator gave."""
    name, layout = _said(tap)
    data = await asyncio.to_thread(blobs.get, house.blobs, tap.ref)
    table = await asyncio.to_thread(sheet.table_of, data)
    given = {meaning: name for meaning, name in values.items() if meaning in PICKED}
    picked = {meaning: "" if name == NONE else name for meaning, name in given.items()}
    if set(picked.values()) - {"", *table.head}:
        return Reply("These are no columns of this table; nothing was changed.", refused=True)
    layout = layout.model_copy(update=picked)
    layout = layout.model_copy(update=sheet.seen_in(table, layout))
    return await _shown(house, tap, who, key, values, name, table, layout)


async def learn(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> str:
    """Remember what the columns mean; return the name of the file."""
    name, layout = _said(tap)
    data = await asyncio.to_thread(blobs.get, house.blobs, tap.ref)
    table = await asyncio.to_thread(sheet.table_of, data)
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        known = await profile.get(tx, "bank_columns")
        kept = known | {table.mark: layout.model_dump()}
        await profile.save(tx, cause, bank_columns=kept)
    return name


VERBS: dict[str, Any] = {"import.columns": change}


async def _shown(
    house: House, tap: Tap, who: Person, key: str, values: dict[str, str],
    name: str, table: Table, layout: Layout,
) -> Reply:  # fmt: skip
    shown = await asyncio.to_thread(card, tap.ref, name, table, layout)
    async with house.db.transaction() as tx:
        await heard(tx, tap, who, key, values)
        await outbox.post(tx, shown, who.conv)
        await outbox.show_again(tx, shown.key, who.conv)
    return Reply("", shown.key)


def card(digest: str, name: str, table: Table, layout: Layout) -> Msg:
    """Return how the table would be read, what is open, and the way to change it."""
    title = TITLE.format(name=name)
    opens = sheet.opens(table, layout)
    means = {
        says: getattr(layout, meaning)
        for meaning, says in MEANS.items()
        if getattr(layout, meaning)
    }
    told = {*means.values()}
    left = [each for each in table.head if each not in told]
    says = [f"{what}: {column}" for what, column in means.items()]
    parts: list[Part] = [Heading(text=title), _para(PICK if "columns" in opens else NEW)]
    parts += [Bullets(items=tuple(says))] if says else []
    parts += [_para(f"Not used: {', '.join(left)[:500]}.")] if left else []
    rows: list[tuple[Button, ...]] = []
    if "columns" not in opens:
        parts += _preview(table, layout, opens)
        rows.append(_answers(digest, name, table, layout, opens))
    form = Form(title="What the columns mean", fields=_fields(table, layout))
    rows.append((_button("Columns…", "import.columns", digest, name, layout, form),))
    return Msg(
        key=f"columns:{digest[:16]}", summary=title[:190], parts=tuple(parts), buttons=tuple(rows)
    )


def _preview(table: Table, layout: Layout, opens: tuple[Open, ...]) -> list[Part]:
    """Return the first lines as they would be read, or the question that comes first."""
    if opens:
        asked = DAYS if opens[0] == "days" else DECIMALS
        return [_para(asked.format(example=sheet.example(table, layout, opens[0])))]
    try:
        found = sheet.statements(table, layout, Own(account="-"))
    except PermanentError as error:
        return [_para(str(error))]
    lines = [line for statement in found for line in statement.lines][:PREVIEW]
    told = [
        " · ".join(
            filter(
                None,
                (
                    each.booked,
                    f"{each.written[:CELL_CHARS_MAX]} {each.currency}".strip(),
                    each.name[:CELL_CHARS_MAX],
                    each.text[:CELL_CHARS_MAX],
                ),
            )
        )
        for each in lines
    ]
    return [Bullets(items=tuple(told))] if told else []


def _answers(
    digest: str, name: str, table: Table, layout: Layout, opens: tuple[Open, ...]
) -> tuple[Button, ...]:
    """Return a button for each answer, or the one that says that all is right."""
    if not opens:
        return (_button("That is right", "import.learnt", digest, name, layout, style="ok"),)
    field, answers = (
        ("days", (("Day first", "day"), ("Month first", "month")))
        if opens[0] == "days"
        else ("decimal", ((", before the cents", ","), (". before the cents", ".")))
    )
    return tuple(
        _button(label, "import.columns", digest, name, layout.model_copy(update={field: value}))
        for label, value in answers
    )


def _fields(table: Table, layout: Layout) -> tuple[Input, ...]:
    choices = (NONE, *table.head[:HEAD_MAX])
    return tuple(
        Input(
            id=meaning, label=MEANS[meaning], kind="choice", choices=choices,
            initial=getattr(layout, meaning) or NONE,
        )
        for meaning in PICKED
    )  # fmt: skip


def _button(
    label: str, action: str, digest: str, name: str, layout: Layout, form: Form | None = None,
    style: Any = "plain",
) -> Button:  # fmt: skip
    item = json.dumps([name, layout.model_dump(exclude_defaults=True)])
    return Button(label=label, action=action, ref=digest, item=item, form=form, style=style)


def _said(tap: Tap) -> tuple[str, Layout]:
    name, said = json.loads(tap.item)
    return name, Layout.model_validate(said)


def _para(text: str) -> Para:
    return Para(spans=(Span(text=text),))
