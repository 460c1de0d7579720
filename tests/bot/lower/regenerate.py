"""Rewrite the golden files after a wanted change: `python -m tests.bot.lower.regenerate`."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bot.lower import slack_blocks, telegram_html, telegram_rich, terminal, web_html
from bot.lower.payload import Payload, RichPayload, SlackPayload
from engine.chat.messages import Button, Msg
from tests.bot.lower.samples import HOSTS, SAMPLES

GOLDEN = Path(__file__).parent / "golden"


def token(button: Button) -> str:
    return f"t.{button.action}.{button.ref}.{button.item}"


def telegram(msg: Msg) -> str:
    return stored(telegram_html.lower(msg, token, hosts=HOSTS))


def rich(msg: Msg) -> str:
    return stored(telegram_rich.lower(msg, token, hosts=HOSTS))


def slack(msg: Msg) -> str:
    return stored(slack_blocks.lower(msg, token, hosts=HOSTS))


def stored(lowered: Sequence[Payload | RichPayload | SlackPayload]) -> str:
    """Return payloads as JSON; a made file is named by its hash."""
    payloads = [asdict(payload) for payload in lowered]
    for payload in payloads:
        payload["stored"] = [file.name for file in payload["stored"]]
        for file in payload["files"]:
            file["content"] = "sha256:" + hashlib.sha256(file["content"].encode()).hexdigest()
    return json.dumps(payloads, indent=1, ensure_ascii=False) + "\n"


def web(msg: Msg) -> str:
    return str(web_html.lower(msg, token, hosts=HOSTS))


SURFACES = {
    "telegram.json": telegram,
    "rich.json": rich,
    "slack.json": slack,
    "web.html": web,
    "terminal.txt": terminal.lower,
}


def main() -> None:
    GOLDEN.mkdir(exist_ok=True)
    for name, msg in SAMPLES.items():
        text = json.dumps(msg.model_dump(mode="json"), indent=1, ensure_ascii=False)
        (GOLDEN / f"{name}.msg.json").write_text(text + "\n", encoding="utf-8")
        for ending, lower in SURFACES.items():
            (GOLDEN / f"{name}.{ending}").write_text(lower(msg), encoding="utf-8")


if __name__ == "__main__":
    main()
