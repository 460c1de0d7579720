"""Answers of a model with what they cite, made by a seed: whole, and with a fault planted in each.

The passages are written as notes and mails are; the answers say the same in their own sentence.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

FAULTS = ("a name", "a not", "a not left out", "a number", "another source")
WHO = ("Ada", "Bruno", "Linus", "Katharina", "Tomasz", "Aiko", "Ngozi", "Grace", "Mehmet", "Élodie")
# What a passage says, what an answer makes of it, and that denied. {a} who, {n} how much, {d} when
SAID = {
    "en": (
        ("note on {a}: wants the workshop in {d} and pays {n} EUR a head",
         "{a} pays {n} EUR a head.", "{a} does not pay {n} EUR a head."),
        ("Call with {a}. The invoice over {n} EUR was paid in {d}.",
         "The invoice of {a} over {n} EUR was paid.",
         "The invoice of {a} over {n} EUR was not paid."),
        ("Hello, we agreed on {n} lamps and delivery in {d}. Best, {a}",
         "Delivery of the {n} lamps is agreed for {d} with {a}.",
         "Delivery of the {n} lamps is not agreed for {d} with {a}."),
        ("{a} asks for a room for {n} people; she brings her own projector.",
         "{a} brings her own projector.", "{a} doesn't bring her own projector."),
        ("Minutes: {a} may sign contracts up to {n} EUR, from {d} on.",
         "Contracts up to {n} EUR may be signed by {a}.",
         "Contracts up to {n} EUR may never be signed by {a}."),
    ),
    "de": (
        ("Notiz zu {a}: möchte den Kurs im {d} und zahlt {n} EUR pro Person",
         "{a} zahlt {n} EUR pro Person.", "{a} zahlt nicht {n} EUR pro Person."),
        ("Telefonat mit {a}. Die Rechnung über {n} EUR ist seit {d} bezahlt.",
         "Die Rechnung von {a} über {n} EUR ist bezahlt.",
         "Die Rechnung von {a} über {n} EUR ist nicht bezahlt."),
        ("Guten Tag, die {n} Lampen brauchen wir im {d}. Viele Grüße, {a}",
         "{a} braucht die {n} Lampen im {d}.", "{a} braucht die {n} Lampen nicht im {d}."),
        ("{a} sucht einen Raum für {n} Leute, einen Beamer bringt sie mit.",
         "{a} bringt einen Beamer mit.", "{a} bringt keinen Beamer mit."),
    ),
    "fr": (
        ("Appel avec {a} : la facture de {n} EUR est payée depuis {d}.",
         "La facture de {n} EUR de {a} est payée.",
         "La facture de {n} EUR de {a} n'est pas payée."),
    ),
    "es": (
        ("Llamada con {a}: la factura de {n} EUR está pagada desde {d}.",
         "La factura de {n} EUR de {a} está pagada.",
         "La factura de {n} EUR de {a} no está pagada."),
    ),
}  # fmt: skip
DENIED = {
    "en": (
        ("{a} told me that the hall has no lift, and that it holds {n} people.",
         "The hall has no lift, {a} says.", "The hall has a lift, {a} says."),
        ("Mail of {a}: I cannot come in {d}, but {n} EUR are fine.",
         "{a} cannot come in {d}.", "{a} can come in {d}."),
        ("note on {a}: never call before {n} o'clock",
         "Never call {a} before {n} o'clock.", "Call {a} before {n} o'clock."),
    ),
    "de": (
        ("{a} sagt, der Saal hat keinen Aufzug und fasst {n} Leute.",
         "Der Saal hat keinen Aufzug, sagt {a}.", "Der Saal hat einen Aufzug, sagt {a}."),
        ("Mail von {a}: Im {d} kann ich nicht kommen, {n} EUR sind in Ordnung.",
         "{a} kann im {d} nicht kommen.", "{a} kann im {d} kommen."),
    ),
    "fr": (
        ("{a} écrit que la salle n'a pas d'ascenseur pour {n} personnes.",
         "La salle n'a pas d'ascenseur, écrit {a}.", "La salle a un ascenseur, écrit {a}."),
    ),
    "es": (
        ("{a} escribe que la sala no tiene ascensor para {n} personas.",
         "La sala no tiene ascensor, escribe {a}.", "La sala tiene ascensor, escribe {a}."),
    ),
}  # fmt: skip
MONTHS = {
    "en": ("May", "June", "October"), "de": ("Mai", "Juni", "Oktober"),
    "fr": ("mai", "juin", "octobre"), "es": ("mayo", "junio", "octubre"),
}  # fmt: skip
ASKED = {
    "en": "What do I know about {a} and {b}?", "de": "Was weiß ich über {a} und {b}?",
    "fr": "Que sais-je de {a} et de {b} ?", "es": "¿Qué sé de {a} y de {b}?",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence and which of the sources, from 1, it names; `fault`: "" is whole."""

    text: str
    source: int
    sources: tuple[str, ...]
    question: str
    fault: str = ""


def claims(seed: int) -> Iterator[Claim]:
    """Yield one answer whole, and then with each fault that it can have."""
    draw = random.Random(seed)
    tongue = draw.choices(tuple(SAID), (4, 4, 1, 1))[0]
    denied = draw.random() < 0.3
    pool = (*SAID[tongue], *DENIED[tongue])
    shape = draw.choice(DENIED[tongue] if denied else SAID[tongue])
    who = draw.sample(WHO, 4)
    numbers = [str(n) for n in draw.sample(range(21, 990), 4)]
    months = draw.sample(MONTHS[tongue], 3)
    of = {"a": who[0], "n": numbers[0], "d": months[0]}
    rest = draw.sample([one for one in pool if one is not shape], min(2, len(pool) - 1))
    others = [
        one[0].format(a=who[k], n=numbers[k], d=draw.choice(months))
        for k, one in enumerate(rest, 1)
    ]
    sources = [shape[0].format(**of), *others]
    draw.shuffle(sources)
    at = sources.index(shape[0].format(**of)) + 1
    asked = ASKED[tongue].format(a=who[0], b=who[1])

    def claim(text: str, source: int, fault: str = "") -> Claim:
        return Claim(text, source, tuple(sources), asked, fault)

    text = shape[1].format(**of)
    yield claim(text, at)
    yield claim(shape[1].format(**of | {"a": who[draw.choice((1, 3))]}), at, "a name")
    yield claim(shape[2].format(**of), at, "a not left out" if denied else "a not")
    if of["n"] in text:
        wrong = str(int(of["n"]) + draw.choice((-10, 1, 100)))
        yield claim(text.replace(of["n"], wrong), at, "a number")
    yield claim(text, at % len(sources) + 1, "another source")
