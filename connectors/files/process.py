"""One child process for untrusted bytes: a request in on stdin, its answer out, within limits."""

import asyncio
import shutil
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

# The child finds what we find and looks nowhere else, which is also the quickest start.
_PATH = [str(Path(__file__).parents[2]), *filter(None, sys.path)]
_START = "import sys; sys.path[:] = sys.argv[1:]; from connectors.files.{} import main; main()"


async def ask(module: str, request: bytes, deadline: float) -> bytes:
    """Run `main` of a module in this folder and return what it wrote; TimeoutError: too long.

    `deadline` is a time of the running loop. What died otherwise has written too little.
    """
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="firstmate-read-"))
    try:
        return await _asked(module, request, deadline, folder)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def _asked(module: str, request: bytes, deadline: float, folder: Path) -> bytes:
    """One child, one file. Its answer goes to a file, which the kernel keeps small."""
    answer = folder / "answer"
    with await asyncio.to_thread(answer.open, "wb") as out:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-S", "-X", "utf8", "-c", _START.format(module), *_PATH,
            stdin=asyncio.subprocess.PIPE, stdout=out, stderr=asyncio.subprocess.DEVNULL,
            cwd=folder, env={}, start_new_session=True,
        )  # fmt: skip
    try:
        async with asyncio.timeout_at(deadline):
            await child.communicate(request)
    finally:
        if child.returncode is None:
            with suppress(ProcessLookupError):  # it may end at this very moment
                child.kill()
            await child.wait()
    if child.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise TimeoutError
    return await asyncio.to_thread(answer.read_bytes)
