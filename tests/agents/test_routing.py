"""Which playbook a sentence asks for; measured on sentences nothing was chosen by."""

from collections import Counter

import pytest

from agents.playbooks.library import load_folder
from agents.playbooks.routing import Route, Router, wishes
from memory.vectors.embed import Encoder, find_encoder
from tests.agents.sentences import HELD_OUT, TUNING

PLAYBOOKS = load_folder()
ALL = {playbook.id for playbook in PLAYBOOKS}


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    found = find_encoder()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def router(encoder: Encoder) -> Router:
    return Router(PLAYBOOKS, encoder)


def chosen(route: Route) -> str | None:
    return route.playbook.id if route.playbook else None


async def counted(router: Router) -> Counter[str]:
    """Return how often the router was right, wrong or silent, and silent where it should be."""
    counts: Counter[str] = Counter()
    for sentence, wanted in HELD_OUT:
        found = chosen(await router.route(sentence, ALL))
        if wanted is None:
            counts["rightly none" if found is None else "wrongly some"] += 1
        else:
            counts["right" if found == wanted else "none" if found is None else "wrong"] += 1
    return counts


def test_the_held_out_sentences_are_many_and_new() -> None:
    assert len(HELD_OUT) >= 60
    assert sum(wanted is None for _, wanted in HELD_OUT) >= 25
    known = {text.casefold() for p in PLAYBOOKS for text in (*p.examples, *p.unlike)}
    known |= {sentence.casefold() for sentence, _ in TUNING}
    assert not known & {sentence.casefold() for sentence, _ in HELD_OUT}


async def test_with_an_encoder_wishes_are_found_and_effects_are_not_guessed(router: Router) -> None:
    counts = await counted(router)
    assert counts["wrong"] == counts["wrongly some"] == 0
    assert counts["right"] >= 33  # of 44; the others get a question


async def test_without_an_encoder_effects_are_not_guessed_either() -> None:
    counts = await counted(Router(PLAYBOOKS))
    assert counts["wrong"] == counts["wrongly some"] == 0
    assert counts["right"] >= 32


@pytest.mark.parametrize(
    ("text", "playbook", "said"),
    [
        ("/remind me on Friday at 9 about invoice 7", "remind", "remind me on Friday"),
        ("/remind@firstmate_bot on Friday: rent", "remind", "on Friday: rent"),
        ("/refund order 1042", "refund", "refund order 1042"),
        ("/note on Ada: likes tea", "note", "note on Ada: likes tea"),
        ("/about Ada", "about", "Ada"),
        ("/send-invoice Ada", "send-invoice", "Ada"),
        ("/REMIND tomorrow", "remind", "tomorrow"),
        ("/paid", "record-payment", ""),
    ],
)
async def test_a_command_names_its_playbook(text: str, playbook: str, said: str) -> None:
    route = await Router(PLAYBOOKS).route(text, ALL)
    assert (chosen(route), route.how) == (playbook, "command")
    assert route.text.startswith(said)


async def test_an_unknown_command_is_no_wish(router: Router) -> None:
    route = await router.route("/refnd Ada 40 EUR, please", ALL)
    assert (route.playbook, route.how) == (None, "command")


@pytest.mark.parametrize(
    ("text", "group", "words"),
    [
        ("Please remind me tomorrow at 9 to call Ada.", "at", " tomorrow at 9"),
        ("note on Ada Example: prefers mornings", "about", "Ada Example"),
        ("tell Ada that we are late", "text", "we are late"),
        ("publish Spring: new dates", "title", "Spring"),
        ("erinnere mich morgen um 9 an Rechnung 7", "text", "Rechnung 7"),
    ],
)
async def test_a_pattern_says_where_the_slots_are(text: str, group: str, words: str) -> None:
    route = await Router(PLAYBOOKS).route(text, ALL)
    assert route.how == "pattern"
    start, end = route.groups[group]
    assert route.text[start:end].rstrip(".") == words


async def test_the_end_of_a_long_text_belongs_to_its_slot() -> None:
    text = "publish Spring: " + "word " * 4000
    route = await Router(PLAYBOOKS).route(text, ALL)
    assert route.groups["text"][1] == len(text)


async def test_what_is_switched_off_is_recognised_and_reported(router: Router) -> None:
    for text in (
        "/refund order 7",
        "refund order 7",
        "Ada should receive her money back for the course",
    ):
        route = await router.route(text, ALL - {"refund"})
        assert (chosen(route), route.off) == ("refund", True)
        assert not (await router.route(text, ALL)).off


@pytest.mark.parametrize(
    "text",
    [
        "don't refund Ada", "did Ada get her refund?", "cancel the refund for Ada", "", "?!", "Ada",
        "move the meeting with Grace to Thursday", "never give Ada her money back",
        "stop sending Ada the October invoice", "change the call with Ada to Tuesday at 14:30",
    ],
)  # fmt: skip
async def test_a_question_a_refusal_or_a_fragment_asks_for_nothing(
    router: Router, text: str
) -> None:
    assert (await router.route(text, ALL)).playbook is None


async def test_what_is_not_sure_names_the_one_to_ask_about(router: Router) -> None:
    route = await router.route("he asked for his money back, please do that", ALL)
    assert route.playbook is None
    assert route.runner_up is not None
    assert route.runner_up.id == "refund"


async def test_no_sentence_fits_the_patterns_of_two_playbooks() -> None:
    routers = [Router([playbook]) for playbook in PLAYBOOKS]
    for sentence, wanted in (*TUNING, *HELD_OUT):
        routes = [await router.route(sentence, ALL) for router in routers]
        fits = {chosen(route) for route in routes if route.how == "pattern"}
        assert fits <= {wanted}, sentence


async def test_a_long_text_is_routed_at_once(router: Router) -> None:
    assert (await router.route("a b " * 50_000, ALL)).playbook is None


@pytest.mark.parametrize(
    ("mail", "playbooks"),
    [
        ("Hi, it was not for me. Could I get a refund? Ada", ["refund", "write-mail"]),
        ("I would like my money back for order 1042.", ["refund"]),
        ("Bitte erstatten Sie mir den Betrag. Und schicken Sie mir die Rechnung.",
         ["refund", "send-invoice"]),
        ("Ich möchte eine Rückerstattung.", ["refund"]),
        ("Pouvez-vous me rembourser ? Merci", ["refund", "write-mail"]),
        ("Quisiera un reembolso del pedido 7.", ["refund"]),
        ("I lost the invoice, please send it again.", ["send-invoice"]),
        ("Ich brauche noch die Rechnung für meinen Steuerberater.", ["send-invoice"]),
        ("Merci de m'envoyer la facture.", ["send-invoice"]),
        ("Necesito la factura de octubre.", ["send-invoice"]),
        ("Could we have a short call next week.", ["book-meeting"]),
        ("Thanks for the refund, all is well.", []),
        ("No refund needed, all is well.", []),
        ("I do not want a refund, I love it.", []),
        ("Your refund policy is nice.", []),
        ("Vielen Dank für den schönen Kurs.", []),
    ],
)  # fmt: skip
def test_the_wish_in_a_mail_is_recognised(mail: str, playbooks: list[str]) -> None:
    assert [playbook.id for playbook in wishes(mail, PLAYBOOKS)] == playbooks


@pytest.mark.parametrize(
    "said",
    [
        "Ada says that 60 EUR are on their way",
        "Ada says the 45 EUR are on the way",
        "Bob will pay 80 EUR next week",
        "Ada promised to transfer 120 EUR on Monday",
    ],
)
async def test_money_that_is_only_promised_has_not_arrived(router: Router, said: str) -> None:
    route = await router.route(said, ALL)
    assert route.playbook is None or route.playbook.id != "record-payment"
