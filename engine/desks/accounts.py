"""Accounts: is this account really theirs? Said once, after a look elsewhere, it is known.

Money to an account that nobody trusted has named is refused. A mail alone never changes that: you
type whose it is, and characters of it that you saw on paper or heard on the phone.
"""

from connectors.contract import PermanentError, Preview
from connectors.money import spaced
from engine.acting import effects, gate, strangers
from engine.acting.effects import Effect
from engine.acting.taps import GONE, STALE, Person, Reply, heard
from engine.autonomy import ladder
from engine.chat.tokens import Tap
from engine.drawing import cards
from engine.drawing.face_buttons import ACCOUNT_END
from engine.rules.house import House
from memory import events
from memory.canon import kinds, records
from memory.canon.records import Record
from memory.db import Tx

WHOSE = "Say whose account it is: the name, as /who shows it. Nothing was kept."
NOBODY = "Nobody in your records is called {name}. Nothing was kept."
SEVERAL = "Several are called {name}. Make them one with /same, or write the whole name."
OTHER = "This would pay {payee}, not {name}. Nothing was kept."
TAKEN = "This account stands in the record of {holder}. Nothing was kept."
WRONG = (
    "These are not the last four characters of this account. If they stand so on an earlier bill, "
    "this account is not theirs: do not pay it. Nothing was kept."
)
REPLACES = (
    "{name} has the account {now} in your records. To replace it, type its last four characters "
    "too. Nothing was kept."
)
KEPT = "Kept: {account} is the account of {name}. Nothing was paid; here is the new card."


async def endorse(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Keep the account in the record of whom it pays, and judge the refused payment anew."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        effect = await effects.get(tx, tap.ref)
        if effect is None:
            return Reply(GONE, refused=True)
        shown = await effects.preview_of(tx, effect.id, effect.version)
        account = shown.facts.get("account")
        if effect.state != "denied" or str(effect.version) != tap.item or not account:
            return Reply(STALE, cards.key(effect.id, effect.version), refused=True)
        payee = await _payee(tx, effect, account["record"], values.get("whose", ""))
        if isinstance(payee, Reply):
            return payee
        if refusal := await _refusal(tx, payee, account["account"], values):
            return refusal
        kept = await _keep(tx, payee, account["account"], cause)
        await ladder.widened(tx, house, kept, account["account"], cause, what="the account")
    return await _judged(house, effect, shown, kept, account["account"], cause)


async def _judged(
    house: House, effect: Effect, shown: Preview, kept: Record, account: str, cause: str
) -> Reply:
    """Put a version in the place of the refused one, judged by what is known now."""
    action = strangers.vouched(effect.action, account, kept.id)
    try:
        proposal = await gate.again(house, action, effect.goal, task=effect.planned_by, shown=shown)
    except PermanentError as error:
        return Reply(f"Kept, but the card stays as it is: {error}", refused=True)
    async with house.db.transaction() as tx:
        if not await effects.admit(tx, effect, proposal, cause):
            return Reply(STALE, cards.key(effect.id, effect.version), refused=True)
    said = KEPT.format(account=spaced(account), name=kept.name)
    return Reply(said, cards.key(effect.id, effect.version + 1))


async def _payee(tx: Tx, effect: Effect, wanted: str, typed: str) -> Record | Reply:
    """Return the one of this name, who must be whom the payment is for."""
    name = " ".join(typed.split())
    if not name:
        return Reply(WHOSE, refused=True)
    found = await records.called(tx, name, "person", "company")
    if len(found) != 1:
        text = SEVERAL if found else NOBODY
        return Reply(text.format(name=name), refused=True)
    payee = await records.get(tx, wanted) if wanted else found[0]
    if payee is None or payee.id != found[0].id:
        to = str(effect.action.args.get("name", "")) if payee is None else payee.name
        return Reply(OTHER.format(payee=to, name=found[0].name), refused=True)
    return payee


async def _refusal(tx: Tx, payee: Record, account: str, values: dict[str, str]) -> Reply | None:
    """Return why it is not kept: another's, mistyped, or in the place of one that was not named."""
    holders = [one for one in await records.with_account(tx, account) if one.id != payee.id]
    if holders:
        return Reply(TAKEN.format(holder=holders[0].name), refused=True)
    if not _ends(account, values.get("last", "")):
        return Reply(WRONG, refused=True)
    now = str(payee.state.get("iban") or "")
    if now not in ("", account) and not _ends(now, values.get("replaces", "")):
        text = REPLACES.format(name=payee.name, now=spaced(now))
        return Reply(text, refused=True)
    return None


async def _keep(tx: Tx, payee: Record, account: str, cause: str) -> Record:
    await records.confirm(tx, payee.id, cause)
    kept = await records.revise(tx, payee.id, cause, iban=account)
    await events.note(tx, "datum.endorsed", cause, record=kept.id, scheme="iban", value=account)
    return kept


def _ends(account: str, typed: str) -> bool:
    return kinds.account_key(typed) == kinds.account_key(account)[-ACCOUNT_END:]
