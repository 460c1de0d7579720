"""What changed between two texts, word by word, so that one reading is enough to see it."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, takewhile
from typing import Literal

from engine.chat.alignment import aligned, costly

LINES_KEPT_MAX = 2  # unchanged lines that stay in sight; more are folded
FINE_CHARS_MAX = 40_000  # longer stretches are compared by what stands between spaces
SECTION_CHARS_MAX = 60

URL = r"(?:https?://|www\.)[^\s<>\"]*[^\s<>\".,;:!?)\]]"
EMAIL = r"(?<![\w.+-])[\w.+-]++@[\w-]+(?:\.[\w-]+)+"
_IBAN = r"\b[A-Z]{2}\d{2} ?[A-Z0-9]{4}(?: ?(?=[A-Z]*\d)[A-Z0-9]{4}){1,6}(?: ?\d{1,3})?\b"
_MONTH = (
    r"(?:Jan(?:uary|uar)?|Feb(?:ruary|ruar)?|Mar(?:ch)?|März|Apr(?:il)?|May|Mai|June?|Juni|July?"
    r"|Juli|Aug(?:ust)?|Sept?(?:ember)?|O[ck]t(?:ober)?|Nov(?:ember)?|De[cz](?:ember)?)\b"
)
_DATE = (
    r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b"
    r"|\b\d{1,2}:\d\d(?::\d\d)?\b"
    rf"|\b\d{{1,2}}\.? {_MONTH}(?: \d{{4}})?|\b{_MONTH} \d{{1,2}}(?:, \d{{4}})?\b"
)
_NUMBER = r"[-+\u2212]?\d{1,20}(?:[.,'\u2019:\u00a0\u202f]\d{1,9}){0,9}"
_AMOUNT = rf"(?:[€$£¥]|\b[A-Z]{{3}}\b) ?{_NUMBER}|{_NUMBER}[^\S\n]?(?:[€$£¥%]|[A-Z]{{3}}\b)"
_PHONE = r"\+\d[\d ()/-]{5,20}\d"
_ATOMIC = re.compile(rf"{URL}|{EMAIL}|{_IBAN}|{_DATE}|{_PHONE}|{_AMOUNT}")
_WORD = re.compile(rf"((?:{_ATOMIC.pattern}|\w+(?:[-'\u2019./+]\w+)*|{_NUMBER}|\S))(\s*)")
_COARSE_WORD = re.compile(r"(\S+)(\s*)")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_PARAGRAPH = re.compile(r"[^\n]*\n+|[^\n]+")
_SECTION = re.compile(r"#{1,6} +(?P<marked>.+)|(?P<numbered>\d+(?:\.\d+)*\.? +\S.*[^.,;:\s])")

Kind = Literal["same", "del", "ins"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text. Without the `ins` pieces they spell the old text, without `del` the new."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Hunk:
    """A stretch of whole lines: all unchanged and foldable, or holding changes."""

    section: str  # the heading it stands under, "" when there is none
    line: int  # number of its first line in the new text, from 1
    pieces: tuple[Piece, ...]

    @cached_property
    def lines(self) -> int:
        """How many lines it spans, marks included."""
        text = "".join(piece.text for piece in self.pieces)
        return text.count("\n") + (not text.endswith("\n"))

    @cached_property
    def changes(self) -> int:
        """How many places differ: a replacement is one."""
        return sum(1 for same, _ in groupby(self.pieces, lambda p: p.kind == "same") if not same)

    @cached_property
    def weight(self) -> tuple[bool, int]:
        """Sorts hunks by what they matter: changed amounts, dates and addresses first."""
        changed = [piece.text for piece in self.pieces if piece.kind != "same"]
        return any(map(is_exact, changed)), sum(map(len, changed))


def words(old: str, new: str) -> tuple[Piece, ...]:
    """Return how `old` becomes `new`. Numbers, dates, amounts, IBANs and addresses stay whole.

    A mark never begins or ends with a space: outer spaces are pieces of their own.
    """
    pieces: list[Piece] = []
    for before, after in _glued(_changes(old, new)):
        pieces += [Piece("same", before)] if before == after else _replaced(before, after)
    return tuple(_merged(pieces))


def hunks(old: str, new: str) -> tuple[Hunk, ...]:
    """Return the change in stretches of lines, unchanged ones longer than two lines apart.

    A hunk without changes is what a surface folds into "… 6 lines unchanged …".
    """
    return tuple(_placed(_stretches(_lines(words(old, new)))))


def by_line(hunk: Hunk) -> tuple[Hunk, ...]:
    """Return the lines of a hunk as hunks of their own."""
    lines = ([line] for line in _lines(hunk.pieces))
    return tuple(_placed(lines, hunk.section, hunk.line))


def ratio(old: str, new: str) -> float:
    """Return the share of changed words among the words of both texts, 0 to 1."""
    return share(words(old, new))


def share(pieces: Sequence[Piece]) -> float:
    """Return the share of changed words in an already computed change, 0 to 1."""
    counts = Counter[Kind]()
    for piece in pieces:
        counts[piece.kind] += _word_count(piece.text)
    changed = counts["del"] + counts["ins"]
    return changed / max(1, changed + 2 * counts["same"])


def is_exact(text: str) -> bool:
    """Say whether a text holds something that must be right to the letter: an amount, a date…"""
    return any(char.isdigit() for char in text) or _ATOMIC.search(text) is not None


def joins(before: str, char: str) -> bool:
    """Say whether `char` belongs to the character before it, as accents and emoji parts do."""
    if char < "\u0300":
        return False
    return (
        unicodedata.category(char) in ("Mn", "Mc", "Me")
        or char == "\u200d"
        or before.endswith("\u200d")
        or "\U0001f3fb" <= char <= "\U0001f3ff"  # skin tones
        or (_is_flag_half(char) and len(before) - len(before.rstrip(_FLAG_HALVES)) & 1 == 1)
    )


_FLAG_HALVES = "".join(map(chr, range(0x1F1E6, 0x1F200)))


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


Change = tuple[str, str]  # (before, after); equal when nothing changed
Word = tuple[str, str]  # (the word, the space after it)


def _changes(old: str, new: str) -> Iterator[Change]:
    """Compare paragraphs first, then words where these differ: long texts stay fast."""
    before, after = _PARAGRAPH.findall(old), _PARAGRAPH.findall(new)
    for same, i, j in aligned(before, after):
        if same or not before[i] or not after[j]:
            yield "".join(before[i]), "".join(after[j])
        else:
            yield from _in_paragraphs(before[i], after[j])


def _in_paragraphs(old: list[str], new: list[str]) -> Iterator[Change]:
    before, after = _words("".join(old)), _words("".join(new))
    olds, news = [word for word, _ in before], [word for word, _ in after]
    if len(old) == len(new) > 1 and costly(olds, news):
        for paragraph, other in zip(old, new, strict=True):
            yield from _in_paragraphs([paragraph], [other])
        return
    for same, i, j in aligned(olds, news):
        if before[i] == after[j]:
            yield _spelled(before[i]), _spelled(after[j])
        elif same:
            for (word, space), (_, other_space) in zip(before[i], after[j], strict=True):
                yield word, word
                yield space, other_space
        else:
            yield _spelled(before[i]), _spelled(after[j])


def _words(text: str) -> list[Word]:
    body = text.lstrip()
    words: list[Word] = [("", text[: len(text) - len(body)])]
    for word, space in (_WORD if len(text) <= FINE_CHARS_MAX else _COARSE_WORD).findall(body):
        if not words[-1][1] and words[-1][0] and joins(words[-1][0], word[0]):
            words[-1] = words[-1][0] + word, space
        else:
            words.append((word, space))
    return words


def _spelled(words: list[Word]) -> str:
    return "".join(word + space for word, space in words)


def _glued(changes: Iterator[Change]) -> Iterator[Change]:
    """Join replacements that only a space or one plain word keeps apart: they read as one."""
    held: Change | None = None  # the last change
    gap = ""  # what stood unchanged since
    for before, after in changes:
        if before == after:
            if held is None:
                yield before, after
            else:
                gap += before
        elif held is None:
            held = before, after
        elif _reads_as_one(held, gap, (before, after)):
            held, gap = (held[0] + gap + before, held[1] + gap + after), ""
        else:
            yield held
            if gap:
                yield gap, gap
            held, gap = (before, after), ""
    if held is not None:
        yield held
    if gap:
        yield gap, gap


def _reads_as_one(first: Change, gap: str, second: Change) -> bool:
    if not gap:
        return True
    both = (first[0] + second[0]).strip() and (first[1] + second[1]).strip()
    word = gap.strip()
    plain = not word or (word.isalpha() and gap != word)
    return bool(both) and plain and "\n" not in first[0] + first[1] + gap + second[0] + second[1]


def _replaced(before: str, after: str) -> Iterator[Piece]:
    """Mark a replacement, with the spaces both sides share left outside."""
    head = _shared(_leading(before), _leading(after))
    before, after = before[len(head) :], after[len(head) :]
    tail = _shared(_leading(before[::-1]), _leading(after[::-1]))[::-1]
    yield Piece("same", head)
    yield from _marked("del", before[: len(before) - len(tail)])
    yield from _marked("ins", after[: len(after) - len(tail)])
    yield Piece("same", tail)


def _marked(kind: Kind, text: str) -> Iterator[Piece]:
    core = text.strip()
    start = text.index(core) if core else len(text)
    yield from (
        Piece(kind, text[:start]),
        Piece(kind, core),
        Piece(kind, text[start + len(core) :]),
    )


def _shared(one: str, other: str) -> str:
    pairs = zip(one, other, strict=False)
    return "".join(a for a, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _leading(text: str) -> str:
    return text[: len(text) - len(text.lstrip())]


def _merged(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Join unchanged neighbours and drop empty pieces; marks keep their own pieces."""
    filled = [piece for piece in pieces if piece.text]
    for same, group in groupby(filled, lambda piece: piece.kind == "same"):
        if same:
            yield Piece("same", "".join(piece.text for piece in group))
        else:
            yield from group


def _word_count(text: str) -> int:
    return sum(1 for word in text.split() if any(char.isalnum() for char in word))


def _lines(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    line: list[Piece] = []
    for piece in pieces:
        for part in _LINE.findall(piece.text):
            line.append(Piece(piece.kind, part))
            if part.endswith("\n"):
                yield line
                line = []
    if line:
        yield line


def _stretches(lines: Iterator[list[Piece]]) -> Iterator[list[list[Piece]]]:
    """Group lines; a short unchanged stretch stays with the change it stands next to."""
    stretch: list[list[Piece]] = []
    for same, group in groupby(lines, lambda line: all(piece.kind == "same" for piece in line)):
        run = list(group)
        if same and sum(1 for line in run if line[0].text.strip()) > LINES_KEPT_MAX:
            if stretch:
                yield stretch
            yield run
            stretch = []
        else:
            stretch += run
    if stretch:
        yield stretch


def _placed(
    stretches: Iterator[list[list[Piece]]], section: str = "", number: int = 1
) -> Iterator[Hunk]:
    for stretch in stretches:
        first, under = number, section
        for index, line in enumerate(stretch):
            after = "".join(piece.text for piece in line if piece.kind != "del")
            number += after.endswith("\n")
            section = _section(after) or section
            under = section if index == 0 else under
        yield Hunk(under, first, tuple(_merged([piece for line in stretch for piece in line])))


def _section(line: str) -> str:
    match = _SECTION.fullmatch(line.strip())
    if match is None or len(line) > SECTION_CHARS_MAX:
        return ""
    return match["marked"] or match["numbered"]
