"""A calendar on a server: how it is found, what `doctor` says of it, and what is never done."""

import asyncio
import base64
import logging
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr, ValidationError

from bot import accounts, checkup
from bot.host import choose
from bot.settings import Settings
from connectors import http
from connectors.calendar import caldav, dav
from connectors.calendar.dav import Account
from connectors.contract import AuthError, ConnectorError, Operation, PermanentError, TransientError
from tests.connectors.contracts.houses import BOOKING, COMPANY, START
from tests.peers import calendars, faults
from tests.peers.calendars import PASSWORD, USER, Calendar
from tests.peers.faults import Faulty

KEY = "eff_01"
HTML = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>"
BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'


@pytest.fixture
def calendar() -> Calendar:
    return calendars.shared().calendar()


@pytest.fixture
def book(calendar: Calendar, tmp_path: Path) -> Operation:
    return operation(calendar.account, tmp_path)


@pytest.fixture
async def proxy(calendar: Calendar) -> AsyncIterator[Faulty]:
    async with faults.before(calendar.url) as made:
        yield made


def operation(account: Account, folder: Path) -> Operation:
    return caldav.connect(account, folder, lambda: START, COMPANY).operations[0]


async def says(account: Account, folder: Path) -> str:
    """What `doctor` says of the account."""
    health = await caldav.connect(account, folder, lambda: START, COMPANY).check()
    return f"{'✓' if health.ok else '✗'} {health.says}"


def answering(status: str, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


async def test_an_address_of_server_account_or_calendar_finds_it_and_none_is_guessed(
    tmp_path: Path,
) -> None:
    server = calendars.Radicale()
    try:
        everything = Account(server.url, USER, SecretStr(PASSWORD))
        where = http.host(server.url)
        assert await says(everything, tmp_path) == (
            f"✗ The account at {where} has no calendar yet. Make one there."
        )
        work = server.calendar("work")
        for url in (server.url, f"{server.url}{USER}/", work.url, work.url.rstrip("/")):
            found = await says(replace(everything, url=url), tmp_path)
            assert found == f"✓ “{USER}/work” at {where}."
        server.calendar("home")
        told = await says(everything, tmp_path)
        assert told.startswith(f"✗ The account at {where} has several calendars: ")
        assert told.endswith("Name one: FIRSTMATE_CALENDAR_NAME.") and f"“{USER}/home”" in told
        assert (await says(replace(everything, name="Work"), tmp_path)).startswith("✓ “ada/work”")
        unknown = await says(replace(everything, name="Spare time"), tmp_path)
        assert "has no calendar “Spare time”. It has: " in unknown
    finally:
        server.stop()


async def test_doctor_names_what_is_wrong(
    calendar: Calendar, proxy: Faulty, tmp_path: Path
) -> None:
    account, where = calendar.account, http.host(calendar.url)
    assert await says(replace(account, password=SecretStr("no")), tmp_path) == (
        f"✗ {where} does not take the user and password (FIRSTMATE_CALENDAR_USER, _PASSWORD)."
    )
    wrong = calendar.url.replace(USER, f"{USER}/wrong")
    assert await says(replace(account, url=wrong), tmp_path) == (
        f"✗ There is no calendar at {wrong}. Look at FIRSTMATE_CALENDAR."
    )
    nobody = replace(account, url="http://127.0.0.1:1/")
    assert await says(nobody, tmp_path) == "✗ Nobody answers at 127.0.0.1:1."
    near = replace(account, url=proxy.url)
    proxy.canned = answering("401 Unauthorized", b"", "WWW-Authenticate: Bearer")
    assert "wants another way to sign in than with a password" in await says(near, tmp_path)
    proxy.canned = HTML
    assert "There is no calendar at http://127.0.0.1" in await says(near, tmp_path)
    for body in (b"no XML", BOMB):
        proxy.canned = answering("207 Multi-Status", body)
        told = await says(near, tmp_path)
        assert told == f"✗ {http.host(proxy.url)} does not speak CalDAV."


async def test_doctor_names_a_certificate_that_is_not_to_be_trusted(tmp_path: Path) -> None:
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0,
                                        ssl=_of_its_own(tmp_path))  # fmt: skip
    port = server.sockets[0].getsockname()[1]
    try:
        told = await says(Account(f"https://127.0.0.1:{port}/", USER), tmp_path)
    finally:
        server.close()
    assert told == (
        f"✗ The certificate of 127.0.0.1:{port} is not to be trusted: self-signed certificate."
    )


async def test_doctor_looks_at_the_calendar_of_the_settings(
    calendar: Calendar, tmp_path: Path
) -> None:
    settings = Settings(
        home=tmp_path, calendar=calendar.url, calendar_user=USER,
        calendar_password=SecretStr("not this one"),
    )  # fmt: skip
    found = {one.what: one for one in await checkup.examine(settings)}
    assert "does not take the user and password" in found["calendar (caldav)"].says
    assert not found["calendar (caldav)"].ok
    choose(tmp_path, "sample")
    assert accounts.of(settings, "sample").calendar is None
    assert "calendar (local)" in {one.what for one in await checkup.examine(settings)}


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("http://cloud.example.com/dav", "https://"),
        ("cloud.example.com", "https://"),
        ("https://ada:secret@cloud.example.com/", "settings of their own"),
    ],
)
def test_an_address_that_would_tell_the_password_is_refused(
    url: str, fault: str, tmp_path: Path
) -> None:
    with pytest.raises(ValidationError, match=fault):
        Settings(home=tmp_path, calendar=url)


@pytest.mark.parametrize(
    ("given", "asked", "taken"),
    [
        ("https://caldav.icloud.com", "https://p42-caldav.icloud.com:443/1/calendars/", True),
        ("https://firma.co.uk", "https://other.co.uk/calendars/", False),
        ("https://cal.firma.co.uk", "https://p42.firma.co.uk/calendars/", True),
        ("https://studio.github.io", "https://other.github.io/calendars/", False),
        ("https://cloud.example.com", "https://cloud.example.com:443/dav", True),
        ("https://cloud.example.com", "http://cloud.example.com/dav", False),
        ("https://cloud.example.com", "https://cloud.example.com.evil.test/dav", False),
        ("https://cloud.example.com", "https://evilexample.com/dav", False),
        ("https://example.com", "https://evil.com/dav", False),
        ("http://127.0.0.1:5232", "http://127.0.0.1:5233/", False),
    ],
)
async def test_the_password_goes_to_the_host_that_was_named_and_those_beside_it(
    given: str, asked: str, taken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = []

    async def request(_method: str, url: str, *_args: Any, **_more: Any) -> http.Answer:
        sent.append(url)
        return http.Answer(207, {}, "")

    monkeypatch.setattr(http, "request", request)
    account = Account(given, USER, SecretStr(PASSWORD))
    if taken:
        await dav.look(account, "PROPFIND", asked)
    else:
        with pytest.raises(PermanentError, match="which I do not ask"):
            await dav.look(account, "PROPFIND", asked)
    assert sent == ([asked] if taken else [])


async def test_an_answer_that_has_no_end_is_left(
    calendar: Calendar, proxy: Faulty, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dav, "BYTES_MAX", 1 << 20)
    proxy.canned = answering("207 Multi-Status", b"x" * ((1 << 20) + 1))
    with pytest.raises(TransientError, match="longer than 1 MB"):
        await operation(replace(calendar.account, url=proxy.url), tmp_path).preview(BOOKING)


async def test_a_password_that_is_no_longer_taken_is_told(
    calendar: Calendar, proxy: Faulty, tmp_path: Path
) -> None:
    path = calendar.url.split("/", 3)[3]
    book = operation(replace(calendar.account, url=proxy.url + path), tmp_path)
    await book.preview(BOOKING)
    proxy.breaks("401", "PUT", "REPORT")
    for ask in (book.preview(BOOKING), book.run(BOOKING, KEY)):
        with pytest.raises(AuthError, match="does not take the user and password"):
            await ask
    assert calendar.items() == {}


async def test_what_somebody_else_put_in_its_place_is_not_written_over(
    calendar: Calendar, book: Operation
) -> None:
    await book.run(BOOKING, "eff_02")
    text = calendar.get("eff_02.ics")
    assert text is not None
    other = text.replace("eff_02@firstmate.local", "somebody")
    calendar.delete("eff_02.ics")
    calendar.put(f"{KEY}.ics", other)
    with pytest.raises(PermanentError, match="cannot be read as this event"):
        await book.run(BOOKING, KEY)
    assert list(calendar.items()) == [f"{KEY}.ics"] and "somebody" in calendar.items()[f"{KEY}.ics"]


async def test_an_event_that_was_moved_to_another_address_is_not_made_again(
    calendar: Calendar, book: Operation
) -> None:
    await book.run(BOOKING, KEY)
    text = calendar.get(f"{KEY}.ics")
    assert text is not None
    calendar.delete(f"{KEY}.ics")
    calendar.put("moved.ics", text)
    with pytest.raises(PermanentError, match="in the calendar already"):
        await book.run(BOOKING, KEY)
    assert list(calendar.items()) == ["moved.ics"]


async def test_what_is_changed_after_the_last_look_is_left(
    calendar: Calendar, book: Operation
) -> None:
    receipt = await book.run(BOOKING, KEY)
    undo = book.undo
    assert undo.run is not None and undo.since is not None
    assert await undo.since(receipt) == ()
    text = calendar.get(f"{KEY}.ics")
    assert text is not None
    calendar.put(f"{KEY}.ics", text.replace("Łódź", "Kraków"))
    with pytest.raises(PermanentError, match="changed in the calendar just now"):
        await undo.run(receipt, "eff_undo1")
    assert "Kraków" in (calendar.get(f"{KEY}.ics") or "")
    assert [change.before for change in await undo.since(receipt)] == ["Kraków (was Łódź)"]
    await undo.run(receipt, "eff_undo1")
    assert calendar.items() == {}


async def test_what_was_booked_elsewhere_is_not_looked_for_here(
    calendar: Calendar, book: Operation, tmp_path: Path
) -> None:
    receipt = await book.run(BOOKING, KEY)
    assert book.undo.run is not None
    local = receipt.model_copy(update={"data": {"key": KEY, "file": f"{KEY}.ics"}})
    moved = operation(calendars.shared().calendar().account, tmp_path)
    assert moved.undo.run is not None
    for run, which in ((book.undo.run, local), (moved.undo.run, receipt)):
        with pytest.raises(PermanentError, match="another calendar than the one that is set up"):
            await run(which, "eff_undo1")
    assert len(calendar.items()) == 1


async def test_nothing_of_it_is_in_the_log(
    calendar: Calendar, book: Operation, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    receipt = await book.run(BOOKING, KEY)
    await book.preview(BOOKING)
    assert book.undo.run is not None
    await book.undo.run(receipt, "eff_undo1")
    pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    for secret in (PASSWORD, pair, BOOKING.title, "ada@example.org", "Łódź"):
        assert secret not in caplog.text
    assert PASSWORD not in repr(calendar.account)


async def test_no_sentence_about_a_failure_holds_the_password(
    calendar: Calendar, tmp_path: Path
) -> None:
    for account in (
        replace(calendar.account, url=f"{calendar.url}nowhere/"),
        replace(calendar.account, user="bob"),
    ):
        with pytest.raises(ConnectorError) as raised:
            await operation(account, tmp_path).preview(BOOKING)
        assert PASSWORD not in str(raised.value)


def _of_its_own(folder: Path) -> ssl.SSLContext:
    """A certificate that nobody else vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1)
    ).sign(key, hashes.SHA256())
    encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    pem = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain)
    path = folder / "own.pem"
    path.write_bytes(pem + made.public_bytes(encoding))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
