"""How long a person waits: for the help, and for the page."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from urllib.request import urlopen

from benchmarks._figures import ROOT, environment, running, show

TIMES = 5


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        helps = [_help(Path(folder)) for _ in range(TIMES)]
        first = _page(Path(folder) / "home")
        again = _page(Path(folder) / "home")
    show("firstmate --help, median", median(helps), "s", below=0.5)
    show("run to a served page, first start", first, "s", below=10)
    show("run to a served page, next start", again, "s", below=10)


def _help(home: Path) -> float:
    began = time.perf_counter()
    command = (sys.executable, "-m", "bot", "--help")
    subprocess.run(command, env=environment(home), cwd=ROOT, capture_output=True, check=True)
    return time.perf_counter() - began


def _page(home: Path) -> float:
    with running(home) as (_, address, began), urlopen(address) as page:
        page.read()
        return time.perf_counter() - began


if __name__ == "__main__":
    main()
