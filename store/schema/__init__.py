"""The tables. Every row belongs to a team; what a case says lives in `contents` and nowhere else.

The names of states are in `store.states`; how they may follow each other is the engine's business.
"""

from store.schema.base import Base, OfTeam
from store.schema.baselines import Baseline
from store.schema.bulk_reruns import BulkRerun
from store.schema.cases import Case, Content, Run, Step, Team, Workflow
from store.schema.causes import Cause, CauseHour
from store.schema.courses import Course
from store.schema.documents import DocumentRow, DocumentUpload, DocumentUse, ShownFile
from store.schema.governance.audit import AuditRow
from store.schema.governance.legal_holds import LegalHold
from store.schema.governance.retention import PutOffRemoval, RetentionProgress
from store.schema.governance.seals import Seal
from store.schema.governance.terms import TermsRow
from store.schema.health import SystemCalls, Trouble
from store.schema.learning.announcements import Announcement
from store.schema.learning.deployments import (
    Deployment,
    DeploymentExample,
    DeploymentSignature,
    Probe,
    ShadowProposal,
    TrainedModel,
)
from store.schema.learning.epochs import Epoch, EpochCase
from store.schema.learning.examples import ExampleRow
from store.schema.learning.improvements import Improvement
from store.schema.learning.labels import Label, LabelProgress
from store.schema.learning.volume_tests import VolumeCase, VolumeDocument, VolumeTest
from store.schema.model import BatchQuestion, Eval, ModelBatch, ModelRequest, Outage, Overrun, PromptVersion, Spending
from store.schema.people import PersonRow
from store.schema.questions import Question
from store.schema.reports import Report
from store.schema.reviews import Decision, Delivery, DirectReminder, Draft, Opening, Proposal, Review
from store.schema.segments import CaseSegment, DigestLook, SegmentGroup
from store.schema.slack import Digest, InboxRow, Installation, Invitation, Message, OutboxRow, RateLimit
from store.schema.sources import FollowUp, HandedIn, HeardMessage, Origin, Source, SourceCursor, SourceKey
from store.schema.spans import SpanExport
from store.schema.spot_checks import SpotCheck, SpotCheckPack
from store.schema.targets import TargetOutage

__all__ = [
    "Announcement",
    "AuditRow",
    "Base",
    "Baseline",
    "BatchQuestion",
    "BulkRerun",
    "Case",
    "CaseSegment",
    "Cause",
    "CauseHour",
    "Content",
    "Course",
    "Decision",
    "Delivery",
    "Deployment",
    "DeploymentExample",
    "DeploymentSignature",
    "Digest",
    "DigestLook",
    "DirectReminder",
    "DocumentRow",
    "DocumentUpload",
    "DocumentUse",
    "Draft",
    "Epoch",
    "EpochCase",
    "Eval",
    "ExampleRow",
    "FollowUp",
    "HandedIn",
    "HeardMessage",
    "Improvement",
    "InboxRow",
    "Installation",
    "Invitation",
    "Label",
    "LabelProgress",
    "LegalHold",
    "Message",
    "ModelBatch",
    "ModelRequest",
    "OfTeam",
    "Opening",
    "Origin",
    "Outage",
    "OutboxRow",
    "Overrun",
    "PersonRow",
    "Probe",
    "PromptVersion",
    "Proposal",
    "PutOffRemoval",
    "Question",
    "RateLimit",
    "Report",
    "RetentionProgress",
    "Review",
    "Run",
    "Seal",
    "SegmentGroup",
    "ShadowProposal",
    "ShownFile",
    "Source",
    "SourceCursor",
    "SourceKey",
    "SpanExport",
    "Spending",
    "SpotCheck",
    "SpotCheckPack",
    "Step",
    "SystemCalls",
    "TargetOutage",
    "Team",
    "TermsRow",
    "TrainedModel",
    "Trouble",
    "VolumeCase",
    "VolumeDocument",
    "VolumeTest",
    "Workflow",
]
