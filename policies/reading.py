"""Reads a YAML text into rules with line numbers, collecting every fault on the way."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from reprlib import repr as brief
from typing import Any

import yaml
from pydantic import ValidationError

from policies.facts import nearest
from policies.rules import STRICTNESS, Rule

_TOP_KEYS = ("rules", "off")
_RULE_KEYS = tuple(Rule.model_fields)
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TEXT_CHARS_MAX = 200_000


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong with a rule file, and where."""

    file: str
    line: int
    rule: str  # its id, "" outside a rule
    says: str

    def __str__(self) -> str:
        rule = f" ({self.rule})" if self.rule else ""
        return f"{self.file}:{self.line}{rule}: {self.says}"


@dataclass(frozen=True, slots=True)
class Written:
    """A rule as it stands in a file: with the line of each of its keys and conditions."""

    rule: Rule
    file: str
    line: int
    lines: dict[str, int]

    def fault(self, place: str, says: str) -> Fault:
        """Return a fault at a key or a condition of this rule."""
        return Fault(self.file, self.lines.get(place, self.line), self.rule.id, says)


@dataclass(slots=True)
class Text:
    """What one file says, and what is wrong with it."""

    file: str
    rules: list[Written] = field(default_factory=list)
    off: dict[str, int] = field(default_factory=dict)  # id of a rule switched off → line
    faults: list[Fault] = field(default_factory=list)


@lru_cache(maxsize=64)  # a book is loaded whole whenever one of its texts has changed
def read(file: str, text: str) -> Text:
    """Read one YAML text: `rules`, a list, and perhaps `off`, the ids of rules not wanted.

    Nobody changes what this returns: the next to read the same text gets the same.
    """
    said = Text(file)
    root = _root(said, text)
    if root is None:
        return said
    entries = _entries(said, root, "", _TOP_KEYS)
    begin = "`rules` is a list; begin each rule with `- id:`."
    for node in _items(said, entries.get("rules"), begin):
        _read_rule(said, node)
    for node in _items(said, entries.get("off"), "`off` is a list of rule ids."):
        said.off[str(node.value)] = _line(node)
    return said


class _Loader(yaml.CSafeLoader):
    """YAML where only true and false are booleans, and only plain decimals are numbers."""

    # Its own, and empty: the one of its base knows “yes”, “0o7” and dates.
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


for _tag, _form, _first in (
    ("bool", r"true|false", "tf"),
    ("int", r"-?(?:0|[1-9][0-9]*)", "-0123456789"),
    ("float", r"-?(?:0|[1-9][0-9]*)\.[0-9]+", "-0123456789"),
    ("null", r"null|~|", ["n", "~", ""]),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_form})$"), list(_first)
    )


def _root(said: Text, text: str) -> yaml.MappingNode | None:
    if len(text) > _TEXT_CHARS_MAX:
        said.faults.append(Fault(said.file, 1, "", "The file is longer than 200,000 characters."))
        return None
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        says = f"This is not YAML: {error.problem}. Put a condition with ! : or # in quotes."
        said.faults.append(Fault(said.file, line, "", says))
        return None
    except (yaml.YAMLError, RecursionError) as error:
        says = f"This is not YAML: {str(error).splitlines()[0]}."
        said.faults.append(Fault(said.file, 1, "", says))
        return None
    if root is None:  # an empty file has no rules, and that is fine
        return None
    if not isinstance(root, yaml.MappingNode):
        said.faults.append(Fault(said.file, 1, "", "Begin the file with `rules:`."))
        return None
    return root


def _read_rule(said: Text, node: yaml.Node) -> None:
    if not isinstance(node, yaml.MappingNode):
        says = "A rule has the keys id, why, then, and action, effect or when."
        said.faults.append(Fault(said.file, _line(node), "", says))
        return
    name = next((str(value.value) for key, value in node.value if key.value == "id"), "")
    entries = _entries(said, node, name, _RULE_KEYS)
    lines = _lines_of_conditions(entries.get("when"))
    lines |= {key: _line(child) for key, child in entries.items()}
    values: dict[str, Any] = {}
    wrong: list[tuple[str, str]] = []
    for key, child in entries.items():
        try:
            values[key] = _plain(child)
        except (yaml.YAMLError, RecursionError):
            wrong.append((key, f"`{key}` is not plain YAML. Put what begins with ! in quotes."))
    checks = (_name_faults, _condition_faults, _example_faults)
    wrong += [fault for check in checks for fault in check(values) if fault[0] not in dict(wrong)]
    try:
        rule = Rule(**values)
    except ValidationError as error:
        found = [(str(e["loc"][0]), f"{e['loc'][0]}: {e['msg']}.") for e in error.errors()]
        wrong += [fault for fault in found if fault[0] not in dict(wrong)]
        rule = _repaired(name, values)
    said.faults += [Fault(said.file, lines.get(k, _line(node)), name, says) for k, says in wrong]
    said.rules.append(Written(rule, said.file, _line(node), lines))


def _repaired(name: str, values: dict[str, Any]) -> Rule:
    """Return what is sound of a faulty rule, so that the rest of it is checked in the same go."""
    when, action, effect = values.get("when"), values.get("action"), values.get("effect")
    return Rule(
        id=name,
        why="",
        then="deny",
        action=action if isinstance(action, str) else None,
        effect=effect if isinstance(effect, str) else None,
        when=tuple(c for c in when if isinstance(c, str)) if isinstance(when, list) else (),
    )


def _name_faults(values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key in ("id", "why", "then"):
        if not values.get(key):
            yield key, f"The rule needs `{key}`."
    if (name := values.get("id")) and not (isinstance(name, str) and _ID.fullmatch(name)):
        yield "id", f"The id {brief(name)} may have small letters, digits and single dashes only."
    if (then := values.get("then")) and not _is_outcome(then):
        known = ", ".join(STRICTNESS)
        says = f"`then` is one of {known}, not {brief(then)}{nearest(str(then), STRICTNESS)}."
        yield "then", says
    for key in ("shadow", "yields", "floor"):
        if not isinstance(values.get(key, False), bool):
            yield key, f"`{key}` is true or false, not {brief(values[key])}."


def _condition_faults(values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    when = values.get("when", [])
    if not isinstance(when, list):
        yield "when", "`when` is a list of conditions: in [ ], or one a line after a dash."
        return
    for clause in when:
        if not isinstance(clause, str):
            yield "when", f"A condition is text, not {brief(clause)}; put it in quotes."


def _example_faults(values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    examples = values.get("examples", [])
    for example in examples if isinstance(examples, list) else [examples]:
        sound = (
            isinstance(example, dict)
            and set(example) == {"given", "then"}
            and isinstance(example["given"], dict)
            and _is_outcome(example["then"])
        )
        if not sound:
            yield "examples", f"An example is `{{given: {{…}}, then: …}}`, not {brief(example)}."


def _is_outcome(value: Any) -> bool:
    return isinstance(value, str) and value in STRICTNESS


def _entries(
    said: Text, node: yaml.MappingNode, rule: str, known: tuple[str, ...]
) -> dict[str, yaml.Node]:
    """Return the children by key; unknown and doubled keys are faults."""
    entries: dict[str, yaml.Node] = {}
    for key_node, child in node.value:
        key, line = str(key_node.value), _line(key_node)
        if key not in known:
            says = f"There is no key {key!r} here{nearest(key, known)}."
            said.faults.append(Fault(said.file, line, rule, says))
        elif key in entries:
            said.faults.append(Fault(said.file, line, rule, f"`{key}` stands here twice."))
        else:
            entries[key] = child
    return entries


def _items(said: Text, node: yaml.Node | None, otherwise: str) -> list[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        return list(node.value)
    if node is not None and node.value != "":
        said.faults.append(Fault(said.file, _line(node), "", otherwise))
    return []


def _lines_of_conditions(node: yaml.Node | None) -> dict[str, int]:
    items = node.value if isinstance(node, yaml.SequenceNode) else []
    return {item.value: _line(item) for item in items if isinstance(item, yaml.ScalarNode)}


def _plain(node: yaml.Node) -> Any:
    loader = _Loader("")
    try:
        return loader.construct_object(node, deep=True)
    finally:
        loader.dispose()


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
