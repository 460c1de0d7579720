"""Marks: what the checks found in the texts of a version; kept with its preview, told on its card.

A mark is {"kind", "words", "says"}: the exact words of the text ("" for all of it) and a sentence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.contract import Option, Preview

Mark = Mapping[str, str]
Marks = Sequence[Mark]
KEY = "findings"  # among the facts of a preview


def marked(preview: Preview, marks: Marks, options: tuple[Option, ...] = ()) -> Preview:
    """Return the preview with these marks, and these options where it has none of its own."""
    if marks:
        facts = {**preview.facts, KEY: [dict(mark) for mark in marks]}
        preview = replace(preview, facts=facts)
    return preview if preview.options else replace(preview, options=options)


def marks_of(facts: Mapping[str, Any]) -> Marks:
    """Return what was marked in a version; `facts` are those of its preview."""
    found: Marks = facts.get(KEY, ())
    return found


def left(shown: Preview, args: Mapping[str, Any]) -> Marks:
    """Return what stays marked after the operator changed the texts: words that still stand there.

    What was said of a text as a whole is not said of the operator's own.
    """
    texts = [value for value in args.values() if isinstance(value, str)]
    if shown.text is not None and shown.text in texts:
        return marks_of(shown.facts)
    return [m for m in marks_of(shown.facts) if m["words"] and any(m["words"] in t for t in texts)]
