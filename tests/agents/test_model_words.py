"""What the operator's own words make of a rule about language models, and what they do not."""

from datetime import UTC, datetime

import pytest

from agents.reading.words import Context
from agents.rules.model_words import made

EN = Context(now=datetime(2026, 11, 20, 9, 0, tzinfo=UTC), zone="Europe/Berlin")


@pytest.mark.parametrize(
    ("words", "when"),
    [
        ("Never send customer data to a remote model.", ("remote", "data_class in")),
        ("never show customers' mails to any cloud model", ("remote", "data_class in")),
        ("don't give personal data to a language model", ("data_class in",)),
        ("schicke nie Kundendaten an ein fremdes Sprachmodell", ("remote", "data_class in")),
        ("use only the small model", ("tier != 'small'",)),
        ("only use large models please", ("tier != 'large'",)),
        ("nur kleine Modelle", ("tier != 'small'",)),
        ("at most 2 EUR a day for models", ("spent_today + cost_ceiling > 2.00",)),
        ("höchstens 2 € am Tag für Modelle", ("spent_today + cost_ceiling > 2.00",)),
        ("never use the large model at night", ("tier == 'large'", "hour < 8 || hour >= 20")),
        ("never use remote models at the weekend", ("remote", "weekend")),
        ("never ask a model after 18", ("hour >= 18",)),
        ("never use models", ()),
        (
            "never send customer data to mistral/large-2",
            ("model.matches('(?i)^mistral/large-2$')", "data_"),
        ),
        ("never send customer data to mistral/…", ("model.matches('(?i)^mistral/')", "data_class")),
        ("never show personal data to the server mistral", ("model.matches('(?i)^mistral/')", "d")),
        (
            "schicke nie Kundendaten an mistral/...",
            ("model.matches('(?i)^mistral/')", "data_class"),
        ),
        ("never ask the model home/qwen3:8b", ("model.matches('(?i)^home/qwen3:8b$')",)),
        ("only my own server may read personal data", ("remote", "data_class in")),
        ("nur mein eigener Server darf Kundendaten lesen", ("remote", "data_class in")),
        (
            "only home/qwen3 may read customer data",
            ("!model.matches('(?i)^home/qwen3$')", "data_class in"),
        ),
        ("only the server home may see private data", ("!model.matches('(?i)^home/')", "data_")),
    ],
)
def test_every_word_about_models_becomes_a_condition(words: str, when: tuple[str, ...]) -> None:
    found = made(words, EN)
    assert found is not None
    assert (found.rule.then, found.rule.action) == ("deny", "models.ask")
    assert len(found.rule.when) == len(when)
    assert all(got.startswith(want) for got, want in zip(found.rule.when, when, strict=True))
    assert len(found.given) == 1 + len(when)


@pytest.mark.parametrize(
    "words",
    [
        "never send customer data to a remote model unless I say so",
        "never send customer data to Ada",
        "use only the small model for Ada",
        "at most 2 USD a day for models",  # costs are counted in the company's currency
        "at most two a day for models",
        "never use models before 25",
        "never use the red model",
        "only Ada may read personal data",
        "only my own server may read mails",
        "never send customer data to mistral/large and home/one",
        "> never use models",
        "never use models?",
        "you may use models",
    ],
)
def test_with_one_other_word_there_is_no_rule(words: str) -> None:
    assert made(words, EN) is None
