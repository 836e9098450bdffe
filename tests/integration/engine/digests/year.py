"""A year of operation, made up from a seed and written as rows: what three workflows saw, and what became of it.

The rows are what the engine would have left behind, without what no report reads: messages, drafts, most of the audit.
In it are quiet Sundays, both nights on which the clocks are set, cases that come at midnight, a day on which a system
was down, a dear day, and a demonstration. At its end some cases still wait, stand failed, or are in doubt.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Column, ColumnElement, insert, text, update

from store import schema
from store.db.database import Database
from store.states import (
    CauseState,
    DeliveryState,
    QuestionState,
    Resolution,
    ReviewState,
    RunState,
    SpotCheckState,
    StepState,
)
from tests.integration.engine.digests.year_groups import add_groups

ZONE = ZoneInfo("Europe/Berlin")
FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
NOW = datetime(2026, 1, 1, 7, tzinfo=ZONE).astimezone(UTC)
"""The time at which it is looked at: the morning after."""
TRIAGE, REFUNDS, INVOICES = "triage", "refunds", "invoices"
WORKFLOWS = (TRIAGE, REFUNDS, INVOICES)
DEMONSTRATION = date(2025, 1, 2)
INCIDENT = date(2025, 6, 12)
DEAR = date(2025, 9, 17)
LARGE, SMALL = "m-large", "m-small"
QUEUES = ("billing", "delivery", "safety")
REPLIES = ("Hello", "We look into it", "It is on its way")
WHY_REJECTED = ("no ticket of ours", "already answered", "wrong customer", "spam")
PEOPLE = ("U0ANA", "U0BEN", "U0CAL", "U0EVE")

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
_PER_DAY: Mapping[str, float] = {TRIAGE: 8.6, REFUNDS: 3.6, INVOICES: 2.6}
"""Cases of a usual weekday."""
_ALONE: Mapping[str, float] = {TRIAGE: 0.62, REFUNDS: 0.0, INVOICES: 0.72}
"""The part of the cases that goes alone where nothing goes wrong."""
_PRICES: Mapping[str, tuple[Decimal, Decimal]] = {
    LARGE: (Decimal("0.000003"), Decimal("0.000015")),
    SMALL: (Decimal("0.0000008"), Decimal("0.000004")),
}
"""Model -> US dollars of a token of the question, and of the answer."""
_HUMAN: Sequence[tuple[str, float]] = (
    ("approved", 0.56),
    ("edited", 0.18),
    ("closed", 0.06),
    ("by_hand", 0.03),
    ("propose_again", 0.02),
    ("asked", 0.03),
    ("lapsed", 0.02),
    ("expired", 0.01),
    ("undone", 0.02),
    ("two_people", 0.03),
    ("together", 0.04),
)
"""Ways that people take with a case, and how often."""

Row = dict[str, Any]


@dataclass(kw_only=True)
class Books:
    """The rows of all tables, until they are written."""

    team: int
    rows: defaultdict[type[schema.Base], list[Row]] = field(default_factory=lambda: defaultdict(list))

    def add(self, table: type[schema.Base], **values: Any) -> Row:
        """Add a row with the next id, which may still be changed, and return it."""
        row = {"id": len(self.rows[table]) + 1, "team_id": self.team, **values}
        self.rows[table].append(row)
        return row

    def write(self, database: Database) -> None:
        """Write them into a database that holds its team and no other row of these tables."""
        with database.write() as session:
            session.execute(
                update(schema.Team)
                .where(schema.Team.id == self.team)
                .values(created_at=_local(FIRST - timedelta(days=30), 9))
            )
            order = {table.name: place for place, table in enumerate(schema.Base.metadata.sorted_tables)}
            for table in sorted(self.rows, key=lambda one: order[one.__tablename__]):
                many = self.rows[table]
                known = {name for row in many for name in row}
                empty = {column.name: _left_out(column) for column in table.__table__.columns if column.name in known}
                session.execute(
                    insert(schema.Base.metadata.tables[table.__tablename__]), [{**empty, **row} for row in many]
                )
                if database.dialect == "postgresql":
                    name = table.__tablename__
                    session.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {len(many)})"))


def _left_out(column: ColumnElement[Any]) -> Any:
    """Return the value of a column that a row does not name."""
    # Those that may not be empty are named by each row, or begin with a zero, a falsehood or an empty text.
    assert isinstance(column, Column)
    return column.type.python_type() if column.server_default is not None else None


def _local(day: date, hour: int, minute: int = 0, second: int = 0, *, fold: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute, second, fold=fold), tzinfo=ZONE).astimezone(UTC)


def year(seed: int, *, team: int) -> Books:
    """Return the rows of a year. The same seed makes the same rows."""
    made = _Year(random=Random(seed), books=Books(team=team))
    made.live()
    add_groups(made.books.rows, made.books.add, seed)
    return made.books


@dataclass(kw_only=True)
class _Year:
    """The year while it is made up."""

    random: Random
    books: Books
    workflows: dict[str, int] = field(default_factory=dict)
    causes: dict[tuple[str, str], Row] = field(default_factory=dict)
    asked_before: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    """Workflow -> requests whose answer may be given again."""
    cases: int = 0

    def live(self) -> None:
        """Live through the year."""
        for name in WORKFLOWS:
            row = self.books.add(schema.Workflow, name=name, options={}, created_at=_local(FIRST, 0))
            self.workflows[name] = row["id"]
            for number in (1, 2, 3):
                self.books.add(
                    schema.PromptVersion,
                    workflow=name,
                    version=_version(name, number),
                    name=f"{name}.md",
                    source=f"Prompt {number} of {name}.",
                    form="{}",
                    seen_at=_local(date(2025, 4 * number - 3, 1), 0),
                )
        self._demonstrate()
        for number in range((LAST - FIRST).days + 1):
            day = FIRST + timedelta(days=number)
            for at, workflow in sorted(self._arrivals(day)):
                self._case(workflow, at, day)
        self._evals()
        self._spend()
        self._leave_open()

    def _arrivals(self, day: date) -> Iterator[tuple[datetime, str]]:
        """Yield the time and the workflow of each case of a day."""
        if day in (date(2025, 3, 30), date(2025, 10, 26)):
            # On both sides of the hour that is left out, or comes twice.
            yield _local(day, 1, 59, 59), TRIAGE
            yield _local(day, 3), TRIAGE
            yield _local(day, 2, 30, fold=1), REFUNDS
        if day.day == 1 or (day.weekday() == 0 and day.day <= 14):
            # The last moment of a period, and the first of the next one.
            yield _local(day, 0), TRIAGE
            if day > FIRST:
                yield _local(day, 0) - timedelta(microseconds=1), INVOICES
        if day == date(2025, 12, 25) or (day.weekday() == 6 and self.random.random() < 0.7):
            return
        share = 2.0 if day == INCIDENT else 1.0 if day.weekday() < 5 else 0.15
        for workflow, usual in _PER_DAY.items():
            grown = usual * share * (0.85 + 0.3 * (day - FIRST).days / 365)
            for _ in range(max(0, round(self.random.gauss(grown, grown**0.5 / 2)))):
                hour = self.random.choices(range(24), [1] * 7 + [8] * 11 + [3] * 3 + [1] * 3)[0]
                yield _local(day, hour, self.random.randrange(60), self.random.randrange(60)), workflow

    def _case(self, workflow: str, at: datetime, day: date) -> None:
        """A case, and what becomes of it."""
        case = self._take_in(workflow, at)
        run = self._run(case, at)
        if self.random.random() < 0.02:
            # Newer content comes while it waits or is worked on.
            self._ask(run, at)
            later = at + self.random.randint(2, 300) * MINUTE
            self._end(run, later, RunState.SUPERSEDED)
            case["revision"], at = 2, later
            case["content_hash"] = _hash(f"{case['key']} again")
            run = self._run(case, at)
        if self.random.random() < (0.85 if day == INCIDENT else 0.02):
            again = self._fail(run, at, day)
            if again is None:
                return
            run, at = again
        if self.random.random() < _ALONE[workflow]:
            self._goes_alone(run, at)
        else:
            self._goes_to_people(run, at)

    def _take_in(self, workflow: str, at: datetime) -> Row:
        self.cases += 1
        key = f"ticket-{self.cases}"
        return self.books.add(
            schema.Case,
            workflow_id=self.workflows[workflow],
            key=key,
            revision=1,
            content_hash=_hash(key),
            source=self.random.choice(["http", "slack", "csv"]),
            received_at=at,
        )

    def _run(self, case: Row, at: datetime, *, parent: Row | None = None, **values: Any) -> Row:
        if parent is None:
            body = {"id": case["id"], "text": f"ticket of {at:%d %B}", "language": "en"}
            values |= {"input_id": self._content(case["id"], "input", body)}
        else:
            values = {"parent_id": parent["id"], "input_id": parent["input_id"], **values}
        return self.books.add(
            schema.Run,
            **{
                "case_id": case["id"],
                "workflow_id": case["workflow_id"],
                "revision": case["revision"],
                "correction": 0,
                "code_version": "0123456789abcdef",
                "state": RunState.READY,
                "lease": 1,
                "created_at": at,
                "changed_at": at,
                **values,
            },
        )

    def _content(self, case: int, kind: str, body: Any) -> int:
        row = self.books.add(schema.Content, case_id=case, kind=kind, body=json.dumps(body, sort_keys=True))
        return int(row["id"])

    def _name(self, run: Row) -> str:
        return WORKFLOWS[run["workflow_id"] - 1]

    def _ask(self, run: Row, at: datetime, *, recalled: Row | None = None) -> Row | None:
        """Look something up and ask a model; return the step of the question. `recalled`: it was asked before."""
        self._step(run, 1, "look_up", at)
        if recalled is not None:
            return self._step(run, 2, "ask", at, recalled_from=recalled["id"], milliseconds=0.0)
        workflow, kind = self._name(run), self.random.random()
        if kind < 0.05:
            # A model in this process, which makes no request. Some of them cost something all the same.
            return self._step(run, 2, "ask", at, cost=Decimal("0.0004") if kind < 0.02 else Decimal(0))
        earlier = [one for one in self.asked_before[workflow][-60:] if one["began_at"] < at]
        if earlier and kind < 0.12:
            given = self.random.choice(earlier)
            self._request(run, at, model=given["model"], outcome="given_again", cached_from=given["id"])
            return self._step(run, 2, "ask", at)
        model = self.random.choices([LARGE, SMALL], [0.3, 0.7] if workflow == TRIAGE else [0.8, 0.2])[0]
        number, times = 1, 60 if at.astimezone(ZONE).date() == DEAR else 1
        if kind < 0.16:
            self._request(run, at, model=model, outcome=self.random.choice(["transient", "throttled"]))
            number = 2
        if kind > 0.995:
            # Its process ended before the answer came: what it reserved counts.
            self._request(run, at, model=model, outcome="asked", number=number, cost=None)
            number += 1
        asked = self._request(run, at, model=model, outcome="answered", number=number, times=times)
        if times == 1:
            self.asked_before[workflow].append(asked)
        return self._step(run, 2, "ask", at, cost=asked["cost"])

    def _request(
        self,
        run: Row,
        at: datetime,
        *,
        model: str,
        outcome: str,
        number: int = 1,
        times: int = 1,
        cost: Decimal | None = Decimal(0),
        cached_from: int | None = None,
    ) -> Row:
        workflow, answered = self._name(run), outcome == "answered"
        tokens = (self.random.randint(300, 2600) * times, self.random.randint(40, 400) * times) if answered else (0, 0)
        price = _PRICES[model]
        if answered:
            cost = tokens[0] * price[0] + tokens[1] * price[1]
        worst = Decimal(0) if cached_from is not None else 3_000 * times * (price[0] + price[1])
        return self.books.add(
            schema.ModelRequest,
            workflow=workflow,
            case_id=run["case_id"],
            run_id=run["id"],
            number=number,
            model=model,
            answered_by=f"{model}-2025" if answered or cached_from is not None else None,
            prompt_version=_version(workflow, _period(at)),
            input_hash=_hash(f"{run['id']} {number}"),
            cache_key=_hash(f"question {run['id']}") if answered else None,
            cached_from=cached_from,
            outcome=outcome,
            input_tokens=tokens[0],
            output_tokens=tokens[1],
            thinking_tokens=0,
            cache_read_tokens=0,
            cache_write_tokens=0,
            reserved=worst,
            cost=cost,
            prices="2025-01",
            began_at=at + timedelta(seconds=number),
            milliseconds=None if outcome == "asked" else float(self.random.randint(300, 4_000)),
        )

    def _step(self, run: Row, position: int, name: str, at: datetime, **values: Any) -> Row:
        return self.books.add(
            schema.Step,
            **{
                "run_id": run["id"],
                "position": position,
                "name": name,
                "nth": 1,
                "attempt": 1,
                "state": StepState.FINISHED,
                "input_hash": _hash(f"{name} {run['id']}"),
                "body": "{}",
                "started_at": at + timedelta(seconds=position),
                "milliseconds": float(self.random.randint(2, 900)),
                "cost": Decimal(0),
                **values,
            },
        )

    def _propose(self, run: Row, at: datetime, output: Row, *, model: str, sample: bool = False) -> int:
        confidence = round(self.random.uniform(0.3, 0.99), 2)
        body = {
            "alternatives": {},
            "confidence": dict.fromkeys(output, confidence),
            "doubts": [],
            "evidence": {},
            "last": False,
            "output": output,
            "reasons": [],
            "second": {},
            "unfamiliar": None,
        }
        row = self.books.add(
            schema.Proposal,
            run_id=run["id"],
            content_id=self._content(run["case_id"], "proposal", body),
            confidence=confidence,
            model=model,
            prompt_version=_version(self._name(run), _period(at)),
            sample=sample,
            created_at=at + timedelta(seconds=5),
        )
        return int(row["id"])

    def _output(self) -> Row:
        return {"queue": self.random.choice(QUEUES), "reply": self.random.choice(REPLIES)}

    def _end(self, run: Row, at: datetime, state: RunState, resolution: Resolution | None = None) -> None:
        """Bring a run to its end."""
        run |= {"state": state, "changed_at": at}
        if resolution is not None:
            run["resolution"] = resolution
        self._record(at, f"run.{state}", "run", run["id"], run["case_id"], {"from": "running"})

    def _record(self, at: datetime, action: str, kind: str, of: int, case: int | None, details: Row) -> None:
        self.books.add(
            schema.AuditRow,
            at=at,
            actor="countersign",
            action=action,
            subject_kind=kind,
            subject_id=of,
            case_id=case,
            details=details,
        )

    def _deliver(self, run: Row, at: datetime, output: Row, resolution: Resolution) -> datetime:
        """Deliver a run, and return when that was."""
        run["output_id"], done = self._content(run["case_id"], "output", output), at + timedelta(seconds=20)
        self._step(run, 3, "deliver/send", at)
        self._delivery(run, done, DeliveryState.APPLIED)
        self._end(run, done, RunState.DELIVERED, resolution)
        return done

    def _delivery(self, run: Row, at: datetime, state: DeliveryState) -> Row:
        nth = f"correction-{run['correction']}" if run["correction"] else f"run-{run['id']}"
        return self.books.add(
            schema.Delivery,
            case_id=run["case_id"],
            run_id=run["id"],
            key=f"{self._name(run)}/case-{run['case_id']}/{nth}",
            kind="answer",
            state=state,
            attempts=1,
            maybe_applied=False,
            output_id=run["output_id"],
            created_at=at,
            changed_at=at,
        )

    def _fail(self, run: Row, at: datetime, day: date) -> tuple[Row, datetime] | None:
        """Let a run fail. Return its rerun and when that began; None where it stands failed."""
        step, error = ("look_up", "CrmDown") if day == INCIDENT else self._breaks()
        asked = None
        if step == "deliver":
            asked = self._ask(run, at)
            self._propose(run, at, self._output(), model=LARGE)
        cause = self._cause(self._name(run), step, error, at)
        failed = at + self.random.randint(1, 40) * timedelta(seconds=1)
        problem = self._content(run["case_id"], "problem", {"step": step, "type": error, "message": "it broke"})
        state = RunState.PARKED if error == "Drifted" else RunState.FAILED
        run |= {"problem_id": problem, "cause_id": cause["id"]}
        self._end(run, failed, state)
        cause["count"] += 1
        cause["last_at"] = failed
        again = self._in_hours(failed + self.random.randint(20, 900) * MINUTE)
        if self.random.random() < 0.12 or again > NOW:
            return None
        if cause["state"] is not CauseState.IGNORED:
            cause |= {"resolved_at": again, "resolved_by": "countersign", "state": CauseState.RESOLVED}
        self._end(run, again, RunState.SUPERSEDED)
        case = self.books.rows[schema.Case][run["case_id"] - 1]
        rerun = self._run(case, again, parent=run, from_step=step, asked_by="U0DEV", cause_id=cause["id"])
        if asked is not None:
            # Only the delivery is made again, and that without asking anybody: the proposal was sure.
            self._ask(rerun, again, recalled=asked)
            self._propose(rerun, again, self._output(), model=LARGE)
            self._deliver(rerun, again, self._output(), Resolution.ALONE)
            return None
        return rerun, again

    def _breaks(self) -> tuple[str, str]:
        return self.random.choice(
            [("look_up", "KeyError"), ("look_up", "TimeLimitPassed"), ("deliver", "NotDone"), ("look_up", "Drifted")]
        )

    def _cause(self, workflow: str, step: str, error: str, at: datetime) -> Row:
        found = self.causes.get((workflow, error))
        if found is None:
            found = self.causes[workflow, error] = self.books.add(
                schema.Cause,
                workflow_id=self.workflows[workflow],
                fingerprint=_hash(f"{workflow} {error}")[:32],
                step=step,
                error=error,
                dependency="the CRM" if error == "CrmDown" else None,
                message="it broke",
                state=CauseState.IGNORED if error == "TimeLimitPassed" else CauseState.OPEN,
                version=1,
                changed_by="countersign",
                changed_at=at,
                opened_at=at,
                count=0,
                first_at=at,
                last_at=at,
                cost=Decimal(0),
            )
            self._record(at, "cause.opened", "cause", found["id"], None, {"fingerprint": found["fingerprint"]})
        elif found["state"] is CauseState.RESOLVED:
            found |= {"state": CauseState.REGRESSED, "opened_at": at}
        return found

    def _goes_alone(self, run: Row, at: datetime) -> None:
        self._ask(run, at)
        output = self._output()
        self._propose(run, at, output, model=self.random.choice([LARGE, SMALL]))
        if self._name(run) == INVOICES and self.random.random() < 0.01:
            self._doubt(run, at, output)
            return
        done = self._deliver(run, at + timedelta(seconds=10), output, Resolution.ALONE)
        check, what = self._draw(run, done), self.random.random()
        if what < 0.03:
            corrected = self._report(run, done, output)
            if check is not None and corrected is not None:
                self._overtake(check, corrected, "correction")
        elif what < 0.045:
            revised = self._revise(run, done)
            if check is not None and revised is not None:
                self._overtake(check, revised, "revision")
        elif check is not None and check["correction"] == "opened":
            check["review_id"] = self._correct(run, check["ended_at"], output, code="correction")[1]["id"]

    def _draw(self, run: Row, at: datetime) -> Row | None:
        """Keep the probability of a spot check of what went alone, and draw it; return its row where it was drawn.

        The probability was raised in summer. Most looks find the same, and the last ones are still to be made.
        """
        usual = 0.2 if self._name(run) == INVOICES else 0.08
        run["spot_check_probability"] = probability = usual * (2 if at > _local(date(2025, 7, 1), 0) else 1)
        if self.random.random() >= probability:
            return None
        check = self.books.add(
            schema.SpotCheck,
            run_id=run["id"],
            case_id=run["case_id"],
            workflow_id=run["workflow_id"],
            probability=probability,
            state=SpotCheckState.OPEN,
            version=1,
            drawn_at=at,
            due_at=at + 72 * HOUR,
            correction=None,
        )
        looked_at = self._in_hours(at + self.random.randint(1, 90) * HOUR)
        if looked_at > NOW:
            return check
        outcome = self.random.choices(["same", "minor", "major", "critical"], [0.9, 0.05, 0.04, 0.01])[0]
        is_error = outcome != "same"
        check |= {
            "state": SpotCheckState.DECIDED,
            "version": 3 if is_error else 2,
            "answer_id": self._content(run["case_id"], "output", self._output()),
            "answered_by": PEOPLE[2],
            "answered_at": looked_at,
            "seconds": round(self.random.lognormvariate(4, 0.6), 1),
            "grade": outcome if is_error else None,
            "second_by": PEOPLE[3] if is_error else None,
            "second_grade": outcome if is_error else None,
            "outcome": outcome,
            "is_error": is_error,
            "end": "second" if is_error else "equal",
            "ended_at": looked_at,
            "correction": "opened" if outcome in ("major", "critical") else None,
        }
        return check

    def _overtake(self, check: Row, at: datetime, end: str) -> None:
        """A spot check that nobody had looked at before ends without an outcome."""
        if check.get("ended_at") is None or check["ended_at"] > at:
            nothing = dict.fromkeys(("answered_by", "answered_at", "answer_id", "seconds", "grade", "outcome"))
            nothing |= dict.fromkeys(("second_by", "second_grade", "is_error", "correction"))
            check |= {**nothing, "state": SpotCheckState.SUPERSEDED, "end": end, "ended_at": at}

    def _revise(self, run: Row, at: datetime) -> datetime | None:
        """Newer content comes after the delivery, within the same day or some days later; a person decides it."""
        later = at + self.random.choice([5 * MINUTE, 3 * HOUR, 50 * HOUR, 400 * HOUR])
        if later > NOW:
            return None
        case = self.books.rows[schema.Case][run["case_id"] - 1]
        case |= {"revision": 2, "content_hash": _hash(f"{case['key']} again")}
        self._goes_to_people(self._run(case, later), later)
        return later

    def _doubt(self, run: Row, at: datetime, output: Row) -> None:
        """Nobody knows whether it was delivered, until a person says that it was. The last doubts of a year stand."""
        cause = self._cause(self._name(run), "deliver", "OutcomeUnknown", at)
        cause["count"] += 1
        run |= {"cause_id": cause["id"], "output_id": self._content(run["case_id"], "output", output)}
        self._end(run, at + MINUTE, RunState.DOUBTFUL, Resolution.ALONE)
        delivery = self._delivery(run, at, DeliveryState.DOUBTFUL)
        settled = self._in_hours(at + self.random.randint(1, 30) * HOUR)
        if settled < NOW and at < _local(date(2025, 11, 1), 0):
            delivery |= {"state": DeliveryState.APPLIED, "changed_at": settled}
            cause |= {"state": CauseState.RESOLVED, "resolved_at": settled, "resolved_by": "countersign"}
            self._end(run, settled, RunState.DELIVERED)
        self._draw(run, at)

    def _goes_to_people(self, run: Row, at: datetime) -> None:
        if self.random.random() < 0.05:
            self._step(run, 1, "look_up", at)
            code = self.random.choice(["over_budget", "unavailable", "out_of_scope"])
            review = self._review(run, at, None, code)
            self._answer(run, review, self._in_hours(at + self._takes()))
            return
        self._ask(run, at)
        output = self._output()
        proposal = self._propose(run, at, output, model=self.random.choice([LARGE, SMALL]))
        review = self._review(run, at, proposal, "draft" if self._name(run) == REFUNDS else "below_floor")
        if at > _local(date(2025, 12, 15), 0) and self.random.random() < 0.15:
            return  # nobody came to it before the year was over
        what = self.random.choices([name for name, _ in _HUMAN], [often for _, often in _HUMAN])[0]
        self._people(what, run, review, self._in_hours(at + self._takes()), output)

    def _takes(self) -> timedelta:
        return timedelta(minutes=min(self.random.expovariate(1 / 55), 2_000))

    def _in_hours(self, at: datetime) -> datetime:
        """Return a time, or the next one at which people work."""
        local = at.astimezone(ZONE)
        if local.weekday() < 5 and 8 <= local.hour < 18:
            return at
        day = local.date() + timedelta(days=local.hour >= 18)
        while day.weekday() >= 5:
            day += timedelta(days=1)
        return max(at, _local(day, 8) + self.random.randint(0, 90) * MINUTE)

    def _people(self, what: str, run: Row, review: Row, at: datetime, output: Row) -> None:
        """Let people do something with a case, at a time, unless that is not there yet."""
        if at > NOW:
            return
        match what:
            case "approved" | "together":
                self._decide(review, at, "approved", output, unopened=what == "together")
                self._resolve(run, review, at, output)
            case "edited":
                self._edit(run, review, at, output)
            case "closed":
                self._reject(run, review, at, "close")
                self._close(run, review, at, Resolution.REJECTED)
            case "by_hand":
                self._reject(run, review, at, "by_hand")
                review |= {"version": review["version"] + 1, "proposal_id": None}
                self._answer(run, review, self._in_hours(at + self._takes()))
            case "propose_again":
                self._reject(run, review, at, "propose_again")
                review |= {"state": ReviewState.DECIDED, "decided_at": at}
                self._next_run(run, at, from_step="ask")
            case "asked":
                self._ask_source(run, review, at)
            case "lapsed":
                late = review["answer_by"]
                if late < NOW:
                    self._decide(review, late, "lapsed", output, by="countersign")
                    self._resolve(run, review, late, output, Resolution.LAPSED)
            case "expired":
                late = review["answer_by"]
                if late < NOW:
                    self._decide(review, late, "expired", None, by="countersign")
                    self._close(run, review, late, Resolution.EXPIRED)
            case "undone":
                first = self._decide(review, at, "approved", output)
                back = at + 3 * MINUTE
                first |= {"revoked_at": back, "revoked_by": first["by"]}
                review["version"] += 1
                self._edit(run, review, at + 9 * MINUTE, output)
            case "two_people":
                self._decide(review, at, "approved", output, by=PEOPLE[0])
                second = self._in_hours(at + self._takes())
                review |= {"state": ReviewState.AWAITING_SECOND, "version": review["version"] + 1, "second": 0}
                if second < NOW:
                    self._decide(review, second, "approved", output, by=PEOPLE[1], confirms=True)
                    self._resolve(run, review, second, output)

    def _review(self, run: Row, at: datetime, proposal: int | None, code: str) -> Row:
        opened = at + timedelta(seconds=12)
        reasons = [{"code": code}]
        row = self.books.add(
            schema.Review,
            run_id=run["id"],
            case_id=run["case_id"],
            workflow_id=run["workflow_id"],
            version=1,
            state=ReviewState.OPEN,
            proposal_id=proposal,
            reasons_id=self._content(run["case_id"], "reasons", reasons),
            precedence=0 if run["correction"] else 1,
            opened_at=opened,
            answer_by=opened + 8 * HOUR,
        )
        run |= {"state": RunState.WAITING, "changed_at": opened}
        return row

    def _decide(
        self, review: Row, at: datetime, kind: str, output: Row | None, *, by: str | None = None, **values: Any
    ) -> Row:
        """Note a decision. About half of those of people were made in a form, so that their seconds are known."""
        person = by or self.random.choice(PEOPLE)
        is_measured = person in PEOPLE and not values.get("unopened") and self.random.random() < 0.5
        if person in PEOPLE and self.random.random() < 0.3:
            review |= {"claimed_by": person, "claimed_at": at - 2 * MINUTE}
        return self.books.add(
            schema.Decision,
            review_id=review["id"],
            version=review["version"],
            kind=kind,
            by=person,
            output_id=self._content(review["case_id"], "output", output) if output is not None else None,
            confirmed=[],
            at=at,
            seconds=round(self.random.lognormvariate(3.6, 0.7), 1) if is_measured else None,
            **values,
        )

    def _resolve(
        self, run: Row, review: Row, at: datetime, output: Row, resolution: Resolution = Resolution.BY_PERSON
    ) -> None:
        review |= {"state": ReviewState.DECIDED, "decided_at": at}
        if self.random.random() < 0.02 and resolution is Resolution.BY_PERSON and not run["correction"]:
            # The delivery fails, and is made by a rerun, which has no review of its own.
            cause = self._cause(self._name(run), "deliver", "NotDone", at)
            cause["count"] += 1
            run |= {"resolution": resolution, "cause_id": cause["id"]}
            self._end(run, at + MINUTE, RunState.FAILED)
            again = at + 40 * MINUTE
            if again > NOW:
                return
            self._end(run, again, RunState.SUPERSEDED)
            case = self.books.rows[schema.Case][run["case_id"] - 1]
            run = self._run(case, again, parent=run, from_step="deliver", asked_by="U0DEV")
            at = again
        done = self._deliver(run, at + timedelta(seconds=2), output, resolution)
        if self.random.random() < 0.01 and not run["correction"]:
            self._report(run, done, output)

    def _close(self, run: Row, review: Row, at: datetime, resolution: Resolution) -> None:
        review |= {"state": ReviewState.DECIDED, "decided_at": at}
        self._end(run, at, RunState.CLOSED, resolution)

    def _edit(self, run: Row, review: Row, at: datetime, proposed: Row) -> None:
        output = dict(proposed)
        kind = self.random.random()
        if kind < 0.75:
            output["queue"] = self.random.choice([one for one in QUEUES if one != proposed["queue"]])
        if kind > 0.6:
            output["reply"] = self.random.choice([one for one in REPLIES if one != proposed["reply"]])
        self._decide(review, at, "edited", output)
        self._resolve(run, review, at, output)

    def _answer(self, run: Row, review: Row, at: datetime) -> None:
        if at > NOW:
            return
        output = self._output()
        self._decide(review, at, "answered", output)
        self._resolve(run, review, at, output)

    def _reject(self, run: Row, review: Row, at: datetime, follows: str) -> None:
        reason = self._content(run["case_id"], "reason", self.random.choice(WHY_REJECTED))
        self._decide(review, at, "rejected", None, follows=follows, reason_id=reason)

    def _next_run(self, run: Row, at: datetime, *, from_step: str) -> None:
        """A new run takes the place of one, asks anew, and a person approves what it proposes."""
        self._end(run, at, RunState.SUPERSEDED)
        case = self.books.rows[schema.Case][run["case_id"] - 1]
        later = self._run(case, at, parent=run, from_step=from_step)
        self._ask(later, at)
        output = self._output()
        proposal = self._propose(later, at, output, model=LARGE)
        code = "proposed_again" if from_step == "ask" else "source_answered"
        review = self._review(later, at, proposal, code)
        self._people("approved", later, review, self._in_hours(at + self._takes()), output)

    def _ask_source(self, run: Row, review: Row, at: datetime) -> None:
        """A person asks the source of a case, which answers or does not."""
        self._decide(review, at, "asked", None)
        review["state"] = ReviewState.ASKED
        answered = at + self.random.randint(20, 4_000) * MINUTE
        question = self.books.add(
            schema.Question,
            case_id=run["case_id"],
            review_id=review["id"],
            run_id=run["id"],
            number=1,
            revision=run["revision"],
            text_id=self._content(run["case_id"], "question", "Which of the two orders is it about?"),
            asked_by=self.random.choice(PEOPLE),
            asked_at=at,
            answer_by=at + 48 * HOUR,
            state=QuestionState.SENT,
            attempts=1,
            maybe_sent=False,
            due_at=at + 48 * HOUR,
        )
        if answered < min(NOW, question["answer_by"]):
            answer = self._content(run["case_id"], "source_answer", "The first one.")
            question |= {"state": QuestionState.ANSWERED, "due_at": None, "answer_id": answer, "answered_at": answered}
            review |= {"state": ReviewState.SUPERSEDED}
            self._next_run(run, answered, from_step="propose")
        elif question["answer_by"] < NOW:
            question["due_at"] = None
            review |= {"state": ReviewState.OPEN, "version": review["version"] + 1}
            self._people("approved", run, review, self._in_hours(question["answer_by"]), self._output())

    def _report(self, run: Row, at: datetime, delivered: Row) -> datetime | None:
        """Somebody says that what was delivered is wrong. Return when that was corrected; None where it stayed."""
        said = self._in_hours(at + self.random.randint(30, 6_000) * MINUTE)
        if said > NOW:
            return None
        corrected, review = self._correct(run, said, delivered, code="reported")
        self.books.add(
            schema.Report,
            about=f"case {run['case_id']}",
            case_id=run["case_id"],
            run_id=run["id"],
            review_id=review["id"],
            by="U0LEE",
            said="the wrong queue",
            at=said,
            outcome="opened",
        )
        return corrected

    def _correct(self, run: Row, at: datetime, delivered: Row, *, code: str) -> tuple[datetime | None, Row]:
        """Ask a person about what was delivered, who corrects it, or says that it was right. Return when it was
        corrected, if it was, and the review.
        """
        case = self.books.rows[schema.Case][run["case_id"] - 1]
        correction = self._run(case, at, parent=run, correction=1)
        proposal = self._propose(correction, at, delivered, model="what was delivered")
        review = self._review(correction, at, proposal, code)
        decided = self._in_hours(at + self._takes())
        if decided > NOW:
            return None, review
        if code == "reported" and self.random.random() < 0.3:
            self._decide(review, decided, "upheld", None)
            self._close(correction, review, decided, Resolution.BY_PERSON)
            return None, review
        self._edit(correction, review, decided, delivered)
        return decided, review

    def _demonstrate(self) -> None:
        """A demonstration with sample answers, of which one failed and some wait. No figure counts it."""
        for number in range(30):
            at = _local(DEMONSTRATION, 10, number)
            workflow = (TRIAGE, REFUNDS)[number % 2]
            run = self._run(self._take_in(workflow, at), at)
            self._step(run, 1, "look_up", at)
            self._step(run, 2, "ask", at)
            output = self._output()
            proposal = self._propose(run, at, output, model="samples", sample=True)
            if number == 5:
                cause = self._cause(workflow, "deliver", "NotDone", at)
                cause["count"] += 1
                run["cause_id"] = cause["id"]
                self._end(run, at + MINUTE, RunState.FAILED)
            elif workflow == TRIAGE:
                self._deliver(run, at + MINUTE, output, Resolution.ALONE)
            else:
                review = self._review(run, at, proposal, "draft")
                if number % 4 == 1:
                    self._edit(run, review, at + 30 * MINUTE, output)

    def _evals(self) -> None:
        """Requests of evals, which belong to no case."""
        for month in (4, 8, 12):
            at = _local(date(2025, month, 15), 14)
            for number in range(25):
                tokens = self.random.randint(300, 2_600)
                self.books.add(
                    schema.ModelRequest,
                    workflow=TRIAGE,
                    number=1,
                    model=LARGE,
                    answered_by=f"{LARGE}-2025",
                    prompt_version=_version(TRIAGE, _period(at)),
                    input_hash=_hash(f"eval {month} {number}"),
                    outcome="answered",
                    input_tokens=tokens,
                    output_tokens=100,
                    thinking_tokens=0,
                    cache_read_tokens=0,
                    cache_write_tokens=0,
                    reserved=Decimal("0.05"),
                    cost=tokens * _PRICES[LARGE][0] + 100 * _PRICES[LARGE][1],
                    prices="2025-01",
                    began_at=at + number * MINUTE,
                    milliseconds=900.0,
                )

    def _spend(self) -> None:
        """Add up what each workflow spent on each day, as its budget does."""
        taken: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for row in self.books.rows[schema.ModelRequest]:
            if "case_id" in row:
                day = row["began_at"].astimezone(ZONE).date().isoformat()
                taken[f"workflow:{row['workflow']}", day] += row["reserved"] if row["cost"] is None else row["cost"]
        for (budget, day), dollars in sorted(taken.items()):
            self.books.add(schema.Spending, budget=budget, period=day, taken=dollars)

    def _leave_open(self) -> None:
        """A cause is not resolved while a run stands for it."""
        standing = {
            run["cause_id"]
            for run in self.books.rows[schema.Run]
            if run["state"] in (RunState.FAILED, RunState.PARKED, RunState.DOUBTFUL) and "cause_id" in run
        }
        for cause in self.books.rows[schema.Cause]:
            if cause["state"] is CauseState.RESOLVED and cause["id"] in standing:
                cause |= {"state": CauseState.OPEN, "resolved_at": None, "resolved_by": None}


def _period(at: datetime) -> int:
    """Return the number of the prompt version that is live at a time."""
    return (at.astimezone(ZONE).month - 1) // 4 % 3 + 1


def _version(workflow: str, number: int) -> str:
    return _hash(f"prompt {number} of {workflow}")[:12]


def _hash(of: str) -> str:
    return sha256(of.encode()).hexdigest()
