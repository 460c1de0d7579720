"""Intake: reads what came in from outside, finds who and what it is about, and only suggests.

It has no tools. What the rules find nothing sure in, a model reads besides (mail_reader.py).
Whatever a mail says becomes a record that waits to be confirmed, a quotation on a card, or a
suggestion; never an action.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

from agents.answers import reports
from agents.banking import files as bank
from agents.incoming import claims, offering
from agents.incoming.mail_reader import KIND as READ
from agents.playbooks import slots
from agents.playbooks.library import Playbook, Slot
from agents.playbooks.routing import wishes
from agents.reading import context, item
from connectors import blobs
from connectors.files import reading
from connectors.files.shapes import Attachment, Mail, Reading
from engine.acting import taps
from engine.acting.taps import Person, Reply
from engine.chat import outbox
from engine.chat.messages import Button, say
from engine.chat.tokens import Tap
from engine.flow.durable import open_work
from engine.rules import learning
from engine.rules.house import House
from memory import artifacts, events, profile
from memory.canon import records
from memory.canon.kinds import email_key
from memory.db import Reader, Tx
from memory.events import Event
from memory.ids import derived_id
from memory.recalling import recall
from policies.rules import RUNS_BY_ITSELF, Verdict

ABOUT = tuple(Slot(name=name, type=name) for name in ("order", "payment", "invoice"))
TEXT_CHARS_MAX = 50_000
ANSWER = "write-mail"  # a question mark is enough for it, so it is nothing sure
ASK = "Shall I remember what this {kind} says, to find it again? {because}"
REMEMBERED = "Remembered."
HAVE = "I have this mail already. Here is what I made of it."


@dataclass(frozen=True, slots=True)
class Intake:
    """`asks_models`: what the rules find nothing sure in is read by a model besides."""

    house: House
    playbooks: tuple[Playbook, ...]
    asks_models: bool = False

    async def file(self, heard: Event, file: dict[str, Any], conv: str | None) -> str | None:
        """Read one file. Return the id of the mail's event, if it is a mail; the file is kept."""
        data = await asyncio.to_thread(blobs.get, self.house.blobs, file["digest"])
        if await asyncio.to_thread(bank.are, data):
            await self._statement(heard, file, conv)
            return None
        read = await reading.read(data, file["name"], file["mime"])
        if read.mail is not None:
            return await self._mail(heard, read, read.mail, file["digest"], conv)
        async with self.house.db.transaction() as tx:
            id = derived_id("art", heard.id, file["digest"])
            await artifacts.keep(
                tx, "file", file["name"], artifact_id=id, author="outside", cause=heard.id,
                text=read.text, digest=file["digest"], mime=file["mime"],
            )  # fmt: skip
            await outbox.post(tx, reports.file_read(id, file["name"], read, file["digest"]), conv)
            text = f"{file['name']}\n{read.text}"
            if await self._may(tx, "file", text, heard.id, id, conv):
                await _passage(tx, "artifact", id, text, None, conv)
        return None

    async def _statement(self, heard: Event, file: dict[str, Any], conv: str | None) -> None:
        """Keep a bank's statement and offer the look; recall gets none of its numbers."""
        async with self.house.db.transaction() as tx:
            id = derived_id("art", heard.id, file["digest"])
            await artifacts.keep(
                tx, "file", file["name"], artifact_id=id, author="outside", cause=heard.id,
                digest=file["digest"], mime=file["mime"],
            )  # fmt: skip
            msg = reports.statement_dropped(id, file["name"], file["digest"])
            await outbox.post(tx, msg, conv)

    async def text(self, heard: Event, text: str, conv: str | None) -> str | None:
        """Read forwarded or pasted text as the mail it quotes, or as somebody's plain words."""
        data = text.encode(errors="replace")
        read = await reading.read(data, "forwarded.txt", "text/plain")
        if read.mail is None:
            async with self.house.db.transaction() as tx:
                await outbox.post(tx, reports.words_read(heard.id, text), conv)
            return None
        digest = await asyncio.to_thread(blobs.put, self.house.blobs, data)
        return await self._mail(heard, read, read.mail, digest, conv)

    async def _mail(
        self, heard: Event, read: Reading, mail: Mail, digest: str, conv: str | None
    ) -> str:
        kept = [await asyncio.to_thread(self._store, attached) for attached in mail.attachments]
        body = _body(mail, read, digest) | {"attachments": kept}
        key = mail.message_id or f"sha256:{digest}"
        async with self.house.db.transaction() as tx:
            event = await events.append(
                tx, "email.received", source="mail", key=key, trust="outside",
                actor=body["from"], cause=heard.id, body=body,
            )  # fmt: skip
            if event is None:
                return await self._again(tx, heard, key, conv)
            about = await self._about(tx, event)
            await events.append(
                tx, "email.read", source="intake", key=event.id, trust="system",
                cause=event.id, body={"about": about},
            )  # fmt: skip
            await self._keep(tx, event, about, conv)
            await self._suggest(tx, event, about, conv)
            await item.show(tx, event.id, conv)
        return event.id

    async def _again(self, tx: Tx, heard: Event, key: str, conv: str | None) -> str:
        """The same mail, by whatever way: nothing is done twice; who sent it is shown it."""
        event = await events.by_key(tx, "mail", key)
        assert event is not None
        if conv is not None:  # what comes twice by itself is nobody's business
            await outbox.post(tx, say(f"have:{heard.id}", HAVE), conv)
            await outbox.show_again(tx, item.key(event.id), conv)
        return event.id

    def _store(self, attached: Attachment) -> dict[str, Any]:
        digest = blobs.put(self.house.blobs, attached.data)
        says = attached.reading.refused or " ".join(attached.reading.warnings)
        text = attached.reading.text[:TEXT_CHARS_MAX]
        return {
            "name": attached.name, "mime": attached.mime, "digest": digest,
            "text": text, "says": says,
        }  # fmt: skip

    async def _about(self, tx: Tx, event: Event) -> list[str]:
        """Return the records the mail is about: who wrote it first, then what it names."""
        person = await self._person(tx, event)
        about_them = await context.about(tx, tuple(person))
        text = f"{event.body['subject']}\n{event.body['text']}"
        named = await slots.fill(tx, text, ABOUT, about_them)
        found = [value.ref for value in named.values.values() if value.ref]
        return list(dict.fromkeys([*person, *found, *await _payment_of(tx, found)]))

    async def _person(self, tx: Tx, event: Event) -> list[str]:
        """Return the writer's record, found by address or newly proposed; nobody without one."""
        address = event.body["from"]
        known = await records.by_key(tx, "email", email_key(address)) if address else None
        if known is not None:
            return [known.id]
        verdict = await self._judged(tx, "record", _text(event))
        if verdict.outcome not in RUNS_BY_ITSELF:
            return []
        return await self._propose(tx, event)

    async def _propose(self, tx: Tx, event: Event) -> list[str]:
        address, name = event.body["from"], event.body["from_name"]
        try:
            state = {"name": name or address, "email": address}
            new = await records.create(tx, "person", state, event.id, status="proposed")
        except ValueError:
            return []  # not an address: the card says that none could be read
        return [new.id]

    async def _keep(self, tx: Tx, event: Event, about: list[str], conv: str | None) -> None:
        body = event.body
        for attached in body["attachments"]:
            id = derived_id("art", event.id, attached["digest"])
            await artifacts.keep(
                tx, "attachment", attached["name"], artifact_id=id, author="outside",
                cause=event.id, about=event.id, text=attached["text"],
                digest=attached["digest"], mime=attached["mime"],
            )  # fmt: skip
        person = about[0] if about else None
        if await self._may(tx, "mail", _text(event), event.id, event.id, conv):
            await _passage(tx, "mail", event.id, _text(event), person, conv, _by(event))
            await claims.propose(tx, event, person, await context.about(tx))

    async def _may(
        self, tx: Tx, kind: str, text: str, cause: str, ref: str, conv: str | None
    ) -> bool:
        """Say whether the rules let it be remembered now; where they ask, ask."""
        verdict = await self._judged(tx, kind, text)
        if verdict.outcome in RUNS_BY_ITSELF:
            return True
        await events.note(tx, "memory.refused", cause, what=kind, because=verdict.because)
        if verdict.outcome != "deny":
            said = ASK.format(kind=kind, because=verdict.because)
            yes = Button(label="Remember it", action="remember", ref=ref)
            await outbox.post(tx, say(f"learn:{ref}", said, buttons=((yes,),)), conv)
        return False

    async def _judged(self, tx: Tx, kind: str, text: str) -> Verdict:
        return await learning.judged(tx, self.house.book, kind, trust="outside", text=text)

    async def remember(
        self, house: House, tap: Tap, who: Person, key: str, values: dict[str, str]
    ) -> Reply:
        """Yes, it may be remembered: what it says, and who wrote it."""
        async with house.db.transaction() as tx:
            await taps.heard(tx, tap, who, key, values)
            event = await events.get(tx, tap.ref)
            kept = await artifacts.versions(tx, tap.ref)
            if event is not None:
                known = await records.by_key(tx, "email", email_key(event.body["from"]))
                person = [known.id] if known is not None else await self._propose(tx, event)
                about = person[0] if person else None
                await _passage(tx, "mail", event.id, _text(event), about, who.conv, _by(event))
                await claims.propose(tx, event, about, await context.about(tx))
            elif kept:
                await _passage(tx, "artifact", tap.ref, kept[-1].text or "", None, who.conv)
            else:
                return Reply(taps.GONE, refused=True)
            await outbox.post(tx, say(f"learn:{tap.ref}", REMEMBERED), who.conv)
        return Reply(REMEMBERED)

    async def _suggest(self, tx: Tx, event: Event, about: list[str], conv: str | None) -> None:
        switched = await profile.get(tx, "playbooks")
        text = f"{event.body['subject']}\n{event.body['text']}"
        known = await context.about(tx, tuple(about))
        found = wishes(text, [p for p in self.playbooks if switched.get(p.id)])
        for playbook in found:
            await offering.offer(tx, event, playbook, text, known, conv)
        if self.asks_models and all(one.id == ANSWER for one in found):
            await open_work(tx, READ, event.id, key=derived_id("wrk", READ, event.id))


async def _payment_of(reader: Reader, found: list[str]) -> list[str]:
    """Return the payments of the orders that were found."""
    orders = [await records.get(reader, id) for id in found]
    numbers = [o.state["number"] for o in orders if o is not None and o.kind == "order"]
    return [
        payment.id
        for number in numbers
        for payment in await records.of_kind(reader, "payment", order=number)
    ]


async def _passage(
    tx: Tx,
    kind: recall.Kind,
    ref: str,
    text: str,
    record: str | None,
    conv: str | None,
    by: str | None = None,
) -> None:
    await recall.remember(
        tx, kind=kind, ref=ref, text=text[:TEXT_CHARS_MAX], record=record, conv=conv,
        by=by, trust="outside",
    )  # fmt: skip


def _text(event: Event) -> str:
    return f"{event.body['subject']}\n{event.body['text']}"


def _by(event: Event) -> str:
    return str(event.body["from_name"] or event.body["from"])


def _body(mail: Mail, read: Reading, digest: str) -> dict[str, Any]:
    """Return what is kept of a mail: its matter first, whoever passed it on second."""
    matter = mail.original
    sender = matter.sender if matter is not None else mail.sender
    date = matter.date if matter is not None else mail.date
    return {
        "from": sender.address,
        "from_name": sender.name,
        "subject": (matter.subject if matter is not None else "") or mail.subject,
        "date": date.isoformat() if date is not None else "",
        "text": mail.body[:TEXT_CHARS_MAX],
        "quoted": mail.quoted[:TEXT_CHARS_MAX],
        "own_words": mail.own_words,
        "forwarded_by": mail.sender.address if matter is not None else "",
        "message_id": (matter.message_id if matter is not None else mail.message_id),
        "hidden": list(mail.hidden),
        "warnings": list(read.warnings),
        "file": digest,
    }
