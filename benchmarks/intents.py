"""The front agent's local tier on wishes that others collected: those of Home Assistant.

Its templates of sentences (home-assistant-intents, Apache 2.0; `make deps` brings them in) become
sentences by chance: half of an intent's templates are its examples, the other half is what is said,
so that no template is on both sides. A quarter of the intents has no example at all: whatever is
said of them is out of scope. Nothing was fitted on any of it; the numbers are those of
agents/playbooks/routing.toml. Its intents are close to one another (pause, resume, cancel a timer).
"""

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from agents.playbooks.library import Playbook, load_folder
from agents.playbooks.routing import Router
from benchmarks._figures import percentile, show
from memory.vectors.embed import find_encoder

PACKAGES = Path(__file__).parents[1] / ".deps" / "python"
LANGUAGES = ("en", "de", "fr", "es", "it")
TEMPLATES_MIN = 4  # fewer cannot be halved
TEMPLATES_MAX = 40  # of one intent, drawn
EACH = 2  # sentences of a template
UNKNOWN = 4  # every so many-th intent has no example
P95_MS = 30
ROOMS = {
    "en": ("kitchen", "bedroom", "office"),
    "de": ("Küche", "Schlafzimmer", "Büro"),
    "fr": ("cuisine", "chambre", "bureau"),
    "es": ("cocina", "dormitorio", "oficina"),
    "it": ("cucina", "camera", "ufficio"),
}
THINGS = {
    "en": ("floor lamp", "heater", "radio"),
    "de": ("Stehlampe", "Heizung", "Radio"),
    "fr": ("lampadaire", "chauffage", "radio"),
    "es": ("lámpara", "calefacción", "radio"),
    "it": ("lampada", "termosifone", "radio"),
}


class Said(NamedTuple):
    """A sentence and its intent; None: out of scope."""

    text: str
    intent: str | None


class Sentences:
    """Draws sentences from the templates of one language."""

    def __init__(self, language: str, chance: Random) -> None:
        sys.path.append(str(PACKAGES))
        import home_assistant_intents
        from hassil.intents import Intents

        data = Path(home_assistant_intents.__file__).parent / "data" / f"{language}.json"
        self._intents = Intents.from_dict(json.loads(data.read_text()))
        self._own = {"area": ROOMS[language], "floor": ROOMS[language], "name": THINGS[language]}
        self._chance = chance

    def of(self) -> Iterator[tuple[str, list[list[str]]]]:
        """Yield each intent with, for each of its templates, some sentences."""
        for name, intent in sorted(self._intents.intents.items()):
            templates = [(each, one) for each in intent.data for one in each.sentences]
            if len(templates) >= TEMPLATES_MIN:
                self._chance.shuffle(templates)
                yield name, [self._some(*one) for one in templates[:TEMPLATES_MAX]]

    def _some(self, data: Any, sentence: Any) -> list[str]:
        rules = self._intents.expansion_rules | data.expansion_rules
        lists = self._intents.slot_lists | data.slot_lists
        drawn = (self._draw(sentence.expression, rules, lists) for _ in range(EACH))
        return sorted({" ".join(one.split()) for one in drawn})

    def _draw(self, one: Any, rules: dict[str, Any], lists: dict[str, Any]) -> str:
        from hassil import expression as parts

        match one:
            case parts.TextChunk():
                return str(one.original_text)
            case parts.Alternative():
                return self._draw(self._chance.choice(one.items), rules, lists)
            case parts.Permutation():
                items = self._chance.sample(one.items, len(one.items))
                return " ".join(self._draw(item, rules, lists) for item in items)
            case parts.Sequence():
                return "".join(self._draw(item, rules, lists) for item in one.items)
            case parts.RuleReference():
                return self._draw(rules[one.rule_name].expression, rules, lists)
            case parts.ListReference():
                return self._value(one.list_name, rules, lists)
        raise TypeError(one)

    def _value(self, name: str, rules: dict[str, Any], lists: dict[str, Any]) -> str:
        from hassil.intents import RangeSlotList, TextSlotList

        held = lists.get(name)
        if isinstance(held, TextSlotList) and held.values:
            return self._draw(self._chance.choice(held.values).text_in, rules, lists)
        if isinstance(held, RangeSlotList):
            return str(self._chance.choice(list(held.get_numbers())))
        return self._chance.choice(self._own.get(name, self._own["name"]))


def halves(language: str, seed: int) -> tuple[list[Playbook], list[Said]]:
    """Return what the router is given, and what is then said to it."""
    chance = Random(f"{language}{seed}")
    every = list(Sentences(language, chance).of())
    chance.shuffle(every)
    form = load_folder()[0]
    known: list[Playbook] = []
    said: list[Said] = []
    for at, (name, templates) in enumerate(every):
        half = len(templates) // 2
        tried = [text for some in templates[half:] for text in some]
        if at % UNKNOWN == 0:
            said += [Said(text, None) for text in tried]
            continue
        examples = tuple(text for some in templates[:half] for text in some)
        nothing: dict[str, Any] = {"patterns": (), "unlike": (), "commands": (), "steps": ()}
        known.append(form.model_copy(update={"id": name, "examples": examples, **nothing}))
        of_others = {text for each in known for text in each.examples}
        said += [Said(text, name) for text in tried if text not in of_others]
    return known, said


async def counted(router: Router, said: list[Said]) -> tuple[Counter[str], list[float]]:
    counts: Counter[str] = Counter()
    took: list[float] = []
    every = {one.intent for one in said if one.intent}
    await router.route("the first time all examples are encoded", every)
    for text, intent in said:
        began = time.perf_counter()
        route = await router.route(text, every)
        took.append((time.perf_counter() - began) * 1000)
        found = route.playbook.id if route.playbook else None
        if intent is None:
            counts["rightly none" if found is None else "wrongly some"] += 1
            continue
        nearest = route.playbook or route.runner_up
        counts["nearest"] += nearest is not None and nearest.id == intent
        counts["right" if found == intent else "asked" if found is None else "wrong"] += 1
    return counts, took


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    seed = parser.parse_args().seed
    assert (PACKAGES / ".ready").exists(), "the public wishes are missing: make deps"
    encoder = find_encoder()
    assert encoder is not None, "the bundled encoder is missing: make deps"
    times: list[float] = []
    print("share of what is said; “asked” is “I am not sure what you want”")
    print("language  intents  said  nearest  right  asked  wrong | out of scope  rightly none")
    for language in LANGUAGES:
        known, said = halves(language, seed)
        counts, took = await counted(Router(known, encoder), said)
        times += took
        inside = counts["right"] + counts["asked"] + counts["wrong"]
        outside = counts["rightly none"] + counts["wrongly some"]
        shares = (counts[one] / inside for one in ("nearest", "right", "asked", "wrong"))
        row = "  ".join(f"{share:5.3f}" for share in shares)
        none = counts["rightly none"] / outside
        print(f"{language:8}  {len(known):7}  {inside:4}  {row} | {outside:12}  {none:12.3f}")
    show("which intent a sentence asks for, p95", percentile(times, 0.95), "ms", P95_MS)


if __name__ == "__main__":
    asyncio.run(main())
