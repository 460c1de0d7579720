"""Walks of the picture that follows a card about a PDF."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import sqlalchemy as sa
from fpdf import FPDF
from PIL import Image

from bot.app import App
from bot.lower import terminal
from connectors import blobs
from connectors.contract import Paper
from connectors.files.pictures import size
from connectors.payments import Invoice, Line
from engine.acting import effects, gate
from engine.chat.messages import File
from engine.desks import pictures
from engine.drawing import cards
from engine.flow.durable import Work
from memory import events
from memory.schema.work import tasks
from policies.rules import Action
from tests.chat import Chat
from tests.conftest import BEGINS
from tests.walks.test_refund import planned, sent

CARD = "Send e-mail"
MARK = (255, 242, 160)


def kept(app: App, file: File) -> bytes:
    return blobs.get(app.folder, file.digest)


async def test_the_invoice_of_a_mail_is_seen_beside_its_card(app: App, chat: Chat) -> None:
    await chat.say("send Ada the October invoice")
    [picture] = chat.card(CARD).files
    assert (picture.name, picture.mime) == ("INV-2026-007.png", "image/png")
    png = kept(app, picture)
    image = Image.open(BytesIO(png)).convert("L")
    assert image.size == size(png)
    assert image.width == 1080
    assert image.getextrema() == (0, 255)  # black words on white paper
    assert "INV-2026-007.pdf" in chat.text(CARD)  # the words say it too
    assert chat.posted.count(chat.key(CARD)) == 1  # the card was changed, not posted again


async def test_the_picture_stays_on_the_card_after_the_decision(app: App, chat: Chat) -> None:
    await chat.say("send Ada the October invoice")
    before = chat.card(CARD).files
    await chat.tap(CARD, "Send")
    assert len(sent(app)) == 1
    assert chat.card(CARD).files == before


async def test_a_new_version_with_the_same_document_has_the_same_picture(
    app: App, chat: Chat
) -> None:
    await chat.say("send Ada the October invoice")
    first, files = chat.key(CARD), chat.card(CARD).files
    await chat.tap(CARD, "Edit", subject="Your October invoice")
    assert chat.key(CARD) != first
    assert chat.card(CARD).files == files
    assert chat.shown[first].files == ()


async def test_a_mail_without_a_document_has_no_picture_and_no_work_for_one(
    app: App, chat: Chat
) -> None:
    await planned(chat)
    assert chat.card(CARD).files == ()
    async with app.db.snapshot() as reader:
        assert await events.of_kind(reader, "effect.pictured") == []


async def test_a_document_that_cannot_be_shown_leaves_the_card_as_it_is(
    app: App, chat: Chat
) -> None:
    effect = await proposed(app, chat, "email.send", mail(app, b"%PDF-1.7 but damaged"))
    assert chat.card("bruno@example.com").files == ()
    assert "letter.pdf" in terminal.lower(chat.card("bruno@example.com"))
    assert not any("set it aside" in msg.summary for msg in chat.shown.values())
    await pictures.paint(app.house, Work("w", "picture", f"{effect}:1", 1))  # again does no harm
    assert chat.card("bruno@example.com").files == ()


async def test_three_documents_are_pictured_and_the_card_counts_the_others(
    app: App, chat: Chat
) -> None:
    names = ["one", "two", "three", "four", "five"]
    await proposed(app, chat, "email.send", mail(app, *map(page, names)))
    card = chat.card("bruno@example.com")
    assert [file.name for file in card.files] == ["letter-1.png", "letter-2.png", "letter-3.png"]
    assert len({file.digest for file in card.files}) == 3
    assert terminal.lower(card).count("2 more documents are not pictured.") == 1
    await chat.tap("bruno@example.com", "Reject")
    assert terminal.lower(chat.card("bruno@example.com")).count("not pictured") == 1


async def test_a_document_that_cannot_be_shown_is_counted_beside_one_that_can(
    app: App, chat: Chat
) -> None:
    await proposed(app, chat, "email.send", mail(app, b"%PDF-1.7 but damaged", page("two")))
    card = chat.card("bruno@example.com")
    assert [file.name for file in card.files] == ["letter-2.png"]
    assert "1 more document is not pictured." in terminal.lower(card)


async def test_of_several_documents_only_the_changed_one_is_painted_anew_and_marked(
    app: App, chat: Chat
) -> None:
    effect = await proposed(app, chat, "email.send", mail(app, page("40 EUR"), page("same")))
    first = chat.card("bruno@example.com").files
    await revised(app, effect, "email.send", mail(app, page("50 EUR"), page("same")))
    await chat.settle()
    second = chat.card("bruno@example.com").files
    assert [file.name for file in second] == ["letter-1.png", "letter-2.png"]
    assert second[1] == first[1]
    assert MARK in colours(app, second[0])
    assert MARK not in colours(app, first[0]) | colours(app, second[1])


def test_a_document_is_compared_by_its_name_and_else_with_the_one_it_replaced() -> None:
    a, b, c = (Paper(name, name.encode()) for name in ("a.pdf", "b.pdf", "c.pdf"))
    newer = Paper("a.pdf", b"newer")
    assert pictures.counterpart((b, newer), 1, (a, b)) == a
    assert pictures.counterpart((c, b), 0, (a, b)) == a
    assert pictures.counterpart((c, a), 0, (a, b)) is None  # a stands elsewhere now
    assert pictures.counterpart((a, b, c), 2, (a, b)) is None


async def test_an_invoice_is_seen_before_it_is_issued_and_what_changes_is_marked(
    app: App, chat: Chat
) -> None:
    effect = await proposed(app, chat, "invoices.issue", invoice(1))
    [first] = chat.card("Issue invoice INV-9").files
    await revised(app, effect, "invoices.issue", invoice(2))
    await chat.settle()
    [second] = chat.card("Issue invoice INV-9").files
    assert first.name == second.name == "INV-9.png"
    assert [MARK in colours(app, one) for one in (first, second)] == [False, True]


async def test_an_open_menu_stays_open_when_the_picture_comes(app: App, chat: Chat) -> None:
    effect = await proposed(app, chat, "invoices.issue", invoice(1), settle=False)
    async with app.db.transaction() as tx:
        await cards.show(tx, effect, menu="later")
    await chat.settle()
    card = chat.card("Issue invoice INV-9")
    assert len(card.files) == 1
    assert card.buttons[-1][0].label == "Back"


async def test_the_picture_goes_when_its_person_is_forgotten(app: App, chat: Chat) -> None:
    await chat.say("send Ada the October invoice")
    [picture] = chat.card(CARD).files
    assert kept(app, picture)
    await chat.say("/forget Ada")
    await chat.tap("Ada Example:", "Erase", confirm="Ada Example")
    assert not blobs.path(app.folder, picture.digest).exists()


def colours(app: App, file: File) -> set[tuple[int, ...]]:
    counted = Image.open(BytesIO(kept(app, file))).getcolors(1_000_000)
    return {colour for _, colour in counted}


def page(text: str) -> bytes:
    pdf = FPDF(format="A4")
    pdf.set_creation_date(BEGINS)
    pdf.set_font("helvetica", size=12)
    pdf.add_page()
    pdf.multi_cell(0, 8, text)
    return bytes(pdf.output())


def mail(app: App, *pdfs: bytes) -> dict[str, object]:
    attached = [
        {
            "name": "letter.pdf" if len(pdfs) == 1 else f"letter-{number}.pdf",
            "mime": "application/pdf",
            "digest": blobs.put(app.folder, pdf),
        }
        for number, pdf in enumerate(pdfs, 1)
    ]
    letter = {"to": "bruno@example.com", "subject": "A letter", "text": "See the letter."}
    return letter | {"attachments": attached}


def invoice(quantity: int) -> dict[str, object]:
    line = Line(description="Lamp", quantity=Decimal(quantity), unit_price=Decimal("120.00"))
    bill = Invoice(
        number="INV-9",
        name="Bruno",
        email="bruno@example.com",
        lines=(line,),
        currency="EUR",
        due=date(2026, 12, 4),
    )
    return bill.model_dump(mode="json")


async def weighed(app: App, operation: str, args: dict[str, object], goal: str) -> gate.Proposal:
    """Return the proposal as one that the rules want asked, whatever they say of it."""
    action = Action(
        operation=operation,
        effect=app.house.operation(operation).effect,
        args=args,
        origins=dict.fromkeys(args, "operator"),
        agent="you",
        reason="A test asks for it.",
    )
    proposal = await gate.weigh(app.house, action, goal, task=None)
    verdict = proposal.verdict.model_copy(update={"outcome": "ask"})
    return gate.Proposal(proposal.action, proposal.preview, verdict)


async def proposed(
    app: App, chat: Chat, operation: str, args: dict[str, object], *, settle: bool = True
) -> str:
    """Propose an effect within a plan that waits, and let its card be shown."""
    await chat.say("remind me on Friday at 9 about invoice 7")
    async with app.db.snapshot() as reader:
        [task] = await reader.rows(sa.select(tasks))
    proposal = await weighed(app, operation, args, task.goal)
    async with app.db.transaction() as tx:
        event = await events.note(tx, "test.asked", None)
        undoes = "eff_test"  # an effect beside the plan's own
        effect = await effects.propose(tx, task.id, task.goal, proposal, event.id, undoes=undoes)
    if settle:
        await chat.settle()
    return effect


async def revised(app: App, effect: str, operation: str, args: dict[str, object]) -> None:
    async with app.db.snapshot() as reader:
        old = await effects.get(reader, effect)
    assert old is not None
    proposal = await weighed(app, operation, args, old.goal)
    async with app.db.transaction() as tx:
        assert await effects.revise(tx, old, proposal, "operator", old.cause)
