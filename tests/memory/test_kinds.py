"""Every kind checks what it holds, and says in plain words what is wrong."""

from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from memory.canon import formats, kinds, merging, records, relations, upcasters, versions
from memory.copying.verify import verify
from memory.db import Database, Reader, change
from memory.schema.records import record_versions
from memory.schema.records import records as table

NUMBERED = {"name": "R-1", "number": "R-1", "currency": "EUR"}
MOMENT = "2026-11-30T09:00+01:00"
OLD = {
    "name": "Ada Example", "email": "ada@example.org", "emails": [], "phone": "0049 (30) 1234567",
    "iban": "DE1", "company": None, "language": "de", "aliases": ["Addi"],
}  # fmt: skip


def state(kind: str, **given: Any) -> dict[str, Any]:
    return kinds.model(kind, {"name": "X"} | given).model_dump(mode="json")


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("person", {"phone": " 0049 (0)30 / 1234567"}, {"phone": "+49301234567"}),
        ("person", {"email": " Ada@example.org "}, {"email": "Ada@example.org"}),
        ("person", {"iban": "de02 1203 0000 0000 2020 51"}, {"iban": "DE02120300000000202051"}),
        ("company", {"vat_id": "de 136 695 976"}, {"vat_id": "DE136695976"}),
        ("company", {"vat_id": "GB980780684"}, {"vat_id": "GB980780684"}),
        ("order", NUMBERED | {"total": 0.1, "currency": "eur"}, {"total": "0.10"}),
        ("project", {"budget": "5000", "currency": "EUR"}, {"budget": "5000.00"}),
        ("meeting", {"starts_at": MOMENT}, {"starts_at": "2026-11-30T09:00:00+01:00"}),
        ("person", {"own": {"shoe size": "42"}}, {"own": {"shoe size": "42"}}),
    ],
)
def test_what_is_said_in_many_ways_is_kept_in_one(
    kind: str, given: dict[str, Any], kept: dict[str, Any]
) -> None:
    assert kept.items() <= state(kind, **given).items()


@pytest.mark.parametrize(
    ("kind", "given", "why"),
    [
        ("person", {"phone": "030 1234567"}, "phone: “030 1234567” lacks its country; write it"),
        ("person", {"phone": "call me"}, "phone: “call me” is not a phone number"),
        ("person", {"phone": "+1 212 555"}, "too few or too many digits"),
        ("person", {"iban": "DE02120300000000202052"}, "is not a valid IBAN"),
        *(
            ("person", {"email": two}, f"“{two}” is not an e-mail address")
            for two in ("a@b.example,c@d.example", "<a@b.example>", "a@@b.example", "a@b.example,")
        ),
        *(
            ("person", {"phone": f"+49 30 1234567 {more}"}, "is not a phone number")
            for more in ("(mobile)", "or 8", "mobile ext 5")
        ),
        ("person", {"emails": ["ada"]}, "emails: “ada” is not an e-mail address"),
        ("company", {"vat_id": "DE136695977"}, "is not a valid VAT id"),
        ("company", {"vat_id": "US12345"}, "begins with its country"),
        ("order", NUMBERED | {"total": "1,5"}, "“1,5” is not an amount; write it like 1234.50"),
        ("order", NUMBERED | {"total": "NaN"}, "“NaN” is not an amount"),
        ("order", NUMBERED | {"total": "1", "currency": "€"}, "“€” is no currency code"),
        ("order", NUMBERED, "total is missing"),
        ("deal", {"amount": "5"}, "an amount needs its currency"),
        ("deal", {"stage": "warm"}, "“warm” is not one of 'lead', 'offered', 'agreed' or 'lost'"),
        ("meeting", {"starts_at": "2026-11-30T09:00"}, "lacks its time zone"),
        ("meeting", {"starts_at": MOMENT, "ends_at": "2026-11-30T08:00+01:00"}, "it ends on"),
        ("task", {"due_on": "soon"}, "due on: “soon” is not a date; write it like 2026-11-30"),
        ("objective", {"colour": "red"}, "colour is not a field I know here"),
        ("consent", {"purpose": "", "person": "x", "given_on": "2026-11-30"}, "purpose is empty"),
        ("project", {"starts_on": "2026-11-30", "ends_on": "2026-11-29"}, "it ends on 2026-11-29"),
    ],
)
def test_what_is_wrong_is_said_in_plain_words(kind: str, given: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError) as refused:
        state(kind, **given)
    assert why in kinds.says(refused.value)


@given(st.text(max_size=40), st.sampled_from([formats.phone, formats.iban, formats.vat_id]))
def test_whatever_is_written_is_understood_or_refused_in_a_sentence(text: str, check: Any) -> None:
    try:
        kept = check(text)
    except ValueError as error:
        assert f"“{text}”" in str(error)
    else:
        assert check(kept) == kept


def test_a_telephone_and_an_account_are_no_keys_but_a_vat_id_is() -> None:
    iban = "DE02120300000000202051"
    assert kinds.model("person", {"name": "A", "phone": "+49301234567", "iban": iban}).keys() == []
    company = kinds.model("company", {"name": "C", "vat_id": "DE136695976", "domain": "C.Example"})
    assert company.keys() == [("domain", "c.example"), ("vat", "de136695976")]


async def test_what_is_named_must_be_there_and_of_the_right_kind(db: Database) -> None:
    async with db.transaction() as tx:
        shop = await records.create(tx, "company", {"name": "Example GmbH"}, None)
        ada = await records.create(tx, "person", {"name": "Ada", "company": shop.id}, None)
    for wrong, why in (("rec_none", "is no company"), (ada.id, "is no company in the records")):
        with pytest.raises(ValueError, match=why):
            async with db.transaction() as tx:
                await records.create(tx, "person", {"name": "Bob", "company": wrong}, None)
    with pytest.raises(ValueError, match=r"customer: .* is no person or company"):
        async with db.transaction() as tx:
            order = NUMBERED | {"total": "1", "customer": "rec_none"}
            await records.create(tx, "order", order, None)


async def test_a_state_of_an_earlier_schema_is_read_as_one_of_today(db: Database) -> None:
    async with db.transaction() as tx:
        ada = await records.create(tx, "person", {"name": "Ada"}, None)
        await change(tx, table, {"id": ada.id}, state=OLD, name="Ada Example", schema=1)
        first = {"record": ada.id, "version": 1}
        await change(tx, record_versions, first, state=OLD, name="Ada Example", schema=1)
        read = await records.get(tx, ada.id)
        assert read is not None
        assert read.state["phone"] == "+49301234567"
        assert read.state["iban"] is None
        assert read.state["note"] == "iban as it was written: DE1"
        assert [one.state for one in await records.history(tx, ada.id)] == [read.state]
        again = await records.revise(tx, ada.id, None, language="en")
    assert again.state == kinds.model("person", read.state | {"language": "en"}).model_dump(
        mode="json"
    )
    async with db.snapshot() as reader:
        kept = await reader.rows(
            sa.select(record_versions.c.schema).order_by(record_versions.c.version)
        )
    assert [row.schema for row in kept] == [1, kinds.SCHEMA]
    assert (await verify(db)).faults == ()


def test_there_is_a_step_from_every_earlier_schema() -> None:
    assert len(upcasters.STEPS) == kinds.SCHEMA - 1


async def test_a_relation_is_seen_from_both_sides_and_follows_a_merge(db: Database) -> None:
    async with db.transaction() as tx:
        shop = await records.create(tx, "company", {"name": "Example GmbH"}, None)
        twin = await records.create(tx, "company", {"name": "Example"}, None)
        ada = await records.create(tx, "person", {"name": "Ada", "company": twin.id}, None)
        meeting = {"name": "Kick-off", "starts_at": MOMENT, "attendees": [ada.id, shop.id]}
        await records.create(tx, "meeting", meeting, None)
        assert await said(tx, ada.id) == ["works at Example", "meets at Kick-off"]
        await merging.merge(tx, shop.id, twin.id, None)
        assert await said(tx, ada.id) == ["works at Example GmbH", "meets at Kick-off"]
        assert await said(tx, shop.id) == ["employs Ada", "meets at Kick-off"]
        await records.revise(tx, ada.id, None, company=None)
        assert await said(tx, shop.id) == ["meets at Kick-off"]
        await versions.restore(tx, ada.id, 1, None)
        assert await said(tx, shop.id) == ["employs Ada", "meets at Kick-off"]


async def said(reader: Reader, record_id: str) -> list[str]:
    record = await records.get(reader, record_id)
    assert record is not None
    return [f"{one.says} {one.other.name}" for one in await relations.of(reader, record)]
