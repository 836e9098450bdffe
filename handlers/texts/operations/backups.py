"""The words about backups: the age of the last one, and that a database is one that nobody marked."""

from datetime import datetime
from pathlib import Path

from handlers.texts.plain import in_words
from workflows.engine.proof.known_heads import KnownHead

NOTED = (
    "have `countersign backup FILE` run each night; a backup that another tool made is noted by `countersign backed-up`"
)


def older(head: KnownHead, file: Path) -> str:
    """Say that a database is older than what was published of its audit."""
    return (
        f"the database is older than its own audit: seal {head.number:,}{_of(head)} was published in {file} and is "
        "not in it"
    )


def older_advice(file: Path) -> str:
    """Say what to do about it."""
    return (
        "if a backup was put in place, end all processes and run `countersign restored`; if "
        f"{file} belongs to another database, set COUNTERSIGN_SEAL_HEADS to a file of its own"
    )


def lost(head: KnownHead, file: Path) -> str:
    """Say until when things happened that a restored database does not know of."""
    return (
        f"seal {head.number:,}{_of(head)} was published in {file} and is not in it: what was decided until then is "
        "lost here; threads in Slack, receipts and exports that were made since show it"
    )


def last_one(at: datetime) -> str:
    """Say when the last backup was made."""
    return f"the last backup that is known of is of {in_words(at)}"


def _of(head: KnownHead) -> str:
    try:
        return f" of {in_words(datetime.fromisoformat(head.sealed_at))}" if head.sealed_at is not None else ""
    except ValueError:
        return ""
