"""Ids of tasks: the case, bound to its source, under a code that nobody can make up. No row is kept for a task."""

import hmac
import re
from dataclasses import dataclass
from hashlib import sha256

_FORM = re.compile(r"task-([1-9][0-9]{0,17})-([0-9]{1,6}|f)-([0-9a-f]{32})")
_FORM_IS_SHOWN = "f"


@dataclass(frozen=True, kw_only=True)
class Task:
    """An agent's wait for the decision about a case."""

    case: int
    questions: int | None
    """Number of questions that had been asked about the case when the wait began: it ends with the next one, so that
    the agent can answer. None where the client shows questions in a form; the wait goes on then.
    """


def id_of(task: Task, *, source: int, team: int, secret: str) -> str:
    """Return the id of a task: the same each time for the same source. `secret`: the team's."""
    way = _FORM_IS_SHOWN if task.questions is None else str(task.questions)
    named = f"{task.case}-{way}"
    return f"task-{named}-{_code(named, source=source, team=team, secret=secret)}"


def read(id: str, *, source: int, team: int, secret: str) -> Task | None:
    """Return the task with an id; None for anything else, another source's task among it."""
    found = _FORM.fullmatch(id)
    if found is None:
        return None
    case, way, code = found.groups()
    if not hmac.compare_digest(code, _code(f"{case}-{way}", source=source, team=team, secret=secret)):
        return None
    return Task(case=int(case), questions=None if way == _FORM_IS_SHOWN else int(way))


def _code(named: str, *, source: int, team: int, secret: str) -> str:
    said = f"mcp-task {team} {source} {named}"
    return hmac.new(secret.encode(), said.encode(), sha256).hexdigest()[:32]
