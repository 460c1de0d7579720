"""A server as a child process, and its two pipes as the streams that the protocol's library wants.

What comes back is bounded: a line, and all lines of one conversation together.
"""

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from connectors.contract import PermanentError
from connectors.mcp import Server

LINE_BYTES_MAX = 4 << 20
BYTES_MAX = 3 * LINE_BYTES_MAX
RUBBISH_MAX = 1000  # lines that are no message: some servers print there what belongs elsewhere
END_S = 0.5  # it has answered, or is not to answer any more
SEARCHED = "/usr/local/bin:/usr/bin:/bin"
Streams = tuple[Any, Any]  # what it says, and what is said to it; see mcp.client.Transport
_PATH = [str(Path(__file__).parents[2]), *filter(None, sys.path)]
_START = "import sys; sys.path[:] = sys.argv[1:-1]; from connectors.mcp.child import main; main()"


@asynccontextmanager
async def started(server: Server, folder: Path, hidden: Sequence[Path]) -> AsyncIterator[Streams]:
    """Start the server in its own folder; give its streams, which end when it does.

    `hidden` is what it cannot read. PermanentError: it cannot be started as it is set up.
    """
    import anyio

    process = await _spawn(server, folder, hidden)
    heard, listen = anyio.create_memory_object_stream[Any](0)
    say, said = anyio.create_memory_object_stream[Any](0)
    work = (
        asyncio.create_task(_hear(process, heard)),
        asyncio.create_task(_say(process, said)),
    )
    try:
        yield listen, say
    finally:
        for task in work:
            task.cancel()
        for stream in (heard, listen, say, said):
            stream.close()
        await _end(process)
        await asyncio.gather(*work, return_exceptions=True)


async def _spawn(
    server: Server, folder: Path, hidden: Sequence[Path]
) -> asyncio.subprocess.Process:
    asked = await asyncio.to_thread(_request, server, folder, hidden)
    return await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-S", "-c", _START, *_PATH, json.dumps(asked),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL, limit=LINE_BYTES_MAX,
        cwd=folder, env={}, start_new_session=True,
    )  # fmt: skip


def _request(server: Server, folder: Path, hidden: Sequence[Path]) -> dict[str, object]:
    """Return what the child is to become: nothing of our own environment is in it."""
    found = shutil.which(server.command)
    if found is None:
        raise PermanentError(
            f"“{server.command}”, which {server.name} is started with, is not here."
        )
    try:
        secrets = {name: path.read_text("utf-8").strip() for name, path in server.secrets.items()}
    except (OSError, UnicodeDecodeError):
        raise PermanentError(f"A file with a secret of {server.name} cannot be read.") from None
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = f"{Path(found).parent}:{SEARCHED}"
    usual = {"PATH": path, "HOME": str(folder), "TMPDIR": str(folder), "LANG": "C.UTF-8"}
    return {
        "command": [found, *server.args],
        "env": usual | server.env | secrets,
        "hidden": [str(one.resolve()) for one in hidden],  # whatever its own folder is
        "folders": [str(one.expanduser().resolve()) for one in server.folders],
    }


async def _hear(process: asyncio.subprocess.Process, heard: Any) -> None:
    """Pass on each line that is a message, until the server ends or has said too much."""
    from mcp.shared.message import SessionMessage
    from mcp_types import jsonrpc_message_adapter

    assert process.stdout is not None
    size = rubbish = 0
    async with heard:
        with suppress(ValueError, OSError):  # ValueError: a line without end
            while (line := await process.stdout.readline()) and rubbish <= RUBBISH_MAX:
                size += len(line)
                if size > BYTES_MAX:
                    return
                try:
                    message = jsonrpc_message_adapter.validate_json(line, by_name=False)
                except ValueError:
                    rubbish += 1
                    continue
                await heard.send(SessionMessage(message))


async def _say(process: asyncio.subprocess.Process, said: Any) -> None:
    assert process.stdin is not None
    with suppress(OSError):  # it is gone: what is asked of it is answered by the end of `heard`
        async for one in said:
            text = one.message.model_dump_json(by_alias=True, exclude_unset=True)
            process.stdin.write(text.encode() + b"\n")
            await process.stdin.drain()


async def _end(process: asyncio.subprocess.Process) -> None:
    """Close its input, wait a moment, then end it and all that it started."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        await _wait(process)
    finally:  # also when this is cancelled
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process._transport.close()  # type: ignore[attr-defined]  # whoever else holds the pipes
    await _wait(process)


async def _wait(process: asyncio.subprocess.Process) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(END_S):
            await process.wait()
