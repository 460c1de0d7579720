"""Every benchmark, one after the other, and a table of all figures at the end.

It fails where a benchmark did, or a figure missed its target by more than a busy machine explains.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks._figures import MET, MISSED, NEAR

BROKEN = "broke off with {code}"
WORDS = (
    "{ok} within their targets, {near} near (they missed them by no more than a busy machine "
    "explains; the load stands beside times), {missed} missed."
)


class Line(NamedTuple):
    """A figure beside its target, as the benchmark said it."""

    name: str
    said: str
    verdict: str

    def __str__(self) -> str:
        return f"{self.name:16} {self.verdict:7} {self.said}"


def main() -> int:
    names = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))
    found = list(lines([f"benchmarks.{name}" for name in names]))
    print("", table(found), sep="\n")
    return 1 if any(one.verdict == MISSED for one in found) else 0


def lines(modules: Sequence[str]) -> Iterator[Line]:
    """Run each, print what it prints, and yield its figures; that it broke off is one, too."""
    for module in modules:
        command, name = (sys.executable, "-u", "-m", module), module.rpartition(".")[2]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
            assert running.stdout is not None
            for line in running.stdout:
                print(line, end="", flush=True)
                said, _, word = line.rstrip().rpartition(" ")
                if word in (MET, NEAR, MISSED):
                    yield Line(name, said.rstrip(), word)
        if running.returncode:
            yield Line(name, BROKEN.format(code=running.returncode), MISSED)


def table(found: Sequence[Line]) -> str:
    """Return every figure with its target and the verdict, what missed it last."""
    order = (MET, NEAR, MISSED)
    count = [sum(one.verdict == word for one in found) for word in order]
    said = WORDS.format(ok=count[0], near=count[1], missed=count[2])
    head = f"{'benchmark':16} {'verdict':7} figure and target"
    rows = sorted(found, key=lambda one: order.index(one.verdict))
    return "\n".join((head, *map(str, rows), said))


if __name__ == "__main__":
    sys.exit(main())
