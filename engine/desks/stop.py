"""STOP: no effect starts after it, not after a restart either. Resume is per item."""

import unicodedata

from engine.acting import effects
from engine.flow.durable import open_work
from memory import events, profile
from memory.db import Reader, Tx

MONEY = "money"  # the work of taking up what waited for it (engine/models/shortage.py)
WORDS = frozenset(  # without accents: who is in a hurry leaves them out
    {"stop", "/stop", "halt", "stop everything", "stop all", "stop now", "please stop"}
    | {"stopp", "anhalten", "alles stoppen", "alles anhalten", "sofort stoppen"}
    | {"arrete", "arretez", "arrete tout", "arretez tout", "stop tout"}
    | {"para", "para todo", "alto", "detente", "deten todo"}
)


def is_said(words: str) -> bool:
    """Say whether these words are STOP and nothing else; in a group it is “/stop@bot”."""
    letters = unicodedata.normalize("NFKD", words.casefold())
    bare = "".join(one for one in letters if not unicodedata.combining(one))
    said = " ".join(bare.split()).strip("¡!. ")
    return (said.partition("@")[0] if said.startswith("/") else said) in WORDS


async def stop(tx: Tx, by: str, cause: str) -> list[effects.Effect]:
    """Hold everything; return what was in flight and can no longer be held."""
    if not await is_stopped(tx):
        await profile.save(tx, cause, stopped={"by": by, "at": tx.now.isoformat()})
    return await effects.in_state(tx, "running")


async def resume(tx: Tx, cause: str) -> list[effects.Effect]:
    """Lift STOP. What was approved before stays held: return it, each waits for its own resume."""
    await profile.save(tx, cause, stopped=None)
    await open_work(tx, MONEY, cause, key=f"{MONEY}:{cause}", lane="behind")
    return [held for held in await effects.in_state(tx, "approved") if held.receipt is None]


async def release(tx: Tx, effect_id: str, cause: str) -> bool:
    """Let one approved effect go on."""
    effect = await effects.get(tx, effect_id)
    if effect is None or effect.state != "approved" or await is_stopped(tx):
        return False
    await events.note(tx, "effect.released", cause, goal=effect.goal, effect=effect_id)
    await open_work(tx, "perform", effect_id)
    return True


async def is_stopped(reader: Reader) -> bool:
    return await profile.get(reader, "stopped") is not None
