"""Style: how the operator writes, found in what they change by hand in a draft, and applied. Pure.

An edit is taken apart into traits. What names somebody, a number or an address is never one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import NamedTuple

LINE_CHARS_MAX = 60
PHRASE_WORDS_MAX, PHRASE_CHARS_MAX = 16, 120
SHORT = 0.7  # of the words of a draft: who leaves fewer wants it shorter
LONG_WORDS_MIN = 15  # of what was shortened; below, a word more or less says nothing
ALIKE = 0.5  # of the words of two sentences, from which on one is a change of the other
SINGLE = ("greeting", "closing", "signature", "length", "address")  # one counts at a time
_FRAME = ("greeting", "closing", "signature")
SEVERAL = ("strike", "instead", "opening", "ending")
PARTS = (*SINGLE, *SEVERAL)
ARROW = " → "
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\s*\n\s*")
_WORD = re.compile(r"[^\W_]+")
_PARTICULAR = re.compile(r"\d|@|://|www\.")
_TURNS = {  # words that turn a sentence round: never a matter of style alone
    "not", "no", "never", "without", "nicht", "kein", "keine", "keinen", "nie", "ohne",
}  # fmt: skip
_FORMAL = re.compile(r"(?<![.!?\n] )(?<!^)\b(?:Sie|Ihnen|Ihr(?:e[mnrs]?)?)\b", re.MULTILINE)
_FAMILIAR = re.compile(r"\b(?:du|dich|dir|dein(?:e[mnrs]?)?)\b", re.IGNORECASE)


class Trait(NamedTuple):
    """One thing of how somebody writes. `part` is one of PARTS.

    `value`: the line or phrase; of `instead` “old → new”, of `address` du or Sie, else “short”.
    """

    part: str
    value: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A text taken apart: its first line where it greets, its last lines where they sign."""

    greeting: str
    body: str
    sign: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Style:
    """How the operator writes: of the single parts the one that counts, of the others all."""

    single: dict[str, str] = field(default_factory=dict)
    several: tuple[Trait, ...] = ()

    def all(self, part: str) -> Iterator[str]:
        return (value for name, value in self.several if name == part)

    @property
    def traits(self) -> tuple[Trait, ...]:
        return (*(Trait(*one) for one in self.single.items()), *self.several)

    @property
    def short(self) -> bool:
        return self.single.get("length") == "short"

    @property
    def familiar(self) -> bool:
        return self.single.get("address") == "du"


def traits(before: str, after: str, name: str, company: str) -> Iterator[Trait]:
    """Yield what an edit says of somebody's style. `name`: whom the text is for, "" if unknown."""
    old, new = read(before, name), read(after, name)
    found = [*_frame(old, new, name, company), *_body(old.body, new.body)]
    for trait in found:
        told = trait.value.replace("{name}", "").replace("{company}", "")
        if _PARTICULAR.search(told) or _names(told, name):
            continue
        if len(trait.value) <= PHRASE_CHARS_MAX:
            yield trait


def read(text: str, name: str = "") -> Letter:
    """Take a text apart. A greeting says the name or ends as greetings do."""
    blocks = [block.strip() for block in re.split(r"\n\s*\n", text.strip()) if block.strip()]
    first = name.split(" ")[0]
    greeting, sign = "", tuple[str, ...]()
    if len(blocks) > 1 and _is_greeting(blocks[0], first):
        greeting = blocks.pop(0)
    if len(blocks) > 1 and _is_sign(lines := tuple(map(str.strip, blocks[-1].splitlines()))):
        sign = lines
        blocks.pop()
    return Letter(greeting, "\n\n".join(blocks), sign)


def applied(text: str, style: Style, name: str = "", said: str = "") -> str:
    """Return a letter with the phrases struck, replaced and put in as the operator does.

    Greeting, closing, signature and form of address are the template's affair. What the operator
    `said` themselves stays, and so does what is no letter.
    """
    letter = read(text, name)
    if not (letter.greeting or letter.sign):
        return text
    body = letter.body
    for value in style.all("instead"):
        old, _, new = value.partition(ARROW)
        body = body if old in said else _put(body, old, new)
    for value in style.all("strike"):
        body = body if value in said else _put(body, value, "")
    body = re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in body.split("\n"))).strip()
    openings = [one for one in style.all("opening") if one not in body]
    endings = [one for one in style.all("ending") if one not in body]
    blocks = [letter.greeting, *openings, body, *endings, "\n".join(letter.sign)]
    return "\n\n".join(filter(None, blocks))


def explains(style: Style, before: str, after: str, name: str = "", company: str = "") -> bool:
    """Say whether an edit is what is known of the style and nothing besides: it teaches no more."""
    letter = read(applied(before, style, name), name)
    first = name.split(" ")[0]
    frame = {part: style.single[part] for part in _FRAME if part in style.single}
    greeting = frame.get("greeting", _named(letter.greeting, first)).replace("{name}", first)
    closing, signature = _signed(letter.sign)
    closing = frame.get("closing", closing)
    signature = frame.get("signature", signature).replace("{company}", company)
    sign = "\n".join(filter(None, (closing, signature)))
    whole = "\n\n".join(filter(None, (greeting, letter.body, sign if letter.sign else "")))
    return whole.split() == after.split()


def told(trait: Trait) -> str:
    """Return a trait in words of the operator: “you write “Hi {name},” to begin with”."""
    part, value = trait
    if part == "length":
        return "you make drafts much shorter"
    if part == "address":
        return f"you write “{value}”"
    if part == "strike":
        return f"you strike “{value}”"
    if part == "instead":
        old, _, new = value.partition(ARROW)
        return f"you write “{new}” instead of “{old}”"
    if part in ("opening", "ending"):
        return f"you {'begin' if part == 'opening' else 'end'} with “{value}”"
    if not value:
        return f"you leave the {part} out"
    return f"your {part} is “{value}”"


def _frame(old: Letter, new: Letter, name: str, company: str) -> Iterator[Trait]:
    first = name.split(" ")[0]
    if old.greeting and new.greeting and old.greeting != new.greeting:
        yield Trait("greeting", _named(new.greeting, first))
    if not old.sign or old.sign == new.sign:
        return
    closing, signature = _signed(old.sign)
    now = _signed_as(new.sign, closing, signature)
    for part, was, line in zip(("closing", "signature"), (closing, signature), now, strict=True):
        if was != line:
            yield Trait(part, line.replace(company, "{company}") if company else line)


def _signed(sign: tuple[str, ...]) -> tuple[str, str]:
    return (sign[0], sign[-1] if len(sign) > 1 else "") if sign else ("", "")


def _signed_as(sign: tuple[str, ...], closing: str, signature: str) -> tuple[str, str]:
    """Return closing and signature of the changed text; of one line, whichever it is."""
    if len(sign) == 1 and sign[0] == signature:
        return "", signature
    return _signed(sign)


def _body(old: str, new: str) -> Iterator[Trait]:
    count, left = len(old.split()), len(new.split())
    if count >= LONG_WORDS_MIN and 0 < left <= SHORT * count:
        yield Trait("length", "short")
    if turned := _address(old, new):
        yield Trait("address", turned)
        return  # every other word differs for that alone
    yield from _phrases(_sentences(old), _sentences(new))


def _phrases(old: list[str], new: list[str]) -> Iterator[Trait]:
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "delete":
            yield from (Trait("strike", one) for one in old[a:b] if _is_phrase(one))
        elif tag == "insert":
            yield from _put_in(new[c:d], at_first=c == 0, at_last=d == len(new))
        elif tag == "replace":
            yield from _changed(old[a:b], new[c:d])


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterator[Trait]:
    """Yield what became of each sentence: put in other words, or struck where none is like it."""
    left = list(new)
    for before in old:
        after = max(left, key=lambda one: _likeness(before, one), default="")
        if _likeness(before, after) >= ALIKE:
            left = left[left.index(after) + 1 :]
            yield from _reworded(before, after)
        elif len(new) < len(old) and _is_phrase(before):
            yield Trait("strike", before)


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio()


def _put_in(sentences: Sequence[str], *, at_first: bool, at_last: bool) -> Iterator[Trait]:
    """Yield a sentence that was put in; in the middle its place depends on what was said."""
    if len(sentences) == 1 and _is_phrase(sentences[0]) and at_first != at_last:
        yield Trait("opening" if at_first else "ending", sentences[0])


def _reworded(before: str, after: str) -> Iterator[Trait]:
    """Yield the phrases that differ in a sentence."""
    old, new = before.split(), after.split()
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        was, now = " ".join(old[a:b]), " ".join(new[c:d])
        if _turns(was) != _turns(now):
            continue
        if tag == "delete" and _is_phrase(was):
            yield Trait("strike", was)
        elif tag == "replace" and _is_phrase(was) and _is_phrase(now):
            yield Trait("instead", f"{was}{ARROW}{now}")


def _address(old: str, new: str) -> str:
    """Return the form of address that the edit changed to: du, Sie, or "" for none."""
    was = bool(_FORMAL.search(old)), bool(_FAMILIAR.search(old))
    now = bool(_FORMAL.search(new)), bool(_FAMILIAR.search(new))
    if was == (True, False) and now == (False, True):
        return "du"
    return "Sie" if was == (False, True) and now == (True, False) else ""


def _is_greeting(block: str, first: str) -> bool:
    one_line = "\n" not in block and len(block) <= LINE_CHARS_MAX
    return one_line and (block.endswith((",", "!", ":")) or (bool(first) and first in block))


def _is_sign(lines: Sequence[str]) -> bool:
    short = all(len(line) <= LINE_CHARS_MAX for line in lines) and len(lines) <= 2
    return short and not any(line.endswith((".", "?")) for line in lines)


def _named(greeting: str, first: str) -> str:
    return greeting.replace(first, "{name}") if first else greeting


def _names(text: str, name: str) -> bool:
    """Say whether the text says a part of this name."""
    words = set(_WORD.findall(text))
    return any(part in words for part in _WORD.findall(name))


def _turns(text: str) -> int:
    words = _WORD.findall(text.casefold().replace("n't", " not").replace("n\u2019t", " not"))
    return sum(word in _TURNS for word in words)


def _is_phrase(text: str) -> bool:
    return bool(_WORD.search(text)) and len(text.split()) <= PHRASE_WORDS_MAX


def _sentences(text: str) -> list[str]:
    return [one.strip() for one in _SENTENCE.split(text) if one.strip()]


def _put(text: str, old: str, new: str) -> str:
    """Put a phrase in the place of another, where that stands as words of its own."""
    before = r"(?<!\w)" if old[:1].isalnum() else ""
    after = r"(?!\w)" if old[-1:].isalnum() else ""
    pattern = rf"{before}{re.escape(old)}{after}"
    if new:
        return re.sub(pattern, lambda _: new, text)
    return re.sub(rf"[ \t]*{pattern}", "", text)
