"""Identifiers that sort by time and say what they name: `evt_01k9…`, `eff_01k9…`."""

import hashlib
import secrets
from datetime import datetime

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base 32, no i l o u
DIGITS = 26  # 48 bits of time and 80 bits of chance, five bits a digit


def new_id(prefix: str, now: datetime) -> str:
    """Return a fresh identifier: the prefix, 48 bits of time (ms), 80 bits of chance."""
    return f"{prefix}_{_digits(int(now.timestamp() * 1000) << 80 | secrets.randbits(80))}"


def derived_id(prefix: str, *parts: object) -> str:
    """Return the identifier that these parts always give, so a repeated step names the same row."""
    seed = "\x1f".join(str(part) for part in parts).encode()
    return f"{prefix}_{_digits(int.from_bytes(hashlib.sha256(seed).digest()[:16], 'big'))}"


def _digits(number: int) -> str:
    return "".join(ALPHABET[number >> shift & 31] for shift in range(5 * (DIGITS - 1), -1, -5))
