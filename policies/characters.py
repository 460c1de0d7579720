"""Characters that hide or imitate others: found, named, made visible.

After Unicode TR 36 and TR 39. Flags, joined emoji, the joiners of Indic and Arabic writing, and
Latin beside Chinese, Japanese or Korean are ordinary text.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_HIDDEN_KINDS = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")  # letters without ink
_JOINERS = "\u200c\u200d"
_VARIATIONS = re.compile("[\ufe00-\ufe0f\U000e0000-\U000e0fff]")
_IMITATED = "@./"  # with letters and digits, what addresses are made of
_EAST = frozenset({"BOPOMOFO", "CJK", "HANGUL", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"})
_LETTERS_OF_SCIENCE = "ΩμπΔ"  # 10 kΩ and 5 μm are honest
_INFORMATION = "\u2139"  # the only emoji that is a letter
_WORD = re.compile(r"[^\W_]+")
_ODD_ASCII = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def suspicious(value: str) -> str | None:
    """Return the first character that hides or imitates another ("U+202E"), None for plain text."""
    at = min(_odd(value), default=None)
    return None if at is None else _named(value[at])


def visible(text: str) -> str:
    """Return the text with every such character written out: "pay⟨U+202E⟩me"."""
    odd = set(_odd(text))
    if not odd:
        return text
    return "".join(f"⟨{_named(c)}⟩" if at in odd else c for at, c in enumerate(text))


def _named(character: str) -> str:
    return f"U+{ord(character):04X}"


def _odd(text: str) -> Iterator[int]:
    if text.isascii():
        yield from (match.start() for match in _ODD_ASCII.finditer(text))
        return
    for at, character in enumerate(text):
        emoji = text[at + 1 : at + 2] == "\ufe0f"
        if (_imitates(character) and not emoji) or (_hides(character) and not _in_place(text, at)):
            yield at
    yield from _strangers(text)


@lru_cache(maxsize=4096)
def _hides(character: str) -> bool:
    if character in "\t\n\r":
        return False
    return (
        unicodedata.category(character) in _HIDDEN_KINDS
        or character in _BLANKS
        or _VARIATIONS.match(character) is not None
    )


@lru_cache(maxsize=4096)
def _imitates(character: str) -> bool:
    """Say whether it is another form of a plain letter: full-width, mathematical, Kelvin."""
    if character.isascii():
        return False
    plain = unicodedata.normalize("NFKC", character)
    if len(plain) != 1 or not plain.isascii():
        return False
    if unicodedata.decomposition(character).startswith(("<super>", "<sub>", "<circle>")):
        return False
    return plain.isalnum() or plain in _IMITATED


def _in_place(text: str, at: int) -> bool:
    """Say whether a joiner or a variation selector does its ordinary work here."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if not before:
        return False
    if text[at] in _JOINERS:
        return bool(after) and (
            (_pictorial(before) and _pictorial(after)) or (_joining(before) and _joining(after))
        )
    if text[at] in "\ufe0e\ufe0f":
        return (
            after == "\u20e3" or before == _INFORMATION or unicodedata.category(before)[0] in "SP"
        )
    return False


def _pictorial(character: str) -> bool:
    return unicodedata.category(character)[0] == "S" or character == "\ufe0f"


def _joining(character: str) -> bool:
    kind = unicodedata.category(character)
    return kind in {"Lo", "Mc", "Mn"} and _script(character) not in _EAST


def _strangers(text: str) -> Iterator[int]:
    """Yield the letters that come from another script than the rest of their word.

    A value without spaces that has a dot, @ or slash is one word: "аррӏе.com" mixes two scripts.
    """  # noqa: RUF002 the look-alikes are the point
    if not re.search(r"\s", text) and re.search(r"[@./]", text):
        yield from _minority(text, 0, usual="LATIN")
        return
    for word in _WORD.finditer(text):
        if not word[0].isascii():
            yield from _minority(word[0], word.start())


def _minority(word: str, start: int, usual: str = "") -> Iterator[int]:
    scripts = [_script(character) for character in word]
    present = {script for script in scripts if script}
    if len(present) < 2 or present == {"LATIN", "EAST"}:
        return
    if usual not in present:
        usual = max(sorted(present), key=lambda script: (scripts.count(script), script == "LATIN"))
    yield from (
        start + at for at, script in enumerate(scripts) if script and script not in {usual, "EAST"}
    )


@lru_cache(maxsize=4096)
def _script(character: str) -> str:
    """Return the script of a letter ("LATIN", "CYRILLIC"), "" for what belongs to every script."""
    if character.isascii():
        return "LATIN" if character.isalpha() else ""
    if unicodedata.category(character)[0] != "L" or character in _LETTERS_OF_SCIENCE:
        return ""
    if unicodedata.decomposition(character).startswith("<"):
        return ""
    script = unicodedata.name(character, "").split(" ")[0]
    return "EAST" if script in _EAST else script
