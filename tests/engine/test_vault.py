"""The vault: a secret is its name everywhere but in the call."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from connectors.contract import Operation, PermanentError, Preview, Receipt
from engine.acting import vault

KEY = "k-4711-0815"


class Order(BaseModel):
    key: str | None = None
    more: list[str] = []
    text: str = ""


async def run(args: Order, key: str) -> Receipt:
    raise AssertionError(args, key)


async def preview(args: Order) -> Preview:
    raise AssertionError(args)


OPERATION = Operation(
    name="shop.order", does="Order", verb="Order", args=Order, effect="money",
    roles={"key": "secret", "more": "secret", "text": "text"}, run=run, preview=preview,
)  # fmt: skip


@pytest.mark.parametrize(
    ("args", "given"),
    [
        ({"key": "secret:shop"}, {"key": KEY}),
        ({"key": None, "text": "secret:shop"}, {"key": None, "text": "secret:shop"}),
        ({"more": ["secret:shop", ""]}, {"more": [KEY, ""]}),
    ],
)
def test_a_name_becomes_the_secret_only_where_one_belongs(
    tmp_path: Path, args: dict[str, Any], given: dict[str, Any]
) -> None:
    vault.keep(tmp_path, "shop", KEY)
    assert vault.opened(tmp_path, OPERATION, args) == given


@pytest.mark.parametrize("named", ["secret:other", "secret:../lock", "secret:", KEY])
def test_one_that_is_not_there_is_said(tmp_path: Path, named: str) -> None:
    vault.keep(tmp_path, "shop", KEY)
    with pytest.raises(PermanentError, match=r"no (secret|name)"):
        vault.opened(tmp_path, OPERATION, {"key": named})


def test_what_comes_back_holds_no_secret(tmp_path: Path) -> None:
    vault.keep(tmp_path, "shop", KEY)
    vault.keep(tmp_path, "longer", f"{KEY}-and-more")
    vault.keep(tmp_path, "short", "abc")
    receipt = Receipt(
        id=f"o-{KEY}",
        said=f"ordered with {KEY}-and-more, abc",
        at=datetime(2026, 1, 1, tzinfo=UTC),
        data={"echo": [{KEY: KEY}], "count": 3},
    )
    kept = vault.cleaned(tmp_path, OPERATION, receipt)
    assert KEY not in kept.model_dump_json()
    assert kept.said == "ordered with ••••, abc"  # three letters stand in any text
    assert kept.data == {"echo": [{"••••": "••••"}], "count": 3}
    assert kept.at == receipt.at


def test_what_books_bring_back_is_left_as_it_is(tmp_path: Path) -> None:
    vault.keep(tmp_path, "pin", "1250")
    books = replace(OPERATION, roles={"key": "reference", "more": "value", "text": "text"})
    receipt = Receipt(id="2026/1250", said="paid 1250.00", at=datetime(2026, 1, 1, tzinfo=UTC))
    assert vault.cleaned(tmp_path, books, receipt) == receipt


def test_too_long_a_secret_is_refused_and_the_old_one_stays(tmp_path: Path) -> None:
    vault.keep(tmp_path, "shop", KEY)
    with pytest.raises(PermanentError, match="longer than"):
        vault.keep(tmp_path, "shop", "x" * (vault.CHARS_MAX + 1))
    assert vault.opened(tmp_path, OPERATION, {"key": "secret:shop"}) == {"key": KEY}
