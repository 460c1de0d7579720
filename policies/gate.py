"""Gate: whose words are these, was it planned, what do the rules say. No database, no clock.

    gate = Gate(contracts={"email.send": {"effect": "share", "roles": {"to": "destination"}}})
    gate.begin([Part(text="Tell Ada that it is late", origin="operator")], ["ada@example.org"])
    verdict = gate.decide("email.send", {"to": "ada@example.org"})  # → outcome "ask"
    gate.observe("email.send", {"to": "ada@example.org"}, {"id": "m1"})

One gate follows one request at a time. `begin` starts it, `decide` changes nothing, `observe`
takes in what a call brought: typed fields become evidence, free text becomes suspicion; `refuse`
notes that the operator said no.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel

from policies import facts as declared
from policies import tone
from policies.book import default_files, load, load_files
from policies.characters import suspicious
from policies.contracts import GOES_OUT, SECRET, Contract, Role, amount, coin, scalars
from policies.judge import judge
from policies.origins import Sources, known, origin, origins
from policies.planned import Call, Plan, deviation, plan_of
from policies.rules import EFFECTS, Action, Book, Origin, Verdict

UNCLASSIFIED = "unclassified"
UNPLANNED = "unplanned-never"
ONE_LINE: tuple[Role, ...] = ("destination", "reference", "title", "when")
TONE: tuple[Role, Role] = ("title", "text")
EXISTING = frozenset({"operator", "canonical", "record", "text"})


class Part(BaseModel, frozen=True, extra="forbid"):
    """A piece of the request. What the operator forwards, quotes or attaches is not their own."""

    text: str
    origin: Literal["operator", "forwarded"]


class Gate:
    """`rules`: a book, YAML texts by name, or None for those Firstmate ships. `contracts` by
    operation, as `Contract` or as data. ValueError (BookError) says everything wrong with them.
    """

    def __init__(
        self,
        rules: Book | Mapping[str, str] | None = None,
        contracts: Mapping[str, Contract | Mapping[str, Any]] | None = None,
    ) -> None:
        self.contracts = {n: Contract.model_validate(c) for n, c in (contracts or {}).items()}
        for name, contract in self.contracts.items():
            if contract.effect is not None and contract.effect not in EFFECTS:
                near = declared.nearest(contract.effect, EFFECTS)
                raise ValueError(f"{name}: there is no effect class {contract.effect!r}{near}.")
        self.book = self._book(rules)
        self.begin(())

    def _book(self, rules: Book | Mapping[str, str] | None) -> Book:
        classes = {name: c.effect for name, c in self.contracts.items() if c.effect is not None}
        if isinstance(rules, Book):
            return replace(rules, operations=classes)
        book = load_files(default_files()) if rules is None else load(rules)
        return replace(book, operations=classes)

    def begin(
        self,
        parts: Iterable[Part | tuple[str, str] | Mapping[str, str]],
        canonical: Any = (),
        plan: Iterable[Call | str | Mapping[str, object]] | None = None,
    ) -> None:
        """Start a request. `canonical`: values known before it, in any nesting of JSON.

        `plan`: every call it may make; None: nobody made one.
        """
        said = [_part(part) for part in parts]
        self._sources = Sources(
            operator=tuple(part.text for part in said if part.origin == "operator"),
            canonical=tuple(str(value) for _, value in scalars(canonical)),
            text=tuple(part.text for part in said if part.origin == "forwarded"),
        )
        self._plan: Plan | None = None if plan is None else plan_of(plan)
        self._outside = bool(self._sources.text)
        self._private = False
        self._done: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._told: tuple[str, ...] = ()  # written by the agent: no evidence when read back
        self._moved: dict[str, Decimal] = {}

    @property
    def bits(self) -> dict[str, bool]:
        """What the request has touched so far: somebody else's text, private data."""
        return {"reads_outside": self._outside, "reads_private": self._private}

    def decide(
        self, operation: str, args: Mapping[str, Any], facts: Mapping[str, Any] | None = None
    ) -> Verdict:
        """Judge one call. `facts`: what only the caller knows of the situation (see facts.py)."""
        contract = self.contracts.get(operation, Contract())
        action = Action(
            operation=operation,
            effect=contract.effect or "",
            args=dict(args),
            origins=self.origins(args),
            agent="",
            reason="",
        )
        return self.weigh(action, facts)

    def origins(self, args: Mapping[str, Any]) -> dict[str, Origin]:
        """Return where each scalar of these arguments comes from, by its path."""
        return origins(args, self._sources)

    def weigh(self, action: Action, facts: Mapping[str, Any] | None = None) -> Verdict:
        """Judge an action whose origins are known already: it was edited, or is checked again."""
        contract = self.contracts.get(action.operation, Contract())
        verdict = judge(action, self.facts(action, facts), self.book)
        if action.operation in self.contracts and contract.effect is None:
            return _unclassified(verdict, action)
        strays = self._deviation(action) if UNPLANNED in verdict.rules else ""
        because = strays or verdict.because
        return verdict.model_copy(update={"origins": action.origins, "because": because})

    def facts(self, action: Action, known: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return every fact about this action; `known` is what only the caller knows."""
        contract = self.contracts.get(action.operation, Contract())
        seen = declared.with_usual({}) | self._of_call(action, contract)
        return {**seen, **(known or {}), "planned": not self._deviation(action), **self.bits}

    def observe(
        self, operation: str, args: Mapping[str, Any], result: Any = None, error: str | None = None
    ) -> None:
        """Take in what came of a call; an error may hold somebody's words too."""
        contract = self.contracts.get(operation, Contract())
        self._told += self._unproven(contract, args)
        told = Sources(canonical=self._told)
        records: list[str] = []
        texts = [] if error is None else [str(error)]
        for path, value in scalars(result):
            proven = contract.is_record(path) and not known(value, told)
            (records if proven else texts).append(str(value))
        self._sources = self._sources.and_more(record=tuple(records), text=tuple(texts))
        self._outside |= contract.outside and any(map(_says_something, texts))
        self._private |= contract.shows_private
        if error is None:
            self._done[operation] += 1
            if contract.effect is not None:
                self._done[f"{contract.effect}!"] += 1
            currency = coin(args.get("currency"))
            self._moved[currency] = self._moved.get(currency, Decimal(0)) + amount(contract, args)

    def refuse(self, operation: str) -> None:
        """Note a no. It uses up a planned call: the same is not asked again in other words."""
        self._refused[operation] += 1

    def _unproven(self, contract: Contract, args: Mapping[str, Any]) -> tuple[str, ...]:
        """Return what a write lays down without anybody trusted behind it: no echo proves it."""
        if contract.effect == "read":
            return ()
        given = ((value, origin(value, self._sources)) for _, value in scalars(args))
        return tuple(str(value) for value, came in given if came in ("text", "model"))

    def _deviation(self, action: Action) -> str:
        if self._plan is None or action.effect == "read":
            return ""
        off = {path for path, value in scalars(action.args) if value is False}
        given = {path: origin for path, origin in action.origins.items() if path not in off}
        return deviation(
            self._plan, action.operation, action.args, given, self._done, self._refused
        )

    def _of_call(self, action: Action, contract: Contract) -> dict[str, Any]:
        """Return the facts that the arguments and the request so far give by themselves."""
        args = action.args
        destinations = contract.of_role("destination", args)
        currency = coin(args.get("currency"))
        return {
            "amount": float(amount(contract, args)),
            "currency": currency,
            "recipients": len(destinations),
            "recipient_known": bool(destinations)
            and all(known(value, self._sources) for value in destinations),
            "in_thread": _in_thread(action),
            "has_attachment": bool(args.get("attachments")),
            "deceptive": any(suspicious(str(value)) for _, value in scalars(args))
            or any(_broken(value) for role in ONE_LINE for value in contract.of_role(role, args)),
            "secret_in_words": any(
                not SECRET.fullmatch(str(one)) for one in contract.of_role("secret", args)
            ),
            "flag_unasked": self._flag_unasked(action, contract),
            "goes_out": contract.effect in GOES_OUT,
            "done_in_request": self._done[f"{contract.effect}!"],
            "refused_in_request": self._refused.total(),
            "spent_in_request": float(self._spent(currency)),
            **tone.facts(*(_joined(contract, role, args) for role in TONE)),
        } | declared.of_origins(action.origins, {name: contract.role(name) for name in args})

    def _spent(self, currency: str) -> Decimal:
        """Return what was moved in this currency; money without one counts with every other."""
        alike = (
            moved
            for name, moved in self._moved.items()
            if not (name and currency) or name == currency
        )
        return sum(alike, Decimal(0))

    def _flag_unasked(self, action: Action, contract: Contract) -> bool:
        """Say whether a flag is set that neither the plan nor the operator's words name."""
        calls = [call for call in self._plan or () if call.operation == action.operation]
        planned = {flag for call in calls for flag in call.flags}
        return any(
            bool(value)
            and action.origins.get(name) != "operator"
            and name not in planned
            and not self._sources.names(name)
            for name, value in action.args.items()
            if contract.role(name) == "flag"
        )


def _part(given: Part | tuple[str, str] | Mapping[str, str]) -> Part:
    if isinstance(given, tuple):
        text, origin = given
        return Part.model_validate({"text": text, "origin": origin})
    return Part.model_validate(given)


def _unclassified(verdict: Verdict, action: Action) -> Verdict:
    because = f"Nobody has said yet what “{action.operation}” does, so it does not run."
    said = {"outcome": "deny", "rules": (UNCLASSIFIED,), "because": because}
    return verdict.model_copy(update={**said, "origins": action.origins})


def _joined(contract: Contract, role: Role, args: Mapping[str, Any]) -> str:
    return "\n".join(str(value) for value in contract.of_role(role, args))


def _in_thread(action: Action) -> bool:
    """Say whether it answers something that exists: an id that an agent made up is none."""
    answered = action.origins.get("in_reply_to")
    return bool(action.args.get("in_reply_to")) and answered in EXISTING


def _broken(value: Any) -> bool:
    """Say whether a line break would begin a header of its own ("Hello\\r\\nBcc: eve@…")."""
    return any(mark in str(text) for _, text in scalars(value) for mark in "\r\n")


def _says_something(text: str) -> bool:
    return any(map(str.isalpha, text))
