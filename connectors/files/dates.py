"""Dates as mail programs write them in running text, in the language of their labels."""
# ruff: noqa: RUF001 (the words of other alphabets are the point)

import re
from datetime import datetime, tzinfo
from email.utils import parsedate_to_datetime

SENT_CHARS_MAX = 100
_ZONES = {
    "MEZ": "CET", "MESZ": "CEST", "OEZ": "EET", "OESZ": "EEST", "SEČ": "CET", "SELČ": "CEST",
    "JST": "+0900", "HNEC": "CET", "HAEC": "CEST",
}  # fmt: skip
_NOISE = re.compile(
    r"^(?:on|am|le|el|il|op|em|den|dnia)\s|\b(?:uhr|kl|klo|alle ore|alle)\b\.?"
    r"|(?<=\d)(?:st|nd|rd|th)\b"
    r"|[日月火水木金土]曜日|[(（][日月火水木金土一二三四五六][)）]|[(（](?=(?:GMT|UTC))|[)）]$",
    re.IGNORECASE,
)


def moment(text: str, languages: tuple[str, ...], zone: tzinfo) -> datetime | None:
    """The instant, or None when the text is no full date. A date without a zone is in `zone`."""
    text = text.strip()[:SENT_CHARS_MAX]
    if not re.search(r"\d", text):
        return None
    date = _standard(text) or _spoken(text, languages)
    if date is None or date.tzinfo is not None:
        return date
    return date.replace(tzinfo=zone)


def _standard(text: str) -> datetime | None:
    """The form of mail headers and of machines."""
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return parse(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


def _spoken(text: str, languages: tuple[str, ...]) -> datetime | None:
    import dateparser

    plain = re.sub(r"\b(\d{1,2})\.(\d{2})(?:\.(\d{2}))?(?=\s|$)(?!\s*\d{4})", _colons, text)
    plain = _NOISE.sub(" ", re.sub(r"\w+", lambda word: _ZONES.get(word[0], word[0]), plain))
    plain = re.sub(r"(GMT[+-]\d{1,2})\s+(\d{1,2}:\d{2}\S*)", r"\2 \1", plain)  # zone last
    months_first = "en" in languages[:1] and re.search(r"\b[ap]\.?m\b", text, re.IGNORECASE)
    date: datetime | None = dateparser.parse(
        re.sub(r"\s+", " ", plain).strip(),
        languages=[*dict.fromkeys((*languages, *_written_in(text)))],
        settings={
            "REQUIRE_PARTS": ["day", "month", "year"],
            "DATE_ORDER": "MDY" if months_first else "DMY",
        },
    )
    return date


def _written_in(text: str) -> tuple[str, ...]:
    """Some programs label in English and date in their own script."""
    return ("zh", "ja") if "年" in text else ("en",)


def _colons(time: re.Match[str]) -> str:
    """09.12.44 as 09:12:44, unless it is a date."""
    hour, minute, second = time.groups()
    if int(hour) > 23 or int(minute) > 59:
        return time[0]
    return ":".join(filter(None, (hour, minute, second)))
