"""A wire that breaks: stands before an SMTP server, lets a conversation through, and faults once.

It takes STARTTLS out of what the server offers, so that it can read along.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

FAULTS = {  # what a fault does: before which command, and what is answered there (None: silence)
    "drop at the greeting": ("", None),
    "drop before MAIL": ("MAIL", None),
    "drop before DATA": ("DATA", None),
    "busy at MAIL": ("MAIL", "451 4.3.0 Try again later"),
    "busy at RCPT": ("RCPT", "450 4.2.0 Mailbox busy"),
    "busy at DATA": ("DATA", "452 4.3.1 Out of space"),
    "busy after the mail": (".", "451 4.3.0 Try again later"),
    "refused at RCPT": ("RCPT", "550 5.1.1 No such user"),
    "refused after the mail": (".", "554 5.7.1 Looks like spam"),
    "drop within the mail": ("…", None),
    "drop before the end": (".", None),
    "drop after it was taken": ("taken", None),
}


class Wire:
    """Listens at `port` and speaks to the server behind; `fault` is met by the next mail only."""

    def __init__(self, port: int) -> None:
        self.behind = port
        self.port = 0
        self.fault = ""
        self.met = 0
        self.delay_s = 0.0
        self.open: set[asyncio.Task[None]] = set()

    @property
    def at(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.open.add(task)
        task.add_done_callback(self.open.discard)
        self._cut = self._ended = False
        up, down = await asyncio.open_connection("127.0.0.1", self.behind)
        ends = [writer, down]
        try:
            answers = asyncio.create_task(self._answers(up, writer))
            asks = asyncio.create_task(self._asks(reader, down, writer))
            await asyncio.wait([answers, asks], return_when=asyncio.FIRST_COMPLETED)
            if asks.done() and not self._cut:  # let the last answer through
                await asyncio.wait([answers], timeout=1)
            for task in (answers, asks):
                task.cancel()
            await asyncio.gather(answers, asks, return_exceptions=True)
        finally:
            for end in ends:
                end.close()
                with suppress(OSError):
                    await end.wait_closed()

    async def _asks(
        self, reader: asyncio.StreamReader, down: asyncio.StreamWriter, back: asyncio.StreamWriter
    ) -> None:
        """Pass on what the client says, up to the fault."""
        if self._breaks(""):
            back.transport.abort()
            return
        within = False
        while line := await reader.readline():
            await asyncio.sleep(self.delay_s)
            said = line.decode("latin-1").strip()
            command = "." if within and said == "." else "…" if within else said[:4].upper()
            if self._breaks(command):
                answer = self._answer()
                if answer is None:
                    back.transport.abort()
                    return
                back.write(f"{answer}\r\n".encode())
                down.transport.abort()
                await reader.read()  # until the client has heard it and leaves
                return
            within = command not in (".",) and (within or command == "DATA")
            self._ended = command == "."
            down.write(line)

    async def _answers(self, up: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        """Pass on what the server says, up to the fault."""
        while line := await up.readline():
            if line[4:].strip() == b"STARTTLS":
                continue
            if self._ended and line.startswith(b"250") and self._breaks("taken"):
                back.transport.abort()
                return
            back.write(line)

    def _breaks(self, command: str) -> bool:
        """Say whether the fault is here; it is met once."""
        if not self.fault or FAULTS[self.fault][0] != command:
            return False
        self._last, self.fault, self._cut = self.fault, "", True
        self.met += 1
        return True

    def _answer(self) -> str | None:
        return FAULTS[self._last][1]


@asynccontextmanager
async def wire(port: int) -> AsyncIterator[Wire]:
    """A wire to the server at this port."""
    made = Wire(port)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        if made.open:
            await asyncio.wait(made.open, timeout=5)
        await server.wait_closed()
