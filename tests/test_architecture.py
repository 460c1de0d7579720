"""The house rules that a machine can check, beyond the layers in pyproject.toml."""

import ast
import re
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from bot.cli import PACKAGES

ROOT = Path(__file__).parents[1]
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
FROZEN = ROOT / "memory" / "migrations" / "versions"  # written by a machine, never read on

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
ONE_HOME = {  # what may appear in one place only
    # The last two set, and never read.
    "the environment": {"bot/settings.py", "agents/models/anybody.py", "memory/__init__.py"},
    "the clock": {"memory/db.py"},
    "a broad except": {"engine/flow/durable.py", "bot/telegram/surface.py", "bot/slack/feed.py"},
}
HEAVY = {
    "PIL", "aiogram", "alembic", "apscheduler", "chromadb", "dateparser", "dbos", "litellm",
    "markitdown", "mcp", "mcp_types", "numpy", "onnxruntime", "phonenumbers", "pypdfium2",
    "rapidfuzz", "schwifty", "slack_bolt", "sqlalchemy", "starlette", "stdnum", "tokenizers",
    "uvicorn", "vobject",
}  # fmt: skip
KNOWN_PTH = {"distutils-precedence.pth", "_virtualenv.pth"}  # run at every start of Python
UNWANTED = {"uv.lock", "package-lock.json"}  # they write down where packages were fetched from
MACHINE_PATH = re.compile(r"(?<![\w.~)}])/(?:root|work|home/\w+|Users/\w+|opt/pypi\S*)/")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tracked() -> list[Path]:
    """Every file that is in the repository, or would be after the next commit."""
    ask = ("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    listed = subprocess.run(ask, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for line in listed.split("\0") if line and (path := ROOT / line).is_file()]


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_is_short_and_says_why_it_exists(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    says = ast.get_docstring(tree)
    assert says, "say in one line why this file exists"
    assert says.splitlines()[0].endswith((".", "?")), "one sentence, on the first line"
    if FROZEN in path.parents:
        return
    assert len(source.splitlines()) <= FILE_LINES_MAX
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            assert lines <= FUNCTION_LINES_MAX, node.name


@pytest.mark.parametrize(("what", "homes"), ONE_HOME.items(), ids=ONE_HOME)
def test_some_things_have_one_home(what: str, homes: set[str]) -> None:
    found = {name(path) for path in MODULES if what in set(used(path.read_text("utf-8")))}
    assert found <= homes


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("os.environ.get('HOME')", "the environment"),
        ("from os import getenv", "the environment"),
        ("datetime.datetime.now(UTC)", "the clock"),
        ("date.today()", "the clock"),
        ("from time import time", "the clock"),
        ("time.time_ns()", "the clock"),
        ("try: go()\nexcept Exception as error: pass", "a broad except"),
        ("try: go()\nexcept (OSError, BaseException): pass", "a broad except"),
        ("try: go()\nexcept: pass", "a broad except"),
        ("with suppress(Exception): go()", "a broad except"),
        ("time.monotonic(); tx.now; now(UTC); suppress(OSError)", None),
    ],
)
def test_what_has_one_home_is_recognised(source: str, what: str | None) -> None:
    assert list(used(source)) == ([] if what is None else [what])


def test_all_packages_come_from_here() -> None:
    homes = {Path(str(spec.origin)).parents[1] for spec in map(find_spec, PACKAGES) if spec}
    assert homes == {ROOT}


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    code = "import sys, bot.cli; print(*{name.partition('.')[0] for name in sys.modules})"
    ask = (sys.executable, "-c", code)
    loaded = subprocess.run(ask, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert HEAVY.isdisjoint(loaded.split())


def test_no_package_runs_code_at_every_start_of_python() -> None:
    site = Path(sysconfig.get_path("purelib"))
    assert {path.name for path in site.glob("*.pth")} <= KNOWN_PTH


def test_the_lock_pins_every_package_by_hash_and_names_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", lock)[1:]
    assert len(entries) > 100
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []
    assert re.findall(r"://|--index-url|--find-links|\s@\s", lock) == []


def test_the_lock_holds_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    names = {re.split(r"[^a-z0-9-]", each.lower())[0] for each in asked}
    pinned = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text("utf-8"), re.M)
    assert names <= set(pinned)


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    found = {
        f"{name(path)}: {hit}"
        for path in tracked()
        if path != Path(__file__) and b"\0" not in (data := path.read_bytes())
        for hit in MACHINE_PATH.findall(data.decode("utf-8", "replace"))
    }
    assert found == set()


def test_no_other_tools_lock_is_kept() -> None:
    assert {path.name for path in tracked()} & UNWANTED == set()


def used(source: str) -> Iterator[str]:
    """Yield which things with one home this source uses."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(value=ast.Name(id="os"), attr="environ" | "getenv" | "environb"):
                yield "the environment"
            case ast.ImportFrom(module="os", names=[ast.alias(name="environ" | "getenv")]):
                yield "the environment"
            case ast.Attribute(
                value=ast.Name(id="datetime" | "date") | ast.Attribute(attr="datetime" | "date"),
                attr="now" | "utcnow" | "today",
            ):
                yield "the clock"
            case ast.Attribute(value=ast.Name(id="time"), attr="time" | "time_ns"):
                yield "the clock"
            case ast.ImportFrom(module="time", names=[ast.alias(name="time" | "time_ns")]):
                yield "the clock"
            case ast.ExceptHandler(type=caught) if broad(caught):
                yield "a broad except"
            case ast.Call(func=ast.Name(id="suppress"), args=caught) if any(map(broad, caught)):
                yield "a broad except"


def broad(caught: ast.expr | None) -> bool:
    match caught:
        case None | ast.Name(id="Exception" | "BaseException"):
            return True
        case ast.Tuple(elts=several):
            return any(map(broad, several))
    return False
