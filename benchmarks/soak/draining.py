"""The end of a soak: what is left is worked off, everything is counted, and the processes end."""

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import httpx2
from sqlalchemy import func, select

from benchmarks.soak.automations import CHANNELS
from benchmarks.soak.evidence import counted
from benchmarks.soak.figures import events
from benchmarks.soak.installation import Installation, Process
from benchmarks.soak.operator import Operator
from benchmarks.soak.people import REVIEWERS, People
from benchmarks.soak.rounds import Rounds
from benchmarks.soak.sampling import Book, read
from benchmarks.soak.sources import Sources
from benchmarks.soak.summary import Measured
from store.db.database import Database
from store.schema import Case, Digest, OutboxRow, Review, Run, SpotCheck
from store.states import ENDED, OutboxState, ReviewState
from tests.chaos.counting import Shown
from tests.chaos.gathering import seen

_LOOK, _PROPOSE = 15.0, 180.0
"""Seconds between two looks at what is left, and between two questions to the model about what it said nothing of."""
_LONGEST = 1_200.0
"""Seconds after which what is left counts as stuck."""


def drained(
    installation: Installation,
    database: Database,
    *,
    rounds: Rounds,
    people: People,
    operator: Operator,
    sources: Sources,
    book: Book,
    processes: Sequence[Process],
    ended: Mapping[str, int | None],
    hours: float,
    kind: str,
) -> Measured:
    """Work off what is left, end the processes, and return what was measured and counted."""
    installation.order(out=dict.fromkeys(("desk", "payments", "customers", "hook", "model"), 0))
    left = _work_off(installation, database, people=people, operator=operator, sources=sources, rounds=rounds)
    rounds.tell(f"left: {left}")
    book.note({one.name: one.pid for one in processes})
    doctor = installation.say("doctor")
    (installation.folder / "doctor.log").write_text(doctor.out + doctor.err, encoding="utf-8")
    operator.verify()
    around: dict[str, Any] = httpx2.get(f"{installation.around}/evidence", timeout=60.0, trust_env=False).json()
    with installation.administrator() as slack:
        channels = [*CHANNELS.values(), "C0FAILURES", "C0LEADS", "C0AUDIT", "C0INBOX"]
        messages = seen(slack, list(dict.fromkeys(channels)), user="U0LEE")
    _keep(installation, operator, sources, rounds, around, messages)
    codes = {one.name: one.stop() for one in processes}
    effects = [(str(key), values) for key, values in around["effects"]]
    counts = counted(database, sources.accepted, operator.forgotten, effects, messages)
    lines = [line for one in processes for line in one.log.read_text("utf-8", "replace").splitlines()]
    return Measured(
        database=kind,
        hours=hours,
        replicas=len(processes),
        processes=read(book.processes),
        stored=read(book.database),
        logged=events(lines),
        counts=counts,
        left=left,
        numbers=_numbers(database),
        done=Counter(rounds.done),
        faults=Counter(rounds.faults),
        around={name: value for name, value in around.items() if name not in ("effects", "questions")},
        effects=len(effects),
        verified=list(operator.verified),
        doctor=doctor.code,
        codes={name: codes[name] if ended[name] is None else ended[name] for name in codes},
    )


def _keep(
    installation: Installation,
    operator: Operator,
    sources: Sources,
    rounds: Rounds,
    around: Mapping[str, Any],
    messages: Sequence[Shown],
) -> None:
    """Keep what is counted, so that it can be counted again: the database, and what the outside remembers."""
    operator.back_up()
    kept = {
        "accepted": [asdict(one) for one in sources.accepted.values()],
        "forgotten": sorted(operator.forgotten),
        "around": around,
        "messages": [{"channel": one.channel, "rows": sorted(one.rows)} for one in messages],
        "done": rounds.done,
        "faults": rounds.faults,
        "verified": operator.verified,
    }
    (installation.folder / "remembered.json").write_text(json.dumps(kept), encoding="utf-8")


def _work_off(
    installation: Installation,
    database: Database,
    *,
    people: People,
    operator: Operator,
    sources: Sources,
    rounds: Rounds,
) -> Mapping[str, int]:
    """Have people decide, engineers run again and sources answer until nothing is left."""
    end = time.monotonic() + _LONGEST
    looked = proposed = time.monotonic()
    while time.monotonic() < end:
        for who in REVIEWERS:
            people.decide(who)
        if time.monotonic() - looked > _LOOK:
            sources.answer_all()
            _answer_the_rest(installation, database, sources)
            left = _left(database)
            if not any(left.values()):
                return left
            rounds.tell(f"left: {left}")
            if left.get("runs failed"):
                operator.rerun_causes()
            looked = time.monotonic()
        if time.monotonic() - proposed > _PROPOSE:
            for name in CHANNELS:
                installation.say("propose", name)
            proposed = time.monotonic()
        time.sleep(0.5)  # the processes work meanwhile
    return _left(database)


def _answer_the_rest(installation: Installation, database: Database, sources: Sources) -> None:
    """Answer as an operator what is asked about cases of files: no program is behind those."""
    with database.read() as session:
        asked = session.scalars(select(Review.case_id).where(Review.state == ReviewState.ASKED)).all()
    for case in asked:
        if case not in sources.ids:
            installation.say("reply", str(case), "It is the one that I named.")


def _left(database: Database) -> Mapping[str, int]:
    with database.read() as session:
        newest = select(func.max(Run.id)).group_by(Run.case_id)
        runs = session.execute(
            select(Run.state, func.count()).where(Run.id.in_(newest), Run.state.not_in(ENDED)).group_by(Run.state)
        ).all()
        unsent = session.execute(
            select(OutboxRow.state, func.count())
            .where(OutboxRow.state.not_in([OutboxState.SENT]))
            .group_by(OutboxRow.state)
        ).all()
    return {**{f"runs {state}": int(n) for state, n in runs}, **{f"messages {state}": int(n) for state, n in unsent}}


def _numbers(database: Database) -> Mapping[str, int]:
    tables = {"cases": Case, "runs": Run, "reviews": Review, "spot checks": SpotCheck, "digests": Digest}
    with database.read() as session:
        counts = {name: session.scalar(select(func.count()).select_from(table)) or 0 for name, table in tables.items()}
        counts["reviews still open"] = (
            session.scalar(select(func.count()).select_from(Review).where(Review.state == ReviewState.OPEN)) or 0
        )
        counts["cases whose content was removed"] = (
            session.scalar(select(func.count()).select_from(Case).where(Case.erased_at.is_not(None))) or 0
        )
    return counts
