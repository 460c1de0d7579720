"""The story in a real browser: paired, dropped, edited, approved; as wide as a phone and a desk."""

import asyncio
import os
import re
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

ROOT = Path(__file__).parent.parent.parent
CHROMIUM = "/usr/bin/chromium"
PICTURES = ROOT / "docs" / "pictures"
STARTED = re.compile(r"Open (http://127\.0\.0\.1:\d+)/#([A-Z0-9]{8})")
PATIENCE_MS = 60_000


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    """A phone-wide page on a freshly started Firstmate, already paired."""
    if shutil.which(CHROMIUM) is None:
        if os.environ.get("CI"):
            pytest.fail("chromium is missing: CI must not skip the browser walk")
        pytest.skip("NO BROWSER: apt-get install chromium, or this walk is not walked")
    environment = os.environ | {"FIRSTMATE_HOME": str(tmp_path / "home"), "FIRSTMATE_PORT": "0"}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "run",
        cwd=ROOT,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    line = (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
    found = STARTED.search(line)
    assert found, line
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        context = await browser.new_context(viewport={"width": 390, "height": 844})
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        await page.goto(f"{found[1]}/#{found[2]}")
        await expect(page.get_by_text("Welcome aboard")).to_be_visible()
        yield page
        await browser.close()
    process.send_signal(signal.SIGTERM)
    await asyncio.wait_for(process.wait(), 30)


async def test_a_refund_walks_from_mail_to_receipt_in_the_browser(
    page: Page, tmp_path: Path
) -> None:
    outside: list[str] = []
    page.on("request", lambda request: outside.append(request.url))
    await page.get_by_role("button", name="Try a sample company").click()
    await expect(page.get_by_role("heading", name="The sample company")).to_be_visible()
    await page.get_by_label("Attach a file").set_input_files(
        ROOT / "bot" / "commands" / "samples" / "refund.eml"
    )
    item = page.get_by_role("article", name=re.compile("^Mail from Ada Example"))
    await expect(item).to_contain_text("Payment PAY-1042: 120.00 EUR, paid")
    await item.get_by_role("button", name=re.compile("^Refund")).click()

    refund = page.get_by_role("article", name=re.compile("^Refund 120.00 EUR"))
    await expect(refund).to_contain_text("Money moves when you upload")
    await page.screenshot(path=tmp_path / "card-390.png")
    await refund.locator("summary", has_text="Edit").click()
    await refund.get_by_label("Amount").fill("40.00")
    await refund.get_by_role("button", name="Save").click()
    changed = page.get_by_role("article", name=re.compile("^Refund 40.00 EUR"))
    await changed.get_by_role("button", name="✓ Refund").click()
    await expect(changed).to_contain_text("refunded 40.00 EUR · ledger entry")

    reply = page.get_by_role("article", name=re.compile("^Send e-mail.*waits"))
    await reply.get_by_role("button", name="✓ Send").click()
    sent = tmp_path / "home" / "sample" / "mail" / "Sent"
    await expect(page.get_by_text("filed in Sent")).to_be_visible()
    assert len([path for path in sent.rglob("*") if path.is_file()]) == 1
    await page.screenshot(path=tmp_path / "done-390.png", full_page=True)

    await page.set_viewport_size({"width": 1280, "height": 900})
    await page.screenshot(path=tmp_path / "done-1280.png")
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= 1280
    assert {url.split("/")[2].split(":")[0] for url in outside} == {"127.0.0.1"}


async def test_the_page_is_never_wider_than_a_phone(page: Page) -> None:
    await page.get_by_label("Message").fill("W" * 500 + " https://example.org/" + "x" * 300)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("I am not sure what you want").last).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_starting_with_mine_asks_three_questions_and_one_process(page: Page) -> None:
    await page.get_by_role("button", name="Start with mine").click()
    await page.get_by_label("Message").fill("Asia/Tokyo")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="USD").click()
    await page.get_by_role("button", name="Reminders").click()
    await expect(page.get_by_text("Ready. I do reminders")).to_be_visible()
    await page.get_by_label("Message").fill("refund Ada 40 EUR")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("is switched off, so this stays with you")).to_be_visible()
