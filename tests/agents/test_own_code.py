"""Code of a specialist computes, and nothing else: every other way out is tried here."""

from pathlib import Path
from typing import Any

import pytest

from agents.specialists import own_code
from agents.specialists.own_code import work
from agents.specialists.spec import AgentSpec
from connectors.contract import PermanentError
from connectors.files import own_code as child
from connectors.files import syscalls

SECRET = "sk-canary-3141"
WAYS = {  # each is tried by a specialist that wants out, after everything that it may import
    "read a file": "open(HOME + '/firstmate.db').read()",
    "read the accounts": "open('/etc/passwd').read()",
    "write a file": "open('note', 'w').write('x')",
    "list a folder": "os.listdir('/')",
    "look at other processes": "os.readlink('/proc/self/exe')",
    "delete a file": "os.unlink(HOME + '/firstmate.db')",
    "start a program": "os.execv('/bin/sh', ['sh', '-c', 'id'])",
    "spawn a program": "os.posix_spawn('/bin/sh', ['sh', '-c', 'id'], {})",
    "run a shell": "1 / (os.system('id') == 0)",
    "fork": "os.fork()",
    "end its parent": "os.kill(os.getppid(), 9)",
    "open a socket": "__import__('_socket').socket()",
    "load a library": "1 / (__import__('ctypes').CDLL(None).socket(2, 1, 0) >= 0)",
    "import what is not there": "__import__('sqlite3')",
    "import ours": "__import__('memory.db')",
    "become root": "os.setuid(0)",
    "change its limits": "__import__('resource').setrlimit(7, (9999, 9999))",
    "start a thread": "__import__('_thread').start_new_thread(print, ())",
    "read what another holds": "1 / len([n for n in range(3, 64) if not failed(os.fstat, n)])",
    "read our secrets": "os.environ['FIRSTMATE_MODEL_KEYS']",
}
HOSTILE = """
import sys
os = sys.modules.get("os")
HOME = {home!r}

def failed(what, *args):
    try:
        what(*args)
    except OSError:
        return True
    return False

def work(given):
    came = {{}}
    for name, way in {ways!r}.items():
        try:
            came[name] = "DONE " + repr(eval(way, globals()))[:80]
        except BaseException as error:
            came[name] = type(error).__name__
    return {{"text": repr(came)}}
"""


def spec(code: str, **more: Any) -> AgentSpec:
    fields = {"takes": {"text": "text"}, "gives": {"text": "text"}}
    return AgentSpec.model_validate(
        {"name": "letters", "does": "x y z", "code": code} | fields | more
    )


async def text(code: str) -> str:
    return str((await work(spec(code), {"text": "Hello."})).gives["text"])


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that anybody may write, and a secret in our environment."""
    monkeypatch.setenv("FIRSTMATE_MODEL_KEYS", SECRET)
    made = tmp_path / "firstmate.db"
    made.write_text(SECRET, "utf-8")
    tmp_path.chmod(0o777)
    made.chmod(0o666)
    return made


async def test_a_hostile_specialist_gets_nowhere(kept: Path) -> None:
    came = eval(await text(HOSTILE.format(home=str(kept.parent), ways=WAYS)))
    assert set(came) == set(WAYS)
    assert {name: said for name, said in came.items() if said.startswith("DONE")} == {}
    assert SECRET not in str(came)
    assert kept.read_text("utf-8") == SECRET  # noqa: ASYNC240 nobody else waits


async def test_code_may_use_what_computes() -> None:
    code = (
        "import re, math, statistics\nfrom datetime import datetime\nfrom decimal import Decimal\n"
        "def work(given):\n"
        "    day = datetime.strptime('2026-11-20', '%Y-%m-%d').strftime('%d.%m.%Y')\n"
        "    return {'text': f'{day} {math.isqrt(17)} {statistics.mean([1, 3])} '\n"
        "        f\"{Decimal('1.10') * 3} {re.sub('l+', 'L', given['text'])} ä\"}\n"
    )
    assert await text(code) == "20.11.2026 4 2 3.30 HeLo. ä"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (
            "def work(given):\n    return 1 / 0",
            "broke off: line 2: ZeroDivisionError: division by zero.",
        ),
        ("def work(given):\n    while True: pass", "took longer than it may"),
        ("def work(given):\n    return {'text': 'x' * 10**9}", "broke off: line 2: MemoryError"),
        (
            "def work(given):\n    return {'text': 'x' * 3 * 10**6}",
            "ended without an answer, or said",
        ),
        ("def work(given):\n    raise SystemExit", "ended without an answer"),
        ("def work(given):\n    return ['x']", "it must return a dict"),
        (
            "def work(given):\n    return {}",
            "gave something else than it should: text: Field required",
        ),
        (
            "def work(given):\n    return {'text': 'a', 'to': 'eve@evil.test'}",
            "to: Extra inputs are not",
        ),
        ("def work(given):\n    return {'text': 'a', 'wants': 'x'}", "gave something else"),
        (
            "def work(given):\n"
            "    return {'text': 'a', 'wants': [{'operation': 'x' * 10**5, 'args': {}}]}",
            "wants.0.operation: String should have at most 100 characters",
        ),
        (
            "def work(given):\n"
            "    args = {'text': chr(0xD800)}\n"
            "    return {'text': 'a', 'wants': [{'operation': 'email.send', 'args': args}]}",
            "ended without an answer, or said more than it may",
        ),
        ("def work(given):\n    return {'text': float('nan')}", "ended without an answer"),
        (
            "import sys\ndef work(given):\n"
            "    sys._getframe(1).f_locals['out'].write(b'{\"gives\":' + b'[' * 10**5)",
            "ended without an answer",
        ),
    ],
)
async def test_what_goes_wrong_in_it_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, code: str, says: str
) -> None:
    if "True" in code:
        monkeypatch.setattr(own_code, "WALL_S", 3.0)
    with pytest.raises(PermanentError, match="“letters” ") as error:
        await text(code)
    assert says in str(error.value)


async def test_it_is_given_only_what_it_takes() -> None:
    code = "def work(given):\n    return {'text': ' '.join(sorted(given))}"
    assert await text(code) == "text"
    with pytest.raises(PermanentError, match="takes what this step does not have: text: Field req"):
        await work(spec(code), {})


async def test_where_it_cannot_be_shut_in_it_does_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syscalls.platform, "machine", lambda: "riscv64")
    with pytest.raises(PermanentError, match="this machine cannot shut it in, so it was not run"):
        await text("def work(given):\n    return given")


def test_the_page_names_everything_that_it_may_import() -> None:
    page = Path(__file__).parents[2].joinpath("docs", "specialists.md").read_text("utf-8")
    assert [name for name in child.USABLE if f"`{name}`" not in page] == []
