"""The face of the approval card: pure drawing of what the database says, word by word."""

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from connectors.contract import ANSWER
from connectors.money import spaced
from engine.chat import words
from engine.chat.messages import (
    Bullets,
    Button,
    Facts,
    FieldDiff,
    FieldRow,
    File,
    Heading,
    Msg,
    Para,
    Part,
    Quote,
    Span,
    TextDiff,
)
from engine.drawing import confirming, face_buttons, failures
from engine.drawing.marks import Marks, marks_of
from engine.drawing.sight import LETTERS, Row, Sight
from engine.planning.mode_words import CREATIVE, SAYS
from policies.rules import Action

RISK = {  # fixed words, chosen by code
    "": "nobody has said yet what it does",
    "read": "tells nobody anything",
    "egress_read": "tells an outsider what is asked",
    "internal": "stays inside",
    "share": "leaves the company in your name",
    "money": "moves money",
    "booking": "books time with others",
    "destructive": "deletes",
    "credential": "touches a secret",
    "membership": "changes who has access",
    "profile": "changes how you appear",
}
LINES = {
    "failed": "✗ It did not happen: {error}",
    "unknown": "? It may have happened: {error}",
    "denied": "✗ Not done: {because}",
    "expired": "Expired: nobody answered in time, so it was not done.",
    "withdrawn": "Withdrawn: no longer needed, so it was not done. {error}",
    "rejected": "✗ Rejected. Nothing was done.",
    "approved": "✓ Approved. It has not run yet.",
    "running": "… Running.",
}
OUTSIDE = {
    "failed": "certainly nothing was done.",
    "unknown": "it may have been done, once.",
}
COMPARE = "Compare it with an earlier bill or ask by phone; mails are forged."
CHANGED = (
    "Your records have another account. A changed account is how bills are forged most often: "
    "ask by phone, at a number you had before this mail."
)
BETTER = Para(
    spans=(
        Span(
            text="A better draft is being written. It takes the place of this one, here, unless "
            "you begin before it comes.",
            style="italic",
        ),
    )
)
ONLY = "There is only this one: no language model wrote others that differ from it."
BY_FILE = "So says the file of “{name}”."
ANSWERS_MAX = 3
MARKS_MAX = 3  # told of each other draft; taken, it tells all
ANSWER_CHARS_MAX = 2500  # of an outside tool; all of it is kept with the receipt
SUMMARY_CHARS = 190
HAND_CHARS_MAX = 60
CODE_CHARS = 4
WHY_CHARS = 6  # of an effect's id, for a person to type
LINK = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)


def key(effect: str, version: int) -> str:
    """Return the key of the card that shows this version of an effect."""
    return f"effect:{effect}:{version}"


def draw(sight: Sight) -> Msg:
    """Return the card of the newest version."""
    effect, asked = sight.effect, sight.asked
    title = str(sight.shown["title"])
    return Msg(
        key=key(effect.id, effect.version),
        summary=f"{title} · {_spoken(effect.state)}"[:SUMMARY_CHARS],
        parts=(*_body(sight), *_foot(sight), *unpictured(sight.shown)),
        buttons=face_buttons.buttons(sight),
        files=pictures_of(sight.shown),
        expires_at=asked.expires_at if asked is not None else None,
    )


def pictures_of(shown: dict[str, Any]) -> tuple[File, ...]:
    """Return the pictures that were painted for a version; `shown` is its kept preview."""
    kept = shown.get("pictures", ())
    return tuple(File(name=one["name"], mime=one["mime"], digest=one["digest"]) for one in kept)


def unpictured(shown: dict[str, Any]) -> tuple[Part, ...]:
    """Return the sentence about documents that have no picture beside those that have one."""
    left = shown.get("unpictured", 0)
    if not left:
        return ()
    text = f"{left} more document{' is' if left == 1 else 's are'} not pictured."
    return (Para(spans=(Span(text=text, style="italic"),)),)


def voided(old: Row, new: Row) -> Msg:
    """Return the card of a version that a newer one replaced."""
    title = str(old.preview["title"])
    who = "you" if new.author == "operator" else "Firstmate"
    text = f"Changed by {who}: this version will not be done. The new card is “"
    link = f"{new.preview['title']}” (version {new.version})."
    spans = (Span(text=text), Span(text=link, style="bold"))
    go = Button(label="Show the new card", action="show", ref=old.effect)
    return Msg(
        key=key(old.effect, old.version),
        summary=f"{title} · changed since you were asked"[:SUMMARY_CHARS],
        parts=(Heading(text=title), Para(spans=spans)),
        buttons=((go,),),
    )


def _body(sight: Sight) -> tuple[Part, ...]:
    shown = sight.shown
    parts: list[Part] = [Heading(text=shown["title"])]
    if shown["changes"]:
        parts.append(FieldDiff(rows=tuple(_row(change) for change in shown["changes"])))
    if shown["text"] is not None:
        earlier = sight.versions[-2].preview["text"] if len(sight.versions) > 1 else ""
        if earlier == shown["text"]:  # what changed is elsewhere: shown whole, not folded away
            earlier = ""
        parts.append(TextDiff(old=earlier or "", new=shown["text"]))
    parts += [Para(spans=(Span(text=note, style="italic"),)) for note in _notes(shown)]
    if sight.better:
        parts.append(BETTER)
    if sight.effect.state == "waiting" and shown.get("options"):
        parts.append(Bullets(items=_options(shown["options"])))
    if sight.mode:
        parts.append(Para(spans=(Span(text=_mode(sight), style="italic"),)))
    if sight.effect.state in ("waiting", "approved", "denied"):
        parts.append(_facts(sight))
    return tuple(parts)


def _notes(shown: dict[str, Any]) -> tuple[str, ...]:
    """Return what must be said beside the text: what was marked in it, and where its links lead."""
    hosts = sorted({host for host in map(_host, LINK.findall(shown["text"] or "")) if host})
    linked = (f"Links in the text lead to: {', '.join(hosts)}.",) if hosts else ()
    marks = tuple(f"⚠ {mark['says']}" for mark in marks_of(shown["facts"]))
    return (*marks, *linked, *shown["notes"])


def _options(options: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(
        f"{letter}{' (recommended)' if option['recommended'] else ''}: {option['says']}"
        + ("" if letter == LETTERS[0] else _marks(option.get("marks", ())))
        for letter, option in zip(LETTERS, options, strict=False)
    )


def _marks(marks: Marks) -> str:
    """Return what is marked in a draft that is offered; of the one that stands there it is said."""
    told = "".join(f" ⚠ {mark['says']}" for mark in marks[:MARKS_MAX])
    return told + (f" ⚠ and {len(marks) - MARKS_MAX} more" if len(marks) > MARKS_MAX else "")


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return address


def _row(change: dict[str, Any]) -> FieldRow:
    return FieldRow(
        label=change["label"],
        old=change["before"],
        new=change["after"],
        source=change["source"],
        derived=change["derived"],
    )


def _facts(sight: Sight) -> Facts:
    action, verdict = sight.effect.action, sight.effect.verdict
    expires = ""
    if sight.asked is not None:
        expires = f"{words.moment(sight.asked.expires_at, sight.settings)} → not done"
    return Facts(
        why=action["reason"],
        evidence=sight.evidence,
        risk=RISK.get(action["effect"], action["effect"]),
        policy=f"{verdict['because']} ({', '.join(verdict['rules']) or 'no rule'})",
        cost=sight.cost,
        undo=sight.shown["facts"].get("undo", ""),
        expires=expires,
    )


def _mode(sight: Sight) -> str:
    """Return how it is gone about; that there is one draft alone, where several were wanted."""
    drafted = sight.effect.state == "waiting" and sight.shown["text"] is not None
    alone = drafted and not (sight.better or sight.shown.get("options"))
    only = f" {ONLY}" if sight.mode == CREATIVE and alone else ""
    by = f" {BY_FILE.format(name=sight.whose)}" if sight.whose else ""
    return f"Mode: {SAYS[sight.mode]}.{by}{only}"


def _foot(sight: Sight) -> tuple[Part, ...]:
    """Return the sentence that says where it stands, and who decided."""
    line = _line(sight)
    parts: list[Part] = [Para(spans=(Span(text=line, style="bold"),))] if line else []
    if sight.effect.state == "denied" and (account := sight.shown["facts"].get("account")):
        parts += _unproven(account)
    parts += _answered(sight.effect)
    if sight.effect.state in OUTSIDE:
        parts.append(Bullets(items=_wrong(sight.effect, sight.settings)))
        parts += sight.aftermath.parts if sight.aftermath is not None else ()
    if sight.decided is not None:
        why = f"/why {sight.effect.id[-WHY_CHARS:]}"
        who = f"{_who(sight.decided, sight.settings)} · {why}"
        parts.append(Para(spans=(Span(text=who, style="italic"),)))
        if hand := _by_hand(sight.versions):
            parts.append(Para(spans=(Span(text=hand, style="italic"),)))
    elif sight.effect.state == "done" and sight.effect.verdict["outcome"] == "notify":
        parts.append(Para(spans=(Span(text=_by_itself(sight.effect), style="italic"),)))
    if half := _half(sight):
        parts.append(Para(spans=(Span(text=half, style="bold"),)))
    if sight.menu == "more" and sight.asked is not None:
        parts.append(Para(spans=(Span(text=_in_words(sight.asked), style="italic"),)))
    return tuple(parts)


def _unproven(account: dict[str, str]) -> tuple[Part, ...]:
    """Say how to find out whose an account is, and what is known instead of it."""
    parts: list[Part] = []
    if account["now"]:
        old, new = spaced(account["now"]), spaced(account["account"])
        label = f"Account of {account['name']}"
        parts.append(FieldDiff(rows=(FieldRow(label=label, old=old, new=new),)))
    text = CHANGED if account["now"] else COMPARE
    return (*parts, Para(spans=(Span(text=text, style="italic"),)))


def _answered(effect: Row) -> tuple[Part, ...]:
    """Return what an outside tool said, as somebody else's words."""
    text = (effect.receipt or {}).get("data", {}).get(ANSWER)
    if not text:
        return ()
    shown = text[:ANSWER_CHARS_MAX]
    rest = f"\n[… {len(text) - len(shown)} more characters]" if len(text) > len(shown) else ""
    return (Quote(text=shown + rest, who=effect.action["operation"]),)


def _by_itself(effect: Row) -> str:
    """Say by which rule it was done without a question, and where to read more."""
    rules = ", ".join(effect.verdict["rules"])
    return f"By itself: {effect.verdict['because']} ({rules}) · /why {effect.id[-WHY_CHARS:]}"


def _in_words(asked: Row) -> str:
    code = asked.id[-CODE_CHARS:].upper()
    return f"In words: /ok {code} · /no {code} · /tap and a button's name"


def _half(sight: Sight) -> str:
    """Return what the first of two yeses still needs; "" when none stands alone."""
    effect, asked = sight.effect, sight.asked
    if asked is None or asked.first_on is None or effect.state != "waiting":
        return ""
    wanted = confirming.wanted(Action.model_validate(effect.action), effect.digest)
    others = ", ".join(words.surface(name) for name in sight.surfaces if name != asked.first_on)
    first = f"First yes on {words.surface(asked.first_on)}"
    return (
        f"{first}, {words.moment(asked.first_at, sight.settings)}. To confirm, type {wanted}, "
        f"or tap {face_buttons.REALLY} on another of your surfaces: {others}."
    )


def _by_hand(versions: list[Row]) -> str:
    """Say what the operator changed before deciding; long texts only by name."""
    if not any(version.author == "operator" for version in versions):
        return ""
    old, new = versions[0].action["args"], versions[-1].action["args"]
    changed = [
        label if len(f"{old.get(name)}{new[name]}") > HAND_CHARS_MAX
        else f"{label} {old.get(name) or '—'} → {new[name] or '—'}"
        for name in new
        if new[name] != old.get(name)
        for label in [name.replace("_", " ").capitalize()]
    ]  # fmt: skip
    return f"Changed by hand: {' · '.join(changed)}" if changed else ""


def _line(sight: Sight) -> str:
    """Return one sentence; "done" is only ever said from a receipt."""
    effect, asked = sight.effect, sight.asked
    if effect.state == "waiting":
        snoozed = asked.snoozed_until if asked is not None else None
        again = words.moment(snoozed, sight.settings) if snoozed else ""
        return f"⏰ Later: I ask again {again}." if snoozed else ""
    if effect.state in ("done", "undone"):
        taken_back = effect.state == "undone"
        end = " · ↩ taken back" if taken_back else _undo_until(effect, sight.settings)
        return f"✓ {effect.receipt['said']}{end}"
    error = effect.error or ""
    return LINES[effect.state].format(error=error, because=effect.verdict["because"]).strip()


def _wrong(effect: Row, settings: dict[str, Any]) -> tuple[str, ...]:
    """Return what went wrong: its class, what was tried, what came of it outside, what mends it."""
    kind = failures.KINDS[effect.failure or "refused"]
    tries = failures.tries_of(effect.tries)
    tried = "Tried: not at all; it went wrong before the call."
    if tries:
        count = "once" if len(tries) == 1 else f"{len(tries)} times, the last"
        tried = f"Tried: {count} {words.moment(tries[-1].at, settings)}. {_answers(tries)}"
    outside = f"Outside: {OUTSIDE[effect.state]}"
    return (f"What kind: {kind.says}", tried, outside, f"What helps: {kind.mend}")


def _answers(tries: tuple[failures.Try, ...]) -> str:
    """Return what came back, each sentence once."""
    said = tuple(dict.fromkeys(one.said for one in tries))[-ANSWERS_MAX:]
    return "What came back: " + " · ".join(f"“{one}”" for one in said)


def _undo_until(effect: Row, settings: dict[str, Any]) -> str:
    until = effect.receipt["undo_until"]
    if until is None:
        return ""
    return f" · undo until {words.moment(datetime.fromisoformat(until), settings)}"


def _who(decided: Row, settings: dict[str, Any]) -> str:
    did = "Approved" if decided.answer == "approve" else "Rejected"
    note = f" · {decided.note}" if decided.note else ""
    where = words.where(decided.first_on, decided.channel)
    return f"{did} by you {where}, {words.moment(decided.at, settings)}{note}"


def _spoken(state: str) -> str:
    return {"waiting": "waits for you", "unknown": "may have happened"}.get(state, state)


def content(shown: dict[str, Any], earlier: str) -> tuple[Part, ...]:
    """Return everything a version would send or change: fields, text, notes. For lists of cards.

    `shown` is the version's kept preview, `earlier` the text of the version before it.
    """
    parts: list[Part] = []
    if shown["changes"]:
        parts.append(FieldDiff(rows=tuple(_row(change) for change in shown["changes"])))
    if shown["text"] is not None:
        parts.append(TextDiff(old=earlier, new=shown["text"]))
    return (*parts, *(Para(spans=(Span(text=note, style="italic"),)) for note in _notes(shown)))
