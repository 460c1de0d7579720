"""Payments of a statement and the open invoices: what they may settle, and the plan that does it.

Nothing is booked here: the ledger's own operation does, through the gate, after a tap.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from agents.banking import matching
from agents.banking.matching import Came, Claim, Found, Match
from connectors.money import in_words
from connectors.payments.ledger import Bill
from engine.acting import request
from engine.planning import goals, plans
from engine.rules.house import House
from memory.canon import booked, importing, records
from memory.canon.importing import Sorted
from memory.canon.kinds import account_key
from memory.canon.records import Record
from memory.db import Reader, Tx
from memory.ids import derived_id
from policies.contracts import scalars

OPERATION = "payments.record"
OUTCOME = {"kind": "payment", "minutes_saved": 4}
BECAUSE = "You said which invoices these payments are for."
WHY = "It stands on the statement, and you said what it is for."


async def find(reader: Reader, lines: Sequence[Sorted], bills: Sequence[Bill]) -> list[Found]:
    """Return which of a statement's lines may settle open invoices, in their order."""
    came = [one for line in lines if (one := await _came(reader, line)) is not None]
    claims = [await _claim(reader, bill) for bill in bills if bill.status == "open"]
    return matching.find(came, claims)


async def plan(
    tx: Tx, house: House, chosen: Sequence[tuple[Sorted, Match]], cause: str, conv: str
) -> str:
    """Take on that these lines settle these invoices; return the goal. Lines are recorded first."""
    steps: list[dict[str, Any]] = []
    marks: list[str] = []
    for line, match in chosen:
        await importing.take(tx, [line] if line.fate == "new" else [], cause)
        record = await records.by_key(tx, "payment", str(line.row.state["number"]).lower())
        assert record is not None
        marks += [record.id, str(record.version)]
        party = await records.get(tx, match.customer) if match.customer else None
        steps.append(_args(record, match, party))
    goal_id = derived_id("gol", "settle", *marks)
    slots: dict[str, Any] = {"values": {}, "said": [], "mail": None, "outcome": OUTCOME}
    await goals.open_goal(
        tx, goal_id, _title(steps), asked_by=cause, conv=conv, playbook=None,
        slots=slots | {"because": WHY},
    )  # fmt: skip
    goal = await goals.get(tx, goal_id)
    assert goal is not None
    gate = await request.begun(tx, house, goal_id, evidence=True)
    agent, spec = house.agent_of(OPERATION, goal_id)
    await plans.make(
        tx, goal,
        tuple(
            plans.Step(
                key=f"line{at}", title=_title([args]), operation=OPERATION, agent=agent, spec=spec,
                args=args, origins=gate.origins(args), fixed=_fixed(args), why=WHY,
            )
            for at, args in enumerate(steps, 1)
        ),
        BECAUSE, cause,
    )  # fmt: skip
    return goal_id


def _args(record: Record, match: Match, party: Record | None) -> dict[str, Any]:
    state = record.state
    shares = [{"invoice": number, "amount": f"{amount:.2f}"} for number, amount in match.shares]
    one = match.shares[0] if len(match.shares) == 1 else None
    return {
        "payment": record.state["number"],
        "name": record.name if party is None else party.name,
        "email": (party.state.get("email") or "") if party is not None else "",
        "amount": state["amount"],
        "currency": state["currency"],
        "date": state["paid_on"],
        **({"settles": shares} if one is None else {"order": one[0]}),
    }


def _fixed(args: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    fixed = {name: tuple(str(each) for _, each in scalars(value)) for name, value in args.items()}
    return {name: values for name, values in fixed.items() if any(values)}


def _title(steps: Sequence[dict[str, Any]]) -> str:
    if len(steps) != 1:
        return f"Enter {len(steps)} payments of the statement"
    [args] = steps
    amount = in_words(Decimal(args["amount"]), args["currency"])
    settles = [share["invoice"] for share in args.get("settles", ())] or [args["order"]]
    return f"Enter {amount} from {args['name']} for {', '.join(settles)}"[:120]


async def _came(reader: Reader, line: Sorted) -> Came | None:
    """Return a line as money that arrived and that nobody has said yet what it is for."""
    state = line.row.state
    if line.row.kind != "payment" or line.fate not in ("new", "known"):
        return None
    if line.fate == "known":
        known = await records.get(reader, line.record) if line.record else None
        if known is None or known.state["status"] != booked.STATEMENT:
            return None
        state = known.state
    amount = Decimal(state["amount"])
    if amount <= 0 or line.row.told.reversal:
        return None
    day = date.fromisoformat(str(state["paid_on"]))
    return Came(str(line.row.line), amount, str(state["currency"]), day, line.row.told)


async def _claim(reader: Reader, bill: Bill) -> Claim:
    """Return an open invoice with what is known of its customer."""
    record = await records.by_key(reader, "invoice", bill.number.lower())
    id = record.state.get("customer") if record is not None else None
    party = await records.get(reader, id) if id else None
    if party is None and bill.email:
        party = await records.by_key(reader, "email", bill.email.lower())
    if party is None:
        return Claim(bill.number, bill.left, bill.currency, (bill.name,), (), bill.date)
    names = tuple(dict.fromkeys([bill.name, party.name, *party.state.get("aliases", ())]))
    iban = party.state.get("iban")
    accounts = (account_key(iban),) if iban else ()
    return Claim(bill.number, bill.left, bill.currency, names, accounts, bill.date, party.id)
