"""The search for improvements: patterns in what people corrected in the last 90 days, each kept once as a draft.

It runs beside the work, once a day. Cases are read in small batches, masked as candidates are, and no transaction is
open while an author's code is called. What is kept are codes, numbers and the values of conditions; a value stands in
many cases, so that it tells of none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import structlog
from pydantic import BaseModel, JsonValue, ValidationError

from store.cases import contents
from store.governance import teams
from store.learning import improvements
from store.learning.improvements import JudgedCase
from workflows.engine.case import learning_notices
from workflows.engine.context import Context
from workflows.engine.declare.documents import has_documents
from workflows.engine.declare.names import can_be_written_to
from workflows.engine.declare.personal import personal_fields
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import CountersignError
from workflows.engine.read.edit_changes import proposed_in
from workflows.engine.read.pulled.masking import Masking
from workflows.engine.review.decisions import preset_of
from workflows.engine.text.canonical_json import canonical, from_body, to_body
from workflows.quality.improvements.conditions import Condition
from workflows.quality.improvements.reading import view_of
from workflows.quality.improvements.views import OTHER, ImprovementKind, ImprovementView

if TYPE_CHECKING:
    from workflows.quality.improvements.patterns import Decided, Pattern

log = structlog.get_logger()

OLDEST = timedelta(days=90)
MOST = 5_000
"""Newest labels of a workflow that are looked at."""
AT_ONCE = 200
"""Cases that are read at once."""
FEWEST = 5
"""Cases in which the value of a condition stands at least: a rarer one could tell of a single case."""
_SHORT = 40
"""Characters of a value that may be the one that corrections have in common."""
_NUMERIC = frozenset({"above", "below"})


def find(context: Context, workflow: str) -> list[ImprovementView]:
    """Look for patterns in what people corrected; returns the drafts that are new. The owner is told of them.

    Raise `Unknown`, or `store.db.database.Unavailable`.
    """
    from workflows.quality.improvements.patterns import patterns  # loads numpy, which takes a moment

    declared = context.registry.get(workflow)
    if has_documents(declared):
        # Pages of documents cannot be masked.
        return []
    with context.database.read() as session:
        row = teams.find_workflow(session, team=context.team, name=workflow)
        if row is None:
            return []
        since = context.clock() - OLDEST
        judged = improvements.judged_cases(session, team=context.team, workflow=row, since=since, limit=MOST)
    found = patterns(list(_decided(context, declared, judged)))
    kept = [one for one in found if one.conditions and one.of >= FEWEST]
    new: list[int] = []
    if not kept:
        return []
    with context.database.write() as session:
        for one in kept:
            made = improvements.add(
                session,
                team=context.team,
                workflow=row,
                kind=ImprovementKind.EXAMPLES if _became(one) is not None else ImprovementKind.NEVER,
                mark=_mark(one),
                facts=_facts(one),
                cases=one.cases,
                at=context.clock(),
            )
            new += [made] if made is not None else []
        owner = next((one for one in (declared.owner, declared.backup) if can_be_written_to(one)), None)
        if new and owner is not None:
            learning_notices.improvements_found(
                session, team=context.team, owner=owner, workflow=row, improvements=new, at=context.clock()
            )
    return [view_of(context, one) for one in new]


def _decided(context: Context, workflow: AnyWorkflow, judged: Sequence[JudgedCase]) -> Iterator[Decided]:
    """Yield the cases as they are compared, masked. One that its form does not take any more is left out."""
    seen: set[int] = set()
    for start in range(0, len(judged), AT_ONCE):
        batch = judged[start : start + AT_ONCE]
        ids = {part for one in batch for part in (one.input, one.proposed, one.output, one.reason) if part is not None}
        with context.database.read() as session:
            bodies = contents.bodies(session, ids, team=context.team)
        for one in batch:
            # The newest word on a case is the one that counts.
            if one.case not in seen and (made := _compared(workflow, one, bodies)) is not None:
                seen.add(one.case)
                yield made


def _compared(workflow: AnyWorkflow, one: JudgedCase, bodies: Mapping[int, str | None]) -> Decided | None:
    from workflows.quality.improvements.patterns import Decided

    input, proposed = bodies.get(one.input), bodies.get(one.proposed)
    right = bodies.get(one.output) if one.output is not None else None
    if input is None or proposed is None or (one.output is not None and right is None):
        return None
    try:
        given = masked_input(workflow, input)
    except (CountersignError, ValidationError) as error:
        log.info("improvement.left_out", case=one.case, error=type(error).__name__)
        return None
    personal = personal_fields(workflow.output)
    wrong = frozenset(one.wrong)
    was, now = proposed_in(json.loads(proposed)), json.loads(right) if right is not None else {}
    changed = _changed(was, now, wrong - personal) if right is not None else {}
    reason = bodies.get(one.reason) if one.reason is not None and one.is_error and not wrong else None
    return Decided(
        case=one.case,
        input=given,
        error=one.is_error,
        wrong=wrong,
        changed=changed,
        reason=_reason(workflow, reason) if reason is not None else None,
    )


def _reason(workflow: AnyWorkflow, body: str) -> str | None:
    """Return the declared reason of a rejection, `OTHER` for one in a person's own words; None where none is declared.

    A person's own words may be about a case: they are kept nowhere else, and compared with nothing.
    """
    said, presets = json.loads(body), workflow.review.reject_reasons
    return (preset_of(said, presets) or OTHER) if presets and isinstance(said, str) else None


def masked_input(workflow: AnyWorkflow, body: str) -> dict[str, JsonValue]:
    """Return an input masked, without its personal fields and without stand-ins.

    Raise `CountersignError`, or pydantic's `ValidationError`, where its form does not take it any more.
    """
    form: type[BaseModel] = workflow.input
    input = from_body(form, body)
    plain, mask = json.loads(to_body(input)), Masking()
    mask.look(input, plain)
    personal = personal_fields(form)
    shown = mask.values(plain)
    return {name: _without_stand_ins(shown.get(name), plain[name]) for name in plain if name not in personal}


def _without_stand_ins(shown: JsonValue, plain: JsonValue) -> JsonValue:
    """Return a masked value without stand-ins: they are the same in many cases, and no case has them."""
    if shown == plain:
        return plain
    if isinstance(shown, str) and isinstance(plain, str):
        there = set(plain.split())
        return " ".join(word for word in shown.split() if word in there)
    if isinstance(shown, dict) and isinstance(plain, dict):
        return {name: _without_stand_ins(shown[name], plain[name]) for name in plain if name in shown}
    return None


def _changed(
    was: Mapping[str, JsonValue], now: Mapping[str, JsonValue], wrong: Iterable[str]
) -> dict[str, tuple[str, str]]:
    """Return what was proposed and what is right, of fields with short values."""
    both = {name: (_short(was.get(name)), _short(now.get(name))) for name in sorted(wrong)}
    return {name: (one, other) for name, (one, other) in both.items() if one is not None and other is not None}


def _short(value: JsonValue) -> str | None:
    if isinstance(value, str):
        return value if len(value) <= _SHORT and value.isprintable() else None
    return canonical(value) if isinstance(value, bool | int | float) else None


def _became(found: Pattern) -> str | None:
    """Return the value that most corrections have in common; None where it might tell of few cases."""
    return found.became if found.errors >= 2 * FEWEST else None


def _mark(found: Pattern) -> str:
    """Return the hash by which a pattern is proposed once. Where a border lies differs from day to day.

    For which reason cases were rejected is no part of it: the same never follows.
    """
    conditions = sorted(canonical(_kept(one, with_border=False)) for one in found.conditions)
    return sha256(canonical([conditions, found.output]).encode()).hexdigest()


def _facts(found: Pattern) -> dict[str, JsonValue]:
    return {
        "conditions": [_kept(one, with_border=True) for one in found.conditions],
        "output": found.output,
        "reason": found.reason,
        "became": _became(found),
        "errors": found.errors,
        "of": found.of,
        "elsewhere_errors": found.elsewhere_errors,
        "elsewhere": found.elsewhere,
        "p": float(found.p),
    }


def _kept(one: Condition, *, with_border: bool) -> dict[str, JsonValue]:
    said = asdict(one)
    return said if with_border or one.kind not in _NUMERIC else {**said, "value": None}
