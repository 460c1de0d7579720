"""A benchmark that is far off its target, or breaks off, makes `make bench` fail, after all ran.

All figures stand in one table at its end.
"""

from pathlib import Path

import pytest

from benchmarks._all import lines, table
from benchmarks._figures import show


@pytest.mark.parametrize(
    ("value", "word"), [(9.9, "ok"), (10.0, "near"), (20.0, "near"), (20.1, "MISSED")]
)
def test_a_little_above_a_target_may_be_noise_and_twice_as_much_is_a_failure(
    value: float, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    show("a figure", value, "ms", 10)
    assert capsys.readouterr().out.split()[-1] == word


def test_a_time_is_told_with_the_load_of_the_machine_and_a_size_is_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.getloadavg", lambda: (7.25, 0.0, 0.0))
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    show("a time", 12, "ms", 10)
    show("a size", 12, "MB", 10, noise=1)
    one, other = capsys.readouterr().out.splitlines()
    assert one.endswith("12.00 ms  target < 10 ms  x1.20  load 7.2/2  near")
    assert other.endswith("12.00 MB  target < 10 MB  x1.20  MISSED")


def test_every_benchmark_runs_and_all_figures_stand_in_a_table_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    figure = "from benchmarks._figures import show\nshow({!r}, {}, 'MB', 10)\n"
    (tmp_path / "far.py").write_text(figure.format("one", 21), encoding="utf-8")
    (tmp_path / "broken.py").write_text("print('so far')\nraise SystemExit(3)", encoding="utf-8")
    (tmp_path / "near.py").write_text(figure.format("two", 19), encoding="utf-8")
    (tmp_path / "well.py").write_text(figure.format("three", 9), encoding="utf-8")
    root = Path(__file__).parents[1]
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{root}")
    found = list(lines(["far", "broken", "near", "well"]))
    assert [(one.name, one.verdict) for one in found] == [
        ("far", "MISSED"),
        ("broken", "MISSED"),
        ("near", "near"),
        ("well", "ok"),
    ]
    assert "so far" in capsys.readouterr().out
    told = table(found).splitlines()
    assert told[0].split()[:2] == ["benchmark", "verdict"]
    assert [row.split()[0] for row in told[1:5]] == ["well", "near", "far", "broken"]
    assert " ".join(told[3].split()) == "far MISSED one 21.00 MB target < 10 MB x2.10"
    assert told[-1].startswith("1 within their targets, 1 near") and "2 missed." in told[-1]
