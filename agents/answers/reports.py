"""What the front agent tells about a file, a text or a customer. Told, not done."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from connectors.files.shapes import Reading
from engine.chat import words
from engine.chat.messages import (
    Bullets,
    Button,
    Evidence,
    Facts,
    Fold,
    Heading,
    Msg,
    Para,
    Part,
    Quote,
    Span,
)
from engine.desks import lessons
from engine.keeping import curating
from memory import profile
from memory.beliefs import facts
from memory.canon import kinds, records, relations
from memory.canon.records import Record
from memory.db import Reader
from memory.recalling import recall
from memory.texts import traits
from memory.texts.traits import Traits

EXCERPT_CHARS = 600
LISTS = (".csv", ".tsv", ".vcf")
STATEMENT = "A bank statement, kept. I show you what it would make of the records first."
RECALLED_MAX = 5
BOOKS = ("order", "payment", "invoice")
PASTED = "your list"


def file_read(artifact: str, name: str, read: Reading, digest: str) -> Msg:
    """Return what a file says, or in one sentence why it says nothing. It is kept either way."""
    offer = Button(label="Import as records…", action="import", ref=digest, item=name)
    is_list = name.casefold().endswith(LISTS) and not read.refused
    parts: list[Part] = [Heading(text=name)]
    if read.refused:
        parts.append(_para(f"{read.refused} The file is kept."))
    parts += [_para(f"⚠ {warning}") for warning in read.warnings]
    if read.text:
        parts.append(Quote(text=read.text[:EXCERPT_CHARS], who=name))
        rest = read.text[EXCERPT_CHARS:]
        if rest:
            cut = f", {read.cut_chars} more only in the file" if read.cut_chars else ""
            title = f"{len(rest)} more characters{cut}"
            parts.append(Fold(title=title, parts=(Quote(text=rest),)))
    elif not read.refused:
        parts.append(_para("I kept it. There is no text in it that I can read."))
    return Msg(
        key=f"file:{artifact}",
        summary=f"Read {name}"[:190],
        parts=tuple(parts),
        buttons=((offer,),) if is_list else (),
    )


def statement_dropped(artifact: str, name: str, digest: str) -> Msg:
    """Return a statement as what it is; its lines and accounts are shown only on the look."""
    offer = Button(label="Import as records…", action="import", ref=digest, item=name)
    parts = (Heading(text=name), _para(STATEMENT))
    return Msg(
        key=f"file:{artifact}", summary=f"Read {name}"[:190], parts=parts, buttons=((offer,),)
    )


def list_pasted(event: str, count: int, digest: str) -> Msg:
    """Return what was pasted as the list it is; nothing is written before the look."""
    offer = Button(label="Import as records…", action="import", ref=digest, item=PASTED)
    lines = "one line" if count == 1 else f"{count} lines"
    text = f"A list of {lines}, kept. I show you what it would make of the records first."
    return Msg(key=f"pasted:{event}", summary=text, parts=(_para(text),), buttons=((offer,),))


def words_read(event: str, text: str) -> Msg:
    """Return somebody else's words as what they are: quoted, not obeyed."""
    parts = (
        _para("Somebody else's words, kept. Tell me what you want done about them."),
        Quote(text=text[:EXCERPT_CHARS]),
    )
    return Msg(key=f"quoted:{event}", summary="Forwarded words, kept.", parts=parts)


async def about(
    reader: Reader, record_id: str, found: list[recall.Recalled], key: str
) -> Msg | None:
    """Return what is known of a record: recorded first, remembered second, each with its source."""
    record = await records.get(reader, record_id)
    if record is None:
        return None
    settings = await profile.read(reader)
    fields = Bullets(items=tuple(_fields(record, settings)))
    parts: list[Part] = [Heading(text=f"{record.name} · {record.kind}"), fields]
    related = await _related(reader, record)
    parts += [Bullets(items=tuple(related))] if related else []
    owned = await books(reader, record)
    if owned:
        parts += [_para("In the books:"), Bullets(items=tuple(owned))]
    noted = await facts.current(reader, record.id)
    known = [fact for fact in noted if not fact.attribute.startswith(lessons.PREFIX)]
    if known:
        known.sort(key=lambda fact: fact.attribute != facts.PINNED)  # that comes first
        lines = tuple(curating.line(fact, settings) for fact in known)
        parts += [_para("Noted:"), Bullets(items=lines)]
    told = {fact.id for fact in known}
    found = [one for one in found if one.ref not in told and not _asks(one)]
    if found:
        parts += [_para("From mails, messages and what was done:")]
        parts += [Quote(text=one.text[:EXCERPT_CHARS], who=_source(one, settings)) for one in found]
    evidence = tuple(Evidence(label=f"{one.kind}", ref=one.ref) for one in found)
    evidence = (Evidence(label="the record", ref=record.id), *curating.cited(known), *evidence)
    parts.append(Facts(evidence=evidence))
    return Msg(key=key, summary=f"What I know about {record.name}"[:190], parts=tuple(parts))


def _asks(one: recall.Recalled) -> bool:
    """Say whether somebody only asked there: that tells nothing of whom it was about."""
    return one.kind == "message" and Traits.ASKS in traits.of(one.text, None)


def _fields(record: Record, settings: dict[str, Any]) -> list[str]:
    hidden = {"name", *kinds.names(record.kind)}  # ids say nothing to a person
    shown = {k: v for k, v in record.state.items() if v and k not in hidden}
    lines = [f"{words.label(name)}: {_said(v, settings)}" for name, v in shown.items()]
    status = "" if record.status == "active" else f" · {record.status}"
    return [*lines, f"Record version {record.version}{status}"]


def _said(value: Any, settings: dict[str, Any]) -> str:
    if isinstance(value, dict):
        value = [f"{name}: {_said(each, settings)}" for name, each in value.items()]
    listed = value if isinstance(value, list) else [value]
    return ", ".join(words.shown(str(each), settings) for each in listed)


async def _related(reader: Reader, record: Record) -> list[str]:
    """Return what a record has to do with others, but for what is in the books."""
    return [
        f"{found.says.capitalize()} {found.other.name}"
        for found in await relations.of(reader, record)
        if found.other.kind not in BOOKS
    ]


async def books(reader: Reader, record: Record, kinds: Sequence[str] = BOOKS) -> list[str]:
    """Return a line for each of somebody's orders, payments and invoices."""
    return [
        _booked(one)
        for kind in kinds
        for one in await records.of_kind(reader, kind, limit=10, customer=record.id)
    ]


async def book(reader: Reader, record: Record) -> list[str]:
    """Return the line of an order, payment or invoice, and of what was paid for an order."""
    paid = []
    if record.kind == "order":
        paid = await records.of_kind(reader, "payment", order=record.state["number"])
    return [_booked(one) for one in (record, *paid)]


def _booked(record: Record) -> str:
    state = record.state
    amount = Decimal(state.get("total") or state.get("amount") or 0)
    status = f", {state['status']}" if state.get("status") else ""
    money = words.money(amount, state["currency"])
    return f"{record.kind.capitalize()} {state['number']}: {money}{status}"


def _source(one: recall.Recalled, settings: dict[str, Any]) -> str:
    if one.kind == "episode":  # ours, though a mail's words may stand in it
        return f"what came of it, {words.moment(one.at, settings)}"
    outside = ", somebody else's words" if one.trust == "outside" else ""
    return f"{one.kind}, {words.moment(one.at, settings)}{outside}"


def _para(text: str) -> Para:
    return Para(spans=(Span(text=text),))
