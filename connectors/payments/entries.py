"""The text of the ledger: double entries in hledger's format, read and written without loss.

    2026-11-21 * (REF-1) Ada Example | refund of PAY-1042
        ; refund: PAY-1042
        ; key: eff_01k9…
        income:refunds         40.00 EUR
        assets:bank           -40.00 EUR

Entries that carry one of our KINDS as a tag must be well formed, whoever wrote them. All others,
and comments and directives, are the operator's and are only stepped over.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from connectors.contract import PermanentError
from connectors.money import in_words

KINDS = ("payment", "refund", "invoice", "paid", "reverses")
HEADER = re.compile(
    r"(?P<date>\S+)(?:\s+[*!])?(?:\s+\((?P<code>[^)]*)\))?(?:\s+(?P<description>[^;]*))?(?:;.*)?"
)
TAG = re.compile(r"\s+;\s*(?P<name>[a-z]+):(?:\s+(?P<value>.*))?")
POSTING = re.compile(
    r"\s+(?P<account>[^\s;](?:\S| (?! ))*)"
    r"(?:\s{2,}(?P<amount>-?\d+(?:\.\d{1,2})?) (?P<currency>[A-Z]{3}))?\s*(?:;.*)?"
)


@dataclass(frozen=True, slots=True)
class Posting:
    """One side of an entry; positive is debit."""

    account: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One dated entry. `tags` are its comment lines `; name: value`."""

    date: date
    code: str
    description: str
    tags: Mapping[str, str]
    postings: tuple[Posting, ...]
    line: int = field(default=0, compare=False)  # of its header, from 1
    end: int = field(default=0, compare=False)  # the number of the last line that belongs to it

    @property
    def amount(self) -> Decimal:
        return sum((p.amount for p in self.postings if p.amount > 0), Decimal(0))

    @property
    def currency(self) -> str:
        return self.postings[0].currency


def write(entry: Entry) -> str:
    """Return the entry as text that `read` gives back unchanged, ending in a newline."""
    description = re.sub(r"[;()]", " ", entry.description)
    lines = [f"{entry.date} * ({entry.code}) {one_line(description)}"]
    lines += [f"    ; {name}: {one_line(value)}" for name, value in entry.tags.items() if value]
    lines += [f"    {p.account:<24}{in_words(p.amount, p.currency):>18}" for p in entry.postings]
    return "\n".join(lines) + "\n"


def read(text: str, *, every: bool = False) -> Iterator[Entry]:
    """Yield every dated entry, those of the operator without postings.

    `every`: with the postings of those, too, where they are as plain as ours. Raises
    PermanentError that names the line which a person must mend.
    """
    lines = [line.rstrip("\r") for line in text.split("\n")]
    number, outside = 0, False  # outside: within a block `comment … end comment`
    while number < len(lines):
        number += 1
        line = lines[number - 1]
        if line.strip() in {"comment", "end comment"}:
            outside = line.strip() == "comment"
        elif line[:1].isdigit() and not outside:
            body = _body(lines, number)
            yield _entry(line, body, number, every)
            number += len(body)


def one_line(text: str) -> str:
    """Return the text without line breaks and control characters."""
    spaced = (" " if unicodedata.category(character) == "Cc" else character for character in text)
    return " ".join("".join(spaced).split())


def broken(line: int, why: str) -> PermanentError:
    return PermanentError(f"Line {line} of the ledger {why} Mend it in the file, then try again.")


def _body(lines: list[str], header: int) -> list[str]:
    end = header
    while end < len(lines) and lines[end][:1].isspace() and lines[end].strip():
        end += 1
    return lines[header:end]


def _entry(header: str, body: list[str], number: int, every: bool) -> Entry:
    head = HEADER.fullmatch(header)
    if head is None:
        raise broken(number, "is not the head of an entry.")
    tags = {tag["name"]: tag["value"] or "" for line in body if (tag := TAG.fullmatch(line))}
    ours = any(tags.get(kind) for kind in KINDS)
    return Entry(
        date=_date(head["date"], number),
        code=head["code"] or "",
        description=(head["description"] or "").strip(),
        tags=tags,
        postings=_postings(body, number) if ours else _if_plain(body, number) if every else (),
        line=number,
        end=number + len(body),
    )


def _date(text: str, line: int) -> date:
    try:
        year, month, day = re.split(r"[-/.]", text.partition("=")[0])
        return date(int(year), int(month), int(day))
    except ValueError as error:
        raise broken(line, f"has no date I can read: {text!r}. Write 2026-11-21.") from error


def _if_plain(body: list[str], header: int) -> tuple[Posting, ...]:
    try:
        return _postings(body, header)
    except PermanentError:
        return ()


def _postings(body: list[str], header: int) -> tuple[Posting, ...]:
    postings: list[Posting] = []
    open_account = ""
    for number, line in enumerate(body, header + 1):
        if line.lstrip().startswith(";"):
            continue
        found = POSTING.fullmatch(line)
        if found is None:
            raise broken(number, f"has no amount I can read: {line.strip()!r}. Write 40.00 EUR.")
        if found["amount"]:
            amount = Decimal(found["amount"])
            postings.append(Posting(found["account"], amount, found["currency"]))
        elif open_account:
            raise broken(number, "has no amount, nor has one above it.")
        else:
            open_account = found["account"]
    return _balanced(postings, open_account, header)


def _balanced(postings: list[Posting], open_account: str, line: int) -> tuple[Posting, ...]:
    if len({posting.currency for posting in postings}) != 1:
        raise broken(line, "begins an entry that needs amounts in one currency.")
    left = sum((posting.amount for posting in postings), Decimal(0))
    if open_account:
        postings = [*postings, Posting(open_account, -left, postings[0].currency)]
    elif left:
        raise broken(line, f"begins an entry that does not balance; {left} too much.")
    return tuple(postings)
