"""A source in its place: the mail's item, the file's card, or the turns around what was said."""

from agents.reading import item
from engine.acting.taps import GONE, Person, Reply, heard
from engine.chat import outbox, words
from engine.chat.messages import Evidence, Facts, Heading, Msg, Part, Quote
from engine.chat.tokens import Tap
from engine.rules.house import House
from memory import profile
from memory.db import Tx
from memory.recalling import place
from memory.recalling.place import Place, Said

ACTION = "source"
BESIDE = 2
QUOTE_CHARS_MAX = 4000
KINDS = {
    "message": "message",
    "mail": "mail",
    "note": "note",
    "fact": "fact",
    "artifact": "file",
    "episode": "what was done",
}
SHOWN = "Here it is."


async def show(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Show a passage whole, where it was said."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        found = await place.find(tx, tap.ref, BESIDE)
        if found is None:
            return Reply(GONE, refused=True)
        if not await _shown_again(tx, found.said, who.conv):
            await outbox.post(tx, await _card(tx, found, f"place:{cause}"), who.conv)
    return Reply(SHOWN)


async def _shown_again(tx: Tx, said: Said, conv: str) -> bool:
    """Bring the card of the mail or file back to the bottom, if it has one."""
    if said.kind == "mail":
        if await outbox.get(tx, item.key(said.ref)) is None:
            await item.show(tx, said.ref, conv)
        else:
            await outbox.show_again(tx, item.key(said.ref), conv)
        return await outbox.get(tx, item.key(said.ref)) is not None
    card = f"file:{said.ref}"
    if said.kind == "artifact" and await outbox.get(tx, card) is not None:
        await outbox.show_again(tx, card, conv)
        return True
    return False


async def _card(tx: Tx, found: Place, key: str) -> Msg:
    settings = await profile.read(tx)
    said = found.said
    day = words.day(said.at, settings)
    title = f"In its place: {KINDS[said.kind]} of {day}"
    mine = [one for one in found.turns if said.kind == "message" or one.ref == said.ref]
    parts: list[Part] = [Heading(text=title)]
    for one in mine:
        mark = "▶ " if one.id == said.id else ""
        by = f"{one.by}, " if one.by else ""
        who = f"{mark}{by}{words.moment(one.at, settings)}{outside(one.trust)}"
        parts.append(Quote(text=one.text[:QUOTE_CHARS_MAX], who=who))
    shown = {one.ref: KINDS[one.kind] for one in (said, *mine)}  # goes when one of them does
    parts.append(Facts(evidence=tuple(Evidence(label=of, ref=ref) for ref, of in shown.items())))
    return Msg(key=key, summary=title, parts=tuple(parts))


def outside(trust: str) -> str:
    return " · somebody else's words" if trust == "outside" else ""
