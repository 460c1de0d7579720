"""Typed: what a model wrote becomes an object in the shape that was asked for, or says why not."""

import re

from pydantic import ValidationError
from pydantic_core import from_json

from agents.models.forms import Form
from agents.models.redacting import marks_in
from agents.models.wish import T

FAULTS_MAX = 3  # that are told
FENCED = re.compile(r"^\s*```(?:json)?\s*(.*?)\s*```\s*$", re.DOTALL)


def typed(form: Form[T], text: str) -> T | None:
    """Return an answer in its shape; None: it has none of the fields, so it answers nothing of it.

    A shape may leave out all of them, and an empty object says that there is nothing.
    ValidationError: it is in another shape. ValueError: it is no JSON, or has a mark of its own.
    """
    fenced = FENCED.match(text)
    told = form.redaction.restored(from_json(fenced[1] if fenced else text, allow_inf_nan=False))
    if form.redacted and (strange := next(marks_in(told), "")):
        raise ValueError(f"{strange} is no mark of mine.")
    gives = form.wish.gives
    value = gives.model_validate(told)
    return None if told and not told.keys() & gives.model_fields.keys() else value


def faults(error: ValidationError) -> str:
    """Return the first faults of an answer in another shape, in one line."""
    told = (f"{'.'.join(map(str, f['loc']))}: {f['msg']}" for f in error.errors()[:FAULTS_MAX])
    return "; ".join(told)
