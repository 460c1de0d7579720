"""Print the table of one seed: python -m tests.attacks 7."""

import sys

from tests.attacks.figures import table

if __name__ == "__main__":
    lines = list(table(int(sys.argv[1])))
    print("\n".join(lines))
    sys.exit(lines[-1] != "ok")
