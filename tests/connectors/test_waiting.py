"""How long a server that has too much to do wants us to wait."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from agents.models import anybody
from connectors import http

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
DATE = {"date": "Fri, 20 Nov 2026 11:00:00 GMT"}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 3),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-4"}, 0),
        ({"retry-after": "soon"}, 3),
        ({"retry-after": "inf"}, 3),
        ({"retry-after": "nan"}, 3),
        ({"retry-after": "Fri, 20 Nov 2026 09:30:12 GMT"}, 12),
        ({"retry-after": "Fri, 20 Nov 2026 09:30:12 -0000"}, 12),
        ({"retry-after": "Fri, 20 Nov 2026 09:29:00 GMT"}, 0),
        ({"retry-after": "Fri, 20 Nov 2026 11:01:30 GMT"} | DATE, 90),  # by the server's clock
        ({"retry-after": "Fri, 20 Nov 2026 09:30:12 GMT", "date": "?"}, 12),
        ({"retry-after": "Fri, 99 Nov 2026 09:30:12 GMT"}, 3),
    ],
)
def test_a_wait_is_told_in_seconds_or_as_a_date(
    headers: dict[str, str], seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "system_clock", lambda: NOW)
    assert http.Answer(429, headers, "").wait_s(3) == seconds


def test_so_it_is_read_of_what_litellm_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "system_clock", lambda: NOW)
    headers = {"retry-after": "Fri, 20 Nov 2026 09:30:12 GMT"}
    assert anybody._wait_s(SimpleNamespace(litellm_response_headers=headers)) == 12
    assert anybody._wait_s(SimpleNamespace(response=SimpleNamespace(headers=headers))) == 12
    assert anybody._wait_s(SimpleNamespace()) == anybody.RETRY_S
