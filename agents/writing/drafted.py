"""Drafted: the shape of a model's draft."""

from pydantic import BaseModel, Field

TEXT_CHARS_MAX = 5000
NAMED_MAX = 20


class Drafted(BaseModel):
    """The words of a message, ready to be read by the owner, and the passages they are from."""

    text: str = Field(min_length=1, max_length=TEXT_CHARS_MAX)
    used: list[int] = Field(default=[], max_length=NAMED_MAX)
