"""The card of an outside tool: what it says of itself, quoted; what you say it does; what follows.

Whoever classifies nothing gets the strictest: the class that never runs, every argument a
destination.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, get_args

from connectors.contract import DataClass, EffectClass, Role
from connectors.mcp import arguments
from engine.chat import words
from engine.chat.messages import (
    Bullets,
    Button,
    Fold,
    Form,
    Heading,
    Input,
    Msg,
    Para,
    Part,
    Quote,
    Span,
    TextDiff,
)
from engine.outside.tools import Known
from policies import trial
from policies.contracts import GOES_OUT
from policies.judge import covers
from policies.rules import EFFECTS, STRICTNESS, Book, Outcome, sentence

ROLES: Mapping[Role, str] = {
    "destination": "where it goes, or who gets it",
    "reference": "what it is about, such as a number of an order",
    "amount": "how much money",
    "secret": "a password or a key",
    "text": "words that somebody reads",
    "title": "a title",
    "when": "when",
    "value": "a detail of no weight",
    "flag": "a switch",
}
STATES = {
    "new": "Nobody has said yet what it does, so it does not run.",
    "changed": "It describes itself otherwise than when you said what it does, so it does not run.",
    "forgotten": "You took back what you had said of it, so it does not run.",
    "classified": "You said on {at}: it {does}.",
}
SHORT = {"new": "not classified", "changed": "changed, not classified", "forgotten": "no class"}
OUTCOMES: Mapping[Outcome, str] = {
    "allow": "it runs",
    "notify": "it runs, and you are told",
    "ask": "you are asked",
    "ask_twice": "you are asked twice",
    "deny": "it does not run",
}
BRINGS: Mapping[DataClass, str] = {
    "public": "What it answers is public: any model may read it, unless it names somebody.",
    "business": "What it answers is business: any model may read it, unless it names somebody.",
    "personal": "What it answers is personal: models read it as they read mails.",
    "secret": "What it answers is secret: no model reads it.",
}
STRICTEST: EffectClass = "destructive"
Said = tuple[EffectClass | None, dict[str, Role]]
WORDS_CHARS_MAX = 3000
ARGUMENTS_MAX = 8  # in one form
RULES_MAX = 12


def key(operation: str) -> str:
    return f"tool:{operation}"


def short(known: Known) -> str:
    """Return in a few words how a tool stands."""
    return EFFECTS[known.effect] if known.effect else SHORT[known.state]


def draw(
    known: Known, before: Known | None, book: Book, settings: dict[str, Any], of: DataClass
) -> Msg:
    """Return the card. `before`: the version that was classified last, if it is another one.

    `of`: the class of what it answers.
    """
    does = EFFECTS[known.effect] if known.effect else ""
    state = STATES[known.state].format(at=words.moment(known.at, settings), does=does)
    parts: list[Part] = [Heading(text=known.operation), _para(state, "bold")]
    if known.state == "changed" and before is not None:
        parts += [_para("What it says of itself, then and now:"), _difference(before, known)]
    else:
        said = known.description[:WORDS_CHARS_MAX] or "(nothing)"
        parts.append(_para("What it says of itself; nothing follows from it:"))
        parts.append(Quote(text=said, who=known.tool.server))
    if names := arguments.names(known.takes):
        parts.append(Bullets(items=tuple(_argument(known, name) for name in names)))
    if known.effect:
        parts.append(_para(BRINGS[of]))
        parts += _meets(known.operation, known.effect, book)
    return Msg(
        key=key(known.operation),
        summary=f"{known.operation} · {short(known)}"[:190],
        parts=tuple(parts),
        buttons=tuple(_buttons(known)),
    )


def pages(known: Known) -> int:
    """Return how many forms its arguments take, at least one."""
    return max(1, -(-len(arguments.names(known.takes)) // ARGUMENTS_MAX))


def form(known: Known, page: int) -> Form:
    """Return the form of one page: what it does (on the first), and what its arguments mean."""
    asked = Input(
        id="effect",
        label="What does it do?",
        kind="choice",
        initial=EFFECTS[known.effect or STRICTEST],
        choices=tuple(reversed([*EFFECTS.values()])),  # the strictest first
    )
    names = arguments.names(known.takes)[page * ARGUMENTS_MAX : (page + 1) * ARGUMENTS_MAX]
    fields = tuple(
        Input(
            id=f"role:{name}",
            label=f"“{name[:60]}” is",
            kind="choice",
            initial=ROLES[known.roles.get(name, "destination")],
            choices=tuple(ROLES.values()),
        )
        for name in names
    )
    return Form(title="What does it do?", fields=(*([] if page else [asked]), *fields))


def read(known: Known, page: int, values: Mapping[str, str]) -> Said:
    """Return the class (None where none was chosen) and the roles that a filled form says."""
    effects = {EFFECTS[effect]: effect for effect in get_args(EffectClass)}
    roles: dict[str, Role] = {says: role for role, says in ROLES.items()}
    fields = {field.id for field in form(known, page).fields}
    chosen = {
        name.removeprefix("role:"): roles[says]
        for name, says in values.items()
        if name in fields and name != "effect" and says in roles
    }
    effect = effects.get(values.get("effect", ""), known.effect)
    return effect, {**known.roles, **chosen}


def _buttons(known: Known) -> Iterator[tuple[Button, ...]]:
    first = "Classify…" if known.effect is None else "Classify anew…"
    yield (_open(known, 0, first),)
    if known.effect is not None:
        for page in range(1, pages(known)):
            yield (_open(known, page, f"More arguments ({page + 1})…"),)
        forget = Button(label="Forget the class", action="tool.forget", ref=known.operation)
        yield (forget.model_copy(update={"item": str(known.version)}),)


def _open(known: Known, page: int, label: str) -> Button:
    item = f"{known.version}:{page}"
    shown = form(known, page)
    return Button(label=label, action="tool.classify", ref=known.operation, item=item, form=shown)


def _argument(known: Known, name: str) -> str:
    wanted = arguments.kind(known.takes, name)
    kind = arguments.KINDS[wanted][0] if wanted else "any value"
    means = f": {ROLES[known.roles.get(name, 'destination')]}" if known.effect else ""
    return f"{name} ({kind}){means}"


def _difference(before: Known, now: Known) -> Part:
    return TextDiff(old=_whole(before), new=_whole(now))


def _whole(known: Known) -> str:
    takes = (f"{name}: {known.takes['properties'][name]}" for name in arguments.names(known.takes))
    return "\n".join([known.description, *takes])[:WORDS_CHARS_MAX]


def _meets(operation: str, effect: EffectClass, book: Book) -> Iterator[Part]:
    """Yield what the rules say of it now, and which rules speak of it, the strictest first."""
    goes_out = effect in GOES_OUT
    verdict = trial.try_out(
        replace(book, operations=None), operation, effect, {"goes_out": goes_out}
    )
    yield _para(f"With what you type yourself {OUTCOMES[verdict.outcome]}: {verdict.because}")
    rules = [one.rule for one in book.entries if covers(one.rule, operation, effect)]
    rules.sort(key=lambda rule: -STRICTNESS[rule.then])
    told = tuple(sentence(rule) for rule in rules[:RULES_MAX])
    if told:
        more = (f"… and {len(rules) - len(told)} more; /policy",) if len(rules) > len(told) else ()
        yield Fold(title=f"Rules it meets ({len(rules)})", parts=(Bullets(items=(*told, *more)),))


def _para(text: str, style: Any = "plain") -> Para:
    return Para(spans=(Span(text=text, style=style),))
