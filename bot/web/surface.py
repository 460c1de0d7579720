"""The local web chat: the same cards and buttons as in a messenger, on this machine only.

No script is needed and none is loaded from elsewhere; with script the page updates by itself.
Nothing is ever decided on GET.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.lower import web_html
from bot.surfaces import Attached, Heard, House, Token
from bot.web import page as web_page
from bot.web.door import Door
from connectors.contract import TransientError
from engine.acting.taps import Person, Reply
from engine.chat import conversations
from engine.chat.outbox import Due
from memory.db import DiskFullError

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response

CHAT, USER = "me", "operator"
COOKIE = "firstmate"
COOKIE_AGE_S = 90 * 24 * 3600
FILE_BYTES_MAX = 20 * 1024 * 1024
FILES_MAX = 10
WORDS_CHARS_MAX = 200_000
KEEPALIVE_S = 15.0
STATIC = Path(__file__).parent / "static"
WRONG_CODE = "That code is wrong or too old. `firstmate pair` on this machine shows a fresh one."
TOO_LONG = (
    f"That text is too long: at most {WORDS_CHARS_MAX:,} characters. Drop it as a file instead."
)
NO_PICTURE = "This picture is not shown on any card of yours, or is no longer kept."
TOO_LARGE = (
    f"A file may have at most {FILE_BYTES_MAX // 1024 // 1024} MB, and {FILES_MAX} come at once."
)


class Web:
    """One local server; every signed-in browser shows the same conversation."""

    name = "web"

    def __init__(
        self, host: str, port: int, names: tuple[str, ...], tell: Callable[[str], None]
    ) -> None:
        self._host, self._port, self._tell = host, port, tell
        self._names = {"127.0.0.1", "localhost", "[::1]", host, *names}
        self._listeners: set[asyncio.Queue[str]] = set()
        self._serving: asyncio.Task[None] | None = None
        self._server: Any = None

    @property
    def port(self) -> int:
        """The port it is served at, once started."""
        return self._port

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self._port}"

    async def start(self, house: House) -> None:
        """Serve, and print how to get in when nobody is signed in yet."""
        import uvicorn

        self._house = house
        config = uvicorn.Config(
            self._application(),
            host=self._host,
            port=self._port,
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
            server_header=False,
        )
        self._server = uvicorn.Server(config)
        self._server.install_signal_handlers = lambda: None
        self._serving = asyncio.create_task(self._server.serve())
        while not self._server.started:
            if self._serving.done():
                raise OSError(f"Port {self._port} on {self._host} is taken. Set FIRSTMATE_PORT.")
            await asyncio.sleep(0.01)
        self._port = self._server.servers[0].sockets[0].getsockname()[1]
        await self._say_how_to_get_in()

    async def show(self, item: Due, token: Token) -> str:
        """Send the card to every open page; a page opened later reads it from the database."""
        html = str(web_html.lower(item.card.msg, token))
        shown = item.message or item.card.key  # a better draft changes the card of the first
        event = {"html": html, "key": web_html.anchor(shown), "new": item.message is None}
        for queue in self._listeners:
            queue.put_nowait(json.dumps(event))
        return item.card.key

    async def close(self) -> None:
        """Stop serving; open pages reconnect by themselves."""
        for queue in self._listeners:
            queue.put_nowait("")
        if self._server is not None:
            self._server.should_exit = True
        if self._serving is not None:
            await self._serving

    async def _say_how_to_get_in(self) -> None:
        async with self._house.db.transaction() as tx:
            if await conversations.find(tx, self.name, CHAT, USER) is not None:
                self._tell(f"Firstmate is at {self.url}")
                return
            code = await conversations.new_code(tx, self.name)
        self._tell(f"Open {self.url}/#{code}\nor {self.url} with the pairing code {code}")

    def _application(self) -> Any:
        from starlette.applications import Starlette
        from starlette.middleware import Middleware
        from starlette.routing import Mount, Route
        from starlette.staticfiles import StaticFiles

        routes = [
            Route("/", self._page),
            Route("/pair", self._pair, methods=["POST"]),
            Route("/message", self._message, methods=["POST"]),
            Route("/tap", self._tap, methods=["POST"]),
            Route("/opened", self._opened, methods=["POST"]),
            Route("/events", self._events),
            Route("/picture/{digest}/{card:path}", self._picture),
            Route("/health", self._health),
            Mount("/static", StaticFiles(directory=STATIC)),
        ]
        return Starlette(
            routes=routes,
            middleware=[Middleware(Door, names=self._names)],
            exception_handlers={DiskFullError: _no_room, TransientError: _no_room},
        )

    async def _page(self, request: "Request") -> "Response":
        from starlette.responses import HTMLResponse

        who = await self._who(request)
        if who is None:
            return HTMLResponse(web_page.pairing())
        return HTMLResponse(await web_page.chat(self._house.db, who))

    async def _pair(self, request: "Request") -> "Response":
        from starlette.responses import HTMLResponse, RedirectResponse

        form = await request.form()
        who = await self._house.pair(self.name, CHAT, USER, str(form.get("code", "")))
        if who is None:
            return HTMLResponse(web_page.pairing(WRONG_CODE), status_code=403)
        async with self._house.db.transaction() as tx:
            conv = await conversations.get(tx, who.conv)
            assert conv is not None
            session = await conversations.sign_in(tx, conv)
        answer = RedirectResponse("/", status_code=303)
        answer.set_cookie(COOKIE, session, max_age=COOKIE_AGE_S, httponly=True, samesite="strict")
        return answer

    async def _message(self, request: "Request") -> "Response":
        who = await self._who(request)
        if who is None:
            return _refused("Please pair this browser first.", 401)
        async with request.form(max_files=FILES_MAX, max_part_size=WORDS_CHARS_MAX * 4) as form:
            words = str(form.get("words", "")).replace("\r\n", "\n")
            files = await _files(form)
            if files is None:
                return await self._answer(request, who, Reply(TOO_LARGE), 413)
            if len(words) > WORDS_CHARS_MAX:
                return await self._answer(request, who, Reply(TOO_LONG), 413)
            key = str(form.get("id") or "")
            if not key:
                return _refused("The message has no id; reload the page.", 400)
        heard = Heard(who=who, key=key, words=words, files=files)
        new = await self._house.hear(heard)
        bubble = web_page.bubble(words, tuple(file.name for file in files)) if new else ""
        return await self._answer(request, who, Reply(""), bubble=str(bubble))

    async def _tap(self, request: "Request") -> "Response":
        who = await self._who(request)
        if who is None:
            return _refused("Please pair this browser first.", 401)
        async with request.form(max_part_size=WORDS_CHARS_MAX * 4) as form:
            token = str(form.get("token", ""))
            key = str(form.get("id") or token)
            values = {
                name.removeprefix("field."): str(value)
                for name, value in form.items()
                if name.startswith("field.")
            }
        reply = await self._house.tap(who, key, token, values)
        return await self._answer(request, who, reply)

    async def _opened(self, request: "Request") -> "Response":
        """Hear from the page that a form was opened; it fills in nothing."""
        from starlette.responses import Response

        who = await self._who(request)
        if who is None:
            return _refused("Please pair this browser first.", 401)
        async with request.form() as form:
            await self._house.opened(who, str(form.get("token", "")))
        return Response(status_code=204)

    async def _answer(
        self, request: "Request", who: Person, reply: Reply, status: int = 200, **more: str
    ) -> "Response":
        """Answer the script with JSON, and a page without script with the page and a notice."""
        from starlette.responses import HTMLResponse, JSONResponse

        if "application/json" in request.headers.get("accept", ""):
            card = web_html.anchor(reply.card) if reply.card else None
            return JSONResponse({"text": reply.text, "card": card} | more, status)
        return HTMLResponse(await web_page.chat(self._house.db, who, reply.text), status)

    async def _events(self, request: "Request") -> "Response":
        from starlette.responses import StreamingResponse

        if await self._who(request) is None:
            return _refused("Please pair this browser first.", 401)
        return StreamingResponse(self._stream(), media_type="text/event-stream")

    async def _stream(self) -> AsyncIterator[str]:
        queue: asyncio.Queue[str] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            yield "retry: 1000\n\n"
            while True:
                try:
                    async with asyncio.timeout(KEEPALIVE_S):
                        event = await queue.get()
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                if not event:
                    return
                yield f"data: {event}\n\n"
        finally:
            self._listeners.discard(queue)

    async def _picture(self, request: "Request") -> "Response":
        from starlette.responses import Response

        who = await self._who(request)
        if who is None:
            return _refused("Please pair this browser first.", 401)
        asked = request.path_params
        png = await self._house.picture(who, asked["card"], asked["digest"])
        if png is None:
            return _refused(NO_PICTURE, 404)
        return Response(png, media_type="image/png")

    async def _health(self, request: "Request") -> "Response":
        from starlette.responses import PlainTextResponse

        return PlainTextResponse("ok")

    async def _who(self, request: "Request") -> Person | None:
        session = request.cookies.get(COOKIE)
        if not session:
            return None
        async with self._house.db.snapshot() as reader:
            conv = await conversations.signed_in(reader, session)
        return None if conv is None else Person(conv.user, conv.surface, conv.id)


async def _files(form: "FormData") -> tuple[Attached, ...] | None:
    """Return the dropped files; None when one is too large."""
    found = []
    for part in form.getlist("file"):
        if isinstance(part, str) or not part.filename:
            continue
        data = await part.read(FILE_BYTES_MAX + 1)
        if len(data) > FILE_BYTES_MAX:
            return None
        found.append(Attached(part.filename, part.content_type, data))
    return tuple(found)


async def _no_room(_request: "Request", error: Exception) -> "Response":
    return _refused(str(error), 507)


def _refused(text: str, status: int) -> "Response":
    from starlette.responses import JSONResponse

    return JSONResponse({"text": text}, status)
