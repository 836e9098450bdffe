"""The tables. Every row belongs to a team; what a case says lives in `contents` and nowhere else.

The names of states are in `store.states`; how they may follow each other is the engine's business.
"""

from store.schema.audit import AuditRow
from store.schema.base import Base, OfTeam
from store.schema.baselines import Baseline
from store.schema.bulk_reruns import BulkRerun
from store.schema.cases import Case, Content, Run, Step, Team, Workflow
from store.schema.causes import Cause, CauseHour
from store.schema.courses import Course
from store.schema.documents import DocumentRow, DocumentUpload, DocumentUse, ShownFile
from store.schema.health import SystemCalls, Trouble
from store.schema.legal_holds import LegalHold
from store.schema.model import Eval, ModelRequest, Outage, Overrun, PromptVersion, Spending
from store.schema.people import PersonRow
from store.schema.questions import Question
from store.schema.reports import Report
from store.schema.retention import PutOffRemoval, RetentionProgress
from store.schema.reviews import Decision, Delivery, DirectReminder, Draft, Opening, Proposal, Review
from store.schema.seals import Seal
from store.schema.segments import CaseSegment, DigestLook, SegmentGroup
from store.schema.slack import Digest, InboxRow, Message, OutboxRow, RateLimit
from store.schema.sources import FollowUp, HandedIn, HeardMessage, Origin, Source, SourceCursor, SourceKey
from store.schema.spans import SpanExport
from store.schema.spot_checks import SpotCheck
from store.schema.targets import TargetOutage
from store.schema.terms import TermsRow

__all__ = [
    "AuditRow",
    "Base",
    "Baseline",
    "BulkRerun",
    "Case",
    "CaseSegment",
    "Cause",
    "CauseHour",
    "Content",
    "Course",
    "Decision",
    "Delivery",
    "Digest",
    "DigestLook",
    "DirectReminder",
    "DocumentRow",
    "DocumentUpload",
    "DocumentUse",
    "Draft",
    "Eval",
    "FollowUp",
    "HandedIn",
    "HeardMessage",
    "InboxRow",
    "LegalHold",
    "Message",
    "ModelRequest",
    "OfTeam",
    "Opening",
    "Origin",
    "Outage",
    "OutboxRow",
    "Overrun",
    "PersonRow",
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
    "ShownFile",
    "Source",
    "SourceCursor",
    "SourceKey",
    "SpanExport",
    "Spending",
    "SpotCheck",
    "Step",
    "SystemCalls",
    "TargetOutage",
    "Team",
    "TermsRow",
    "Trouble",
    "Workflow",
]
