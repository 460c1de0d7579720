"""Reads `mcp.yaml`: which servers the operator wants, every fault of it in a sentence."""

from collections.abc import Collection
from pathlib import Path

import yaml
from pydantic import BaseModel, ValidationError

from connectors.mcp import Server

FILE = "mcp.yaml"
SERVERS_MAX = 20


class ServersError(ValueError):
    """The file cannot be used as it stands; one sentence for each fault."""


class _File(BaseModel, extra="forbid"):
    servers: dict[str, dict[str, object]] = {}


def read(folder: Path, taken: Collection[str] = ()) -> tuple[Server, ...]:
    """Return the servers of a data folder; none without the file. `taken`: names of our own."""
    path = folder / FILE
    if not path.exists():
        return ()
    try:
        said = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader) or {}
        named = _File.model_validate(said).servers
        servers = tuple(Server.model_validate(s | {"name": n}) for n, s in named.items())
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ServersError(f"{FILE} cannot be read: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        says = (f"{_where(fault['loc'])}{fault['msg']}" for fault in error.errors())
        raise ServersError(f"{FILE}: {'; '.join(says)}.") from None
    if len(servers) > SERVERS_MAX:
        raise ServersError(f"{FILE} names {len(servers)} servers; {SERVERS_MAX} are the most.")
    if both := sorted({server.name for server in servers} & set(taken)):
        raise ServersError(f"{FILE}: {', '.join(both)} is a name of Firstmate's own.")
    return servers


def _where(place: tuple[int | str, ...]) -> str:
    return ".".join(map(str, place)) + ": " if place else ""
