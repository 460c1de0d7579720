"""Write every sample on one page of the web chat: `python -m tests.bot.lower.gallery FILE`."""

import sys
from pathlib import Path

from bot.lower import web_html
from engine.chat.messages import Button
from tests.bot.lower.samples import HOSTS, SAMPLES

CSS = Path(__file__).parents[3] / "bot" / "web" / "static" / "app.css"


def token(button: Button) -> str:
    return f"t.{button.action}.{button.item or '0'}"


def page(names: tuple[str, ...] = tuple(SAMPLES)) -> str:
    """Return a page as the web surface would serve it, its style sheet inlined."""
    cards = "".join(web_html.lower(SAMPLES[name], token, hosts=HOSTS) for name in names)
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Firstmate</title><style>{CSS.read_text()}</style></head><body>
<header class="bar"><h1>Firstmate</h1><span class="state">2 wait for you</span></header>
<main class="chat"><p class="day">Saturday, 21 November</p>
<article class="msg you"><p>Here is a mail from Ada, please handle it</p></article>
{cards}<p class="status">writing …</p></main>
<form class="composer" method="post" action="/say"><label class="file" title="Attach a file">+
<input type="file" name="files" multiple aria-label="Attach files"></label>
<textarea name="text" rows="1" aria-label="Message" placeholder="Write to Firstmate"></textarea>
<button type="submit" class="ok">Send</button></form></body></html>"""


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(tuple(sys.argv[2:]) or tuple(SAMPLES)))
