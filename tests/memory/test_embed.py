"""The encoder, with its real weights."""

import os
import subprocess
import sys
from collections import Counter
from itertools import chain
from pathlib import Path

import onnx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from memory.vectors import embed, quantized
from memory.vectors.embed import Encoder, WeightsError, find_encoder


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    found = find_encoder()
    assert found is not None
    return found


def cosine(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_it_gives_the_similarities_the_authors_of_the_model_publish(encoder: Encoder) -> None:
    lovely, sunny, stadium = encoder.encode(
        ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."]
    )
    assert cosine(lovely, sunny) == pytest.approx(0.6660, abs=0.02)
    assert cosine(lovely, stadium) == pytest.approx(0.1046, abs=0.02)
    assert cosine(sunny, stadium) == pytest.approx(0.1411, abs=0.02)


def test_bytes_with_a_sign_and_without_give_the_same_vectors(
    encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = embed._packaged_weights()
    assert weights is not None
    (tmp_path / "cpuinfo").write_text("flags: avx2")
    flags = {"old": tmp_path / "cpuinfo", "none": tmp_path / "missing", "new": tmp_path / "new"}
    flags["new"].write_text("flags: avx2 avx512_vnni")
    said = []
    for path in flags.values():
        monkeypatch.setattr(quantized, "PROCESSOR", path)
        said.append(Encoder(weights).encode(["Invoice 7 is paid", "pay " * 200]))
    assert said[0] == said[1]
    for one, other in zip(chain(*said[0]), chain(*said[2]), strict=True):
        assert one == pytest.approx(other, abs=1e-5)


def test_no_product_with_weights_is_left_in_floats() -> None:
    weights = embed._packaged_weights()
    assert weights is not None
    graph = onnx.load_from_string(quantized.in_whole_numbers(weights)).graph
    kinds = Counter(node.op_type for node in graph.node)
    layers, products = 6, 6  # query, key, value, output, two of the feed-forward
    between_texts = 2  # attention: queries with keys, shares with values
    assert kinds["DynamicQuantizeMatMul"] == layers * products
    assert kinds["MatMul"] == layers * between_texts


def test_two_ways_to_say_it_lie_closer_than_two_things_said(encoder: Encoder) -> None:
    asked, same, other = encoder.encode(
        [
            "The customer wants her money back",
            "Please refund my payment",
            "The meeting moved to Friday afternoon",
        ]
    )
    assert cosine(asked, same) > cosine(asked, other) + 0.2


def test_a_vector_has_384_numbers_and_length_one(encoder: Encoder) -> None:
    [vector] = encoder.encode(["Invoice 7 is paid"])
    assert len(vector) == embed.DIMENSIONS
    assert cosine(vector, vector) == pytest.approx(1)


def test_a_text_means_the_same_in_any_company(encoder: Encoder) -> None:
    others = ["a much longer text about something else " * n for n in (20, 1, 7, 3)]
    said = [*others, "Invoice 7 is paid", "Invoice 8 is not", *others]
    alone = [vector for text in said for vector in encoder.encode([text])]
    for one, among in zip(alone, encoder.encode(said), strict=True):
        assert one == pytest.approx(among, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(codec=None), max_size=300))
@example("half a \ud83d pair")
def test_any_text_can_be_encoded(text: str) -> None:
    [vector] = SHARED.encode([text])
    assert cosine(vector, vector) == pytest.approx(1)


def test_a_long_text_is_read_as_far_as_the_model_reads(encoder: Encoder) -> None:
    short, long = encoder.encode(["pay " * embed.TOKENS_MAX, "pay " * 50_000])
    assert cosine(short, long) == pytest.approx(1)


def test_without_the_package_there_is_no_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embed, "WEIGHTS_PACKAGE", "no_such_package_here")
    assert find_encoder() is None


def test_a_wrong_path_is_said_and_not_replaced_by_another_encoder(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="correct the setting"):
        find_encoder(tmp_path / "missing.onnx")


def test_weights_with_another_hash_are_refused(tmp_path: Path) -> None:
    weights = tmp_path / "model.onnx"
    weights.write_bytes(b"not what was pinned")
    with pytest.raises(WeightsError, match="not the one Firstmate was checked with"):
        find_encoder(weights)


def test_what_compares_vectors_leaves_no_thread_spinning() -> None:
    """A product this large is shared among threads wherever there are two cores."""
    work = "import memory, numpy, os; a = numpy.ones((500, 500)); a @ a"
    code = f"{work}; print(len(os.listdir('/proc/self/task')))"
    environment = {key: value for key, value in os.environ.items() if "NUM_THREADS" not in key}
    root = Path(__file__).parents[2]
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=root, env=environment, capture_output=True, check=True
    )
    assert said.stdout == b"1\n"


def test_nothing_heavy_is_loaded_before_the_first_text() -> None:
    code = (
        "import sys; from memory.vectors.embed import find_encoder; assert find_encoder();"
        "print({'onnxruntime', 'tokenizers', 'numpy'} & set(sys.modules))"
    )
    root = Path(embed.__file__).parents[2]
    said = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=True)
    assert said.stdout.strip() == b"set()"


SHARED = find_encoder() or pytest.fail("the encoder's package is not installed")
