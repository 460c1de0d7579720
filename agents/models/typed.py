"""Typed: what a model wrote becomes an object in the shape that was asked for, or says why not.

The object may stand after what the model thought, in a fence, or between words: it was paid for.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from agents.models.forms import Form
from agents.models.redacting import marks_in
from agents.models.wish import T

FAULTS_MAX = 3  # that are told
BRACES_MAX = 20  # that are tried: words may have some, too
BEGUN = re.compile(r"\{\s*[\"}]")  # so an object begins
OPENS, CLOSES = "<think>", "</think>"


def unthought(text: str) -> str:
    """Return what was written after the thinking; where that has not ended, nothing.

    Some servers leave out its beginning. What begins with an object or a fence is no thinking.
    """
    if text.lstrip().startswith(("{", "[", "`")):
        return text
    before, ended, answer = text.partition(CLOSES)
    if ended:
        return unthought(answer)
    return "" if before.lstrip().startswith(OPENS) else text


def typed(form: Form[T], text: str) -> T | None:
    """Return an answer in its shape; None: it has none of the fields, so it answers nothing of it.

    A shape may leave out all of them, and an empty object says that there is nothing.
    ValidationError: it is in another shape. ValueError: it is no JSON, or has a mark of its own.
    """
    gives = form.wish.gives
    told = form.redaction.restored(_json(text, gives.model_fields.keys()))
    if form.redacted and (strange := next(marks_in(told), "")):
        raise ValueError(f"{strange} is no mark of mine.")
    value = gives.model_validate(told)
    return None if told and not told.keys() & gives.model_fields.keys() else value


def _json(text: str, fields: Any) -> Any:
    """Return the JSON that a text is, else the first whole object in it with one of the fields.

    ValueError: there is none.
    """
    try:
        return from_json(text, allow_inf_nan=False)
    except ValueError as error:
        found = [from_json(one, allow_inf_nan=False) for one in _objects(text)]
        if not found:
            raise error
        return next((one for one in found if one.keys() & fields), found[0])


def _objects(text: str) -> Iterator[str]:
    """Yield each whole object that stands between words.

    Where one is broken, or a list begins, all in it would be taken for what it is only a piece of.
    """
    decoder, end = json.JSONDecoder(), 0
    for _ in range(BRACES_MAX):
        start = text.find("{", end)
        if start < 0 or text[end:start].rstrip().endswith("["):
            return
        try:
            _, ended = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            if BEGUN.match(text, start):
                return
            ended = start + 1
        else:
            yield text[start:ended]
        end = ended


def faults(error: ValidationError) -> str:
    """Return the first faults of an answer in another shape, in one line."""
    told = (f"{'.'.join(map(str, f['loc']))}: {f['msg']}" for f in error.errors()[:FAULTS_MAX])
    return "; ".join(told)
