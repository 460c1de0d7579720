"""What came of it, counted where it arrives: in the Maildir, the ledger and the transfers."""

import asyncio
import re
import shutil
import sqlite3
import subprocess
from email import message_from_bytes, policy
from pathlib import Path

from bot import offices
from bot.settings import Settings

REFUND = re.compile(r"^\S+ .*\(REF-\d+\)", re.MULTILINE)
AMOUNT = re.compile(r"<InstdAmt[^>]*>([\d.]+)<")


def refunds(folder: Path) -> int:
    return len(REFUND.findall(_journal(folder).read_text(encoding="utf-8")))


def refunded(folder: Path) -> list[str]:
    """Return the postings to the account of refunds."""
    found = re.findall(r"^\s+income:refunds\s+(.+)$", _journal(folder).read_text(), re.MULTILINE)
    return [amount.strip() for amount in found]


def transfers(folder: Path) -> list[str]:
    """Return the amounts of the transfer files that the operator would upload."""
    files = (folder / "transfers").glob("[!.]*.xml")
    return [AMOUNT.findall(file.read_text(encoding="utf-8"))[0] for file in files]


def mails(folder: Path) -> list[tuple[str, str]]:
    """Return whom each mail in Sent goes to, and what it says."""
    sent = folder / "mail" / "Sent"
    files = [*(sent / "cur").iterdir(), *(sent / "new").iterdir()]
    read = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    return [(str(mail["To"]), mail.get_content()) for mail in read]


def waiting(folder: Path) -> set[tuple[str, str]]:
    """Return the open questions: which effect, and the digest of exactly what it would do."""
    return set(_rows(folder, "SELECT effect, digest FROM approvals WHERE state = 'open'"))


def unfinished(folder: Path) -> list[tuple[str, str]]:
    """Return work that is not done: left over, or set aside."""
    return _rows(folder, "SELECT kind, state FROM work WHERE state <> 'done'")


def faults(home: Path) -> tuple[str, ...]:
    """Return what `firstmate verify` finds wrong, and hledger if it is here."""
    report = asyncio.run(offices.verified(Settings(home=home), None))
    if shutil.which("hledger") is None:
        return report.faults
    command = ["hledger", "-f", str(_journal(home / "sample")), "check"]
    books = subprocess.run(command, capture_output=True, text=True, check=False)
    return (*report.faults, *books.stderr.splitlines())


def _journal(folder: Path) -> Path:
    return folder / "ledger" / "firstmate.journal"


def _rows(folder: Path, query: str) -> list[tuple[str, str]]:
    connection = sqlite3.connect(folder / "firstmate.db")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()
