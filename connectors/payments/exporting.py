"""The books for other programs: the ledger as it is, for hledger, and the same for beancount.

What the operator wrote by hand is taken along where it is plain; what beancount could not read is
named by its line, never changed or guessed.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from connectors import disk
from connectors.contract import PermanentError
from connectors.payments import entries
from connectors.payments.entries import Entry
from connectors.payments.ledger import Ledger

JOURNAL, BEANCOUNT = "books.journal", "books.beancount"
HEAD = (
    "; The books of Firstmate as beancount reads them: `bean-check books.beancount`.\n"
    "; Written anew with every export; the ledger is the truth.\n"
)
ROOTS = {  # how hledger names the five kinds of account → how beancount does
    "asset": "Assets", "assets": "Assets", "expense": "Expenses", "expenses": "Expenses",
    "income": "Income", "revenue": "Income", "revenues": "Income", "equity": "Equity",
    "liability": "Liabilities", "liabilities": "Liabilities",
}  # fmt: skip
OTHER = "Equity:Other"
RESERVED = frozenset({"filename", "lineno"})
_KEY = re.compile(r"[a-z][a-z]+")
_CURRENCY = re.compile(r"[A-Z]{3}")


class Books(NamedTuple):
    """Both files, how many entries they hold, and the lines of the ledger that one leaves out."""

    journal: bytes
    beancount: bytes
    entries: int
    left_out: tuple[int, ...]


def export(folder: Path) -> Books:
    """Return the books in `folder`. PermanentError names the line that cannot be read."""
    ledger = Ledger(folder)
    with ledger.lock:
        journal = disk.read(ledger.path) or b""
        text = journal.decode("utf-8-sig", "replace")
        ledger.entries()  # says what is wrong with them
    found = [(each, _plain(each)) for each in entries.read(text, every=True)]
    kept = [each for each, plain in found if plain]
    left = tuple(each.line for each, plain in found if not plain)
    return Books(journal, beancount(kept).encode(), len(found), left)


def beancount(kept: Sequence[Entry]) -> str:
    """Return the entries as beancount reads them: its accounts opened on the day they begin."""
    begins: dict[str, date] = {}
    for one in kept:
        for posting in one.postings:
            begins[posting.account] = min(begins.get(posting.account, one.date), one.date)
    called = _accounts(begins)
    used = Counter(posting.currency for one in kept for posting in one.postings)
    options = [f'option "operating_currency" "{code}"\n' for code, _ in used.most_common()]
    opened = sorted((day, called[name]) for name, day in begins.items())
    opens = [f"{day} open {name}\n" for day, name in opened]
    written = ("\n".join(_written(one, called)) + "\n" for one in kept)
    return "\n".join(["".join([HEAD, *options]), "".join(opens), *written])


def _written(one: Entry, called: dict[str, str]) -> Iterator[str]:
    payee, bar, narration = one.description.partition(" | ")
    names = [payee, narration] if bar else [one.description]
    yield f"{one.date} * {' '.join(map(_text, names))}"
    tags = {"code": one.code, **one.tags}
    for name, value in tags.items():
        if value and _KEY.fullmatch(name) and name not in RESERVED:
            yield f"  {name}: {_text(value)}"
    for posting in one.postings:
        amount = f"{posting.amount:.2f}"
        yield f"  {called[posting.account]:<32} {amount:>14} {posting.currency}"


def _text(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _plain(one: Entry) -> bool:
    """Say whether beancount can have it: written out amounts in one currency that balance."""
    return bool(one.postings) and all(_CURRENCY.fullmatch(p.currency) for p in one.postings)


def _accounts(names: Iterable[str]) -> dict[str, str]:
    """Return each account under a name that beancount takes; no two get one."""
    called: dict[str, str] = {}
    for name in sorted(names):
        wanted = made = _account(name)
        number = 1
        while made in called.values():
            number += 1
            made = f"{wanted}-{number}"
        called[name] = made
    return called


def _account(name: str) -> str:
    first, *rest = name.split(":")
    root = ROOTS.get(first.casefold())
    parts = [part for each in (rest if root else [first, *rest]) if (part := _part(each))]
    return ":".join([root or OTHER, *(parts or ["General"])])


def _part(words: str) -> str:
    """Return one step of an account: it begins with a capital or a digit, and has no spaces."""
    bare = re.sub(r"[^A-Za-z0-9-]+", "-", words).strip("-")
    return bare[:1].upper() + bare[1:]


def said(books: Books) -> str:
    """Return what became of the entries, in a sentence or two."""
    one = "one entry" if books.entries == 1 else f"{books.entries} entries"
    if not books.left_out:
        return f"The books hold {one}."
    lines = ", ".join(map(str, books.left_out[:10]))
    more = " …" if len(books.left_out) > 10 else ""
    return (
        f"The books hold {one}. {BEANCOUNT} leaves out {len(books.left_out)} of your own that it "
        f"could not have as they are written, in line {lines}{more} of the ledger; {JOURNAL} has "
        "them."
    )


def write(folder: Path, books: Books) -> tuple[Path, Path]:
    """Write both files into a folder. PermanentError: one of them is there already."""
    written = (folder / JOURNAL, books.journal), (folder / BEANCOUNT, books.beancount)
    if there := next((path for path, _ in written if path.exists()), None):
        raise PermanentError(f"{there} is there already. Name another folder.")
    for path, data in written:
        disk.write(path, data)
    return written[0][0], written[1][0]
