"""Count of what was lost, doubled, wrong or silent in the soak, as the tests of chaos count it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from urllib.parse import unquote

from pydantic import JsonValue

from benchmarks.soak.automations import CLAIMS, MAILS, NOTES, REFUNDS, TICKETS
from benchmarks.soak.sources import Handed
from benchmarks.soak.truth import reference_in, reply_of, truth
from store import schema
from store.db.database import Database
from store.slack.outbox import CAUSE
from store.subjects import SubjectKind
from tests.chaos.counting import (
    DECIDING,
    STOPPED,
    CaseNow,
    Counts,
    Decided,
    Effect,
    Evidence,
    Intent,
    Shown,
    Stop,
    count,
)
from tests.chaos.gathering import Kept
from workflows.engine.case.idempotency_keys import delivery_key
from workflows.engine.case.notices import UNSENT

Remembered = Mapping[tuple[str, str], Handed]


def counted(
    database: Database,
    remembered: Remembered,
    forgotten: Collection[str],
    effects: Sequence[tuple[str, JsonValue]],
    messages: Sequence[Shown],
) -> Counts:
    """Count all of it, after the soak has drained."""
    return count(evidence(Kept.of(database), remembered, forgotten, effects, messages))


def evidence(
    kept: Kept,
    remembered: Remembered,
    forgotten: Collection[str],
    effects: Sequence[tuple[str, JsonValue]],
    messages: Sequence[Shown],
) -> Evidence:
    """Return what is known. What was removed, by command or since it was old, is compared with nothing."""
    newest = {run.case_id: run for run in kept.runs}
    opened: defaultdict[int, int] = defaultdict(int)
    for review in kept.reviews:
        opened[review.case_id] += review.state == "open"
    cases = {
        case: CaseNow(input=_left(kept, run.input_id), state=run.state, open_reviews=opened[case])
        for case, run in newest.items()
    }
    had = [Effect(key=key, values=values) for key, values in effects]
    shown = frozenset(row for message in messages for row in message.rows)
    return Evidence(
        accepted=_accepted(kept, remembered, forgotten, cases),
        cases=cases,
        stops=_stops(kept, shown),
        decisions=_decisions(kept),
        applied={
            row.key: _left(kept, row.output_id)
            for row in kept.deliveries
            if row.state == "applied" and _left(kept, row.output_id) is not None
        },
        effects=had,
        entitled={effect.key: _entitled(effect.key, kept) for effect in had},
        messages=messages,
        intents=_intents(kept, shown),
        digests=kept.digests,
    )


def _accepted(
    kept: Kept, remembered: Remembered, forgotten: Collection[str], cases: Mapping[int, CaseNow]
) -> list[tuple[int, JsonValue]]:
    """Return each accepted case with its input; a number below zero for one that is not there."""
    ids = {(kept.workflows[row.workflow_id], row.key): case for case, row in kept.cases.items()}
    found: list[tuple[int, JsonValue]] = []
    for place, ((workflow, key), handed) in enumerate(remembered.items(), 1):
        if key in forgotten:
            continue
        case = ids.get((workflow, key), -place)
        now = cases.get(case)
        is_compared = handed.input is not None and (now is None or now.input is not None)
        found.append((case, dict(handed.input) if is_compared and handed.input else now.input if now else None))
    return found


def _left(kept: Kept, content: int) -> JsonValue:
    """Return a content; None where it was removed."""
    found = kept.bodies.get(content)
    return None if isinstance(found, dict) and "content removed" in found else found


def _stops(kept: Kept, shown: frozenset[int]) -> list[Stop]:
    runs = {run.id: run for run in kept.runs}
    cards: defaultdict[int, list[int]] = defaultdict(list)
    asked: set[object] = set()
    for row in kept.outbox:
        if row.kind == CAUSE:
            cards[row.subject_id].append(row.id)
        if row.id in shown:
            asked.add(row.subject)
    doubts: defaultdict[int, set[object]] = defaultdict(set)
    for delivery in kept.deliveries:
        if delivery.state == "doubtful":
            doubts[delivery.run_id].add(SubjectKind.DELIVERY.of(delivery.id))
    found = []
    for run in dict.fromkeys(kept.stopped):
        cause = runs[run].cause_id
        rows = cards[cause] if cause is not None else []
        found.append(Stop(run=run, told=bool(rows) and set(rows) <= shown, asked=doubts[run] <= asked))
    return found


def _decisions(kept: Kept) -> list[Decided]:
    reviews = {row.id: row for row in kept.reviews}
    runs = {row.id: row for row in kept.runs}
    last: dict[tuple[int, int], schema.Run] = {(run.case_id, run.revision): run for run in kept.runs}
    found = []
    for row in kept.decisions:
        run = runs[reviews[row.review_id].run_id]
        is_rejection = row.kind == "rejected"
        owes = row.kind in DECIDING or (is_rejection and row.follows == "close")
        # Refunds and mails are told nothing of a rejection, since they declare no effect of one.
        name = kept.workflows[run.workflow_id]
        owes = owes and not (is_rejection and name not in (TICKETS, CLAIMS))
        # With the content its key is removed, too.
        owes = owes and kept.cases[run.case_id].erased_at is None
        waits = reviews[row.review_id].second is not None and reviews[row.review_id].state != "decided"
        key = delivery_key(
            workflow=name,
            case=kept.cases[run.case_id].key,
            revision=run.revision,
            correction=run.correction,
            rejection=is_rejection,
        )
        stopped = last[run.case_id, run.revision].state in STOPPED or waits
        found.append(
            Decided(
                review=row.review_id, version=row.version, kind=row.kind, key=key if owes else None, stopped=stopped
            )
        )
    return _signed_once(found)


def _signed_once(decisions: Sequence[Decided]) -> list[Decided]:
    """Return the decisions, of which the last signature of a review alone owes its effect."""
    last = {one.key: place for place, one in enumerate(decisions) if one.key is not None}
    return [
        one if one.key is None or last[one.key] == place else Decided(**{**one.__dict__, "key": None})
        for place, one in enumerate(decisions)
    ]


def _intents(kept: Kept, shown: frozenset[int]) -> list[Intent]:
    unsent: defaultdict[object, list[int]] = defaultdict(list)
    for row in kept.outbox:
        if row.kind == UNSENT:
            unsent[row.subject].append(row.id)
    return [
        Intent(
            row=row.id,
            key=f"{row.kind}:{row.subject}:{row.channel}:{row.occasion}",
            state=row.state,
            told=any(other in shown for other in unsent[SubjectKind.OUTBOX.of(row.id)]),
        )
        for row in kept.outbox
    ]


def _entitled(key: str, kept: Kept) -> list[JsonValue]:
    """Return the values that somebody decides or that are proposed under a key: the reference alone says which."""
    workflow, case, *_ = key.split("/")
    reference = _reference(workflow, unquote(case), kept)
    if reference is None:
        return []
    made = truth(reference)
    if workflow == TICKETS:
        queues = dict.fromkeys((made.queue, made.said_queue))
        values: list[JsonValue] = [{"queue": one, "priority": made.priority, "reply": reply_of(one)} for one in queues]
    elif workflow in (NOTES, MAILS):
        # What the local model says of a note depends on what it has learned by then.
        queues = dict.fromkeys((made.queue, made.said_queue, *_proposed(workflow, unquote(case), kept)))
        values = [{"queue": one} for one in queues]
    else:
        more = {"by": "card"} if workflow == REFUNDS else {}
        values = [{**more, "amount": str(one)} for one in dict.fromkeys((made.amount, made.said_amount))]
    return [*values, "not for us"]


def _proposed(workflow: str, case: str, kept: Kept) -> list[str]:
    if workflow != NOTES:
        return []
    return ["billing", "delivery", "returns", "account"]


def _reference(workflow: str, case: str, kept: Kept) -> str | None:
    if workflow != MAILS:
        return case
    for row in kept.cases.values():
        if row.key == case:
            run = next(one for one in kept.runs if one.case_id == row.id)
            return reference_in(str(kept.bodies.get(run.input_id, "")))
    return None
