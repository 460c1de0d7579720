"""Honest sentences of a small business: full of numbers, codes and words like “key”; nobody's.

No password, and no number that names anybody: of each, nothing is to be taken out.
"""

import random
from collections.abc import Iterator

WITHOUT = (  # nobody's number, and no secret
    *("Order {ord} of {day} comes to {amt} EUR.", "Invoice {inv} over {amt} EUR is due on {day}."),
    *(
        "Please pay {inv} by {day}, {amt} EUR in all.",
        "We need {n} lamps of model {code} by {day}.",
    ),
    *(
        "Quote {inv}: {n} chairs at {amt} EUR each.",
        "The meeting is on {day} at {time} in room {n}.",
    ),
    *("Item {code}, {n} pieces, {amt} EUR.", "Version {ver} of the catalogue has {n} pages."),
    *("Ticket {tic} is solved since {day}.", "Credit note {inv} of {amt} EUR replaces {ord}."),
    *("The size is {n} x {n} x {n} cm, {amt} kg.", "Refund {pay} of {amt} EUR was agreed."),
    *("The train leaves at {time}, platform {n}, seat {n}.", "Project {tic} ends on {day}."),
    *("Between {time} and {time} nobody is in; {n} people come.", "§ {n} of the contract of {day}"),
    *("Turnover grew from {amt} to {amt} EUR, {n} percent.", "SKU {code} is sold out until {day}."),
    *(
        "Password: see below.",
        "The password for order {ord} follows by phone.",
        "Token: see {tic}.",
    ),
    *("Please change your password by {day}: https://shop.example/account", "Pass: see page {n}."),
    *("password: secret:shop-key", "My key for room {n} is at the desk.", "The secret: patience."),
    *("The password manager for the team: {n} seats at {amt} EUR.", "PIN board, {n} x {n} cm"),
    *("The password expires on {day}; {tic} has more.", "A day pass costs {amt} EUR."),
    *("I changed the password:\n\nRegards\nAda", "I forgot my password\nRegards\nAda", "pins: {n}"),
    *("The password is the one of {day}.", "Ask Ada for the password; order {ord} waits."),
    *("Her login is broken since {day}, {tic}.", "Boarding pass: LH{n}X, gate {n}", "{n} tokens"),
    *("Key account: Lund Ltd, {amt} EUR a year.", "Discount code SUMMER{n} is good until {day}."),
    *("The colour code is RAL {n}, article {code}.", "The key of {tic} is missing, says Bruno."),
    *("Bestellung {ord} vom {day}: {amt} EUR.", "Rechnung {inv} über {amt} EUR ist bezahlt."),
    *("Passwort: siehe Anhang.", "Das Passwort kommt am {day} per Post.", "Schlüssel {n} fehlt."),
    *("Wir brauchen {n} Stück von {code}.", "Das Kennwort ist seit {day} abgelaufen."),
    *("Kundennummer {cus}, Auftrag {ord}.", "Der Termin am {day} um {time} Uhr bleibt."),
    *("Commande {ord} du {day} : {amt} EUR.", "Mot de passe : voir la page {n}.", "Clé {n} perdue"),
    *("La facture {inv} de {amt} EUR arrive le {day}.", "J'ai oublié mon mot de passe le {day}."),
    *("Pedido {ord} del {day}: {amt} EUR.", "Contraseña: véase la página {n}.", "Clave {n}"),
    *("La factura {inv} de {amt} EUR vence el {day}.", "El secreto: paciencia y {n} lámparas."),
    *("Customer {cus} ordered {n} of {code}.", "Delivery note {dln}, {n} boxes, {amt} kg."),
    *("Contract {tic} runs from {day} to {day}.", "Meter reading {n}, account period {day}."),
    *("Our offer {inv} stands until {day}, less {n} percent.", "Batch {code}-{n}, use by {day}."),
)
SECRET_FREE = (  # a number that may name somebody, and still no password
    *("Pay to DE89 3704 0044 0532 0130 00 by {day}, {inv}.", "Parcel {trk} left on {day}."),
    *("Our tax number is DE123456789; order {ord}.", "Card 4111 1111 1111 1111, {amt} EUR."),
    *("Call +49 30 1234567 about {tic}.", "Password questions go to: ada@example.org"),
    *("Tracking: 1Z999AA1{n}0123456784", "IBAN: GB33BUKB20201555555555, BIC: BUKBGB22XXX"),
    *("Container MSKU{cus}0, sealed {day}.", "UUID 3f2b8c1e-9d4a-4b6f-8a51-{trk:.12}"),
    *("commit 9fceb02d0ae598e95dc970b74767f19372d61af8 of {day}", "EAN {ean}, {n} pieces"),
    *("See https://shop.example/orders/{ord}?from=mail&utm={tic}", "ISBN 978-3-16-148410-0"),
    *("password reset for {tic}: call 030 1234567", "RF18539007547034 is the reference of {inv}."),
)


def _filled(template: str, chance: random.Random) -> str:
    number = chance.randint
    day = chance.choice(
        ("2026-{m:02}-{d:02}", "{d:02}.{m:02}.2026", "{d} May 2026", "{m}/{d}/2026")
    )
    amount = chance.choice(("{a},{c:02}", "{a}.{c:02}", "{b}.{a:03},{c:02}", "{b},{a:03}.{c:02}"))
    days = (day.format(d=number(1, 28), m=number(1, 12)) for _ in range(2))
    return template.format(
        ord=chance.choice(("{}", "2026-{}", "A-{}", "#{}", "PO {}", "SO-2026-{}")).format(
            number(1000, 999_999)
        ),
        inv=chance.choice(("RE-2026-{:04}", "INV-{:05}", "2026-{:04}", "R{:06}")).format(
            number(1, 9999)
        ),
        code=chance.choice(("LM-{}-B", "X{}Y", "KX.{}.20", "{}-BL-04", "SK-{}")).format(
            number(10, 99_999)
        ),
        tic=f"{chance.choice(('TIC', 'PRJ', 'A', 'CASE'))}-{number(10, 99_999)}",
        pay=f"PAY-{number(1000, 99_999)}",
        ver=f"{number(0, 20)}.{number(0, 20)}.{number(0, 20)}",
        cus=number(10_000, 999_999),
        dln=f"LS-{number(100_000, 999_999)}",
        trk=f"{number(10**11, 10**12 - 1)}{number(10**7, 10**8 - 1)}",
        ean=f"40{number(10**10, 10**11 - 1)}",
        amt=amount.format(a=number(100, 999), b=number(1, 99), c=number(0, 99)),
        n=number(2, 400),
        time=f"{number(7, 19):02}:{number(0, 59):02}",
        day=next(days),
    )


def sentences(templates: tuple[str, ...], count: int, seed: str) -> Iterator[str]:
    """Yield this many sentences, of each template as many."""
    chance = random.Random(seed)
    for number in range(count):
        yield _filled(templates[number % len(templates)], chance)
