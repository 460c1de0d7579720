"""What the engine relies on, for every operation of every driver."""

import asyncio
import errno
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors import http
from connectors.contract import (
    NO_UNDO,
    PermanentError,
    Receipt,
    TransientError,
    UnknownError,
)
from connectors.email import smtp
from tests.connectors.contracts.houses import Case, Connect, House, prepared

KEY, UNDO_KEY, OTHER_KEY = "eff_01", "eff_undo1", "eff_undo2"
POINTS_MAX = 60
ON_DISK_ALONE = {"test_on_a_full_disk_nothing_happens_and_a_later_try_succeeds"}
A_DAY = timedelta(days=1)
MUTATIONS = {"os.rename", "os.mkdir", "os.remove"}


async def test_every_field_has_a_role_and_no_role_is_without_a_field(
    house: House, case: Case
) -> None:
    operation = house.operation(case.operation)
    assert set(operation.roles) == set(operation.args.model_fields)


async def test_arguments_survive_the_way_through_json(house: House, case: Case) -> None:
    again = type(case.args).model_validate_json(case.args.model_dump_json())
    assert again == case.args


async def test_running_twice_with_one_key_happens_once(house: House, case: Case) -> None:
    first = await house.do(case.operation, case.args, KEY)
    disk = house.disk()
    house.now += A_DAY
    house.restart()
    assert await house.do(case.operation, case.args, KEY) == first
    assert house.disk() == disk


async def test_many_at_once_with_one_key_happen_once(house: House, case: Case) -> None:
    runs = (house.do(case.operation, case.args, KEY) for _ in range(8))
    receipts = await asyncio.gather(*runs)
    assert all(receipt == receipts[0] for receipt in receipts)


async def test_find_knows_before_and_after(house: House, case: Case) -> None:
    operation = house.operation(case.operation)
    assert operation.find is not None
    before = house.disk()
    assert await operation.find(KEY) is None
    assert house.disk() == before
    receipt = await house.do(case.operation, case.args, KEY)
    after = house.disk()
    assert await operation.find(KEY) == receipt
    assert house.disk() == after
    assert await operation.find("eff_0") is None


async def test_a_preview_changes_nothing(house: House, case: Case) -> None:
    before = house.disk()
    folders = sorted(house.folder.rglob("*"))
    preview = await house.operation(case.operation).preview(case.args)
    assert preview.title
    assert all(change.before != change.after for change in preview.changes)
    assert (house.disk(), sorted(house.folder.rglob("*"))) == (before, folders)


async def test_a_receipt_can_be_kept_as_json(house: House, case: Case) -> None:
    receipt = await house.do(case.operation, case.args, KEY)
    assert Receipt.model_validate_json(receipt.model_dump_json()) == receipt


async def test_undo_brings_the_state_before_back_once(house: House, case: Case) -> None:
    undo = house.operation(case.operation).undo
    if undo == NO_UNDO:
        return
    assert undo.find is not None
    before = house.state()
    receipt = await house.do(case.operation, case.args, KEY)
    assert house.state() != before
    assert await undo.find(UNDO_KEY) is None
    undone = await house.take_back(case.operation, receipt, UNDO_KEY)
    assert house.state() == before
    disk = house.disk()
    house.now += A_DAY
    assert await undo.find(UNDO_KEY) == undone
    assert await house.take_back(case.operation, receipt, UNDO_KEY) == undone
    assert house.disk() == disk


async def test_what_was_taken_back_is_neither_repeated_nor_taken_back_again(
    house: House, case: Case
) -> None:
    receipt = await house.do(case.operation, case.args, KEY)
    if house.operation(case.operation).undo == NO_UNDO:
        return
    await house.take_back(case.operation, receipt, UNDO_KEY)
    disk = house.disk()
    house.now += A_DAY
    again = await house.do(case.operation, case.args, KEY)
    assert again.id == receipt.id
    with pytest.raises(PermanentError):
        await house.take_back(case.operation, receipt, OTHER_KEY)
    assert house.disk() == disk


@pytest.mark.parametrize("key", ["../eff", "a/b", "", "a b", ".eff", "x" * 65, "eff*", "a\nb"])
async def test_a_key_that_could_name_another_file_is_refused(
    house: House, case: Case, key: str
) -> None:
    before = house.disk()
    operation = house.operation(case.operation)
    assert operation.find is not None
    with pytest.raises(PermanentError):
        await operation.run(case.args, key)
    with pytest.raises(PermanentError):
        await operation.find(key)
    assert house.disk() == before


def test_killed_at_any_point_it_happened_once_or_not_at_all(
    case: Case, connect: Connect, tmp_path: Path
) -> None:
    async def expected() -> dict[str, Any]:
        house = await prepared(tmp_path / "whole", connect, case)
        await house.do(case.operation, case.args, KEY)
        return house.state()

    async def after_a_kill(house: House, before: dict[str, Any], whole: dict[str, Any]) -> None:
        operation = house.operation(case.operation)
        assert operation.find is not None
        try:
            done = await operation.find(KEY)
        except UnknownError:  # nobody can tell: it is not repeated before a person looked
            with pytest.raises(UnknownError):
                await house.do(case.operation, case.args, KEY)
            if house.state() == whole:
                return
            assert operation.ruled_out is not None
            await operation.ruled_out(KEY)
            done = None
        assert house.state() == (whole if done else before)
        receipt = await house.do(case.operation, case.args, KEY)
        assert house.state() == whole
        assert done in (None, receipt)

    whole = asyncio.run(expected())
    for point in range(1, POINTS_MAX):
        folder = tmp_path / str(point)
        house = asyncio.run(prepared(folder, connect, case))
        before = house.state()
        killed = _run_and_kill(house, case, point)
        house.restart()
        asyncio.run(after_a_kill(house, before, whole))
        if not killed:
            assert point > 3, "the crash test met no write"
            return
    pytest.fail("more write points than expected")


def test_undo_killed_at_any_point_was_done_once_or_not_at_all(
    case: Case, connect: Connect, tmp_path: Path
) -> None:
    async def done(folder: Path) -> tuple[House, dict[str, Any], Receipt]:
        house = await prepared(folder, connect, case)
        before = house.state()
        return house, before, await house.do(case.operation, case.args, KEY)

    async def after_a_kill(house: House, receipt: Receipt, before: dict[str, Any]) -> None:
        find = house.operation(case.operation).undo.find
        assert find is not None
        found = await find(UNDO_KEY)
        if found:
            assert house.state() == before
        undone = await house.take_back(case.operation, receipt, UNDO_KEY)
        assert house.state() == before
        assert found in (None, undone)

    if House(tmp_path, connect).operation(case.operation).undo == NO_UNDO:
        return
    for point in range(1, POINTS_MAX):
        house, before, receipt = asyncio.run(done(tmp_path / str(point)))
        killed = _run_and_kill(house, case, point, undo=receipt)
        house.restart()
        asyncio.run(after_a_kill(house, receipt, before))
        if not killed:
            return
    pytest.fail("more write points than expected")


async def test_on_a_full_disk_nothing_happens_and_a_later_try_succeeds(
    house: House, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = house.state()

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(TransientError, match="The disk is full"):
            await house.do(case.operation, case.args, KEY)
    assert house.state() == before
    assert not [path for path in house.folder.rglob(".*") if path.is_file()]
    await house.do(case.operation, case.args, KEY)
    assert house.state() != before


def _run_and_kill(house: House, case: Case, point: int, undo: Receipt | None = None) -> bool:
    """Run in a child that is killed at its n-th change of the disk, or request; say if it was."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _kill_self_at(point, house.folder)
            asyncio.run(
                house.take_back(case.operation, undo, UNDO_KEY)
                if undo
                else house.do(case.operation, case.args, KEY)
            )
            status = 0
        finally:
            os._exit(status)  # never back into the tests
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.waitstatus_to_exitcode(status) == 0
    return False


def _kill_self_at(point: int, folder: Path) -> None:
    left = point

    def count() -> None:
        nonlocal left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    def hook(event: str, args: tuple[Any, ...]) -> None:
        writes = event == "open" and isinstance(args[2], int) and args[2] & os.O_WRONLY
        if (event in MUTATIONS or writes) and str(args[0]).startswith(str(folder)):
            count()

    sync = os.fsync

    def fsync(handle: int) -> None:
        count()
        sync(handle)

    async def request(*args: Any, **more: Any) -> http.Answer:
        count()
        answer = await whole(*args, **more)
        count()
        return answer

    async def hand_over(self: smtp.Session, message: bytes) -> None:
        count()
        await mailed(self, message)
        count()

    whole, mailed = http.request, smtp.Session.hand_over
    setattr(smtp.Session, "hand_over", hand_over)  # noqa: B010 -- a child of its own
    setattr(http, "request", request)  # noqa: B010 -- a child of its own
    setattr(os, "fsync", fsync)  # noqa: B010 -- a child of its own
    sys.addaudithook(hook)
