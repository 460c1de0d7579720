"""Days and moments are read as people write them; whatever is none stays as it is."""

import pytest

from engine.chat import words

HERE = {"zone": "Europe/Berlin", "locale": "en_GB"}


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("2027-06-30", "30 Jun 2027"),
        ("2026-12-03T09:00:00+00:00", "3 Dec 2026, 10:00"),
        ("2026-07-03T09:00:00Z", "3 Jul 2026, 11:00"),
        ("2027-02-30", "2027-02-30"),
        ("INV-2027-06-30", "INV-2027-06-30"),
        ("2027-06-30 or so", "2027-06-30 or so"),
        ("2026-12-03T09:00:00", "2026-12-03T09:00:00"),
        ("", ""),
    ],
)
def test_a_value_is_shown_as_it_is_read(kept: str, shown: str) -> None:
    assert words.shown(kept, HERE) == shown
