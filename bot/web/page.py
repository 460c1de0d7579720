"""The two pages of the web chat: pairing, and the conversation as the database holds it."""

import secrets
from pathlib import Path
from typing import Any

from markupsafe import Markup

from bot.delivery import buttons_of
from bot.lower import web_html
from bot.lower.visible import visible
from engine.acting.taps import Person
from engine.chat import outbox, tokens
from engine.desks import stop
from engine.flow import inbox
from memory.db import Database

TEMPLATES = Path(__file__).parent / "templates"
WORDS_CHARS_MAX = 4000


def pairing(notice: str = "") -> str:
    """Return the page that asks for the code shown on the host."""
    return _render("pair.html", notice=notice)


async def chat(db: Database, who: Person, notice: str = "") -> str:
    """Return the conversation, its buttons ready to be tapped."""
    async with db.transaction() as tx:
        shown = await outbox.latest(tx, who.conv)
        heard = await inbox.recent(tx, who.conv)
        buttons = [button for card in shown for button in buttons_of(card.msg)]
        made = await tokens.mint(tx, buttons, who.conv, who.user)
        stopped = await stop.is_stopped(tx)
    items: list[tuple[Any, Markup]] = [
        (card.at, web_html.lower(card.msg, made.__getitem__)) for card in shown
    ]
    for event in heard:
        names = tuple(file["name"] for file in event.body.get("files", ()))
        items.append((event.at, bubble(event.body.get("words", ""), names)))
    articles = [html for _, html in sorted(items, key=lambda item: item[0])]
    return _render(
        "chat.html",
        articles=articles,
        notice=notice,
        stopped=stopped,
        id=secrets.token_hex(16),
    )


def bubble(words: str, files: tuple[str, ...] = ()) -> Markup:
    """Return what the operator sent, as it stands in the conversation."""
    shown = visible(words[:WORDS_CHARS_MAX])
    more = len(words) - WORDS_CHARS_MAX
    cut = f" … ({more} more characters)" if more > 0 else ""
    names = Markup("").join(Markup('<p class="file">📎 {}</p>').format(visible(n)) for n in files)
    text = Markup("<p>{}{}</p>").format(shown, cut) if words else Markup("")
    return Markup('<article class="msg you" aria-label="You">{}{}</article>\n').format(text, names)


def _render(template: str, **values: Any) -> str:
    from jinja2 import Environment, FileSystemLoader

    pages = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
    return pages.get_template(template).render(**values)
