"""The item: a mail as it was read, who wrote it, what it is about, and what it asks for."""

from decimal import Decimal
from typing import Any

from engine.chat import outbox, words
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
from engine.chat.why_button import why
from engine.planning import suggestions
from memory import events, profile
from memory.canon import records
from memory.canon.records import Record
from memory.db import Reader, Tx

QUOTE_CHARS_MAX = 1500
LABEL_CHARS_MAX = 24
SOURCE = "intake"  # of what it read in a mail
STATE = {"taken": "✓ taken", "dropped": "not wanted"}
UNPLANNED_MAX = 5
READ_BY = "Read by the model {model}; each stands so in the mail:"
NOT_READ = "No model read it: {why}"


def key(event: str) -> str:
    return f"item:{event}"


def fields_key(event: str) -> str:
    """Return under which key it is kept what a model read in a mail."""
    return f"{event}:fields"


async def show(tx: Tx, event_id: str, conv: str | None) -> None:
    """Draw the item as the database stands."""
    event = await events.get(tx, event_id)
    if event is None:
        return
    body = event.body
    offered = await suggestions.of_event(tx, event_id)
    settings = await profile.read(tx)
    read = await events.by_key(tx, SOURCE, event_id)
    by_model = await events.by_key(tx, SOURCE, fields_key(event_id))
    about = [await records.get(tx, id) for id in (read.body["about"] if read else ())]
    known = [record for record in about if record is not None]
    parts: list[Part] = [Heading(text=f"Mail from {body['from_name'] or body['from']}")]
    parts.append(Bullets(items=_head(body, known, settings)))
    parts += _texts(body)
    parts += [] if by_model is None else _fields(by_model.body)
    parts += _asks(offered)
    parts.append(_facts(event_id, known))
    msg = Msg(
        key=key(event_id),
        summary=f"Mail from {body['from_name'] or body['from']}: {body['subject']}"[:190],
        parts=tuple(parts),
        buttons=_buttons(event_id, offered, by_model=by_model is not None),
    )
    await outbox.post(tx, msg, conv)


def _head(body: dict[str, Any], known: list[Record], settings: dict[str, Any]) -> tuple[str, ...]:
    lines = [f"From: {_who(body, known)}", f"Subject: {body['subject'] or 'none'}"]
    if body.get("date"):
        lines.append(f"Date: {body['date'][:16].replace('T', ' ')}")
    lines += [_line(record) for record in known if record.kind != "person"]
    if body.get("own_words"):
        lines.append(f"Written above the forwarded mail: {body['own_words'][:300]}")
    return tuple(lines)


def _who(body: dict[str, Any], known: list[Record]) -> str:
    person = next((record for record in known if record.kind == "person"), None)
    wrote = f"{body['from_name']} <{body['from']}>".strip() if body["from"] else body["from_name"]
    if person is None:
        return f"{wrote or 'unknown'} · I could not read an address"
    status = "in your records" if person.status == "active" else "new: proposed as a record"
    return f"{wrote} · {status} as {person.name}"


def _line(record: Record) -> str:
    state = record.state
    if record.kind == "payment":
        left = words.money(_left(state), state["currency"])
        amount = words.money(state["amount"], state["currency"])
        return f"Payment {state['number']}: {amount}, {state['status']}, {left} not refunded"
    total = words.money(state["total"], state["currency"]) if "total" in state else ""
    items = f" · {state['items']}" if state.get("items") else ""
    return f"{record.kind.capitalize()} {state.get('number', record.name)}: {total}{items}"


def _left(state: dict[str, Any]) -> Decimal:
    return Decimal(state["amount"]) - Decimal(state["refunded"])


def _texts(body: dict[str, Any]) -> list[Part]:
    text = str(body["text"])
    parts: list[Part] = [Quote(text=text[:QUOTE_CHARS_MAX], who=body["from_name"] or body["from"])]
    if len(text) > QUOTE_CHARS_MAX:
        rest = text[QUOTE_CHARS_MAX:]
        parts.append(Fold(title=f"{len(rest)} more characters", parts=(Quote(text=rest),)))
    if body.get("quoted"):
        older = body["quoted"]
        title = f"Older messages in this mail ({len(older)} characters)"
        parts.append(Fold(title=title, parts=(Quote(text=older),)))
    for attached in body.get("attachments", ()):
        text = attached["text"] or attached["says"] or "no text in it"
        title = f"Attachment {attached['name']} ({len(attached['text'])} characters of text)"
        parts.append(Fold(title=title, parts=(Quote(text=text, who=attached["name"]),)))
    parts += [_bold(f"⚠ {warning}") for warning in body.get("warnings", ())]
    return parts


def _fields(read: dict[str, Any]) -> list[Part]:
    """Say what a model read, as quotations of the mail; or why none did."""
    if read["why"]:
        return [Para(spans=(Span(text=NOT_READ.format(why=read["why"])),))]
    said = [Quote(text=words, who=name) for name, words in read["said"]]
    return [_bold(READ_BY.format(model=read["model"])), *said] if said else []


def _asks(offered: list[suggestions.Suggestion]) -> list[Part]:
    asked = [one for one in offered if one.state != suggestions.UNPLANNED]
    unplanned = [one.title for one in offered if one.state == suggestions.UNPLANNED]
    parts: list[Part] = []
    if not asked:
        text = "I found nothing in it that I know how to do. Tell me what you want, if anything."
        parts = [Para(spans=(Span(text=text),))]
    else:
        parts = [_bold("This mail asks for:"), Bullets(items=tuple(map(_asked, asked)))]
    if unplanned:
        more = len(unplanned) - UNPLANNED_MAX
        listed = (*unplanned[:UNPLANNED_MAX], *([f"and {more} more"] if more > 0 else []))
        parts += [_bold("Wanted besides, not in the plan, so not done:"), Bullets(items=listed)]
    return parts


def _asked(one: suggestions.Suggestion) -> str:
    return f"{one.title}{' · ' + STATE[one.state] if one.state in STATE else ''}"


def _bold(text: str) -> Para:
    return Para(spans=(Span(text=text, style="bold"),))


def _facts(event_id: str, known: list[Record]) -> Facts:
    evidence = (
        Evidence(label="the mail", ref=event_id),
        *(Evidence(label=record.name, ref=record.id) for record in known),
    )
    risk = "These are suggestions. Nothing has left the company."
    return Facts(evidence=evidence, risk=risk)


def _buttons(
    event: str, offered: list[suggestions.Suggestion], *, by_model: bool
) -> tuple[tuple[Button, ...], ...]:
    waiting = [one for one in offered if one.state == "offered"]
    rows = [(Button(label=_label(s.title), action="take", ref=s.id, style="ok"),) for s in waiting]
    last = [Button(label="Not now", action="drop", ref=event)] if waiting else []
    last += [why(event)] if by_model else []
    return (*rows, tuple(last)) if last else ()


def _label(title: str) -> str:
    return title if len(title) <= LABEL_CHARS_MAX else f"{title[: LABEL_CHARS_MAX - 1]}…"


async def conversation(reader: Reader, event_id: str) -> str | None:
    """Return where the item was shown."""
    card = await outbox.get(reader, key(event_id))
    return None if card is None else card.conv
