"""What a specialist takes and gives: named, typed fields, checked before and after its work."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, create_model, model_validator
from pydantic import Field as Bound

Type = Literal["text", "texts", "number", "amount", "date", "moment", "yes_no", "choice", "rows"]
TEXT_CHARS_MAX = 20_000
LIST_MAX = 200
FIELDS_MAX = 30
Text = Annotated[str, Bound(max_length=TEXT_CHARS_MAX)]
TYPES: Mapping[str, Any] = {
    "text": Text,
    "texts": Annotated[tuple[Text, ...], Bound(max_length=LIST_MAX)],
    "number": float,
    "amount": Decimal,
    "date": date,
    "moment": AwareDatetime,
    "yes_no": bool,
}


class Typed(BaseModel, frozen=True, extra="forbid"):
    """One field. `choices` belong to a choice, `of` to rows: the fields of each row."""

    type: Type
    means: str = ""  # one clause, for whoever fills it in
    choices: tuple[str, ...] = ()
    of: "dict[str, Typed]" = Field(default={}, max_length=FIELDS_MAX)
    required: bool = True

    @model_validator(mode="before")
    @classmethod
    def _short(cls, said: Any) -> Any:
        """Take `amount: amount` for `amount: {type: amount}`."""
        return {"type": said} if isinstance(said, str) else said

    @model_validator(mode="after")
    def _whole(self) -> "Typed":
        if (self.type == "choice") != bool(self.choices):
            raise ValueError("a choice, and only that, has choices")
        if (self.type == "rows") != bool(self.of):
            raise ValueError("rows, and only they, say what each is made `of`")
        return self


Fields = dict[str, Typed]


def model(name: str, fields: Fields) -> type[BaseModel]:
    """Return the shape of these fields; whatever is not named in them is refused."""
    made: dict[str, Any] = {}
    for key, field in fields.items():
        kind = _type(f"{name}_{key}", field)
        told = Field(description=field.means or None)
        if not field.required:
            kind, told = kind | None, Field(default=None, description=field.means or None)
        made[key] = (kind, told)
    return create_model(name, __config__=ConfigDict(frozen=True, extra="forbid"), **made)


def _type(name: str, field: Typed) -> Any:
    if field.type == "choice":
        return Literal[field.choices]
    if field.type == "rows":
        row = model(name, field.of)
        return Annotated[tuple[row, ...], Bound(max_length=LIST_MAX)]  # type: ignore[valid-type]  # made at load
    return TYPES[field.type]


def plain(values: BaseModel) -> dict[str, Any]:
    """Return checked values as JSON."""
    return values.model_dump(mode="json")
