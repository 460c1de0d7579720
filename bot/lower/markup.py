"""HTML that is escaped by construction: only templates in the code are markup."""

from collections.abc import Iterable

from markupsafe import Markup, escape


def tag(template: str, **values: object) -> Markup:
    """Fill a template of ours; every value that is not markup already is escaped."""
    return Markup(template).format(**values)


def wrapped(name: str, text: str) -> Markup:
    """Return text in an element; without a name, or when it is blank, just the text."""
    return tag(f"<{name}>{{text}}</{name}>", text=text) if name and text.strip() else escape(text)


def joined(items: Iterable[Markup]) -> Markup:
    """Return pieces one after the other."""
    return Markup("").join(items)
