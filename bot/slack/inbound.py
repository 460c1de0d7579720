"""What a person sent on Slack: whose words are whose, and which files came along. Pure."""

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from engine.chat.conversations import ALPHABET

CODE = re.compile(rf"\s*([{ALPHABET}]{{4}}-?[{ALPHABET}]{{4}})\s*", re.IGNORECASE)
OWN_SUBTYPES = (None, "file_share", "thread_broadcast", "me_message")
FILE_BYTES_MAX = 50 * 1024 * 1024
_MARKED = re.compile(r"<(?P<to>[^<>|]+)(?:\|(?P<label>[^<>]*))?>")
_MENTION = re.compile(r"<@[A-Z0-9]+(?:\|[^<>]*)?>")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to be fetched; name, type and size are only what its sender says."""

    id: str
    name: str
    mime: str | None
    url: str
    size: int

    @property
    def too_big(self) -> bool:
        return self.size > FILE_BYTES_MAX


def code(text: str) -> str | None:
    """Return the pairing code, if the text is one."""
    found = CODE.fullmatch(plain(text))
    return found[1].upper().replace("-", "") if found else None


def is_own(message: Mapping[str, Any], bot: str) -> bool:
    """Say whether a person typed or uploaded this, rather than a bot or Slack itself."""
    return (
        bool(message.get("user"))
        and message["user"] != bot
        and not message.get("bot_id")
        and message.get("subtype") in OWN_SUBTYPES
    )


def words(message: Mapping[str, Any]) -> str:
    """Return what the person typed: no quote, no pasted block, nothing shared."""
    blocks = _rich(message)
    if blocks is None:
        return plain(str(message.get("text", ""))).strip()
    return "".join(_text_of(part) for part in blocks if part["type"] not in _FOREIGN).strip()


def others(message: Mapping[str, Any]) -> tuple[str, ...]:
    """Return everybody else's words: quoted, pasted as a block, shared or unfurled."""
    quoted = [_text_of(part) for part in _rich(message) or () if part["type"] in _FOREIGN]
    return tuple(text for text in [*quoted, *map(_shared, _attached(message))] if text.strip())


def shared(message: Mapping[str, Any]) -> tuple[str, ...]:
    """Return all words of a message that the operator passes on: none of them are their own."""
    return tuple(filter(None, [words(message), *others(message)]))


def files(message: Mapping[str, Any]) -> list[str]:
    """Return the ids of the files in a message and in what it shares."""
    holders = [message, *_attached(message)]
    return [str(file["id"]) for holder in holders for file in holder.get("files") or ()]


def wanted(file: Mapping[str, Any]) -> Wanted:
    """Return what to fetch for a file as Slack describes it in full."""
    return Wanted(
        id=str(file["id"]),
        name=str(file.get("name") or file.get("title") or "file"),
        mime=file.get("mimetype"),
        url=str(file.get("url_private_download") or file.get("url_private") or ""),
        size=int(file.get("size") or 0),
    )


def is_mail(file: Mapping[str, Any]) -> bool:
    """Say whether Slack took this file out of an e-mail."""
    return "email" in (file.get("mode"), file.get("filetype"))


def mail(file: Mapping[str, Any], attached: Iterable[tuple[str, str | None, bytes]]) -> bytes:
    """Return an e-mail file as the message it was, as far as Slack tells."""
    made = EmailMessage(policy=SMTP)
    headers = file.get("headers") or {}
    made["Subject"] = _line(file.get("subject") or file.get("title"))
    made["From"] = _people(file.get("from"))
    made["To"] = _people(file.get("to"))
    if file.get("cc"):
        made["Cc"] = _people(file["cc"])
    for name, key in (("Date", "date"), ("Message-ID", "message_id"), ("Reply-To", "reply_to")):
        if headers.get(key):
            made[name] = _line(headers[key])
    made.set_content(str(file.get("plain_text") or file.get("preview_plain_text") or ""))
    for name, mime, data in attached:
        kind, _, subkind = (mime or "").partition("/")
        if not subkind or kind in ("multipart", "message", "text"):  # what bytes may not be
            kind, subkind = "application", "octet-stream"
        made.add_attachment(data, maintype=kind, subtype=subkind, filename=name)
    return made.as_bytes()


def mentioned(text: str) -> str:
    """Return what was said to the bot in a channel, without the mention itself."""
    return plain(_MENTION.sub("", text, count=1)).strip()


def plain(text: str) -> str:
    """Return Slack's marked text as it reads: addresses bare, entities decoded."""
    return html.unescape(_MARKED.sub(_named, text))


_FOREIGN = ("rich_text_quote", "rich_text_preformatted")


def _named(match: re.Match[str]) -> str:
    to, label = match["to"], match["label"]
    if to[0] in "@#!":
        return f"{to[0].replace('!', '@')}{label or to[1:]}"
    address = to.removeprefix("mailto:").removeprefix("tel:")
    return address if not label or label == address or label in to else f"{label} ({address})"


def _rich(message: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Return the parts of a message as its writer laid it out; None: there is no layout."""
    blocks = [b for b in message.get("blocks") or () if b.get("type") == "rich_text"]
    return [part for block in blocks for part in block["elements"]] if blocks else None


def _text_of(part: Mapping[str, Any]) -> str:
    if part["type"] == "rich_text_list":
        return "".join(f"{_text_of(item)}\n" for item in part["elements"])
    return "".join(_run(element) for element in part.get("elements", ()))


def _run(element: Mapping[str, Any]) -> str:
    match element["type"]:
        case "text":
            return str(element["text"])
        case "link":
            label, url = element.get("text"), str(element["url"]).removeprefix("mailto:")
            return url if not label or label == url or label in url else f"{label} ({url})"
        case "emoji":
            return _emoji(element)
        case "user":
            return f"@{element['user_id']}"
        case "channel":
            return f"#{element['channel_id']}"
        case "date":
            return str(element.get("fallback", ""))
        case _:
            return str(element.get("text", ""))


def _emoji(element: Mapping[str, Any]) -> str:
    codes = str(element.get("unicode", ""))
    try:
        return "".join(chr(int(point, 16)) for point in codes.split("-")) if codes else ""
    except (ValueError, OverflowError):
        return ""


def _attached(message: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from message.get("attachments") or ()


def _shared(attachment: Mapping[str, Any]) -> str:
    """Return a shared message or an unfurled page as text, led by who wrote it."""
    who = str(attachment.get("author_name") or attachment.get("service_name") or "")
    inner = " ".join(
        _text_of(part)
        for held in attachment.get("message_blocks") or ()
        for part in _rich({"blocks": (held.get("message") or {}).get("blocks")}) or ()
    )
    said = [str(attachment.get("title") or ""), inner or plain(str(attachment.get("text") or ""))]
    body = "\n".join(filter(None, said)) or plain(str(attachment.get("fallback") or ""))
    return f"{who}:\n{body}" if who and body else body


def _people(value: Any) -> str:
    """Return addresses on one line, as Slack gives them: a list of {address, name, original}."""
    if isinstance(value, str):
        return _line(value)
    found = [
        str(one.get("original") or one.get("address") or "") if isinstance(one, dict) else str(one)
        for one in value or ()
    ]
    return _line(", ".join(filter(None, found)))


def _line(text: Any) -> str:
    return " ".join(str(text or "").split())
