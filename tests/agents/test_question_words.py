"""What asks and what wishes, measured on labelled sentences; half were written afterwards."""

import pytest

from agents.hearing import question_words
from agents.playbooks.library import load_folder
from agents.playbooks.routing import Route, Router
from memory.vectors.embed import find_encoder
from tests.agents.asked import HELD_OUT, TUNING
from tests.agents.sentences import HELD_OUT as ROUTED
from tests.agents.sentences import TUNING as ROUTED_TUNING

PLAYBOOKS = load_folder()
ALL = {playbook.id for playbook in PLAYBOOKS}
ASKED = (*TUNING, *HELD_OUT)


def becomes(said: str, route: Route) -> str:
    """Return what the front agent makes of it: an answer, a plan, or neither."""
    if question_words.asks(said, route):
        return "question"
    return "wish" if route.playbook is not None and route.playbook.steps else "neither"


@pytest.fixture(scope="module", params=["with an encoder", "by words alone"])
def router(request: pytest.FixtureRequest) -> Router:
    return Router(PLAYBOOKS, find_encoder() if request.param == "with an encoder" else None)


def test_the_sentences_are_many_in_two_languages_and_said_once() -> None:
    said = [sentence.casefold() for sentence, _ in ASKED]
    assert len(said) == len(set(said)) >= 130
    assert sum(label == "question" for _, label in HELD_OUT) >= 25
    assert sum(label == "wish" for _, label in HELD_OUT) >= 20


async def test_no_question_becomes_a_plan_and_no_wish_an_answer(router: Router) -> None:
    wrong = []
    for sentence, label in ASKED:
        made = becomes(sentence, await router.route(sentence, ALL))
        if (made == "wish" and label == "question") or (made == "question" and label != "question"):
            wrong.append((sentence, label, made))
    assert wrong == []


async def test_questions_are_known_as_such(router: Router) -> None:
    asked = [sentence for sentence, label in HELD_OUT if label == "question"]
    known = [s for s in asked if becomes(s, await router.route(s, ALL)) == "question"]
    assert len(known) >= 0.95 * len(asked), set(asked) - set(known)


async def test_what_asks_for_something_to_be_done_still_finds_its_playbook(router: Router) -> None:
    for sentence, wanted in (*ROUTED, *ROUTED_TUNING):
        route = await router.route(sentence, ALL)
        if route.playbook is not None and route.playbook.steps and route.playbook.id == wanted:
            assert becomes(sentence, route) == "wish", sentence
