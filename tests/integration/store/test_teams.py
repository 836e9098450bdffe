"""Two teams in one database: no query gives one of them the other's rows, nor changes them."""

import importlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import TextClause, select, text, update
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

import store
from store import schema
from store.cases import contents
from store.cases.bulk_reruns import Choice, Ends
from store.cases.cases import NewContent
from store.cases.contents import REMOVED
from store.cases.homes import Days
from store.cases.review.assignments import Load
from store.cases.review.spot_checks import Looks, Undecided
from store.cases.runs import FirstRun
from store.cases.turns import Turns
from store.db import rows
from store.db.database import Database
from store.db.statements import compiled
from store.documents.documents import Counted, NewFile
from store.documents.uses import Held
from store.faces import SLACK, WEBHOOK, Face
from store.governance.audit import Act
from store.governance.receipts import ReceiptRows
from store.governance.seals import FIRST, LastSealed
from store.learning.certificates import FloorSums
from store.learning.labels import Progress
from store.learning.rollouts import Asked, Mark
from store.learning.volume_tests import Claimant, Draw
from store.quality.costs import Span
from store.quality.evals import begin as begin_eval
from store.slack import installations
from store.slack.installations import Granted
from store.slack.outbox import HeldUp
from store.sources.cursors import CursorLine
from store.sources.origins import NewOrigin
from store.states import (
    AnnouncementState,
    BatchState,
    BulkState,
    CauseState,
    DeliveryState,
    DeploymentState,
    ExampleState,
    FollowUpState,
    Health,
    ImprovementState,
    InstallationEnd,
    Level,
    OutboxState,
    QuestionState,
    Resolution,
    ReviewState,
    RunState,
    SourceKind,
    SpotCheckState,
    SpotCheckWhy,
    StepState,
)
from store.subjects import Subject, SubjectKind
from tests.heard import heard
from tests.unit.store.test_teams import OF_NO_TEAM, SUBJECTS, queries

STORE = Path(store.__path__[0])
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CLAIMANT = Claimant(by="U2", at=NOW, lapsed=NOW - HOUR)
LOOKS = Looks(by="U2", workflows=["sample"], at=NOW, lasts=HOUR, grade_within=HOUR)
TURNS = Turns(by="U1", workflows=["sample"])
GRANTED = Granted(app_id="A1", enterprise_id=None, is_whole=False, bot_user="U0B", bot_id="B0B", scopes="chat:write")
CHANNEL, GONE, HOOK = "C0SUPPORT", "C0GONE", "webhook:1"
DAYS = Days(since={"sample": NOW - HOUR}, undoable=NOW - HOUR, at=NOW)
ON_POSTGRESQL_ALONE = {
    "queue.enqueue": "its queue is there alone; test_replicas.py runs it",
    "queue.enqueue_all": "the same",
    "queue.enqueue_forgotten": "the same",
}
"""Left out here, with the reason."""
NOTHING: Mapping[str, object] = {
    "documents.counted": Counted(number=0, size=0, unheld=0),
    "uses.of_case": Held(alone=0, shared=0),
    "uses.release": Held(alone=0, shared=0),
    "assignments.loads": {"U1": Load(open=0, assigned_at=None)},
    "bulk_reruns.ends": Ends(again=0, otherwise=0),
    "certificates.sums": [FloorSums(number=0, weight=0.0, squares=0.0, wrong=0.0, errors=0)],
    "overruns.factor": 1.0,
    "rollouts.asked": Asked(asked=0, unlabelled=0, untold=0, cost=Decimal(0)),
    "rollouts.mark": Mark(label=0, revoked=None, shadow=0),
    "seals.last_row": FIRST,
    "seals.last_sealed": LastSealed(number=0, row=FIRST),
    "outbox.held_up": HeldUp(number=0, error="no reason given"),
    "spending.take": True,
    "spot_checks.undecided": Undecided(number=0, due_at=None),
    "teams.made_at": NOW + HOUR,
    "teams.name_of": "theirs",
}
"""Answers of queries for a team without rows, where the answer is not simply empty."""

SEAL: Mapping[str, Any] = {
    "previous": "0" * 64,
    "count": 1,
    "last_row": 1,
    "row_ids": b"\0" * 8,
    "leaves": b"\1" * 32,
    "root": "1" * 64,
    "sealed_at": NOW,
    "head": "2" * 64,
    "key_id": None,
    "signature": None,
}
"""Columns of a seal."""
NUMBERS = (
    "ended",
    "edited",
    "corrected",
    "arrival_to_delivery",
    "card_to_decision",
    "decided",
    "measured",
    "seconds_by_hand",
    "cost",
    "looks",
)
"""Queries of the business numbers, which are asked of days."""

SAY_NOTHING = {
    "cases.hold": "holds a row, which nobody else notices here",
    "bulk_reruns.hold": "holds a row, which nobody else notices here",
    "causes.hold": "holds a row, which nobody else notices here",
    "runs.hold": "holds a row, which nobody else notices here",
    "sources.hold": "holds a row, which nobody else notices here",
    "teams.give_seed": "does nothing where the team has a seed",
    "span_exports.begin": "does nothing where the team has begun before",
    "teams.slack_id_of": "says nothing of a team that is not connected to Slack yet",
}
"""Queries of which a call shows nothing, with the reason."""


class RolledBack(Exception):
    """Nothing of it is kept."""


class NotAsBefore(Exception):
    """The row that a query was to change is not of this team, or no longer as it was."""


@dataclass(kw_only=True)
class Company:
    """A team with a row of every kind, in each state that some query asks for."""

    team: int
    ids: dict[str, int] = field(default_factory=dict)

    def fill(self, session: Session) -> None:
        team = self.team
        rows.change(session, schema.Team, team, where={}, to={"restores": 1, "restored_at": NOW, "seed": "s"})
        workflow = rows.add(session, schema.Workflow, team_id=team, name="sample", options={}, created_at=NOW)
        self.ids["workflow"] = workflow
        rows.add(session, schema.Seal, team_id=team, number=1, **SEAL)
        paused = {"paused_at": NOW, "paused_by": "U1", "pause_reason": "a holiday", "holds_deliveries": False}
        self.ids["paused"] = rows.add(
            session, schema.Workflow, team_id=team, name="paused", options={}, created_at=NOW, **paused
        )
        for state in (RunState.READY, RunState.RUNNING, RunState.WAITING, RunState.HOLDING, RunState.DELIVERED):
            self._case(session, state.value, state)
        self._case(session, "free", RunState.HOLDING)
        self._case(session, "doubtful", RunState.DOUBTFUL)
        ids = self.ids
        self._delivery(session, "holding", DeliveryState.WAITING, target="desk", next_at=NOW, waiting_since=NOW - HOUR)
        self._delivery(session, "delivered", DeliveryState.APPLIED)
        self._case(session, "grace", RunState.HOLDING)
        rows.change(session, schema.Run, ids["grace run"], where={}, to={"held_until": NOW - HOUR, "asked_by": "U1"})
        self._delivery(session, "grace", DeliveryState.INTENDED)
        self._delivery(session, "doubtful", DeliveryState.DOUBTFUL)
        self._delivery(session, "waiting", DeliveryState.DOUBTFUL)
        corrected = self._run(session, "delivered", RunState.DELIVERED, correction=1, parent_id=ids["delivered run"])
        ids["corrected run"] = corrected
        proposal = self._proposal(session, "waiting", sample=False)
        self._proposal(session, "ready", sample=True)
        ids["review"] = self._review(session, "waiting", ReviewState.OPEN, proposal_id=proposal)
        ids["empty review"] = self._review(session, "ready", ReviewState.OPEN, proposal_id=None)
        ids["unshown review"] = self._review(session, "running", ReviewState.OPEN, proposal_id=None)
        ids["new review"] = self._review(session, "free", ReviewState.OPEN, proposal_id=None)
        rows.change(session, schema.Review, ids["new review"], where={}, to={"claimed_by": "U1", "claimed_at": NOW})
        for alike in ("review", "empty review"):
            rows.change(session, schema.Review, ids[alike], where={}, to={"alike": "m1"})
        rows.change(session, schema.Review, ids["empty review"], where={}, to={"assignee": "U1"})
        rows.change(session, schema.Review, ids["unshown review"], where={}, to={"assign_at": NOW})
        away = {"away_from": NOW - HOUR, "away_until": NOW + HOUR, "delegate": "U2", "assigned_at": NOW - HOUR}
        rows.add(session, schema.PersonRow, team_id=team, person="U1", **away)
        ids["decided"] = self._review(session, "delivered", ReviewState.DECIDED, proposal_id=None)
        ids["question"] = rows.add(
            session,
            schema.Question,
            team_id=team,
            case_id=ids["waiting case"],
            review_id=ids["review"],
            run_id=ids["waiting run"],
            number=1,
            revision=1,
            text_id=ids["waiting content"],
            asked_by="U1",
            asked_at=NOW,
            answer_by=NOW,
            state=QuestionState.INTENDED,
            attempts=0,
            maybe_sent=False,
            due_at=NOW,
        )
        given = {"kind": "approved", "by": "U1", "version": 1, "confirmed": [], "at": NOW}
        rows.add(session, schema.Decision, team_id=team, review_id=ids["decided"], seconds=4.0, **given)
        self._by_people(session)
        reminder = {"person": "U1", "wanted_at": NOW, "sent_at": None}
        ids["reminder"] = rows.add(session, schema.DirectReminder, team_id=team, **reminder)
        draft = {"version": 1, "by": "U1", "content_id": ids["waiting content"], "written_at": NOW}
        rows.add(session, schema.Draft, team_id=team, **columns_of(SubjectKind.REVIEW.of(ids["review"])), **draft)
        rows.add(session, schema.Opening, team_id=team, review_id=ids["review"], by="U1", at=NOW)
        report = {"team_id": team, "about": "x", "by": "U1", "said": "wrong", "at": NOW}
        ids["report"] = rows.add(session, schema.Report, **report)
        case, review = ids["delivered case"], ids["review"]
        rows.add(session, schema.Report, **report, case_id=case, review_id=review, outcome="joined")
        self._spot_checks(session)
        self._case(session, "uncaused", RunState.FAILED)
        proposal = self._proposal(session, "uncaused", sample=False)
        checked = self._review(session, "uncaused", ReviewState.DECIDED, proposal_id=proposal)
        rows.add(session, schema.Decision, team_id=team, review_id=checked, **given)
        rows.add(session, schema.Report, **report, case_id=ids["uncaused case"])
        self._judged(session)
        self._cause(session)
        self._removed(session)
        self._systems(session)
        self._sources(session)
        self._asked(session)
        self._slack(session)
        ids["digest"] = rows.add(
            session,
            schema.Digest,
            team_id=team,
            job="daily",
            period="2026-11-19",
            covers_from="2026-11-19",
            figures={},
            made_at=NOW,
        )
        rows.add(session, schema.DigestLook, team_id=team, digest_id=ids["digest"], by="U1", at=NOW, note=None)
        self._segments(session)
        self._messages(session)
        self._documents(session)
        sent = {"position": 1, "given_up": 0, "changed_at": NOW}
        ids["spans"] = rows.add(session, schema.SpanExport, team_id=team, **sent)
        self._audit(session, SubjectKind.RUN.of(ids["doubtful run"]), "run.doubtful")
        self._audit(session, SubjectKind.TEAM.of(team), "heard.refused")
        self._audit(session, SubjectKind.CASE.of(ids["doubtful case"]), "case.read", {"way": "details"})
        self._learning(session)
        self._announced(session)

    def _documents(self, session: Session) -> None:
        """Add a document that a case holds, one that a source handed in, and one that is claimed."""
        ids, team = self.ids, self.team
        made = {"team_id": team, "kind": "application/pdf", "size": 1, "pages": 1, "kept_at": NOW}
        ids["document"] = rows.add(session, schema.DocumentRow, **made, sha256="a" * 64, unheld_since=None)
        unheld = {"unheld_since": NOW - HOUR}
        ids["uploaded"] = rows.add(session, schema.DocumentRow, **made, sha256="b" * 64, **unheld)
        ids["claimed"] = rows.add(session, schema.DocumentRow, **made, sha256="c" * 64, **unheld)
        case = {"team_id": team, "case_id": ids["delivered case"]}
        rows.add(session, schema.DocumentUse, **case, document_id=ids["document"])
        upload = {"source_id": ids["source"], "document_id": ids["uploaded"], "name": "a.pdf", "at": NOW - HOUR}
        rows.add(session, schema.DocumentUpload, team_id=team, **upload)

    def _learning(self, session: Session) -> None:
        """Add what is learned from people: a row of each table."""
        ids, team = self.ids, self.team
        of = {"team_id": team, "workflow_id": ids["workflow"]}
        case = {"case_id": ids["delivered case"]}
        run = {**case, "run_id": ids["delivered run"]}
        content = contents.keep(session, team=team, case=ids["delivered case"], kind="output", body="{}")
        ids["deployment"] = rows.add(
            session,
            schema.Deployment,
            **of,
            number=1,
            state=DeploymentState.LIVE,
            change=1,
            name="abc",
            parts={},
            model="local",
            refused_for=[],
            rollout={},
            training="k",
            proposed_by="U1",
            proposed_at=NOW,
            live_at=NOW,
        )
        session.execute(update(schema.Review).where(schema.Review.id == ids["decided"]).values(blind=True))
        use = {"live_id": ids["deployment"], "takes_over": True}
        rows.change(session, schema.Workflow, ids["workflow"], where={}, to=use)
        alone = {"deployment_id": ids["deployment"], "resolution": Resolution.ALONE}
        rows.change(session, schema.Run, ids["delivered run"], where={}, to=alone)
        drafted = {"name": "def", "parts": {}, "model": "local", "rollout": {}, "proposed_by": "U1"}
        ids["proposed"] = rows.add(
            session,
            schema.Deployment,
            **of,
            **drafted,
            number=9,
            state=DeploymentState.REJECTED,
            change=1,
            refused_for=[],
            proposed_at=NOW,
        )
        deployment = {"team_id": team, "deployment_id": ids["deployment"]}
        rows.add(session, schema.DeploymentSignature, **deployment, by="U1", how="owner", at=NOW)
        ids["label"] = rows.add(
            session,
            schema.Label,
            **of,
            **run,
            deployment_id=ids["deployment"],
            kind="edited",
            saw=True,
            by="U1",
            is_error=True,
            wrong=["queue"],
            output_id=content,
            at=NOW,
        )
        epoch = {
            "number": 1,
            "wrong": 0.05,
            "sure": 0.9,
            "level": Level.GUARDED,
            "floor": 0.9,
            "began_at": NOW,
            "asked_at": NOW,
            "permitted": 0.5,
        }
        settled = {"probability": 0.05, "least": 0.05, "at": NOW}
        begun = {"change": 1, "state": {}, "looked_at": 0, "worked_until": 0, "seen_until": 0}
        ids["epoch"] = rows.add(
            session, schema.Epoch, **of, deployment_id=ids["deployment"], **epoch, **begun, probability=0.05, least=0.05
        )
        ended = {**epoch, "number": 7, "ended_at": NOW, "end": "demoted", "probability": 0.05, "least": 0.05}
        rows.add(session, schema.Epoch, **of, deployment_id=ids["deployment"], **ended, **begun)
        ids["epoch case"] = rows.add(
            session,
            schema.EpochCase,
            team_id=team,
            epoch_id=ids["epoch"],
            **run,
            **settled,
            score=0.95,
            alone=True,
            floor=0.9,
            counts=True,
            label_id=ids["label"],
            is_error=False,
            worked_at=NOW,
        )
        rows.change(session, schema.Epoch, ids["epoch"], where={}, to={"worked_until": ids["epoch case"]})
        taken_back = {"version": 9, "kind": "approved", "by": "U3", "confirmed": [], "at": NOW, "revoked_at": NOW}
        ids["decision"] = rows.add(
            session, schema.Decision, team_id=team, review_id=ids["decided"], interaction_id=None, **taken_back
        )
        said = {"kind": "approved", "saw": True, "by": "U3", "is_error": False, "wrong": [], "at": NOW}
        rows.add(session, schema.Label, **of, **run, **said, decision_id=ids["decision"])
        rows.add(session, schema.LabelProgress, team_id=team, decision_id=3, label_id=2)
        ids["facts"] = contents.keep(
            session, team=team, case=ids["delivered case"], kind="output", body=contents.removed_with("[]")
        )
        example = {"label_id": ids["label"], "half": "learning", "alike": "m1", "why": "edited", "found_at": NOW}
        ids["example"] = rows.add(
            session, schema.ExampleRow, **of, **case, **example, state=ExampleState.TAKEN, content_id=content
        )
        waits = {"case_id": ids["looked at case"], "content_id": content, "state": ExampleState.CANDIDATE}
        ids["candidate"] = rows.add(session, schema.ExampleRow, **of, **waits, **example)
        rows.add(session, schema.DeploymentExample, **deployment, example_id=ids["example"])
        rows.add(session, schema.TrainedModel, **of, key="k", body=b"model", made_at=NOW)
        shadow = {
            "alone": False,
            "score": 0.9,
            "nevers": 0,
            "cost": Decimal(0),
            "milliseconds": 1.0,
            "content_id": content,
            "at": NOW,
        }
        rows.add(session, schema.ShadowProposal, **deployment, **run, **shadow, difference=1, label_id=ids["label"])
        probe = {
            "answers": {},
            "asked": 1,
            "changed": 0,
            "right": 1,
            "models": ["claude"],
            "cost": Decimal(0),
            "at": NOW,
        }
        rows.add(session, schema.Probe, **deployment, **probe, day="2026-11-12")
        for name, taken in (("waiting", None), ("uncaused", NOW)):
            other = {"case_id": ids[f"{name} case"], "run_id": ids[f"{name} run"]}
            made = session.scalar(select(schema.Proposal.id).where(schema.Proposal.run_id == other["run_id"]))
            word = {**of, **other, **said, "proposal_id": made, "output_id": content, "revoked_at": taken}
            word |= {"deployment_id": ids["deployment"]}
            label = rows.add(session, schema.Label, **word)
            judged_by = {"label_id": label, "difference": 0} if taken is not None else {}
            ids[f"shadow {name}"] = rows.add(
                session, schema.ShadowProposal, **deployment, **other, **shadow, **judged_by
            )
            session.execute(
                update(schema.Run).where(schema.Run.id == other["run_id"]).values(deployment_id=ids["deployment"])
            )
        probe = {"day": "2026-11-30", "answers": {}, "asked": 1, "changed": 0, "right": 1, "models": [], "at": NOW}
        rows.add(session, schema.Probe, **deployment, **probe, cost=Decimal(0))
        draft = {"kind": "never", "mark": "m", "change": 1, "facts": {}, "text": "t", "found_at": NOW}
        draft["cases"] = [ids["delivered case"]]
        ids["improvement"] = rows.add(session, schema.Improvement, **of, **draft, state=ImprovementState.DRAFT)
        session.execute(
            update(schema.Deployment)
            .where(schema.Deployment.id == ids["deployment"])
            .values(improvement_id=ids["improvement"], state=DeploymentState.LIVE, live_at=NOW)
        )
        tested = {"by": "U1", "file": "past.csv", "size": 1, "rows": 1, "version": {}, "began_at": NOW, "seed": 1}
        ids["volume test"] = rows.add(session, schema.VolumeTest, **of, **tested, eval_id=ids["eval"])
        reported = {"eval_id": ids["eval"], "ended_at": NOW, "reported_at": NOW, "report": {}}
        reported_test = rows.add(session, schema.VolumeTest, **of, **tested, **reported)
        volume = {"team_id": team, "volume_test_id": ids["volume test"], "input_hash": "h", "body": "{}"}
        volume |= {"reasons": [], "wrong": [], "packed": "random", "probability": 0.5, "cost": 0, "milliseconds": 1.0}
        waits = {**volume, "volume_test_id": reported_test, "place": 1, "outcome": "proposed"}
        rows.add(session, schema.VolumeCase, **waits)
        ids["volume case"] = rows.add(session, schema.VolumeCase, **volume, place=1, outcome="proposed")
        claimed = {"claimed_by": "U1", "claimed_at": NOW}
        ids["claimed volume case"] = rows.add(
            session, schema.VolumeCase, **volume, **claimed, place=4, outcome="proposed"
        )
        rows.add(
            session,
            schema.VolumeDocument,
            team_id=team,
            volume_case_id=ids["claimed volume case"],
            document_id=ids["document"],
        )
        ids["due volume case"] = rows.add(session, schema.VolumeCase, **volume, place=2, outcome="due")
        is_judged = {"outcome": "proposed", "is_error": True, "judged_at": NOW}
        rows.add(session, schema.VolumeCase, **volume, place=3, **is_judged)
        batch = {"team_id": team, "volume_test_id": ids["volume test"], "mark": "m", "model": "claude", "questions": 1}
        batch |= {"reserved": Decimal(1), "sent_at": NOW, "ended_at": None}
        for name, state in (("sent batch", BatchState.SENT), ("batch", BatchState.SENDING)):
            ids[name] = rows.add(session, schema.ModelBatch, **batch, name=f"{name} {team}", state=state)
        asked: dict[str, Any] = {"team_id": team, "batch_id": ids["batch"], "volume_case_id": ids["due volume case"]}
        asked |= {"model_request_id": ids["request"], "question": "q", "name": "m-1", "ended": None}
        ids["batch question"] = rows.add(session, schema.BatchQuestion, **asked)

    def _messages(self, session: Session) -> None:
        """Add a message that waits, one that failed, and a question to whoever wrote the message of a case."""
        ids, team = self.ids, self.team
        message = {"team_id": team, "workflow": "sample", "place": "C0INBOX/1.1", "due_at": NOW - HOUR, "heard_at": NOW}
        ids["message"] = rows.add(session, schema.HeardMessage, **message, content="{}", problem=None)
        ids["failed message"] = rows.add(session, schema.HeardMessage, **message, content=None, problem="KeyError")
        made = {"team_id": team, "made_by": "U1", "made_at": NOW, "settings": {}}
        ids["channel source"] = rows.add(session, schema.Source, **made, kind=SourceKind.SLACK, name="C0INBOX")
        origin = {"team_id": team, "case_id": ids["judged case"], "source_id": ids["channel source"]}
        rows.add(session, schema.Origin, **origin, place="C0INBOX/1.1")
        rows.add(
            session,
            schema.Question,
            team_id=team,
            case_id=ids["judged case"],
            review_id=ids["review"],
            run_id=ids["judged run"],
            number=1,
            revision=1,
            text_id=ids["waiting content"],
            asked_by="U1",
            asked_at=NOW,
            answer_by=NOW,
            state=QuestionState.SENT,
            attempts=1,
            maybe_sent=False,
            due_at=NOW + HOUR,
        )

    def _segments(self, session: Session) -> None:
        """Put the first run of each case into a group."""
        group = {"workflow_id": self.ids["workflow"], "name": "language", "value": "de"}
        self.ids["group"] = rows.add(session, schema.SegmentGroup, team_id=self.team, **group)
        for name in ("delivered", "uncaused", "judged", "looked at"):
            if f"{name} run" in self.ids:
                put = {"case_id": self.ids[f"{name} case"], "run_id": self.ids[f"{name} run"]}
                rows.add(session, schema.CaseSegment, team_id=self.team, group_id=self.ids["group"], **put)

    def _spot_checks(self, session: Session) -> None:
        """Add a spot check that waits, and one of a run that was corrected since."""
        self._case(session, "drawn", RunState.DELIVERED)
        for name, due_at in (("drawn", NOW), ("delivered", NOW - HOUR)):
            run = self.ids[f"{name} run"]
            rows.change(session, schema.Run, run, where={}, to={"spot_check_probability": 0.05})
            self.ids[f"{name} check"] = rows.add(
                session,
                schema.SpotCheck,
                team_id=self.team,
                run_id=run,
                case_id=self.ids[f"{name} case"],
                workflow_id=self.ids["workflow"],
                probability=0.05,
                state=SpotCheckState.OPEN,
                version=1,
                drawn_at=NOW,
                due_at=due_at,
                correction="due",
                opened_by="U1",
                opened_at=NOW - HOUR,
            )
        self._audit(session, SubjectKind.SPOT_CHECK.of(self.ids["drawn check"]), "spot_check.seen")
        pack = {"workflow_id": self.ids["workflow"], "number": 1, "made_at": NOW}
        self.ids["pack"] = rows.add(session, schema.SpotCheckPack, team_id=self.team, **pack)
        for name in ("undrawn", "packed"):
            self._case(session, name, RunState.DELIVERED)
            rows.change(session, schema.Run, self.ids[f"{name} run"], where={}, to={"spot_check_probability": 0.05})
        rows.add(
            session,
            schema.SpotCheck,
            team_id=self.team,
            run_id=self.ids["packed run"],
            case_id=self.ids["packed case"],
            workflow_id=self.ids["workflow"],
            why=SpotCheckWhy.PACK,
            pack_id=self.ids["pack"],
            probability=1.0,
            state=SpotCheckState.DECIDED,
            version=2,
            drawn_at=NOW,
            due_at=NOW,
        )

    def _announced(self, session: Session) -> None:
        """Add a case that is announced, and may not go out any more: its epoch has ended."""
        self._case(session, "announced", RunState.HOLDING)
        ids, of_run = self.ids, {"run_id": self.ids["announced run"], "case_id": self.ids["announced case"]}
        promised = {"wrong": 0.05, "sure": 0.9, "level": Level.VETO, "probability": 0.05, "least": 0.05, "change": 1}
        epoch = rows.add(
            session,
            schema.Epoch,
            team_id=self.team,
            workflow_id=ids["workflow"],
            deployment_id=ids["deployment"],
            number=99,
            state={},
            looked_at=0,
            worked_until=0,
            seen_until=0,
            began_at=NOW,
            ended_at=NOW,
            end="demoted",
            **promised,
        )
        settled = {"score": 0.9, "alone": True, "probability": 0.05, "least": 0.05, "counts": True, "at": NOW}
        rows.add(session, schema.EpochCase, team_id=self.team, epoch_id=epoch, **of_run, **settled)
        ids["announcement"] = rows.add(
            session,
            schema.Announcement,
            team_id=self.team,
            workflow_id=ids["workflow"],
            state=AnnouncementState.OPEN,
            at=NOW,
            until=NOW,
            **of_run,
        )
        rows.add(
            session,
            schema.OutboxRow,
            team_id=self.team,
            kind="announced",
            face=SLACK,
            channel=CHANNEL,
            occasion="",
            about={},
            state=OutboxState.HELD,
            wanted=1,
            attempts=0,
            not_before=NOW,
            created_at=NOW,
            **columns_of(SubjectKind.ANNOUNCEMENT.of(ids["announcement"])),
        )

    def _judged(self, session: Session) -> None:
        """Add a proposal that was edited, and rejected, and what leads are asked about its workflow."""
        self._case(session, "judged", RunState.DELIVERED)
        ids, team = self.ids, self.team
        proposal = self._proposal(session, "judged", sample=False)
        review = self._review(session, "judged", ReviewState.DECIDED, proposal_id=proposal)
        content = ids["judged content"]
        for version, kind in ((1, "edited"), (2, "rejected")):
            given = {"version": version, "kind": kind, "output_id": content, "reason_id": content, "confirmed": ["x"]}
            rows.add(session, schema.Decision, team_id=team, review_id=review, by="U1", at=NOW, **given)
        self._audit(session, SubjectKind.REVIEW.of(review), "edit.refused", {"why": "barred"})
        ids["course"] = rows.add(
            session,
            schema.Course,
            team_id=team,
            workflow_id=ids["workflow"],
            period="2026-11-20",
            evidence={"a": 1},
            asked_at=NOW,
            version=1,
            choice="hold",
            chosen_by="U1",
            chosen_at=NOW,
            note="x",
        )
        for number, signed in ((1, {"signed_by": "U1", "signed_at": NOW, "signed_how": "owner"}), (2, {})):
            ids[f"terms {number}"] = rows.add(
                session,
                schema.TermsRow,
                team_id=team,
                workflow_id=ids["workflow"],
                number=number,
                version="a" * 64,
                parts={"floor": 0.9},
                code_version="abc",
                seen_at=NOW,
                widens=[],
                **signed,
            )

    def _by_people(self, session: Session) -> None:
        """Add cases that a person edited and answered in a form, and the baseline that they are held against."""
        for kind in ("edited", "answered"):
            self._case(session, kind, RunState.DELIVERED)
            resolved = {"resolution": Resolution.BY_PERSON}
            rows.change(session, schema.Run, self.ids[f"{kind} run"], where={}, to=resolved)
            review = self._review(session, kind, ReviewState.DECIDED, proposal_id=None)
            made: dict[str, Any] = {"kind": kind, "by": "U2", "version": 1, "confirmed": [], "at": NOW, "seconds": 60.0}
            rows.add(session, schema.Decision, team_id=self.team, review_id=review, **made)
        self._case(session, "looked at", RunState.DELIVERED)
        rows.add(
            session,
            schema.SpotCheck,
            team_id=self.team,
            run_id=self.ids["looked at run"],
            case_id=self.ids["looked at case"],
            workflow_id=self.ids["workflow"],
            probability=0.05,
            state=SpotCheckState.DECIDED,
            version=2,
            drawn_at=NOW,
            due_at=NOW,
            is_error=True,
            answered_by="U2",
            ended_at=NOW,
        )
        said = {"source": "stated", "minutes": 6.0, "by": "U1", "at": NOW}
        rows.add(session, schema.Baseline, team_id=self.team, workflow_id=self.ids["workflow"], **said)

    def _cause(self, session: Session) -> None:
        """Add a cause that is ignored until now, with a stopped run."""
        made = {
            "workflow_id": self.ids["workflow"],
            "step": "look_up",
            "error": "ValueError",
            "message": "no … there",
            "dependency": "CRM",
        }
        times = dict.fromkeys(("changed_at", "opened_at", "first_at", "last_at", "ignored_until"), NOW)
        counts = {"version": 1, "changed_by": "U1", "count": 1, "cost": Decimal("0.01"), "fingerprint": "abc1" * 8}
        cause = rows.add(session, schema.Cause, team_id=self.team, state=CauseState.IGNORED, **made, **times, **counts)
        self.ids["cause"] = cause
        rows.add(session, schema.CauseHour, team_id=self.team, cause_id=cause, hour=NOW - HOUR, number=1)
        rows.change(session, schema.Run, self.ids["doubtful run"], where={}, to={"cause_id": cause})
        self._case(session, "failed", RunState.FAILED)
        rows.change(session, schema.Run, self.ids["failed run"], where={}, to={"cause_id": cause})
        numbers = dict.fromkeys(("total", "begun", "left_out", "wave", "position"), 1)
        who = {"began_by": "U1", "began_at": NOW, "changed_by": "U1", "changed_at": NOW}
        bulk = rows.add(
            session,
            schema.BulkRerun,
            team_id=self.team,
            cause_id=cause,
            state=BulkState.TRIAL,
            since=NOW - HOUR,
            why_stopped="person",
            **numbers,
            **who,
        )
        self.ids["bulk"] = bulk
        rows.change(session, schema.Run, self.ids["doubtful run"], where={}, to={"bulk_id": bulk})

    def _removed(self, session: Session) -> None:
        """Add cases without content, one that somebody wrote of since, one that is put off, and legal holds."""
        ids, team = self.ids, self.team
        for name in ("bare", "late", "sole"):
            self._case(session, name, RunState.SUPERSEDED)
        rows.change(session, schema.Content, ids["bare content"], where={}, to={"body": REMOVED})
        rows.change(session, schema.Case, ids["late case"], where={}, to={"erased_at": NOW})
        times = dict.fromkeys(("changed_at", "opened_at", "first_at", "last_at"), NOW)
        made = {"workflow_id": ids["workflow"], "step": "x", "error": "x", "message": "x", "state": CauseState.OPEN}
        counts = {"version": 1, "changed_by": "U1", "count": 1, "cost": Decimal(0), "fingerprint": "sole"}
        ids["sole cause"] = rows.add(session, schema.Cause, team_id=team, **made, **times, **counts)
        rows.change(session, schema.Run, ids["sole run"], where={}, to={"cause_id": ids["sole cause"]})
        looked = {"workflow_id": ids["workflow"], "kind": "input", "ended_at": NOW, "run_id": 1}
        rows.add(session, schema.RetentionProgress, team_id=team, **looked)
        rows.add(session, schema.PutOffRemoval, team_id=team, case_id=ids["delivered case"], looked_at=NOW)
        held = {"reason": "a claim", "placed_by": "U1", "placed_at": NOW}
        for subject in (SubjectKind.CASE.of(ids["delivered case"]), SubjectKind.WORKFLOW.of(ids["workflow"])):
            rows.add(session, schema.LegalHold, team_id=team, **columns_of(subject), **held)

    def _sources(self, session: Session) -> None:
        """Add a source with a key, a case of it, a request, a cursor and a follow-up."""
        ids, team = self.ids, self.team
        made = {"settings": {}, "made_by": "U1", "made_at": NOW}
        ids["source"] = rows.add(session, schema.Source, team_id=team, kind=SourceKind.API, name="desk", **made)
        of_source = {"team_id": team, "source_id": ids["source"]}
        key = {"prefix": "csk_a", "hash": f"{team}", "made_by": "U1", "made_at": NOW}
        ids["source key"] = rows.add(session, schema.SourceKey, **of_source, **key)
        rows.add(session, schema.Origin, **of_source, case_id=ids["delivered case"])
        answered = {"key_hash": "k", "request_hash": "r", "answer": {"inputs": []}, "at": NOW}
        rows.add(session, schema.HandedIn, **of_source, **answered)
        named = {"kind": SourceKind.SCHEDULE, "name": "sample/shelf"}
        ids["schedule"] = rows.add(session, schema.Source, team_id=team, **named, **made)
        of_schedule = {"team_id": team, "source_id": ids["schedule"]}
        ids["cursor"] = rows.add(session, schema.SourceCursor, **of_schedule, moves=0, next_at=NOW, failures=0)
        follows = {"case_id": ids["delivered case"], "run_id": ids["delivered run"], "workflow": "sample"}
        told: dict[str, Any] = {"attempts": 0, "due_at": NOW, "changed_at": NOW}
        of_another = {**follows, "run_id": ids["waiting run"], "made_case_id": ids["waiting case"]}
        rows.add(session, schema.FollowUp, team_id=team, **of_another, **told, state=FollowUpState.MADE)
        failed = {**follows, "run_id": ids["doubtful run"], "cause_id": ids["cause"]}
        rows.add(session, schema.FollowUp, team_id=team, **failed, **told, state=FollowUpState.FAILED)
        told["state"] = FollowUpState.DUE
        ids["follow-up"] = rows.add(session, schema.FollowUp, team_id=team, **follows, **told)

    def _systems(self, session: Session) -> None:
        """Add calls of a system, and one that is in trouble."""
        counts = {"answered": 1, "failed": 1, "broken": 1, "milliseconds": 1.0, "error": "TryAgain"}
        times = {"began": NOW - HOUR, "last_ok_at": NOW, "last_bad_at": NOW}
        rows.add(session, schema.SystemCalls, team_id=self.team, system="CRM", **times, **counts)
        figures = {"kind": "system", "total": 1, "failed": 1, "broken": 0, "state": Health.TROUBLED}
        times = dict.fromkeys(("began_at", "spell_at", "changed_at"), NOW)
        figures["spells"] = 1
        self.ids["ended trouble"] = rows.add(
            session, schema.Trouble, team_id=self.team, system="mail", ended_at=NOW, end="well", **times, **figures
        )
        self.ids["trouble"] = rows.add(
            session, schema.Trouble, team_id=self.team, system="CRM", is_open=True, **times, **figures
        )

    def _case(self, session: Session, name: str, state: RunState) -> None:
        case = rows.add(
            session,
            schema.Case,
            team_id=self.team,
            workflow_id=self.ids["workflow"],
            key=name,
            revision=1,
            content_hash="h",
            salt="5a" * 16,
            source="test",
            received_at=NOW,
        )
        self.ids[f"{name} case"] = case
        content = {"case_id": case, "kind": "input", "body": '{"a": 1}'}
        self.ids[f"{name} content"] = rows.add(session, schema.Content, team_id=self.team, **content)
        self.ids[f"{name} run"] = self._run(session, name, state)

    def _run(self, session: Session, name: str, state: RunState, **more: Any) -> int:
        resolved = state in (RunState.HOLDING, RunState.DELIVERED)
        values: dict[str, Any] = {
            "case_id": self.ids[f"{name} case"],
            "workflow_id": self.ids["workflow"],
            "revision": 1,
            "correction": 0,
            "state": state,
            "lease": 1,
            "input_id": self.ids[f"{name} content"],
            "resolution": Resolution.ALONE if resolved else None,
            "created_at": NOW,
            "changed_at": NOW,
        }
        return rows.add(session, schema.Run, team_id=self.team, **(values | more))

    def _delivery(self, session: Session, name: str, state: DeliveryState, **more: Any) -> None:
        self.ids[f"{name} delivery"] = rows.add(
            session,
            schema.Delivery,
            team_id=self.team,
            case_id=self.ids[f"{name} case"],
            run_id=self.ids[f"{name} run"],
            key=name,
            kind="answer",
            state=state,
            attempts=1,
            maybe_applied=False,
            output_id=self.ids[f"{name} content"],
            created_at=NOW,
            changed_at=NOW,
            **more,
        )

    def _proposal(self, session: Session, name: str, *, sample: bool) -> int:
        return rows.add(
            session,
            schema.Proposal,
            team_id=self.team,
            run_id=self.ids[f"{name} run"],
            content_id=self.ids[f"{name} content"],
            confidence=0.5,
            model="claude",
            prompt_version="abc",
            sample=sample,
            created_at=NOW,
        )

    def _review(self, session: Session, name: str, state: ReviewState, *, proposal_id: int | None) -> int:
        return rows.add(
            session,
            schema.Review,
            team_id=self.team,
            run_id=self.ids[f"{name} run"],
            case_id=self.ids[f"{name} case"],
            workflow_id=self.ids["workflow"],
            version=1,
            state=state,
            proposal_id=proposal_id,
            reasons_id=self.ids[f"{name} content"],
            opened_at=NOW,
            due_at=NOW if state is ReviewState.OPEN else None,
            remind_at=NOW if state is ReviewState.OPEN else None,
            reminders=1,
        )

    def _asked(self, session: Session) -> None:
        """Add requests to models, and outages."""
        team, ids = self.team, self.ids
        step = {"position": 1, "name": "look_up", "nth": 1, "attempt": 1, "state": StepState.FINISHED}
        ids["step"] = rows.add(
            session,
            schema.Step,
            team_id=team,
            run_id=ids["delivered run"],
            input_hash="h",
            body="{}",
            started_at=NOW,
            milliseconds=1.0,
            cost=Decimal("0.01"),
            **step,
        )
        counts = dict.fromkeys(
            ("input_tokens", "output_tokens", "thinking_tokens", "cache_read_tokens", "cache_write_tokens"), 1
        )
        ids["request"] = rows.add(
            session,
            schema.ModelRequest,
            team_id=team,
            workflow="sample",
            case_id=ids["waiting case"],
            run_id=ids["waiting run"],
            number=1,
            model="claude",
            prompt_version="abc",
            input_hash="h",
            cache_key="question",
            content_id=ids["waiting content"],
            outcome="answered",
            reserved=Decimal(1),
            cost=Decimal(1),
            prices="2026-11",
            began_at=NOW,
            **counts,
        )
        rows.add(
            session,
            schema.ModelRequest,
            team_id=team,
            workflow="sample",
            case_id=ids["waiting case"],
            run_id=ids["waiting run"],
            number=1,
            model="claude",
            prompt_version="abc",
            input_hash="h",
            cached_from=ids["request"],
            outcome="given_again",
            reserved=Decimal(0),
            cost=Decimal(0),
            prices="2026-11",
            began_at=NOW,
            **counts,
        )
        spent = {"budget": "workflow:sample", "period": "2026-11-20", "taken": Decimal(1)}
        rows.add(session, schema.Spending, team_id=team, **spent)
        down = {"began_at": NOW, "is_open": True}
        ids["outage"] = rows.add(session, schema.Outage, team_id=team, model="claude", reason="no answer", **down)
        at = {"factor": 2.0, "model_request_id": ids["request"], "at": NOW}
        ids["overrun"] = rows.add(session, schema.Overrun, team_id=team, model="claude", **at)
        for target, ended in (("desk", None), ("ledger", NOW)):
            ids[target] = rows.add(
                session,
                schema.TargetOutage,
                team_id=team,
                target=target,
                problem_id=ids["holding content"],
                began_at=NOW,
                ended_at=ended,
                is_open=None if ended else True,
                probes=0,
                next_at=NOW,
            )
        prompt = {"workflow": "sample", "version": "abc", "name": "p.md", "source": "p", "form": "{}"}
        rows.add(session, schema.PromptVersion, team_id=team, seen_at=NOW, **prompt)
        ids["eval"] = begin_eval(
            session, team=team, workflow="sample", prompt_version="abc", model="claude", examples="e", at=NOW
        )
        rows.change(session, schema.Eval, ids["eval"], where={}, to={"ended_at": NOW, "result": {}})

    def _slack(self, session: Session) -> None:
        """Add messages, intents and events heard."""
        team, ids = self.team, self.ids
        review, digest, queue = SubjectKind.REVIEW, SubjectKind.DIGEST, SubjectKind.CHANNEL.unnumbered
        shown, doubt = review.of(ids["review"]), SubjectKind.DELIVERY.of(ids["doubtful delivery"])
        for subject, ts in ((shown, "1.0"), (queue, "2.0")):
            about = columns_of(subject)
            rows.add(session, schema.Message, team_id=team, channel=CHANNEL, ts=ts, waits=True, **about)
        unshown, new = review.of(ids["unshown review"]), review.of(ids["new review"])
        for kind, subject, channel, state in (
            ("card", shown, CHANNEL, OutboxState.SENT),
            ("card", unshown, CHANNEL, OutboxState.HELD),
            ("card", unshown, GONE, OutboxState.DEAD),
            ("card", new, CHANNEL, OutboxState.DUE),
            ("card", review.of(ids["decided"]), CHANNEL, OutboxState.DUE),
            ("doubt", doubt, CHANNEL, OutboxState.DUE),
            ("queue", queue, CHANNEL, OutboxState.DUE),
            ("outage", SubjectKind.OUTAGE.of(ids["outage"]), CHANNEL, OutboxState.ATTEMPTING),
            ("digest", digest.of(1), CHANNEL, OutboxState.DUE),
            ("digest", digest.of(1), GONE, OutboxState.DEAD),
            ("digest", digest.of(2), CHANNEL, OutboxState.HELD),
        ):
            ids[f"{kind} {state}"] = rows.add(
                session,
                schema.OutboxRow,
                team_id=team,
                kind=kind,
                face=SLACK,
                channel=channel,
                occasion="",
                about={},
                state=state,
                wanted=1,
                attempts=0,
                not_before=NOW + HOUR / 60 if subject == digest.of(2) else NOW,
                error="channel_not_found" if state is OutboxState.DEAD else None,
                created_at=NOW,
                **columns_of(subject),
            )
        said = {"face": SLACK, "channel": CHANNEL, "about": {}, "wanted": 1, "attempts": 0, "not_before": NOW}
        said |= {"state": OutboxState.SENT, "created_at": NOW, **columns_of(SubjectKind.REVIEW.of(ids["review"]))}
        rows.add(session, schema.OutboxRow, team_id=team, kind="decided", occasion="1", **said)
        for kind in ("decided", "direct_reminder"):
            ids[f"{kind} note"] = rows.add(
                session, schema.OutboxRow, team_id=team, kind=kind, occasion="2", ts="3.0", posted_in=CHANNEL, **said
            )
        later = {
            **columns_of(digest.of(3)),
            "kind": "digest",
            "face": SLACK,
            "channel": CHANNEL,
            "occasion": "",
            "about": {},
            "wanted": 1,
            "attempts": 0,
        }
        times = {"not_before": NOW + HOUR / 20, "created_at": NOW}
        rows.add(session, schema.OutboxRow, team_id=team, state=OutboxState.DUE, **later, **times)
        self._webhooks(session)
        self._shown_files(session)
        told = {**later, **columns_of(SubjectKind.RUN.of(ids["delivered run"])), "kind": "outcome"}
        due = {"state": OutboxState.DUE, "not_before": NOW, "created_at": NOW}
        rows.add(session, schema.OutboxRow, team_id=team, **told, **due)
        rows.add(session, schema.RateLimit, team_id=team, method="chat.postMessage", channel=CHANNEL, until=NOW)
        rows.add(session, schema.InboxRow, team_id=team, key="heard", kind="message", received_at=NOW)
        installations.record(session, team=team, granted=GRANTED, sealed_token="sealed", by="U1", at=NOW)

    def _shown_files(self, session: Session) -> None:
        """Add files that Slack was given: of a review, of a case, of a person, and one that it does not delete."""
        of: dict[str, Any] = {
            "team_id": self.team,
            "case_id": self.ids["delivered case"],
            "sha256": "a" * 64,
            "at": NOW - HOUR,
        }
        of |= {"fields": [], "uploaded_at": NOW, "attempts": 0, "channel": None, "removed_at": None}
        files: dict[str, dict[str, Any]] = {
            "of review": {"page": 1, "review_id": self.ids["review"], "by": None, "until": None, "error": None},
            "unmarked": {"page": 1, "review_id": None, "by": None, "until": None, "error": None},
            "original": {"page": None, "review_id": None, "by": "x", "until": NOW + HOUR, "error": None},
            "not deleted": {"page": 1, "review_id": None, "by": None, "until": NOW - HOUR, "error": "missing_scope"},
        }
        for name, more in files.items():
            self.ids[f"file {name}"] = rows.add(session, schema.ShownFile, file=f"F{name}", **of, **more)

    def _webhooks(self, session: Session) -> None:
        """Add what a program is told of a case, in each state."""
        told = {"kind": "outcome", "face": WEBHOOK, "channel": HOOK, "about": {}, "wanted": 1, "attempts": 0}
        told |= {"not_before": NOW, "created_at": NOW, **columns_of(SubjectKind.RUN.of(self.ids["delivered run"]))}
        for number, (state, error) in enumerate(
            (
                (OutboxState.DUE, None),
                (OutboxState.DUE, "http_422"),
                (OutboxState.ATTEMPTING, None),
                (OutboxState.SENT, None),
                (OutboxState.DEAD, "http_500"),
            )
        ):
            rows.add(
                session,
                schema.OutboxRow,
                team_id=self.team,
                occasion=str(number),
                state=state,
                error=error,
                **told,
            )

    def _audit(
        self, session: Session, subject: Subject, action: str, details: Mapping[str, object] | None = None
    ) -> None:
        rows.add(
            session,
            schema.AuditRow,
            team_id=self.team,
            at=NOW,
            actor="U1",
            action=action,
            **columns_of(subject),
            case_id=self.ids["doubtful case"],
            details=dict(details or {"from": RunState.DELIVERING}),
        )

    def given(self, session: Session, name: str, parameters: Mapping[str, inspect.Parameter]) -> dict[str, Any]:
        """Return the arguments of a query: this team's rows."""
        own = self._own().get(name, {})
        general = self._general()
        given: dict[str, Any] = {}
        for parameter in list(parameters.values())[1:]:
            if parameter.kind is inspect.Parameter.VAR_KEYWORD or parameter.name == "team":
                continue
            if parameter.name in own:
                given[parameter.name] = own[parameter.name]
            elif parameter.default is inspect.Parameter.empty:
                given[parameter.name] = general[parameter.name]
        given |= {key: value for key, value in own.items() if key not in given}
        for key, value in given.items():
            if isinstance(value, tuple):
                given[key] = session.get_one(*value)
            elif isinstance(value, list) and value and isinstance(value[0], tuple):
                given[key] = [session.get_one(*one) for one in value]
        return given

    def _of_documents(self) -> dict[str, dict[str, Any]]:
        ids = self.ids
        case, document, uploaded = ids["delivered case"], ids["document"], ids["uploaded"]
        held = {ids["waiting case"]: [document]}
        new = NewFile(sha256="d" * 64, kind="image/png", size=1, pages=1)
        return {
            "documents.found": {"hashes": ["a" * 64]},
            "documents.keep_all": {"files": [new]},
            "documents.put_off": {"documents": [uploaded]},
            "documents.take_up": {"documents": [uploaded]},
            "documents.unheld": {"until": NOW, "limit": 9},
            "documents.let_go": {"document": uploaded, "until": NOW},
            "documents.claim": {"sha256": "e" * 64},
            "documents.give_back": {"document": ids["claimed"]},
            "documents.after": {"sha256": "", "limit": 9},
            "documents.newest": {"limit": 9},
            "uses.add_all": {"held": held},
            "uses.add_new": {"held": held},
            "uses.of_case": {"case": case},
            "uses.release": {"case": case, "unheld_since": NOW},
            "uploads.note": {"document": document, "source": ids["source"], "name": "b.pdf"},
            "uploads.name_of": {"sha256": "b" * 64, "source": ids["source"]},
            "uploads.unnamed": {"source": ids["source"]},
            "uploads.forget": {"before": NOW, "at_most": 9},
            "shown.take_back": {"case": case},
            "shown.standing": {"case": case},
        }

    def _of_learning(self) -> dict[str, dict[str, Any]]:
        ids = self.ids
        seen = Progress(decision=3, spot_checks_until=None, revoked_until=None, label=2)
        said = {"kind": "approved", "saw": True, "by": "U1", "is_error": None, "wrong": [], "output": None}
        what = {"proposal": None, "deployment": None}
        found = {"label": ids["label"], "half": "learning", "alike": "m1", "why": "edited"}
        return {
            "contents.facts": {"ids": [ids["facts"]]},
            "labels.advance": {"seen": seen, "to": replace(seen, decision=4)},
            "labels.decisions_between": {"after": 0, "until": 2**31, "limit": 99},
            "labels.checks_to_label": {"limit": 9},
            "labels.add": {**said, **what, "check": ids["drawn check"]},
            "labels.after": {"label": 0, "limit": 9},
            "labels.get": {"label": ids["label"]},
            "labels.of_workflow": {"limit": 9},
            "labels.judged_proposals": {"model": "local", "before": None, "limit": 9},
            "rollouts.newest_run": {},
            "rollouts.runs_between": {"after": 0, "until": 2**31, "limit": 9},
            "rollouts.asked_until": {"deployment": ids["deployment"], "run": 1},
            "rollouts.add_shadow": {
                "deployment": ids["deployment"],
                "run": ids["holding run"],
                "case": ids["holding case"],
                "output": "{}",
                "lowest": None,
                "alone": False,
                "code": None,
                "nevers": 0,
                "cost": Decimal(0),
                "milliseconds": 1.0,
            },
            "rollouts.has_shadow": {"deployment": ids["deployment"], "run": ids["delivered run"]},
            "rollouts.mark": {},
            "rollouts.to_judge": {"deployment": ids["deployment"], "limit": 9},
            "rollouts.judge": {"shadow": ids["shadow waiting"], "label": ids["label"], "difference": 1},
            "rollouts.take_back": {"deployment": ids["deployment"]},
            "rollouts.pairs": {"deployment": ids["deployment"]},
            "rollouts.scores": {"deployment": ids["deployment"], "limit": 9},
            "rollouts.asked": {"deployment": ids["deployment"]},
            "rollouts.outcomes": {"deployment": ids["deployment"], "limit": 9},
            "rollouts.last_label": {"deployment": ids["deployment"]},
            "rollouts.labels_between": {"since": NOW - HOUR, "until": NOW + HOUR},
            "rollouts.reviews_of": {"deployment": ids["deployment"], "after": 0, "until": 2**31, "limit": 9},
            "rollouts.newest_review": {},
            "rollouts.first_review_since": {"since": NOW - HOUR},
            "probes.first": {"deployment": ids["deployment"]},
            "probes.days": {"deployment": ids["deployment"], "limit": 9},
            "probes.has": {"deployment": ids["deployment"], "day": "2026-11-12"},
            "probes.add": {
                "deployment": ids["deployment"],
                "day": "2026-11-13",
                "answers": {},
                "asked": 0,
                "changed": 0,
                "right": 0,
                "models": [],
                "cost": Decimal(0),
            },
            "examples.labelled_case": {"label": ids["label"]},
            "examples.add": {**found, "case": ids["waiting case"], "content": ids["waiting content"]},
            "examples.renew": {
                "example": ids["example"],
                "state": ExampleState.LEFT,
                "label": ids["label"],
                "content": ids["waiting content"],
                "why": "corrected",
            },
            "examples.lines": {"states": [ExampleState.TAKEN], "limit": 9},
            "examples.taken_contents": {"workflow": "sample", "half": "learning"},
            "examples.get": {"example": ids["example"]},
            "examples.known_among": {"ids": [ids["example"]]},
            "examples.halves": {"ids": [ids["example"]]},
            "examples.decide": {"ids": [ids["example"]], "state": ExampleState.LEFT, "critical": False},
            "examples.waiting": {"workflows": ["sample"], "at_most": 9},
            "improvements.judged_cases": {"since": NOW - HOUR, "limit": 9},
            "improvements.add": {"kind": "never", "mark": "n", "facts": {}, "cases": []},
            "improvements.get": {"improvement": ids["improvement"]},
            "improvements.keep_draft": {"improvement": ids["improvement"], "text": "other"},
            "improvements.forget_drafts": {"case": ids["delivered case"]},
            "recalled_examples.of_deployment": {"deployment": ids["deployment"]},
            "recalled_examples.taken": {"workflow": "sample"},
            "recalled_examples.taken_mark": {"workflow": "sample"},
            "recalled_examples.present": {"examples": [ids["example"]]},
            "improvements.of_workflow": {"states": [ImprovementState.DRAFT], "limit": 9},
            "improvements.decide": {"improvement": ids["improvement"], "state": ImprovementState.TAKEN, "shown": 1},
            "improvements.carried": {"until": NOW, "limit": 9},
            "improvements.go_live": {
                "improvement": ids["improvement"],
                "deployment": ids["deployment"],
                "shown": 1,
            },
            "improvements.correctors": {"cases": [ids["delivered case"], ids["looked at case"]]},
            "improvements.alone_with": {"deployment": ids["deployment"], "since": NOW - HOUR, "limit": 9},
            "improvements.kept_cases": {"cases": [ids["delivered case"], ids["waiting case"]]},
            "improvements.candidates_of": {"cases": [ids["looked at case"]]},
            "improvements.carriers": {"ids": [ids["improvement"]]},
        }

    def _of_sources(self) -> dict[str, dict[str, Any]]:
        source, key = self.ids["source"], self.ids["source key"]
        desk = {"kind": SourceKind.API, "name": "desk"}
        answered = {"source": source, "key_hash": "k"}
        line = CursorLine(
            id=self.ids["cursor"],
            source=self.ids["schedule"],
            name="sample/shelf",
            cursor=None,
            moves=0,
            fetched_at=None,
            next_at=NOW,
            failures=0,
            error=None,
            ended_at=None,
        )
        return {
            "sources.add": {"kind": SourceKind.API, "name": "new", "settings": {}},
            "sources.get": {"source": source},
            "sources.named": desk,
            "sources.named_or_new": {"kind": SourceKind.FILE, "name": "new"},
            "sources.listed": {"kind": SourceKind.API},
            "sources.hold": {"source": source},
            "sources.change": {"source": source, "settings": {"per_minute": 1}},
            "sources.end": {"source": source},
            "sources.let": {"source": source, "open": False},
            "cursors.begin": {"source": source},
            "cursors.named": {"names": None},
            "cursors.take_turn": {"line": line, "until": NOW + HOUR},
            "cursors.move": {"line": line, "to": "2", "next_at": NOW + HOUR},
            "cursors.fail": {"line": line, "until": NOW, "error": "TryAgain", "next_at": NOW + HOUR},
            "keys.add": {"source": source, "prefix": "csk_b", "hash": "new", "expires_at": None},
            "keys.known": {"hash": f"{self.team}", "kind": SourceKind.API},
            "keys.revoke": {"key": key},
            "keys.used": {"key": key},
            "handed_in.add": {"source": source, "key_hash": "new", "request_hash": "r", "answer": {}},
            "handed_in.answered": answered,
            "outcomes.cases": {"ids": [self.ids["delivered case"]], "source": source},
            "outcomes.runs": {"ids": [self.ids["delivered case"]]},
            "outcomes.proposals": {"ids": [self.ids["uncaused run"]]},
            "outcomes.reviews": {"ids": [self.ids["delivered run"]]},
            "outcomes.decisions": {"ids": [self.ids["decided"]]},
            "outcomes.deliveries": {"ids": [self.ids["delivered run"]]},
            "outcomes.questions": {"ids": [self.ids["review"]]},
            "webhooks.head": {"channel": HOOK, "set_aside": ["http_422"]},
            "webhooks.first_set_aside": {"channel": HOOK, "set_aside": ["http_422"]},
            "webhooks.give_up_all": {"channel": HOOK, "error": "http_410"},
            "webhooks.drop_all": {"channel": HOOK},
            "webhooks.revive": {"channel": HOOK},
            "follow_ups.due": {"workflows": ["sample"]},
            "follow_ups.add": {"case": self.ids["waiting case"], "run": self.ids["waiting run"], "workflow": "new"},
            "follow_ups.get": {"follow_up": self.ids["follow-up"]},
            "follow_ups.move": {
                "follow_up": (schema.FollowUp, self.ids["follow-up"]),
                "to": FollowUpState.NOTHING,
            },
            "follow_ups.earlier": {"follow_up": (schema.FollowUp, self.ids["follow-up"])},
            "follow_ups.of_case": {"case": self.ids["delivered case"], "workflow": "sample"},
            "origins.keep_all": {"cases": [self.ids["waiting case"]], "new": NewOrigin(source=source)},
        }

    def _general(self) -> dict[str, Any]:
        ids = self.ids
        return {
            **dict.fromkeys(("by", "kind", "source", "content_hash", "body", "reason", "problem", "form"), "x"),
            "model": "claude",
            **dict.fromkeys(("at", "asked_at", "next_at", "overdue", "ended_at"), NOW),
            "since": NOW - HOUR,
            "until": NOW + HOUR,
            "before": NOW + HOUR,
            "case": ids["delivered case"],
            "run": ids["delivered run"],
            "review": ids["review"],
            "workflow": ids["workflow"],
            "delivery": ids["delivered delivery"],
            "workflows": [ids["workflow"]],
            "channel": CHANNEL,
            "subject": SubjectKind.REVIEW.of(ids["review"]),
            "face": Face(name=SLACK, roles=()),
            "target": "desk",
            "limit": 10,
            "longest": HOUR,
            "lasts": HOUR,
            "down": [],
            "revision": 1,
            "content": ids["waiting content"],
            "name": "sample",
            "eval": ids["eval"],
            "test": ids["volume test"],
            "place": 1,
            "outage": ids["outage"],
            "problem_id": ids["holding content"],
            "key": "new",
            "job": "daily",
            "budget": "workflow:sample",
            "period": "2026-11-20",
            "version": "abc",
            "examples": "e",
            "prompt_version": "abc",
            "action": "run.doubtful",
            "actor": "U1",
            "request": ids["request"],
            "cause": ids["cause"],
            "bulk": ids["bulk"],
            "row": ids["card due"],
            "method": "chat.postMessage",
            "output_id": ids["waiting content"],
            "reasons_id": ids["waiting content"],
            "content_id": ids["waiting content"],
            "input_id": ids["waiting content"],
            "cases": [ids["delivered case"], ids["waiting case"]],
            "result": {},
            "figures": {},
            "lease": 1,
            "states": [RunState.HOLDING, RunState.WAITING],
            "state": RunState.WAITING,
            "at_most": 10,
            "waits": True,
            "ts": "9.0",
            "after": 0,
            "proposal": None,
            "parent": None,
            "about": "x",
            "said": "wrong",
            "outcome": None,
            "report": ids["report"],
            "answer_by": None,
            "options": {"a": 1},
            "slack_id": "T9",
            "covers_from": "2026-11-20",
            "confidence": None,
            "sample": False,
            "follows": None,
            "interaction_id": None,
            "reason_id": None,
            "confirmed": [],
            "maybe": True,
            "holds_deliveries": True,
            "correction": 0,
            "factor": 3.0,
            "amount": Decimal(1),
            "cache_key": "question",
            "salt": "5a" * 16,
            "waited": 1,
            "details": None,
            "otherwise": NotAsBefore(),
        }

    def _own(self) -> dict[str, dict[str, Any]]:
        """Return the arguments of queries whose names do not tell them."""
        ids = self.ids
        desk = {"outage": (schema.TargetOutage, ids["desk"])}
        subject = SubjectKind.RUN.of(ids["doubtful run"])
        chosen = Choice(cause=ids["cause"], states=[RunState.FAILED], since=None, until=NOW + HOUR)
        step = {
            "run_id": ids["delivered run"],
            "position": 2,
            "name": "n",
            "nth": 1,
            "attempt": 1,
            "state": StepState.FINISHED,
            "input_hash": "h",
            "body": "{}",
            "started_at": NOW,
            "milliseconds": 1.0,
            "cost": Decimal(0),
        }
        asked = {
            **dict.fromkeys(
                ("input_tokens", "output_tokens", "thinking_tokens", "cache_read_tokens", "cache_write_tokens"), 1
            ),
            **dict.fromkeys(("workflow", "model", "prompt_version", "input_hash", "prices"), "x"),
            "number": 1,
            "outcome": "asked",
            "reserved": Decimal(1),
            "began_at": NOW,
        }
        return {
            "cases.known": {"keys": ["waiting"]},
            "cases.add_all": {"new": {"new": NewContent(content_hash="h", salt="s")}},
            "cases.newest_sources": {"workflow": "sample", "newest": 10},
            "cases.with_key": {"key": "waiting"},
            "cases.lines": {"workflow": "sample", "state": None},
            "cases.outcomes": {"ids": [ids["waiting case"]]},
            "contents.keep_all": {"bodies": {ids["waiting case"]: "x"}},
            "contents.bodies": {"ids": [ids["waiting content"]]},
            "deliveries.with_key": {"key": "delivered"},
            "alike.groups": {"workflows": ["sample"], "limit": 9},
            "alike.count": {"workflow": ids["workflow"], "alike": "m1"},
            "alike.lines": {"workflow": ids["workflow"], "alike": "m1", "limit": 9},
            "assignments.put_off": {"review": (schema.Review, ids["unshown review"]), "until": None},
            "assignments.of_person": {"person": "U1", "workflow": "sample"},
            "assignments.has_any": {"person": "U1"},
            "assignments.loads": {"people": ["U1"]},
            "people.away": {},
            "people.get": {"person": "U1"},
            "people.be_away": {"person": "U1", "away_from": None, "away_until": None, "delegate": None},
            "people.note_assigned": {"person": "U1"},
            "homes.in_hand": {"by": "U1", "workflows": ["sample"], "first": 0},
            "homes.count_in_hand": {"by": "U1", "workflows": ["sample"]},
            "homes.waiting": {"workflows": ["sample"]},
            "homes.made_by": {"by": "U1", "days": DAYS, "first": 0},
            "homes.count_made_by": {"by": "U1", "days": DAYS},
            "homes.has_decided": {"by": "U1"},
            "drafts.of_person": {"by": "U1"},
            "drafts.keep": {"by": "U1", "case": ids["waiting case"], "version": 2},
            "drafts.forget": {"by": "U1"},
            "deliveries.add": {"state": DeliveryState.INTENDED},
            "deliveries.is_applied": {"kind": "answer"},
            "deliveries.move": {"frm": DeliveryState.APPLIED, "to": DeliveryState.FAILED},
            "deliveries.withdraw": {"run": ids["grace run"], "parent": ids["delivered run"]},
            "deliveries.mark_maybe": {"state": DeliveryState.APPLIED},
            "journal.add": step,
            "journal.recall": {"lines": [(schema.Step, ids["step"])], "run": ids["waiting run"]},
            "openings.note": {"by": "U2"},
            "openings.opened_at": {"by": "U1"},
            "openings.forget": {"by": "U1"},
            "turns.following": {"turns": TURNS, "without": [], "lasts": HOUR},
            "turns.count": {"turns": TURNS},
            "turns.lines": {"turns": TURNS},
            "reviews.unclaim": {"by": "U1", "review": ids["new review"]},
            "deadlines.to_remind_of": {},
            "reminders.waiting": {"person": "U1", "workflows": ["sample"]},
            "reminders.recent_deciders": {"workflow": "sample", "since": NOW - HOUR, "among": 10, "without": ["U0"]},
            "reminders.want_direct": {"person": "U2"},
            "reminders.direct": {"row": ids["reminder"]},
            "reminders.take_direct": {"wanted": (schema.DirectReminder, ids["reminder"]), "wanted_at": None},
            "reminders.note_direct_sent": {"person": "U1"},
            "outbox.is_any_unsent": {"kind": "card"},
            "outbox.unsent_about": {"kinds": ["doubt"], "subject": SubjectKind.DELIVERY.of(ids["doubtful delivery"])},
            "shown_files.add": {"sha256": "b" * 64, "file": "F1"},
            "shown_files.note_uploaded": {"row": ids["file of review"], "at": NOW + HOUR},
            "shown_files.original": {"sha256": "a" * 64},
            "shown_files.take_back_of_reviews": {"reviews": [ids["review"]]},
            "shown_files.to_take_back": {"begun_before": NOW},
            "shown_files.note_removed": {"row": ids["file of review"]},
            "shown_files.note_refused": {"row": ids["file of review"], "error": "missing_scope"},
            "outbox.take_away": {"kinds": ["decided"], "kind": SubjectKind.REVIEW, "ids": [ids["review"]]},
            "outbox.out_of_reach": {"kinds": ["decided"], "kind": SubjectKind.REVIEW, "ids": [ids["review"]]},
            "outbox.take_away_rows": {"only": [ids["decided note"]]},
            "outbox.want_attempted_again": {
                "kind": "outage",
                "subject": SubjectKind.OUTAGE.of(ids["outage"]),
            },
            "outbox.note_place": {"posted_in": CHANNEL},
            "target_outages.told_by": {"case": ids["holding case"]},
            "removals.edits": {"case": ids["judged case"]},
            "other_texts.of_table": {"name": "prompt_versions"},
            "outbox.was_noted": {"kind": "card", "occasion": ""},
            "health.add": {
                "system": "CRM",
                "began": NOW - HOUR,
                **dict.fromkeys(("answered", "failed", "broken"), 1),
                **dict.fromkeys(("last_ok_at", "last_bad_at", "error"), None),
                "milliseconds": 1.0,
            },
            "health.last_error": {"system": "CRM"},
            "health.model_calls": {"failed": ["transient"], "broken": ["garbage"], "left_out": ["asked"]},
            "health.begin": {
                "system": "ledger",
                "kind": "system",
                "state": Health.TROUBLED,
                **dict.fromkeys(("total", "failed", "broken"), 1),
            },
            "health.worsen": {"trouble": (schema.Trouble, ids["trouble"]), "to": Health.DOWN},
            "health.last_ended": {"system": "mail"},
            "health.begin_again": {"trouble": (schema.Trouble, ids["ended trouble"]), "state": Health.TROUBLED},
            "health.end": {"trouble": (schema.Trouble, ids["trouble"]), "how": "well"},
            "causes.needing": {"system": "CRM", "states": [CauseState.IGNORED]},
            "causes.note_rerun": {"code_version": None, "is_through": True},
            "health.get": {"trouble": ids["trouble"]},
            "questions.add": {"text_id": ids["waiting content"], "asked_by": "U1", "answer_by": NOW},
            "questions.get": {"question": ids["question"]},
            "questions.of_case": {"case": ids["waiting case"]},
            "questions.unsent": {"run": ids["waiting run"]},
            "questions.move": {"question": (schema.Question, ids["question"]), "to": QuestionState.SENT},
            "reviews.proposal_of": {"run": ids["waiting run"]},
            "reviews.of_run": {"run": ids["waiting run"]},
            "reviews.add": {"run": ids["holding run"]},
            "reviews.add_proposal": {"run": ids["holding run"]},
            "reviews.revoke": {"review": ids["decided"], "versions": [1]},
            "messages.subject_at": {"ts": "1.0"},
            "reports.take_up": {"outcome": "told"},
            "runs.askers_of": {"run": ids["grace run"]},
            "reviews.of_case_in": {"case": ids["waiting case"], "states": [ReviewState.OPEN]},
            "reviews.open_lines": {"workflows": ["sample"]},
            "reviews.move": {"frm": ReviewState.OPEN, "to": ReviewState.DECIDED},
            "reviews.decisions": {"review": ids["decided"]},
            "reviews.add_decision": {"version": 1},
            "reviews.decided_for": {"run": ids["corrected run"]},
            "runs.add": {"state": RunState.READY},
            "runs.add_first": {
                "new": [FirstRun(case=ids["waiting case"], revision=2, input_id=ids["waiting content"])],
                "state": RunState.READY,
                "code_version": None,
            },
            "runs.of_case_in": {"states": [RunState.DELIVERED]},
            "runs.claimable": {"limit": 5},
            "runs.move": {"run": ids["ready run"], "frm": RunState.READY, "to": RunState.RUNNING},
            "runs.hold": {"state": RunState.DELIVERED},
            "journal.last_written": {"of": [ids["delivered run"]]},
            "runs.was_corrected": {"after": 0},
            "bulk_reruns.add": {"since": None, "total": 1},
            "bulk_reruns.change": {"bulk": (schema.BulkRerun, ids["bulk"]), "state": BulkState.DONE},
            "bulk_reruns.kinds": {"choice": chosen},
            "bulk_reruns.following": {"choice": chosen},
            "installations.record": {"granted": GRANTED, "sealed_token": "theirs", "by": "U2"},
            "installations.end": {"why": InstallationEnd.REVOKED, "turn": None},
            "installations.replace_token": {"old": "sealed", "new": "sealed anew"},
            "inbox.note_form": {"key": "form of a message", "mark": "1"},
            "inbox.remove": {"key": "heard"},
            "inbox.is_known": {"key": "heard"},
            "questions.asked_at_place": {"place": "C0INBOX/1.1"},
            "heard_messages.add": {"workflow": "sample", "place": "C0INBOX/2.1", "content": "{}"},
            "heard_messages.get": {"message": ids["message"]},
            "heard_messages.is_earlier_waiting": {
                "message": schema.HeardMessage(id=10**9, place="C0INBOX/1.1", workflow="sample"),
            },
            "heard_messages.remove": {"message": ids["message"]},
            "heard_messages.put_off": {"message": ids["message"], "until": NOW + HOUR},
            "heard_messages.take_up": {
                "message": schema.HeardMessage(id=ids["message"], due_at=NOW - HOUR),
                "until": NOW + HOUR,
            },
            "heard_messages.fail": {"message": ids["message"], "problem": "KeyError"},
            "heard_messages.count_failed": {"workflow": "sample", "problem": "KeyError", "since": NOW - HOUR},
            "causes.find": {"fingerprint": "abc1" * 8},
            "causes.add": {"fingerprint": "new", "step": "x", "error": "x", "dependency": None, "message": "x"},
            "causes.number_of": {"step": "look_up", "error": "ValueError"},
            "causes.count": {"cost": Decimal(1), "failed_in": None, "hour": NOW},
            "causes.forget_hours": {"before": NOW + HOUR},
            "causes.move": {"cause": (schema.Cause, ids["cause"]), "to": CauseState.OPEN},
            "causes.named": {"begins": "abc"},
            "causes.lines": {"workflows": ["sample"], "states": [CauseState.IGNORED]},
            "causes.run_counts": {"through": [RunState.WAITING], "since": NOW},
            "causes.stopped": {"state": RunState.FAILED},
            "outbox.is_any_due": {"kind": "doubt", "among": [ids["doubtful delivery"]]},
            "target_outages.begin": {"target": "another"},
            "target_outages.get": {"outage": ids["desk"]},
            "target_outages.last_end": {"target": "ledger"},
            "target_outages.let_through": desk,
            "target_outages.failed": desk | {"next_at": NOW + HOUR},
            "target_outages.end": desk,
            "waiting_runs.obstacle": {"run": (schema.Run, ids["holding run"])},
            "waiting_runs.oldest_of_case": {"case": ids["holding case"]},
            "waiting_runs.hasten": {"at": NOW - HOUR},
            "scope_shares.choose": {"seen": None, "share": 0.5},
            "workflow_pauses.row_of": {"name": "new"},
            "epochs.add_case": {
                "epoch": ids["epoch"],
                "case": ids["looked at case"],
                "run": ids["waiting run"],
                **dict.fromkeys(("score", "probability", "least"), 0.5),
                **{"alone": False, "floor": None, "counts": True},
            },
            "epochs.begin": {
                "workflow": ids["workflow"],
                "deployment": ids["proposed"],
                "number": 2,
                **{"wrong": 0.05, "sure": 0.9, "level": Level.DRAFT, "probability": 0.05, "state": {}},
            },
            "epochs.change": {"epoch": ids["epoch"], "seen": 1, "held": "behind"},
            **{f"epochs.{name}": {"epoch": ids["epoch"]} for name in ("get", "held", "checks_of")},
            **{f"epochs.{name}": {"epoch": ids["epoch"], "limit": 9} for name in ("rows_after", "cases_after")},
            **{f"epochs.{name}": {"epoch": ids["epoch"], "after": 0} for name in ("worst_alone", "count_alone")},
            "epochs.had_one": {"deployment": ids["deployment"]},
            "epochs.note": {"epoch": ids["epoch"], "asked_floor": 0.8},
            "epochs.last_end": {"version": (schema.Deployment, ids["deployment"]), "until": None},
            "epochs.of_cases": {"epoch": ids["epoch"], "cases": [ids["delivered case"]]},
            "epochs.open_with": {"cases": [ids["delivered case"]]},
            "epochs.last_words": {"cases": [ids["delivered case"]]},
            "epochs.drawn_of": {"runs": [ids["delivered run"]]},
            "epochs.note_label": {"row": ids["epoch case"], "label": None, "is_error": None},
            "epochs.worked_in": {"epoch": ids["epoch"], "until": ids["epoch case"]},
            "epochs.waiting": {"runs": [ids["waiting run"]], "decided": 0},
            "epochs.newest_cases": {"epochs": [ids["epoch"]]},
            "epochs.share_from": {"epoch": ids["epoch"], "newest": 1, "floor": 0.9},
            "certificates.figures": {"epochs": [ids["epoch"]]},
            "certificates.sums": {"epoch": ids["epoch"], "floors": [0.9], "limit": 9},
            "certificates.asked_of": {"workflows": ["sample"]},
            "epochs.has_case": {"epoch": ids["epoch"], "case": ids["delivered case"]},
            "epochs.newest_scores": {"workflow": ids["workflow"], "like": ids["deployment"], "limit": 9},
            "epochs.open_of": {"deployment": ids["deployment"]},
            "epochs.standing": {"deployment": ids["deployment"]},
            "alone.of_workflow": {"workflow": ids["workflow"]},
            "certificates.of_workflow": {"workflow": ids["workflow"], "limit": 9},
            "deployments.add": {
                "workflow": ids["paused"],
                "number": 7,
                **{"state": DeploymentState.PROPOSED, "change": 1, "name": "abc", "parts": {}, "model": "local"},
                **{"rollout": {}, "proposed_by": "U1", "proposed_at": NOW},
            },
            "deployments.add_examples": {"deployment": ids["deployment"], "examples": [ids["candidate"]]},
            "deployments.change": {
                "deployment": ids["deployment"],
                "state": DeploymentState.LIVE,
                "number": 1,
                "to": {"note": "n"},
            },
            "deployments.examples_of": {"deployment": ids["deployment"]},
            "deployments.forget_trained": {"workflow": "sample"},
            "deployments.forget_trained_with": {"case": ids["delivered case"]},
            "deployments.get": {"deployment": ids["deployment"]},
            "deployments.held": {"workflow": ids["workflow"]},
            "deployments.in_states": {"workflow": ids["workflow"], "states": [DeploymentState.LIVE]},
            "deployments.is_trained_kept": {"workflow": ids["workflow"], "key": "k"},
            "deployments.keep_trained": {"workflow": ids["workflow"], "key": "new", "body": b"x"},
            "deployments.last_number": {"workflow": ids["workflow"]},
            "deployments.live_of": {"workflow": "sample"},
            "deployments.numbered": {"workflow": ids["workflow"], "number": 1},
            "deployments.of_ids": {"ids": [ids["deployment"]]},
            "deployments.of_workflow": {"workflow": ids["workflow"], "limit": 5},
            "deployments.sign": {"deployment": ids["deployment"], "by": "U9", "how": "backup"},
            "deployments.signatures": {"ids": [ids["deployment"]]},
            "deployments.taken_in": {"workflow": ids["workflow"], "half": "learning"},
            "deployments.take_nothing_over": {"workflow": ids["workflow"]},
            "deployments.train_again": {"deployment": ids["deployment"], "before": "k", "now": "k2"},
            "deployments.trained": {"workflow": ids["workflow"], "key": "k"},
            "deployments.use": {"workflow": ids["workflow"], "live": ids["deployment"], "beside": None},
            "deployments.used": {"workflow": ids["workflow"]},
            "workflow_pauses.current": {"workflow": ids["paused"]},
            "workflow_pauses.hold_deliveries": {"workflow": ids["paused"]},
            "workflow_pauses.lift": {"workflow": ids["paused"]},
            "workflow_pauses.numbers": {"states": [RunState.WAITING]},
            "cards.drop_elsewhere": {"workflow": "sample", "channel": None},
            "cards.missing": {"workflow": "sample"},
            "cards.hold": {"kind": "card"},
            "messages.cards_elsewhere": {"workflow": "sample", "channel": None},
            "messages.waiting": {"kind": SubjectKind.REVIEW},
            "outbox.want_view": {"kind": "card"},
            "outbox.want_view_again": {"kind": "card"},
            "outbox.add_note": {"kind": "note"},
            "outbox.add_note_once": {"kind": "note"},
            "outbox.move": {
                "row": (schema.OutboxRow, ids["card due"]),
                "frm": OutboxState.DUE,
                "to": OutboxState.ATTEMPTING,
            },
            "outages.begin": {"reason": "another"},
            "overruns.get": {"overrun": ids["overrun"]},
            "prompt_versions.keep": {"workflow": "sample", "version": "new", "source": "p"},
            "prompt_versions.of_workflow": {"workflow": "sample"},
            "prompt_versions.beginning_with": {"workflow": "sample"},
            "batches.begin": {"mark": "n", "model": "claude", "reserved": Decimal(1), "questions": []},
            "batches.sent": {"batch": ids["batch"]},
            "batches.end": {"batch": ids["batch"], "state": BatchState.ENDED},
            "batches.names": {"since": NOW - HOUR},
            "batches.open_questions": {"batch": ids["batch"]},
            "batches.answered": {"question": ids["batch question"], "ended": "answered"},
            "batches.free": {"question": ids["batch question"]},
            "batches.free_all": {"batch": ids["batch"]},
            "requests.begin": asked,
            "requests.begin_all": {
                "requests": [{"request_id": "m-2"}, {"request_id": "m-3"}],
                "same": asked,
            },
            "requests.settle": {"outcome": "failed"},
            "requests.settle_all": {"ids": [ids["request"]], "outcome": "failed"},
            "requests.given": {"run": None},
            "requests.of_run": {"run": ids["waiting run"]},
            "metrics.taken": {"budgets": ["workflow:sample"], "periods": ["2026-11-20"]},
            "spending.take": {"limit": Decimal(100)},
            "spending.correct": {"by": Decimal(1)},
            "digests.get": {"digest": ids["digest"]},
            "failures.first_stopped": {"states": [RunState.DOUBTFUL], "only_without_cause": False},
            "failures.stops_by_day": {"starts": [NOW - HOUR]},
            "failures.in_doubt": {"workflow": ids["workflow"]},
            "failures.without_cause": {"workflow": ids["workflow"]},
            "failures.ended": {"how": "well"},
            "failures.alike": {"least": 1},
            "failures.last_decision": {"but": ["asked"]},
            "failures.decided_reviews": {"but": ["asked"]},
            "failures.decided_by_workflow": {"but": ["asked"], "unchanged": "approved"},
            "spending.of_days": {"budgets": ["workflow:sample"], "first": "2026-11-01", "last": "2026-11-30"},
            "costs.requests": {"workflow": None},
            "costs.steps": {"workflow": "sample"},
            "costs.by_day": {"days": [Span(since=NOW - HOUR, until=NOW + HOUR)], "workflow": None},
            "costs.days_with_cases": {"days": [Span(since=NOW - HOUR, until=NOW + HOUR)], "workflow": "sample"},
            "costs.reused": {"workflow": None},
            "costs.dearest_cases": {"workflow": "sample"},
            "terms.newest": {"workflow": "sample"},
            "terms.newest_of_version": {"workflow": "sample", "version": "a" * 64},
            "terms.last_signed": {"workflow": "sample"},
            "terms.hows": {"versions": ["a" * 64]},
            "terms.was_signed": {"workflow": ids["workflow"], "hows": ["owner"]},
            "terms.get": {"terms": ids["terms 1"]},
            "terms.before": {"terms": [(schema.TermsRow, ids["terms 2"])]},
            "terms.of_workflows": {"workflow": "sample"},
            "terms.count": {"workflow": "sample"},
            "terms.add": {
                "workflow": ids["workflow"],
                "number": 3,
                "version": "b" * 64,
                "parts": {},
                "code_version": "abc",
                "seen_at": NOW,
                "widens": [],
            },
            "terms.sign": {"terms": ids["terms 2"], "how": "owner", "in_place_of": ["sample"]},
            "prompt_versions.first_seen": {"versions": ["abc"]},
            "digests.latest_period": {"until": "2026-11-20", "workflow": ""},
            "digests.ahead": {"of": "2026-11-18"},
            "digests.latest": {"until": "2026-11-20", "workflow": "", "limit": 5},
            "digests.look": {"digest": ids["digest"], "by": "U2", "at": NOW},
            "digests.note_look": {"digest": ids["digest"], "by": "U1", "note": "too few"},
            "digests.looks": {"digest": ids["digest"]},
            "segments.with_group": {
                "segment": "language",
                "value": "fr",
                "workflow": ids["workflow"],
                "at_most": 50,
                "otherwise": "other",
            },
            "segments.keep": {"groups": [ids["group"]], "case": ids["ready case"], "run": ids["ready run"]},
            "segments.groups": {"workflows": [ids["workflow"]]},
            **{
                f"segments.{name}": {"workflows": [ids["workflow"]], "days": [NOW - HOUR, NOW + HOUR]}
                for name in ("resolved", "resolved_in_all", "corrected", "proposals_decided", "looks")
            },
            "courses.ask": {"workflow": ids["paused"], "evidence": {}},
            "courses.get": {"course": ids["course"]},
            "courses.newest_period": {"until": "2026-11-20"},
            "courses.choose": {"course": ids["course"], "shown": 1, "choice": "stop", "note": None},
            **{f"numbers.{name}": {"days": [NOW - HOUR, NOW + HOUR]} for name in NUMBERS},
            "numbers.of_person": {"by": "U2", "days": [NOW - HOUR, NOW + HOUR]},
            "baselines.add": {
                "workflow_id": ids["workflow"],
                "source": "stated",
                "by": "U1",
                "at": NOW,
                "minutes": 5.0,
            },
            "baselines.of_workflow": {"workflow": ids["workflow"]},
            "volume_tests.begin": {
                "workflow": ids["workflow"],
                "cases": [],
                "by": "U1",
                "file": "past.csv",
                "eval_id": ids["eval"],
                "seed": 1,
                "size": 0,
                "rows": 0,
                "version": {},
                "began_at": NOW,
            },
            "volume_tests.newest_reported": {"workflow": ids["workflow"]},
            "volume_tests.kept": {"workflow": ids["workflow"]},
            "volume_tests.kept_before": {"workflow": ids["workflow"], "before": NOW + HOUR},
            "volume_tests.keep_trial": {"case": ids["due volume case"], "lowest": 0.5},
            "volume_tests.hold_case": {"case": ids["volume case"]},
            "volume_tests.change_text": {"case": ids["due volume case"], "body": "[]"},
            "volume_tests.get_case": {"case": ids["volume case"]},
            "volume_tests.judge": {"case": ids["volume case"], "judged_by": "U1", "is_error": False},
            "volume_tests.next_to_judge": {"who": CLAIMANT, "after": 0},
            "volume_tests.claim": {"case": ids["volume case"], "who": CLAIMANT},
            "volume_tests.leave": {"case": ids["claimed volume case"], "by": "U1"},
            "volume_tests.newest_of": {"workflow": ids["workflow"]},
            "volume_tests.keep_typed": {"case": ids["volume case"], "body": "{1}"},
            "volume_tests.hold": {"held": {1: [ids["document"]]}},
            "volume_tests.end": {"draws": [Draw(of=ids["volume case"], why="random", chance=0.5, like=False)]},
            "volume_tests.scores": {"limit": 9},
            "volume_tests.looked_at": {"limit": 9},
            "volume_tests.least_probability": {},
            "volume_tests.ended_of": {"workflow": ids["workflow"], "since": None, "until": None, "limit": 9},
            "volume_tests.report": {"report": {}},
            "volume_tests.remove_text": {"cases": [ids["volume case"]]},
            "evals.begin": {"workflow": "sample"},
            "evals.keep": {"model": "another"},
            "evals.newest": {"workflow": "sample"},
            "evals.of_workflow": {"workflow": "sample"},
            "audit.record_all": {"acts": [Act(action="run.doubtful", subject=subject, case=ids["doubtful case"])]},
            "audit.last": {"subject": subject},
            "audit.actor_at": {"subject": subject, "actions": ["run.doubtful"]},
            "audit.of_case": {"case": ids["doubtful case"]},
            "audit.since": {"row": 0},
            "audit.readings_lately": {"actor": "U1", "cases": [ids["doubtful case"]]},
            "audit.readings_of_case": {"subject": SubjectKind.CASE.of(ids["doubtful case"])},
            "audit.readings_by": {"actor": "U1"},
            "receipts.texts_of": {"ids": [ids["waiting content"]]},
            "receipts.cases_after": {"after": 0},
            "receipts.rows_of": {"cases": [ids["doubtful case"], ids["delivered case"]]},
            "announcements.add": {"run": ids["holding run"], "until": NOW},
            "announcements.get": {"announcement": ids["announcement"]},
            "announcements.of_run": {"run": ids["announced run"]},
            "announcements.of_case": {"case": ids["announced case"]},
            "announcements.end": {
                "row": (schema.Announcement, ids["announcement"]),
                "to": AnnouncementState.LAPSED,
            },
            "announcements.over": {"workflows": [ids["workflow"]]},
            "announcements.is_any_over": {"workflows": [ids["workflow"]]},
            "announcements.evidence_of": {"run": ids["announced run"]},
            "announcements.not_alone": {"run": ids["announced run"], "counts": False},
            "announcements.lines": {"workflows": ["sample"]},
            "spot_checks.add": {"run": ids["holding run"], "probability": 0.05, "due_at": NOW},
            "spot_checks.get": {"check": ids["drawn check"]},
            "spot_checks.move": {
                "check": (schema.SpotCheck, ids["drawn check"]),
                "to": SpotCheckState.DECIDED,
                "shown": 1,
            },
            "spot_checks.note_opened": {"check": ids["drawn check"], "by": "U1"},
            "spot_checks.note_left": {"check": ids["drawn check"], "by": "U1"},
            "spot_checks.note_correction": {"check": ids["drawn check"], "became": "opened"},
            "spot_checks.following": {"looks": LOOKS},
            "spot_checks.lines": {"looks": LOOKS},
            "spot_checks.count": {"looks": LOOKS},
            "spot_checks.undecided": {"workflows": ["sample"]},
            "spot_checks.late": {"workflow": ids["workflow"], "at": NOW + HOUR, "limit": 9},
            "spot_checks.last_answered": {"limit": 9},
            "spot_check_packs.undrawn": {"runs": [ids["undrawn run"]], "workflow": ids["workflow"]},
            "spot_check_packs.add": {
                "of": [[ids["undrawn run"], ids["undrawn case"]]],
                "workflow": ids["workflow"],
                "at": NOW,
            },
            "spot_check_packs.get": {"pack": ids["pack"]},
            "spot_check_packs.counts": {"pack": ids["pack"]},
            "spot_check_packs.done": {"limit": 9},
            "spot_check_packs.note_told": {"pack": ids["pack"], "at": NOW},
            "spot_checks.knows": {"check": (schema.SpotCheck, ids["drawn check"]), "by": "U1"},
            **self._of_sources() | self._of_documents() | self._of_learning(),
            "legal_holds.active": {},
            "legal_holds.held": {"kind": SubjectKind.CASE, "ids": [ids["delivered case"]]},
            "legal_holds.lift": {"subject": SubjectKind.CASE.of(ids["delivered case"])},
            "removals.left": {"kinds": ["input"]},
            "removals.remove": {"kinds": ["input"]},
            "removals.remove_drafts": {"case": ids["waiting case"]},
            "removals.blank_requests": {"case": ids["waiting case"]},
            "removals.blank_marks": {"case": ids["waiting case"]},
            "removals.blank_causes": {"case": ids["sole case"]},
            "removals.finish": {"case": ids["bare case"]},
            "removals.rename": {"deliveries": {"delivered": "new"}},
            "reports.waiting_of": {"case": ids["uncaused case"]},
            "retained.progress": {"kind": "input"},
            "retained.note_progress": {"kind": "input", "ended_at": NOW + HOUR},
            "retained.ended": {"after": None},
            "retained.put_off": {"case": ids["waiting case"]},
            "retained.retained": {"kinds": ["input"], "steps": True},
            "searches.contents": {"after": 0},
            "searches.blank_cause": {"cause": ids["sole cause"]},
            "teams.give_seed": {"seed": "t"},
            "span_exports.begin": {"position": 1},
            "span_exports.change": {"export": (schema.SpanExport, ids["spans"]), "position": 2},
            "span_exports.stops": {"until": 1_000_000_000, "actions": ["run.doubtful"]},
            "seals.add": {"number": 2, **SEAL},
            "seals.head_at": {"number": 1},
            "seals.first_since": {"at": NOW},
            "seals.unsealed": {"at_most": 10},
            "seals.seals_after": {"number": 0},
            "seals.rows_after": {"row": 0, "until": 1_000_000_000},
        }


def columns_of(subject: Subject) -> dict[str, Any]:
    return {"subject_kind": subject.kind, "subject_id": subject.id}


@pytest.fixture
def database(migrated_url: str) -> Iterator[Database]:
    """A database with the newest schema."""
    database = Database(migrated_url)
    yield database
    database.close()


def team_called(database: Database, name: str, *, at: datetime) -> Company:
    with database.write() as session:
        return Company(team=rows.add(session, schema.Team, slack_id=None, name=name, created_at=at))


@cache
def functions() -> dict[str, Callable[..., object]]:
    """The queries of the lint, by their names."""
    rooms = {
        path.stem: importlib.import_module(f"store.{'.'.join(path.relative_to(STORE).with_suffix('').parts)}")
        for subject in SUBJECTS
        for path in (STORE / subject).rglob("*.py")
    }
    left_out = OF_NO_TEAM | ON_POSTGRESQL_ALONE
    return {
        name: getattr(rooms[name.partition(".")[0]], name.partition(".")[2])
        for name in queries()
        if name not in left_out
    }


@cache
def all_rows(dialect: str) -> TextClause:
    """The statement that finds all rows of a team, each as a text: one for all tables, as each call asks for it."""
    parts = []
    for table in schema.Base.metadata.sorted_tables:
        if table.name == "invitations":
            continue  # no team's
        quoted = " || ',' || ".join(f"quote({column.name})" for column in table.columns)
        row = quoted if dialect == "sqlite" else f"CAST({table.name} AS text)"
        whose = "id" if table.name == "teams" else "team_id"
        parts.append(f"SELECT '{table.name}', {row} FROM {table.name} WHERE {whose} = :team")
    return text(" UNION ALL ".join(parts))


def kept(session: Session, team: int) -> set[tuple[str, str]]:
    """All rows of a team: the name of the table, and what the row holds, its id among it."""
    session.expire_all()
    found = session.execute(all_rows(session.connection().dialect.name), {"team": team})
    return {(table, row) for table, row in found}


def plain(value: object) -> object:
    """A result as values that can be compared."""
    if isinstance(value, schema.Base):
        return {column.name: getattr(value, column.key) for column in value.__table__.columns}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if hasattr(value, "run") and isinstance(value.run, schema.Run):
        return plain(value.run)
    if hasattr(value, "cause") and isinstance(value.cause, schema.Cause):
        return plain(value.cause)
    if hasattr(value, "check") and isinstance(value.check, schema.SpotCheck):
        return plain(value.check)
    if isinstance(value, ReceiptRows):
        return [plain(one) for one in vars(value).values() if one]
    return value


@dataclass(frozen=True, kw_only=True)
class Told:
    """The result of a call."""

    result: object
    changed: bool
    """Did it change rows of the team that they are of?"""


def call(database: Database, name: str, of: Company, *, team: int, before: set[tuple[str, str]]) -> Told:
    """Call a query with the rows of a team in the name of a team, and let go of what it did. `before`: those rows."""
    function = functions()[name]
    parameters = inspect.signature(function).parameters
    result: object = None
    after = before
    with suppress(RolledBack, NotAsBefore), database.write() as session:
        given = of.given(session, name, parameters)
        who = {"team": team} if "team" in parameters else {}
        with heard(session.connection().engine) as said, suppress(NoResultFound):
            result = plain(function(session, **given, **who))
        if not all(statement.lstrip().startswith("SELECT") for statement, _ in said):
            after = kept(session, of.team)
        raise RolledBack
    return Told(result=result, changed=after != before)


def says_nothing(name: str, result: object) -> bool:
    if name in NOTHING:
        return result == NOTHING[name]
    values = vars(result).values() if hasattr(result, "__dataclass_fields__") else [result]
    return not any(values)


@pytest.mark.slow
def test_no_query_gives_or_changes_what_is_another_teams(database: Database) -> None:
    """Each is asked for one team's rows, by their ids, keys and channels, in the name of another.

    It finds nothing and changes nothing, though it does either where it is asked in the name of their own. And what it
    gives a team is the same whether or not another has the like.
    """
    ours, theirs = team_called(database, "ours", at=NOW), team_called(database, "theirs", at=NOW + HOUR)
    with database.write() as session:
        ours.fill(session)
    with database.read() as session:
        before = kept(session, ours.team)
    ask = partial(call, database, of=ours, before=before)
    own = {name: ask(name, team=ours.team) for name in functions()}
    silent = [name for name, told in own.items() if not told.changed and says_nothing(name, told.result)]
    assert set(silent) == set(SAY_NOTHING), "a query that finds nothing in any case would prove nothing"
    by_row = {name for name in own if "team" not in inspect.signature(functions()[name]).parameters}
    for name in own.keys() - by_row:
        told = ask(name, team=theirs.team)
        assert not told.changed, f"{name} changed another team's rows"
        assert own[name].changed or says_nothing(name, told.result), f"{name} gave another team's: {told.result}"
    with database.write() as session:
        theirs.fill(session)
    for name, told in own.items():
        if not told.changed:
            assert ask(name, team=ours.team).result == told.result, f"{name} gave the other's too"
    for name in own.keys() - by_row:
        assert not ask(name, team=theirs.team).changed, f"{name} changed another team's rows"
    with database.read() as session:
        assert kept(session, ours.team) == before, "what was let go of is not kept"


def test_a_compiled_query_returns_what_sqlalchemy_does(database: Database) -> None:
    """All columns of all tables: times, words, amounts, numbers, JSON."""
    ours = team_called(database, "ours", at=NOW)
    with database.write() as session:
        ours.fill(session)
        installations.invite(session, digest="digest", for_workspace="T1", by="cli:ana", at=NOW, until=NOW + HOUR)
    with database.read() as session:
        for table in schema.Base.metadata.sorted_tables:
            query = select(table).order_by(table.c.id)
            found = [tuple(row) for row in session.execute(query)]
            assert found, f"{table.name} holds no row"
            given = compiled(query, session.connection().dialect).all(session, {})
            assert [[(type(value), value) for value in row] for row in given] == [
                [(type(value), value) for value in row] for row in found
            ]
