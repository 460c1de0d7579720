"""The process that runs code of a specialist: one JSON in, one JSON out, and nothing else.

No files, no network, no other process, no environment; what it may import is imported before.
"""

import importlib
import io
import json
import sys
from types import TracebackType
from typing import Any

from connectors.files import sandbox, syscalls
from connectors.files.shapes import Limits

WORK = "work"  # the function that a specialist's code defines
FAULT_CHARS_MAX = 300
USABLE = (
    *("bisect", "calendar", "collections", "dataclasses", "datetime", "decimal", "difflib", "enum"),
    *("fractions", "functools", "heapq", "html", "itertools", "json", "math", "operator", "re"),
    *("statistics", "string", "textwrap", "typing", "unicodedata"),
)


def main() -> None:
    """Read `{"limits", "code", "given"}`; answer `{"gives": …}`, or `{"fault": …}`."""
    asked = json.loads(sys.stdin.buffer.read())
    sandbox.bound(Limits(**asked["limits"]))
    for name in (*USABLE, "_strptime", "encodings.idna"):  # the last two are imported late
        importlib.import_module(name)
    room: dict[str, Any] = {"__name__": "specialist"}
    code = compile(asked["code"], "specialist", "exec")
    out, sys.stdout, sys.excepthook = sys.stdout.buffer, io.StringIO(), _fault
    sandbox.drop_rights()
    syscalls.shut()
    exec(code, room)
    answer = room[WORK](asked["given"])
    out.write(json.dumps({"gives": answer}).encode())
    out.flush()


def _fault(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    """Say in place of an answer what went wrong, and in which line of the specialist's."""
    line = 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "specialist":
            line = trace.tb_lineno
        trace = trace.tb_next
    said = f"line {line}: {kind.__name__}: {fault}"[:FAULT_CHARS_MAX]
    assert sys.__stdout__ is not None
    sys.__stdout__.buffer.write(json.dumps({"fault": said}).encode())
    sys.__stdout__.buffer.flush()


if __name__ == "__main__":
    main()
