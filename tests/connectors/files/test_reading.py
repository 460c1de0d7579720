"""Files of every kind through the real child process; the bad ones cost a sentence, never more."""
# ruff: noqa: E501 (sentences are compared whole)

import asyncio
import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.files.reading import read, to_json
from connectors.files.shapes import Limits, Person
from tests.connectors.files import corpus, samples

ROOT = Path(__file__).parents[3]
SMALL = Limits(memory_bytes_max=420 * 1024 * 1024, wall_s=200, cpu_s=100)


@pytest.mark.parametrize(
    ("data", "kind", "text"),
    [
        (samples.pdf("Invoice 7: 40.00 EUR"), "pdf", "Invoice 7: 40.00 EUR"),
        (samples.paper("Grüße, 40,00 €"), "pdf", "Grüße, 40,00 €"),
        (samples.docx("Terms of the shop"), "document", "Terms of the shop"),
        (samples.pptx(), "document", "Lamps of 2026"),
        (samples.xlsx(), "sheet", "| Lamp | 40 |"),
        (samples.CALENDAR, "calendar", "Start: 2026-11-20 09:00 (Europe/Berlin)"),
        (samples.CONTACT, "contacts", "E-mail: ada@example.org"),
        ("Grüße".encode("cp1252"), "text", "Grüße"),
        ("Grüße".encode("utf-16"), "text", "Grüße"),
        (b"<html><body><p>one</p><p hidden>two</p>", "text", "one"),
    ],
    ids=["pdf", "paper", "docx", "pptx", "xlsx", "ics", "vcf", "cp1252", "utf-16", "html"],
)
async def test_a_file_is_read_by_what_its_bytes_are(data, kind, text):
    reading = await read(data, "file")
    assert (reading.kind, reading.refused) == (kind, None)
    assert text in reading.text
    assert "two" not in reading.text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty. Send it again."),
        (b"\x00\x01\x02\x03" * 20, "This kind of file cannot be read. Send it as a PDF, or paste the text."),
        (samples.locked_pdf(), "The PDF is protected by a password. Send it again without, or paste the text."),
        (samples.pdf(""), "The PDF holds no text, only pictures (a scan). Paste the text you need."),
        (samples.zip_bomb(), "The file unpacks to 300 MB and was not opened, because that is how a zip bomb looks. Send the contents in smaller files."),
        (samples.zipped({"a.txt": "x"}), "This is an archive, and archives are not opened: unpack it and send the files."),
        (samples.docx()[:500], "The file is damaged and cannot be opened. Send it again."),
        (samples.PNG, "This is a picture, and pictures cannot be read yet: tell me what it shows."),
        (samples.VOICE, "This is a recording, and recordings cannot be read yet: tell me what it says."),
    ],
    ids=["empty", "binary", "locked", "scan", "bomb", "archive", "damaged", "picture", "voice"],
)  # fmt: skip
async def test_what_cannot_be_read_says_so_in_a_sentence(data, sentence):
    reading = await read(data, "file")
    assert (reading.refused, reading.text) == (sentence, "")


async def test_a_file_over_the_limit_is_not_even_looked_at():
    reading = await read(bytes(2000), "x.bin", limits=Limits(bytes_max=1000))
    assert reading.refused.startswith("The file is larger than 0 MB")


async def test_a_long_text_is_cut_and_the_cut_is_counted():
    reading = await read(b"0123456789" * 20_000, "long.txt")
    assert (len(reading.text), reading.cut_chars) == (100_000, 100_000)
    assert reading.warnings == (
        "The text is long: the first 100,000 characters were read, 100,000 were left out. "
        "The whole file is kept.",
    )


async def test_a_forwarded_mail_comes_back_typed_with_understood_dates():
    text = next(case.text for case in corpus.cases() if case.id == "gmail-de")
    message = samples.mail(text, subject="Fwd: x", sender="op@example.com")
    message.add_attachment(b"note", maintype="text", subtype="plain", filename="n.txt")
    reading = await read(message.as_bytes(), "mail.eml", "message/rfc822")
    assert reading.kind == "mail" and reading.warnings == ()
    assert reading.mail.original.sender == Person(corpus.NAME, corpus.ADDRESS)
    zone = timezone(timedelta(hours=1))  # of the mail around it
    assert reading.mail.original.date == datetime(2026, 11, 16, 9, 12, tzinfo=zone)
    assert reading.mail.chain == (reading.mail.original,)
    assert reading.mail.attachments[0].data == b"note"
    assert to_json(reading)["mail"]["attachments"][0]["data"] == "bm90ZQ=="


async def test_a_mail_in_rare_encodings_with_every_light_attachment_is_read():
    """Started as root, the child is nobody by then and may be unable to import anything more."""
    raw = (
        b"From: =?koi8-r?B?4cTB?= <ada@example.org>\r\nTo: b@example.com\r\n"
        b"Subject: =?iso-2022-jp?B?GyRCN29MPhsoQg==?=\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: text/plain; charset=windows-1251\r\n\r\n\xcf\xf0\xe8\xe2\xe5\xf2\r\n--b\r\n"
        b"Content-Type: application/x; name=a.txt\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\n"
        b"begin 666 a.txt\r\n#0V%T\r\n`\r\nend\r\n--b--\r\n"
    )
    reading = await read(raw, "a.eml")
    assert (reading.mail.sender.name, reading.mail.subject) == ("Ада", "件名")
    assert reading.mail.body == "Привет"
    assert reading.mail.attachments[0].reading.text == "Cat"
    message = samples.mail()
    for data in (samples.zipped({"a": "b"}), samples.zip_bomb(), samples.PNG, samples.VOICE, b"{}"):
        message.add_attachment(data, maintype="application", subtype="octet-stream")
    message.add_attachment("<p>two</p>", subtype="html")
    kinds = [file.reading.kind for file in (await read(message.as_bytes(), "")).mail.attachments]
    assert kinds == ["archive", "document", "image", "audio", "text", "text"]


async def test_documents_within_a_mail_are_read_and_a_hostile_one_leaves_the_mail_whole():
    inner = samples.mail("inner")
    inner.add_attachment(samples.CALENDAR, maintype="text", subtype="calendar", filename="i.ics")
    message = samples.mail("please see the files")
    message.add_attachment(samples.pdf("Invoice 7"), maintype="a", subtype="b", filename="i.pdf")
    message.add_attachment(samples.memory_bomb(), maintype="a", subtype="b", filename="b.pdf")
    message.add_attachment(inner)
    reading = await read(message.as_bytes(), "mail.eml", limits=SMALL)
    good, bad, mail = (file.reading for file in reading.mail.attachments)
    assert reading.mail.own_words == "please see the files"
    assert good.text == "Invoice 7"
    assert (bad.kind, bad.text) == ("pdf", "") and bad.refused.startswith("The file could not")
    assert "Talk about the lamp" in mail.mail.attachments[0].reading.text


async def test_a_memory_bomb_ends_the_child_and_not_us():
    reading = await read(samples.memory_bomb(), "b.pdf", limits=SMALL)
    assert reading.refused.startswith("The file could not be opened: it is damaged, or it needs")


async def test_a_file_that_computes_without_end_is_stopped_by_its_seconds_of_work():
    reading = await read(samples.time_bomb(), "b.pdf", limits=Limits(cpu_s=4, wall_s=120))
    assert reading.refused.startswith("Reading the file took too long and was stopped.")


async def test_a_file_that_takes_its_time_is_stopped_by_the_clock():
    before = asyncio.get_running_loop().time()
    reading = await read(samples.time_bomb(), "b.pdf", limits=Limits(wall_s=0.5))
    assert reading.refused.startswith("Reading the file took too long and was stopped.")
    assert asyncio.get_running_loop().time() - before < 10


async def test_an_answer_larger_than_allowed_is_no_answer():
    reading = await read(b"x" * 50_000, "x.txt", limits=Limits(answer_bytes_max=1000))
    assert reading.refused.startswith("The file could not be opened")


async def test_a_file_that_is_not_what_it_calls_itself_is_named():
    reading = await read(samples.PNG, "invoice.pdf")
    assert reading.warnings == ("It calls itself a PDF, but it is a picture.",)
    assert (await read(b"hello", "a.eml")).warnings == (
        "It calls itself a mail, but it is plain text.",
    )
    unreadable = await read(b"\x00\x01" * 50, "a.eml")
    assert unreadable.refused == (
        "This is called a mail but cannot be read as one. Save it again as .eml, or paste the text."
    )


async def test_a_cancelled_reading_leaves_no_child_behind():
    before = _children()  # a server that other tests share, too
    task = asyncio.create_task(read(samples.time_bomb(), "b.pdf"))
    await asyncio.sleep(0.5)
    children = _children() - before
    assert children
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not _children() & children


def test_reading_a_mail_needs_no_heavy_library():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import connectors.files.child as child\n"
        "from connectors.files.shapes import Limits\n"
        "child.contents.read(child._REHEARSAL, Limits())\n"
        "print([n for n in ('markitdown', 'dateparser', 'pydantic', 'icalendar', 'bs4', 'quotequail')"
        " if n in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-I", "-c", code, ROOT], capture_output=True, check=True)
    assert out.stdout.decode().strip() == "[]"


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(
    st.binary(max_size=2000),
    st.binary(max_size=200).map(lambda data: b"PK\x03\x04" + data),
    st.binary(max_size=200).map(lambda data: b"BEGIN:VCALENDAR\r\n" + data),
    st.binary(max_size=200).map(lambda data: b"From: a@example.org\r\nTo: b\r\n" + data),
))  # fmt: skip
def test_no_bytes_make_reading_raise(data):
    reading = asyncio.run(read(data, "x"))
    assert reading.refused is None or reading.refused.endswith((".", "?"))


def _children() -> set[int]:
    return {
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit()
        and (entry / "stat").exists()
        and int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]) == os.getpid()
    }
