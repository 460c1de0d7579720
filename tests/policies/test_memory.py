"""What the rules say of the memory: all is kept, and leave to forget is given by name only."""

import pytest

from policies.book import BookError, default_files, load, load_files
from policies.house import EXPIRE
from policies.trial import try_out

HOUSE = {path.name: path.read_text("utf-8") for path in default_files()}
BOOK = load_files(default_files(), {})
LEAVE = "{id: old, action: memory.expire, then: notify, why: Mine., when: [age_days >= 30]}"


def outcome(rules: str, **facts: object) -> str:
    book = load(HOUSE | {"own.yaml": f"rules: [{rules}]"}, {}, house=HOUSE)
    return try_out(book, EXPIRE, "internal", {"kind": "mail", "age_days": 30, **facts}).outcome


def test_everything_is_kept_however_old() -> None:
    old = {"kind": "mail", "age_days": 99999}
    assert try_out(BOOK, EXPIRE, "internal", old).outcome == "ask"


def test_leave_by_name_and_age_lets_go_what_nothing_needs() -> None:
    assert outcome(LEAVE) == "notify"
    assert outcome(LEAVE, age_days=29) == "ask"
    assert outcome(LEAVE, needed=True) == "deny"
    assert outcome(LEAVE, stopped=True) == "ask"
    assert outcome(LEAVE, autonomy=False) == "ask"


@pytest.mark.parametrize("wide", ["effect: internal", "action: 'memory.*'"])
def test_a_rule_about_something_wider_gives_no_leave(wide: str) -> None:
    assert outcome(f"{{id: wide, {wide}, then: allow, why: Mine.}}") == "ask"


def test_leave_without_an_age_is_a_fault_at_load() -> None:
    with pytest.raises(BookError, match="only after an age"):
        outcome("{id: all, action: memory.expire, then: allow, why: Mine.}")
    with pytest.raises(BookError, match="only after an age"):
        outcome("{id: all, action: memory.expire, then: allow, why: Mine., when: [kind == 'mail']}")


def test_what_a_rule_keeps_stays_whatever_another_lets_go() -> None:
    keep = (
        "{id: keep, action: memory.expire, then: deny, why: M., when: [about.contains('invoice')]}"
    )
    assert outcome(f"{LEAVE}, {keep}", about="invoice person") == "deny"
    assert outcome(f"{LEAVE}, {keep}", about="person") == "notify"
