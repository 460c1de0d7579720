"""A wish with other values, as its correction says. None where the words do not fit the wish."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from agents.hearing.correction_words import Correction
from agents.playbooks import slots
from agents.playbooks.library import Slot
from agents.playbooks.planner import Wish
from agents.playbooks.routing import Route, Router
from agents.playbooks.slots import Filled
from agents.reading import moments, parties
from agents.reading.documents import DOCUMENTS
from agents.reading.words import Candidate, Context, tokens
from memory.canon import records
from memory.db import Reader

OF_SOMEBODY = (*DOCUMENTS, "account", "bill")  # whoever else it is, these are not theirs
VALUES = ("when", "money", "person", "account")
FILLERS = frozenset(
    {*("on", "at", "to", "for", "the", "by", "until", "and", "please"),
     *("um", "am", "an", "für", "bis", "auf", "und", "bitte")}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Changed:
    """The wish anew, and what is left to choose or cannot be."""

    wish: Wish
    filled: Filled


async def of(
    reader: Reader, wish: Wish, told: Correction, now: Context, router: Router
) -> Changed | None:
    """Return the wish as it was meant. `now`: how the operator writes."""
    if told.other is not None:
        return await _other(reader, wish, told.other, now)
    route = router.by_pattern(told.new)
    if route is not None and route.playbook is wish.playbook:
        return await _wished_anew(reader, wish, told, route, now)
    if told.old and (again := await _said_anew(reader, wish, told, now, router)) is not None:
        return again
    return await _value(reader, wish, told.new, now)


async def names(reader: Reader, wish: Wish, told: Correction) -> bool:
    """Say whether the words name what this wish is about: what it said, or whom."""
    if told.old and said_in(wish, told.old):
        return True
    known = {value.ref for value in wish.values.values() if value.ref}
    named = await parties.find(reader, f"{told.old} {told.new} {told.other or ''}")
    return any(one.ref in known for found in named for one in found.readings)


def said_in(wish: Wish, words: str) -> bool:
    """Say whether these words stand in what was said of the wish."""
    return any(_standing(words).search(one) for one in wish.said)


def of_somebody(wish: Wish, changed: Collection[str]) -> tuple[str, ...]:
    """Return what goes with whom the wish is about, where that changes: theirs, not another's."""
    types = {slot.name: slot.type for slot in wish.playbook.slots}
    if not any(types[name] in ("person", "record") for name in changed):
        return ()
    return tuple(n for n, type in types.items() if type in OF_SOMEBODY and n not in changed)


async def of_chosen(
    reader: Reader, wish: Wish, slot: str, said: Collection[str], now: Context
) -> Changed:
    """Return a wish whose person was just chosen, with documents of theirs.

    `said`: what the operator named themselves; that stays.
    """
    somebody = wish.values[slot].ref
    types = {one.name: one.type for one in wish.playbook.slots}
    if somebody is None or types[slot] != "person":
        return Changed(wish, Filled())
    others = [
        n for n, v in wish.values.items()
        if types[n] in DOCUMENTS and n not in said and not await _is_of(reader, v, somebody)
    ]  # fmt: skip
    others += [n for n in wish.unclear if types[n] in DOCUMENTS]  # read as theirs, below
    return await _documents(reader, _with(wish, {}, *others), somebody, now)


async def _wished_anew(
    reader: Reader, wish: Wish, told: Correction, route: Route, now: Context
) -> Changed | None:
    """Take what a whole sentence names; what it leaves open stays: “no, remind me on Monday”."""
    found = await slots.fill(reader, route.text, wish.playbook.slots, now, route.groups)
    if not (told.sure or _is_about_the_same(wish, told, found)):
        return None  # a wish of its own, which only sounds like a correction
    said = {n: v for n, v in found.values.items() if v.text and not _same(wish.values.get(n), v)}
    if found.wrong or found.ambiguous:
        return left_open(wish, dict(said), found, *found.wrong)
    return await whose(reader, wish, dict(said), now) if said else None


def _is_about_the_same(wish: Wish, told: Correction, found: Filled) -> bool:
    """Say whether a sentence that nothing but its form calls a correction is about this wish."""
    types = {slot.name: slot.type for slot in wish.playbook.slots}
    if told.old and not said_in(wish, told.old):
        return False
    if found.wrong or any(types[n] in ("person", "record") for n in found.ambiguous):
        return False
    loose = ("text", "account", "bill", *DOCUMENTS) if told.old else ()  # what it was, is said
    return all(
        _same(wish.values.get(n), v)
        for n, v in found.values.items()
        if v.text and types[n] not in ("when", "money", *loose)
    )


async def _other(reader: Reader, wish: Wish, what: str, now: Context) -> Changed | None:
    """Take another of the same name, or another document of the same person."""
    named = await parties.find(reader, what or " ".join(wish.said))
    for slot in wish.playbook.slots:
        ref = wish.values[slot.name].ref if slot.name in wish.values else None
        if slot.type not in ("person", "record") or ref is None:
            continue
        for found in named:
            refs = [one.ref for one in found.readings]
            others = tuple(one for one in found.readings if one.ref != ref)
            if ref in refs and len(others) > 1:
                return left_open(wish, {}, Filled(ambiguous={slot.name: others}))
            if ref in refs and others:
                return await whose(reader, wish, {slot.name: others[0]}, now)
    if what and named:
        return None
    for slot in wish.playbook.slots:
        if slot.type in DOCUMENTS and slot.name in wish.values:
            return await _another(reader, wish, slot, now)
    return None


async def _another(reader: Reader, wish: Wish, slot: Slot, now: Context) -> Changed | None:
    """Return the wish about another document of whom it is about."""
    held = await records.get(reader, wish.values[slot.name].ref or "")
    about = None if held is None else held.state.get("customer")
    if about is None:
        return None
    found = await slots.fill(reader, "", (slot,), replace(now, about=(str(about),)))
    every = found.ambiguous.get(slot.name, tuple(found.values.values()))
    others = tuple(one for one in every if one.ref != wish.values[slot.name].ref)
    if not others:
        return None
    if len(others) > 1:
        return left_open(wish, {}, Filled(ambiguous={slot.name: others}))
    return Changed(_with(wish, {slot.name: others[0]}), Filled())


async def _said_anew(
    reader: Reader, wish: Wish, told: Correction, now: Context, router: Router
) -> Changed | None:
    """Read the old words again, with what was meant in the place of what was not."""
    old = _standing(told.old)
    said = next((one for one in wish.said if old.search(one)), None)
    if said is None or len(old.findall(said)) != 1:
        return None
    words = old.sub(lambda _: told.new, said)
    route = router.by_pattern(words)
    if route is None or route.playbook is not wish.playbook:
        return None
    fresh = await slots.fill(reader, words, wish.playbook.slots, now, route.groups)
    if any(slot in fresh.wrong or slot in fresh.ambiguous for slot in wish.values):
        return Changed(replace(wish, values=dict(fresh.values)), fresh)
    changed = {n: v for n, v in fresh.values.items() if not _same(wish.values.get(n), v)}
    if not changed:
        return None
    anew = replace(wish, said=tuple(words if one is said else one for one in wish.said))
    return await whose(reader, anew, dict(changed), now)


async def _value(reader: Reader, wish: Wish, new: str, now: Context) -> Changed | None:
    """Put what the new words name, and nothing besides, in the place of what was there."""
    for types in (VALUES, ("person", "record", *DOCUMENTS)):
        wanted = [slot for slot in wish.playbook.slots if slot.type in types]
        found = await slots.fill(reader, _moment_kept(wish, wanted, new, now), wanted, now)
        every = {**{n: (v,) for n, v in found.values.items()}, **found.ambiguous}
        said = {n: found.values[n].text for n in found.values}
        if not every or not (found.ambiguous or _covers(list(said.values()), new, now)):
            continue
        changed = {n: v for n, v in found.values.items() if not _same(wish.values.get(n), v)}
        if found.ambiguous:
            named = [word.value for some in found.ambiguous.values() for word in some]
            short = not said and len(tokens(new)) <= 2  # “2,50” is written in no choice
            if not (short or _covers([*said.values(), *named], new, now)):
                continue
            return left_open(wish, dict(changed), found)
        if changed:
            return await whose(reader, wish, dict(changed), now)
    return None


async def whose(reader: Reader, wish: Wish, changed: dict[str, Candidate], now: Context) -> Changed:
    """Return the wish with these values; what was another person's is looked for anew.

    A mail that was not theirs is answered no more.
    """
    types = {slot.name: slot.type for slot in wish.playbook.slots}
    somebody = next((v.ref for n, v in changed.items() if types[n] in ("person", "record")), None)
    left = _with(wish, changed, *of_somebody(wish, changed))
    if somebody is None:
        return Changed(left, Filled())
    if somebody not in now.about:
        left = replace(left, mail=None)
    return await _documents(reader, left, somebody, now)


def left_open(wish: Wish, changed: dict[str, Candidate], found: Filled, *without: str) -> Changed:
    """Return the wish while a choice is left; nothing of whom it was about before stays in it."""
    asked = (*found.ambiguous, *without)
    left = _with(wish, changed, *asked, *of_somebody(wish, (*asked, *changed)))
    return Changed(left, Filled(ambiguous=found.ambiguous, wrong=found.wrong))


async def _documents(reader: Reader, wish: Wish, somebody: str, now: Context) -> Changed:
    """Return the wish with what is missing of this person's documents, as far as it is clear."""
    documents = [
        slot
        for slot in wish.playbook.slots
        if slot.type in DOCUMENTS and slot.name not in wish.values
    ]
    about = replace(now, about=(somebody,))
    found = await slots.fill(reader, " ".join(wish.said), documents, about)
    held = {n: v for n, v in found.values.items() if await _is_of(reader, v, somebody)}
    choices = {
        n: theirs
        for n, some in found.ambiguous.items()
        if (theirs := tuple([one for one in some if await _is_of(reader, one, somebody)]))
    }
    return Changed(_with(wish, dict(held)), Filled(ambiguous=choices))


async def _is_of(reader: Reader, value: Candidate, somebody: str) -> bool:
    record = await records.get(reader, value.ref or "")
    return record is not None and record.state.get("customer") == somebody


def _moment_kept(wish: Wish, wanted: Sequence[Slot], new: str, now: Context) -> str:
    """Return the new words with the time, or the day, that they leave as it was."""
    if not any(slot.type == "when" for slot in wanted) or not moments.spans(new, now):
        return new
    for said in reversed(wish.said):
        if spans := moments.spans(said, now):
            return moments.changed(said[slice(*spans[0])], new, now)
    return new


def _covers(found: Sequence[str], new: str, now: Context) -> bool:
    """Say whether the words are what was found and nothing besides."""
    known = {word.text for text in found for word in tokens(str(text))}
    spans = moments.spans(new, now)
    left = [w for w in tokens(new) if not any(a <= w.start < b for a, b in spans)]
    return all(word.text in known or word.text in FILLERS for word in left)


def _standing(words: str) -> re.Pattern[str]:
    """Return the pattern of words that stand by themselves: “40”, and not in “140”."""
    return re.compile(rf"(?<!\w){re.escape(words.strip())}(?!\w)", re.IGNORECASE)


def _same(old: Candidate | None, new: Candidate) -> bool:
    return old is not None and (old.value, old.ref) == (new.value, new.ref)


def _with(wish: Wish, changed: dict[str, Candidate], *without: str) -> Wish:
    kept = {name: value for name, value in wish.values.items() if name not in without}
    left = {name: some for name, some in wish.unclear.items() if name not in (*without, *changed)}
    return replace(wish, values={**kept, **changed}, unclear=left)
