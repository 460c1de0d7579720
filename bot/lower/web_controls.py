"""Buttons and forms of the web chat: plain HTML that posts to one path, no script needed."""

from collections.abc import Callable, Sequence

from markupsafe import Markup

from bot.lower.markup import joined, tag
from bot.lower.visible import visible
from engine.chat.messages import Button, Form, Input

TAP_PATH = "/tap"
TEXTAREA_ROWS = (4, 16)

TokenOf = Callable[[Button], str]


def buttons(row: Sequence[Button], token: TokenOf) -> Markup:
    """Return one row of buttons; each posts its token, and the values of its form."""
    return tag(
        '<div class="row">\n{buttons}</div>\n',
        buttons=joined(
            _dead(button) if button.disabled else _button(button, token(button)) for button in row
        ),
    )


def _dead(button: Button) -> Markup:
    return tag(
        '<button type="button" class="{style}" disabled>{label}</button>\n',
        style=button.style,
        label=visible(button.label),
    )


def _button(button: Button, token: str) -> Markup:
    if button.form:
        return _form(button, button.form, token)
    return tag(
        '<form method="post" action="{path}"><input type="hidden" name="token" value="{token}">'
        '<button type="submit" class="{style}" data-action="{action}">{label}</button></form>\n',
        path=TAP_PATH,
        token=token,
        style=button.style,
        action=button.action,
        label=visible(button.label),
    )


def _form(button: Button, form: Form, token: str) -> Markup:
    """Return a form that opens in place; the button that opens it is a `<summary>`."""
    return tag(
        '<details class="form"><summary class="{style}" data-action="{action}">{label}</summary>\n'
        '<form method="post" action="{path}">\n<input type="hidden" name="token" value="{token}">\n'
        '<p class="title">{title}</p>\n{fields}'
        '<button type="submit" class="ok">{submit}</button>\n</form></details>\n',
        style=button.style,
        action=button.action,
        label=visible(button.label),
        submit=visible(form.submit),
        path=TAP_PATH,
        token=token,
        title=visible(form.title),
        fields=joined(_input(field) for field in form.fields),
    )


def _input(field: Input) -> Markup:
    return tag(
        "<label><span>{label}</span>\n{control}</label>\n",
        label=visible(field.label),
        control=_control(field),
    )


def _control(field: Input) -> Markup:
    name = f"field.{field.id}"
    if field.kind == "multiline":
        low, high = TEXTAREA_ROWS
        return tag(
            '<textarea name="{name}" rows="{rows}" maxlength="{limit}" dir="auto">\n'
            "{text}</textarea>",
            name=name,
            rows=max(low, min(high, field.initial.count("\n") + len(field.initial) // 60 + 2)),
            limit=field.max_chars,
            text=field.initial,
        )
    if field.kind == "choice":
        options = joined(
            tag(
                '<option value="{value}"{selected}>{label}</option>',
                value=choice,
                selected=Markup(" selected") if choice == field.initial else "",
                label=visible(choice),
            )
            for choice in field.choices
        )
        return tag('<select name="{name}">{options}</select>', name=name, options=options)
    if field.kind == "secret":
        return tag(
            '<input type="password" name="{name}" maxlength="{limit}" autocomplete="off">',
            name=name,
            limit=field.max_chars,
        )
    return tag(
        '<input type="text" name="{name}" value="{value}" maxlength="{limit}"{mode} dir="auto">',
        name=name,
        value=field.initial,
        limit=field.max_chars,
        mode=Markup(' inputmode="decimal"') if field.kind == "number" else "",
    )
