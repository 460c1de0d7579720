"""Short mails as people write them, in four languages, all true; and the same with a false name."""

from collections.abc import Iterator
from itertools import product

from agents.checks.evidence import Evidence
from tests.agents.drafted import Made

COMPANY = "Lamp & Light"
RECIPIENTS = ("Ada Example", "Linus Krawczyk", "Ngozi Okafor")
STRANGERS = ("Tomasz Vidal", "Grace Quirrel", "Petra Lemoine", "Mehmet Brandt")
GREETS = {
    "en": ("Dear", "Hi", "Hello"),
    "de": ("Hallo", "Liebe", "Moin", "Guten Tag"),
    "fr": ("Bonjour", "Salut"),
    "es": ("Hola", "Buenos días"),
}
CLOSES = {
    "en": ("Best Regards", "Kind regards", "Warm Wishes", "Cheers", "Yours sincerely",
           "Many Thanks"),
    "de": ("Viele Grüße", "Liebe Grüße", "Beste Grüße", "Mit freundlichen Grüßen", "Gruß",
           "Herzliche Grüße", "Schöne Grüße", "LG"),
    "fr": ("Bien cordialement", "Cordialement", "Bonne Journée", "À bientôt", "Amicalement"),
    "es": ("Un saludo", "Saludos Cordiales", "Atentamente", "Un abrazo", "Muchas Gracias"),
}  # fmt: skip
SAYS = {
    "en": (
        "the file is ready.", "your Order is on its way.", "have a great Weekend!",
        "Happy New Year and Merry Christmas!", "thanks, all done.",
        "see our Privacy Policy and the Terms of Service.", "see you soon.",
    ),
    "de": (
        "Datei fertig, Abholung jederzeit.", "die Rechnung kommt bald per Post.", 
        "gerne, bis dann.",
        "deine Datei liegt bereit, viel Freude damit.", "bei Fragen melde dich.",
        "kommst du zum Treffen?", "kurze Info: deine Lampe kommt diese Woche.",
        "danke für die Blumen.", "das Paket ist da.", "Lieferung erfolgt in Kürze.",
        "wir sehen uns nächste Woche.", "die Ware geht morgens raus.",
        "schönes Wochenende und frohe Ostern!", "anbei Angebot und Vertrag.",
    ),
    "fr": (
        "votre commande est prête.", "merci, à bientôt.", "le fichier est prêt.",
        "Joyeux Noël et Bonne Année !", "voici la facture.", "bon week-end !",
    ),
    "es": (
        "tu pedido está listo.", "gracias, hasta pronto.", "aquí está la factura.", "hasta luego.",
        "¡Feliz Navidad y Año Nuevo!", "todo bien.", "el archivo está listo.",
    ),
}  # fmt: skip
NAMES = {
    "en": ("Please ask {}.", "My colleague {} takes it from here.", "It is with {} now.",
           "Mr {} has the key."),
    "de": ("Frag bitte {}.", "Meine Kollegin {} macht das.", "Der Schlüssel ist bei {}.",
           "Herr {} hat ihn."),
    "fr": ("Demandez à {}.", "Ma collègue {} s'en occupe.", "C'est avec {}.", "Madame {} l'a."),
    "es": ("Pregunta a {}.", "Mi compañera {} lo hace.", "Está con {}.", "La señora {} lo tiene."),
}  # fmt: skip


def true() -> Iterator[Made]:
    """Yield every mail of a greeting, a sentence and a closing, for one of the recipients each.

    Every other one has a template in its language; the wish is English, as it often is.
    """
    number = 0
    for language, says in SAYS.items():
        for said, close in product(says, CLOSES[language]):
            number += 1
            to = RECIPIENTS[number % len(RECIPIENTS)]
            greet = GREETS[language][number % len(GREETS[language])]
            first = to.partition(" ")[0]
            begun = f"{greet} {first},\n\n{says[0]}\n\n{close}\n{COMPANY}" if number % 2 else ""
            text = f"{greet} {first},\n\n{said}\n\n{close}\n{COMPANY}"
            given = (f"write to {first} about it", to, COMPANY)
            yield Made(text, Evidence(given, template=begun, recipient=to), language)


def false() -> Iterator[Made]:
    """Yield each with one sentence more, about somebody whom nobody named."""
    for number, whole in enumerate(true()):
        name = STRANGERS[number // 5 % len(STRANGERS)]
        line = NAMES[whole.language][number % len(NAMES[whole.language])].format(name)
        head, said, close = whole.text.split("\n\n")
        yield Made(f"{head}\n\n{said} {line}\n\n{close}", whole.evidence, whole.language,
                   "name", name)  # fmt: skip
