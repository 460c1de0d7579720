"""The command /secret: passwords and keys are typed into a form of the local page, never in words.

A wish names one as "secret:shop-key"; see engine/acting/vault.py for where it is kept.
"""

import asyncio
from dataclasses import dataclass

from agents.hearing.front import Command
from connectors.contract import PermanentError
from engine.acting import vault
from engine.acting.taps import Person, Reply, heard
from engine.chat import outbox
from engine.chat.messages import Button, Form, Heading, Input, Msg, Para, Span, say
from engine.chat.tokens import Tap
from engine.rules.house import House
from memory import events
from memory.events import Event
from policies.contracts import SECRET_PREFIX

HOW = (
    "A password or key is never written into the chat. /secret shop-key shows a form for it on the "
    "local page; what you wish for names it as secret:shop-key. /secret remove shop-key deletes it."
)
NONE = "No secrets are kept."
KEPT_ARE = "Kept here: {names}."
TITLE = "Enter “{name}”"
SAYS = (
    "It is kept in a file that only this user of the machine can read. Cards, the log and the "
    "backups have only its name, {named}."
)
KEPT = "“{name}” is kept; name it as {named}."
REMOVED = "“{name}” is deleted. What still names it fails until you enter it again."
UNKNOWN = "There is no secret “{name}”."


@dataclass(frozen=True, slots=True)
class Secrets:
    house: House

    def commands(self) -> dict[str, Command]:
        return {"secret": self.secret}

    async def secret(self, event: Event, rest: str) -> Msg | None:
        """List the names, show the form for one, or delete one."""
        key, words = f"secret:{event.id}", rest.split()
        try:
            if len(words) == 2 and words[0].casefold() == "remove":
                return say(key, await self._remove(event, words[1]))
            if len(words) != 1:
                return say(key, f"{_listed(self.house)} {HOW}")
            vault.path(self.house.blobs, words[0])  # says what is wrong with the name
        except PermanentError as error:
            return say(key, str(error))
        async with self.house.db.transaction() as tx:
            await outbox.post(tx, form(words[0]))
            await outbox.show_again(tx, form(words[0]).key, str(event.body["conv"]))
        return None

    async def _remove(self, event: Event, name: str) -> str:
        if not await asyncio.to_thread(vault.remove, self.house.blobs, name):
            return UNKNOWN.format(name=name)
        async with self.house.db.transaction() as tx:
            await events.note(tx, "secret.removed", event.id, name=name)
        return REMOVED.format(name=name)


async def keep(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Keep what was typed. The log learns that it was, and never what."""
    name = tap.ref
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, {})
    try:
        await asyncio.to_thread(vault.keep, house.blobs, name, values.get("value", ""))
    except PermanentError as error:
        return Reply(str(error), refused=True)
    said = KEPT.format(name=name, named=SECRET_PREFIX + name)
    async with house.db.transaction() as tx:
        await events.note(tx, "secret.kept", cause, name=name)
        await outbox.post(tx, say(_key(name), said))
    return Reply(said)


VERBS = {"secret.keep": keep}


def form(name: str) -> Msg:
    """Return the card with the form for one secret; only the local page shows it."""
    title = TITLE.format(name=name)
    says = SAYS.format(named=SECRET_PREFIX + name)
    field = Input(id="value", label="Password or key", kind="secret", max_chars=vault.CHARS_MAX)
    button = Button(
        label="Enter it…",
        action="secret.keep",
        ref=name,
        form=Form(title="Password or key", fields=(field,)),
    )
    return Msg(
        key=_key(name),
        summary=title,
        parts=(Heading(text=title), Para(spans=(Span(text=says),))),
        buttons=((button,),),
        sensitivity="secret",
    )


def _listed(house: House) -> str:
    names = vault.names(house.blobs)
    return KEPT_ARE.format(names=", ".join(names)) if names else NONE


def _key(name: str) -> str:
    return f"secret:{name}"
