"""What a person may decide while the full text has not reached them, or must not be shown."""

from collections.abc import Callable

from engine.chat.messages import Button, Msg

READ_ALL = "Open full text first"
SECRET = "This is secret, so it is not shown here. Open the local web chat to read and decide."

Buttons = tuple[tuple[Button, ...], ...]
TokenOf = Callable[[Button], str]


def full_text_button(msg: Msg) -> Button | None:
    """Return the button that may stand in for the primary one, so it can get a token, too."""
    primary = _primary(msg)
    return primary and Button(label=READ_ALL, action="read_all", ref=primary.ref, style="ok")


def gated(msg: Msg) -> Buttons:
    """Put "Open full text first" in the place of the primary button; other yeses go away."""
    first, primary = full_text_button(msg), _primary(msg)
    rows = (
        tuple(
            first if first and button is primary else button
            for button in row
            if button is primary or button.style != "ok" or button.disabled
        )
        for row in msg.buttons
    )
    return tuple(row for row in rows if row)


def _primary(msg: Msg) -> Button | None:
    flat = [button for row in msg.buttons for button in row if not button.disabled]
    return next((button for button in flat if button.style == "ok"), flat[0] if flat else None)
