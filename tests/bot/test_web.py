"""The door of the web chat, over real HTTP: who gets in, what is refused, what a browser sees."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from bot.app import App, open_app
from bot.web.surface import Web
from connectors import blobs
from connectors.files.pictures import size
from memory.canon import records
from tests.conftest import FakeClock

TOKEN = re.compile(r'name="token" value="([^"]+)"')


@dataclass
class Site:
    app: App
    web: Web
    told: list[str]

    @property
    def code(self) -> str:
        return self.told[0].split("code ")[1]

    def browser(self, **more: object) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.web.url, **more)

    async def paired(self) -> httpx.AsyncClient:
        async with self.browser() as once:
            answer = await once.post("/pair", data={"code": self.code})
            assert answer.status_code == 303
            return self.browser(cookies=once.cookies)


@pytest.fixture
async def site(filled: Path, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Site]:
    shutil.copytree(filled, tmp_path / "sample")
    told: list[str] = []
    web = Web("127.0.0.1", 0, (), told.append)
    app = await open_app(tmp_path / "sample", lambda db, folder: [web], clock=clock)
    await app.start()
    yield Site(app, web, told)
    await app.close()


async def test_nobody_gets_in_without_the_code_and_the_code_works_once(site: Site) -> None:
    async with site.browser() as stranger:
        page = (await stranger.get("/")).text
        assert "Pairing code" in page
        assert "sample company" not in page
        assert (await stranger.post("/message", data={"words": "hi", "id": "1"})).status_code == 401
        assert (await stranger.post("/tap", data={"token": "x"})).status_code == 401
        assert (await stranger.get("/events")).status_code == 401
        wrong = await stranger.post("/pair", data={"code": "WRONGCOD"})
        assert (wrong.status_code, "wrong or too old" in wrong.text) == (403, True)
    async with await site.paired() as browser:
        assert "The sample company" in (await browser.get("/")).text
    async with site.browser() as second:
        assert (await second.post("/pair", data={"code": site.code})).status_code == 403


async def test_after_five_wrong_codes_the_right_one_is_void(site: Site) -> None:
    async with site.browser() as stranger:
        for _ in range(5):
            await stranger.post("/pair", data={"code": "WRONGCOD"})
        assert (await stranger.post("/pair", data={"code": site.code})).status_code == 403


async def test_a_code_is_void_after_ten_minutes(site: Site, clock: FakeClock) -> None:
    clock.advance(minutes=11)
    async with site.browser() as late:
        assert (await late.post("/pair", data={"code": site.code})).status_code == 403


async def test_another_host_name_or_another_site_is_refused(site: Site) -> None:
    async with await site.paired() as browser:
        rebound = await browser.get("/", headers={"host": "evil.example"})
        assert rebound.status_code == 421
        forged = await browser.post(
            "/message",
            data={"words": "/stop", "id": "1"},
            headers={"origin": "http://evil.example"},
        )
        assert forged.status_code == 403


async def test_every_page_forbids_scripts_and_frames_from_elsewhere(site: Site) -> None:
    async with site.browser() as browser:
        for path in ("/", "/static/app.js", "/health"):
            policy = (await browser.get(path)).headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
        assert "<script>" not in (await browser.get("/")).text


async def test_nothing_is_decided_by_looking(site: Site) -> None:
    async with await site.paired() as browser:
        token = TOKEN.search((await browser.get("/")).text)
        assert token
        assert (await browser.get("/tap", params={"token": token[1]})).status_code == 405
        assert (await browser.get("/message", params={"words": "/stop"})).status_code == 405


async def test_a_button_works_without_script_and_a_stranger_cannot_use_its_token(
    site: Site,
) -> None:
    async with await site.paired() as browser, site.browser() as stranger:
        token = TOKEN.search((await browser.get("/")).text)
        assert token
        assert (await stranger.post("/tap", data={"token": token[1]})).status_code == 401
        page = await browser.post("/tap", data={"token": token[1]})
        assert "Here is a customer&#39;s mail." in page.text
        unknown = await browser.post("/tap", data={"token": "a1.nonsense"})
        assert "This button is no longer known" in unknown.text


async def test_a_message_sent_twice_is_heard_once(site: Site) -> None:
    async with await site.paired() as browser:
        for _ in range(2):
            await browser.post("/message", data={"words": "/cost", "id": "same"})
        await site.app.durable.idle()
        assert (await browser.get("/")).text.count('id="msg-cost-') == 1


async def test_an_open_page_hears_of_a_card_at_once(site: Site) -> None:
    async with await site.paired() as browser, browser.stream("GET", "/events") as events:
        lines = events.aiter_lines()
        assert (await anext(lines)).startswith("retry")
        await browser.post("/message", data={"words": "/cost", "id": "1"})
        async with asyncio.timeout(20):
            async for line in lines:
                if "No language model" in line:
                    break


async def test_too_long_and_too_large_are_refused_with_a_sentence(site: Site) -> None:
    async with await site.paired() as browser:
        long = await browser.post("/message", data={"words": "x" * 200_001, "id": "1"})
        assert (long.status_code, "too long" in long.text) == (413, True)
        file = {"file": ("big.bin", b"x" * (20 * 1024 * 1024 + 1))}
        large = await browser.post("/message", data={"id": "2"}, files=file)
        assert (large.status_code, "at most 20 MB" in large.text) == (413, True)


async def test_the_picture_of_an_invoice_is_seen_on_its_card_and_by_nobody_else(site: Site) -> None:
    async with site.browser() as stranger, await site.paired() as browser:
        await browser.post("/message", data={"words": "send Ada the October invoice", "id": "1"})
        await site.app.durable.idle()
        page = (await browser.get("/")).text
        [address, alt] = re.findall(r'<img src="(/picture/[^"]+)" alt="([^"]+)"', page)[0]
        assert alt == "INV-2026-007.png: Send e-mail · ada@example.org · waits for you"
        answer = await browser.get(address)
        assert answer.headers["content-type"] == "image/png"
        assert size(answer.content) is not None
        assert "img-src 'self'" in answer.headers["content-security-policy"]
        assert (await stranger.get(address)).status_code == 401
        pdf = await kept_document(site.app)
        other = address.replace(address.split("/")[2], pdf)
        assert (await browser.get(other)).status_code == 404  # kept, but no picture of the card
        blobs.path(site.app.folder, address.split("/")[2]).unlink()
        assert (await browser.get(address)).status_code == 404


async def kept_document(app: App) -> str:
    async with app.db.snapshot() as reader:
        [invoice] = [
            one
            for one in await records.of_kind(reader, "invoice")
            if one.state["number"] == "INV-2026-007"
        ]
    assert blobs.get(app.folder, invoice.state["document"])
    return str(invoice.state["document"])
