"""Sentences of answers in other words than their sources, with the key of the passage they name.

They were looked at once to better the checks: of 40 true ones 5 were refused before, and of 20
false ones 1 was missed.
"""

PASSAGES = {
    "offer": "Hi, thanks for the offer. 4,200 EUR is more than we planned, but if you include the "
    "photos we have a deal. We need everything before 12 May. Kind regards, Marlene Voss",
    "minutes": "Minutes 3 March: Voss Studio wants to move the launch from April to June. Marlene "
    "checks with her printer. No decision on the logo yet.",
    "rent": "Hausverwaltung Brandt: Die Miete steigt ab 1. Juli auf 1.180 Euro. Der Stellplatz "
    "bleibt "
    "kostenlos. Ein Einspruch ist bis 15. Juni möglich.",
    "visit": "Telefonat mit Herrn Okafor: Er kommt am Donnerstag nicht, schickt aber seine "
    "Kollegin. "
    "Die Muster bringt sie mit. Er will 20 Stück bestellen.",
    "tool": "The licence for Cutter costs $19 a month and cannot be cancelled before the end of "
    "the "
    "year. Support answers within two days.",
    "devis": "Bonjour, le devis de 850 EUR nous convient. Nous ne pouvons pas commencer avant le 4 "
    "septembre. L'acompte sera versé lundi. Claire Morel",
    "feria": "Hola, en la feria no tendremos electricidad antes de las 9:00. El stand cuesta "
    "300 EUR y "
    "lo compartimos con Talleres Ruiz. Un saludo, Inés",
}
TRUE = (
    ("offer", "Marlene Voss accepts 4,200 EUR if the photos are included."),
    ("offer", "Everything is needed before 12 May."),
    ("offer", "The price was higher than they had planned."),
    ("offer", "They wanted the photos to be part of it."),
    ("offer", "Voss has a deadline of May 12."),
    ("minutes", "The launch is to move from April to June."),
    ("minutes", "Nothing was decided on the logo."),
    ("minutes", "The logo is still open: no decision yet."),
    ("minutes", "Marlene is asking her printer."),
    ("minutes", "On 3 March Voss Studio asked for a later launch, in June."),
    ("minutes", "Launch moves to June."),
    ("rent", "Ab 1. Juli kostet die Miete 1.180 Euro."),
    ("rent", "Der Stellplatz kostet weiterhin nichts."),
    ("rent", "Bis zum 15. Juni kann man Einspruch erheben."),
    ("rent", "The rent goes up to 1,180 EUR on 1 July."),
    ("rent", "The parking space stays free."),
    ("rent", "Brandt erhöht die Miete im Juli."),
    ("visit", "Herr Okafor kommt am Donnerstag nicht."),
    ("visit", "Statt Herrn Okafor kommt seine Kollegin."),
    ("visit", "Seine Kollegin bringt die Muster mit."),
    ("visit", "Okafor möchte 20 Stück."),
    ("visit", "Mr Okafor will not come on Thursday but sends a colleague."),
    ("visit", "Er bestellt 20 Stück, die Kollegin hat Muster dabei."),
    ("tool", "Cutter costs 19 USD a month."),
    ("tool", "You cannot cancel the licence before the year ends."),
    ("tool", "The licence runs until the end of the year."),
    ("tool", "Support takes up to two days to answer."),
    ("tool", "Die Lizenz für Cutter kostet 19 $ im Monat."),
    ("devis", "Claire Morel accepte le devis de 850 EUR."),
    ("devis", "Ils ne commencent pas avant le 4 septembre."),
    ("devis", "Un acompte arrive lundi."),
    ("devis", "Claire Morel cannot start before 4 September."),
    ("devis", "Der Kostenvoranschlag über 850 EUR passt."),
    ("feria", "El stand cuesta 300 EUR."),
    ("feria", "No hay electricidad antes de las 9:00."),
    ("feria", "Comparten el stand con Talleres Ruiz."),
    ("feria", "There is no electricity before 9:00."),
    ("feria", "Inés shares the stand with Talleres Ruiz."),
    ("offer", "The sources do not say who pays for the printing."),
    ("rent", "In den Quellen steht nicht, wer den Einspruch schreibt."),
)
FALSE = (
    ("offer", "Marlene Voss does not accept 4,200 EUR."),
    ("offer", "Marion Voss accepts 4,200 EUR if the photos are included."),
    ("offer", "Everything is needed before 21 May."),
    ("minutes", "The launch is not moving to June."),
    ("minutes", "There is a decision on the logo."),
    ("minutes", "Claire checks with her printer."),
    ("rent", "Der Stellplatz bleibt nicht kostenlos."),
    ("rent", "Ein Einspruch ist nicht mehr möglich."),
    ("rent", "Die Miete steigt ab 1. Juli auf 1.280 Euro."),
    ("visit", "Herr Okafor kommt am Donnerstag."),
    ("visit", "Herr Brandt kommt am Donnerstag nicht."),
    ("visit", "Die Muster bringt sie nicht mit."),
    ("tool", "The licence can be cancelled before the end of the year."),
    ("tool", "Cutter costs $29 a month."),
    ("devis", "Le devis de 850 EUR ne nous convient pas."),
    ("devis", "Nous pouvons commencer avant le 4 septembre."),
    ("devis", "L'acompte sera versé mardi."),
    ("feria", "En la feria tendremos electricidad antes de las 9:00."),
    ("feria", "El stand no cuesta 300 EUR."),
    ("feria", "Comparten el stand con Talleres Brandt."),
)
