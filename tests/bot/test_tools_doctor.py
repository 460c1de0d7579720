"""What `firstmate doctor` says of the servers of tools that `mcp.yaml` names."""

from pathlib import Path

import pytest

from bot import checkup
from bot.host import chosen
from bot.settings import Settings

MAILS = "servers:\n  mails: {command: x, class: business, classes: {weather: public, read: secret}}"
WRONG = "servers:\n  mails: {command: x, classes: {weather: open}}"


@pytest.mark.parametrize(
    ("written", "ok", "says"),
    [
        (MAILS, True, "mails (answers: business; read: secret; weather: public);"),
        (WRONG, False, "classes.weather: Input should be 'public', 'business', 'personal'"),
    ],
)
async def test_doctor_says_how_private_what_tools_answer_is(
    tmp_path: Path, written: str, ok: bool, says: str
) -> None:
    folder = tmp_path / chosen(tmp_path)
    folder.mkdir(parents=True)
    (folder / "mcp.yaml").write_text(written, "utf-8")
    found = await checkup.examine(Settings(home=tmp_path))
    [tools] = [one for one in found if one.what == "Tools of others"]
    assert tools.ok == ok
    assert says in tools.says
