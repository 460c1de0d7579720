"""Does memory stay small and quick over the years? A busy one-person company, day by day.

python -m benchmarks.three_years [--events 300000] [--days 1096] [--seed 1] [--words] [--verify]

Mails, talk, goals and facts go in through the verbs that the product uses, a transaction a day;
every night what is due is packed away. After the first month and at the end questions of the same
kind are asked: each is about one matter, in other words than it was told, and only the passage that
told it counts as found. Vectors are made before each asking for what is hot then; what was packed
away before has none, which is harder than in life.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from benchmarks._figures import percentile, show
from engine.keeping import archiving
from engine.planning import goals
from memory import events, upgrade
from memory.beliefs import facts
from memory.canon import records
from memory.copying.verify import verify
from memory.db import Database, Tx
from memory.recalling import recall
from memory.schema.events import events as log
from memory.texts import archive, lifecycle
from memory.vectors.embed import Encoder, find_encoder
from memory.vectors.index import Index

BEGINS = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)
MONTH = 30
QUESTIONS = 200
FIRST = ("Ada", "Bruno", "Cleo", "Dina", "Emil", "Flora", "Gero", "Hilda", "Ivo", "Jana", "Karl",
         "Lena", "Milo", "Nora", "Otto", "Pia", "Quirin")  # fmt: skip
LAST = ("Amsel", "Birke", "Distel", "Erle", "Fichte", "Ginster", "Hasel", "Iris", "Kiefer", "Linde",
        "Malve", "Nelke", "Olive")  # fmt: skip
COLOURS = ("red", "blue", "green", "white", "black", "yellow", "brown", "grey", "pink", "golden",
           "silver", "orange")  # fmt: skip
THINGS = ("lamp", "chair", "table", "shelf", "mirror", "carpet", "curtain", "pillow", "clock",
          "vase", "bench", "stool", "wardrobe", "drawer", "basket", "candle", "blanket", "frame",
          "ladder", "desk")  # fmt: skip
STREETS = ("Mill", "Harbour", "Station", "Church", "Garden", "Bridge", "Market", "Forest", "School",
           "Castle")  # fmt: skip
MATTERS = (  # told, asked: in other words
    (
        "please deliver the {colour} {thing} to {street} Street {number}.",
        "Where does the {colour} {thing} of {who} go?",
    ),
    (
        "the {colour} {thing} came with a crack, I would like {number} euros back.",
        "How much does {who} want refunded for the damaged {colour} {thing}?",
    ),
    (
        "I can pick up the {colour} {thing} at {number} past ten, on {street} Street.",
        "When is {who} fetching the {colour} {thing}?",
    ),
    (
        "for the {colour} {thing} we agreed on {number} euros, shipping included.",
        "What price was settled with {who} for the {colour} {thing}?",
    ),
)
CHAT = (
    "Put the {colour} {thing} on the list for next week.",
    "Did {who} pay for the {thing} yet?",
    "The {street} Street shop has no {thing} any more.",
    "I talked to {who} about the {thing}, nothing is decided.",
    "Good morning, what is on today?",
    "Thank you, that will do.",
)
STEPS = ("task.running", "task.done", "card.shown", "effect.proposed", "effect.done", "model.told")


@dataclass(slots=True)
class Company:
    """What happens in it, drawn by chance from a seed; `asked` is what can be asked so far."""

    chance: random.Random
    people: list[records.Record] = field(default_factory=list)
    told: set[tuple[str, str, str]] = field(default_factory=set)
    asked: list[tuple[datetime, str, str]] = field(default_factory=list)  # when, question, ref
    events: int = 0

    async def day(self, tx: Tx, wanted: int) -> None:
        """Live one day until about so many events are noted."""
        before = len(tx.journal.noted)
        await self._meet(tx)
        for _ in range(wanted // 14):
            await self._mail(tx)
        for talk in range(wanted // 60):
            for line in range(self.chance.randint(3, 8)):
                await self._say(tx, tx.now + timedelta(hours=5 * talk, minutes=line))
        for _ in range(max(1, wanted // 90)):
            await self._goal(tx)
        await self._steps(tx, before + wanted - len(tx.journal.noted))
        self.events += len(tx.journal.noted) - before

    async def _steps(self, tx: Tx, count: int) -> None:
        """Note so many small steps of work, all in one statement: only the log's size matters."""
        rows = [
            {
                "id": tx.id("evt"), "kind": self.chance.choice(STEPS), "source": "engine",
                "key": tx.id("own"), "trust": "system", "actor": "", "cause": None, "goal": None,
                "body": {"step": self.chance.random()}, "at": tx.now,
            }
            for _ in range(count)
        ]  # fmt: skip
        if rows:
            await tx.conn.execute(sa.insert(log), [{**row, "changes": []} for row in rows])
        for row in rows:
            tx.journal.note(row)

    async def _meet(self, tx: Tx) -> None:
        if len(self.people) >= len(FIRST) * len(LAST) or (
            self.people and self.chance.random() < 0.8
        ):
            return
        number = len(self.people)
        name = f"{FIRST[number % len(FIRST)]} {LAST[number // len(FIRST)]}"
        email = f"{name.replace(' ', '.').lower()}@example.org"
        self.people.append(await records.create(tx, "person", {"name": name, "email": email}, None))

    async def _mail(self, tx: Tx) -> None:
        """A customer writes: about a matter of their own, or what any mail says."""
        who = self.chance.choice(self.people)
        matter = (who.name, self.chance.choice(COLOURS), self.chance.choice(THINGS))
        tells, asks = self.chance.choice(MATTERS)
        slots = {
            "who": who.name, "colour": matter[1], "thing": matter[2],
            "street": self.chance.choice(STREETS), "number": self.chance.randint(2, 59),
        }  # fmt: skip
        new = matter not in self.told
        self.told.add(matter)
        text = f"Dear shop,\n{tells.format(**slots)}\nRegards, {who.name}"
        event = await events.append(
            tx, "email.received", source="mail", key=f"<{self.events}.{len(tx.journal.noted)}>",
            trust="outside", actor=str(who.state["email"]), body={"text": text},
        )  # fmt: skip
        assert event is not None
        await recall.remember(
            tx, kind="mail", ref=event.id, text=text, trust="outside", record=who.id, by=who.name
        )
        if new:
            self.asked.append((tx.now, asks.format(**slots), event.id))
        if self.chance.random() < 0.1:
            await facts.learn(
                tx, "note", text[:60], record=who.id, author="owner", source=event.id,
                cardinality="many",
            )  # fmt: skip

    async def _say(self, tx: Tx, at: datetime) -> None:
        slots = {
            "who": self.chance.choice(self.people).name, "colour": self.chance.choice(COLOURS),
            "thing": self.chance.choice(THINGS), "street": self.chance.choice(STREETS),
        }  # fmt: skip
        text = self.chance.choice(CHAT).format(**slots)
        event = await events.note(tx, "message.received", None, trust="operator", text=text)
        await recall.remember(
            tx, kind="message", ref=event.id, text=text, trust="operator", conv="web:1", at=at
        )

    async def _goal(self, tx: Tx) -> None:
        goal = tx.id("gol")
        asked = await events.note(tx, "message.received", None, trust="operator", text="refund")
        await goals.open_goal(
            tx, goal, "Refund 20.00 EUR", asked_by=asked.id, conv="web:1", playbook="refund",
            slots={},
        )  # fmt: skip
        await goals.finish(tx, goal, asked.id, kind="refund", succeeded=True, minutes_saved=5)


@dataclass(frozen=True, slots=True)
class Asked:
    """How the questions went: share found among ten, and milliseconds."""

    found: float
    p50: float
    p95: float
    cpu: float  # 95th percentile of what the processor worked, which others on it change less


async def live(folder: Path, wanted: argparse.Namespace, encoder: Encoder | None) -> None:
    """Live through all days, asking after the first month and at the end; print the figures."""
    now = [BEGINS]
    upgrade.upgrade(folder / "years.db")
    database, index = Database(folder / "years.db", lambda: now[0]), Index(folder / "index")
    gone: list[str] = []
    database.listen("forgotten", gone.append)
    company, month, nights = Company(random.Random(wanted.seed)), dict[str, Asked](), []
    for day in range(wanted.days):
        now[0] = BEGINS + timedelta(days=day)
        async with database.transaction() as tx:
            await company.day(tx, wanted.events // wanted.days + 1)
        began = time.perf_counter()
        await archiving.pack_due(database, None)
        await archiving.join_small(database)
        nights.append(time.perf_counter() - began)
        if day % 100 == 99:
            print(f"day {day + 1}: {company.events} events", flush=True)
        if day == MONTH - 1:
            await _follow(database, encoder, index, gone)
            month = await _ask_both("after a month", database, company, encoder, index)
    await _follow(database, encoder, index, gone)
    since = now[0] - timedelta(days=90)
    last = await _ask_both("at the end", database, company, encoder, index)
    late = "at the end, of the last 90 days"
    await _ask_both(late, database, company, encoder, index, lambda at: at >= since)
    early = "at the end, of earlier days"
    await _ask_both(early, database, company, encoder, index, lambda at: at < since)
    await _sizes(database, folder, company, nights)
    for way, then in month.items():
        now_ = last[way]
        show(f"{way}: found, of a month's 1", 2 - now_.found / then.found, "", 1.01)
        show(f"{way}: p95 at the end / after a month", now_.p95 / then.p95, "", 2)
        show(f"{way}: the same of the processor's time", now_.cpu / then.cpu, "", 2)
    if wanted.verify:
        report = await verify(database)
        print(f"verified {report.events} events: {len(report.faults)} faults {report.faults[:3]}")
    await index.close()
    await database.close()


async def _follow(
    database: Database, encoder: Encoder | None, index: Index, gone: list[str]
) -> None:
    """Let the vectors follow, as the product does in the background."""
    if encoder is None:
        return
    for start in range(0, len(gone), 500):
        await index.delete(gone[start : start + 500])
    gone.clear()
    while await recall.embed_pending(database, encoder, index):
        pass


async def _ask_both(
    when: str,
    database: Database,
    company: Company,
    encoder: Encoder | None,
    index: Index,
    which: Callable[[datetime], bool] = lambda at: True,
) -> dict[str, Asked]:
    """Ask by words alone, and with vectors where there is an encoder; print and return it."""
    ways: dict[str, Encoder | None] = {"words": None} | ({"vectors": encoder} if encoder else {})
    found = {}
    for way, uses in ways.items():
        found[way] = asked = await _ask(database, company, uses, index, which)
        times = (
            f"p50 {asked.p50:.1f} ms, p95 {asked.p95:.1f} ms, of the processor {asked.cpu:.1f} ms"
        )
        print(f"{when}, {way}: {asked.found:.1%} found among ten, {times}", flush=True)
    return found


async def _ask(
    database: Database,
    company: Company,
    encoder: Encoder | None,
    index: Index,
    which: Callable[[datetime], bool],
) -> Asked:
    chance = random.Random(7)
    known = [(question, ref) for at, question, ref in company.asked if which(at)]
    asked = chance.sample(known, min(QUESTIONS, len(known)))
    found, times, worked = 0, [], []
    for number, (question, ref) in enumerate([*asked[:10], *asked]):
        began, worked_before = time.perf_counter(), time.process_time()
        async with database.snapshot() as reader:
            told = await recall.recall(reader, question, encoder=encoder, index=index)
        if number >= 10:  # the first ones load what is loaded once
            times.append((time.perf_counter() - began) * 1000)
            worked.append((time.process_time() - worked_before) * 1000)
            found += ref in [one.ref for one in told]
    p50, p95 = percentile(times, 0.5), percentile(times, 0.95)
    return Asked(found / len(asked), p50, p95, percentile(worked, 0.95))


async def _sizes(database: Database, folder: Path, company: Company, nights: list[float]) -> None:
    async with database.snapshot() as reader:
        hot, packed = await lifecycle.hot(reader), await archive.contents(reader)
    size = sum(file.stat().st_size for file in (folder / "index").rglob("*") if file.is_file())
    print(
        f"{company.events} events; {packed.passages} passages archived in {packed.boxes} boxes, "
        f"{packed.bytes / 1e6:.1f} MB; the file {database.path.stat().st_size / 1e6:.0f} MB"
    )
    show("passages in the hot index", hot, "", lifecycle.policy().hot)
    show("the vector index", size / 1e6, "MB", 100)
    show("a night's packing, p95", percentile(nights, 0.95) * 1000, "ms", 1000)


async def main() -> None:
    parser = argparse.ArgumentParser(description="Three years of a busy one-person company.")
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--days", type=int, default=1_096)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--words", action="store_true", help="without an encoder")
    parser.add_argument("--verify", action="store_true")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        await live(Path(folder), wanted, None if wanted.words else find_encoder())


if __name__ == "__main__":
    asyncio.run(main())
