"""How many planted faults the checks of drafts find, and how many true drafts they mark wrongly.

Drafts in four languages are made by a seed (tests/agents/drafted.py), each once whole and once with
each fault. The sentences are ours, so this measures how facts are written, and not all that
people write.
"""

import time
from collections import Counter

from agents.checks.draft import findings
from benchmarks._figures import MISSED
from tests.agents import short_mails
from tests.agents.drafted import faulty, made
from tests.agents.test_checks import FALSE_MAX, FOUND_MIN, measured, short

DRAFTS = 200


def main() -> None:
    found, wrong, missed = measured(DRAFTS)
    kinds = Counter(one.kind for seed in range(DRAFTS) for one in faulty(seed))
    print(f"{DRAFTS} drafts in four languages, {kinds.total()} planted faults")
    for kind, count in sorted(kinds.items()):
        print(f"  {kind:12}{count - missed[kind]:5} of {count}")
    print(f"found {found:.1%} (at least {FOUND_MIN:.0%}) {_word(found >= FOUND_MIN)}")
    print(f"marked wrongly {wrong:.1%} (at most {FALSE_MAX:.0%}) {_word(wrong <= FALSE_MAX)}")
    mails, (marked, unseen) = len(list(short_mails.true())), short()
    print(f"{mails} short mails: {len(marked)} marked wrongly {_word(not marked)}")
    caught = 1 - len(unseen) / mails
    print(
        f"  false names caught {caught:.1%} (at least {FOUND_MIN:.0%}) {_word(caught >= FOUND_MIN)}"
    )
    drafts = [made(seed) for seed in range(DRAFTS)]
    began = time.perf_counter()
    for one in drafts:
        findings(one.text, one.evidence)
    print(f"{(time.perf_counter() - began) / DRAFTS * 1000:.1f} ms a draft")


def _word(good: bool) -> str:
    return "ok" if good else MISSED


if __name__ == "__main__":
    main()
