"""Words that no rule knows: what a small model takes them for is done as if rules had said it.

a playbook's wish ─▶ its blanks are filled by rules
a note, a question, a correction ─▶ where rules take them
a wish for a plan ─▶ the planner
not sure ─▶ asked, with what it may be as buttons
no model, no budget, no answer ─▶ as ever (lost.py)

A wrong reading costs a look: what it leads to is asked, whatever your rules let run.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from agents.answers.asking import Asking
from agents.hearing import listening, parts
from agents.hearing.correcting import Correcting
from agents.hearing.correction_words import Correction
from agents.hearing.filling import Filling
from agents.hearing.gist import Gists, Heard
from agents.hearing.lost import Lost, reply_key
from agents.playbooks.library import Playbook
from agents.playbooks.planner import Wish
from agents.playbooks.routing import Span, may_be
from agents.playbooks.slots import POINTED
from agents.reading import named, parties
from agents.reading.verbatim import found_at
from engine.acting.taps import GONE, Person, Reply, heard
from engine.chat import outbox
from engine.chat.messages import LABEL_CHARS_MAX, Button, say
from engine.chat.tokens import Tap
from engine.flow.durable import Work, open_work
from engine.rules import goal_rules
from engine.rules.house import House
from memory import events, profile
from memory.db import Reader
from memory.events import Event
from memory.ids import derived_id

KIND = "take"  # of work
ACTION = "unclear.take"
PLAN, NOTE = "plan", "note"
PLAN_IT = "Make a plan for it"
OFFERED = (
    "I know no way of doing “{}”. A language model can make a plan for it; nothing is done before "
    "you start that."
)
READ_BY = "“{}” is what {} took your words for."
TAPPED = "You said that “{}” is meant."
KEPT = "I keep that. Ask me for it, and I find it again."
NOT_KEPT = "I did nothing with that, and do not keep it."
NOTHING_TO_DO = "All right. There is nothing in that for me to do."
TAKEN = "Taken: {}."
TAKEN_ALREADY = "You said already what is meant. To say it anew, write it once more."


@dataclass(frozen=True, slots=True)
class Unclear:
    house: House
    gists: Gists
    filling: Filling
    asking: Asking
    correcting: Correcting
    lost: Lost

    async def take(
        self, event: Event, said: str, guess: Playbook | None, mail: str | None
    ) -> list[Event]:
        """Make of the words what a model says they are; return their parts where they are several.

        `guess`: the nearest playbook by the examples, of which they are not sure.
        """
        found = await self.gists.of(event, said)
        if found is None and guess is not None and guess.id in self.gists.own:
            await self._ask(event, guess)  # it needs no model, and to plan it anew costs
        elif found is None:
            await self.lost.wish(event, said, guess)
        elif len(found) == 1:
            await self._one(event, said, found[0], guess, mail)
        elif event.kind == parts.KIND:
            await self._ask(event, guess)
        else:
            before = goal_rules.span(said)[0]
            spans = tuple(((one.start + before, one.end + before),) for one in found)
            return await parts.note(self.house.db, event, spans, by_model=True)
        return []

    async def _one(
        self, event: Event, said: str, one: Heard, guess: Playbook | None, mail: str | None
    ) -> None:
        entry = one.entry
        meant = self.gists.named(entry.playbook) or guess
        match entry.kind:
            case "playbook" if entry.sure and meant and meant.id == entry.playbook:
                await self._wish(event, said, one, meant, mail)
            case "plan" if entry.sure:
                await self.lost.wish(event, said, guess)
            case "plan":
                await self._offer(event, said)
            case "question":
                if not await self.asking.answer(event, said):
                    await self._ask(event, guess)
            case "note":
                await self._note(event, said, one, mail)
            case "correction" if entry.sure and await self._corrected(event, said, one):
                pass
            case "talk":
                await self._say(event, NOTHING_TO_DO)
            case _:
                await self._ask(event, meant)

    async def _wish(
        self, event: Event, said: str, one: Heard, playbook: Playbook, mail: str | None
    ) -> None:
        """Fill the playbook from the words by our own readers, where the model points."""
        wanted = goal_rules.without(said)
        types = {slot.name: slot.type for slot in playbook.slots}
        told = {each.slot: each.words.strip() for each in one.entry.slots if each.slot in types}
        unsaid = [name for name, words in told.items() if words and found_at(words, wanted) < 0]
        if not may_be(wanted, playbook) or any(types[name] in POINTED for name in unsaid):
            await self._ask(event, playbook)
        elif await self._is_off(playbook):
            await self.lost.off(event, playbook)
        else:
            why = READ_BY.format(playbook.title, one.model)
            wish = Wish(
                playbook, {}, (said,), why, mail, event.body.get("message"), read_by=one.model
            )
            await self.filling.fill(event, wish, wanted, pointed(wanted, told))

    async def _note(self, event: Event, said: str, one: Heard, mail: str | None) -> None:
        """Keep what was told: with the one record it names, else as what was said."""
        playbook = self.filling.playbooks.get(NOTE)
        wanted = goal_rules.without(said)
        async with self.house.db.snapshot() as reader:
            about = await _named(reader, wanted)
        if playbook is None or about is None or await self._is_off(playbook):
            async with self.house.db.snapshot() as reader:
                whole = await parts.message(reader, event)  # a part is kept as its message is
            keeps = await listening.keeps(self.house, whole)
            await self._say(event, KEPT if keeps else NOT_KEPT)
            return
        why = READ_BY.format(playbook.title, one.model)
        wish = Wish(playbook, {}, (said,), why, mail, event.body.get("message"), read_by=one.model)
        await self.filling.fill(event, wish, wanted, {"about": about, "text": (0, len(wanted))})

    async def _corrected(self, event: Event, said: str, one: Heard) -> bool:
        entry = one.entry
        new, old = entry.new.strip(), entry.old.strip()
        if not new or any(found_at(words, said) < 0 for words in (new, old) if words):
            return False
        told = Correction(new=new, old=old)
        return await self.correcting.heard(event, said, None, told, read_by=one.model)

    async def _ask(self, event: Event, guess: Playbook | None) -> None:
        """Ask what is meant, with the nearest playbook and a plan as buttons."""
        buttons = [] if guess is None else [_button(event, guess.title, guess.id)]
        if self.gists.models.set_up:
            buttons.append(_button(event, PLAN_IT, PLAN))
        rows = tuple((one,) for one in buttons)
        await self.lost.say(event, guess, buttons=rows)

    async def _offer(self, event: Event, said: str) -> None:
        rows = ((_button(event, PLAN_IT, PLAN),),)
        async with self.house.db.transaction() as tx:
            msg = say(reply_key(event.id), OFFERED.format(said), buttons=rows)
            await outbox.post(tx, msg, event.body["conv"])

    async def tapped(
        self, house: House, tap: Tap, who: Person, key: str, values: dict[str, str]
    ) -> Reply:
        """Take the words for what the operator says they are, once; `work` does the rest."""
        async with house.db.transaction() as tx:
            cause = await heard(tx, tap, who, key, values)
            event = await parts.told(tx, tap.ref)
            playbook = self.gists.named(tap.item)
            if event is None or not (playbook or tap.item == PLAN):
                return Reply(GONE, refused=True)
            if not await open_work(tx, KIND, cause, key=derived_id("wrk", KIND, event.id)):
                return Reply(TAKEN_ALREADY, refused=True)
            title = PLAN_IT if playbook is None else playbook.title
            done = say(reply_key(event.id), f"“{str(event.body['words']).strip()}”: {title}.")
            await outbox.post(tx, done, str(event.body["conv"]))
        return Reply(TAKEN.format(title))

    async def work(self, work: Work) -> None:
        """Do with the words what a tap said they are. `work.ref`: the tap."""
        async with self.house.db.snapshot() as reader:
            tap = await events.get(reader, work.ref)
            event = None if tap is None else await parts.told(reader, str(tap.body["ref"]))
        if tap is None or event is None:
            return
        said = str(event.body["words"]).strip()
        playbook = self.gists.named(str(tap.body["item"]))
        if playbook is None:
            await self.lost.wish(event, said, None)
        elif await self._is_off(playbook):
            await self.lost.off(event, playbook)
        else:
            why, message = TAPPED.format(playbook.title), event.body.get("message")
            wish = Wish(playbook, {}, (said,), why, event.body.get("mail"), message)
            await self.filling.fill(event, wish, goal_rules.without(said))

    async def _is_off(self, playbook: Playbook) -> bool:
        async with self.house.db.snapshot() as reader:
            return not (await profile.get(reader, "playbooks")).get(playbook.id)

    async def _say(self, event: Event, text: str) -> None:
        async with self.house.db.transaction() as tx:
            await outbox.post(tx, say(reply_key(event.id), text), event.body["conv"])


def pointed(said: str, told: Mapping[str, str]) -> dict[str, Span]:
    """Return where the words of each blank stand, as far as they were said, and once."""
    spans = {}
    for slot, words in told.items():
        start = found_at(words, said) if words else -1
        if start >= 0 and found_at(words, said, start + 1) < 0:
            spans[slot] = (start, start + len(words))
    return spans


async def _named(reader: Reader, said: str) -> Span | None:
    """Return where the words name somebody or something that is recorded, the first there is."""
    found = [*await parties.find(reader, said), *await named.find(reader, said)]
    known = [one for one in found if any(each.ref for each in one.readings)]
    return (known[0].start, known[0].end) if known else None


def _button(event: Event, label: str, item: str) -> Button:
    return Button(label=label[:LABEL_CHARS_MAX], action=ACTION, ref=event.id, item=item)
