"""The encoder's graph, rewritten to multiply in whole numbers. The door to onnx.

The package keeps its weights in a byte each, but its graph makes floats of them before it
multiplies. Here the other side becomes bytes as well, by a scale of its own for each text: half
the time, a quarter of the memory, and recall finds as much (docs/memory.md).
"""

from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnx import GraphProto, NodeProto, TensorProto

PROCESSOR = Path("/proc/cpuinfo")
ZERO = 128  # of weights without a sign


def in_whole_numbers(weights: Path) -> bytes:
    """Return the model at `weights` with each product of floats and weights as one of bytes.

    matmul(x, cast(weights) * scale) → DynamicQuantizeMatMul(x, weights, scale)
    """
    import onnx

    model = onnx.load(weights)
    graph = model.graph
    made_by = {name: node for node in graph.node for name in node.output}
    values = {value.name: value for value in graph.initializer}
    signed = _adds_without_overflow()
    spent: set[str] = set()
    for node in graph.node:
        scaled = made_by.get(node.input[1]) if node.op_type == "MatMul" else None
        cast = made_by.get(scaled.input[0]) if scaled and scaled.op_type == "Mul" else None
        if scaled is None or cast is None or cast.op_type != "Cast":
            continue
        taken = [node.input[0], *_bytes(graph, values, cast.input[0], scaled.input[1], signed)]
        node.CopyFrom(
            onnx.helper.make_node(
                "DynamicQuantizeMatMul", taken, node.output, domain="com.microsoft"
            )
        )
        spent |= {*scaled.output, *cast.output}
    _drop(graph, spent)
    model.opset_import.append(onnx.helper.make_opsetid("com.microsoft", 1))
    rewritten: bytes = model.SerializeToString()
    return rewritten


def _bytes(
    graph: "GraphProto", values: "dict[str, TensorProto]", weights: str, scale: str, signed: bool
) -> list[str]:
    """Return the inputs that stand for the weights; their scale, a row, becomes a vector."""
    values[scale].dims[:] = [prod(values[scale].dims)]
    if signed:
        return [weights, scale]
    import numpy as np
    from onnx import numpy_helper

    numbers = numpy_helper.to_array(values[weights]).astype(np.int16) + ZERO
    values[weights].CopyFrom(numpy_helper.from_array(numbers.astype(np.uint8), weights))
    zeros = numpy_helper.from_array(np.full(numbers.shape[1], ZERO, np.uint8), f"{weights}_zero")
    graph.initializer.append(zeros)
    return [weights, scale, zeros.name]


def _drop(graph: "GraphProto", outputs: set[str]) -> None:
    left: list[NodeProto] = [node for node in graph.node if not outputs & set(node.output)]
    del graph.node[:]
    graph.node.extend(left)


def _adds_without_overflow() -> bool:
    """Say whether this processor may multiply by signed bytes: elsewhere a sum can overflow.

    Both ways give the same numbers; without signs it takes a third longer.
    """
    return PROCESSOR.is_file() and "vnni" in PROCESSOR.read_text(encoding="utf-8")
