"""Which models may be asked, read out of the settings: three tiers, each a list with fallbacks.

servers  home=http://127.0.0.1:8080/v1        a name for any OpenAI-compatible server
small    home/qwen3, mistral/mistral-small    SERVER/MODEL, or PROVIDER/MODEL by litellm
prices   home/big=0.15:0.60:0.08              per million tokens read, written, read from a cache
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Literal, get_args
from urllib.parse import urlsplit

Tier = Literal["small", "large", "judge"]
TIERS: tuple[Tier, ...] = get_args(Tier)
INSTEAD: Mapping[Tier, tuple[Tier, ...]] = {  # who is asked, one after the other
    "small": ("small", "large"),
    "large": ("large", "small"),
    "judge": ("judge", "large", "small"),
}
LOOPBACK = ("127.0.0.1", "localhost", "::1")
MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens cost, in the company's currency.

    `cached`: of those that the provider read before and kept; None: like all it reads.
    """

    read: Decimal
    written: Decimal
    cached: Decimal | None = None

    def of(self, tokens_in: int, tokens_out: int, tokens_cached: int = 0) -> Decimal:
        """Return what so many cost; the cached ones are among those that went in."""
        kept = self.read if self.cached is None else self.cached
        read = self.read * (tokens_in - tokens_cached) + kept * tokens_cached
        return (read + self.written * tokens_out) / MILLION


FREE = Price(Decimal(0), Decimal(0))


@dataclass(frozen=True, slots=True)
class Model:
    """One model. `server` is the base URL; None: litellm knows the provider.

    `remote`: it runs on a machine that is not the operator's. `price`: None, litellm's list has it.
    """

    name: str
    server: str | None
    remote: bool
    price: Price | None
    key: str | None = field(default=None, repr=False)

    @property
    def provider(self) -> str:
        """Return who runs it: the server by your name for it, or litellm's provider."""
        return self.name.partition("/")[0]

    @property
    def free(self) -> bool:
        """Say whether it costs nothing, so that no budget is ever too small for it."""
        return self.price is not None and not (self.price.read or self.price.written)

    @property
    def short(self) -> str:
        """Return the name by which the server knows it."""
        return self.name.partition("/")[2]


Tiers = Mapping[Tier, tuple[Model, ...]]


def read(
    tiers: Mapping[Tier, Iterable[str]],
    *,
    servers: Iterable[str] = (),
    keys: Iterable[str] = (),
    own: Iterable[str] = (),
    prices: Iterable[str] = (),
) -> dict[Tier, tuple[Model, ...]]:
    """Return the models of each tier. ValueError says which line is wrong, never its key."""
    return Known.of(servers, keys, own, prices).tiers(tiers)


@dataclass(frozen=True, slots=True)
class Known:
    """What the settings say of servers: where, with which key, whose, at what price."""

    urls: Mapping[str, str]
    keys: Mapping[str, str] = field(repr=False)
    own: frozenset[str]
    prices: Mapping[str, Price]

    @classmethod
    def of(
        cls,
        servers: Iterable[str] = (),
        keys: Iterable[str] = (),
        own: Iterable[str] = (),
        prices: Iterable[str] = (),
    ) -> "Known":
        """Read the lines of the settings. ValueError says which one is wrong, never its key."""
        urls = dict(_pair(line, "FIRSTMATE_MODEL_SERVERS") for line in servers)
        secret = dict(_pair(line, "FIRSTMATE_MODEL_KEYS", hide=True) for line in keys)
        cost = {name: _price(name, text) for name, text in map(_priced, prices)}
        mine = frozenset(own)
        if strange := sorted(mine - urls.keys()):
            raise ValueError(f"FIRSTMATE_MODEL_OWN names no server: {', '.join(strange)}.")
        return cls(urls, secret, mine, cost)

    def tiers(self, named: Mapping[Tier, Iterable[str]]) -> dict[Tier, tuple[Model, ...]]:
        """Return the models of each tier. ValueError: a name is none, or nobody knows its price."""
        return {tier: tuple(map(self.model, names)) for tier, names in named.items()}

    def model(self, name: str) -> Model:
        """Return the model SERVER/MODEL, or PROVIDER/MODEL. ValueError, as for tiers."""
        return _model(name, self.urls, self.keys, self.own, self.prices)

    def embedding(self, name: str) -> Model | None:
        """Return the embedding model SERVER/MODEL; None: there is no such server. ValueError."""
        return self.model(name) if name.partition("/")[0] in self.urls else None


def _model(
    name: str,
    urls: Mapping[str, str],
    keys: Mapping[str, str],
    own: frozenset[str],
    prices: Mapping[str, Price],
) -> Model:
    where, slash, short = name.partition("/")
    if not slash or not short:
        raise ValueError(f"“{name}” is no model. Write SERVER/MODEL or PROVIDER/MODEL.")
    url = urls.get(where)
    if url is None:
        return Model(name, None, True, prices.get(name), keys.get(where))
    host = urlsplit(url).hostname
    if not url.startswith(("http://", "https://")) or not host:
        raise ValueError(f"“{url}” is no address of a server. Write http://host/v1.")
    remote = host not in LOOPBACK and where not in own
    price = prices.get(name, None if remote else FREE)
    if price is None:
        raise ValueError(
            f"Nobody knows what {name} costs. Say it: FIRSTMATE_MODEL_PRICES={name}=0.15:0.60, "
            "per million tokens read and written."
        )
    return Model(name, url.rstrip("/"), remote, price, keys.get(where))


def _pair(line: str, setting: str, *, hide: bool = False) -> tuple[str, str]:
    name, equals, value = line.partition("=")
    if not equals or not name.strip() or not value.strip():
        raise ValueError(f"{setting}: {'one line' if hide else f'“{line}”'} is not NAME=VALUE.")
    return name.strip(), value.strip()


def _priced(line: str) -> tuple[str, str]:
    return _pair(line, "FIRSTMATE_MODEL_PRICES")


def _price(name: str, text: str) -> Price:
    try:
        read_, written, *more = amounts = [Decimal(part) for part in text.split(":")]
        [cached] = more or (None,)
    except (InvalidOperation, ValueError):
        raise ValueError(f"The price of {name} is not like 0.15:0.60 but “{text}”.") from None
    if not all(one.is_finite() and one >= 0 for one in amounts):
        raise ValueError(f"The price of {name} must be amounts that are not below zero.")
    if cached is not None and cached > read_:
        raise ValueError(f"The price of {name}: what is read from a cache costs more than anew.")
    return Price(read_, written, cached)
