"""What the child may not do, tried from inside it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
MEGABYTE = 1024 * 1024
CONFINED = f"""
import os, socket, sys
sys.path.insert(0, {str(ROOT)!r})
from connectors.files import sandbox
from connectors.files.shapes import Limits
sandbox.bound(
    Limits(cpu_s=1, memory_bytes_max=300 * {MEGABYTE}, answer_bytes_max=1000, open_files_max=16)
)
sandbox.drop_rights()
"""


def confined(code: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    """Run `code` in a process that has given up its rights; its answer is its exit code."""
    command = [sys.executable, "-I", "-c", CONFINED + code]
    return subprocess.run(command, cwd=folder, capture_output=True, env={}, timeout=60, check=False)


def test_endless_work_is_killed(tmp_path):
    assert confined("while True: pass", tmp_path).returncode in (-signal.SIGXCPU, -signal.SIGKILL)


def test_endless_memory_is_refused(tmp_path):
    assert b"MemoryError" in confined(f"bytearray(400 * {MEGABYTE})", tmp_path).stderr


def test_endless_output_is_cut(tmp_path):
    out = confined(
        "big = open('big', 'wb', buffering=0)\nwhile big.write(bytes(500)): pass", tmp_path
    )
    assert b"File too large" in out.stderr
    assert (tmp_path / "big").stat().st_size == 1000


def test_endless_files_are_refused(tmp_path):
    out = confined("kept = [open('/dev/null') for _ in range(50)]", tmp_path)
    assert b"Too many open files" in out.stderr


def test_the_limits_cannot_be_raised_again(tmp_path):
    code = "import resource; resource.setrlimit(resource.RLIMIT_CPU, (100, 100))"
    assert b"not allowed" in confined(code, tmp_path).stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
def test_root_becomes_nobody_for_good(tmp_path):
    code = """
assert os.getuid() == os.geteuid() != 0 and os.getgroups() == []
open('mine', 'w').close()
try: os.setuid(0)
except PermissionError: pass
else: raise SystemExit(1)
try: open('/etc/shadow')
except PermissionError: raise SystemExit(7)
"""
    assert confined(code, tmp_path).returncode == 7


def test_there_is_no_network_where_the_kernel_lets_us(tmp_path):
    allowed = subprocess.run(["unshare", "-n" if os.geteuid() == 0 else "-rn", "true"], check=False)
    if allowed.returncode != 0:
        pytest.skip("this kernel or container allows no network namespace")
    code = """
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
try: s.connect(('192.0.2.1', 9))
except OSError: raise SystemExit(7)
"""
    assert confined(code, tmp_path).returncode == 7
