"""The buttons under an approval card, by where its effect stands."""

from typing import Any

from connectors.money import spaced
from engine.chat.messages import Button, Form, Input
from engine.drawing import always, confirming
from engine.drawing.sight import LETTERS, Row, Sight
from engine.planning import aftermath
from policies.gate import UNCLASSIFIED
from policies.rules import Action

LATER = (
    ("In 1 hour", "1h"),
    ("Tonight at 18", "tonight"),
    ("Tomorrow at 9", "tomorrow"),
    ("Monday at 9", "monday"),
)
REASONS = (("Wrong facts", "wrong facts"), ("Wrong words", "wrong words"), ("Not now", "not now"))
NOTE = Input(id="note", label="What should I do instead?", kind="multiline", max_chars=1000)
INSTEAD = Form(title="Do it, but…", fields=(NOTE,))
REASON = Input(id="reason", label="Why not?", kind="multiline", max_chars=500)
IN_WORDS = Form(title="Why not?", fields=(REASON,))
NAME_CHARS_MAX = 200
ACCOUNT_END = 4  # characters of an account that are typed from elsewhere
REALLY = "✓ Yes, really"


def buttons(sight: Sight) -> tuple[tuple[Button, ...], ...]:
    effect, asked = sight.effect, sight.asked
    if asked is None or effect.state not in ("waiting", "approved", "running"):
        return _after_buttons(sight)
    if effect.state == "waiting":
        return (*_second_yes(sight, asked), *_waiting_buttons(sight, asked, sight.menu))
    answered = _waiting_buttons(sight, asked, "")[0]
    dead = tuple(b.model_copy(update={"disabled": True, "form": None}) for b in answered)
    return (dead, *_always(sight))


def _waiting_buttons(sight: Sight, asked: Row, menu: str) -> tuple[tuple[Button, ...], ...]:
    effect, shown = sight.effect, sight.shown
    back = Button(label="Back", action="menu", ref=asked.id)
    if menu == "later":
        row = tuple(Button(label=t, action="later", ref=asked.id, item=i) for t, i in LATER)
        return (row[:2], row[2:], (back,))
    if menu == "more":
        why = Button(label="Why?", action="why", ref=effect.id)
        drop = Button(label="Not needed any more", action="withdraw", ref=asked.id)
        instead = Button(label="↪ Do it, but…", action="redirect", ref=asked.id, form=INSTEAD)
        mode = Button(label="Mode…", action="mode", ref=effect.goal)
        return ((instead, why), (mode, drop), (back,))
    form = tuple(Input.model_validate(item) for item in shown["facts"].get("form", ()))
    approve = Button(
        label=f"✓ {shown['facts'].get('verb', 'Approve')}",
        action="approve",
        ref=asked.id,
        style="ok",
        form=_second_look(sight, asked),
    )
    reject = Button(label="✗ Reject", action="reject", ref=asked.id, style="danger")
    later = Button(label="⏰ Later", action="menu", ref=asked.id, item="later")
    more = Button(label="… More", action="menu", ref=asked.id, item="more")
    first: tuple[Button, ...] = (approve, reject)
    if form:
        edit = Form(title="Edit before it is done", fields=form)
        first = (approve, Button(label="✎ Edit", action="edit", ref=asked.id, form=edit), reject)
    others = tuple(
        Button(label=f"Take {letter}", action="option", ref=asked.id, item=letter)
        for letter, _ in [*zip(LETTERS, shown.get("options", ()), strict=False)][1:]
    )
    return (first, *filter(None, [others, _stranger(sight, asked)]), (later, more))


def _stranger(sight: Sight, asked: Row) -> tuple[Button, ...]:
    """Where it goes to an address nobody has: say whose it is, once, instead of approving."""
    stranger = sight.shown["facts"].get("stranger")
    if not stranger:
        return ()
    label = f"Whose address is {stranger['address']}? I keep it in the record of this name."
    whose = Input(id="whose", label=label, initial=stranger["whose"], max_chars=NAME_CHARS_MAX)
    form = Form(title="Whose address is it?", fields=(whose,))
    return (Button(label="Whose address is it?", action="endorse", ref=asked.id, form=form),)


def _account(effect: Row, account: dict[str, str]) -> Button:
    """Money was refused because of its account alone: say whose it is, after a look elsewhere."""
    iban = spaced(account["account"])
    whose = f"Whose account is {iban}? I keep it in the record of this name."
    last = "Its last four characters, read off an earlier bill or said on the phone"
    fields: tuple[Input, ...] = (
        Input(id="whose", label=whose, initial=account["name"], max_chars=NAME_CHARS_MAX),
        Input(id="last", label=last, max_chars=ACCOUNT_END),
    )
    if account["now"]:
        old = f"The last four characters of {spaced(account['now'])}, which it replaces"
        fields += (Input(id="replaces", label=old, max_chars=ACCOUNT_END),)
    form = Form(title="Is this account theirs?", fields=fields)
    label = "Is this account theirs?…"
    return Button(label=label, action="account", ref=effect.id, item=str(effect.version), form=form)


def _second_yes(sight: Sight, asked: Row) -> tuple[tuple[Button, ...], ...]:
    """After the first of two yeses, the button of every other surface."""
    if asked.first_on is None or sight.menu:
        return ()
    really = Button(label=REALLY, action="second", ref=asked.id, style="ok", not_on=asked.first_on)
    return ((really,),)


def _second_look(sight: Sight, asked: Row) -> Form | None:
    """For what the rules want confirmed twice, the amount or the card's digits must be typed.

    With more than one surface the first yes is a tap alone: the second may come from another.
    """
    effect = sight.effect
    if effect.verdict["outcome"] != "ask_twice":
        return None
    if asked.first_on is None and len(sight.surfaces) > 1:
        return None
    wanted = confirming.wanted(Action.model_validate(effect.action), effect.digest)
    field = Input(id="confirm", label=f"Type {wanted} to confirm", kind="text", max_chars=40)
    return Form(title="Confirm once more", fields=(field,), submit="Confirm")


def _after_buttons(sight: Sight) -> tuple[tuple[Button, ...], ...]:
    effect, shown, asked, decided = sight.effect, sight.shown, sight.asked, sight.decided
    why = Button(label="Why?", action="why", ref=effect.id)
    undo = Button(label="↩ Undo", action="undo", ref=effect.id)
    by_hand = effect.state == "done" and effect.receipt["id"] == aftermath.BY_HAND
    can_undo = effect.undoes is None and shown["facts"].get("undoable", False) and not by_hand
    match effect.state:
        case "done":
            return ((undo, why) if can_undo else (why,), *_always(sight), *_complaint(sight))
        case "failed":
            after = _after(sight)
            return (_mending_buttons(effect, shown), *after, (_autopsy(effect), why))
        case "unknown":
            after = _after(sight, looked=True)
            return (*_finding_buttons(effect), *after, (_autopsy(effect), why))
        case "running" | "approved":
            return ()
        case "denied" if UNCLASSIFIED in effect.verdict["rules"]:
            tool = effect.action["operation"]
            return ((Button(label="Classify…", action="tool", ref=tool), why),)
        case "denied" if shown["facts"].get("account"):
            return ((_account(effect, shown["facts"]["account"]), why),)
        case "rejected" if asked is not None and not (decided is not None and decided.note):
            return (*_reason_buttons(asked), (why,))
    return ((why,),)


def _always(sight: Sight) -> tuple[tuple[Button, ...], ...]:
    """After a yes, where a bounded rule may come of it: the way to that rule."""
    effect, decided = sight.effect, sight.decided
    if decided is None or decided.answer != "approve":
        return ()
    action, facts = Action.model_validate(effect.action), sight.shown["facts"].get("situation", {})
    undoes = effect.undoes is not None
    if always.refusal(action, effect.verdict["outcome"], facts, undoes=undoes):
        return ()
    return ((Button(label="Always like this…", action="always", ref=effect.id),),)


def _complaint(sight: Sight) -> tuple[tuple[Button, ...], ...]:
    """Under what ran by itself and was told: it was not right, so ask again."""
    effect = sight.effect
    if sight.decided is not None or effect.verdict["outcome"] != "notify":
        return ()
    return ((Button(label="Not like this", action="complain", ref=effect.id),),)


def _reason_buttons(asked: Row) -> tuple[tuple[Button, ...], ...]:
    """Why not: three quick answers, or words."""
    quick = [
        Button(label=label, action="reason", ref=asked.id, item=item) for label, item in REASONS
    ]
    said = Button(label="In words", action="reason", ref=asked.id, form=IN_WORDS)
    return (tuple(quick), (said,))


def _mending_buttons(effect: Row, shown: dict[str, Any]) -> tuple[Button, ...]:
    """What can be done about something that certainly did not happen, the likeliest first."""
    again = Button(label="Retry", action="again", ref=effect.id)
    done = Button(label="Mark done", action="happened", ref=effect.id)
    abort = Button(label="Abort", action="abort", ref=effect.id, style="danger")
    form = tuple(Input.model_validate(item) for item in shown["facts"].get("form", ()))
    if not form:
        return (again, done, abort)
    fields = Form(title="Edit and be asked again", fields=form)
    edit = Button(label="✎ Edit", action="reopen", ref=effect.id, form=fields)
    first = (edit, again) if effect.failure in ("refused", "rule_changed") else (again, edit)
    return (*first, done, abort)


def _finding_buttons(effect: Row) -> tuple[tuple[Button, ...], ...]:
    """Nobody knows whether it happened: every button says what the operator found."""
    happened = Button(label="It happened", action="happened", ref=effect.id)
    again = Button(label="It did not happen: retry", action="again", ref=effect.id)
    abort = Button(label="It did not happen: drop", action="abort", ref=effect.id)
    return ((happened,), (again, abort))


def _after(sight: Sight, *, looked: bool = False) -> tuple[tuple[Button, ...], ...]:
    """In a plan: let the others go on, or take back what was done."""
    left = sight.aftermath
    return () if left is None else left.buttons(sight.effect.id, looked=looked)


def _autopsy(effect: Row) -> Button:
    return Button(label="What happened?", action="autopsy", ref=effect.id)
