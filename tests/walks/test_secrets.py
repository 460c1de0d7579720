"""Walks of a password: it is typed into a form of the local page, and stands nowhere else."""

import stat
from pathlib import Path

from bot.app import App
from memory.copying import verify
from tests.chat import Chat
from tests.walks.model_office import Office

VALUE = "hunter2-with-more-to-it"
FORM = "Enter “shop-key”"
LONG = "k" * 40


def files_with(folder: Path, text: str) -> list[str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.name for path in files if text.encode() in path.read_bytes())


async def test_a_secret_is_kept_in_its_file_and_stands_nowhere_else(app: App, chat: Chat) -> None:
    await chat.say("/secret shop-key")
    reply = await chat.tap(FORM, "Enter it…", value=f" {VALUE}\n")
    assert reply.text == "“shop-key” is kept; name it as secret:shop-key."
    assert files_with(app.folder, VALUE) == ["shop-key"]
    file = app.folder / "secrets" / "shop-key"
    assert file.read_text() == VALUE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    await chat.say("/secret")
    assert "Kept here: shop-key." in chat.last
    assert not any(VALUE in msg.model_dump_json() for msg in chat.shown.values())
    assert (await verify.verify(app.db)).faults == ()


async def test_a_secret_can_be_replaced_and_deleted(app: App, chat: Chat) -> None:
    for value in ("first-value", "second-value"):
        await chat.say("/secret shop-key")
        await chat.tap(FORM, "Enter it…", value=value)
    assert (app.folder / "secrets" / "shop-key").read_text() == "second-value"
    await chat.say("/secret remove shop-key")
    assert "“shop-key” is deleted." in chat.last
    assert files_with(app.folder, "second-value") == []
    await chat.say("/secret remove shop-key")
    assert "There is no secret “shop-key”." in chat.last


async def test_an_empty_one_and_a_name_that_is_a_path_are_refused(app: App, chat: Chat) -> None:
    await chat.say("/secret shop-key")
    reply = await chat.tap(FORM, "Enter it…", value="  ")
    assert reply.refused
    assert reply.text == "It is empty, so nothing was kept."
    for name in ("../firstmate.db", "A b", "x" * 50):
        await chat.say(f"/secret {name}")
        assert "/secret shop-key" in chat.last or "is no name for a secret" in chat.last
    assert not (app.folder / "secrets").exists()


async def test_the_longest_name_has_a_form_too(app: App, chat: Chat) -> None:
    await chat.say(f"/secret {LONG}")
    await chat.tap(f"Enter “{LONG}”", "Enter it…", value=VALUE)
    assert files_with(app.folder, VALUE) == [LONG]


async def test_it_cannot_be_typed_in_words(app: App, chat: Chat) -> None:
    await chat.say("/secret shop-key")
    await chat.say(f"/tap Enter it…\nvalue: {VALUE}")
    assert "typed only into its form on the local page" in chat.last
    assert not (app.folder / "secrets").exists()


async def test_what_is_typed_in_while_it_runs_is_shown_to_no_model(office: Office) -> None:
    chat = await office.open()
    await chat.say("/secret shop-key")
    await chat.tap(FORM, "Enter it…", value="sunflowers")
    await chat.say("write to Bruno that he gets in with sunflowers")
    assert office.server.asked == []
    await chat.say("/secret shop-key")
    await chat.tap(FORM, "Enter it…", value="marigolds-1")
    await chat.say("write to Bruno that he gets in with sunflowers")
    assert len(office.server.asked) == 1
