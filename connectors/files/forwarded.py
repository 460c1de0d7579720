"""Whose words are these: the forwarder's own, the forwarded message's, or older history."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from textwrap import dedent

from connectors.files import dates, labels, quotes
from connectors.files.labels import COLONS
from connectors.files.people import people, person
from connectors.files.shapes import Forward, Original

CHAIN_MAX = 5
HEADER_LINES_MAX = 40
QUOTED_SHARE = 0.8
_LABEL = re.compile(
    rf"[>\s]*[*_]{{0,2}}([^\W\d_][^{COLONS}*<>@]{{0,24}}?)\s*[*_]{{0,2}}\s*[{COLONS}](.*)"
)
_DASHED = re.compile(r"\W*?[-=_]{3,}\s*([^-=_\s].{1,60}?)\s*[-=_]{3,}\W*")
_RULE = re.compile(r"[>\s]*[_-]{10,}\s*")
_INLINE = re.compile(r"\s*(-{3,} .{2,60}? -{3,})\s+(\S.*)")
_LONG, _SHORT = (
    "|".join(word.capitalize() for word in labels.FIELD if (len(word) > 2) is long)
    for long in (True, False)
)
_INLINE_LABEL = re.compile(rf"(?=(?:{_LONG}|(?<=[>\s])(?:{_SHORT})) ?: ?)")


def split(text: str, html: str | None = None, *, subject: str = "", zone: tzinfo = UTC) -> Forward:
    """Take a mail's or a pasted text apart.

    `html` is asked only when `text` shows no forward. `subject` (of the mail around it) tells a
    forward from a reply that carries history. `zone` is where dates without a zone were written.
    """
    return dated(find(text, html, subject=subject), zone)


def find(text: str, html: str | None = None, *, subject: str = "") -> Forward:
    """Like `split`, with dates left in the writer's words (understanding them is slow)."""
    forward = _find(_lines(text), subject)
    if forward.message is None and html:
        from connectors.files import page

        shown = _find(_lines(page.visible(html).text), subject)
        forward = shown if shown.message else forward
    return forward


def dated(forward: Forward, zone: tzinfo) -> Forward:
    """The same forward with every date understood."""
    chain = tuple(with_date(original, zone) for original in forward.chain)
    return replace(forward, chain=chain, message=chain[-1] if chain else None)


def with_date(original: Original, zone: tzinfo) -> Original:
    """The same message with its date understood; one that came with a date keeps it."""
    date = original.date or dates.moment(original.sent, original.languages, zone)
    return replace(original, date=date)


@dataclass(frozen=True, slots=True)
class _Block:
    """The labels above a forwarded message: where they stand and what they say."""

    start: int  # first line, the marker included
    end: int  # first line of the message
    fields: dict[str, str]
    words: list[str]
    forward: bool  # its marker says "forwarded", not "original" and not nothing
    quoted: bool  # the labels stand behind ">"


def _lines(text: str) -> list[str]:
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate({0xA0: " ", 0x202F: " "})
    lines: list[str] = []
    for line in text.replace("\ufeff", "").split("\n"):
        inline = _INLINE.fullmatch(line[:5000]) if "---" in line else None
        if inline and _LABEL.match(inline[2]):  # Yahoo runs marker and labels together
            lines += [inline[1], *filter(None, _INLINE_LABEL.split(inline[2]))]
        else:
            lines.append(line)
    return lines


def _find(lines: list[str], subject: str) -> Forward:
    block = _block(lines)
    if block is None or quotes.starts_before(lines, block.start):
        return _without_block(lines, subject)
    if labels.REPLY_SUBJECT.match(subject) and not block.forward:
        own, quoted = quotes.newest(lines[: block.start])
        return Forward(own, quoted=quotes.joined(quoted, lines[block.start :]))
    own, history = quotes.newest(_without_footer(lines[: block.start]))
    chain, quoted = _chain(lines, block)
    return Forward(own, chain[-1], tuple(chain), quotes.joined(history, quoted))


def _without_block(lines: list[str], subject: str) -> Forward:
    """A reply, or a forward by a program that writes no labels, only "On … Ada wrote:"."""
    own, quoted = quotes.newest(lines)
    wrote = quotes.attribution(lines)
    sender = person(quotes.author(wrote.text)) if wrote else None
    if wrote and sender and sender.address and labels.FORWARD_SUBJECT.match(subject):
        rest = _unquoted(lines[wrote.end :], surely=False)
        body, older = quotes.newest(dedent("\n".join(rest)).split("\n"))
        bare = labels.FORWARD_SUBJECT.sub("", subject).strip()
        original = Original(sender, subject=bare, sent=wrote.text[:100], body=body)
        own, history = quotes.newest(_without_footer(lines[: wrote.start]))
        return Forward(own, original, (original,), quotes.joined(history, older))
    return Forward(own, quoted=quotes.joined(quoted, []))


def _chain(lines: list[str], block: _Block) -> tuple[list[Original], list[str]]:
    """The forwarded message and those it forwards itself, outermost first, then older history."""
    chain: list[Original] = []
    while True:
        rest = _unquoted(lines[block.end :], surely=block.quoted)
        inner = _block(rest) if len(chain) < CHAIN_MAX - 1 else None
        if inner and quotes.starts_before(rest, inner.start):
            inner = None
        body, quoted = quotes.newest(rest[: inner.start] if inner else rest)
        chain.append(_original(block, body))
        if inner is None:
            return chain, quoted
        if not (inner.forward or labels.FORWARD_SUBJECT.match(chain[-1].subject)):
            return chain, [*quoted, *rest[inner.start :]]  # a reply's history, not a forward
        lines, block = rest, inner


def _original(block: _Block, body: str) -> Original:
    said = block.fields
    return Original(
        sender=person(said["from"]),
        to=people(said.get("to", "")),
        cc=people(said.get("cc", "")),
        subject=said.get("subject", "")[:1000],
        sent=said.get("sent", "")[:100],
        body=body,
        languages=labels.languages(block.words),
    )


def _block(lines: list[str]) -> _Block | None:
    for at, line in enumerate(lines):
        if _label(line) is None:
            continue
        fields, words, end = _fields(lines, at)
        start, marker = _marker(lines, at)
        if not _enough(fields, marked=marker is not None):
            continue
        if marker and end < len(lines) and lines[end].strip() == lines[start].strip():
            end += 1  # Zoho repeats its marker below the labels
        forward = marker is not None and marker not in labels.ORIGINAL_LINES and marker != ""
        return _Block(start, end, fields, words, forward, line.startswith(">"))
    return None


def _enough(fields: dict[str, str], *, marked: bool) -> bool:
    """Without a marker it takes more: "From: Berlin, To: Paris" is not a mail."""
    if not fields.get("from") or not ({"sent", "subject"} & fields.keys()):
        return False
    if marked:
        return True
    certain = "@" in fields["from"] or {"sent", "subject"} <= fields.keys()
    return len(fields) >= 3 and certain


def _label(line: str) -> tuple[str, str, str] | None:
    """(field, the label's word, the rest of the line)."""
    match = _LABEL.match(line[:2000])
    word = match[1].strip().casefold() if match else ""
    if match is None or word not in labels.FIELD:
        return None
    return labels.FIELD[word], word, match[2].strip().lstrip("*").strip()


def _fields(lines: list[str], at: int) -> tuple[dict[str, str], list[str], int]:
    """The labels from line `at` on, their words, and the line after them."""
    fields: dict[str, str] = {}
    words: list[str] = []
    last, end, spaced = "", at, False
    for n in range(at, min(len(lines), at + HEADER_LINES_MAX)):
        line = lines[n].lstrip("> ")
        label = _label(lines[n])
        if not line.strip():
            if len(fields) > 1 and not spaced:
                break  # an empty line ends labels that stood close together
            spaced = True
        elif label and (label[0] not in fields or label[0] == "other"):
            last, end = label[0], n + 1
            words.append(label[1])
            fields[last] = label[2]
        elif not label and _continues(fields.get(last, ""), last, line, lines[n]):
            fields[last] = f"{fields[last]} {line.strip()}".strip()
            end = n + 1
        else:
            break
    fields.pop("other", None)
    while end < len(lines) and not lines[end].strip("> \t"):
        end += 1
    return fields, words, end


def _continues(value: str, field: str, line: str, raw: str) -> bool:
    """Does this line go on with the label above it: a long list, or a value on its own line?"""
    if not field or not value:
        return bool(field)
    if field not in ("from", "to", "cc") or "@" not in line:
        return False
    return value.endswith((",", ";")) or "@" not in value or raw[:1] in " \t"


def _marker(lines: list[str], at: int) -> tuple[int, str | None]:
    """The line that announces the labels, up to three lines above; "" for a bare rule."""
    above = at - 1
    while above > at - 4 and above > 0 and not lines[above].strip("> \t"):
        above -= 1
    if above < 0 or above < at - 4:
        return at, None
    line = lines[above]
    if _RULE.fullmatch(line):
        return above, ""
    dashed = _DASHED.fullmatch(line[:200])
    words = (dashed[1] if dashed else line.strip(f"> \t*{COLONS}")).strip().casefold()
    if dashed or words in labels.FORWARD_LINES | labels.ORIGINAL_LINES:
        return above, words
    return at, None


def _unquoted(lines: list[str], *, surely: bool) -> list[str]:
    """Without the outer ">", when the whole message stands behind it, not only some lines.

    What stands below without ">" stays with the message: it is safer to take the forwarder's
    words for a stranger's than the reverse.
    """
    filled = [line for line in lines if line.strip()]
    behind = sum(line.startswith(">") for line in filled)
    if surely or (behind and behind >= len(filled) * QUOTED_SHARE):
        return [re.sub(r"^> ?", "", line) for line in lines]
    return lines


def _without_footer(lines: list[str]) -> list[str]:
    return [line for line in lines if not labels.FOOTER.fullmatch(line.strip())]
