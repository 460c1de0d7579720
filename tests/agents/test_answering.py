"""A paragraph from passages: no sentence may name what its model was not given."""

from datetime import UTC, datetime
from typing import Any

import pytest

from agents.answers import answering
from agents.answers.answering import Paragraph
from agents.models import prompts
from agents.models.door import Answer
from agents.models.pinned import Prompt
from memory.recalling.recall import Recalled

AT = datetime(2026, 11, 20, tzinfo=UTC)


def passage(id: str, text: str, sensitivity: Any = "personal") -> Recalled:
    return Recalled(
        id=id, ref=f"evt_{id}", kind="mail", text=text, score=1.0, at=AT, trust="outside",
        sensitivity=sensitivity, record=None, by=None, because="",
    )  # fmt: skip


class Model:
    """Writes one sentence from source 2, having been given these passages."""

    def __init__(self, *given: str, says: str = "The lamp costs 60 EUR.") -> None:
        self.given, self.says = given, says
        self.wish: Any = None
        self.pinned = self

    async def prompt(self, purpose: str, task: str) -> Prompt:
        return Prompt(1, prompts.of(purpose)[1])

    async def ask(self, wish: Any) -> Answer[Paragraph]:
        self.wish = wish
        said = {"sentences": [{"text": self.says, "sources": [2]}]}
        return Answer(Paragraph.model_validate(said), "home/one", given=self.given)


@pytest.mark.parametrize(("given", "shown"), [(("a", "b"), True), (("a",), False)])
async def test_a_sentence_may_name_only_what_its_model_was_given(
    given: tuple[str, ...], shown: bool
) -> None:
    told = [passage("a", "A lamp."), passage("b", "It costs 60 EUR.")]
    written = await answering.paragraph(Model(*given), "what?", "personal", told, "evt_1")
    assert (written is not None) == shown


async def test_what_is_secret_is_no_source() -> None:
    told = [passage("a", "A lamp."), passage("b", "It costs 60 EUR.", "secret")]
    model = Model("a", "b")
    assert await answering.paragraph(model, "what?", "personal", told, "evt_1") is None
    assert "60 EUR" not in str(model.wish.messages)


@pytest.mark.parametrize(
    ("question", "says", "shown"),
    [
        ("how many people does the hall hold?", "The hall holds no lift.", False),
        ("how many people does the hall hold?", "It holds 80 people.", True),
        ("wie viele Leute passen in den Saal?", "Es gibt keinen Aufzug.", False),
        ("how many lifts are there?", "There are none.", True),
        ("combien d'ascenseurs ?", "La salle est grande.", False),
        ("combien d'ascenseurs ?", "Il y en a deux.", True),
        ("¿cuántos ascensores hay?", "No hay ningún ascensor.", True),
        ("is there a lift?", "The hall has no lift.", True),
    ],
)
async def test_where_a_number_is_asked_for_and_known_an_answer_without_one_is_not_shown(
    question: str, says: str, *, shown: bool
) -> None:
    told = [
        passage("a", "A lamp."),
        passage("b", "The hall has two doors, no lift, and holds 80 people."),
    ]
    written = await answering.paragraph(
        Model("a", "b", says=says), question, "personal", told, "evt_1"
    )
    assert (written is not None) == shown


async def test_an_answer_from_a_source_that_is_not_there_is_not_shown() -> None:
    told = [passage("a", "The hall holds 80 people.")]
    for question in ("how many people?", "is there a lift?"):
        model = Model("a", says="The hall has no lift.")  # from a second one
        assert await answering.paragraph(model, question, "personal", told, "evt_1") is None


async def test_where_no_source_has_a_number_an_answer_may_say_so() -> None:
    told = [passage("a", "A lamp."), passage("b", "The hall has no lift.")]
    model = Model("a", "b", says="That does not stand there.")
    assert await answering.paragraph(model, "how many lifts?", "personal", told, "evt_1")
