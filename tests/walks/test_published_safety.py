"""Walks of what must hold of every approval, each after a fault that others shipped."""

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from bot import app as composition
from bot import cli, host
from bot.app import UNKNOWN_TAP, App, open_app
from bot.settings import Settings
from bot.surfaces import Heard
from bot.web.surface import Web
from engine.acting.taps import STALE, Person
from engine.desks import stop
from engine.desks.perform import NOT_DECIDED
from engine.flow.durable import open_work
from memory import events
from memory.db import change
from memory.schema.work import approvals, decisions, effects
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.walks.test_always import allowed
from tests.walks.test_refund import ledger, planned, sent

WISH = "send Ada the October invoice"
CARD = "Send e-mail · ada@example.org"
ROOT = Path(__file__).parents[2]
SAYS_YES = {
    "engine/desks/answering.py",
    "engine/desks/desk.py",
    "engine/lists/batch_desk.py",
    "agents/hearing/typed_yes.py",
    "agents/plans/plan_desk.py",
}
MODULES = {"subprocess", "runpy", "pty", "code", "importlib"}
PROGRAMS = re.compile(r"system|popen|spawn\w*|exec\w*|fork\w*|confirm|prompt")
KNOWN = {
    ("connectors/files/process.py", "asyncio.create_subprocess_exec"),  # the sandboxed reader
    ("connectors/files/own_code.py", "import importlib"),  # what a specialist's code may use
    ("connectors/files/own_code.py", "importlib.import_module"),
    ("connectors/files/own_code.py", "compile(asked['code'], 'specialist', 'exec')"),
    ("connectors/files/own_code.py", "exec(code, room)"),  # in a process that can only compute
    ("bot/commands/searching.py", "asyncio.create_subprocess_exec"),  # looks for who was erased
    ("connectors/mcp/pipe.py", "asyncio.create_subprocess_exec"),  # a server of mcp.yaml
    ("connectors/mcp/child.py", "os.execve"),  # and how it becomes one, once it is confined
    ("memory/vectors/embed.py", "from importlib import util"),  # asks whether a package is there
}


async def rewritten(app: App, **values: object) -> str:
    """Write over the newest effect as only a fault or an intruder would; return its id."""
    async with app.db.transaction() as tx:
        await events.note(tx, "test.rewritten", None)
        id = str(await tx.value(sa.select(effects.c.id)))
        await change(tx, effects, {"id": id}, **values)
        await open_work(tx, "perform", id)
    return id


async def waiting(app: App) -> list[tuple[str, str]]:
    """Return every effect and every answer as they stand."""
    async with app.db.snapshot() as reader:
        stands = await reader.rows(sa.select(effects.c.id, effects.c.state, effects.c.digest))
        answers = await reader.rows(sa.select(decisions.c.approval, decisions.c.answer))
        return [tuple(map(str, row)) for row in (*stands, *answers)]


@pytest.mark.parametrize("begun", [False, True])
async def test_what_runs_is_what_was_approved_or_nothing(app: App, chat: Chat, begun: bool) -> None:
    await chat.say(WISH)
    token = chat.tokens[chat.key(CARD), "✓ Send"]
    with app.taking_in():  # what was approved cannot begin
        assert (await app.tap(chat.who, "yes", token, {})).text == "Approved."
        async with app.db.snapshot() as reader:
            action = dict(await reader.value(sa.select(effects.c.action)))
        action["args"] = {**action["args"], "text": "Pay to another account."}
        await rewritten(app, action=action, **({"state": "running"} if begun else {}))
    await chat.settle()
    assert sent(app) == []
    assert f"✗ It did not happen: {NOT_DECIDED}" in chat.text("Send e-mail")


@pytest.mark.parametrize("state", ["approved", "running"])
async def test_nothing_runs_without_a_stored_yes(app: App, chat: Chat, state: str) -> None:
    await chat.say(WISH)
    await rewritten(app, state=state)
    await chat.settle()
    assert sent(app) == []
    assert NOT_DECIDED in chat.text(CARD)
    await chat.tap(CARD, "Retry")
    assert sent(app) == []


async def test_a_stale_second_foreign_or_replayed_tap_changes_nothing_and_says_so(
    app: App, chat: Chat
) -> None:
    await chat.say(WISH)
    stale = chat.tokens[chat.key(CARD), "✓ Send"]
    await chat.tap(CARD, "Edit", subject="Your invoice")
    good = chat.tokens[chat.key(CARD), "✓ Send"]
    before = await waiting(app)
    assert (await chat.press(stale)).text == STALE
    stranger = Person("stranger", "chat", chat.who.conv)
    elsewhere = Person(chat.who.user, "chat", "chat:other")
    for who in (stranger, elsewhere):
        reply = await app.tap(who, "foreign", good, {})
        assert (reply.text, reply.refused) == (UNKNOWN_TAP, True)
    await chat.settle()
    assert (await waiting(app), sent(app)) == (before, [])
    assert (await app.tap(chat.who, "once", good, {})).text == "Approved."
    await chat.settle()
    done = await waiting(app)
    for key in ("once", "another", "once"):
        reply = await app.tap(chat.who, key, good, {})
        assert reply.text.startswith("Already approved by you on chat")
        assert reply.refused
    await chat.settle()
    assert (await waiting(app), len(sent(app))) == (done, 1)


@pytest.mark.parametrize("answer", ["✓ Send", "✗ Reject"])
async def test_the_card_after_the_tap_still_shows_what_was_decided(
    app: App, chat: Chat, answer: str
) -> None:
    await chat.say("write to Bruno that parcel number 07 is ready")
    key = chat.order[-1]
    before = chat.shown[key].parts[:3]
    assert [part for part in ("bruno@example.com", "parcel number 07") if part in str(before)]
    await chat.press(chat.tokens[key, answer])
    after = chat.shown[key]
    assert after.parts[:3] == before
    did = "Approved" if answer == "✓ Send" else "Rejected"
    assert f"{did} by you on chat, Fri 20 Nov, 10:00" in str(after.parts)


async def test_always_makes_a_named_rule_of_one_operation_with_examples(
    app: App, chat: Chat
) -> None:
    name = await allowed(chat)
    [entry] = [one for one in app.house.book.entries if one.rule.id == name]
    rule = entry.rule
    assert rule.action == "email.send"
    assert {one["then"] for one in rule.examples} == {"notify", "ask"}
    assert [one for one in rule.when if re.search(r"matches|[*?]", one)] == []
    assert "counterpart == " in rule.when[0]
    await chat.say("/policy")
    assert name in chat.last


async def test_stop_keeps_back_what_was_approved_and_has_not_begun(app: App, chat: Chat) -> None:
    await planned(chat)
    await chat.say(WISH)
    keys = [key for key in chat.order if "waits for you" in chat.shown[key].summary]
    with app.taking_in():  # the queue stands still, and STOP does not wait for it
        for key in keys:
            yes = next(label for k, label in chat.tokens if k == key and label.startswith("✓"))
            await app.tap(chat.who, f"yes {key}", chat.tokens[key, yes], {})
        await app.hear(Heard(chat.who, "halt", "stop"))
        async with app.db.snapshot() as reader:
            assert await stop.is_stopped(reader)
    await chat.settle()
    assert len(keys) == 3
    assert (ledger(app).count("(REF-"), sent(app)) == (0, [])


async def test_where_the_rules_are_missing_everything_asks_or_is_refused(
    filled: Path, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(filled, tmp_path / "sample"))
    monkeypatch.setattr(composition, "RULES", tmp_path / "nowhere")
    chat = Chat()
    app = await open_app(folder, lambda db, folder: [chat], clock=clock)
    await app.start()
    await chat.pair(app)
    assert {entry.rule.then for entry in app.house.book.entries} == {"deny"}  # contracts alone
    before = ledger(app)
    await planned(chat)
    await chat.say(WISH)
    await chat.say("Bruno paid 700 EUR for order 1041")
    async with app.db.snapshot() as reader:
        asked = int(await reader.value(sa.select(sa.func.count()).select_from(approvals)))
        ran = sa.select(sa.func.count()).select_from(effects)
        assert asked == int(await reader.value(ran))
    assert asked >= 3
    assert (ledger(app), sent(app)) == (before, [])
    await app.close()


async def test_by_itself_it_listens_to_this_machine_alone(
    filled: Path, tmp_path: Path, clock: FakeClock
) -> None:
    settings = Settings(home=tmp_path, port=0)
    folder = Path(shutil.copytree(filled, tmp_path / "sample"))
    told: list[str] = []
    app = await open_app(
        folder,
        lambda db, folder: host.surfaces_of(settings, told.append, db, folder),
        clock=clock,
    )
    [web] = app.surfaces  # without a token of theirs there is no messenger
    assert isinstance(web, Web)
    await app.start()
    async with httpx.AsyncClient(trust_env=False) as browser:
        assert (await browser.get(f"http://127.0.0.1:{web.port}/health")).status_code == 200
        with pytest.raises(httpx.ConnectError):  # it would answer, were it open to the network
            await browser.get(f"http://127.0.0.2:{web.port}/health")
    await app.close()


def sources() -> Iterator[tuple[str, ast.AST]]:
    """Yield every node of the product with the file it stands in."""
    for package in cli.PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                yield path.relative_to(ROOT).as_posix(), node


def test_no_shell_no_fetched_code_and_no_question_at_a_terminal() -> None:
    """Nothing starts a program, runs text as code, or waits for somebody at the keyboard."""
    found = {
        (name, ast.unparse(node))
        for name, node in sources()
        if forbidden(node) and (name, ast.unparse(node)) not in KNOWN
    }
    assert found == set()


def test_only_what_a_person_sent_leads_to_a_yes() -> None:
    """A specialist proposes; the code that takes taps and typed answers alone records a yes."""
    found = {name for name, node in sources() if isinstance(node, ast.Attribute) and leads(node)}
    assert found == SAYS_YES


def leads(node: ast.Attribute) -> bool:
    return ast.unparse(node) in ("answering.yes", "approvals.decide", "effects.settle")


def forbidden(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="eval" | "exec" | "compile" | "input" | "__import__")):
            return True
        case ast.Attribute(value=ast.Name(id="os" | "typer"), attr=attr):
            return PROGRAMS.fullmatch(attr) is not None
        case ast.Attribute(attr="create_subprocess_shell" | "create_subprocess_exec"):
            return True
        case ast.Attribute(attr="import_module" | "getpass"):
            return True
        case ast.Import(names=names):
            return any(one.name.partition(".")[0] in MODULES for one in names)
        case ast.ImportFrom(module=module):
            return module in MODULES
    return False
