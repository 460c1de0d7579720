"""A contact list as telephones and mail programs export it: vCards, one person each."""

import logging
from collections.abc import Iterator
from typing import Any

from connectors.contract import PermanentError
from memory.canon.importing import Row

MARK = b"BEGIN:VCARD"
CARDS_MAX = 20_000
TEXT_CHARS_MAX = 2000
MANY = f"The list has more than {CARDS_MAX:,} contacts. Send it in parts."
BROKEN = "I cannot read these contacts. Send them as vCards (.vcf) or as a table (CSV)."
KNOWN = {
    "begin", "version", "prodid", "rev", "uid", "fn", "n", "email", "tel", "org", "note",
    "nickname", "lang", "photo", "logo", "key", "kind", "title", "x-ablabel",
}  # fmt: skip


def are(data: bytes) -> bool:
    """Say whether these bytes are vCards."""
    return data.lstrip(b"\xef\xbb\xbf \r\n").upper().startswith(MARK)


def read(data: bytes) -> tuple[list[Row], tuple[str, ...]]:
    """Return a person for each card, and the fields that are left out. PermanentError: why not."""
    rows: list[Row] = []
    left: dict[str, None] = {}
    for number, card in enumerate(_cards(data.decode("utf-8-sig", "replace")), 1):
        if number > CARDS_MAX:
            raise PermanentError(MANY)
        rows.append(Row(line=number, state=_state(card.contents)))
        left |= dict.fromkeys(name for name in card.contents if name not in KNOWN)
    if not rows:
        raise PermanentError(BROKEN)
    return rows, tuple(left)


def _cards(text: str) -> Iterator[Any]:
    import vobject  # 0.1 s

    logging.getLogger("vobject.base").setLevel(logging.CRITICAL)  # it repeats lines it cannot read
    try:
        yield from vobject.readComponents(text, ignoreUnreadable=True)
    except (vobject.base.VObjectError, ValueError, IndexError, AttributeError, TypeError):
        raise PermanentError(BROKEN) from None


def _state(said: dict[str, list[Any]]) -> dict[str, Any]:
    """Return a card as a person; what is wrong with it is found when it is looked up."""
    emails = _values(said, "email")
    phones = [phone.removeprefix("tel:") for phone in _values(said, "tel")]
    names = [*_values(said, "fn"), *_structured(said), *emails, *phones]
    state: dict[str, Any] = {"name": names[0] if names else ""}
    state |= {"email": emails[0]} if emails else {}
    state |= {"emails": emails[1:]} if emails[1:] else {}
    state |= {"phone": phones[0]} if phones else {}
    state |= {"phones": phones[1:]} if phones[1:] else {}
    for field, name in (("company", "org"), ("note", "note"), ("language", "lang")):
        state |= {field: given[0]} if (given := _values(said, name)) else {}
    aliases = _values(said, "nickname")
    return state | ({"aliases": aliases} if aliases else {})


def _values(said: dict[str, list[Any]], name: str) -> list[str]:
    texts = (one.value for one in said.get(name, ()))
    firsts = (text[0] if isinstance(text, list) and text else text for text in texts)
    found = (str(text).strip()[:TEXT_CHARS_MAX] for text in firsts if text)
    return list(dict.fromkeys(text for text in found if text))


def _structured(said: dict[str, list[Any]]) -> list[str]:
    """Return the name that is given in parts."""
    parts = (one.value for one in said.get("n", ()))
    names = (f"{getattr(n, 'given', '')} {getattr(n, 'family', '')}".strip() for n in parts)
    return [name for name in names if name]
