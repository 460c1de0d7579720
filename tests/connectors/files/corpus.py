"""Forwards as the common mail programs write them, per program and language, made in code.

Every row is what that program puts between the forwarder's words and the forwarded text; the
shapes follow real forwards, the people and companies in them do not exist.
"""
# ruff: noqa: RUF001, E501 (other alphabets, and forwards are easier to compare unwrapped)

from collections.abc import Iterator
from dataclasses import dataclass

NAME, ADDRESS = "Ada Example", "ada@example.org"
TO = "shop@example.com"
SUBJECT = "Refund for order 1042"
OWN = "Please have a look at this one."
BODY = "Hello,\n\nthe lamp arrived broken: please refund 40.00 EUR.\n\nAda"
DAY = (2026, 11, 16, 9, 12)


@dataclass(frozen=True)
class Case:
    client: str
    language: str
    text: str
    own_words: str = OWN
    body: str = BODY

    @property
    def id(self) -> str:
        return f"{self.client}-{self.language}"


def cases() -> list[Case]:
    """Every forward of the corpus."""
    return [*_gmail(), *_apple(), *_ios(), *_outlook(), *_outlook_plain(), *_new_outlook(),
            *_thunderbird(), *_yahoo(), *_samsung(), *_others()]  # fmt: skip


# language: (what the program calls "From", the date it writes)
_GMAIL = {
    "en": ("From:", "Mon, Nov 16, 2026 at 9:12\u202fAM"),
    "de": ("Von:", "Mo., 16. Nov. 2026 um 09:12 Uhr"),
    "fr": ("De :", "lun. 16 nov. 2026 à 09:12"),
    "es": ("De:", "lun, 16 nov 2026 a las 9:12"),
    "it": ("Da:", "lun 16 nov 2026 alle ore 09:12"),
    "nl": ("Van:", "ma 16 nov 2026 om 09:12"),
    "pt": ("De:", "seg., 16 de nov. de 2026 às 09:12"),
    "pl": ("Od:", "pon., 16 lis 2026 o 09:12"),
    "sv": ("Från:", "mån 16 nov. 2026 kl 09:12"),
    "da": ("Fra:", "man. 16. nov. 2026 kl. 09.12"),
    "no": ("Fra:", "man. 16. nov. 2026 kl. 09:12"),
    "fi": ("Lähettäjä:", "ma 16. marrask. 2026 klo 9.12"),
    "cs": ("Od:", "po 16. 11. 2026 v 9:12"),
    "ru": ("От:", "пн, 16 нояб. 2026 г. в 09:12"),
    "zh": ("发件人：", "2026年11月16日周一 09:12"),
    "ja": ("From:", "2026年11月16日(月) 9:12"),
}


def _gmail() -> Iterator[Case]:
    for language, (sender, date) in _GMAIL.items():
        yield Case(
            "gmail",
            language,
            f"{OWN}\n\n---------- Forwarded message ---------\n"
            f"{sender} {NAME} <{ADDRESS}>\nDate: {date}\nSubject: {SUBJECT}\nTo: <{TO}>\n\n\n{BODY}\n",
        )


# language: (marker, from, subject, date, to, the date it writes)
_APPLE = {
    "en": ("Begin forwarded message:", "From", "Subject", "Date", "To",
           "16 November 2026 at 09:12:44 CET"),
    "de": ("Anfang der weitergeleiteten Nachricht:", "Von", "Betreff", "Datum", "An",
           "16. November 2026 um 09:12:44 MEZ"),
    "fr": ("Début du message réexpédié :", "De", "Objet", "Date", "À",
           "16 novembre 2026 à 09:12:44 UTC+1"),
    "es": ("Inicio del mensaje reenviado:", "De", "Asunto", "Fecha", "Para",
           "16 de noviembre de 2026, 9:12:44 CET"),
    "it": ("Inizio messaggio inoltrato:", "Da", "Oggetto", "Data", "A",
           "16 novembre 2026 alle ore 09:12:44 CET"),
    "nl": ("Begin doorgestuurd bericht:", "Van", "Onderwerp", "Datum", "Aan",
           "16 november 2026 om 09:12:44 CET"),
    "pt": ("Início da mensagem reencaminhada:", "De", "Assunto", "Data", "Para",
           "16 de novembro de 2026, 09:12:44 WET"),
    "pl": ("Początek przekazywanej wiadomości:", "Od", "Temat", "Data", "Do",
           "16 listopada 2026 o 09:12:44 CET"),
    "sv": ("Vidarebefordrat mejl:", "Från", "Ämne", "Datum", "Till",
           "16 november 2026 09:12:44 CET"),
    "da": ("Start på videresendt besked:", "Fra", "Emne", "Dato", "Til",
           "16. november 2026 kl. 09.12.44 CET"),
    "no": ("Videresendt melding:", "Fra", "Emne", "Dato", "Til",
           "16. november 2026 kl. 09:12:44 CET"),
    "fi": ("Välitetty viesti alkaa:", "Lähettäjä", "Aihe", "Päivämäärä", "Vastaanottaja",
           "16. marraskuuta 2026 klo 9.12.44 UTC+1"),
    "cs": ("Začátek přeposílané zprávy:", "Od", "Předmět", "Datum", "Komu",
           "16. listopadu 2026 9:12:44 SEČ"),
    "ru": ("Начало переадресованного сообщения:", "Отправитель", "Тема", "Дата", "Кому",
           "16 ноября 2026 г., 09:12:44 GMT+3"),
    "zh": ("以下是转发的邮件：", "发件人", "主题", "日期", "收件人",
           "2026年11月16日 GMT+8 09:12:44"),
    "ja": ("転送されたメッセージ:", "差出人", "件名", "日付", "宛先",
           "2026年11月16日 9:12:44 JST"),
}  # fmt: skip


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _apple() -> Iterator[Case]:
    for language, (marker, sender, subject, date, to, when) in _APPLE.items():
        head = (
            f"{marker}\n\n{sender}: {NAME} <{ADDRESS}>\n{subject}: {SUBJECT}\n{date}: {when}\n"
            f"{to}: {TO}\n\n{BODY}\n"
        )
        yield Case("apple", language, f"{OWN}\n\n{_quoted(head)}\n")


_IOS = {
    "en": ("Sent from my iPhone", "November 16, 2026 at 9:12:44 AM GMT+1"),
    "de": ("Von meinem iPhone gesendet", "16. November 2026 um 09:12:44 MEZ"),
    "fr": ("Envoyé de mon iPhone", "16 novembre 2026 à 09:12:44 UTC+1"),
    "es": ("Enviado desde mi iPhone", "16 de noviembre de 2026, 9:12:44 CET"),
}


def _ios() -> Iterator[Case]:
    for language, (footer, when) in _IOS.items():
        marker, sender, subject, date, to, _ = _APPLE[language]
        head = f"{sender}: {NAME} <{ADDRESS}>\n{date}: {when}\n{to}: {TO}\n{subject}: {SUBJECT}\n\n{BODY}"
        yield Case("ios", language, f"{OWN}\n\n{footer}\n\n{marker}\n\n{_quoted(head)}\n")


# language: (from, sent, to, subject, the date it writes, "original message")
_OUTLOOK = {
    "en": ("From", "Sent", "To", "Subject", "Monday, November 16, 2026 9:12 AM",
           "Original Message"),
    "de": ("Von", "Gesendet", "An", "Betreff", "Montag, 16. November 2026 09:12",
           "Ursprüngliche Nachricht"),
    "fr": ("De", "Envoyé", "À", "Objet", "lundi 16 novembre 2026 09:12", "Message d'origine"),
    "es": ("De", "Enviado", "Para", "Asunto", "lunes, 16 de noviembre de 2026 9:12",
           "Mensaje original"),
    "it": ("Da", "Inviato", "A", "Oggetto", "lunedì 16 novembre 2026 09:12",
           "Messaggio originale"),
    "nl": ("Van", "Verzonden", "Aan", "Onderwerp", "maandag 16 november 2026 09:12",
           "Oorspronkelijk bericht"),
    "pt": ("De", "Enviado", "Para", "Assunto", "segunda-feira, 16 de novembro de 2026 09:12",
           "Mensagem original"),
    "pl": ("Od", "Wysłane", "Do", "Temat", "poniedziałek, 16 listopada 2026 09:12",
           "Wiadomość oryginalna"),
    "sv": ("Från", "Skickat", "Till", "Ämne", "den 16 november 2026 09:12",
           "Ursprungligt meddelande"),
    "da": ("Fra", "Sendt", "Til", "Emne", "mandag den 16. november 2026 09:12",
           "Oprindelig meddelelse"),
    "no": ("Fra", "Sendt", "Til", "Emne", "mandag 16. november 2026 09:12",
           "Opprinnelig melding"),
    "fi": ("Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe",
           "maanantai 16. marraskuuta 2026 9.12", "Alkuperäinen viesti"),
    "cs": ("Od", "Odesláno", "Komu", "Předmět", "pondělí 16. listopadu 2026 9:12",
           "Původní zpráva"),
    "ru": ("От", "Отправлено", "Кому", "Тема", "16 ноября 2026 г. 9:12", "Исходное сообщение"),
    "zh": ("发件人", "发送时间", "收件人", "主题", "2026年11月16日 9:12", "邮件原件"),
    "ja": ("差出人", "送信日時", "宛先", "件名", "2026年11月16日月曜日 9:12",
           "元のメッセージ"),
}  # fmt: skip


def _outlook() -> Iterator[Case]:
    """The web and the phone: a line, then four labels."""
    for language, (sender, sent, to, subject, when, _) in _OUTLOOK.items():
        colon = " :" if language == "fr" else ":"
        yield Case(
            "outlook-web",
            language,
            f"{OWN}\n\n________________________________\n{sender}{colon} {NAME} <{ADDRESS}>\n"
            f"{sent}{colon} {when}\n{to}{colon} {TO} <{TO}>\n{subject}{colon} {SUBJECT}\n\n{BODY}\n",
        )


def _outlook_plain() -> Iterator[Case]:
    """The desktop in plain text."""
    for language in ("en", "de", "fr", "es", "it", "nl", "pt", "pl", "ja"):
        sender, sent, to, subject, when, original = _OUTLOOK[language]
        colon = " :" if language == "fr" else ":"
        yield Case(
            "outlook-plain",
            language,
            f"{OWN}\r\n\r\n-----{original}-----\r\n{sender}{colon} {NAME} [mailto:{ADDRESS}] \r\n"
            f"{sent}{colon} {when}\r\n{to}{colon} '{TO}'\r\n{subject}{colon} {SUBJECT}\r\n\r\n"
            + BODY.replace("\n", "\r\n"),
        )


def _new_outlook() -> Iterator[Case]:
    """The desktop: no marker at all, and no empty line before the text."""
    for language in ("en", "de", "fr", "es", "it", "sv", "ru", "fi"):
        sender, sent, to, subject, when, _ = _OUTLOOK[language]
        yield Case(
            "outlook-desktop",
            language,
            f"{OWN}\n\n{sender}: {NAME} <{ADDRESS}>\n{sent}: {when}\n"
            f"{to}: {TO} <{TO}>\nCc: Books <books@example.com>; Bo <bo@example.net>\n"
            f"{subject}: {SUBJECT}\n{BODY}\n",
        )


# language: (marker, subject, date, from, to)
_THUNDERBIRD = {
    "en": ("Forwarded Message", "Subject", "Date", "From", "To"),
    "de": ("Weitergeleitete Nachricht", "Betreff", "Datum", "Von", "An"),
    "fr": ("Message transféré", "Sujet ", "Date ", "De ", "Pour "),
    "es": ("Mensaje reenviado", "Asunto", "Fecha", "De", "Para"),
    "it": ("Messaggio Inoltrato", "Oggetto", "Data", "Mittente", "A"),
    "nl": ("Doorgestuurd bericht", "Onderwerp", "Datum", "Van", "Aan"),
    "pt": ("Mensagem reencaminhada", "Assunto", "Data", "De", "Para"),
    "pl": ("Treść przekazanej wiadomości", "Temat", "Data", "Nadawca", "Adresat"),
    "sv": ("Vidarebefordrat meddelande", "Ämne", "Datum", "Från", "Till"),
    "da": ("Videresendt meddelelse", "Subject", "Date", "From", "To"),
    "no": ("Videresendt melding", "Emne", "Dato", "Fra", "Til"),
    "fi": ("Välitetty viesti / Fwd.Msg", "Aihe", "Päiväys", "Lähettäjä", "Vastaanottaja"),
    "cs": ("Přeposlaná zpráva", "Předmět", "Datum", "Od", "Komu"),
    "ru": ("Перенаправленное сообщение", "Тема", "Дата", "От", "Кому"),
    "zh": ("转发的消息", "主题", "日期", "发件人", "收件人"),
    "ja": ("転送メッセージ", "件名", "日付", "差出人", "宛先"),
}


def _thunderbird() -> Iterator[Case]:
    for language, (marker, subject, date, sender, to) in _THUNDERBIRD.items():
        colon = "：" if language == "zh" else ":"
        yield Case(
            "thunderbird",
            language,
            f"{OWN}\n\n\n-------- {marker} --------\n{subject}{colon} \t{SUBJECT}\n"
            f"{date}{colon} \tMon, 16 Nov 2026 09:12:44 +0100\n"
            f"{sender}{colon} \t{NAME} <{ADDRESS}>\n{to}{colon} \t{TO}\n\n\n\n{BODY}\n",
        )


# language: (marker, from, to, sent, subject, the date it writes)
_YAHOO = {
    "en": ("Forwarded Message", "From", "To", "Sent", "Subject",
           "Monday, November 16, 2026, 09:12:44 AM GMT+1"),
    "de": ("Weitergeleitete Nachricht", "Von", "An", "Gesendet", "Betreff",
           "Montag, 16. November 2026, 09:12:44 MEZ"),
    "fr": ("Message transmis", "De", "À", "Envoyé", "Objet",
           "lundi 16 novembre 2026 à 09:12:44 UTC+1"),
    "es": ("Mensaje reenviado", "De", "Para", "Enviado", "Asunto",
           "lunes, 16 de noviembre de 2026, 09:12:44 CET"),
    "it": ("Messaggio inoltrato", "Da", "A", "Inviato", "Oggetto",
           "lunedì 16 novembre 2026, 09:12:44 CET"),
    "nl": ("Doorgestuurd bericht", "Van", "Aan", "Verzonden", "Onderwerp",
           "maandag 16 november 2026 om 09:12:44 CET"),
    "pt": ("Mensagem encaminhada", "De", "Para", "Enviado", "Assunto",
           "segunda-feira, 16 de novembro de 2026 09:12:44 BRT"),
    "pl": ("Przekazana wiadomość", "Od", "Do", "Wysłano", "Temat",
           "poniedziałek, 16 listopada 2026 09:12:44 CET"),
    "ru": ("Пересылаемое сообщение", "От", "Кому", "Отправлено", "Тема",
           "понедельник, 16 ноября 2026 г., 09:12:44 GMT+1"),
}  # fmt: skip


def _yahoo() -> Iterator[Case]:
    """Plain text of Yahoo: marker and labels run together on one line."""
    for language, (marker, sender, to, sent, subject, when) in _YAHOO.items():
        yield Case(
            "yahoo",
            language,
            f'{OWN}\n\n   ----- {marker} ----- {sender}: {NAME} <{ADDRESS}>{to}: "{TO}" <{TO}>'
            f"{sent}: {when}{subject}: {SUBJECT}\n {BODY}",
        )


_SAMSUNG = {
    "en": ("Original message", "From", "Date", "To", "Subject"),
    "de": ("Ursprüngliche Nachricht", "Von", "Datum", "An", "Betreff"),
    "fr": ("Message d'origine", "De", "Date", "À", "Objet"),
    "es": ("Mensaje original", "De", "Fecha", "Para", "Asunto"),
    "it": ("Messaggio originale", "Da", "Data", "A", "Oggetto"),
    "nl": ("Oorspronkelijk bericht", "Van", "Datum", "Aan", "Onderwerp"),
    "pl": ("Oryginalna wiadomość", "Od", "Data", "Do", "Temat"),
}


def _samsung() -> Iterator[Case]:
    for language, (marker, sender, date, to, subject) in _SAMSUNG.items():
        colon = " :" if language == "fr" else ":"
        yield Case(
            "samsung",
            language,
            f"{OWN}\n\n-------- {marker} --------\n{sender}{colon} {NAME} <{ADDRESS}> \n"
            f"{date}{colon} 16/11/2026  09:12  (GMT+01:00) \n{to}{colon} {TO} \n"
            f"{subject}{colon} {SUBJECT} \n\n{BODY}\n",
        )


def _others() -> Iterator[Case]:
    address = f"{NAME} <{ADDRESS}>"
    yield Case("proton", "en",
        f"{OWN}\n\nSent with Proton Mail secure email.\n\n------- Forwarded Message -------\n"
        f"From: {address}\nDate: On Monday, November 16th, 2026 at 9:12 AM\nSubject: {SUBJECT}\n"
        f"To: {TO} <{TO}>\n\n\n{_quoted(BODY)}\n")  # fmt: skip
    yield Case("proton", "de",
        f"{OWN}\n\n------- Weitergeleitete Nachricht -------\nVon: {address}\n"
        f"Datum: Am Montag, 16. November 2026 um 09:12\nBetreff: {SUBJECT}\nAn: {TO} <{TO}>\n\n\n"
        f"{_quoted(BODY)}\n")  # fmt: skip
    yield Case("proton", "fr",
        f"{OWN}\n\n------- Message transféré -------\nDe : {address}\n"
        f"Date : Le lundi 16 novembre 2026 à 09:12\nObjet : {SUBJECT}\nÀ : {TO} <{TO}>\n\n\n"
        f"{_quoted(BODY)}\n")  # fmt: skip
    yield Case("spark", "en",
        f"{OWN}\n\n---------- Forwarded message ----------\nFrom: {address}\n"
        f"Date: 16 Nov 2026 at 09:12 +0100\nTo: {TO}\nSubject: {SUBJECT}\n\n{_quoted(BODY)}\n")  # fmt: skip
    yield Case("spark", "de",
        f"{OWN}\n\n---------- Weitergeleitete Nachricht ----------\nVon: {address}\n"
        f"Datum: 16. Nov. 2026 um 09:12 +0100\nAn: {TO}\nBetreff: {SUBJECT}\n\n{_quoted(BODY)}\n")  # fmt: skip
    yield Case("gmx", "de",
        f"{OWN}\n\nGesendet: Montag, 16. November 2026 um 09:12 Uhr\nVon: \"{NAME}\" <{ADDRESS}>\n"
        f"An: {TO}\nBetreff: {SUBJECT}\n\n{BODY}\n")  # fmt: skip
    yield Case("ionos", "de",
        f"{OWN}\n\n> ---------- Ursprüngliche Nachricht ----------\n> Von: {address}\n"
        f"> An: \"{TO}\" <{TO}>\n> Datum: 16.11.2026 09:12 CET\n> Betreff: {SUBJECT}\n>  \n>  \n"
        f"{_quoted(BODY)}\n")  # fmt: skip
    yield Case("mailmate", "en",
        f"{OWN}\n\nForwarded message:\n\n> From: {address}\n> To: {TO}\n> Subject: {SUBJECT}\n"
        f"> Date: Mon, 16 Nov 2026 09:12:44 +0100\n>\n{_quoted(BODY)}\n")  # fmt: skip
    yield Case("missive", "en",
        f"{OWN}\n\n---------- Forwarded message ----------\nFrom: {address}\n"
        f"Date: November 16, 2026 at 9:12 AM\nTo: {TO}\nSubject: {SUBJECT}\n\n{_quoted(BODY)}\n")  # fmt: skip
    yield Case("hubspot", "ja",
        f"{OWN}\n\n---------- メッセージを転送 ---------\n送信元：{address}\n"
        f"日付：2026年11月16日月曜日 09:12:44 +0900\n件名：{SUBJECT}\n送信先：{TO}\n\n{BODY}\n")  # fmt: skip
    yield Case("zoho", "en",
        f"{OWN}\n\n============ Forwarded message ============\nFrom: {address}\nTo: <{TO}>\n"
        f"Date: Mon, 16 Nov 2026 09:12:44 +0100\nSubject: {SUBJECT}\n"
        f"============ Forwarded message ============\n\n{BODY}\n")  # fmt: skip
    yield Case("markdown", "en",
        f"{OWN}\n\n*From:* {address}\n*Sent:* Monday, November 16, 2026 9:12 AM\n*To:* {TO}\n"
        f"*Subject:* {SUBJECT}\n\n{BODY}\n")  # fmt: skip
    yield Case("bold", "de",
        f"{OWN}\n\n**Von:** {address}\n**Gesendet:** Montag, 16. November 2026 09:12\n**An:** {TO}\n"
        f"**Betreff:** {SUBJECT}\n\n{BODY}\n")  # fmt: skip
    yield Case("wrapped", "en",
        f"{OWN}\n\n---------- Forwarded message ---------\nFrom: {NAME}\n <{ADDRESS}>\n"
        f"Date: Mon, Nov 16, 2026 at 9:12 AM\nSubject: {SUBJECT}\nTo: Shop <{TO}>,\n"
        f" Books <books@example.com>\n\n{BODY}\n")  # fmt: skip
    yield Case("no-words", "en",
        f"---------- Forwarded message ---------\nFrom: {address}\n"
        f"Date: Mon, Nov 16, 2026 at 9:12 AM\nSubject: {SUBJECT}\nTo: <{TO}>\n\n{BODY}\n",
        own_words="")  # fmt: skip
