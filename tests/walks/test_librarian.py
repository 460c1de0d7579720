"""The librarian's figure: of what is proposed to be one, who knows it accepts nearly all."""

from benchmarks.customers import mentions
from bot.app import App
from bot.commands import likely
from memory import events
from memory.canon import records
from memory.copying import verify
from tests.chat import Chat

SEED, MENTIONS = 4243, 400
CASES = 30


async def told(app: App) -> dict[str, str]:
    """Record generated customers as different people wrote them; return who each is."""
    truth: dict[str, str] = {}
    async with app.db.transaction() as tx:
        cause = (await events.note(tx, "test.told", None)).id
        firms: dict[str, str] = {}
        for one in sorted(mentions(SEED, MENTIONS), key=lambda each: each.kind):
            state = {**one.state, "company": firms.get(one.state.get("company", ""))}
            state = {n: v for n, v in state.items() if v is not None and n != "iban"}  # invented
            try:
                record = await records.create(tx, one.kind, state, cause)
            except records.TakenError:
                continue  # the same address: that is proof, nobody need be asked
            truth[record.id] = one.truth
            if one.kind == "company":
                firms.setdefault(one.truth, record.id)
    return truth


async def test_what_is_proposed_to_be_one_is_accepted_and_each_tap_counts(
    app: App, chat: Chat
) -> None:
    truth = await told(app)
    async with app.db.snapshot() as reader:
        asked = [
            one for one in await likely.find(reader) if {one.stays.id, one.goes.id} <= {*truth}
        ]
    right = [one for one in asked if truth[one.stays.id] == truth[one.goes.id]]
    assert len(asked) >= CASES
    assert len(right) >= 0.95 * len(asked)
    await chat.say("/same")
    first = asked[0]
    same = truth[first.stays.id] == truth[first.goes.id]
    key = f"same:{':'.join(sorted((first.stays.id, first.goes.id)))}"
    await chat.press(chat.tokens[key, "They are the same" if same else "They are two"])
    async with app.db.snapshot() as reader:
        goes = await records.get(reader, first.goes.id)
    assert goes is not None and (goes.id == first.stays.id) is same
    assert (await verify.verify(app.db)).faults == ()
