"""One model in one line: what FIRSTMATE_MODEL says, as the longer settings would say it.

mistral/mistral-small-latest KEY            a provider of litellm's
http://127.0.0.1:8080/v1 qwen3 [KEY]        any OpenAI-compatible server
"""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

SERVER = "mine"  # the name of a server that was given none
WRONG = (
    "FIRSTMATE_MODEL is PROVIDER/MODEL KEY, as “mistral/mistral-small-latest …”, or ADDRESS MODEL "
    "KEY, as “http://127.0.0.1:8080/v1 qwen3”. Where no key is needed it is left out."
)


@dataclass(frozen=True, slots=True)
class OneModel:
    """`name`: SERVER/MODEL or PROVIDER/MODEL. `server`: NAME=URL, or ""."""

    name: str
    server: str = ""
    key: str = field(default="", repr=False)

    @property
    def named_key(self) -> str:
        """Return NAME=KEY, or ""."""
        return f"{self.name.partition('/')[0]}={self.key}" if self.key else ""


def read(line: str) -> OneModel:
    """Read the line. ValueError says how it must be, and never repeats it: it may hold a key."""
    where, *rest = line.split() or [""]
    if urlsplit(where).scheme in ("http", "https"):
        if not 1 <= len(rest) <= 2:
            raise ValueError(WRONG)
        return OneModel(f"{SERVER}/{rest[0]}", f"{SERVER}={where}", "".join(rest[1:]))
    if "/" not in where.strip("/") or len(rest) > 1:
        raise ValueError(WRONG)
    return OneModel(where, key="".join(rest))
