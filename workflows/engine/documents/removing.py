"""Removal of documents that no case holds: those that nobody named in a case, and those whose last case let them go.

The row goes first, in a transaction that no case can be taken in beside. Then the file goes, while its hash is claimed:
whoever brings the same content at that moment waits, and puts the file there anew. A process that dies between both
leaves a file without a row, and the sweep of the shelf finds it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from store.db.free_places import overwriting
from store.documents import documents, uploads, uses
from store.documents.uses import Held
from workflows.documents.shelf import BEGINNINGS
from workflows.engine.context import Context
from workflows.engine.documents import shown

log = structlog.get_logger()

UNHELD = timedelta(hours=24)
"""Time for which a document is kept that no case holds, and for which its source can name it."""
AFTER_RESTORE = timedelta(days=30)
"""Time after a restore for which files stay that no row names."""
_AT_ONCE = 200
"""Documents that one look removes, and uploads that one transaction forgets."""
_LOOKS_A_DAY = 24


@dataclass(kw_only=True)
class Swept:
    """Result of one look for documents that no case holds."""

    documents: int = 0
    """Documents that were removed."""
    stray: int = 0
    """Files on the shelf that were removed since no row knew them."""
    failed: int = 0
    """Files that could not be removed; each is tried again."""
    is_more_left: bool = False
    """True if more was due than one look does."""


def let_go(session: Session, context: Context, case: int, *, at: datetime) -> Held:
    """Have a case hold no document any more, in the transaction that removes its input. The case is held.

    What no other case holds is due at once: call `remove_unheld` after the transaction.
    """
    shown.take_back(session, case, team=context.team, at=at)
    return uses.release(session, case, team=context.team, unheld_since=at - UNHELD)


def sweep(context: Context) -> Swept:
    """Remove what is due, as far as one look goes. Several processes may look at once.

    A part of the shelf is looked through in each hour, and all of it in a day.
    """
    before = context.clock() - UNHELD
    swept = remove_unheld(context)
    with context.database.write() as session:
        forgotten = uploads.forget(session, team=context.team, before=before, at_most=_AT_ONCE)
    hour = context.clock().hour % _LOOKS_A_DAY
    sweep_shelf(context, BEGINNINGS[hour::_LOOKS_A_DAY], swept)
    swept.is_more_left = swept.is_more_left or forgotten == _AT_ONCE
    if swept.documents or swept.stray or swept.failed:
        log.info("documents.removed", documents=swept.documents, stray=swept.stray, failed=swept.failed)
    return swept


def remove_unheld(context: Context) -> Swept:
    """Remove documents that no case holds, and for which nobody has any time left."""
    swept = Swept()
    if context.documents.shelf is None:
        return swept  # their rows are all that is known of them
    until = context.clock() - UNHELD
    with context.database.read() as session:
        due = documents.unheld(session, team=context.team, until=until, limit=_AT_ONCE)
    for one in due:
        with context.database.write() as session, overwriting(session):
            is_gone = documents.let_go(session, one.id, team=context.team, until=until)
        if is_gone:
            swept.documents += 1
            _remove_file(context, one.sha256, swept)
    swept.is_more_left = len(due) == _AT_ONCE
    return swept


def sweep_shelf(context: Context, beginnings: Collection[str], swept: Swept) -> None:
    """Remove files that no row knows, and what writers that died left half. `beginnings`: of the hashes to look at.

    A file may be there for a day before it has a row. After a restore all stay for a while: the database that was
    replaced may name them, and whoever restored the wrong backup puts it back.
    """
    shelf, restored_at = context.documents.shelf, context.restores.at
    if shelf is None or (restored_at is not None and context.clock() - restored_at < AFTER_RESTORE):
        return
    before = context.clock() - UNHELD
    shelf.tidy(beginnings, before)
    for beginning in beginnings:
        old = [one.sha256 for one in shelf.listed(beginning) if one.at < before]
        with context.database.read() as session:
            known = documents.found(session, old, team=context.team)
        for sha in old:
            if sha not in known and _remove_file(context, sha, swept):
                swept.stray += 1


def _remove_file(context: Context, sha256: str, swept: Swept) -> bool:
    """Remove a file that has no row; False where it has one, or cannot be removed."""
    with context.database.write() as session:
        claimed = documents.claim(session, sha256, team=context.team, at=context.clock())
        if claimed is None:
            return False
        try:
            context.documents.remove(sha256)
        except OSError as error:
            swept.failed += 1
            log.error("document.not_removed", document=sha256[:12], error=error.strerror or type(error).__name__)
            return False
        finally:
            documents.give_back(session, claimed, team=context.team)
    return True
