"""The scheduler's figure: on 60 drawn days in seven zones no time that is offered clashes."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from connectors.calendar.free import DAY_ENDS, DAY_STARTS, SATURDAY, Span, others

CASES = 60
ZONES = (
    "Europe/Berlin", "America/New_York", "Asia/Tokyo", "Asia/Kolkata", "Australia/Lord_Howe",
    "America/Sao_Paulo", "Pacific/Auckland",
)  # fmt: skip
CHANGES = (
    datetime(2026, 3, 27, tzinfo=UTC),
    datetime(2026, 10, 23, tzinfo=UTC),
    datetime(2026, 4, 3, tzinfo=UTC),
    datetime(2026, 3, 6, tzinfo=UTC),
)


def cases() -> Iterator[tuple[Span, list[Span], datetime]]:
    """Yield a wished time, what is taken in other zones, and the moment; often near a change."""
    for seed in range(CASES):
        draw = random.Random(seed)
        zone = ZoneInfo(draw.choice(ZONES))
        day = draw.choice(CHANGES) + timedelta(days=draw.randint(0, 4))
        start = day.replace(hour=draw.randint(8, 17), minute=draw.choice((0, 15, 30)), tzinfo=zone)
        length = timedelta(minutes=draw.choice((15, 30, 45, 60, 90, 180)))
        wished = Span(start, (start.astimezone(UTC) + length).astimezone(zone))
        taken = []
        for _ in range(draw.randint(0, 25)):
            elsewhere = ZoneInfo(draw.choice(ZONES))
            begins = start.astimezone(UTC) + timedelta(minutes=15 * draw.randint(-40, 500))
            ends = begins + timedelta(minutes=draw.choice((15, 60, 240)))
            taken.append(Span(begins.astimezone(elsewhere), ends.astimezone(elsewhere)))
        now = start.astimezone(UTC) - timedelta(hours=draw.randint(0, 48))
        yield wished, taken, now


def test_no_time_that_is_offered_clashes_whatever_zones_the_others_are_in() -> None:
    offered = 0
    for wished, taken, now in cases():
        length = wished.end.astimezone(UTC) - wished.start.astimezone(UTC)
        for found in others(wished, taken, now):
            start, end = (one.astimezone(UTC) for one in found)
            assert end - start == length
            assert start > now
            assert all(
                t.end.astimezone(UTC) <= start or t.start.astimezone(UTC) >= end for t in taken
            )
            assert found.start.time() >= DAY_STARTS
            assert found.start.time() < found.end.time() <= DAY_ENDS
            assert found.start.date() == wished.start.date() or found.start.weekday() < SATURDAY
            offered += 1
    assert offered >= CASES
