"""What somebody just wrote, apart from what they quote below or between it."""

import re
from dataclasses import dataclass

from connectors.files import labels

ATTRIBUTION_LINES_MAX = 4
ATTRIBUTION_CHARS_MAX = 400
_WHEN = re.compile(r"\d{1,2}[:.h]\d{2}|\d{4}")
_DASHED = re.compile(r"[>\s]*-{3,}\s*(\S.{1,60}?)\s*-{3,}\s*")
_SIGNATURE = re.compile(r"--\s?")


@dataclass(frozen=True, slots=True)
class Attribution:
    """The line above a quotation, "On Monday Ada wrote:", perhaps wrapped over several."""

    start: int
    end: int
    text: str


def newest(lines: list[str]) -> tuple[str, list[str]]:
    """(the writer's own text without signature, the lines that are quoted)."""
    cut, below = _cut(lines)
    own, quoted = _sift(lines[:cut])
    if below is not None:
        if _next(lines, below).startswith(">"):
            more_own, more_quoted = _sift(lines[below:])
            own, quoted = [*own, *more_own], [*quoted, *lines[cut:below], *more_quoted]
        else:
            quoted = [*quoted, *lines[cut:]]
    return _text(own), quoted


def attribution(lines: list[str]) -> Attribution | None:
    """The first line (or up to four joined) that says who wrote what follows."""
    for start, line in enumerate(lines):
        text = ""
        if not line.strip() or line.startswith(">"):
            continue
        for end in range(start, min(start + ATTRIBUTION_LINES_MAX, len(lines))):
            if not lines[end].strip():
                break
            text = f"{text} {lines[end].strip()}".strip()
            if len(text) > ATTRIBUTION_CHARS_MAX:
                break
            following = _next(lines, end + 1)
            if text[-1] in labels.COLONS and following and _says_who(text, following):
                return Attribution(start, end + 1, text)
    return None


def author(text: str) -> str:
    """The part of an attribution that names the person, as far as its words tell."""
    quoted = re.search(r"[\"„«“]\s*([^\"„«“”»]{1,100}?)\s*[\"”»“]\s*(<[^>]{3,200}>)", text)
    if quoted:
        return f"{quoted[1]} {quoted[2]}"
    named = re.search(r"([^\d,:;<>]{0,80}?)\s*(<[^>]{3,200}>)", text)
    name = re.split(r"\s(?:schrieb|skrev|om|kl|klo|at|um|à)\s", named[1])[-1] if named else ""
    return f"{name} {named[2]}" if named else text


def starts_before(lines: list[str], line: int) -> bool:
    """Does a quotation begin above this line and reach it?"""
    found = attribution(lines)
    if found is None or found.start >= line:
        return False
    if lines[line].startswith(">"):
        return True
    between = _next(lines[:line], found.end)
    return bool(between) and not between.startswith(">")


def joined(first: list[str], second: list[str]) -> str:
    """Two stretches of quoted lines as one text."""
    return "\n\n".join(filter(None, ("\n".join(part).strip() for part in (first, second))))


def _cut(lines: list[str]) -> tuple[int, int | None]:
    """Where history begins and where its text does; (all lines, None) without history."""
    found = attribution(lines)
    for n, line in enumerate(lines[: found.start] if found else lines):
        dashed = _DASHED.fullmatch(line[:200])
        if dashed and dashed[1].strip().casefold() in labels.ORIGINAL_LINES:
            return n, n + 1
    return (found.start, found.end) if found else (len(lines), None)


def _sift(lines: list[str]) -> tuple[list[str], list[str]]:
    """Lines with ">" are quoted, and so is a line that directly goes on with one."""
    own: list[str] = []
    quoted: list[str] = []
    within = False
    for line in lines:
        within = line.startswith(">") or (within and bool(line.strip()))
        (quoted if within else own).append(line)
    return own, quoted


def _text(lines: list[str]) -> str:
    for n, line in enumerate(lines):
        if n and _SIGNATURE.fullmatch(line):
            lines = lines[:n]
            break
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()


def _next(lines: list[str], at: int) -> str:
    return next((line.lstrip() for line in lines[at:] if line.strip()), "")


def _says_who(text: str, following: str) -> bool:
    if not _WHEN.search(text):
        return False
    if following.startswith(">"):
        return "@" in text or labels.WROTE.search(text) is not None
    return labels.WROTE.search(text) is not None
