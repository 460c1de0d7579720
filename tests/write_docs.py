"""Writes the generated pages of docs/ from what exists: `python -m tests.write_docs`.

`tests/test_docs.py` compares them, so a page cannot lie for long.
"""

import re
import tempfile
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import sqlalchemy as sa
import yaml

from agents.playbooks import library
from agents.specialists import manner, roster
from agents.specialists.spec import AgentSpec
from agents.writing import checking
from connectors import quality, registry
from connectors.company import Company
from connectors.contract import Operation
from engine.keeping.notebook import Notebook
from memory.db import Database, system_clock
from memory.schema import metadata
from policies import book
from policies.contracts import GOES_OUT
from policies.facts import EFFECTS, FACTS
from policies.rules import Rule

DOCS = Path(__file__).parent.parent / "docs"
MARK = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.S)


def operations() -> dict[str, Operation]:
    """Return every operation of the embedded drivers and of the house itself."""
    with tempfile.TemporaryDirectory() as folder:
        company = Company(name="", email="me@localhost.invalid")
        known = registry.embedded(Path(folder), system_clock, company).operations
        own = Notebook(Database(Path(folder) / "unused.db")).operations()
    return known | {operation.name: operation for operation in own}


def filled(page: str) -> str:
    """Return the page with every generated part written anew."""
    return MARK.sub(lambda match: f"{match[1]}{PARTS[match[2]]()}\n{match[3]}", page)


def _operations() -> str:
    rows = ["| operation | does | class | arguments | taken back |", "|---|---|---|---|---|"]
    for name, operation in sorted(operations().items()):
        args = ", ".join(f"{arg} ({role})" for arg, role in operation.roles.items())
        cells = (f"`{name}`", operation.does, operation.effect, args, operation.undo.says)
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _rules() -> str:
    rules = book.load_files(book.default_files())
    rows = ["| rule | then | why |", "|---|---|---|"]
    rows += [f"| `{e.rule.id}` | {_then(e.rule)} | {e.rule.why} |" for e in rules.entries]
    return "\n".join(rows)


def _then(rule: Rule) -> str:
    return rule.then + ", gives way" * rule.yields + ", floor" * rule.floor


def _facts() -> str:
    rows = ["| fact | type | meaning |", "|---|---|---|"]
    for name, fact in FACTS.items():
        means = fact.means.replace("|", "\\|")
        rows.append(f"| `{name}` | {fact.kind} | {means} |")
    return "\n".join(rows)


def _effects() -> str:
    return "\n".join(f"- `{name}`: {means}" for name, means in EFFECTS.items())


def _playbooks() -> str:
    rows = ["| playbook | process | says | commands |", "|---|---|---|---|"]
    for playbook in library.load_folder():
        commands = ", ".join(f"`/{command}`" for command in playbook.commands)
        rows.append(f"| `{playbook.id}` | {playbook.process} | {playbook.says} | {commands} |")
    return "\n".join(rows)


def _specialists() -> str:
    heads = "specialist", "does", "may", "tier", "long or disputed", "mode", "budget", "checks"
    rows = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    said = [name for name, one in operations().items() if _says(one)]
    rows += [f"| {' | '.join(_of_spec(spec, said))} |" for spec in roster.of().built_in]
    return "\n".join(rows)


def _of_spec(spec: AgentSpec, said: Collection[str]) -> Iterator[str]:
    """Yield a specialist's cells. One that writes no text has one tier, and no checks of texts."""
    writes = any(map(spec.holds, said))
    asks = spec.tier != "local"
    yield f"`{spec.name}`"
    yield spec.does
    yield ", ".join(f"`{one}`" for one in spec.may) or "only read"
    yield spec.tier
    yield manner.of(spec, own=False).tier_for(hard=True) if asks and writes else spec.tier
    yield spec.mode or "your wish's"
    yield _budget(spec) if asks else "–"
    own = [*spec.checks.says, *(["A judge reads each."] if spec.checks.judge else [])]
    yield " ".join(["every draft's", *own] if writes else own) or "–"


def _says(operation: Operation) -> bool:
    """Say whether somebody outside reads a text of its."""
    prose = set(operation.roles.values()) & set(checking.PROSE)
    return operation.effect in GOES_OUT and bool(prose)


def _budget(spec: AgentSpec) -> str:
    a_day = f", {spec.cost_max} a day" if spec.cost_max is not None else ""
    return f"{spec.calls_max} calls a task{a_day}"


def _quality() -> str:
    rows = ["| rule | level | asks for |", "|---|---|---|"]
    rows += [f"| `{rule}` | {level} | {asks} |" for rule, (level, asks) in quality.RULES.items()]
    rows += ["", "| driver | level | left out, and why |", "|---|---|---|"]
    for path in sorted(Path(quality.__file__).parent.glob(f"*/{quality.FILE}")):
        kind = path.parent.name
        for driver in yaml.safe_load(path.read_text("utf-8")):
            said = quality.of(kind, driver)
            assert said is not None
            left = [f"`{n}`: {a.exempt or a.missing}" for n, a in said.rules.items() if not a.done]
            rows.append(f"| {kind} ({driver}) | {said.level} | {' '.join(left)} |")
    return "\n".join(rows)


def _tables() -> str:
    return "\n\n".join(_table(table) for table in metadata.sorted_tables)


def _table(table: sa.Table) -> str:
    derived = (
        "" if table.info.get("journaled", True) else " (not in the log: operational or derived)"
    )
    rows = [f"## {table.name}{derived}", "", "| column | type | |", "|---|---|---|"]
    for column in table.columns:
        marks = ["key"] if column.primary_key else []
        marks += [] if column.nullable or column.primary_key else ["required"]
        rows.append(f"| `{column.name}` | {_type(column)} | {', '.join(marks)} |")
    return "\n".join(rows)


def _type(column: sa.Column[object]) -> str:
    return type(column.type).__name__.lower()


PARTS: dict[str, Callable[[], str]] = {
    "operations": _operations,
    "rules": _rules,
    "facts": _facts,
    "effects": _effects,
    "playbooks": _playbooks,
    "specialists": _specialists,
    "quality": _quality,
    "tables": _tables,
}


if __name__ == "__main__":
    for path in sorted(DOCS.rglob("*.md")):
        path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")
