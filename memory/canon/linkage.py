"""Linkage: which records may be one, and what speaks for and against it, in bits.

Two records share a key or they do not; without one, probability decides (Fellegi and Sunter, 1969):
each likeness weighs log2(m / u), the pair starts from the odds of any two records. The numbers
stand in `data/linkage.toml`. A name alone proves nothing, different first names end it, and
whatever is found is only asked; see bot/twins.py for the card.
"""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from math import log2
from pathlib import Path
from typing import Any, NamedTuple

from memory.canon import likeness
from memory.canon.kinds import account_key, email_key
from memory.canon.likeness import Level

KINDS = ("person", "company")
DATA = Path(__file__).parents[1] / "data" / "linkage.toml"
BLOCK_MAX = 200  # what more records than this have in common brings nobody together
POOL_MIN = 100  # few records are judged as if they were this many
SHARED = ("email", "phone", "iban", "employer")  # one of these must be the same
VETO = {"person": "given", "company": "words"}  # nothing outweighs that these differ


class Evidence(NamedTuple):
    """One likeness: for it above 0 bits, against it below."""

    field: str
    level: Level
    bits: float
    values: tuple[str, ...] = ()  # what both have


class Match(NamedTuple):
    """Two records, by their ids, and how likely they are one. `likely`: worth a question."""

    one: str
    other: str
    bits: float
    likely: bool
    evidence: tuple[Evidence, ...]

    @property
    def probability(self) -> float:
        return 1 / (1 + float(2**-self.bits))


@dataclass(frozen=True, slots=True)
class Side:
    """What is compared of one record."""

    id: str
    names: tuple[Any, ...]  # likeness.PersonName or CompanyName
    email: frozenset[str]  # its own, not info@
    phone: frozenset[str]
    iban: frozenset[str]
    employer: frozenset[str]  # the company, or the domains of addresses at work

    def values(self) -> Iterator[tuple[str, str]]:
        for field in SHARED:
            for value in getattr(self, field):
                yield field, value


class Pool:
    """Records of one kind, with how common each name and number is among them."""

    def __init__(
        self,
        kind: str,
        records: Iterable[tuple[str, dict[str, Any]]],
        domains: Mapping[str, str] | None = None,  # of the companies that people work at
    ) -> None:
        self.kind = kind
        self.sides = {id: side(kind, id, state, domains or {}) for id, state in records}
        self.size = max(len(self.sides), POOL_MIN)
        self.common = Counter[tuple[str, str]]()
        for one in self.sides.values():
            self.common.update({word for name in one.names for word in _words(kind, name)})
            self.common.update(("employer", value) for value in one.employer)
        if kind == "person":
            self.sides = {id: self._turned(one) for id, one in self.sides.items()}
        holders = defaultdict[tuple[str, str], set[str]](set)
        for one in self.sides.values():
            for key in one.values():
                holders[key].add(one.id)
        self.blocks = {key: ids for key, ids in holders.items() if 1 < len(ids) <= BLOCK_MAX}
        self.crowded = {key for key, ids in self.blocks.items() if self._is_crowd(key, ids)}

    def matches(self) -> list[Match]:
        """Return the pairs worth a question, the likeliest first."""
        found = [match for pair in self._pairs() if (match := self.compare(*pair)).likely]
        unsure = self._either(found)
        sure = [match for match in found if {match.one, match.other}.isdisjoint(unsure)]
        sure += [match for match in found if match not in sure and not _at_work_only(match)]
        return sorted(sure, key=lambda match: (-match.bits, match.one, match.other))

    def compare(self, one: str, other: str) -> Match:
        """Compare two records of the pool."""
        first, second = self.sides[one], self.sides[other]
        evidence = (*self._names(first, second), *self._shared(first, second))
        bits = sum(each.bits for each in evidence) - log2(self.size)
        levels = {each.field: each.level for each in evidence}
        same = {field for field in SHARED if levels.get(field) == "same"}
        if levels.get("email") == "part":  # that they work together explains nothing then
            same.discard("employer")
        vetoed = levels.get(VETO[self.kind]) == "different"
        likely = bool(same) and not vetoed and bits >= _weights()["likely"]
        return Match(one, other, bits, likely, tuple(each for each in evidence if each.bits))

    def _either(self, found: list[Match]) -> set[str]:
        """Return those who may be either of two namesakes at one company, so nobody can say."""
        near = defaultdict[str, list[str]](list)
        for match in found:
            if self.kind == "person" and _at_work_only(match):
                near[match.one].append(match.other)
                near[match.other].append(match.one)
        return {
            id
            for id, others in near.items()
            for pair in combinations(others, 2)
            if any(each.level == "part" for each in self._rivals(*pair))
        }

    def _rivals(self, one: str, other: str) -> list[Evidence]:
        shared = self._shared(self.sides[one], self.sides[other])
        return [each for each in shared if each.field == "email"]

    def _turned(self, one: Side) -> Side:
        """Read “Example Ada” as everybody else here writes their names."""
        return replace(one, names=tuple(dict.fromkeys(map(self._turn, one.names))))

    def _turn(self, name: likeness.PersonName) -> likeness.PersonName:
        given, family = " ".join(name.given[:1]), " ".join(name.family)
        as_is = (self.common["given", given] + 1) * (self.common["family", family] + 1)
        turned = (self.common["given", family] + 1) * (self.common["family", given] + 1)
        return likeness.PersonName(name.family, name.given) if turned > as_is else name

    def _pairs(self) -> set[tuple[str, str]]:
        return {
            pair
            for key, ids in self.blocks.items()
            if key not in self.crowded
            for pair in combinations(sorted(ids), 2)
        }

    def _is_crowd(self, key: tuple[str, str], ids: set[str]) -> bool:
        """Is this number that of a switchboard, or of everybody in a house?"""
        if key[0] == "employer":
            return False
        words = [name[0][0] for id in ids for name in self.sides[id].names[:1] if name[0]]
        return len({word[0] for word in words}) >= int(_weights()["crowd"])

    def _names(self, one: Side, other: Side) -> list[Evidence]:
        """Return the likeness of those of their names that are most alike."""
        compared = [self._compared(mine, theirs) for mine in one.names for theirs in other.names]
        return max(compared, key=lambda found: sum(each.bits for each in found), default=[])

    def _compared(self, mine: Any, theirs: Any) -> list[Evidence]:
        if self.kind == "company":
            both = tuple(mine.words) if mine.words == theirs.words else ()
            return [
                self._word("words", likeness.words(mine, theirs), both),
                self._weighed("form", likeness.form(mine, theirs)),
            ]
        straight = self._person(mine, theirs)
        swapped = self._person(mine, likeness.PersonName(theirs.family, theirs.given))
        turned = {each.level for each in swapped} <= {"same", "close"}
        return swapped if turned and straight[0].level == "different" else straight

    def _person(self, mine: likeness.PersonName, theirs: likeness.PersonName) -> list[Evidence]:
        return [
            self._word("given", likeness.given(mine, theirs), mine.given[:1]),
            self._word("family", likeness.family(mine, theirs), mine.family),
        ]

    def _word(self, field: str, level: Level, words: tuple[str, ...]) -> Evidence:
        """Weigh a word by how rare it is."""
        if level != "same":
            return self._weighed(field, level)
        count = self.common[field, " ".join(words)]
        share = max(count / self.size, _weights()["rare"][field])
        return self._weighed(field, level, share, (" ".join(words),))

    def _shared(self, one: Side, other: Side) -> Iterator[Evidence]:
        for field in SHARED:
            mine, theirs = getattr(one, field), getattr(other, field)
            if not mine or not theirs:
                continue
            both = {value for value in mine & theirs if (field, value) not in self.crowded}
            if both:
                count = min(self.common[field, value] for value in both)
                share = max(count / self.size, _weights()["rare"].get(field, 0))
                yield self._weighed(field, "same", share, tuple(sorted(both)))
            elif not mine & theirs:
                rivals = field == "email" and {*map(_domain, mine)} & {*map(_domain, theirs)}
                at_work = rivals and rivals - _addresses("public")
                yield self._weighed(field, "part" if at_work else "different")

    def _weighed(
        self, field: str, level: Level, share: float | None = None, values: tuple[str, ...] = ()
    ) -> Evidence:
        said = _weights()[self.kind].get(field, {}).get(level)
        if said is None:
            return Evidence(field, level, 0.0, values)
        unlike = said["shares"] / self.size if "shares" in said else said.get("u", share)
        return Evidence(field, level, log2(said["m"] / unlike), values)


def _at_work_only(match: Match) -> bool:
    """Is all they have in common, but for the name, where they work?"""
    same = {each.field for each in match.evidence if each.level == "same"}
    return same.isdisjoint(("email", "phone", "iban"))


def side(kind: str, id: str, state: dict[str, Any], at: Mapping[str, str]) -> Side:
    """Return what is compared of a state of this kind."""
    named = likeness.person if kind == "person" else likeness.company
    given = [state["name"], *state.get("aliases", ())]
    addresses = {email_key(each) for each in (state.get("email"), *state.get("emails", ())) if each}
    own = frozenset(one for one in addresses if not is_shared(one))
    domains = {*map(_domain, addresses)} - _addresses("public")
    if kind == "person":
        given += filter(None, map(_spelt, sorted(own)))
    company = at.get(state.get("company") or "", state.get("company"))
    domains |= {each.lower() for each in (state.get("domain"), company) if each}
    phones = frozenset(filter(None, (state.get("phone"), *state.get("phones", ()))))
    iban = frozenset([account_key(state["iban"])] if state.get("iban") else [])
    names = tuple(dict.fromkeys(name for name in map(named, given) if any(name)))
    return Side(id, names, own, phones, iban, frozenset(domains))


def names_differ(kind: str, one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Say whether nobody who is called so is called like the other, whatever they share."""
    match = Pool(kind, [("one", one), ("other", other)]).compare("one", "other")
    return any(each.field == VETO[kind] and each.level == "different" for each in match.evidence)


def is_shared(address: str) -> bool:
    """Is it an address that several read, like info@?"""
    return email_key(address).partition("@")[0] in _addresses("shared")


def _domain(address: str) -> str:
    return address.partition("@")[2]


def _spelt(address: str) -> str:
    """Return the name that an address spells out: “ada.example@…”, or “”."""
    parts = [part for part in address.partition("@")[0].replace("_", ".").split(".") if part]
    told = len(parts) == 2 and all(part.isalpha() and len(part) > 1 for part in parts)
    return " ".join(parts) if told else ""


def _words(kind: str, name: Any) -> Sequence[tuple[str, str]]:
    if kind == "company":
        return [("words", " ".join(name.words))]
    return [("given", " ".join(name.given[:1])), ("family", " ".join(name.family))]


@cache
def _weights() -> dict[str, Any]:
    return tomllib.loads(DATA.read_text("utf-8"))


@cache
def _addresses(which: str) -> frozenset[str]:
    return frozenset(_weights()["addresses"][which])
