"""Read models of a workflow's data map, frozen, the same for every face."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from workflows.engine.declare.retention import Retention
from workflows.engine.declare.workflow import Does
from workflows.model.asking.attachments import DocumentsAs


class Part(StrEnum):
    """The form that a field belongs to."""

    INPUT = "input"
    OUTPUT = "output"


class Sensitivity(StrEnum):
    """Mark of a field in its declaration."""

    PERSONAL = "personal"
    SEARCHED = "searched"
    """Free text: what identifies a person in it by its form is found and counts as personal."""
    PLAIN = "plain"


class Share(StrEnum):
    """Part of a field that somebody gets."""

    WHOLE = "whole"
    MASKED = "masked"
    """A mark stands in place of the value, or of what is found in it."""
    PLACEHOLDER = "placeholder"
    """A name such as [customer 1] stands in its place, and the value is put back into the answer."""
    BY_CODE = "by_code"
    """As much as the author's code hands over, which may be all of it."""
    NOTHING = "nothing"


class ModelKind(StrEnum):
    """Kind of what proposes."""

    VENDOR = "vendor"
    LOCAL = "local"
    """The model in this process."""
    SAMPLES = "samples"
    """Answers written by hand, for a demonstration."""
    NONE = "none"
    """The settings choose a vendor, and the workflow has no prompt for its models."""
    UNKNOWN = "unknown"
    """Whoever asks does not know what the settings choose."""


class TargetKind(StrEnum):
    """Kind of news that a system is told."""

    DELIVER = "deliver"
    ON_REJECT = "on_reject"
    ASK_SOURCE = "ask_source"


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Facts that the operator's settings say, and a workflow's declaration does not."""

    model: ModelKind = ModelKind.UNKNOWN
    vendor: str | None = None
    models: Sequence[str] = ()
    """Names of the vendor's models that may be asked."""
    collector: str | None = None
    """Address of the collector of spans; None: none are sent."""
    spans_content: bool = False
    """True if content of cases is in the spans."""


@dataclass(frozen=True, kw_only=True)
class FieldMap:
    """The way of one field."""

    part: Part
    name: str
    label: str
    sensitivity: Sensitivity
    countries: Sequence[str]
    """Countries whose numbers are looked for in it, by their codes; only where it is searched."""
    to_model: Share
    in_channel: Share
    in_spans: Share
    to_target: Share


@dataclass(frozen=True, kw_only=True)
class SystemMap:
    """A step of the workflow's code, which may hand content to another system."""

    step: str
    system: str | None
    """The system that it calls, as its author calls it; None: the author names none."""
    does: Sequence[Does]


@dataclass(frozen=True, kw_only=True)
class LookMap:
    """A function of the workflow that looks for cases by itself."""

    name: str
    every: timedelta


@dataclass(frozen=True, kw_only=True)
class TargetMap:
    """A system that is told of the outcome, or asks the source."""

    kind: TargetKind
    system: str | None
    """As its author calls it; None: it has no name."""
    does: Sequence[Does]


@dataclass(frozen=True, kw_only=True)
class ToldMap:
    """A program that may hand in cases, and is told how its own stand: what was proposed and what was decided."""

    source: str
    host: str | None
    """The host that the outcomes are sent to; None: it asks for them."""


@dataclass(frozen=True, kw_only=True)
class DocumentMap:
    """The way of the documents of a workflow's input. Their text is in the input, and goes where that goes."""

    to_model: DocumentsAs
    """The way in which a model is given them, where it is given them."""
    in_channel: bool
    """True if pictures of their pages stand in the thread of a card."""
    largest: int
    """Most bytes of one."""
    most_pages: int


@dataclass(frozen=True, kw_only=True)
class DataMapView:
    """Data map of a workflow: where each field comes from, to whom it goes, and for how long it is kept."""

    workflow: str
    sources: Sequence[str]
    """Sources of its newest cases, as they were recorded at intake; empty: there are none."""
    looks: Sequence[LookMap]
    """The looks that it makes by itself; empty: cases are brought to it."""
    fields: Sequence[FieldMap]
    takes_proposals: bool
    """True if a source may propose with its case, so that what is decided may begin with its words."""
    model: ModelKind
    vendor: str | None
    models: Sequence[str]
    asks_by_code: bool
    """True if the workflow's own code chooses what a model is told."""
    personal_to_model: bool
    """False: no model is told a personal value."""
    systems: Sequence[SystemMap]
    channel: str | None
    """Id of the channel of its cards; None: they are shown in none."""
    text_in_channel: bool
    readers: Sequence[str]
    """Ids of the people and groups, beside engineers, who may see all of a case in Slack."""
    targets: Sequence[TargetMap]
    told: Sequence[ToldMap]
    collector: str | None
    spans_content: bool
    retention: Retention
    follow_ups: Sequence[str] = ()
    """Names of the workflows whose cases are made from its answers."""
    watched: Sequence[str] = ()
    """Ids of the channels in which each message is a case."""
    documents: DocumentMap | None = None
    """None: its input holds no documents."""
    volume_tests: int = 0
    """Volume tests whose past inputs are kept."""

    @property
    def personal(self) -> Sequence[FieldMap]:
        """The fields that are personal as a whole."""
        return [one for one in self.fields if one.sensitivity is Sensitivity.PERSONAL]

    @property
    def searched(self) -> Sequence[FieldMap]:
        """The fields whose text is searched."""
        return [one for one in self.fields if one.sensitivity is Sensitivity.SEARCHED]
