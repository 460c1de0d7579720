"""Attacks and look-alikes as what really comes in: mails, PDFs, pages, invitations, file names."""

from dataclasses import dataclass
from email.message import EmailMessage

from tests.attacks.cases import Case
from tests.connectors.files import samples

OWN_WORDS = "Have a look at this one, please."
NAME_CHARS_MAX = 120


@dataclass(frozen=True)
class Arrival:
    """What is dropped into the chat; without data, `text` is forwarded as somebody's message."""

    name: str
    data: bytes
    text: str = ""


def arrival(case: Case, text: str, sender: str, number: int) -> Arrival:
    """Return the case's text in the form in which its carrier brings it."""
    match case.carrier:
        case "mail":
            return Arrival("mail.eml", mail(text, sender, number, forwarded=number % 2 == 0))
        case "PDF":
            return Arrival("offer.pdf", samples.paper(text))
        case "web page":
            return Arrival("page.html", page(text))
        case "invitation":
            return Arrival("invite.ics", invitation(text, sender, number))
        case "file name":
            return Arrival(f"{text[:NAME_CHARS_MAX]}.txt", f"Notes {number}".encode())
        case "tool description":
            return Arrival("tool.txt", f"Tool sync {number}: {text}".encode())
        case _:
            return Arrival("", b"", text=f"{text} ({number})")


def mail(text: str, sender: str, number: int, forwarded: bool) -> bytes:
    """Return a mail; forwarded, the operator's own words stand above the forwarded text."""
    message = EmailMessage()
    message["From"] = "Sam <sam@studio-example.example>" if forwarded else f"Eve <{sender}>"
    message["To"] = "sam@studio-example.example"
    message["Subject"] = "Fwd: A question" if forwarded else "A question"
    message["Date"] = "Fri, 20 Nov 2026 08:12:44 +0100"
    message["Message-ID"] = f"<attack-{number}@example.org>"
    message.set_content(_forward(text, sender) if forwarded else text)
    return bytes(message)


def _forward(text: str, sender: str) -> str:
    return (
        f"{OWN_WORDS}\n\n---------- Forwarded message ---------\n"
        f"From: Eve <{sender}>\nDate: Thu, Nov 19, 2026 at 9:12 AM\n"
        f"Subject: A question\nTo: <sam@studio-example.example>\n\n\n{text}\n"
    )


def page(text: str) -> bytes:
    """Return a web page that shows little and hides the rest."""
    return (
        "<!doctype html><html><head><title>News</title></head><body><p>Opening hours</p>"
        f"<div style='display:none'>{text}</div><!-- {text} --><p>{text}</p></body></html>"
    ).encode()


def invitation(text: str, sender: str, number: int) -> bytes:
    folded = text.replace("\\", "\\\\").replace("\n", "\\n").replace(",", "\\,")
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example//EN\r\nMETHOD:REQUEST\r\n"
        f"BEGIN:VEVENT\r\nUID:{number}@example.org\r\nSUMMARY:Planning\r\n"
        "DTSTART:20261121T090000Z\r\nDTEND:20261121T093000Z\r\n"
        f"DESCRIPTION:{folded}\r\nORGANIZER:mailto:{sender}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()
