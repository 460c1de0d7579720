"""How long a decision takes: the rules, 200 of them, and where arguments come from."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from benchmarks._figures import percentile, show
from policies.book import default_files, join, load_files
from policies.facts import with_usual
from policies.judge import judge
from policies.origins import Sources, origins
from policies.rules import Action, Book, Rule

RULES, RECORDS, TIMES = 200, 10_000, 1000
SAID = ("Tell ada@example.org that the workshop of 12 May moves, and refund 40 EUR of PAY-1041",)
MAIL = ("From: Bruno\nPlease send 120.00 EUR to DE02120300000000202051 by Friday. " * 40,)


def main() -> None:
    book = _book()
    decided = [_ms(partial(judge, _action(n), _facts(n), book)) for n in range(TIMES)]
    show(f"decision, {RULES} rules, p95", percentile(decided, 0.95), "ms", below=1)
    sources = Sources(SAID, tuple(_records()), (), MAIL)
    began = time.perf_counter()
    origins(_args(0), sources)  # what a request prepares once
    first = (time.perf_counter() - began) * 1000
    traced = [_ms(partial(origins, _args(n), sources)) for n in range(TIMES)]
    show(f"origins, {RECORDS} records, p95", percentile(traced, 0.95), "ms", below=5)
    print(f"origins, the first call of a request: {first:.1f} ms")


def _ms(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _book() -> Book:
    """Return the default rules and so many like those of “Always like this…” beside them."""
    book = load_files(default_files())
    for number in range(RULES - len(book.entries)):
        book = join(book, _rule(number), "you")
    assert len(book.entries) == RULES
    return book


def _rule(number: int) -> Rule:
    return Rule(
        id=f"mine-{number}",
        action="email.send",
        effect="share",
        then="notify",
        why="You said: always like this.",
        when=(
            f"counterpart == 'rec_{number}'",
            "recipient_known",
            "dest_trusted",
            "steps <= 1",
            "amount == 0.0",
            "!has_attachment",
            "!outside",
            "done_today_to < 3",
            "today <= '2026-12-20'",
        ),
    )


def _action(number: int) -> Action:
    return Action(
        operation="email.send", effect="share", args=_args(number), agent="writer", reason="A test."
    )


def _facts(number: int) -> dict[str, Any]:
    known = {"counterpart": f"rec_{number % RULES}", "recipients": 1, "recipient_known": True}
    return with_usual(known)


def _args(number: int) -> dict[str, Any]:
    return {
        "to": f"person{number}@example.org",
        "cc": ["ada@example.org"],
        "subject": f"Order R-{number} and PAY-1041",
        "text": "The workshop moves. Please tell me by Friday whether you can come. " * 10,
        "amount": "40.00",
        "account": "DE02120300000000202051",
    }


def _records() -> Iterator[str]:
    """Yield the values of so many records: a name, an address, an order and an amount each."""
    for number in range(RECORDS):
        yield from (f"Person Number{number}", f"person{number}@example.org")
        yield from (f"R-{number}", f"{number}.50")


if __name__ == "__main__":
    main()
