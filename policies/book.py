"""Loads the rule book: reads, checks and composes rule files, all faults at once."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path
from typing import Any

from policies.conditions import compiled
from policies.facts import FACTS, Fact, nearest
from policies.house import OPERATIONS
from policies.probing import any_currency, danger_in, never_holds, type_fault
from policies.reading import Fault, Text, Written, read
from policies.rules import (
    EFFECTS,
    RUNS_BY_ITSELF,
    STRICTNESS,
    Book,
    Condition,
    Entry,
    Level,
    Rule,
    listed,
)
from policies.trial import check_examples, failures

DEFAULTS = Path(__file__).parent / "defaults"
CONDITION_CHARS_MAX = 500
FIXED = (
    "`off` cannot switch {rule!r} off: it is part of the safety floor, which holds whatever a file "
    "says. ({why})"
)
_FUNCTIONS = frozenset({"contains", "endsWith", "matches", "size", "startsWith"})


class BookError(ValueError):
    """Every fault of the rule files, one a line: file, line, rule, what is wrong."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(map(str, self.faults)))


def load(
    texts: Mapping[str, str],
    operations: Mapping[str, str] | None = None,
    facts: Mapping[str, Fact] = FACTS,
    *,
    house: Collection[str] = (),
) -> Book:
    """Return the book of these YAML texts (name → text), Firstmate's first, the operator's last.

    `operations` are the known ones with their effect classes, beside the house's own; `facts`
    is FACTS and whatever connectors declare besides, `house` names the texts that came with
    Firstmate; the others are the operator's. Raises BookError with everything that is wrong.
    """
    operations = None if operations is None else {**OPERATIONS, **operations}
    said = [read(file, text) for file, text in texts.items()]
    faults = [fault for text in said for fault in text.faults]
    faults += _faults_between(said, house)
    off = {rule for text in said for rule in text.off}
    written = [w for text in said for w in text.rules if w.rule.id not in off or _fixed(w, house)]
    entries: list[Entry] = []
    for rule in written:
        conditions, wrong = _compiled(rule, facts)
        faults += wrong
        level: Level = "house" if rule.file in house else "operator"
        entries.append(Entry(rule.rule, conditions, rule.file, level))
    book = Book(tuple(entries), _hash(entries), operations)
    faults += _faults_of_rules(written, book, facts)
    if not faults:
        faults += _faults_of_examples(written, book, facts)
    if faults:
        raise BookError(faults)
    every = tuple(says for entry in book.entries for says in _warnings(entry, book, facts))
    return replace(book, warnings=every)


def join(book: Book, rule: Rule, source: str, facts: Mapping[str, Fact] = FACTS) -> Book:
    """Return the book with one more rule of the operator. BookError: all that is wrong with it.

    Its examples are judged with it and the house's rules alone, so no other rule breaks them.
    """
    written = Written(rule, source, 1, {})
    conditions, faults = _compiled(written, facts)
    entry = Entry(rule, conditions, source)
    if any(other.rule.id == rule.id for other in book.entries):
        faults.append(written.fault("id", f"The id {rule.id!r} is taken."))
    faults += _faults_of_rules([written], replace(book, entries=(entry,)), facts)
    if not faults:
        house = (other for other in book.entries if other.level == "house")
        alone = replace(book, entries=(*house, entry))
        faults += (written.fault("examples", says) for says in failures(rule, alone, facts))
    if faults:
        raise BookError(faults)
    entries = [*book.entries, entry]
    return replace(book, entries=tuple(entries), bundle=_hash(entries))


def instead(book: Book, texts: Mapping[str, str]) -> Book:
    """Return the book with these texts of Firstmate's own in the place of those of their names."""
    made = load(texts, house=texts)
    entries = [*made.entries, *(one for one in book.entries if one.source not in texts)]
    return replace(book, entries=tuple(entries), bundle=_hash(entries))


def of_listed(rules: Iterable[Mapping[str, Any]], bundle: str) -> Book:
    """Return a book as it was kept under its hash (`Book.listed`).

    ValueError: this version cannot read a rule of it any more, or the hash is another's.
    """
    entries = []
    for one in rules:
        level: Level = "house" if one["level"] == "house" else "operator"
        rule = Rule.model_validate({name: one[name] for name in one if name != "level"})
        conditions = tuple(_condition(clause, FACTS) for clause in rule.when)
        entries.append(Entry(rule, conditions, "", level))
    if _hash(entries) != bundle:
        raise ValueError(f"It is not the rule book {bundle}.")
    return Book(tuple(entries), bundle)


def warnings(book: Book, rule: str, facts: Mapping[str, Fact] = FACTS) -> tuple[str, ...]:
    """Return what is worth a word about one rule of the book, though nothing is wrong with it."""
    entries = (entry for entry in book.entries if entry.rule.id == rule)
    return tuple(says for entry in entries for says in _warnings(entry, book, facts))


def load_files(
    paths: Iterable[Path],
    operations: Mapping[str, str] | None = None,
    facts: Mapping[str, Fact] = FACTS,
    *,
    made: Mapping[str, str] | None = None,
) -> Book:
    """Return the book of these files; the default rules are `default_files()`.

    `made`: more of Firstmate's own, by name, that stand in no file of rules.
    """
    texts: dict[str, str] = dict(made or {})
    house, faults = set(texts), []
    for path in paths:
        name = path.name if path.name not in texts else str(path)
        if path.parent.resolve() == DEFAULTS.resolve():
            house.add(name)
        try:
            texts[name] = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            faults.append(Fault(str(path), 1, "", "The file cannot be read as UTF-8 text."))
    if faults:
        raise BookError(faults)
    return load(texts, operations, facts, house=house)


def default_files() -> tuple[Path, ...]:
    """Return the rule files Firstmate ships."""
    return tuple(sorted(DEFAULTS.glob("*.yaml")))


def _fixed(written: Written, house: Collection[str]) -> bool:
    """Say whether it is a rule of the floor: one of Firstmate's that nobody can switch off."""
    return written.rule.floor and written.file in house


def _faults_between(said: list[Text], house: Collection[str]) -> Iterator[Fault]:
    """Yield what is wrong between rules: doubled ids, unknown or fixed ids switched off."""
    first: dict[str, Written] = {}
    for text in said:
        for written in text.rules:
            if before := first.get(written.rule.id):
                yield written.fault("id", f"The id is taken in {before.file}:{before.line}.")
            first.setdefault(written.rule.id, written)
    for text in said:
        for rule, line in text.off.items():
            if rule not in first:
                says = f"`off` names no rule {rule!r}{nearest(rule, first)}."
                yield Fault(text.file, line, "", says)
            elif _fixed(first[rule], house):
                yield Fault(text.file, line, "", FIXED.format(rule=rule, why=first[rule].rule.why))


def _compiled(
    written: Written, facts: Mapping[str, Fact]
) -> tuple[tuple[Condition, ...], list[Fault]]:
    conditions: list[Condition] = []
    faults: list[Fault] = []
    for clause in written.rule.when:
        try:
            conditions.append(_condition(clause, facts))
        except ValueError as error:
            faults += [written.fault(clause, says) for says in error.args]
    return tuple(conditions), faults


def _condition(clause: str, facts: Mapping[str, Fact]) -> Condition:
    """Compile one clause; raises ValueError with a sentence for everything wrong."""
    if len(clause) > CONDITION_CHARS_MAX:
        raise ValueError(f"A condition has at most {CONDITION_CHARS_MAX} characters.")
    try:
        program = compiled(clause)
    except ValueError as error:
        raise ValueError(f"`{clause}` is not a condition: {error}.") from error
    names, functions = program.variables(), filter(str.isidentifier, program.functions())
    wrong = [f"There is no fact {n!r}{nearest(n, facts)}." for n in names if n not in facts]
    wrong += [
        f"There is no function {name!r}{nearest(name, _FUNCTIONS)}."
        for name in functions
        if name not in _FUNCTIONS
    ]
    condition = Condition(clause, program, tuple(names))
    if not wrong and (says := type_fault(condition, facts)):
        wrong = [says]
    if wrong:
        raise ValueError(*wrong)
    return condition


def _faults_of_rules(
    written: list[Written], book: Book, facts: Mapping[str, Fact]
) -> Iterator[Fault]:
    for rule, entry in zip(written, book.entries, strict=True):
        yield from _scope_faults(rule, book.operations)
        yield from _yield_faults(rule, entry)
        yield from _floor_faults(rule, entry)
        if rule.rule.canary and rule.rule.then not in RUNS_BY_ITSELF:
            yield rule.fault("canary", "`canary` is for a rule that lets something run by itself.")
        sound = len(entry.conditions) == len(rule.rule.when)
        if sound and (says := danger_in(entry, book, facts)):
            yield rule.fault("then", says)


def _scope_faults(written: Written, operations: Mapping[str, str] | None) -> Iterator[Fault]:
    effect, action = written.rule.effect, written.rule.action
    if effect is not None and effect not in EFFECTS:
        says = f"There is no effect class {effect!r}{nearest(effect, EFFECTS)}."
        yield written.fault("effect", says)
    if action is None or operations is None or _is_glob(action):
        return
    if action not in operations:
        says = f"There is no operation {action!r}{nearest(action, operations)}."
        yield written.fault("action", says)
    elif effect in EFFECTS and operations[action] not in ("", effect):  # "": it has none yet
        yield written.fault("effect", f"{action} is {operations[action]!r}, not {effect!r}.")


def _yield_faults(written: Written, entry: Entry) -> Iterator[Fault]:
    if not written.rule.yields:
        return
    if entry.level != "house":
        yield written.fault("yields", "Only a rule of Firstmate's own may give way; yours hold.")
    elif written.rule.then != "ask":
        yield written.fault(
            "yields", f"Only a rule that asks may give way, not {written.rule.then}."
        )


def _floor_faults(written: Written, entry: Entry) -> Iterator[Fault]:
    rule = written.rule
    if not rule.floor:
        return
    if entry.level != "house":
        says = "Only a rule of Firstmate's own is part of the floor; yours you can switch off."
        yield written.fault("floor", says)
    elif rule.yields or rule.shadow or rule.then in RUNS_BY_ITSELF:
        says = "A rule of the floor asks or denies; it neither gives way nor is it on trial."
        yield written.fault("floor", says)


def _faults_of_examples(
    written: list[Written], book: Book, facts: Mapping[str, Fact]
) -> Iterator[Fault]:
    by_id = {rule.rule.id: rule for rule in written}
    for _, rule, says in check_examples(book, facts):
        yield by_id[rule].fault("examples", says)


def _warnings(entry: Entry, book: Book, facts: Mapping[str, Fact]) -> Iterator[str]:
    rule = entry.rule
    if _matches_nothing(rule.action, book.operations):
        yield f"{rule.id}: no operation is called {rule.action!r}."
    if never_holds(entry, facts):
        yield f"{rule.id}: its conditions can never all hold."
    if any_currency(entry, book, facts):
        yield f"{rule.id}: its amount counts in every currency; add `currency == 'EUR'`."
    if stricter := next((e.rule.id for e in book.entries if _always_stricter(e, entry)), ""):
        yield f"{rule.id}: it never decides, because {stricter} is stricter and always holds."


def _matches_nothing(action: str | None, operations: Mapping[str, str] | None) -> bool:
    if action is None or operations is None:
        return False
    return not any(fnmatchcase(name, action) for name in operations)


def _always_stricter(other: Entry, entry: Entry) -> bool:
    strict, rule = other.rule, entry.rule
    return (
        not strict.when
        and not strict.shadow
        and not (strict.yields and _gives_leave(entry))
        and STRICTNESS[strict.then] > STRICTNESS[rule.then]
        and strict.effect in {None, rule.effect}
        and (strict.action in {None, "*"} or fnmatchcase(rule.action or "", strict.action or "*"))
    )


def _gives_leave(entry: Entry) -> bool:
    return entry.level == "operator" and entry.rule.then in RUNS_BY_ITSELF


def _is_glob(action: str) -> bool:
    return any(mark in action for mark in "*?[")


def _hash(entries: list[Entry]) -> str:
    canonical = json.dumps(listed(entries), sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()[:12]
