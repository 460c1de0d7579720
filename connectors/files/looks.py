"""How HTML text looks to its reader, as far as it decides whether it can be seen at all."""

import re
from dataclasses import dataclass

STYLE_CHARS_MAX = 100_000
DECLARATIONS_CHARS_MAX = 2000
COLOR_STEP_MAX = 10  # of 255, per channel
_COLORS = {"white": "#ffffff", "snow": "#fffafa", "black": "#000000", "red": "#ff0000"}


@dataclass(frozen=True, slots=True)
class Look:
    """The look of an element and what it inherits; black on white to begin with."""

    gone: bool = False  # nothing inside can be seen again
    invisible: bool = False
    tiny: bool = False
    color: str = "#000000"
    background: str = "#ffffff"

    @property
    def hides(self) -> bool:
        return self.gone or self.invisible or self.tiny or _alike(self.color, self.background)

    def within(self, style: str, attributes: dict[str, str | None]) -> "Look":
        """The look of an element inside this one. `style`: its declarations, the last one wins."""
        if not style and not attributes:
            return self
        said = _declarations(style)
        background = said.get("background-color", said.get("background", attributes.get("bgcolor")))
        visibility = said.get("visibility")
        size = said.get("font-size")
        return Look(
            self.gone or "hidden" in attributes or _gone(said),
            visibility in ("hidden", "collapse") if visibility else self.invisible,
            _is_tiny(size) if size else self.tiny,
            _color(said.get("color", attributes.get("color")), self.color),
            _color(background, self.background),
        )


def style_rules(html: str) -> dict[str, str]:
    """Simple selectors of the style blocks (.class, #id, tag) and their declarations.

    Rules for some screens only (media queries) are left out.
    """
    rules: dict[str, str] = {}
    for sheet in re.findall(r"<style[^>]{0,500}>([^<]*)", html, re.IGNORECASE):
        for selectors, declarations in _rules_of(_without_comments(sheet[:STYLE_CHARS_MAX])):
            for selector in selectors[:500].split(","):
                name = re.fullmatch(r"\s*(?:\w+(?=[.#]))?([.#]?[\w-]+)\s*", selector)
                if name:
                    rules[name[1]] = f"{rules.get(name[1], '')};{declarations}"
    return rules


def _without_comments(sheet: str) -> str:
    first, *rest = sheet.split("/*")
    return first + "".join(part.partition("*/")[2] for part in rest)


def _rules_of(sheet: str) -> list[tuple[str, str]]:
    """(selectors, declarations) of the rules that stand outside any @block."""
    found: list[tuple[str, str]] = []
    depth = 0
    for piece in re.split(r"(?<=[{}])", sheet):
        if piece.endswith("{"):
            selectors = piece[:-1] if depth == 0 else ""
            depth += 1
        elif piece.endswith("}"):
            if depth == 1 and selectors and "@" not in selectors:
                found.append((selectors, piece[:-1]))
            depth = max(0, depth - 1)
    return found


def _declarations(style: str) -> dict[str, str]:
    said: dict[str, str] = {}
    for declaration in style.lower()[:DECLARATIONS_CHARS_MAX].split(";"):
        name, _, value = declaration.partition(":")
        said[name.strip()] = value.replace("!important", "").strip()
    return said


def _gone(said: dict[str, str]) -> bool:
    clipped = said.get("overflow", "").startswith("hidden")
    boxes = [said.get(name, "") for name in ("max-height", "height", "max-width", "width")]
    shifts = [said.get(name, "") for name in ("text-indent", "left", "top", "margin-left")]
    return (
        said.get("display") == "none"
        or said.get("mso-hide") == "all"
        or _number(said.get("opacity", "")) == 0
        or said.get("clip", "").replace(" ", "").startswith("rect(0")
        or (clipped and any(_number(box) is not None and (_number(box) or 0) <= 1 for box in boxes))
        or any((_number(shift) or 0) <= -500 for shift in shifts)
    )


def _is_tiny(size: str) -> bool:
    number = _number(size)
    relative = size.endswith(("em", "%"))
    return number is not None and number <= (0.1 if relative else 1)


def _number(value: str) -> float | None:
    match = re.match(r"-?\d{0,9}\.?\d{1,9}", value)
    return float(match[0]) if match else None


def _color(value: str | None, inherited: str) -> str:
    """A colour as #rrggbb where it is understood, else in its own words."""
    value = (value or "").strip().lower()
    if value in ("", "inherit", "initial", "unset", "none", "transparent"):
        return inherited
    if match := re.match(r"#([0-9a-f]{6}|[0-9a-f]{3})\b", value):
        digits = match[1] if len(match[1]) == 6 else "".join(char * 2 for char in match[1])
        return f"#{digits}"
    if match := re.match(r"rgba?\((\d{1,3})[, ]+(\d{1,3})[, ]+(\d{1,3})", value):
        return "#" + "".join(f"{min(int(part), 255):02x}" for part in match.groups())
    return _COLORS.get(value, value)


def _alike(one: str, other: str) -> bool:
    """Too close to tell apart, like white on nearly white."""
    if one == other or not (len(one) == len(other) == 7 and one[0] == other[0] == "#"):
        return one == other
    pairs = ((int(one[n : n + 2], 16), int(other[n : n + 2], 16)) for n in (1, 3, 5))
    return all(abs(first - second) <= COLOR_STEP_MAX for first, second in pairs)
