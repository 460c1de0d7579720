"""Drafts made by a seed, in four languages, with the evidence they rest on; and faults planted.

What is true stands in the evidence as records and other people write it, and in the draft as a
writer of its language does. The sentences around it know nothing of how the checks work.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from agents.checks.evidence import Evidence

LANGUAGES = ("en", "de", "fr", "es")
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre",
}
DAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
}
GREETS = {
    "en": ("Dear {}", "Hello {}", "Hi {}", "Good morning {}"),
    "de": ("Hallo {}", "Guten Tag {}", "Liebe {}", "Moin {}"),
    "fr": ("Bonjour {}", "Salut {}", "Bonsoir {}"),
    "es": ("Hola {}", "Buenos días {}", "Buenas tardes {}"),
}
CLOSES = {
    "en": ("Kind regards", "Best wishes", "Many thanks"),
    "de": ("Viele Grüße", "Mit freundlichen Grüßen", "Herzliche Grüße"),
    "fr": ("Cordialement", "Bien à vous", "Bonne journée"),
    "es": ("Un saludo", "Saludos cordiales", "Muchas gracias"),
}
FACTS = {  # each says one thing of the records
    "en": {
        "amount": ("I have sent back {}.", "The total comes to {}.", "You paid {}, as agreed."),
        "date": ("The workshop begins on {}.", "We will be there on {}.", "It was sent on {}."),
        "weekday": ("I will call you on {}.", "See you on {}, then."),
        "time": ("The doors open at {}.", "We start at {} sharp."),
        "code": ("This concerns invoice {}.", "Your order {} has left our house."),
        "link": ("You find everything at {}.", "Please have a look: {}"),
        "mail": ("Write to {} if anything is unclear.",),
        "name": ("My colleague {} will look after it.", "Please ask {} about the keys."),
        "count": ("We have packed {} lamps for you.", "You asked for {} copies."),
        "percent": ("As a small thank you there is a discount of {}.",),
        "iban": ("Please use the account {}.",),
        "phone": ("You reach me at {}.",),
    },
    "de": {
        "amount": ("Ich habe {} zurückgeschickt.", "Zusammen sind es {}.", "Sie haben {} gezahlt."),
        "date": ("Der Kurs beginnt am {}.", "Wir sind am {} da.", "Verschickt wurde es am {}."),
        "weekday": ("Ich rufe Sie am {} an.", "Bis {} also."),
        "time": ("Die Tür ist ab {} offen.", "Wir fangen um {} an."),
        "code": ("Es geht um die Rechnung {}.", "Ihre Bestellung {} ist unterwegs."),
        "link": ("Alles Weitere steht unter {}.", "Schauen Sie gern hier: {}"),
        "mail": ("Schreiben Sie an {}, wenn etwas unklar ist.",),
        "name": (
            "Meine Kollegin {} kümmert sich darum.",
            "Fragen Sie bitte {} nach dem Schlüssel.",
        ),
        "count": ("Wir haben {} Lampen für Sie eingepackt.", "Sie wollten {} Exemplare."),
        "percent": ("Als kleines Dankeschön gibt es einen Nachlass von {}.",),
        "iban": ("Bitte nutzen Sie das Konto {}.",),
        "phone": ("Sie erreichen mich unter {}.",),
    },
    "fr": {
        "amount": ("Je vous ai remboursé {}.", "Le total est de {}.", "Vous avez payé {}."),
        "date": ("Le cours commence le {}.", "Nous serons là le {}.", "Le colis est parti le {}."),
        "weekday": ("Je vous appelle {}.", "À {} alors."),
        "time": ("La porte ouvre à {}.", "Nous commençons à {}."),
        "code": ("Il s'agit de la facture {}.", "Votre commande {} est en route."),
        "link": ("Vous trouverez tout sur {}.", "Regardez ici : {}"),
        "mail": ("Écrivez à {} si quelque chose n'est pas clair.",),
        "name": ("Ma collègue {} s'en occupe.", "Demandez les clés à {}, s'il vous plaît."),
        "count": ("Nous avons emballé {} lampes pour vous.", "Vous vouliez {} exemplaires."),
        "percent": ("Pour vous remercier, il y a une remise de {}.",),
        "iban": ("Merci d'utiliser le compte {}.",),
        "phone": ("Vous pouvez me joindre au {}.",),
    },
    "es": {
        "amount": ("Le he devuelto {}.", "En total son {}.", "Usted pagó {}, como acordamos."),
        "date": ("El curso empieza el {}.", "Estaremos allí el {}.", "Se envió el {}."),
        "weekday": ("Le llamo el {}.", "Hasta el {} entonces."),
        "time": ("La puerta abre a las {}.", "Empezamos a las {}."),
        "code": ("Se trata de la factura {}.", "Su pedido {} está en camino."),
        "link": ("Lo encontrará todo en {}.", "Mire aquí: {}"),
        "mail": ("Escriba a {} si algo no está claro.",),
        "name": ("Mi compañera {} se ocupa de ello.", "Pregunte por las llaves a {}, por favor."),
        "count": ("Hemos embalado {} lámparas para usted.", "Usted quería {} ejemplares."),
        "percent": ("Como agradecimiento hay un descuento del {}.",),
        "iban": ("Por favor, use la cuenta {}.",),
        "phone": ("Puede llamarme al {}.",),
    },
}
AROUND = {
    "en": (
        "Thank you very much for your message.",
        "I am sorry that it took so long.",
        "Delivery usually takes a few working days.",
        "The workshop is open again, and the coffee is on us.",
        "If anything is still open, just answer this mail.",
        "We may be a little late, so please do not wait outside.",
        "Our team enjoyed the evening a lot.",
        "Please bring warm clothes and something to write with.",
        "PS: The VAT is included, as always.",
        "On the way back you can park behind the house.",
    ),
    "de": (
        "Vielen Dank für Ihre Nachricht.",
        "Es tut mir leid, dass es so lange gedauert hat.",
        "Die Lieferung dauert in der Regel wenige Werktage.",
        "Falls noch etwas offen ist, antworten Sie einfach auf diese Mail.",
        "Unser Team hat den Abend sehr genossen.",
        "Bitte bringen Sie warme Kleidung und etwas zum Schreiben mit.",
        "Bei Fragen zur Rechnung Nummer und Datum angeben, dann geht es schneller.",
        "Das Parkhaus am Rathaus Nord hat von früh bis spät geöffnet.",
        "Ihr Paket liegt mit Beleg und Garantiekarte an der Kasse bereit.",
        "Die Mehrwertsteuer ist wie immer enthalten.",
        "Mit Freude haben wir gehört, dass alles geklappt hat.",
    ),
    "fr": (
        "Merci beaucoup pour votre message.",
        "Je suis désolé que cela ait pris tant de temps.",
        "La livraison prend en général quelques jours ouvrables.",
        "S'il reste une question, répondez simplement à ce courriel.",
        "Toute notre équipe a beaucoup aimé la soirée.",
        "Apportez des vêtements chauds et de quoi écrire.",
        "La TVA est comprise, comme toujours.",
        "Vous pouvez vous garer derrière la maison.",
    ),
    "es": (
        "Muchas gracias por su mensaje.",
        "Siento que haya tardado tanto.",
        "La entrega suele tardar unos pocos días laborables.",
        "Si queda alguna duda, responda simplemente a este correo.",
        "A todo nuestro equipo le gustó mucho la tarde.",
        "Traiga ropa de abrigo y algo para escribir.",
        "El IVA está incluido, como siempre.",
        "Puede aparcar detrás de la casa.",
    ),
}
FIRST = ("Ada", "Bruno", "Grace", "Linus", "Katharina", "Tomasz", "Aiko", "Paul", "Ngozi", "Élodie")
LAST = (
    "Example",
    "Sample",
    "Muster",
    "Krawczyk",
    "Lemoine",
    "Okafor",
    "Vidal",
    "Brandt",
    "Quirrel",
)
EURO = {"en": "euros", "de": "Euro", "fr": "euros", "es": "euros"}
CODES = ("INV-{}", "PAY-{}", "R2026-{}", "ORD-{}")
PATHS = ("kurs", "plan", "file")
BLANKS = (
    "[NAME]",
    "[Your name]",
    "TODO",
    "{{ amount }}",
    "{name}",
    "[Datum]",
    "TBD",
    "____",
    "XXX",
)


@dataclass(frozen=True)
class Made:
    """A draft, its evidence, and the words of the fault in it ("" where the whole is at fault)."""

    text: str
    evidence: Evidence
    language: str
    kind: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Truth:
    """What the records say, each thing as a value."""

    amount: Decimal
    day: date
    minutes: int
    code: str
    link: str
    mail: str
    name: str
    count: int
    percent: int
    iban: str
    phone: str
    recipient: str
    weekday: date
    postcode: int


def made(seed: int) -> Made:
    """Return a faultless draft."""
    rng = random.Random(f"draft {seed}")
    language = LANGUAGES[seed % len(LANGUAGES)]
    truth = _truth(rng)
    told = {kind: written(kind, truth, language, rng) for kind in FACTS["en"]}
    kinds = rng.sample(sorted(told), rng.randint(3, 6))
    lines = [rng.choice(FACTS[language][kind]).format(told[kind]) for kind in kinds]
    lines += rng.sample(AROUND[language], rng.randint(2, 4))
    rng.shuffle(lines)
    greet = rng.choice(GREETS[language]).format(truth.recipient.partition(" ")[0])
    close = f"{rng.choice(CLOSES[language])}\nLamp & Light"
    text = f"{greet},\n\n{_paragraphs(lines, rng)}\n\n{close}"
    return Made(text, _evidence(truth, language, greet, close, rng), language)


def faulty(seed: int) -> Iterator[Made]:
    """Yield the draft of a seed with one fault each, of every kind that its facts allow."""
    rng = random.Random(f"fault {seed}")
    whole = made(seed)
    truth = _truth(random.Random(f"draft {seed}"))
    for name, other in _faults(truth, rng).items():
        kind = name.partition(" ")[0]
        text = written(kind, other, whole.language, rng)
        line = rng.choice(FACTS[whole.language][kind]).format(text)
        yield _with(whole, line, name, text)
    blank = rng.choice(BLANKS)
    yield _with(whole, f"{rng.choice(AROUND[whole.language])[:-1]}: {blank}", "blank", blank)
    first = truth.recipient.partition(" ")[0]
    wrong = rng.choice([name for name in FIRST if name != first and name not in truth.name])
    yield replace(whole, text=whole.text.replace(first, wrong, 1), kind="greeting", fault=wrong)
    far = next(made(s) for s in range(seed + 1, seed + 4))
    begun = replace(far.evidence, template=whole.evidence.template)
    yield Made(far.text, begun, far.language, "language")
    long = " ".join(rng.choices(AROUND[whole.language], k=60))
    yield replace(whole, text=f"{whole.text}\n\n{long}", kind="length")


def written(kind: str, truth: Truth, language: str, rng: random.Random) -> str:
    """Return a fact as a writer of this language would put it."""
    day = truth.day
    months, days = MONTHS[language].split(), DAYS[language].split()
    match kind:
        case "amount":
            return _amount(truth.amount, language, rng)
        case "weekday":
            return days[truth.weekday.weekday()]
        case "time":
            return _time(truth.minutes, language, rng)
        case "percent":
            return f"{truth.percent} %" if language != "en" else f"{truth.percent}%"
        case "count":
            return str(truth.count)
        case "iban":
            return " ".join(truth.iban[at : at + 4] for at in range(0, len(truth.iban), 4))
        case "date":
            month, year = months[day.month - 1], rng.choice(("", str(day.year)))
            return _date(day, month, year, language, rng)
        case _:
            return str(getattr(truth, kind))


def _amount(value: Decimal, language: str, rng: random.Random) -> str:
    whole, _, cents = f"{value:,.2f}".partition(".")
    if language == "en":
        ways = [
            f"€{whole}.{cents}",
            f"{whole}.{cents} EUR",
            f"EUR {value:.2f}",
            f"€ {whole}.{cents}",
        ]
    else:
        gap = "." if language in ("de", "es") else "\u202f"
        text = f"{whole.replace(',', gap)},{cents}"
        ways = [
            f"{text} €",
            f"{text} EUR",
            f"{text}\u00a0€",
            f"EUR {text}",
            f"{text} {EURO[language]}",
        ]
    if cents == "00":
        ways += [f"{value:.0f} {EURO[language]}", f"{value:.0f} EUR", f"€{value:.0f}"]
    return rng.choice(ways)


def _time(minutes: int, language: str, rng: random.Random) -> str:
    hour, minute = divmod(minutes, 60)
    half = f"{(hour - 1) % 12 + 1}:{minute:02} {'pm' if hour >= 12 else 'am'}"
    ways = {
        "en": (half, f"{hour}:{minute:02}"),
        "de": (f"{hour}:{minute:02} Uhr", f"{hour}.{minute:02} Uhr"),
        "fr": (f"{hour}h{minute:02}", f"{hour} h {minute:02}"),
        "es": (f"{hour}:{minute:02}", f"{hour}:{minute:02} h"),
    }
    return rng.choice(ways[language])


def _date(day: date, month: str, year: str, language: str, rng: random.Random) -> str:
    late = f" {year}" if year else ""
    ways = {
        "en": (f"{day.day} {month}{late}", f"{month} {day.day}{',' * bool(year)}{late}"),
        "de": (f"{day.day}. {month}{late}", f"{day.day:02}.{day.month:02}.{year}"),
        "fr": (f"{day.day}{'er' * (day.day == 1)} {month}{late}", f"{day:%d/%m/%Y}"),
        "es": (f"{day.day} de {month}{f' de {year}' if year else ''}", f"{day:%d/%m/%Y}"),
    }
    return rng.choice(ways[language])


def _truth(rng: random.Random) -> Truth:
    day = date(2026, 1, 1) + timedelta(rng.randrange(700))
    digits = "".join(rng.choices("0123456789", k=18))
    cents = rng.choice((rng.randrange(500, 20_000), rng.randrange(100_000, 3_000_000)))
    cents = rng.choice((cents, cents // 100 * 100))
    name, recipient = (f"{rng.choice(FIRST)} {rng.choice(LAST)}" for _ in range(2))
    return Truth(
        amount=Decimal(cents) / 100,
        day=day,
        minutes=rng.randrange(7 * 4, 21 * 4) * 15,
        code=rng.choice(CODES).format(rng.randrange(1000, 9999)),
        link=f"https://lamp.example/{rng.choice(PATHS)}/{rng.randrange(10, 999)}",
        mail=f"{rng.choice(('office', 'hello', 'kontakt'))}@lamp{rng.randrange(99)}.example",
        name=name,
        count=rng.randrange(21, 900),
        percent=rng.randrange(3, 60),
        iban=f"DE{digits[:2]}{digits}",
        phone=f"+49 30 {rng.randrange(1_000_000, 9_999_999)}",
        recipient=recipient,
        weekday=day + timedelta(rng.randrange(1, 6)),
        postcode=rng.randrange(10_000, 99_999),
    )


def _faults(truth: Truth, rng: random.Random) -> dict[str, Truth]:
    """Return for each kind of fact a truth in which that one is another."""
    other = _truth(rng)

    def unlike(a: str, b: str) -> str:
        return a if a != b else f"{b}9"

    names = [f"{a} {b}" for a in FIRST for b in LAST]
    strangers = [
        n for n in names if not set(n.split()) & {*truth.name.split(), *truth.recipient.split()}
    ]
    day = truth.day + timedelta(rng.choice((1, -1, 7, 31)))
    off = rng.choice((Decimal(10), Decimal("0.1"), Decimal("1.01")))
    return {
        "amount": replace(truth, amount=(truth.amount * off).quantize(Decimal("0.01"))),
        "amount of an order's number": replace(truth, amount=Decimal(truth.code[-4:])),
        "amount of a year": replace(truth, amount=Decimal(truth.day.year)),
        "amount of a count": replace(truth, amount=Decimal(truth.count)),
        "amount of a postcode": replace(truth, amount=Decimal(truth.postcode)),
        "percent of a count": replace(truth, percent=truth.count),
        "date": replace(truth, day=day),
        "weekday": replace(truth, weekday=truth.weekday + timedelta(1 if _free(truth, 1) else 2)),
        "time": replace(truth, minutes=truth.minutes + rng.choice((60, 30, -60))),
        "code": replace(truth, code=unlike(other.code, truth.code)),
        "link": replace(truth, link=unlike(other.link, truth.link)),
        "mail": replace(truth, mail=unlike(other.mail, truth.mail)),
        "name": replace(truth, name=rng.choice(strangers)),
        "count": replace(truth, count=truth.count + rng.choice((1000, 1100))),
        "percent": replace(truth, percent=truth.percent + 61),
        "iban": replace(truth, iban=truth.iban[:-1] + str((int(truth.iban[-1]) + 1) % 10)),
        "phone": replace(truth, phone=unlike(other.phone, truth.phone)),
    }


def _free(truth: Truth, days: int) -> bool:
    """Say whether the weekday so many days on is not that of the date in the records."""
    return (truth.weekday + timedelta(days)).weekday() != truth.day.weekday()


def _evidence(truth: Truth, language: str, greet: str, close: str, rng: random.Random) -> Evidence:
    """Return the same as records keep it, an English wish, and a mail in the draft's language."""
    zone = truth.minutes // 60
    records = (
        f"{truth.amount:.2f} EUR", truth.day.isoformat(), truth.code, truth.link, truth.mail,
        truth.iban, truth.phone.replace(" ", ""), truth.name, truth.recipient,
        f"{truth.day.isoformat()}T{zone:02}:{truth.minutes % 60:02}:00+01:00",
    )  # fmt: skip
    first = truth.recipient.partition(" ")[0]
    said = f"write to {first} about {truth.count} and {truth.percent} percent"
    order = f"order {truth.code[-4:]} of {truth.day.year}, to {truth.postcode} Berlin"
    mail = FACTS[language]["weekday"][0].format(DAYS[language].split()[truth.weekday.weekday()])
    template = f"{greet},\n\n{' '.join(rng.sample(AROUND[language], 4))}\n\n{close}"
    return Evidence((*records, said, order, mail), template=template, recipient=truth.recipient)


def _with(whole: Made, line: str, kind: str, fault: str) -> Made:
    head, rest = whole.text.split("\n\n", 1)
    return replace(whole, text=f"{head}\n\n{line} {rest}", kind=kind, fault=fault)


def _paragraphs(lines: list[str], rng: random.Random) -> str:
    cut = rng.randrange(1, len(lines))
    return f"{' '.join(lines[:cut])}\n\n{' '.join(lines[cut:])}"
