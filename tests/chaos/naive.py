"""Countersign without its protections: the same faults must show in the same counters, or the tests prove nothing."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.slack.message_sync import MessageSync
from store import schema
from store.cases.journal import StepLine
from store.db import rows
from workflows import NotDone
from workflows.engine.case import journal
from workflows.engine.causes import counting
from workflows.engine.declare.calls import author_threads
from workflows.engine.deliver import delivery, waiting_deliveries
from workflows.engine.run import recovery
from workflows.engine.send import outcomes
from workflows.engine.send.refusals import Then

Naive = Callable[[pytest.MonkeyPatch], None]


def looks_for_no_message(patch: pytest.MonkeyPatch) -> None:
    """Post again after an unknown outcome, without searching the history for the outbox row."""
    patch.setattr(MessageSync, "_look_up", lambda *_, **__: None)


def knows_no_doubt(patch: pytest.MonkeyPatch) -> None:
    """Repeat a delivery that was cut off, whether its target knows keys or not."""
    for room in (delivery, recovery):
        patch.setattr(room, "is_in_doubt", lambda *_: False)


def takes_an_exit_for_a_refusal(patch: pytest.MonkeyPatch) -> None:
    """Treat code that ended as a program does as if it had done nothing."""
    contained = author_threads.contained

    def refused(error: BaseException) -> BaseException:
        return contained(error) if isinstance(error, (Exception, author_threads.Ended)) else NotDone("it exited")

    patch.setattr(author_threads, "contained", refused)


def takes_silence_for_a_refusal(patch: pytest.MonkeyPatch) -> None:
    """Treat code that was given up as if it had done nothing."""
    patch.setattr(author_threads, "_passed", lambda _: NotDone("it did not return"))


def waits_for_ever(patch: pytest.MonkeyPatch) -> None:
    """Wait for an author's code until it returns."""

    def run(call: Callable[[], object], **_: object) -> object:
        return call()

    patch.setattr(author_threads, "run", run)


def gives_a_delivery_up_at_once(patch: pytest.MonkeyPatch) -> None:
    """Treat a refusal of a target as a failure, which only a person tries again."""
    patch.setattr(waiting_deliveries, "put_off", lambda *_, **__: False)


def counts_every_attempt(patch: pytest.MonkeyPatch) -> None:
    """Count an unanswered attempt to send as one of a message's attempts."""
    patch.setattr(outcomes, "COUNTED", frozenset(Then))


def takes_nothing_back(patch: pytest.MonkeyPatch) -> None:
    """Leave the runs of an ended process as they are."""
    patch.setattr("tests.world.take_back", lambda _: 0)


def tells_nobody(patch: pytest.MonkeyPatch) -> None:
    """Report stopped runs in the log only."""
    patch.setattr(counting, "show", lambda *_, **__: None)


def keeps_no_journal(patch: pytest.MonkeyPatch) -> None:
    """Repeat every step after a crash."""

    def none(_: list[StepLine]) -> list[object]:
        return []

    patch.setattr(journal, "_calls", none)


def has_no_fence(patch: pytest.MonkeyPatch) -> None:
    """Change a row without regard to its changes meanwhile."""
    change = rows.change

    def anyway(session: Session, table: type[schema.Base], row: int, *, where: object, to: Mapping[str, Any]) -> bool:
        return change(session, table, row, where={}, to=to)

    patch.setattr(rows, "change", anyway)
