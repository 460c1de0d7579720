"""Vault: passwords and keys, in files that only this user of the machine can read.

Everywhere else a secret is its name, "secret:shop-key": in wishes, plans, cards, the log and the
backups. The value is put in its place in the moment of the call, and taken out of what comes back.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connectors import disk
from connectors.contract import Operation, PermanentError, Receipt
from policies.contracts import SECRET, SECRET_PREFIX

CHARS_MAX = 10_000
VISIBLE = 4  # bytes: what is shorter stands in any text, and is left there
HIDDEN = "••••"
NO_NAME = "“{name}” is no name for a secret. Use small letters, digits and dashes, like shop-key."
EMPTY = "It is empty, so nothing was kept."
LONG = f"It is longer than {CHARS_MAX:,} characters, so nothing was kept."
MISSING = "There is no secret “{name}” here. Enter it with /secret {name}, then try again."


def keep(folder: Path, name: str, value: str) -> None:
    """Keep a secret under its name, over the one before. PermanentError says why not."""
    value = value.strip()
    if not value or len(value) > CHARS_MAX:
        raise PermanentError(LONG if value else EMPTY)
    disk.write(path(folder, name), value.encode())


def remove(folder: Path, name: str) -> bool:
    """Delete a secret; say whether there was one."""
    file = path(folder, name)
    there = file.is_file()
    file.unlink(missing_ok=True)
    return there


def names(folder: Path) -> list[str]:
    """Return the names of all that are kept, in alphabetical order."""
    home = folder / "secrets"
    found = (file.name for file in home.iterdir()) if home.is_dir() else ()
    return sorted(name for name in found if SECRET.fullmatch(SECRET_PREFIX + name))


def path(folder: Path, name: str) -> Path:
    """Return the file of a secret. PermanentError: it cannot be called so."""
    if not SECRET.fullmatch(SECRET_PREFIX + name):
        raise PermanentError(NO_NAME.format(name=name))
    return folder / "secrets" / name


def opened(folder: Path, operation: Operation, args: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments with the secrets in place of their names.

    PermanentError: one is not here.
    """
    return {
        name: _each(folder, value) if operation.roles.get(name) == "secret" else value
        for name, value in args.items()
    }


def cleaned(folder: Path, operation: Operation, receipt: Receipt) -> Receipt:
    """Return a receipt in which no secret stands that is kept here."""
    names = ("id", "said", "data")
    kept = {name: without(folder, operation, getattr(receipt, name)) for name in names}
    return receipt.model_copy(update=kept)


def without(folder: Path, operation: Operation, value: Any) -> Any:
    """Return any JSON value with dots where a secret stood.

    Only of an operation that is given secrets: a PIN must not blot out an amount in the books.
    """
    if "secret" not in operation.roles.values():
        return value
    found = [disk.read(path(folder, name)) or b"" for name in names(folder)]
    secrets = [one.decode() for one in found if len(one) >= VISIBLE]
    return _without(value, sorted(secrets, key=len, reverse=True))


def _without(value: Any, secrets: list[str]) -> Any:
    if isinstance(value, Mapping):
        return {_without(key, secrets): _without(one, secrets) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without(one, secrets) for one in value]
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, HIDDEN)
    return value


def _each(folder: Path, value: Any) -> Any:
    if isinstance(value, list):
        return [_each(folder, one) for one in value]
    return _value(folder, str(value)) if value not in (None, "") else value


def _value(folder: Path, named: str) -> str:
    name = named.removeprefix(SECRET_PREFIX)
    kept = disk.read(path(folder, name))
    if kept is None:
        raise PermanentError(MISSING.format(name=name))
    return kept.decode()
