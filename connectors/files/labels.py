"""The words mail programs write around forwarded and quoted messages, per language."""
# ruff: noqa: RUF001 (the words of other alphabets are the point)

import re

COLONS = ":："

# language: (from, sent, to, cc, subject); alternatives split by "|", all in small letters
_HEADERS = {
    "en": ("from", "sent|date|received", "to", "cc|bcc", "subject"),
    "de": ("von", "gesendet|datum|gesendet am", "an", "kopie|blindkopie", "betreff"),
    "fr": ("de|expéditeur", "envoyé|date|envoyé le|date d'envoi", "à|pour|destinataire",
           "cc|copie|copie à", "objet|sujet"),
    "es": ("de|remitente", "enviado|fecha|enviado el|enviados", "para|a", "cc|copia", "asunto"),
    "it": ("da|mittente", "inviato|data|data invio", "a|destinatario", "cc|copia", "oggetto"),
    "nl": ("van|afzender", "verzonden|datum", "aan", "cc|kopie", "onderwerp"),
    "pt": ("de|remetente", "enviado|enviada|data|enviada em|enviado em", "para", "cc", "assunto"),
    "pl": ("od|nadawca", "wysłano|wysłane|data|data wysłania", "do|adresat", "dw|kopia|udw",
           "temat"),
    "sv": ("från|avsändare", "skickat|datum|skickades", "till", "kopia|cc", "ämne"),
    "da": ("fra|afsender", "sendt|dato", "til", "cc|kopi", "emne"),
    "nb": ("fra|avsender", "sendt|dato", "til", "kopi|kopi til", "emne"),
    "fi": ("lähettäjä", "lähetetty|päivämäärä|päiväys|pvm", "vastaanottaja", "kopio",
           "aihe|otsikko"),
    "cs": ("od|odesílatel", "odesláno|datum", "komu|adresát", "kopie", "předmět"),
    "sk": ("od|odosielateľ", "odoslané|dátum", "komu|pre", "kópia", "predmet"),
    "hu": ("feladó", "elküldve|dátum|küldve", "címzett", "másolat|másolatot kap", "tárgy"),
    "ro": ("de la|expeditor|expeditorul", "trimis|data", "către|destinatarul", "cc",
           "subiect|subiectul"),
    "tr": ("kimden|gönderen", "gönderildi|tarih", "kime|alıcı", "bilgi", "konu"),
    "ru": ("от|от кого|отправитель", "отправлено|дата|послано", "кому|получатель", "копия",
           "тема"),
    "uk": ("від|від кого", "надіслано|дата", "кому", "копія", "тема"),
    "zh": ("发件人|寄件者|寄件人", "发送时间|日期|发送日期|寄件日期|时间|時間|已发送",
           "收件人|收件者", "抄送|副本", "主题|主旨|主題"),
    "ja": ("差出人|送信者|送信元", "送信日時|日付|日時|送信日", "宛先|送信先", "cc", "件名"),
    "ko": ("보낸 사람|보낸사람", "날짜|보낸 날짜", "받는 사람|받는사람", "참조", "제목"),
}  # fmt: skip
_FIELDS = ("from", "sent", "to", "cc", "subject")
_ALSO = (  # stand among the labels, say nothing we use
    "reply-to|importance|priority|attachments|antwort an|wichtigkeit|anlagen|répondre à|"
    "importance |pièces jointes|responder a|importancia|datos adjuntos|rispondi a|priorità|"
    "allegati|antwoord aan|urgentie|bijlagen|responder para|anexos|ważność|załączniki"
)

FIELD: dict[str, str] = dict.fromkeys(_ALSO.split("|"), "other") | {
    word: field
    for row in _HEADERS.values()
    for field, words in zip(_FIELDS, row, strict=True)
    for word in words.split("|")
}


def languages(words: list[str]) -> tuple[str, ...]:
    """The languages these labels may be in, likeliest first; English labels alone mean English.

    Programs mix English labels with their own, so only the foreign ones are asked.
    """
    known = {language: set("|".join(row).split("|")) for language, row in _HEADERS.items()}
    foreign = set(words) & FIELD.keys() - known["en"]
    votes = {language: len(foreign & said) for language, said in known.items()}
    best = max(votes.values())
    return tuple(language for language, n in votes.items() if n == best > 0) or ("en",)


# What stands alone on a line above a forward, without dashes, ending in a colon.
FORWARD_LINES = frozenset({
    "begin forwarded message", "forwarded message", "anfang der weitergeleiteten nachricht",
    "anfang der weitergeleiteten e-mail", "weitergeleitete nachricht",
    "début du message réexpédié", "début du message transféré", "message transféré",
    "inicio del mensaje reenviado", "mensaje reenviado", "inizio messaggio inoltrato",
    "messaggio inoltrato", "begin doorgestuurd bericht", "doorgestuurd bericht",
    "início da mensagem reencaminhada", "início da mensagem encaminhada",
    "początek przekazywanej wiadomości", "vidarebefordrat mejl", "vidarebefordrat brev",
    "start på videresendt besked", "videresendt melding", "välitetty viesti alkaa",
    "začátek přeposílané zprávy", "začiatok preposlanej správy", "továbbított levél kezdete",
    "începe mesajul redirecționat", "i̇leti başlangıcı", "iletilen ileti",
    "начало переадресованного сообщения", "пересылаемое сообщение",
    "початок листа, що пересилається", "以下是转发的邮件", "开始转发的邮件", "下面是被转发的邮件",
    "以下是轉寄的郵件", "転送されたメッセージ", "転送されたメール", "전달된 메시지",
})  # fmt: skip

# Between dashes these stand above quoted history as well as above forwards.
ORIGINAL_LINES = frozenset({
    "original message", "original mail", "ursprüngliche nachricht", "originalnachricht",
    "message d'origine", "message original", "mensaje original", "messaggio originale",
    "oorspronkelijk bericht", "origineel bericht", "mensagem original", "wiadomość oryginalna",
    "oryginalna wiadomość", "ursprungligt meddelande", "originalmeddelande",
    "oprindelig meddelelse", "opprinnelig melding", "alkuperäinen viesti", "původní zpráva",
    "původní e-mail", "исходное сообщение", "原始邮件", "邮件原件", "元のメッセージ",
    "original appointment",
})  # fmt: skip

_REPLIES = (
    "re|aw|antw|antwort|ref|rép|resp|res|r|rif|odp|sv|ynt|yan|vá|отв|ответ|回复|答复|回覆|返信"
)
_FORWARDS = (
    "fwd?|wg|tr|rv|i|doorst|pd|podaj dalej|enc|vb|vl|videresend|i̇lt|ilt|redir|пер|пересл|"
    "转发|轉寄|転送|전달"
)
REPLY_SUBJECT = re.compile(rf"\s*(?:{_REPLIES})\.?(?:\[\d+\])?\s*[{COLONS}]", re.IGNORECASE)
FORWARD_SUBJECT = re.compile(rf"\s*(?:{_FORWARDS})\.?(?:\[\d+\])?\s*[{COLONS}]", re.IGNORECASE)

# The verb of the line above a quotation: "On … Ada wrote:".
WROTE = re.compile(
    r"\b(?:wrote|writes|schrieb|a écrit|escribió|ha scritto|scrisse|schreef|geschreven|escreveu|"
    r"napisał|napisała|napisał\(a\)|pisze|skrev|följande|kirjoitti|napsal|napsala|napísal|"
    r"написал|написала|пишет|ezt írta|a scris|yazdı|пише)\b|写道|寫道|のメール|書きました|작성",
    re.IGNORECASE,
)
# What phones and programs write under every mail; nobody's words.
FOOTER = re.compile(
    r"(?:sent (?:from|with|via) (?:my|the|outlook|yahoo|mail|gmail|samsung|proton|spark|a mobile)\b"
    r"|get outlook for|von meinem \S{2,20}.{0,20} gesendet|holen sie sich outlook|"
    r"gesendet (?:mit|von) (?:meinem|der|outlook|gmx|web\.de|proton)\b|"
    r"envoyé (?:de|depuis|à partir de) (?:mon|outlook)\b|obtenir outlook|"
    r"enviado (?:desde|do) (?:mi|meu)\b|obtener outlook|inviato da(?:l mio)? \w|"
    r"verzonden vanaf mijn|wysłane z|skickat från min|skickades från|sendt fra min|"
    r"lähetetty \w+sta|odesláno z|отправлено с|发自我的|iphoneから送信).{0,60}",
    re.IGNORECASE,
)
