"""What a password or key looks like: by its issuer's form, or behind a word that says what it is.

Pure. Without such a word nothing is one for being odd: order numbers, codes and references are odd
as well. A name as secret:shop-key is none.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

SECRET_CHARS_MIN = 8
SHORT_CHARS_MIN = 5  # a shorter one that is known is looked for as a word, if it is no plain one
BLANK = "…"
TEXTS_MAX = 64  # remembered: a wish is looked through several times

ISSUED = {  # the prefixes and lengths that the issuers document, or their tokens have
    "a private key (RFC 7468, OpenSSH, OpenPGP)": (
        r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
        r"(?:[^-]{0,20000}-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----)?"
    ),
    "lines of a key (RFC 7468: 64 letters each)": (
        r"(?m:^(?=[a-z0-9+/]{0,63}[A-Z])(?=[A-Z0-9+/]{0,63}[a-z])(?=[A-Za-z+/]{0,63}\d)"
        r"[A-Za-z0-9+/]{64,76}={0,2}\r?$)"
    ),
    "PuTTY": r"PuTTY-User-Key-File-\d",
    "age": r"AGE-SECRET-KEY-1[A-Z0-9]{20,}",
    "a JSON Web Token (RFC 7519)": r"eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]{8,})?",
    "HTTP (RFC 6750, RFC 7617)": (
        r"(?i:bearer\s+)(?=[\w.~+/-]{0,100}\d)[\w.~+/-]{16,}=*"
        r"|(?i:authorization:\s*basic\s+)[\w+/-]{8,}=*"
    ),
    "an address with a password (RFC 3986)": (
        r"(?i:[a-z][a-z0-9+.-]{1,20}://[^\s/:@?#]{0,100}:(?!\*+@)[^\s/@]{1,100}@)"
    ),
    "a link that lets in": (
        r"https?://(?=\S{0,300}(?:reset|magic|passw))\S{0,300}?[?&/]"
        r"(?:\w{0,20}token|code|key|t)=[\w.%~-]{12,}"
    ),
    "OpenAI, Anthropic, Stripe": (
        r"(?:sk|rk|pk)[-_](?:live|test|proj|ant|svcacct)[-_][\w-]{12,}"
        r"|(?:sk|rk|pk)[-_](?=[\w-]{0,100}\d)[\w-]{16,}|whsec_[\w+/-]{16,}"
    ),
    "GitHub": r"gh[pousr]_\w{20,}|github_pat_\w{20,}",
    "GitLab": r"gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent)-[\w-]{16,}",
    "Google": r"AIza[\w-]{30,}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,}",
    "Amazon": r"A(?:KIA|SIA|BIA|CCA)[0-9A-Z]{16}(?![0-9A-Za-z])",
    "Microsoft": r"(?i:AccountKey|SharedAccessKey)=[\w+/-]{20,}=*|\w{3}\dQ~[\w.~-]{30,}",
    "Slack": (
        r"xox[abeoprs]-[\w-]{10,}|xapp-[\w-]{10,}"
        r"|https://hooks\.slack\.com/(?:services|workflows)/[\w/-]{20,}"
    ),
    "Discord, Telegram": (
        r"https://discord(?:app)?\.com/api/webhooks/[\w/-]{20,}|\d{6,12}:[\w-]{30,}"
    ),
    "npm, PyPI, RubyGems": r"npm_\w{30,}|pypi-[\w-]{50,}|rubygems_[0-9a-f]{40,}",
    "Hugging Face": r"hf_[A-Za-z]{30,}|api_org_[A-Za-z]{30,}",
    "SendGrid, Mailgun, Brevo, Mailchimp": (
        r"SG\.[\w-]{16,}\.[\w-]{16,}|key-[0-9a-f]{32}|xkeysib-[\w-]{30,}|[0-9a-f]{32}-us\d{1,2}\b"
    ),
    "Twilio": r"SK[0-9a-f]{32}(?![0-9A-Za-z])",
    "Shopify": r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{20,}",
    "Square, PayPal": r"sq0(?:atp|csp|idp)-[\w-]{20,}|access_token\$production\$\w+\$\w{20,}",
    "DigitalOcean, Databricks, HashiCorp": (
        r"do[oprt]_v1_[0-9a-f]{40,}|dapi[0-9a-f]{32}|hv[sbr]\.[\w-]{20,}"
    ),
    "Notion, Linear, Airtable, Figma": (
        r"ntn_\w{30,}|secret_\w{40,}|lin_api_\w{30,}|pat\w{14}\.[0-9a-f]{40,}|figd_[\w-]{30,}"
    ),
}
_PASSWORD = (  # in English, German, French and Spanish
    r"password|passwd|passphrase|passcode|pwd?|passwort|kennwort|mot\s+de\s+passe|mdp"
    r"|contrase(?:ñ|n\u0303|n)a|clave\s+de\s+acceso"
)
_KEY = (
    r"(?:api|access|auth|secret|private|security)[ _-]?(?:key|token)|client[ _-]?secret"
    r"|(?:api|zugangs|zugriffs|geheim)[ _-]?(?:schlüssel|token)"
    r"|cl(?:é|e\u0301)\s+(?:d['’]\s?)?api|cl(?:é|e\u0301)\s+secrète"
    r"|clave\s+(?:de\s+(?:la\s+)?)?api|clave\s+secreta"
    r"|(?:recovery|backup|verification|one-time|security|bestätigungs|wiederherstellungs)[ -]?code"
    r"|code\s+(?:de\s+vérification|secret)|código\s+de\s+verificación"
)
_AFTER = (  # what makes it a word for something else
    r"(?!\s*-?(?:manager|safe|tresor|policy|policies|rules?|regeln?|reset|generator|cards?|hash|"
    r"length|länge|protection|schutz|protected|geschützt|page|seite|field|feld|form|help|hilfe))"
)
_IS = r"(?:is|was|are|ist|lautet|war|est|était|es|era)"
_WEAK = r"(?:secret(?!:[a-z0-9])|token|geheimnis)"  # a name in the vault is secret:shop-key
_QUOTE = r"[\"'“”„«»\u201a\u2018’`(*]{0,2}"
_END = r"(?=[.,;:!?)]*(?:\s|$))"
_NO_VALUE = (  # what people say where they do not say it
    rf"(?!(?:see|siehe|voir|véase|ver|will|won't|comes?|coming|follows?|to|tbd|tba|folgt|kommt|wird"
    rf"|suit|sera|será|sigue|please|bitte|merci|por|ask|frage?|none|no|not|never|nothing|kein\w*"
    rf"|nein|nicht|nie|aucun|non|ningun[oa]?|unknown|unbekannt|forgotten|vergessen|unchanged"
    rf"|unverändert|same|wie|as|in|im|on|by|at|per|via|from|for|für|with|mit|if|when|wenn|and|und"
    rf"|the|a|an|your|my|her|his|our|their|this|that|what|who|how|which|was|wer|welches"
    rf"|der|die|das|den|dem|ein\w*|dein\w*|mein\w*|ihr\w*|unser\w*|le|la|les|un|une|mon|ma|votre"
    rf"|el|los|su|mi|en|dans|par|i|we|you|he|she|it|they|ich|wir|sie|er|je|nous|vous|yo|is|ist|est"
    rf"|es|n/a|reset|changed|expired|required|needed|wrong|correct|optional|only|nur|at|least"
    rf"|mindestens|too|zu|still|noch|already|schon){_END})"
    r"(?!secret:[a-z0-9]|[•*.]{2}|[<{\[…]|/\w+/)"
)
_PLAIN = (  # a day, a time, an amount, a page or an address: no password looks so
    r"(?!https?://|www\.|\S{1,60}@[\w-]+\.\w|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b"
    r"|\d{1,2}[:.]\d\d(?:[-–]\d|\s|[.,;!?]|$)|[€$£]?\d[\d.,']*(?:[%€$£]|[.,;:!?)]*(?:\s|$))"
    r"|(?:https?:/)?[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|de|fr|es|example|pdf|docx?|xlsx?|txt)\b)"
)
_ODD = r"(?=\S{0,80}[\d!@#$%^&*_+=])"
_MIXED = r"(?=\S{0,80}[A-Za-z])(?=\S{0,80}[\d!#$%^&*_+=])"
_STARTS = r"(?<![^\W_])"  # an underscore may stand before it, as in the names of variables
_SAID = (
    # “password: x”, "password": "x", “Passwort = x”
    rf"(?:{_PASSWORD}|{_KEY})(?![\w-])[\"'”»*]{{0,2}}\s{{0,3}}[:=][ \t]*\r?\n?[ \t]*"
    rf"{_QUOTE}{_NO_VALUE}[^\s\"'”»]+",
    # “password - x”, “password below: x”, “password for the shop: x”, and in lines of their own
    rf"(?:{_PASSWORD}|{_KEY})(?![\w-]){_AFTER}(?:\s+[\w'’-]{{1,20}}){{0,6}}?\s{{0,3}}"
    rf"(?:[:=]\s*(?:\S{{1,60}}[ \t]*\r?\n\s*){{0,2}}|\s[-–—]\s|\r?\n\s*)"
    rf"{_QUOTE}{_NO_VALUE}{_PLAIN}{_MIXED}\S{{4,}}",
    # in a sentence only what looks like one: “her password is wrong” tells none
    rf"(?:{_PASSWORD}|{_KEY}|pin)(?![\w-]){_AFTER}(?:\s+\w+){{0,3}}?\s+{_IS}\b"
    rf"\W{{0,9}}{_NO_VALUE}{_ODD}\S{{4,}}",
    # what means much else as well: only with something odd behind it, or alone on its line
    rf"(?<![?&/]){_WEAK}\s{{0,3}}[:=]\s*{_QUOTE}{_NO_VALUE}{_PLAIN}{_MIXED}\S{{8,}}",
    rf"(?m:(?:^|(?<=[,;:/|(]\s)|(?<=[,;:/|(]))[ \t]*(?:pass|{_WEAK})[ \t]{{0,3}}[:=][ \t]*"
    rf"{_QUOTE}{_NO_VALUE}{_PLAIN}(?:{_MIXED}\S{{5,}}|[^\s.,;:!?]{{6,80}}[ \t]*\r?$))",
    r"(?:pin|puk|cvv2?|cvc2?)(?:[- ]?(?:code|number|nummer|nr\.?))?\s{0,3}[:=]\s*\d{3,8}\b"
    r"(?!\s*(?:pieces|pcs|stück|pièces|piezas|eur|€)|[.,]\d)",
    r"(?:zugangsdaten|anmeldedaten|credentials|login(?: data| details)?|identifiants|credenciales)"
    rf"\s{{0,3}}:\s*\S{{1,60}}\s?/\s?{_PLAIN}{_MIXED}\S{{6,}}",
)
_ASSIGNED = (  # variables of programs
    r"(?i:_(?:password|passwd|pass|pwd|pw|secret|token))[\"']?\s{0,3}[:=]\s*[\"']?"
    rf"{_NO_VALUE}[^\s\"']{{6,}}|(?i:_key)[\"']?\s{{0,3}}[:=]\s*[\"']?{_NO_VALUE}[^\s\"']{{16,}}"
)
_ISSUED = re.compile("(?<![A-Za-z0-9])(?:" + "|".join(ISSUED.values()) + ")")
_TOLD = re.compile(
    rf"(?i:{_STARTS}(?:{'|'.join(_SAID)}))|{_ASSIGNED}|\b(?:PIN|TAN|[Pp]asscode)\s(?:[Cc]ode\s)?\d{{4,8}}\b"
)


def secret_in(text: str, secrets: Sequence[str]) -> bool:
    """Say whether one of these secrets, or what looks like a password or key, is in a text."""
    return (
        any(secret in text for secret in _whole(secrets))
        or any(word.search(text) for word in _words(secrets))
        or _looks(text)
    )


def blanked(text: str, secrets: Sequence[str]) -> str:
    """Return a text without these secrets and what looks like a password or key."""
    for secret in _whole(secrets):
        text = text.replace(secret, BLANK)
    for pattern in (*_words(secrets), _ISSUED, _TOLD):
        text = pattern.sub(BLANK, text)
    return text


@lru_cache(TEXTS_MAX)
def _looks(text: str) -> bool:
    return _ISSUED.search(text) is not None or _TOLD.search(text) is not None


def _whole(secrets: Sequence[str]) -> list[str]:
    return [one for one in secrets if len(one) >= SECRET_CHARS_MIN]


def _words(secrets: Sequence[str]) -> list[re.Pattern[str]]:
    """Return what finds the short ones: not “tulip” or “1234”, which stand in honest texts."""
    short = [one for one in secrets if SHORT_CHARS_MIN <= len(one) < SECRET_CHARS_MIN]
    odd = [one for one in short if not one.isalpha() and not one.isdigit()]
    return [re.compile(rf"(?<!\w){re.escape(one)}(?!\w)") for one in odd]
