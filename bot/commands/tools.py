"""The commands of outside tools: /tools shows what each is, /do calls one."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from agents.hearing import doing
from agents.hearing.front import Command
from connectors.contract import PermanentError
from connectors.mcp.settings import FILE
from engine.acting import gate
from engine.chat.messages import (
    BUTTON_ROWS_MAX,
    LABEL_CHARS_MAX,
    Bullets,
    Button,
    Heading,
    Msg,
    Para,
    Part,
    Span,
    say,
)
from engine.outside import tool_card, tool_desk, tools
from engine.outside.toolbox import Toolbox
from engine.outside.tools import Known
from engine.rules.house import House
from memory.events import Event

NONE = (
    "No server with tools is set up. Name one in mcp.yaml in the data folder (docs/connectors.md "
    "says how) and start again."
)
WHICH = "Which tool? Write /do NAME and its arguments; /tools lists them."
HINT = (
    "/tools NAME shows one; /do NAME argument=value calls it. Nothing runs before it has a class."
)
IN_A_ROW = 2
USUAL = "personal"  # where nothing is said of what tools answer


@dataclass(frozen=True, slots=True)
class Tools:
    house: House
    toolbox: Toolbox

    def commands(self) -> dict[str, Command]:
        return {"tools": self.tools, "do": self.do}

    async def tools(self, event: Event, rest: str) -> Msg | None:
        """Ask the servers what they offer now, then list the tools, or show the one named."""
        key = f"tools:{event.id}"
        await self.toolbox.refresh()
        if not self.toolbox.servers and not self.toolbox.faults:
            return say(key, NONE)
        if not rest:
            return await self._listed(key)
        try:
            known = await self._named(rest)
        except PermanentError as error:
            return say(key, str(error))
        async with self.house.db.transaction() as tx:
            await tool_desk.put(tx, self.house, known, str(event.body["conv"]))
        return None

    async def do(self, event: Event, rest: str) -> Msg | None:
        """Plan the call that was typed; the gate decides what becomes of it."""
        name, _, typed = rest.partition(" ")
        try:
            if not name:
                raise PermanentError(WHICH)
            known = await self._named(name)
            operation = self.house.operation(known.operation)
            args = doing.read(operation, known.takes, typed)
            clean = gate.arguments(operation, args).model_dump(mode="json")
        except PermanentError as error:
            return say(f"do:{event.id}", str(error))
        conv = str(event.body["conv"])
        async with self.house.db.transaction() as tx:
            await doing.plan(tx, self.house, operation, clean, event.id, conv)
        return None

    async def _named(self, name: str) -> Known:
        """Return the tool of this name. PermanentError names the nearest."""
        if name not in self.toolbox.operations:
            await self.toolbox.refresh()
        async with self.house.db.snapshot() as reader:
            known = await tools.newest(reader, name)
        if known is not None and name in self.toolbox.operations:
            return known
        if name in self.house.operations:
            raise PermanentError(f"“{name}” is Firstmate's own: say in words what you want.")
        near = difflib.get_close_matches(name, self.toolbox.operations, n=1)
        hint = f" Did you mean {near[0]}?" if near else " /tools lists what there is."
        raise PermanentError(f"There is no tool “{name}”.{hint}")

    async def _listed(self, key: str) -> Msg:
        async with self.house.db.snapshot() as reader:
            known = [one for one in await tools.every(reader) if self._offers(one)]
        known.sort(key=lambda one: (one.effect is not None, one.operation))
        parts: list[Part] = [Heading(text="Tools of others")]
        for server in self.toolbox.servers:
            parts += self._of(server, [one for one in known if one.tool.server == server])
        others = self.toolbox.faults.keys() - self.toolbox.servers.keys()
        parts += [_para(self.toolbox.faults[name]) for name in others]
        parts.append(_para(HINT))
        buttons = [_look(one) for one in known[: BUTTON_ROWS_MAX * IN_A_ROW]]
        rows = (buttons[at : at + IN_A_ROW] for at in range(0, len(buttons), IN_A_ROW))
        summary = f"Tools of others: {len(known)}"
        return Msg(key=key, summary=summary, parts=tuple(parts), buttons=tuple(map(tuple, rows)))

    def _of(self, server: str, known: list[Known]) -> Iterator[Part]:
        yield Heading(text=server)
        if fault := self.toolbox.faults.get(server):
            yield _para(f"It could not be asked now: {fault}")
        if known:
            yield Bullets(items=tuple(map(self._line, known)))
        if strange := self._not_offered(server, known):
            yield _para(f"{FILE} names a class for what it does not offer: {', '.join(strange)}.")
        if left := self.toolbox.left.get(server):
            yield _para("Not taken:")
            yield Bullets(items=left)

    def _line(self, known: Known) -> str:
        of = self.toolbox.operations[known.operation].data_class
        told = "" if of == USUAL else f"; its answers: {of}"
        return f"{known.operation}: {tool_card.short(known)}{told}"

    def _not_offered(self, server: str, known: list[Known]) -> list[str]:
        """Return the names that got a class and are no tool of it, as far as it could be asked."""
        if server in self.toolbox.faults:
            return []
        classes = self.toolbox.servers[server].classes
        return sorted(classes.keys() - {one.tool.name for one in known})

    def _offers(self, known: Known) -> bool:
        return known.operation in self.toolbox.operations


def _look(known: Known) -> Button:
    label = known.tool.name[:LABEL_CHARS_MAX]
    return Button(label=label, action="tool", ref=known.operation)


def _para(text: str) -> Para:
    return Para(spans=(Span(text=text),))
