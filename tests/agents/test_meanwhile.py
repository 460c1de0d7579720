"""What is said while a question is open, for each kind of question: its answer, or its own."""

from typing import Any

from agents.hearing import meanwhile, plain, told
from agents.hearing.meanwhile import Said
from agents.reading import context
from agents.rules import rules_heard
from bot.app import App
from engine.chat.questions import Question
from engine.rules import goal_rules
from memory.canon import records
from memory.events import Event
from tests.conftest import BEGINS

ADA, OTHER = "Ada Example", "Ada Sample"
KINDS = ("amount", "when", "person", "choice", "payment", "text", "planner")
ALL_BUT_TEXT = "own own own own own answer answer"
PLAIN_WISH = "own own own own own answer own"
ANSWER, DROP, COMMAND = ("answer " * 7, "drop " * 7, "command " * 7)
TABLE = {  # what was said → what it is to a question of each of KINDS
    "120 EUR": ANSWER,
    "on Friday at 9, please": ANSWER,
    "Ada Example": ANSWER,
    "the second one": ANSWER,
    "PAY-1042": ANSWER,
    "half of it": ANSWER,
    "yes": ANSWER,
    "book a flight to Rome": ANSWER,  # which nobody knows: it is asked again
    "never mind": DROP,
    "stop it!": DROP,
    "forget it, please": DROP,
    "Ach, vergiss es": DROP,
    "lass es": DROP,
    "no thanks": "drop drop drop drop drop answer answer",
    "nicht jetzt": "drop drop drop drop drop answer answer",
    "cancel": COMMAND,
    "/help": COMMAND,
    "what is waiting?": COMMAND,
    "STOP": COMMAND,
    "was wartet auf mich?": COMMAND,
    "thanks": PLAIN_WISH,
    "vielen Dank!": PLAIN_WISH,
    "hallo": PLAIN_WISH,
    "change Ada's email to x@y.example": ALL_BUT_TEXT,
    "Adas Telefon ist 030 1234567": ALL_BUT_TEXT,
    "never send customer data to a remote model": ALL_BUT_TEXT,
    "what's on today?": ALL_BUT_TEXT,
    "was steht heute an Terminen an?": ALL_BUT_TEXT,
    "what is Ada's price?": "own own own own own asked asked",
    "was haben wir mit Ada vereinbart?": "own own own own own asked asked",
    "stop project Spring": "own " * 7,
    "note on Ada: prefers mornings": PLAIN_WISH,
    "refund Ada 40 EUR": "own own own own restated answer own",
    "remind me on Friday at 9 to call Bo": PLAIN_WISH,
    "erinnere mich am Freitag um 9 an die Steuer": PLAIN_WISH,
    "remind me on Friday at 9": "own restated own own own answer own",
    "write to Bruno that the lamp is ready": "own own restated own own answer own",
    "write to Ada that the lamp is ready": "own own restated own own restated own",
    "schreib an Bruno, dass die Lampe da ist": "own own restated own own answer own",
    "I should not forget the renewal of the domain": "own answer own own own answer answer",
}


async def asked(app: App) -> dict[str, Question]:
    """Return a question of each kind, as each lies open."""
    async with app.db.transaction() as tx:
        ada = await records.by_key(tx, "email", "ada@example.org")
        assert ada is not None
        other = await records.create(tx, "person", {"name": OTHER}, None)

    def value(thing: Any, ref: str | None = None) -> dict[str, Any]:
        return {"value": thing, "label": str(thing), "ref": ref, "more": {}, "text": str(thing)}

    def question(ref: str, slot: str, values: dict[str, Any], **more: Any) -> Question:
        body = {"values": values, "said": ["…"], "because": "", "mail": None, "slot": slot} | more
        kind = "choice" if "choices" in more else "slot"
        return Question(
            id="qst_1", conv="c", kind=kind, ref=ref, body=body, state="open", at=BEGINS
        )

    whom = value(ADA, ada.id)
    both = [whom, value(OTHER, other.id)]
    rain, plants = value("it rains"), value("water the plants")
    planner = {"said": ["…"], "text": "On which day?"}
    return {
        "amount": question("pay-bill", "amount", {"customer": whom}),
        "when": question("remind", "at", {"text": plants}),
        "person": question("write-mail", "to", {}),
        "choice": question("write-mail", "to", {"text": rain}, choices=both, more=0),
        "payment": question("refund", "payment", {}),
        "text": question("write-mail", "text", {"to": whom}),
        "planner": question("plan", "", {}).model_copy(update={"kind": "plan", "body": planner}),
    }


async def taken(app: App, question: Question, words: str) -> str:
    """Return what the front makes of the words, in its order."""
    playbooks = app.front.filling.playbooks
    if meanwhile.drops(words, question, playbooks):
        return "drop"
    if plain.command(words).startswith("/"):
        return "command"
    event = Event(
        id="evt_1", kind="message.received", source="chat", key="1", trust="operator", at=BEGINS,
        body={"conv": "c", "words": words},
    )  # fmt: skip
    route = await app.front.router.route(goal_rules.without(words), set(playbooks))
    async with app.db.snapshot() as reader:
        telling = await told.command(reader, words, is_wish=route.how == "pattern", event=event)
        is_rule = rules_heard.is_one(words, await context.about(reader))
        said = Said(words, route, telling, is_rule)
        return await meanwhile.verdict(reader, event, question, said, playbooks)


async def test_an_answer_is_told_from_a_wish_of_its_own_for_each_kind_of_question(
    app: App,
) -> None:
    open_ = await asked(app)
    wrong = []
    for words, row in TABLE.items():
        for kind, wanted in zip(KINDS, row.split(), strict=True):
            if (found := await taken(app, open_[kind], words)) != wanted:
                wrong.append(f"{kind}: “{words}” is {found}, not {wanted}")
    assert wrong == []
