"""Characters that deceive the eye are shown by their number, on every surface."""

import re
import unicodedata

# Latin's look-alikes among the Cyrillic and Greek letters (Unicode TR 39, the common ones).
LOOKALIKES = frozenset(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u04bb\u051b\u051d"
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0406\u0408\u0405"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf\u03bd"
)
_EMOJI_FLAG = re.compile("\U0001f3f4[\U000e0061-\U000e007a]{2,6}\U000e007f")
_SUSPECT = re.compile(
    "["
    r"\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"  # controls, separators, surrogates
    r"\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # formats
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # more formats, tags
    r"\ufe00-\ufe0f\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"  # selectors, blank letters
    r"\ue000-\uf8ff\U000f0000-\U0010ffff"  # private use
    "]"
)
_WORD = re.compile(r"\w+")
_JOINING_SCRIPTS = (
    "ARABIC",
    "SYRIAC",
    "MONGOLIAN",
    "DEVANAGARI",
    "BENGALI",
    "GUJARATI",
    "GURMUKHI",
    "KANNADA",
    "MALAYALAM",
    "ORIYA",
    "SINHALA",
    "TAMIL",
    "TELUGU",
)


def visible(text: str) -> str:
    """Return the text with bidi, zero-width, control and look-alike characters as `U+202E`.

    Joiners stay where a script or an emoji needs them. Line ends become `\\n`.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    flags = {
        place
        for flag in _EMOJI_FLAG.finditer(text)
        for place in range(flag.start() + 1, flag.end())
    }
    shown = _SUSPECT.sub(
        lambda match: match[0] if _belongs(match, flags) else _number(match[0]), text
    )
    return shown if LOOKALIKES.isdisjoint(shown) else _WORD.sub(_unmixed, shown)


def deceives(text: str) -> bool:
    """Say whether a person reading this text could take it for another one."""
    return visible(text) != text.replace("\r\n", "\n").replace("\r", "\n")


def _belongs(match: re.Match[str], flags: set[int]) -> bool:
    """Say whether a script or an emoji needs this character where it stands."""
    char, place, text = match[0], match.start(), match.string
    before, after = text[max(0, place - 1) : place], text[place + 1 : place + 2]
    if "\ufe00" <= char <= "\ufe0f":  # a variation selector, right after a sign
        return bool(before) and unicodedata.category(before) in ("So", "Sm", "Po", "Nd", "Sk")
    if char in "\u200c\u200d":
        return _takes_joiner(before) and _takes_joiner(after)
    return place in flags


def _takes_joiner(char: str) -> bool:
    if not char:
        return False
    name = unicodedata.name(char, "")
    return (
        unicodedata.category(char) in ("So", "Sk")
        or char == "\ufe0f"
        or (name.startswith(_JOINING_SCRIPTS))
    )


def _unmixed(word: re.Match[str]) -> str:
    """Show look-alike letters inside a word that is otherwise Latin."""
    if not LOOKALIKES.isdisjoint(word[0]) and re.search("[A-Za-z]", word[0]):
        return "".join(_number(char) if char in LOOKALIKES else char for char in word[0])
    return word[0]


def _number(char: str) -> str:
    return f"U+{ord(char):04X}"
