"""Walks of classes: how private what a connector answers is, and what a model reads of it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.peers import tools
from tests.peers.models import says
from tests.walks.model_office import Office
from tests.walks.test_planning import ASK, mail, plan, states, step
from tests.walks.test_tools import classify

ANSWER = "the hall opens at nine"


@pytest.fixture
def hostile() -> Iterator[tools.Hostile]:
    with tools.open_to_all() as folder:
        yield tools.Hostile(folder).offer("look")


@pytest.mark.parametrize(
    ("server", "told", "read"),
    [
        ({"class": "secret"}, "secret: no model reads it.", False),
        ({"class": "business"}, "business: any model may read it, unless it names somebody.", True),
        ({"classes": {"look": "secret"}}, "secret: no model reads it.", False),
        (
            {"class": "secret", "classes": {"look": "public", "gone": "public"}},
            "public: any model may read it, unless it names somebody.",
            True,
        ),
        ({}, "personal: models read it as they read mails.", True),
    ],
    ids=["secret", "business", "one secret", "one public", "nothing said"],
)
async def test_what_a_connector_answers_is_read_by_its_class(
    office: Office, hostile: tools.Hostile, server: dict[str, Any], told: str, read: bool
) -> None:
    (office.folder / "mcp.yaml").write_text(tools.configured(hostile.server(**server)))
    chat = await office.open()
    await chat.say("/tools")
    said = server.get("classes", {}).get("look", server.get("class", "personal"))
    assert (f"its answers: {said}" in chat.last) == (said != "personal")
    assert ("it does not offer: gone." in chat.last) == ("gone" in server.get("classes", {}))
    await classify(chat, "evil.look", "read", text="text")
    assert f"What it answers is {told}" in chat.text("evil.look ·")
    look = step("look", "evil.look", {"text": ANSWER})
    office.server.script(
        plan(look, mail("word", "look", text={"write": "when it opens"})),
        says({"text": "Dear Ada, we shall see. Yours, Studio Example"}),
    )
    await chat.say(ASK)
    await chat.tap("The plan", "▶ Start")
    assert (await states(office)) == {"look": "done", "word": "waiting"}
    composed = [body for body in office.server.asked if "when it opens" in str(body["messages"])]
    assert ("what look brought" in str(composed[-1])) == read
