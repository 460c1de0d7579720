"""What Firstmate takes of the machine while nobody asks for anything: memory and processor."""

import os
import re
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener, urlopen

from benchmarks._figures import running, show
from bot import host

SETTLE_S, WATCH_S = 5.0, 30.0
EMBED_MAX_S = 60.0


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        host.choose(Path(folder), "sample")
        _watch(Path(folder))


def _watch(home: Path) -> None:
    with running(home) as (pid, address, _):
        page, _, code = address.partition("#")
        urlopen(page).close()
        time.sleep(SETTLE_S)
        show("resident, before the first text is embedded", _resident_mb(pid), "MB", below=200)
        show(f"processor, idle for {WATCH_S:.0f} s", _busy_percent(pid), "%", below=2)
        browser = build_opener(HTTPCookieProcessor())
        _post(browser, page + "pair", code=code)
        _post(browser, page + "message", id="m1", words="what do we know about Ada Example?")
        _wait_until_loaded(pid)
        show("resident, after the first text is embedded", _resident_mb(pid), "MB", below=400)
        show(f"processor, idle again for {WATCH_S:.0f} s", _busy_percent(pid), "%", below=2)


def _post(browser: OpenerDirector, address: str, **form: str) -> None:
    browser.open(address, urlencode(form).encode()).close()


def _wait_until_loaded(pid: int) -> None:
    """Wait until the encoder's library and the index are mapped, then let it settle."""
    until = time.monotonic() + EMBED_MAX_S
    maps = Path(f"/proc/{pid}/maps")
    while not ("onnxruntime" in (text := maps.read_text()) and "chromadb" in text):
        if time.monotonic() > until:
            raise SystemExit(f"no text was embedded within {EMBED_MAX_S:.0f} s")
        time.sleep(0.2)
    time.sleep(SETTLE_S)


def _resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) / 1024


def _busy_percent(pid: int) -> float:
    before, began = _processor_s(pid), time.monotonic()
    time.sleep(WATCH_S)
    return 100 * (_processor_s(pid) - before) / (time.monotonic() - began)


def _processor_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
