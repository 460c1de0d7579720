"""What every mail driver promises."""

from email import policy as policies
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import EmailPolicy, default
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors import blobs
from connectors.company import Company
from connectors.contract import PermanentError
from connectors.email import Attachment, Mail
from connectors.email.local import WAITS
from connectors.email.remote import LEAVES
from connectors.email.writing import WIRE, Writer
from tests.connectors.contracts.houses import MAIL, OFFER, START, House, user

KIND = "email"
LINE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=250)
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n"))


def only_mail(house: House) -> EmailMessage:
    (message,) = house.mails()
    return parsed(message)


def sent_by(house: House) -> tuple[str, str]:
    """Return the address a mail is from, and what ends its Message-ID."""
    if house.is_remote:
        return user(house.folder), "firma.example"
    return "me@example.com", "firstmate.local"


def parsed(data: bytes) -> EmailMessage:
    message = BytesParser(policy=policies.default).parsebytes(data)
    assert isinstance(message, EmailMessage)
    return message


async def test_the_mail_in_sent_is_the_one_that_was_asked_for(house: House) -> None:
    receipt = await house.do("email.send", MAIL, "eff_01")
    mail = only_mail(house)
    assert (mail["To"], mail["Cc"]) == ("ada@example.org", "bob@example.org")
    sender, host = sent_by(house)
    assert mail["From"] == f"Beispiel & Söhne <{sender}>"
    assert mail["Subject"] == MAIL.subject
    assert mail["Message-ID"] == receipt.id == f"<eff_01@{host}>"
    assert mail["In-Reply-To"] == mail["References"] == "<question@example.org>"
    assert mail["Date"].datetime == START == receipt.at
    body = mail.get_body(("plain",))
    assert body is not None and body.get_content() == MAIL.text
    (attachment,) = mail.iter_attachments()
    assert attachment.get_filename() == "Übersicht.pdf"
    assert attachment.get_content() == OFFER


@pytest.mark.parametrize("policy", [default, WIRE], ids=["kept", "sent"])
@given(subject=LINE, text=TEXT)
def test_no_character_of_subject_or_text_is_lost(
    policy: "EmailPolicy[EmailMessage]", subject: str, text: str
) -> None:
    company = Company("Ada & Co", "me@example.com")
    writer = Writer(Path(), lambda: START, company, policy=policy)
    mail = Mail(to="ada@example.org", subject=subject, text=text)
    message = parsed(writer.message(mail, "eff_01"))
    assert message["Subject"] == mail.subject == subject.strip()
    assert message.get_content().replace("\r\n", "\n").removesuffix("\n") == text.removesuffix("\n")
    assert message["Bcc"] is None and message["To"] == "ada@example.org"


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "Hello\nBcc: eve@example.net"},
        {"subject": "Hello\r\nBcc: eve@example.net"},
        {"subject": "Hello\u2028there"},
        {"to": "ada@example.org\nBcc: eve@example.net"},
        {"to": "ada@example.org, eve@example.net"},
        {"to": "Ada <ada@example.org>"},
        {"to": "ada@example"},
        {"to": "ada@ex ample.org"},
        {"to": "äda@example.org"},
        {"to": "ada..b@example.org"},
        {"to": "ada@example.org "},
        {"to": ""},
        {"to": "ada@größe.example"},  # the wire would carry it to grösse.example
        {"to": "ada@\uff45xample.org"},
        {"to": "a" * 250 + "@example.org"},
        {"cc": ("bob@example.org\r\nTo: eve@example.net",)},
        {"in_reply_to": "<a@b>\nBcc: eve@example.net"},
        {"in_reply_to": "a@b"},
        {"attachments": (Attachment(name="a\nb.pdf", mime="text/plain", digest="0" * 64),)},
        {"attachments": (Attachment(name="a.pdf", mime="text/plain\nX: y", digest="0" * 64),)},
        {"attachments": (Attachment(name="a.pdf", mime="text/plain", digest="../../etc"),)},
    ],
)
async def test_what_could_forge_a_header_is_refused(
    house: House, change: dict[str, object]
) -> None:
    mail = MAIL.model_copy(update=change)
    before = house.disk()
    with pytest.raises(PermanentError):
        await house.operation("email.send").preview(mail)
    with pytest.raises(PermanentError):
        await house.do("email.send", mail, "eff_01")
    assert house.disk() == before


async def test_a_domain_with_umlauts_is_written_the_way_mail_needs_it(house: House) -> None:
    await house.do("email.send", MAIL.model_copy(update={"to": "ada@grösse.example"}), "eff_01")
    assert only_mail(house)["To"] == "ada@xn--grsse-kua.example"


async def test_a_preview_says_to_whom_what_goes_and_what_becomes_of_it(house: House) -> None:
    preview = await house.operation("email.send").preview(MAIL)
    assert preview.title == "Send e-mail · ada@example.org"
    assert preview.text == MAIL.text
    assert {change.label: change.after for change in preview.changes} == {
        "From": f"Beispiel & Söhne <{sent_by(house)[0]}>",
        "To": "ada@example.org",
        "Cc": "bob@example.org",
        "Subject": MAIL.subject,
        "Attachments": "Übersicht.pdf (17 bytes)",
    }
    assert preview.notes == (LEAVES if house.is_remote else WAITS,)
    assert preview.facts == {"recipients": 2, "has_attachment": True, "in_thread": True}


async def test_an_attachment_that_is_gone_or_changed_is_refused(house: House) -> None:
    path = blobs.path(house.folder, MAIL.attachments[0].digest)
    path.write_bytes(b"something else")
    with pytest.raises(PermanentError, match="was changed on the disk"):
        await house.operation("email.send").preview(MAIL)
    path.unlink()
    with pytest.raises(PermanentError, match="no longer kept"):
        await house.do("email.send", MAIL, "eff_01")


async def test_a_mail_can_carry_a_mail_as_a_file(house: House) -> None:
    digest = blobs.put(house.folder, b"From: x@example.org\n\nhi")
    file = Attachment(name="question.eml", mime="message/rfc822", digest=digest)
    await house.do("email.send", MAIL.model_copy(update={"attachments": (file,)}), "eff_01")
    (attachment,) = only_mail(house).iter_attachments()
    assert attachment.get_content() == b"From: x@example.org\n\nhi"


async def test_without_an_address_of_ones_own_nothing_is_sent(house: House) -> None:
    if house.is_remote:
        return  # its account is one
    house.company = Company("Ada & Co", "")
    house.restart()
    with pytest.raises(PermanentError, match="Your own e-mail address is not set"):
        await house.operation("email.send").preview(MAIL)


def test_a_mail_has_limits() -> None:
    with pytest.raises(ValidationError):
        Mail(to="ada@example.org", subject="x" * 251, text="")
    with pytest.raises(ValidationError):
        Mail(to="ada@example.org", subject="", text="x" * 200_001)


async def test_the_pdfs_of_a_mail_can_be_seen_before_it_is_sent(house):
    operation = house.operation("email.send")
    letter = Attachment(
        name="letter.pdf", mime="application/pdf", digest=blobs.put(house.folder, b"%PDF-1.7")
    )
    note = Attachment(name="note.txt", mime="text/plain", digest=blobs.put(house.folder, b"note"))
    mail = MAIL.model_copy(update={"attachments": (note, letter)})
    assert (await operation.preview(mail)).papers == ("letter.pdf",)
    assert [(one.name, one.data) for one in await operation.papers(mail)] == [
        ("letter.pdf", b"%PDF-1.7")
    ]
