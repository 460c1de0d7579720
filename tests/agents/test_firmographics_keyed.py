"""What a tool answers as JSON is read by its keys, and nothing is made of what has none."""

import pytest

from agents.specialists.firmographics import Finding, Said
from agents.specialists.firmographics_keyed import keyed


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"company": "Lund Ltd", "employees": 12}', {"company": "Lund Ltd", "size": "12"}),
        ('Found: [{"Industry": "lamps"}]', {"sector": "lamps"}),
        ('{"data": {"org": {"website": "lund.example"}}}', {"web": "lund.example"}),
        ('{"country": {"code": "DE"}, "title": null, "size": true}', {}),
        ('{"company": "' + "x" * 200 + '"}', {}),
        ('{"position": 3, "company": 4711, "headcount": 12}', {"size": "12"}),
        ("The company is Lund Ltd.", {}),
        ("[" * 5000, {}),
        ("", {}),
    ],
)
def test_only_plain_values_under_plain_keys_are_taken(text: str, found: dict[str, str]) -> None:
    assert {one.attribute: one.value for one in keyed([Said(1, text)])} == found


def test_what_two_answers_say_has_both_as_its_sources() -> None:
    both = keyed([Said(1, '{"size": "12"}'), Said(2, "no"), Said(3, '{"employees": "12"}')])
    assert both == (Finding("size", "12", (1, 3)),)
