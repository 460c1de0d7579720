"""Every published fault of approvals has a test that exists, by the table in docs/published.md."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TABLE = (ROOT / "docs" / "published.md").read_text(encoding="utf-8")
THREADS, CLAUSES = 35, 12  # as found in November 2026
WORDS_MAX = 10
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TABLE.splitlines()
    if line.startswith("| ") and not line.startswith("| thread")
]


def defined(path: Path) -> set[str]:
    """Return the names of the tests in a file, parametrised ones too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (
        one for one in tree.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return {one.name for one in functions if one.name.startswith("test_")}


def test_no_published_fault_is_left_out() -> None:
    clauses = [thread for thread, *_ in ROWS if thread.startswith("safety: ")]
    threads = [thread for thread, *_ in ROWS if re.match(r"[\w-]+#\d+", thread)]
    assert (len(threads) >= THREADS, len(clauses) >= CLAUSES) == (True, True)
    assert len({thread for thread, *_ in ROWS}) == len(ROWS) == len(threads) + len(clauses)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row[0]))
def test_a_row_names_tests_that_exist(row: list[str]) -> None:
    _, happened, tests = row
    assert 0 < len(happened.split()) <= WORDS_MAX
    named = TEST.findall(tests)
    assert named != []
    assert TEST.sub("", tests).strip() == "", "something else than tests is named"
    assert [name for path, name in named if name not in defined(ROOT / path)] == []
