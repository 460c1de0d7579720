"""More sentences in other words than their sources, never looked at to better the checks.

They say how well the checks do where they were not made for it; see paraphrases.py.
"""

PASSAGES = {
    "gym": "Spoke to Petra from the gym: they want twelve towels with the logo, not fifteen. "
    "She pays "
    "on delivery. Her boss Yusuf has to agree first.",
    "bakery": "Dear team, unfortunately our oven broke, so Saturday's order of 80 rolls can't be "
    "baked. We refund 36 EUR this week. Sorry! Lotte, Bakery Sunrise",
    "umzug": "Protokoll: Der Umzug findet am 3. August statt. Frau Demir mietet den Wagen für "
    "140 Euro. "
    "Kartons hat niemand bestellt. Jan kümmert sich um die Schlüssel.",
    "steuer": "Steuerberater Falk schreibt, die Umsatzsteuer sei bis zum 10. fällig und nicht erst "
    "am 20.; eine Verlängerung lehnt das Amt ab.",
    "site": "Feedback from Kavya: the new page loads fast, the contact form never arrives in "
    "her inbox, "
    "and the French version is missing. She would pay 500 EUR for it.",
}
TRUE = (
    ("gym", "The gym wants twelve towels with its logo."),
    ("gym", "Petra pays when they are delivered."),
    ("gym", "Yusuf has to agree before that."),
    ("gym", "It is 12 towels, not 15."),
    ("gym", "Petra needs her boss's consent."),
    ("bakery", "The rolls for Saturday cannot be baked, because the oven broke."),
    ("bakery", "Bakery Sunrise gives back 36 EUR this week."),
    ("bakery", "There will be no rolls on Saturday."),
    ("bakery", "Lotte apologises for the 80 rolls."),
    ("bakery", "Die Bäckerei erstattet 36 EUR."),
    ("umzug", "Am 3. August ist der Umzug."),
    ("umzug", "Der Wagen kostet 140 Euro."),
    ("umzug", "Es wurden keine Kartons bestellt."),
    ("umzug", "Um die Schlüssel kümmert sich Jan."),
    ("umzug", "Frau Demir besorgt den Wagen."),
    ("umzug", "Nobody has ordered boxes yet."),
    ("steuer", "Die Umsatzsteuer ist am 10. fällig."),
    ("steuer", "Das Amt verlängert die Frist nicht."),
    ("steuer", "Falk says that the tax is due by the 10th."),
    ("steuer", "Eine Verlängerung gibt es nicht."),
    ("site", "Mails from the contact form do not reach Kavya."),
    ("site", "There is no French version."),
    ("site", "Kavya would pay 500 EUR for a French version."),
    ("site", "The page is fast."),
    ("site", "Kavya findet, die Seite lädt schnell."),
)
FALSE = (
    ("gym", "The gym wants fifteen towels, not twelve."),
    ("gym", "Petra does not pay on delivery."),
    ("gym", "Her boss Yasin has to agree first."),
    ("gym", "Yusuf does not have to agree."),
    ("bakery", "The rolls can be baked for Saturday."),
    ("bakery", "Bakery Sunrise does not refund the 36 EUR."),
    ("bakery", "The order was 90 rolls."),
    ("bakery", "Lotta apologises for Saturday."),
    ("umzug", "Der Umzug findet am 3. August nicht statt."),
    ("umzug", "Jemand hat Kartons bestellt."),
    ("umzug", "Frau Demirel mietet den Wagen für 140 Euro."),
    ("umzug", "Petra kümmert sich um die Schlüssel."),
    ("steuer", "Die Umsatzsteuer ist nicht bis zum 10. fällig."),
    ("steuer", "Das Amt lehnt eine Verlängerung nicht ab."),
    ("steuer", "Die Umsatzsteuer ist erst am 20. fällig."),
    ("site", "The contact form arrives in her inbox."),
    ("site", "The new page does not load fast."),
    ("site", "The French version is not missing."),
    ("site", "Kavya would pay 550 EUR for it."),
    ("site", "Kaya would pay 500 EUR for it."),
)
