"""The ten commonest wishes in German, French and Spanish, heard by rules and without a model."""

import pytest

from agents.answers import owed
from agents.hearing import plain, question_words
from agents.incoming import loose
from agents.playbooks.library import load_folder
from agents.playbooks.routing import Router

ROUTER = Router(load_folder())
TOLD = {
    "refund": {
        "de": (
            "erstatte Ada 40 EUR", "zahl Ada 40 EUR zurück", "bitte Ada 40 EUR erstatten",
            "wir möchten Ada 40 EUR erstatten", "ich will Ada 40 EUR erstatten",
        ),
        "fr": ("rembourse 40 EUR à Ada", "rends son argent à Ada"),
        "es": ("devuelve a Ada 40 EUR", "devuélvele el dinero a Ada"),
    },
    "write-mail": {
        "de": (
            "schreib Ada, dass der Kurs am Montag beginnt", "teile Ada mit, dass es klappt",
            "schick Ada eine Mail, dass es klappt", "schreib Ada eine Mail",
            "frag Ada, ob das Paket da ist",
        ),
        "fr": (
            "écris à Ada que le cours commence lundi", "demande à Ada si le colis est arrivé",
            "envoie un mail à Ada pour dire que le cours commence",
        ),
        "es": (
            "escribe a Ada que el curso empieza el lunes", "pregunta a Ada si llegó el paquete",
            "envía un correo a Ada diciendo que el curso empieza",
        ),
    },
    "note": {
        "de": ("notiere zu Ada: mag Vormittage", "schreib dir auf, dass Ada umgezogen ist"),
        "fr": ("note sur Ada : préfère le matin", "retiens que Ada préfère le matin"),
        "es": ("nota sobre Ada: prefiere la mañana", "anota que Ada prefiere la mañana"),
    },
    "remind": {
        "de": ("erinnere mich am Freitag um 9 an Rechnung 7", "erinner mich daran, Ada anzurufen"),
        "fr": ("rappelle-moi vendredi à 9h de payer la facture",),
        "es": ("recuérdame el viernes a las 9 que pague la factura",),
    },
    "about": {
        "de": ("wer ist Ada?", "was weißt du über Ada?", "erzähl mir von Ada"),
        "fr": ("qui est Ada ?", "que sait-on sur Ada ?", "parle-moi de Ada"),
        "es": ("¿quién es Ada?", "quien es Ada", "¿qué sabemos de Ada?", "háblame de Ada"),
    },
    "/waiting": {
        "de": ("was wartet auf mich?", "was liegt an?"),
        "fr": ("qu'est-ce qui m'attend ?",),
        "es": ("¿qué está pendiente?", "¿qué hay pendiente?"),
    },
    "owed": {
        "de": ("was schulde ich?", "wem schulden wir Geld?", "was muss ich noch bezahlen?"),
        "fr": ("que dois-je ?", "à qui dois-je de l'argent ?"),
        "es": ("¿qué debo?", "¿a quién debo dinero?"),
    },
    "new": {
        "de": (
            "neuer Kunde Bo Muster, bo@muster.example",
            "lege einen neuen Kunden an: Bo Muster, bo@muster.example",
        ),
        "fr": ("nouvelle cliente Bea Muster, bea@muster.example",),
        "es": ("nuevo cliente Bo Muster, bo@muster.example",),
    },
    "/stop": {
        "en": ("STOP!!", "stop  everything", "/stop@firstmate_bot", "/Stop"),
        "de": ("stopp", "Halt!", "alles anhalten"),
        "fr": ("arrête", "Arrête tout !", "arrete tout", "arre\u0302te tout"),
        "es": ("para", "¡Alto!", "para todo", "deten todo"),
    },
    "/undo": {
        "de": ("mach das rückgängig", "nimm das zurück", "rückgängig machen"),
        "es": ("deshacer", "deshaz eso", "deshazlo"),
    },
    "/cancel": {
        "en": ("cancel", "Never mind."),
        "de": ("abbrechen",),
        "fr": ("annule", "annule ça", "laisse tomber"),
        "es": ("cancela",),
    },
}  # fmt: skip
EVERY = [
    (wish, said) for wish, languages in TOLD.items() for says in languages.values() for said in says
]
OTHERS = (
    "kann man Ada 40 EUR erstatten", "Bruno muss uns 40 EUR erstatten", "cancel the call with Ada",
    "Ada will 40 EUR erstatten", "Ada 40 EUR nicht erstatten",
    "frag mich, ob das Paket da ist", "schreib mir eine Mail",
    "schreib dir auf", "parle-moi de la météo", "quién es el presidente", "para Ada",
    "stop tout à l'heure", "stop@firstmate.example", "nuevo cliente", "que Ada paga mañana",
)  # fmt: skip


def heard(said: str) -> str:
    """Return what rules take the words for; "": for nothing."""
    command = plain.command(said)
    if command.startswith("/"):
        return command
    if loose.pasted(said) is not None:
        return "new"
    if owed.by_us(said) and question_words.form(said) == "question":
        return "owed"
    route = ROUTER.by_pattern(said)
    return "" if route is None or route.playbook is None else route.playbook.id


@pytest.mark.parametrize(("wish", "said"), EVERY)
def test_the_commonest_wishes_are_heard_in_german_french_and_spanish(wish: str, said: str) -> None:
    assert heard(said) == wish


@pytest.mark.parametrize("said", OTHERS)
def test_what_only_sounds_like_one_of_them_is_none(said: str) -> None:
    assert heard(said) == ""


@pytest.mark.parametrize(
    "said", ["qui est Ada ?", "¿quién es Ada?", "¿cuánto debo?", "que dois-je ?"]
)
def test_a_question_is_one_in_french_and_spanish_too(said: str) -> None:
    assert question_words.form(said) == "question"
