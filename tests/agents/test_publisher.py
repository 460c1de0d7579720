"""The publisher's figure: of 60 posts said in the chat each stands on the site as it was said.

Right is: the title as said, the text letter for letter (but for a dot, comma or blank at the very
end of either, which belong to the sentence), at an address of its own made of the title; no other
post is touched; and taken back, the site is as it was.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from agents.playbooks import library
from agents.playbooks.routing import Router
from agents.playbooks.slots import fill
from agents.reading.words import Context
from connectors.cms import Post
from connectors.cms.local import FENCE, connect
from connectors.company import Company
from memory.db import Reader
from tests.agents.conftest import NOW

CASES = 60
ENDS = " ,.!?\n"
WORDS = (
    "Spring", "courses", "Öffnungszeiten", "im", "Mai", "Our", "new", "lamps", "Größe", "and",
    "colour", "Über", "uns", "Sale,", "again", "(part 2)", "—", "2027", "Q&A", "naïve", "café",
    "5 % off", "Новости", "お知らせ", "C++", "“quoted”", "it's",
)  # fmt: skip
LINES = (
    "We begin on Tuesday at 10:30.", "- one\n- two\n  - three", "# A heading", "Price: 40 EUR.",
    "A [link](https://example.org/a?b=c#d).", "Grüße aus Lübeck 🌷", "`code` and **bold**",
    "| a | b |\n|---|---|\n| 1 | 2 |", "---", "key: value", "Ends in March, for 12 people.",
    "> said: “no”", "Publish early: publish often.", "Tab\there", "   indented",
)  # fmt: skip
SAID = (
    "publish {title}: {text}", "publish the post {title}: {text}", "publish a page {title}: {text}",
    "please publish {title}: {text}", "veröffentliche {title}: {text}",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    said: str
    title: str
    text: str


def cases() -> Iterator[Case]:
    for seed in range(CASES):
        draw = random.Random(seed)
        title = " ".join(draw.sample(WORDS, draw.randint(1, 4)))
        text = draw.choice(("\n\n", "\n")).join(draw.choices(LINES, k=draw.randint(1, 6))).strip()
        text = "Now: " * (text == "---") + text  # a line of dashes alone says nothing
        yield Case(draw.choice(SAID).format(title=title, text=text), title, text)


async def test_every_post_stands_on_the_site_as_it_was_said_and_goes_without_a_trace(
    company: tuple[Reader, dict[str, str]], context: Context, tmp_path: Path
) -> None:
    wrong = [
        (case.said, fault)
        for number, case in enumerate(cases())
        if (fault := await fault_of(case, company[0], context, tmp_path / str(number)))
    ]
    assert wrong == []


async def fault_of(case: Case, reader: Reader, context: Context, folder: Path) -> str:
    """Publish what was said beside another post, and say what is wrong; "": nothing."""
    [playbook] = [one for one in library.load_folder() if one.id == "publish-post"]
    route = Router([playbook]).by_pattern(case.said)
    if route is None:
        return "it was not understood"
    filled = await fill(reader, case.said, playbook.slots, context, route.groups)
    if filled.missing or filled.ambiguous or filled.wrong:
        return f"it was not filled: {filled}"
    title, text = filled.values["title"], filled.values["text"]
    connected = connect(folder, lambda: NOW, Company(name="x", email="me@example.org"))
    [publish] = connected.operations
    other = Post(title="Other", slug="other", text="stays")
    await publish.run(other, "key-0")
    before = site(folder)
    post = Post(title=title.value, slug=title.more["slug"], text=text.value)
    receipt = await publish.run(post, "key-1")
    await publish.run(post, "key-1")  # asked twice, done once
    now = site(folder)
    path = f"{post.slug}.md"
    if now.keys() - before.keys() != {path} or any(now[one] != before[one] for one in before):
        return f"another file than its own changed: {sorted(now)}"
    _, front, body = now[path].split(FENCE, 2)
    if yaml.safe_load(front)["title"].rstrip(ENDS) != case.title.rstrip(ENDS):
        return f"its title is {front}"
    if body.strip("\n").rstrip(ENDS) != case.text.rstrip(ENDS):
        return f"its text is {body}"
    assert publish.undo.run is not None
    await publish.undo.run(receipt, "key-2")
    return "" if site(folder) == before else "it left something behind"


def site(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in (folder / "site" / "posts").iterdir()}
