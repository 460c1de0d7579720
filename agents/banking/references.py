"""What a payment says it is for: numbers in its words, also within the structured references.

RF (ISO 11649) and the Swiss QR and ESR reference carry check digits, so a slip is no reference.
"""

import re

_RF = re.compile(r"\bRF\s?\d\d(?:\s?[A-Z0-9]){1,21}\b", re.IGNORECASE)
_QR = re.compile(r"(?<!\d)\d{2}(?:\s?\d{5}){5}(?!\d)|(?<!\d)\d{27}(?!\d)")
_TABLE = (0, 9, 4, 6, 8, 2, 7, 1, 3, 5)  # of the recursive check digit, modulo 10
NUMBER_CHARS_MIN = 4  # shorter numbers have to stand there as they are


def named(number: str, text: str) -> bool:
    """Say whether a text names this number of ours, however it is parted or referred to.

    “INV-2026-007” stands in “Rg. INV 2026/007”, in “inv2026007” and in a reference made of it.
    """
    letters = [re.escape(each) for each in number.casefold() if each.isalnum()]
    parted = r"[\W_]*" if len(letters) >= NUMBER_CHARS_MIN else ""
    small = text.casefold()
    plain = re.escape(number.casefold()) if not parted else parted.join(letters)
    if re.search(rf"(?<![^\W_]){plain}(?![^\W_])", small):
        return True
    bare = "".join(each for each in number.upper() if each.isalnum())
    return any(body in (bare, _digits(bare)) for body in structured(text) if body)


def structured(text: str) -> list[str]:
    """Return what the structured references in a text were made of, without leading zeros."""
    found = []
    for match in _RF.finditer(text):
        bare = "".join(match[0].split()).upper()
        for end in range(len(bare), 4, -1):  # words may follow without a mark between
            if _is_rf(bare[:end]):
                found.append(bare[4:end].lstrip("0"))
                break
    for match in _QR.finditer(text):
        bare = "".join(match[0].split())
        if _is_qr(bare):
            found.append(bare[:-1].lstrip("0"))
    return found


def _is_rf(bare: str) -> bool:
    turned = bare[4:] + bare[:4]
    return int("".join(str(int(each, 36)) for each in turned)) % 97 == 1


def _is_qr(bare: str) -> bool:
    carry = 0
    for digit in bare[:-1]:
        carry = _TABLE[(carry + int(digit)) % 10]
    return (10 - carry) % 10 == int(bare[-1])


def _digits(bare: str) -> str:
    return "".join(filter(str.isdigit, bare)).lstrip("0") if bare.isdigit() else ""
