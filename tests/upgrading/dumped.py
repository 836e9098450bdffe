"""Databases that versions of then left, with what people, systems of record and Slack know of them."""

import gzip
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from bot.sandbox.http.running_sandbox import Running
from bot.sandbox.state.messages import Content, Message
from tests.chaos.counting import Effect
from tests.chaos.gathering import Remembered
from tests.upgrading.author import Office
from tests.upgrading.make import COMMITS, DUMPS

__all__ = ["COMMITS", "SCHEMAS", "Known", "load"]

SCHEMAS = dict(zip(COMMITS, ("0005", "0007", "0012", "0032"), strict=True))
"""Schema of each commit."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """Facts about a database that stand outside of it."""

    clock: datetime
    """Time at which the version of then stopped."""
    remembered: Remembered
    office: Office
    messages: Sequence[Message]

    def into(self, running: Running) -> None:
        """Put the messages of then into Slack."""
        for message in self.messages:
            running.sandbox.history.add(message)


def load(commit: str, url: str) -> Known:
    """Fill an empty database with what a commit left."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
            database.executescript(_read(commit, "sqlite.sql"))
            # As each version has it from its first connection on.
            database.execute("PRAGMA journal_mode=WAL")
        return _known(commit, "sqlite")
    with psycopg.connect(url, autocommit=True) as connection:
        # It is the dump's own text, and no statement that is put together here.
        connection.execute(_read(commit, "postgresql.sql").encode())
    return _known(commit, "postgresql")


def _read(commit: str, kind: str) -> str:
    return gzip.decompress((DUMPS / f"{commit}.{kind}.gz").read_bytes()).decode()


def _known(commit: str, dialect: str) -> Known:
    # Any: JSON, in the form that `old_cases.py` wrote.
    told: dict[str, Any] = json.loads(_read(commit, "known.json").partition("\n")[2])[dialect]
    remembered = Remembered()
    remembered.accepted = [(case, input) for case, input in told["accepted"]]
    remembered.clicks = [(review, version) for review, version in told["clicks"]]
    remembered.entitled.update(told["entitled"])
    office = Office(questions=told["questions"])
    for name, effects in told["effects"].items():
        office.records[name].effects = [Effect(key=key, values=values) for key, values in effects]
    return Known(
        clock=datetime.fromisoformat(told["clock"]),
        remembered=remembered,
        office=office,
        messages=[
            Message(
                ts=one["ts"],
                channel=one["channel"],
                user=one["user"],
                bot_id=one["bot_id"],
                thread_ts=one["thread_ts"],
                content=Content(
                    text=one["text"], blocks=one["blocks"], attachments=one["attachments"], metadata=one["metadata"]
                ),
            )
            for one in told["messages"]
        ],
    )
