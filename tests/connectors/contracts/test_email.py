"""What every mail driver promises, and what the embedded one adds."""

import mailbox
import os
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors import blobs
from connectors.company import Company
from connectors.contract import PermanentError
from connectors.email import Attachment, Mail
from connectors.email.inbox import Inbox
from connectors.email.local import Sent
from tests.connectors.contracts.houses import MAIL, OFFER, START, House

KIND = "email"
LINE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=80)
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n"))


def only_mail(house: House) -> EmailMessage:
    (path,) = (house.folder / "mail" / "Sent" / "cur").iterdir()
    return parsed(path.read_bytes())


def parsed(data: bytes) -> EmailMessage:
    message = BytesParser(policy=policy.default).parsebytes(data)
    assert isinstance(message, EmailMessage)
    return message


async def test_the_mail_in_sent_is_the_one_that_was_asked_for(house: House) -> None:
    receipt = await house.do("email.send", MAIL, "eff_01")
    mail = only_mail(house)
    assert (mail["To"], mail["Cc"]) == ("ada@example.org", "bob@example.org")
    assert mail["From"] == "Beispiel & Söhne <me@example.com>"
    assert mail["Subject"] == MAIL.subject
    assert mail["Message-ID"] == receipt.id == "<eff_01@firstmate.local>"
    assert mail["In-Reply-To"] == mail["References"] == "<question@example.org>"
    assert mail["Date"].datetime == START == receipt.at
    body = mail.get_body(("plain",))
    assert body is not None and body.get_content() == MAIL.text
    (attachment,) = mail.iter_attachments()
    assert attachment.get_filename() == "Übersicht.pdf"
    assert attachment.get_content() == OFFER


@given(subject=LINE, text=TEXT)
def test_no_character_of_subject_or_text_is_lost(subject: str, text: str) -> None:
    sent = Sent(Path(), lambda: START, Company("Ada & Co", "me@example.com"))
    mail = Mail(to="ada@example.org", subject=subject, text=text)
    message = parsed(sent.message(mail, "eff_01"))
    assert message["Subject"] == mail.subject == subject.strip()
    assert message.get_content().removesuffix("\n") == text.removesuffix("\n")
    assert message["Bcc"] is None and message["To"] == "ada@example.org"


async def test_any_maildir_reader_sees_one_read_mail(house: House) -> None:
    await house.do("email.send", MAIL, "eff_01")
    box = mailbox.Maildir(house.folder / "mail" / "Sent", create=False)
    (message,) = box
    assert isinstance(message, mailbox.MaildirMessage)
    assert (message.get_subdir(), message.get_flags()) == ("cur", "S")
    assert message.get_payload()


async def test_a_mail_program_that_changes_the_flags_does_not_make_it_two(house: House) -> None:
    receipt = await house.do("email.send", MAIL, "eff_01")
    box = house.folder / "mail" / "Sent" / "cur"
    (box / "eff_01:2,S").rename(box / "eff_01:2,FRS")
    assert await house.do("email.send", MAIL, "eff_01") == receipt
    assert [path.name for path in box.iterdir()] == ["eff_01:2,FRS"]


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


async def test_a_preview_says_to_whom_what_goes_and_that_it_waits(house: House) -> None:
    preview = await house.operation("email.send").preview(MAIL)
    assert preview.title == "Send e-mail · ada@example.org"
    assert preview.text == MAIL.text
    assert {change.label: change.after for change in preview.changes} == {
        "From": "Beispiel & Söhne <me@example.com>",
        "To": "ada@example.org",
        "Cc": "bob@example.org",
        "Subject": MAIL.subject,
        "Attachments": "Übersicht.pdf (17 bytes)",
    }
    assert preview.notes == ("This mail waits in the folder Sent. It leaves once SMTP is set.",)
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
    house.company = Company("Ada & Co", "")
    house.restart()
    with pytest.raises(PermanentError, match="Your own e-mail address is not set"):
        await house.operation("email.send").preview(MAIL)


async def test_a_mail_that_left_sent_cannot_be_taken_back(house: House) -> None:
    receipt = await house.do("email.send", MAIL, "eff_01")
    (house.folder / "mail" / "Sent" / "cur" / "eff_01:2,S").unlink()
    with pytest.raises(PermanentError, match="no longer in the folder Sent"):
        await house.take_back("email.send", receipt, "eff_undo")


def test_a_mail_has_limits() -> None:
    with pytest.raises(ValidationError):
        Mail(to="ada@example.org", subject="x" * 251, text="")
    with pytest.raises(ValidationError):
        Mail(to="ada@example.org", subject="", text="x" * 200_001)


async def test_new_mail_is_handed_over_until_it_is_marked(tmp_path: Path) -> None:
    inbox, new = Inbox(tmp_path), tmp_path / "mail" / "Inbox" / "new"
    assert await inbox.unseen() == []
    new.mkdir(parents=True)
    for name, age in (("b.host", 200), ("a.host", 100), (".hidden", 300)):
        (new / name).write_bytes(name.encode())
        os.utime(new / name, (START.timestamp() - age, START.timestamp() - age))
    assert await inbox.unseen() == [("b.host", b"b.host"), ("a.host", b"a.host")]
    await inbox.mark_seen("b.host")
    await inbox.mark_seen("b.host")
    assert await inbox.unseen() == [("a.host", b"a.host")]
    assert (tmp_path / "mail" / "Inbox" / "cur" / "b.host:2,S").read_bytes() == b"b.host"


@pytest.mark.parametrize("key", ["../cur/x", "/etc/passwd", "a/b", "..", "."])
async def test_only_a_mail_of_the_inbox_can_be_marked(tmp_path: Path, key: str) -> None:
    with pytest.raises(PermanentError):
        await Inbox(tmp_path).mark_seen(key)


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
