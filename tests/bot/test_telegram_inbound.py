"""Which messages belong together, and whose words are whose."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiogram.types import Message

from bot.telegram.inbound import (
    BUNDLE_MESSAGES_MAX,
    DOWNLOAD_BYTES_MAX,
    Pace,
    Sent,
    bundles,
    code,
    files,
    others,
    remaining_s,
    words,
)

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PACE = Pace(bundle_s=1.5, comment_s=0.4)
CHAT = {"id": 7001, "type": "private"}
ADA = {"id": 7001, "is_bot": False, "first_name": "Ada"}
HIDDEN = {"type": "hidden_user", "sender_user_name": "Mara", "date": 1}
BOT = {"id": 9, "is_bot": True, "first_name": "Other"}


def sent(text: str = "", *, at_s: float = 0, number: int = 1, **more: Any) -> Sent:
    date = int((START + timedelta(seconds=at_s)).timestamp())
    raw = {"message_id": number, "date": date, "chat": CHAT, "from": ADA} | more
    return Sent(number, Message.model_validate(raw | ({"text": text} if text else {})), raw)


def forward(text: str = "a mail", **more: Any) -> Sent:
    return sent(text, forward_origin=HIDDEN, **more)


def picture(group: str | None = None, **more: Any) -> Sent:
    size = {"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}
    return sent(photo=[size], media_group_id=group, **more)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ABCD2345", "ABCD2345"),
        (" abcd-2345\n", "ABCD2345"),
        ("/start ABCD2345", "ABCD2345"),
        ("/start@firstmate_bot abcd2345", "ABCD2345"),
        ("/start", None),
        ("ABCD2340", None),  # no 0, O, 1, I in a code
        ("my code is ABCD2345", None),
        ("ABCD23456", None),
    ],
)
def test_a_pairing_code_stands_alone_or_after_start(text: str, found: str | None) -> None:
    assert code(text) == found


@pytest.mark.parametrize(
    ("messages", "sizes"),
    [
        ([sent("one"), sent("two")], [1, 1]),
        ([forward(), forward(), sent("book them")], [3]),
        ([forward(), sent("book it"), forward(), sent("and it")], [2, 2]),
        ([sent("say yes"), forward(), forward()], [3]),
        ([sent("say yes"), forward(), sent("and file it")], [2, 1]),
        ([forward(), sent("/stop")], [1, 1]),
        ([sent("/remind"), forward()], [1, 1]),
        ([forward(), sent("later", at_s=4)], [1, 1]),
        ([forward(), forward(at_s=4)], [1, 1]),
        ([picture("g"), picture("g", at_s=9)], [2]),
        ([picture("g"), picture("g"), sent("receipts")], [3]),
        ([picture(), picture()], [1, 1]),
        ([picture(), sent("what is it?")], [1, 1]),
    ],
)
def test_what_belongs_together_is_one_bundle(messages: list[Sent], sizes: list[int]) -> None:
    assert [len(bundle) for bundle in bundles(messages)] == sizes


def test_a_bundle_has_an_end() -> None:
    found = bundles([forward() for _ in range(BUNDLE_MESSAGES_MAX + 1)])
    assert [len(bundle) for bundle in found] == [BUNDLE_MESSAGES_MAX, 1]
    assert remaining_s(found[0], 0, PACE) == 0


@pytest.mark.parametrize(
    ("bundle", "quiet_s", "wait_s"),
    [
        ([forward()], 0.5, 1.0),
        ([forward()], 1.5, 0),
        ([forward(), sent("book it")], 0, 0),
        ([sent("say yes")], 0.1, 0.3),
        ([sent("say yes"), forward()], 0.5, 1.0),
        ([sent("/stop")], 0, 0),
        ([picture()], 0, 0),
        ([picture("g")], 0, 1.5),
    ],
)
def test_only_what_may_still_grow_is_waited_for(
    bundle: list[Sent], quiet_s: float, wait_s: float
) -> None:
    assert remaining_s(bundle, quiet_s, PACE) == pytest.approx(wait_s)


def test_nothing_forwarded_quoted_or_sent_through_a_bot_counts_as_own_words() -> None:
    bundle = [
        forward("pay at once"),
        sent("through a bot", via_bot=BOT),
        sent(caption="see the invoice", forward_origin=HIDDEN),
        sent("is this right?", quote={"text": "900 EUR", "position": 0}),
        sent(caption="my receipt"),
    ]
    assert words(bundle) == "is this right?\nmy receipt"
    assert others(bundle) == ("pay at once", "through a bot", "see the invoice", "900 EUR")


def test_the_largest_size_of_a_picture_is_fetched() -> None:
    sizes = [
        {"file_id": name, "file_unique_id": name, "width": 1, "height": 1, "file_size": size}
        for name, size in (("small", 10), ("large", 1000))
    ]
    (wanted,) = files([sent(photo=sizes, number=12)])
    assert (wanted.id, wanted.name, wanted.mime, wanted.size) == (
        "large",
        "photo-12.jpg",
        "image/jpeg",
        1000,
    )


def test_a_file_of_a_message_quoted_from_elsewhere_comes_along() -> None:
    document = {"file_id": "d", "file_unique_id": "d", "file_name": "offer.pdf"}
    (wanted,) = files([sent("and this?", external_reply={"origin": HIDDEN, "document": document})])
    assert (wanted.id, wanted.name) == ("d", "offer.pdf")


@pytest.mark.parametrize(("size", "too_big"), [(DOWNLOAD_BYTES_MAX, False), (20_971_521, True)])
def test_telegram_lets_bots_fetch_20_mb(size: int, too_big: bool) -> None:
    document = {"file_id": "d", "file_unique_id": "d", "file_size": size}
    assert files([sent(document=document)])[0].too_big is too_big
