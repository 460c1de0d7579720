"""Customers as a small business writes them down: the same people again and again, never alike.

Made from a seed. Each mention is the state of a record and the one it truly is; nothing here is
known to memory/canon/linkage.py.
"""

import random
import string
import tomllib
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

NAMES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
FORM = {"GmbH": 12, "UG (haftungsbeschränkt)": 2, "KG": 3, "AG": 2, "e.K.": 2, "GmbH & Co. KG": 2}
LONG = {"GmbH": "Gesellschaft mbH", "AG": "Aktiengesellschaft", "KG": "Kommanditgesellschaft"}
PUBLIC = ("gmail.com", "gmx.de", "web.de", "t-online.de", "outlook.com", "icloud.com")
TITLE = ("Dr.", "Prof. Dr.", "Herr", "Frau", "Dipl.-Ing.")
PLAIN = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ö": "Oe", "ß": "ss", "ë": "e", "é": "e", "ç": "c",
     "ø": "o", "ş": "s", "ł": "l", "\u0131": "i", "ą": "a"}
)  # fmt: skip


class Mention(NamedTuple):
    truth: str  # who it is
    kind: str
    state: dict[str, Any]


@dataclass
class Company:
    id: str
    base: str
    form: str
    domain: str
    phone: str
    iban: str
    taken: set[str] = field(default_factory=set)  # addresses given away


@dataclass
class Human:
    id: str
    given: str
    family: str
    company: Company | None
    emails: list[str]
    mobile: str
    home: str
    iban: str
    born: str = ""  # the family name before a marriage
    mailbox: str = ""  # of the whole family


def mentions(seed: int, count: int) -> list[Mention]:
    """Return about `count` mentions of people and companies, in no order."""
    chance = random.Random(seed)
    companies = _companies(chance, count // 20)
    humans = _humans(chance, count // 4, companies)
    told = [one for company in companies for one in _of_company(chance, company)]
    told += [one for human in humans for one in _of_human(chance, human)]
    chance.shuffle(told)
    return told


def _companies(chance: random.Random, count: int) -> list[Company]:
    made: list[Company] = []
    for number in range(count):
        base = f"{chance.choice(NAMES['adjective'])} {chance.choice(NAMES['trade'])}"
        if chance.random() < 0.35:
            base = f"{_zipf(chance, 'family')} {chance.choice(NAMES['trade'])}"
        elif chance.random() < 0.15:
            base = _zipf(chance, "family")
        domain = f"{_plain(base).replace(' ', '-')}{number}.example"
        form = chance.choices([*FORM], [*FORM.values()])[0]
        new = Company(f"c{number}", base, form, domain, _phone(chance, "30"), _iban(chance))
        if made and chance.random() < 0.03:  # a sister under one roof
            other = made[-1]
            new.base, new.domain = f"{other.base} Süd", other.domain
        elif made and chance.random() < 0.03:  # a namesake of another form
            new.base, new.form = made[-1].base, "KG" if made[-1].form == "GmbH" else "GmbH"
        made.append(new)
    return made


def _humans(chance: random.Random, count: int, companies: list[Company]) -> list[Human]:
    made: list[Human] = []
    while len(made) < count:
        one = _human(chance, f"p{len(made)}", companies)
        made.append(one)
        if chance.random() < 0.12:
            made += _relatives(chance, one, len(made), companies)
        if chance.random() < 0.03:  # another of the same name, sometimes at the same company
            double = _human(chance, f"p{len(made)}", companies, one.given, one.family)
            if chance.random() < 0.2:
                double.company = one.company
                _give_addresses(chance, double)
            made.append(double)
    return made


def _human(
    chance: random.Random, id: str, companies: list[Company], given: str = "", family: str = ""
) -> Human:
    given, family = given or _zipf(chance, "given"), family or _zipf(chance, "family")
    company = chance.choice(companies) if chance.random() < 0.6 else None
    born = _zipf(chance, "family") if chance.random() < 0.04 else ""
    one = Human(
        id, given, family, company, [], _phone(chance, "170"), _phone(chance, "40"),
        _iban(chance), born,
    )  # fmt: skip
    _give_addresses(chance, one)
    return one


def _give_addresses(chance: random.Random, one: Human) -> None:
    """One at work, a private one, or both; nobody has that of another."""
    first, last = _plain(one.given).replace("-", ""), _plain(one.family).replace("'", "")
    digits = str(chance.randrange(1, 99))
    private = chance.choice(
        (f"{first}.{last}{digits}", f"{first[0]}{last}{digits}", f"{last}.{first}",
         f"{first}{digits}", "".join(chance.choices(string.ascii_lowercase, k=8)))
    )  # fmt: skip
    at_home = f"{private}{one.id}@{chance.choice(PUBLIC)}"
    one.emails = [at_home] if one.company is None else []
    if one.company is not None:
        ways = (
            f"{first}.{last}",
            f"{first[0]}.{last}",
            last,
            f"{first}.{last}2",
            f"{last}.{one.id}",
        )
        free = [way for way in ways if way not in one.company.taken]
        way = chance.choice(free[:3])
        one.company.taken.add(way)
        one.emails = [f"{way}@{one.company.domain}"] + [at_home] * (chance.random() < 0.3)


def _relatives(chance: random.Random, one: Human, at: int, companies: list[Company]) -> list[Human]:
    """Return a family: one roof, one line, sometimes one account and one mailbox."""
    made = []
    mailbox = f"familie.{_plain(one.family)}{at}@{chance.choice(PUBLIC)}"
    for number in range(chance.choice((1, 1, 2))):
        given = chance.choice([name for name in NAMES["given"] if name != one.given])
        other = _human(chance, f"p{at + number}", companies, given, one.family)
        other.home = one.home
        if chance.random() < 0.4:
            other.iban = one.iban
        if chance.random() < 0.3:
            one.mailbox = other.mailbox = mailbox
        if chance.random() < 0.2:
            other.mobile = one.mobile
        made.append(other)
    return made


def _of_human(chance: random.Random, one: Human) -> list[Mention]:
    count = chance.choices((1, 2, 3, 4, 5), (25, 30, 22, 15, 8))[0]
    return [
        Mention(one.id, "person", _told(chance, one, late=number > count // 2))
        for number in range(count)
    ]


def _told(chance: random.Random, one: Human, *, late: bool) -> dict[str, Any]:
    """Return one mention: a mail, a forward, a line of a list, a contact card or an invoice."""
    family = one.born if one.born and not late else one.family
    state: dict[str, Any] = {"name": _written(chance, one.given, family)}
    phone = one.mobile if chance.random() < 0.8 else one.home
    if one.company is not None and chance.random() < 0.1:
        phone = one.company.phone
    source = chance.choices(("mail", "forward", "list", "card", "invoice"), (30, 15, 25, 20, 10))[0]
    if source in ("mail", "forward") or chance.random() < 0.85:
        state["email"] = _address(chance, one, source)
    if source == "mail" and chance.random() < 0.05 and "info@" not in state["email"]:
        state["name"] = state["email"]
    if source == "forward" and chance.random() < 0.5:
        state["name"] = f"{family}, {one.given}"
    if source == "list" and ("email" not in state or chance.random() < 0.7):
        state["phone"] = phone
    if source == "card":
        state |= {"phone": one.mobile, "phones": [phone] if phone != one.mobile else []}
        state["emails"] = [each for each in one.emails if each != state.get("email")]
    if source == "invoice":
        state |= {"iban": one.iban}
        state |= {"phone": phone} if "email" not in state or chance.random() < 0.4 else {}
    if one.company is not None and source in ("list", "card", "invoice") and chance.random() < 0.5:
        state["company"] = one.company.id
    if chance.random() < 0.04:
        state["aliases"] = [f"{one.given[:3]} {family}"]
    return state


def _address(chance: random.Random, one: Human, source: str) -> str:
    if one.company is not None and chance.random() < 0.06:
        return f"{chance.choice(('info', 'office', 'buchhaltung'))}@{one.company.domain}"
    if one.mailbox and chance.random() < 0.3:
        return one.mailbox
    address = one.emails[0] if chance.random() < 0.85 else one.emails[-1]
    return address.upper() if chance.random() < 0.05 else address


def _written(chance: random.Random, given: str, family: str) -> str:
    """Return a name as somebody wrote it down."""
    if chance.random() < 0.08:
        family = _slip(chance, family)
    elif chance.random() < 0.04:
        given = _slip(chance, given)
    if chance.random() < 0.06:
        given = f"{given[0]}."
    if "-" in given and chance.random() < 0.4:
        given = given.partition("-")[0]
    name = f"{family} {given}" if chance.random() < 0.05 else f"{given} {family}"
    if chance.random() < 0.06:
        name = f"{family}, {given}"
    if chance.random() < 0.07:
        name = f"{chance.choice(TITLE)} {name}"
    if chance.random() < 0.35:
        name = name.translate(PLAIN)
    return name.upper() if chance.random() < 0.05 else name


def _of_company(chance: random.Random, one: Company) -> list[Mention]:
    told = []
    for _ in range(chance.choices((1, 2, 3, 4), (20, 35, 30, 15))[0]):
        state: dict[str, Any] = {"name": _firm(chance, one)}
        if chance.random() < 0.55:
            state["domain"] = one.domain
        if chance.random() < 0.6 or len(state) == 1:
            state["email"] = f"{chance.choice(('info', 'office', 'rechnung'))}@{one.domain}"
        if chance.random() < 0.5:
            state["phone"] = one.phone
        if chance.random() < 0.25:
            state["iban"] = one.iban
        told.append(Mention(one.id, "company", state))
    return told


def _firm(chance: random.Random, one: Company) -> str:
    base = _slip(chance, one.base) if chance.random() < 0.08 else one.base
    form = LONG.get(one.form, one.form) if chance.random() < 0.1 else one.form
    name = base if chance.random() < 0.3 else f"{base} {form}"
    name = name.translate(PLAIN) if chance.random() < 0.3 else name
    return name.upper() if chance.random() < 0.08 else name


def _slip(chance: random.Random, word: str) -> str:
    """Return the word with one slip of the finger."""
    if len(word) < 4:
        return word
    at = chance.randrange(1, len(word) - 1)
    kind = chance.choice(("swap", "lose", "double", "wrong"))
    if kind == "swap":
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    letter = {"lose": "", "double": word[at] * 2, "wrong": chance.choice("aeinrst")}[kind]
    return word[:at] + letter + word[at + 1 :]


def _zipf(chance: random.Random, which: str) -> str:
    """Choose a name; the first is the commonest, as names are."""
    names: list[str] = NAMES[which]
    weights = [*accumulate(1 / (rank + 4) for rank in range(len(names)))]
    return chance.choices(names, cum_weights=weights)[0]


def _plain(text: str) -> str:
    return text.translate(PLAIN).casefold()


def _phone(chance: random.Random, area: str) -> str:
    return f"+49{area}{chance.randrange(1_000_000, 9_999_999)}"


def _iban(chance: random.Random) -> str:
    return f"DE{chance.randrange(10**19, 10**20)}"
