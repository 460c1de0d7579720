"""The neutral message model: what Firstmate says, before any surface gives it a shape.

A `Msg` is plain data. Each surface lowers it with one pure function (`bot/lower/`).
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

SUMMARY_CHARS_MAX = 200
LABEL_CHARS_MAX = 24
BUTTONS_PER_ROW_MAX = 8
BUTTON_ROWS_MAX = 12


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(_Part):
    """A run of text in one style. `link` is shown as a link only for allowed hosts."""

    text: str
    style: Literal["plain", "bold", "italic", "strike", "code"] = "plain"
    link: str | None = None


class Para(_Part):
    type: Literal["para"] = "para"
    spans: tuple[Span, ...]


class Heading(_Part):
    type: Literal["heading"] = "heading"
    text: str


class Bullets(_Part):
    type: Literal["bullets"] = "bullets"
    items: tuple[str, ...]


class Quote(_Part):
    """Somebody else's words, shown inert: never a link, hidden characters made visible."""

    type: Literal["quote"] = "quote"
    text: str
    who: str = ""


class Fold(_Part):
    """A part one tap away. The title says exactly how much is hidden."""

    type: Literal["fold"] = "fold"
    title: str
    parts: tuple["Part", ...]


class FieldRow(_Part):
    label: str
    old: str | None
    new: str | None
    source: str = ""
    derived: bool = False


class FieldDiff(_Part):
    type: Literal["field_diff"] = "field_diff"
    rows: tuple[FieldRow, ...]


class TextDiff(_Part):
    """A text that would leave (old empty: new text, shown whole), or its change word by word."""

    type: Literal["text_diff"] = "text_diff"
    old: str
    new: str


class Evidence(_Part):
    label: str
    ref: str  # an event, record or artifact id


class Facts(_Part):
    """The foot of a card, always in this order: why, evidence, risk, policy, cost, undo, expiry."""

    type: Literal["facts"] = "facts"
    why: str = ""
    evidence: tuple[Evidence, ...] = ()
    risk: str = ""
    policy: str = ""
    cost: str = ""
    undo: str = ""
    expires: str = ""


class Progress(_Part):
    class Step(_Part):
        title: str
        state: Literal["pending", "running", "waiting", "done", "error", "compensated"]
        detail: str = ""

    type: Literal["progress"] = "progress"
    steps: tuple[Step, ...]


Part = Annotated[
    Para | Heading | Bullets | Quote | Fold | FieldDiff | TextDiff | Facts | Progress,
    Field(discriminator="type"),
]
Fold.model_rebuild()


class Input(_Part):
    """One input of a form."""

    id: str
    label: str
    kind: Literal["text", "multiline", "number", "date", "choice", "secret"] = "text"
    initial: str = ""
    choices: tuple[str, ...] = ()
    max_chars: int = 4000


class Form(_Part):
    title: str = Field(max_length=LABEL_CHARS_MAX)
    fields: tuple[Input, ...]
    submit: str = Field(default="Save", max_length=LABEL_CHARS_MAX)  # what its button says


class Button(_Part):
    """A tap. `action` and `ref` become an opaque token per conversation when it is delivered."""

    label: str = Field(max_length=LABEL_CHARS_MAX)
    action: str  # a verb of the desk: "approve", "edit", "suggestion.take" …
    ref: str = ""  # what it decides about: an approval, a suggestion …
    item: str = ""  # a choice within it
    style: Literal["plain", "ok", "danger"] = "plain"
    form: Form | None = None  # present: the tap opens this form and its values come with it
    disabled: bool = False  # shown where the surface can, but dead: it was answered
    not_on: str = ""  # a surface that must not show it; the verb refuses it there all the same


ButtonRow = Annotated[tuple[Button, ...], Field(min_length=1, max_length=BUTTONS_PER_ROW_MAX)]


class File(_Part):
    name: str
    mime: str
    digest: str  # sha256 of the stored bytes


class Msg(_Part):
    """One message or card. The same `key` again replaces what was shown before."""

    key: str
    summary: str = Field(max_length=SUMMARY_CHARS_MAX)  # notification and screen reader
    parts: tuple[Part, ...] = ()
    buttons: tuple[ButtonRow, ...] = Field((), max_length=BUTTON_ROWS_MAX)
    files: tuple[File, ...] = ()
    silent: bool = False
    sensitivity: Literal["public", "private", "secret"] = "private"
    expires_at: datetime | None = None

    @model_validator(mode="after")
    def _secrets_stay_here(self) -> "Msg":
        """A form for a secret is shown by the local page alone."""
        if self.sensitivity != "secret" and any(
            asks_secret(b) for row in self.buttons for b in row
        ):
            raise ValueError("A message with a form for a secret is secret itself.")
        return self


def stored(value: dict[str, Any]) -> Msg:
    """Return a message that was kept as JSON. Erasing may have made its short texts too long."""
    rows = [[_shortened(button) for button in row] for row in value.get("buttons", ())]
    summary = _cut(value["summary"], SUMMARY_CHARS_MAX)
    return Msg.model_validate({**value, "summary": summary, "buttons": rows})


def _shortened(button: dict[str, Any]) -> dict[str, Any]:
    short = {**button, "label": _cut(button["label"], LABEL_CHARS_MAX)}
    if form := button.get("form"):
        short["form"] = {**form, "title": _cut(form["title"], LABEL_CHARS_MAX)}
    return short


def _cut(text: str, chars: int) -> str:
    return text if len(text) <= chars else f"{text[: chars - 1]}…"


def asks_secret(button: Button) -> bool:
    """Say whether its form has a field for a password or key."""
    return button.form is not None and any(one.kind == "secret" for one in button.form.fields)


def pictured(msg: Msg) -> tuple[File, ...]:
    """Return the files to be seen in the message itself: extras, never needed to decide."""
    return tuple(file for file in msg.files if file.mime == "image/png")


def seen_on(msg: Msg, surface: str) -> Msg:
    """Return the message as this surface shows it: without the buttons meant for the others."""
    rows = (tuple(b for b in row if not b.not_on or b.not_on != surface) for row in msg.buttons)
    return msg.model_copy(update={"buttons": tuple(row for row in rows if row)})


def say(key: str, text: str, *, buttons: tuple[tuple[Button, ...], ...] = ()) -> Msg:
    """Return a plain message; its first line is the summary."""
    first = text.strip().splitlines()[0] if text.strip() else "…"
    if len(first) > SUMMARY_CHARS_MAX:
        first = first[: SUMMARY_CHARS_MAX - 1] + "…"
    paras = tuple(Para(spans=(Span(text=block),)) for block in text.strip().split("\n\n"))
    return Msg(key=key, summary=first, parts=paras, buttons=buttons)
