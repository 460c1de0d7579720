"""The full text of a message as one file that opens in any browser: no script, nothing remote."""

import re

from markupsafe import Markup

from bot.lower import web_html
from bot.lower.payload import Attachment
from bot.lower.visible import visible
from engine.chat.messages import Msg

NAME_CHARS_MAX = 48
STYLE = """
:root { color-scheme: light dark; --soft: #8884; }
body { font: 1rem/1.55 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem;
  overflow-wrap: anywhere; }
h1 { font-size: 1.2rem; } h2, h3, h4 { font-size: 1rem; margin: 1.4em 0 .3em; }
.text, .quote { white-space: pre-wrap; border-left: 3px solid var(--soft);
  padding: .1em 0 .1em .9em; margin: .6em 0; }
.unchanged { white-space: normal; opacity: .75; } .text .text { border: 0; padding: 0; }
del { background: #e5484d33; }
ins { background: #30a46c33; text-decoration: none; font-weight: 600; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top;
  padding: .4em .6em .4em 0; border-bottom: 1px solid var(--soft); }
dt { font-weight: 600; } dd { margin: 0 0 .5em; } summary { cursor: pointer; }
.source, .note { opacity: .75; font-size: .9em; } ol, ul { padding-left: 1.2em; }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_PAGE = Markup(
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta http-equiv="Content-Security-Policy" content="{policy}">'
    "<title>{title}</title><style>{style}</style></head>\n<body><main>\n"
    "<h1>{title}</h1>\n{body}\n</main></body></html>\n"
)


def document(msg: Msg, *, hosts: frozenset[str] = frozenset()) -> Attachment:
    """Return the message, every change and every value in it, as a self-contained HTML file."""
    body = web_html.parts(msg.parts, hosts=hosts)
    title = visible(msg.summary)
    page = _PAGE.format(policy=POLICY, title=title, style=Markup(STYLE), body=body)
    return Attachment(name(msg), "text/html", str(page))


def name(msg: Msg) -> str:
    """Return the file's name: the first words of the summary."""
    slug = ""
    for word in re.findall(r"[a-z0-9]+", msg.summary.lower()):
        if len(slug) + len(word) >= NAME_CHARS_MAX:
            break
        slug += f"-{word}" if slug else word
    return f"{slug or 'full-text'}.html"
