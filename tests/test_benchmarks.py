"""A benchmark that is far off its target, or breaks off, makes `make bench` fail, after all ran."""

from pathlib import Path

import pytest

from benchmarks._all import failures
from benchmarks._figures import show


@pytest.mark.parametrize(
    ("value", "word"), [(9.9, "ok"), (10.0, "MISSED"), (20.0, "MISSED"), (20.1, "FAILED")]
)
def test_a_little_above_a_target_may_be_noise_and_twice_as_much_is_a_failure(
    value: float, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    show("a figure", value, "ms", 10)
    assert capsys.readouterr().out.split()[-1] == word


def test_every_benchmark_runs_and_each_failure_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    figure = "from benchmarks._figures import show\nshow({!r}, {}, 'ms', 10)\n"
    (tmp_path / "far.py").write_text(figure.format("one", 21), encoding="utf-8")
    (tmp_path / "broken.py").write_text("raise SystemExit(3)", encoding="utf-8")
    (tmp_path / "near.py").write_text(figure.format("two", 19), encoding="utf-8")
    root = Path(__file__).parents[1]
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{root}")
    found = list(failures(["far", "broken", "near"]))
    assert found == [
        "far: one 21.00 ms target < 10 ms x2.10",
        "broken broke off with 3",
    ]
    assert "two" in capsys.readouterr().out
