"""A message for the web chat: semantic HTML, escaped by construction, usable without script."""

import re
from collections.abc import Sequence
from urllib.parse import quote

from markupsafe import Markup, escape

from bot.lower import shapes
from bot.lower.markup import joined, tag, wrapped
from bot.lower.visible import visible
from bot.lower.web_controls import TokenOf, buttons
from engine.chat.diffs import Hunk
from engine.chat.messages import (
    Bullets,
    Facts,
    FieldDiff,
    FieldRow,
    Fold,
    Heading,
    Msg,
    Para,
    Part,
    Progress,
    Quote,
    Span,
    TextDiff,
    pictured,
)

LONG_CHARS_MIN = 4000  # a longer text scrolls in its own region, so the buttons stay near
QUOTE_OPEN_CHARS_MAX = 600  # a longer quote opens with a tap
SPAN_TAGS = {"bold": "strong", "italic": "em", "strike": "s", "code": "code", "plain": ""}


def lower(msg: Msg, token: TokenOf, *, hosts: frozenset[str] = frozenset()) -> Markup:
    """Return one `<article>`. Buttons and forms post `token` and `field.<id>` to `/tap`.

    `hosts` are those a link may lead to; any other address is text.
    """
    body = parts(shapes.opened(msg), hosts=hosts)
    attached = _files([file.name for file in msg.files]) + _pictures(msg)
    rows = joined(buttons(row, token) for row in msg.buttons)
    kind = "msg card" if msg.buttons else "msg"
    return tag(
        '<article class="{kind}" id="{id}" data-key="{key}" data-sensitivity="{level}" '
        'aria-label="{label}">\n{body}{attached}{rows}</article>\n',
        kind=kind,
        id=anchor(msg.key),
        key=msg.key,
        level=msg.sensitivity,
        label=visible(msg.summary),
        body=body,
        attached=attached,
        rows=tag('<div class="buttons">\n{rows}</div>\n', rows=rows) if rows else "",
    )


def anchor(key: str) -> str:
    """Return the id of the article that shows the message of this key."""
    return "msg-" + re.sub(r"[^\w-]", "-", key)


def parts(items: Sequence[Part], *, hosts: frozenset[str] = frozenset(), level: int = 3) -> Markup:
    """Return parts below each other, without the buttons."""
    return joined(_part(item, hosts, level) for item in items)


def _part(part: Part, hosts: frozenset[str], level: int) -> Markup:
    match part:
        case Heading():
            text = visible(part.text)
            return tag(f'<h{level} dir="auto">{{text}}</h{level}>\n', text=text)
        case Para():
            spans = joined(_span(span, hosts) for span in part.spans)
            return tag('<p dir="auto">{spans}</p>\n', spans=spans)
        case Bullets():
            items = joined(
                tag('<li dir="auto">{item}</li>\n', item=visible(item)) for item in part.items
            )
            return tag("<ul>\n{items}</ul>\n", items=items)
        case Quote():
            return _quote(part)
        case Fold():
            return _details(part.title, parts(part.parts, hosts=hosts, level=min(6, level + 1)))
        case FieldDiff():
            return _fields(part)
        case TextDiff():
            return _text(shapes.change(part.old, part.new), level)
        case Facts():
            return _facts(part)
        case Progress():
            return _progress(part)


def _span(span: Span, hosts: frozenset[str]) -> Markup:
    text = visible(span.text)
    if span.link and shapes.allowed(span.link, hosts):
        return tag(
            '<a href="{href}" rel="noopener noreferrer">{text}</a>', href=span.link, text=text
        )
    link = f" ({visible(span.link)})" if span.link and span.link != span.text else ""
    return wrapped(SPAN_TAGS[span.style], text) + escape(link)


def _quote(part: Quote) -> Markup:
    who = tag('<p class="who">{who}</p>\n', who=visible(part.who)) if part.who else Markup()
    text = visible(part.text)
    quote = tag('<blockquote class="quote" dir="auto">{text}</blockquote>\n', text=text)
    if len(text) <= QUOTE_OPEN_CHARS_MAX:
        return who + quote
    start = text[: QUOTE_OPEN_CHARS_MAX // 4].rsplit(" ", 1)[0]
    lines = shapes.counted(text.count("\n") + 1, "line")
    return who + _details(f"“{' '.join(start.split())} …” — all {lines}", quote)


def _details(title: str, inner: Markup, kind: str = "fold") -> Markup:
    return tag(
        '<details class="{kind}"><summary dir="auto">{title}</summary>\n{inner}</details>\n',
        kind=kind,
        title=visible(title),
        inner=inner,
    )


def _fields(part: FieldDiff) -> Markup:
    rows = [row for row in part.rows if not row.derived]
    derived = shapes.computed([row for row in part.rows if row.derived])
    table = tag(
        '<table class="fields" role="table">\n<thead role="rowgroup"><tr role="row">'
        '<th role="columnheader">Field</th><th role="columnheader">Before</th>'
        '<th role="columnheader">After</th></tr></thead>\n'
        '<tbody role="rowgroup">\n{rows}</tbody>\n</table>\n',
        rows=joined(map(_field, rows)),
    )
    note = tag('<p class="note" dir="auto">computed: {text}</p>\n', text=derived)
    return (table if rows else Markup()) + (note if derived else Markup())


def _field(row: FieldRow) -> Markup:
    """Draw a row; the roles are spelt out because the style sheet lays rows out as grids."""
    state, old, new = shapes.state(row), visible(row.old or ""), visible(row.new or "")
    before = wrapped("" if state == "same" else "del", old) if old else Markup("—")
    after = wrapped("" if state == "same" else "ins", new) if new else Markup("—")
    source = (
        tag('<span class="source">{source}</span>', source=visible(row.source))
        if row.source
        else Markup()
    )
    return tag(
        '<tr class="{state}" role="row"><th role="rowheader" dir="auto">{label}</th>'
        '<td class="old" role="cell" dir="auto">{before}</td>'
        '<td class="new" role="cell" dir="auto">{after}{source}</td></tr>\n',
        state=state,
        label=visible(row.label),
        before=before,
        after=after,
        source=source,
    )


def _text(change: shapes.Change, level: int) -> Markup:
    """Show a new text whole, a light edit in place, a rewrite as after and (folded) before."""
    if change.form == "inline":
        return _inline(change, level)
    if change.form == "removed":
        return _block(wrapped("del", change.old), change.old, "Text to be removed")
    after = _block(escape(change.new), change.new, "The text as it will be")
    if change.form == "whole":
        return after
    note = f"rewritten ({change.share:.0%} of words changed)"
    before = _block(escape(change.old), change.old, "The text before")
    return tag('<p class="note">{note}</p>\n', note=note) + after + _details("Before", before)


def _inline(change: shapes.Change, level: int) -> Markup:
    if not change.long:
        return _block(joined(_hunk(hunk) for hunk in change.hunks), change.new, "The change")
    total = sum(hunk.changes for hunk in change.hunks)
    lines = shapes.counted(change.new.count("\n") + 1, "line")
    note = tag(
        '<p class="note">{lines}, {changes}</p>\n',
        lines=lines,
        changes=shapes.counted(total, "change"),
    )
    return note + joined(_headed(hunk, level + 1) for hunk in change.hunks)


def _headed(hunk: Hunk, level: int) -> Markup:
    if not hunk.changes:
        return _hunk(hunk)
    section = wrapped("strong", hunk.section) + Markup(" · ") if hunk.section else Markup()
    return tag(
        '<h{level} class="place" dir="auto">{section}line {line}</h{level}>\n'
        '<div class="text" dir="auto">{hunk}</div>\n',
        level=min(6, level),
        section=section,
        line=hunk.line,
        hunk=_hunk(hunk),
    )


def _hunk(hunk: Hunk) -> Markup:
    tags = {"same": "", "del": "del", "ins": "ins"}
    marks = joined(wrapped(tags[kind], text) for kind, text in shapes.runs(hunk.pieces))
    if hunk.changes:
        return marks
    return _details(shapes.folded(hunk), tag('<div class="text">{m}</div>', m=marks), "unchanged")


def _block(inner: Markup, text: str, label: str) -> Markup:
    """Frame a text; a long one gets a region of its own that scrolls by touch and by key."""
    if len(text) < LONG_CHARS_MIN:
        return tag('<div class="text" dir="auto">{inner}</div>\n', inner=inner)
    return tag(
        '<div class="text long" dir="auto" role="region" tabindex="0" aria-label="{label}">'
        "{inner}</div>\n",
        label=label,
        inner=inner,
    )


def _facts(part: Facts) -> Markup:
    lines = joined(
        tag(
            '<div class="{name}"><dt>{label}</dt><dd dir="auto">{text}</dd></div>\n',
            name=label.lower(),
            label=label,
            text=_evidence(part) if label == "Evidence" else text,
        )
        for label, text in shapes.facts(part)
    )
    return tag('<dl class="facts">\n{lines}</dl>\n', lines=lines)


def _evidence(part: Facts) -> Markup:
    return Markup(" · ").join(
        tag('<span data-ref="{ref}">{label}</span>', ref=item.ref, label=visible(item.label))
        for item in part.evidence
    )


def _progress(part: Progress) -> Markup:
    return tag(
        '<ol class="progress">\n{steps}</ol>\n',
        steps=joined(
            tag(
                '<li class="{state}" dir="auto"><span class="sign" aria-label="{state}" role="img">'
                "{sign}</span> <span>{title}</span>{detail}</li>\n",
                state=step.state,
                sign=shapes.STEP_SIGNS[step.state],
                title=visible(step.title),
                detail=tag(' <span class="detail">{d}</span>', d=visible(step.detail))
                if step.detail
                else "",
            )
            for step in part.steps
        ),
    )


def picture_address(card: str, digest: str) -> str:
    """Return where the web chat serves a picture that a card shows."""
    return f"/picture/{digest}/{quote(card, safe='')}"


def _pictures(msg: Msg) -> Markup:
    """Return the message's pictures, each opening in full size; never one of a secret."""
    shown = pictured(msg) if msg.sensitivity != "secret" else ()
    return joined(
        tag(
            '<a class="picture" href="{address}" target="_blank" rel="noopener">'
            '<img src="{address}" alt="{alt}" loading="lazy"></a>\n',
            address=picture_address(msg.key, file.digest),
            alt=f"{visible(file.name)}: {visible(msg.summary)}",
        )
        for file in shown
    )


def _files(names: Sequence[str]) -> Markup:
    items = joined(tag("<li>{name}</li>\n", name=visible(name)) for name in names)
    return (
        tag('<ul class="files" aria-label="Attachments">\n{i}</ul>\n', i=items) if names else items
    )
