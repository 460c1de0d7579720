"""`firstmate doctor --models`: one tiny question to each model, and a sentence that helps."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.peers.embeddings import embedding_server
from tests.peers.models import fails, model_server, says


async def doctor(home: Path, *flags: str, **settings: str) -> tuple[int | None, str]:
    named = {f"FIRSTMATE_{name.upper()}": value for name, value in settings.items()}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "doctor", *(flags or ("--models",))),
        cwd=Path(__file__).parents[2],
        env=os.environ | {"FIRSTMATE_HOME": str(home)} | named,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, printed.decode()


async def test_each_model_is_asked_and_named_with_what_it_cost(tmp_path: Path) -> None:
    async with model_server() as server:
        server.script(says({"number": 7}), says({"number": 8}), fails(401), fails(404))
        code, printed = await doctor(
            tmp_path,
            model_servers=f"home={server.url}\ngone=http://127.0.0.1:9/v1",
            model_small="home/one,home/two",
            model_large="home/three",
            model_judge="home/four,gone/five",
            model_prices="home/one=10:100",
        )
    assert code == 1
    for line in (
        "✓ small: home/one: answers (0.0030 EUR)",
        "✓ small: home/two: answers, but got a simple question wrong (0.00 EUR)",
        "✗ large: home/three: home/three: the key is wrong, or may not use this model (401).",
        "✗ judge: home/four: home/four: the server has no such model, or the address lacks /v1.",
        "✗ judge: gone/five: Nobody answers at 127.0.0.1:9.",
    ):
        assert line in printed
    assert "Traceback" not in printed


async def test_a_wrong_setting_is_one_sentence(tmp_path: Path) -> None:
    code, printed = await doctor(tmp_path, model_small="qwen3")
    assert (code, printed) == (
        1,
        "“qwen3” is no model. Write SERVER/MODEL or PROVIDER/MODEL.\n",
    )


async def test_an_embedding_model_is_asked_too(tmp_path: Path) -> None:
    async with embedding_server() as server:
        where = {"embedding": "home/wide", "model_servers": f"home={server.url}"}
        code, printed = await doctor(tmp_path, **where)
        assert (code, "✓ embedding: home/wide: answers with 384 numbers" in printed) == (0, True)
        server.status = 401
        code, printed = await doctor(tmp_path, **where)
    assert (code, "✗ embedding: home/wide: home/wide: the key is wrong" in printed) == (1, True)


async def test_a_server_of_the_index_that_does_not_answer_is_said(tmp_path: Path) -> None:
    code, printed = await doctor(tmp_path, "--json", chroma="127.0.0.1:9")
    assert code == 1
    assert "The vector index at 127.0.0.1:9 does not answer. Start it" in printed


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"embedding": "wide"}, "FIRSTMATE_EMBEDDING names no server of FIRSTMATE_MODEL_SERVERS"),
        ({"chroma": "localhost"}, "“localhost” is no HOST:PORT, as localhost:8000."),
    ],
)
async def test_a_wrong_setting_of_the_vectors_is_one_sentence(
    tmp_path: Path, settings: dict[str, str], said: str
) -> None:
    code, printed = await doctor(tmp_path, **settings)
    assert code == 1
    assert said in printed
    assert "Traceback" not in printed
