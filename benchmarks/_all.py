"""Every benchmark, one after the other; it fails at the end where one did, or a target is far off.

A figure a little above its target may be a busy machine, so only one beyond twice of it counts.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks._figures import FAILED

BROKEN = "{name} broke off with {code}"


def main() -> int:
    names = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))
    missed = list(failures([f"benchmarks.{name}" for name in names]))
    if missed:
        print("\nBeyond what a busy machine explains:", *missed, sep="\n- ")
    return 1 if missed else 0


def failures(modules: Sequence[str]) -> Iterator[str]:
    """Run each, print what it prints, and yield what failed of it."""
    for name in modules:
        command = (sys.executable, "-u", "-m", name)
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
            assert running.stdout is not None
            for line in running.stdout:
                print(line, end="", flush=True)
                if line.split()[-1:] == [FAILED]:
                    yield f"{name}: {' '.join(line.split()[:-1])}"
        if running.returncode:
            yield BROKEN.format(name=name, code=running.returncode)


if __name__ == "__main__":
    sys.exit(main())
