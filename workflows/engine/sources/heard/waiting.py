"""Waiting messages of watched channels, answers in threads, and forms with files."""

import structlog

from store.sources import heard_messages
from workflows.engine.context import Context
from workflows.engine.sources.heard.files import FaceFiles, NoFaceFiles
from workflows.engine.sources.heard.handed_forms import FormRefused, is_form, take_in_form
from workflows.engine.sources.heard.messages import take_in_heard, take_up
from workflows.engine.sources.heard.thread_answers import is_answer, take_in_answer

log = structlog.get_logger()

AT_ONCE = 100
"""Most that is taken in with one look."""
_NO_FILES = NoFaceFiles()


def take_in(context: Context, heard: int, files: FaceFiles = _NO_FILES) -> bool:
    """Take in what was heard; False where it has to wait, or is settled. `files`: those of the face where it was."""
    with context.database.read() as session:
        row = heard_messages.get(session, heard, team=context.team)
    if row is None or row.content is None:
        return False
    is_message = not is_answer(row.content) and not is_form(row.content)
    if is_message or row.workflow not in context.registry:
        return take_in_heard(context, heard, files)
    if not take_up(context, row):
        return False
    if is_answer(row.content):
        return take_in_answer(context, row, files)
    try:
        return take_in_form(context, heard, files) is not None
    except FormRefused as error:
        log.info("form.not_taken_in", workflow=row.workflow, files=[one.why for one in error.problems])
        return True


def take_in_all(context: Context, files: FaceFiles = _NO_FILES) -> int:
    """Take in what waits, because a process ended or too many cases waited; return the number of what was settled."""
    with context.database.read() as session:
        due = heard_messages.due(session, team=context.team, at=context.clock(), limit=AT_ONCE)
    return sum(take_in(context, one, files) for one in due)
