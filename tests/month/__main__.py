"""Print the table of one seed: python -m tests.month 7 [wishes a day]."""

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.month.simulation import month, table

PER_DAY, ATTACKS_A_DAY = 75, 2


def main() -> int:
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    per_day = int(sys.argv[2]) if len(sys.argv) > 2 else PER_DAY
    with tempfile.TemporaryDirectory() as folder:
        lines = list(table(asyncio.run(month(Path(folder) / "m", seed, per_day, ATTACKS_A_DAY))))
    print("\n".join(lines))
    return int(lines[-1] != "ok")


if __name__ == "__main__":
    sys.exit(main())
