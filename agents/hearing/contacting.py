"""What the operator says is new of somebody: “change Ada's email to …”, “Adas neue IBAN ist …”.

English and German. An address, a number or an account of a record is changed after a look, like
anything else that is recorded; what no record has a place for is kept as a fact (knowing.py).
"""

import re

from agents.answers import knowing
from agents.hearing.recording import Heard, UnreadError
from agents.reading import parties
from memory.canon import records
from memory.db import Reader

CHARS_MAX = 300
KINDS = ("person", "company")
FIELDS = {  # of a record, and what it is called
    "email": r"e-?mail(?:[ -]?adresse| address)?|mail(?:[ -]?adresse| address)",
    "phone": r"(?:tele)?phone(?: number)?|mobile(?: number)?|cell(?: number)?|number|nummer"
             r"|telefon(?:nummer)?|handy(?:nummer)?|mobilnummer",
    "iban": r"iban|(?:bank )?account(?: number)?|bank details|konto(?:nummer)?|bankverbindung",
}  # fmt: skip
ADDRESS = r"address|adresse"  # of mail, where one is given
LOOKS = {  # like one, though perhaps not rightly written: “Ada's number is on the bill” tells none
    "email": re.compile(r"\S*@"),
    "phone": re.compile(r"[+(]*\d"),
    "iban": re.compile(r"(?:[a-z]{2} ?)?\d\d", re.IGNORECASE),
}
WHICH = "Several are called so: {names}. Say it with the whole name, or the address that is there."
_THE = r"(?:the |die |das )?"
_NEW = r"(?:new |neue[rsn]? )"
_DO = (
    r"(?:please |bitte )?(?:change|update|set|correct|ändere?|setze?|aktualisiere?|korrigiere?)"
    r"(?: bitte)?"
)
_SAYS = "|".join(f"(?P<{field}{{n}}>{says})" for field, says in FIELDS.items())
_SAYS += rf"|(?P<address{{n}}>{ADDRESS})"
_OF = rf"{_THE}{_NEW}?(?:{_SAYS}) (?:of|for|von|für|bei) (?P<about{{n}}>.+?)"
_ITS = rf"(?P<owner{{n}}>.+?) {_NEW}?(?:{_SAYS})"
_IS = r"(?::| is(?: now)?| ist(?: jetzt)?| lautet(?: jetzt)?)"
_ORDERED = r"(?P<ordered>{do}) {thing}(?: to| auf| in| zu|:) (?P<value>\S.*?)"
_TOLD = r"{thing}{is_} (?P<value>\S.*?)"
_COMPILED = tuple(
    re.compile(
        rf"\s*{shape.format(do=_DO, thing=thing.replace('{n}', ''), is_=_IS)}[\s.!]*",
        re.IGNORECASE,
    )
    for shape in (_ORDERED, _TOLD)
    for thing in (_OF, _ITS)
)


async def heard(reader: Reader, said: str) -> Heard | None:
    """Return what is said to be new of somebody's record; None: it is about something else.

    UnreadError: several are called so.
    """
    if len(said) > CHARS_MAX or "\n" in said.strip() or said.rstrip().endswith("?"):
        return None
    said = " ".join(said.split())
    for pattern in _COMPILED:
        if (match := pattern.fullmatch(said)) is None:
            continue
        groups = match.groupdict()
        field = next((name for name in FIELDS if groups[name]), "")
        if not field and "@" in groups["value"]:  # “her address” may be one of mail
            field = "email"
        name = groups.get("about") or groups.get("owner") or ""
        value = groups["value"].strip(" “”\"'")
        one_word = groups.get("ordered") is not None and " " not in value  # then it was meant so
        if not field or not (one_word or LOOKS[field].match(value)):
            continue
        if (found := await _changed(reader, name, field, value)) is not None:
            return found
    return None


async def _changed(reader: Reader, name: str, field: str, value: str) -> Heard | None:
    refs = [str(one.ref) for one in await knowing.whom(reader, name, alone=True)]
    known = [found for ref in refs if (found := await records.get(reader, ref)) is not None]
    known = [one for one in known if one.kind in KINDS]
    if len(known) > 1:
        names = "; ".join(parties.choice(each).label for each in known)
        raise UnreadError(WHICH.format(names=names))
    return Heard(known[0].kind, {field: value}, known[0]) if known else None
