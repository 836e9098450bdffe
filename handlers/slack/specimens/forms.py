"""Read models of forms and charters, as specimens are drawn from."""

from dataclasses import replace
from datetime import UTC, timedelta
from decimal import Decimal

from handlers.slack.ids import OpenRow, Row
from handlers.slack.specimens.operations import PAUSE
from handlers.slack.specimens.reviews import AT, COLUMNS, OTHER, ROWS, WHO
from workflows.engine.declare.charter import How
from workflows.engine.declare.retention import Retention
from workflows.engine.declare.versions import Undeployed
from workflows.engine.errors import NeverBroken
from workflows.engine.propose.narrow_launch import ShareView
from workflows.engine.read.declared.change_views import PartChange, TermsChange
from workflows.engine.read.declared.charter_views import (
    CharterView,
    SecondPerson,
    Signature,
    TermsView,
    UsedVersion,
    VersionSignature,
)
from workflows.engine.read.declared.data_map_views import (
    DataMapView,
    FieldMap,
    LookMap,
    ModelKind,
    Part,
    Sensitivity,
    Share,
    TargetKind,
    TargetMap,
    ToldMap,
)
from workflows.engine.text.form_fields import Field, Kind

FORM = (
    Field(name="queue", label="Queue", kind=Kind.CHOICE, required=True, choices=("billing", "delivery", "other")),
    Field(name="many", label="Country", kind=Kind.CHOICE, required=True, choices=tuple(f"C{n}" for n in range(150))),
    Field(name="tags", label="Tags", kind=Kind.CHOICES, required=False, choices=("new", "urgent")),
    Field(name="reply", label="Reply", kind=Kind.TEXT, required=True),
    Field(name="refund", label="Refund", kind=Kind.YES_NO, required=True),
    Field(name="number", label="Number", kind=Kind.WHOLE, required=False, nullable=True),
    Field(name="amount", label="Amount", kind=Kind.AMOUNT, required=True),
    Field(name="day", label="Day", kind=Kind.DATE, required=True),
    Field(name="hour", label="Hour", kind=Kind.TIME, required=True),
    Field(name="since", label="Since", kind=Kind.MOMENT, required=True, zone=UTC),
    Field(name="lasts", label="Lasts", kind=Kind.DURATION, required=False),
    Field(name="lines", label="Lines", kind=Kind.ROWS, required=True, columns=COLUMNS),
    Field(name="more", label="More", kind=Kind.JSON, required=False, nullable=True),
)


TYPED = {
    "queue": "billing",
    "many": "C7",
    "tags": "new",
    "reply": "We look into it.",
    "refund": "yes",
    "number": "3",
    "amount": "4760.00",
    "day": "2026-11-19",
    "hour": "09:30",
    "since": "2026-11-19 09:30",
    "lasts": "2 h",
    "lines": ROWS.proposed or "",
    "more": '{"a": 1}',
}


LINES = next(field for field in FORM if field.name == "lines")


LINE = {"article": "Paper", "number": "2", "amount": "9.80"}


OPEN = OpenRow(row=Row(field="lines", place=0), mark="0" * 12, generation=0, is_alone=False)


BROKEN = NeverBroken(["answer a safety report alone"], barred=False)


DATA_MAP = DataMapView(
    takes_proposals=True,
    workflow="triage",
    sources=[],
    looks=[LookMap(name="mailbox", every=timedelta(minutes=1))],
    fields=[
        FieldMap(
            part=Part.INPUT,
            name="customer",
            label="Customer",
            sensitivity=Sensitivity.PERSONAL,
            countries=(),
            to_model=Share.WHOLE,
            in_channel=Share.MASKED,
            in_spans=Share.NOTHING,
            to_target=Share.BY_CODE,
        )
    ],
    model=ModelKind.VENDOR,
    vendor="anthropic",
    models=["claude"],
    asks_by_code=False,
    personal_to_model=True,
    systems=[],
    channel="C0123456789",
    text_in_channel=True,
    readers=["S0123456789"],
    targets=[TargetMap(kind=TargetKind.DELIVER, system="the help desk", does=["route"])],
    told=[ToldMap(source="help-desk", host="desk.example"), ToldMap(source="agent", host=None)],
    collector=None,
    spans_content=False,
    retention=Retention(),
)


SHARE = ShareView(workflow="triage", row=10**11, share=0.1, declared=0.1)


CHARTER_VIEW = CharterView(
    handed_proposals="policy",
    workflow="triage",
    decision="Which queue does this ticket go to?",
    owner=WHO,
    backup=OTHER,
    is_sample=False,
    may=["choose a queue", "draft a reply"],
    does=[],
    nevers=["answer a safety report alone"],
    no_nevers=None,
    goes_alone=True,
    on_expiry="hold",
    at_least=0.85,
    promise=None,
    second_opinion=0.15,
    spot_checks=0.05,
    is_scoped=True,
    pause=PAUSE,
    per_case=Decimal("0.015"),
    per_day=Decimal(20),
    zone="Europe/Berlin",
    reviewers=["S0123456789", WHO],
    answer_within=timedelta(hours=2),
    seconds=[SecondPerson(sentence="more than 5,000 euros", always=False, by=[WHO])],
    grace=timedelta(minutes=10),
    self_approval=False,
    can_ask=True,
    escalate_to=[WHO],
    told=["the customer, by the reply"],
    data=DATA_MAP,
    terms=TermsView(
        version="9bc1ab02de34f560",
        id=7,
        number=3,
        since=AT,
        is_newest=True,
        signature=Signature(by=WHO, at=AT, how=How.OWNER),
    ),
    missing=[],
    version=UsedVersion(
        uses_files=False,
        always_files=False,
        number=3,
        name="0a1b2c3d4e5f",
        models=["anthropic/claude", "anthropic/claude-small"],
        prompt_version="9bc1ab02de34",
        recall=3,
        since=AT,
        signatures=[VersionSignature(by=WHO, at=AT), VersionSignature(by=OTHER, at=AT)],
        undeployed=Undeployed.CODE,
        beside=4,
    ),
)

UNSIGNED_CHARTER = replace(
    CHARTER_VIEW,
    terms=replace(CHARTER_VIEW.terms, signature=None) if CHARTER_VIEW.terms is not None else None,
    pause=None,
)

SAMPLE_CHARTER = replace(
    UNSIGNED_CHARTER,
    is_sample=True,
    terms=TermsView(
        version="9bc1ab02de34f560",
        id=7,
        number=1,
        since=AT,
        is_newest=True,
        signature=Signature(by="countersign", at=AT, how=How.SAMPLE),
    ),
)

TERMS_CHANGE = TermsChange(
    workflow="triage",
    owner=WHO,
    goes_alone=True,
    number=4,
    version="04fe9bc1ab02de34",
    at=AT,
    is_first=False,
    is_newest=True,
    changes=[
        PartChange(name="floor", old=0.9, new=0.85),
        PartChange(name="reviewers", old=["S0123456789"], new=["S0123456789", WHO]),
        PartChange(name="channel", old=None, new="C0123456789"),
        PartChange(name="code", old="a" * 16, new="b" * 16),
        PartChange(
            name="nevers",
            old=[{"sentence": "promise <!channel> money", "on_edit": "bar", "code": "a" * 16}],
            new=[{"sentence": "promise <!channel> money", "on_edit": "confirm", "code": "b" * 16}],
        ),
    ],
    widens=["floor", "nevers"],
    signature=None,
)
