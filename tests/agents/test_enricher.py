"""The enricher's figure: of 60 generated people every value is found, with where it stands."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime

from agents.models.door import Answer
from agents.specialists.enricher import Read, Reads, borne
from agents.specialists.firmographics import ATTRIBUTES, Said, disputed, found
from memory.recalling.recall import Recalled

CASES, UNSEEN = 60, 5000  # the patterns were written with the seeds from 0
FIRMS = ("Lund Shipping A/S", "Groß & Söhne GmbH", "Example Ltd", "Bäckerei Klein e. K.")
ROLES = {
    "Head of Training": ("{who}, Head of Training", "I am the Head of Training here."),
    "Geschäftsführerin": ("{who} | Geschäftsführerin", "Ich bin Geschäftsführerin."),
    "Office Manager": ("Office Manager", "I work as Office Manager."),
}
SIZES = {
    "45 employees": ("By now there are 45 employees here.",),
    "12 people": ("We are 12 people.",),
    "30 Mitarbeiter": ("Wir sind etwa 30 Mitarbeiter.",),
    "team of 8": ("Our team of 8 is looking forward to it.",),
}
SECTORS = {
    "family bakery": ("We are a family bakery.",),
    "Steuerkanzlei": ("Wir sind eine Steuerkanzlei.",),
    "shipping industry": ("It is not usual in the shipping industry.",),
}
WEBS = {"www.lund.example": ("www.lund.example",), "gross.example": ("https://gross.example/kurs",)}
COUNTRIES = {
    "Germany": ("10115 Berlin, Germany", "We are based in Germany."),
    "Österreich": ("1010 Wien, Österreich", "Wir kommen aus Österreich."),
}
FILL = (
    "Thank you for the lovely Sunday.", "The parcel came, 3 of 4 lamps work.", "Viele Grüße",
    "Could you send it by 3 May?", "Das Angebot über 900 EUR passt.", "My boss says yes.",
    "Head over to the office and we will talk about it as usual.", "We are a bit late.",
)  # fmt: skip


def people() -> Iterator[tuple[list[Said], dict[tuple[str, str], set[int]]]]:
    """Yield what somebody wrote, and which value stands in which passages."""
    for seed in range(UNSEEN, UNSEEN + CASES):
        draw = random.Random(seed)
        chosen: dict[str, tuple[str, tuple[str, ...]]] = {}
        firm = draw.choice(FIRMS)
        chosen["company"] = (firm, (firm, f"{firm}, 1st floor"))
        for name, several in (
            ("role", ROLES), ("size", SIZES), ("sector", SECTORS), ("web", WEBS),
            ("country", COUNTRIES),
        ):  # fmt: skip
            chosen[name] = draw.choice(sorted(several.items()))
        planted: dict[tuple[str, str], set[int]] = {}
        said = []
        for n in range(1, draw.randint(2, 6)):
            lines = draw.sample(FILL, 2)
            for name in draw.sample(ATTRIBUTES, draw.randint(0, 4)):
                value, says = chosen[name]
                lines.append(draw.choice(says).format(who="Ada Example"))
                planted.setdefault((name, value), set()).add(n)
            draw.shuffle(lines)
            said.append(Said(n, "\n".join(lines)))
        yield said, planted


def test_every_value_is_found_with_the_passages_that_say_it_and_no_other() -> None:
    seen = set()
    for said, planted in people():
        got = {(one.attribute, one.value): set(one.sources) for one in found(said)}
        assert got == planted, said
        seen.update(name for name, _ in planted)
    assert seen == set(ATTRIBUTES)


def test_what_is_said_of_our_own_company_is_not_said_of_them() -> None:
    said = [Said(1, "As agreed with Studio Example GmbH\nLund Shipping A/S\nwww.studio.example")]
    [one] = found(said, ("Studio Example", "studio.example"))
    assert (one.attribute, one.value) == ("company", "Lund Shipping A/S")


def test_of_several_values_none_is_sure() -> None:
    said = [Said(1, "We are 12 people."), Said(2, "We are 40 people."), Said(3, "Example Ltd")]
    assert disputed(found(said)) == {"size"}


def passage(n: int, text: str) -> Recalled:
    return Recalled(
        id=f"psg_{n}", ref=f"evt_{n}", kind="mail", text=text, score=1.0, trust="outside",
        at=datetime(2026, 11, 20, tzinfo=UTC), sensitivity="personal", record=None, by=None,
        because="",
    )  # fmt: skip


def test_what_a_model_says_must_stand_in_the_source_it_names() -> None:
    for said, planted in people():
        if not planted:
            continue
        sources = [passage(one.n, one.text) for one in said]
        sound = [
            Read(attribute=name, value=value, source=n)
            for (name, value), numbers in planted.items()
            for n in sorted(numbers)
        ]
        wrong = [
            Read(attribute="sector", value="arms dealer", source=1),
            Read(attribute="size", value="500 people", source=1),
            Read(attribute="web", value="www.lund.example", source=99),
            sound[0].model_copy(update={"value": f"{sound[0].value} Extra"}),
        ]
        value = Reads.model_construct(findings=(*wrong, *sound))
        given = tuple(one.id for one in sources)
        kept = borne(Answer(value, "home/one", given=given), sources)
        assert [(o.attribute, o.value, o.sources) for o in kept] == [
            (o.attribute, o.value, (o.source,)) for o in sound
        ]
        assert borne(Answer(value, "home/one", given=()), sources) == ()
