"""One file's bytes become one `Reading`. Pure; runs in the child process."""

from dataclasses import replace

from connectors.files import documents, forwarded, kinds, mail, page
from connectors.files.shapes import (
    DOCUMENTS,
    Attachment,
    Forward,
    Limits,
    Mail,
    Original,
    Reading,
)

HIDDEN_SHOWN = 3
HIDDEN_SHOWN_CHARS = 80
_UNREADABLE = "The mail is damaged and cannot be read. Save it again as .eml, or paste the text."


def read(data: bytes, limits: Limits, *, depth: int = 0) -> Reading:
    """Read by what the bytes are. Documents within a mail (`depth` > 0) are named, not opened:
    each gets a process of its own, so that one that kills it does not take the mail along.
    """
    sniffed = kinds.sniff(data, limits)
    if sniffed.refused:
        return Reading(sniffed.kind, refused=sniffed.refused)
    if sniffed.kind == "mail":
        return _mail(data, limits, depth)
    if sniffed.kind in DOCUMENTS:
        return _document(data, sniffed, limits) if depth == 0 else Reading(sniffed.kind)
    text = kinds.decoded(data) or ""
    shown = page.visible(text) if sniffed.mime == "text/html" else page.Page(*page.plain(text))
    text, cut = _capped(shown.text, limits)
    return Reading(
        "text", text, cut, warnings=(*_about_cut(cut, limits), *_about_hidden(shown.hidden))
    )


def _document(data: bytes, sniffed: kinds.Sniffed, limits: Limits) -> Reading:
    try:
        text, cut = _capped(documents.text_of(data, sniffed.mime), limits)
    except documents.UnreadableError as error:
        return Reading(sniffed.kind, refused=str(error))
    return Reading(sniffed.kind, text, cut, warnings=_about_cut(cut, limits))


def _mail(data: bytes, limits: Limits, depth: int) -> Reading:
    try:
        headers, parts = mail.parsed(data)
    except mail.UnreadableError:
        return Reading("mail", refused=_UNREADABLE)
    text, cut = _capped(parts.text, limits)
    attachments, warnings = _attachments(parts.files, limits, depth)
    read_mail = replace(headers, hidden=tuple(parts.hidden), attachments=attachments)
    forward = forwarded.find(text, parts.html[: limits.text_chars_max], subject=headers.subject)
    read_mail = _apart(read_mail, forward, enclosed=parts.forwards)
    return Reading(
        "mail",
        text,
        cut,
        read_mail,
        (
            *_about_cut(cut, limits),
            *_about_hidden(read_mail.hidden),
            *_about_chain(read_mail),
            *warnings,
        ),
    )


def _apart(one: Mail, forward: Forward, *, enclosed: bool) -> Mail:
    """The mail with its words given to whoever wrote them."""
    if forward.message:
        return replace(
            one,
            own_words=forward.own_words,
            original=forward.message,
            chain=forward.chain,
            body=forward.message.body,
            quoted=forward.quoted,
        )
    inner = next((file.reading.mail for file in one.attachments if file.reading.mail), None)
    if inner is None or not enclosed:
        return replace(one, body=forward.own_words, quoted=forward.quoted)
    chain = (_as_original(inner), *inner.chain)
    return replace(
        one,
        own_words=forward.own_words,
        original=chain[-1],
        chain=chain,
        body=inner.body,
        quoted=inner.quoted,
    )


def _as_original(inner: Mail) -> Original:
    return Original(
        sender=inner.sender,
        to=inner.to,
        cc=inner.cc,
        subject=inner.subject,
        date=inner.date,
        body=inner.own_words if inner.original else inner.body,
        message_id=inner.message_id,
    )


def _attachments(
    files: list[mail.File], limits: Limits, depth: int
) -> tuple[tuple[Attachment, ...], list[str]]:
    attachments: list[Attachment] = []
    left = limits.bytes_max
    for file in files[: limits.attachments_max]:
        left -= len(file.data)
        kind = kinds.sniff(file.data, limits)
        if left < 0:
            reading = Reading(
                kind.kind, refused="The attachments are too large to be read together."
            )
        elif kind.kind == "mail" and depth >= limits.depth_max:
            reading = Reading("mail", refused="This mail lies too deep within other mails.")
        else:
            reading = read(file.data, limits, depth=depth + 1)
        attachments.append(Attachment(file.name, kind.mime, file.data, reading))
    more = len(files) - len(attachments)
    warnings = [f"{more} more attachments were left out."] if more > 0 else []
    mails = sum(one.reading.mail is not None for one in attachments)
    if mails > 1:
        warnings.append(f"{mails} mails are attached; only the first is shown as the original.")
    if any(one.reading.kind == "calendar" for one in attachments):
        warnings.append("The mail carries a calendar invitation; nothing was accepted.")
    return tuple(attachments), warnings


def _capped(text: str, limits: Limits) -> tuple[str, int]:
    cut = max(0, len(text) - limits.text_chars_max)
    return text[: limits.text_chars_max], cut


def _about_cut(cut: int, limits: Limits) -> tuple[str, ...]:
    if not cut:
        return ()
    return (
        f"The text is long: the first {limits.text_chars_max:,} characters were read, "
        f"{cut:,} were left out. The whole file is kept.",
    )


def _about_hidden(hidden: tuple[str, ...]) -> tuple[str, ...]:
    if not hidden:
        return ()
    shown = ", ".join(f"“{piece[:HIDDEN_SHOWN_CHARS]}”" for piece in hidden[:HIDDEN_SHOWN])
    return (f"It contains text that its reader cannot see; that was left out: {shown}.",)


def _about_chain(one: Mail) -> tuple[str, ...]:
    if len(one.chain) < 2:
        return ()
    names = [step.sender.address or step.sender.name for step in one.chain]
    return (f"Forwarded more than once: {names[-1]} wrote it, as {names[-2]} shows it.",)
