"""A person at the local web chat, in Chromium."""

import asyncio
from pathlib import Path

from playwright.async_api import Locator, Request, async_playwright

from bot.surfaces import Surface
from bot.web.surface import Web
from memory.db import Database, Reader
from tests.surfaces.stage import Held, Stage

CHROMIUM = "/usr/bin/chromium"
PATIENCE_MS = 20_000
WATCH_NOTICE = """
addEventListener("DOMContentLoaded", () => {
  const notice = document.getElementById("notice");
  if (!notice) return;
  new MutationObserver((changes) => {
    for (const one of changes) for (const node of one.addedNodes) told(node.textContent);
  }).observe(notice, { childList: true });
});
"""
READ_FORM = """(form) => {
  const fields = {};
  for (const label of form.querySelectorAll("label")) {
    fields[label.querySelector("span").textContent] = label.querySelector("[name]").name;
  }
  return { token: form.token.value, fields, values: [...new FormData(form)] };
}"""
TAP = """async ({ data, times }) => {
  const forms = [];
  for (let n = 0; n < times; n++) {
    const form = document.createElement("form");
    form.method = "post";
    form.action = "/tap";
    for (const [name, value] of Object.entries(data)) {
      const field = document.createElement("textarea");
      [field.name, field.value] = [name, value];
      form.append(field);
    }
    form.append(document.createElement("button"));
    form.hidden = true;
    document.body.append(form);
    forms.push(form);
  }
  for (const form of forms) form.querySelector("button").click();
  while (forms.some((form) => form.querySelector("button").disabled)) {
    await new Promise((resume) => setTimeout(resume, 10));
  }
  for (const form of forms) form.remove();
}"""
KEYS = """() => [...document.querySelectorAll("article[data-key]")].map((a) => a.dataset.key)"""
STEAL = """async (token) => {
  const data = new FormData();
  data.set("token", token);
  const answer = await fetch("/tap", { method: "POST", body: data });
  return answer.status;
}"""


class OnWeb:
    """A tap is a press on the very form of the page; the notice below is what is told."""

    name = "web"

    def __init__(self) -> None:
        self.port = 0
        self.notices: list[str] = []
        self._posted: Request | None = None
        self._entered = False
        self._articles = "article.msg:not(.you)"

    async def open(self) -> None:
        self._playwright = await async_playwright().start()
        self._browser = await self._playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        self._context = await self._browser.new_context(viewport={"width": 390, "height": 844})
        self._page = await self._context.new_page()
        self._page.set_default_timeout(PATIENCE_MS)
        self._page.on("request", self._noted)
        await self._page.expose_function("told", lambda text: self.notices.append(text))
        await self._page.add_init_script(WATCH_NOTICE)

    async def close(self) -> None:
        await self._browser.close()
        await self._playwright.stop()

    def surface(self, stage: Stage, db: Database, folder: Path) -> Surface:
        self._web = Web("127.0.0.1", self.port, (), lambda _: None)
        return self._web

    async def leave(self) -> None:
        self._loaded = asyncio.ensure_future(self._page.wait_for_event("load"))

    async def arrive(self) -> None:
        self.port = self._web.port
        if self._entered:  # the page finds Firstmate again by itself
            await self._loaded

    async def enter(self, code: str) -> None:
        await self._page.goto(f"{self._web.url}/#{code}")
        await self._page.locator("#say").wait_for()
        self._entered = True

    async def turn(self) -> None:
        keys = await self._page.evaluate(KEYS)
        self._articles = "article.msg:not(.you)"
        self._articles += "".join(f':not([data-key="{key}"])' for key in keys)

    async def say(self, words: str) -> None:
        await self._page.get_by_label("Message").fill(words)
        async with self._page.expect_response("**/message"):
            await self._page.keyboard.press("Enter")

    async def see(self, *parts: str) -> str:
        return await self._shown(*parts).inner_text()

    async def labels(self, *parts: str) -> list[str]:
        buttons = self._shown(*parts).locator(".buttons .row > form > button, .row > * > summary")
        return await buttons.all_inner_texts()

    async def hold(self, part: str, label: str, **values: str) -> Held:
        article = self._shown(part)
        if not values:
            button = article.get_by_role("button", name=label).first
            made = await button.locator("xpath=..").evaluate(READ_FORM)
            return Held({"token": made["token"]})
        details = article.locator("details.form", has=self._page.get_by_text(label)).first
        made = await details.locator("form").evaluate(READ_FORM)
        typed = {made["fields"][name]: value for name, value in values.items()}
        return Held(dict(made["values"]) | typed, values)

    async def send(self, held: Held, times: int = 1) -> None:
        await self._page.evaluate(TAP, {"data": held.place, "times": times})
        await asyncio.sleep(0.02)  # the notices are on their way

    async def steal(self, held: Held) -> None:
        strange = await self._browser.new_context()
        page = await strange.new_page()
        await page.goto(self._web.url)
        assert await page.evaluate(STEAL, held.place["token"]) == 401
        await strange.close()

    async def again(self) -> None:
        """Post the last request once more, with its id."""
        assert self._posted is not None
        kept = await self._posted.all_headers()
        headers = {name: kept[name] for name in ("content-type", "accept", "origin")}
        body = self._posted.post_data_buffer
        answer = await self._context.request.post(self._posted.url, data=body, headers=headers)
        assert answer.status == 200

    async def late(self, held: Held) -> None:
        raise AssertionError("a browser's request has no window")

    def mark(self) -> int:
        return len(self.notices)

    def since(self, mark: int) -> list[str]:
        return self.notices[mark:]

    async def is_quiet(self, _: Reader) -> bool:
        return True

    def _noted(self, request: Request) -> None:
        if request.method == "POST":
            self._posted = request

    def _shown(self, *parts: str) -> Locator:
        found = self._page.locator(self._articles)
        for part in parts:
            found = found.filter(has_text=part)
        return found.last
