"""Read models of a workflow's charter, frozen, the same for every face."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from store.states import Level
from workflows.engine.declare.autonomy import Beginning
from workflows.engine.declare.charter import How, Lack, Missing
from workflows.engine.declare.promises import PromiseFacts
from workflows.engine.declare.review import OnExpiry
from workflows.engine.declare.versions import Undeployed
from workflows.engine.declare.workflow import Does, HandedProposals
from workflows.engine.pauses import Pause
from workflows.engine.propose.narrow_launch import ShareView
from workflows.engine.read.declared.data_map_views import DataMapView


@dataclass(frozen=True, kw_only=True)
class SecondPerson:
    """A further person who approves."""

    sentence: str
    """The limit above which they are needed, in the author's words; may be empty."""
    always: bool
    """True if they are always needed."""
    by: Sequence[str]
    """Ids of people and groups; empty: the reviewers."""


@dataclass(frozen=True, kw_only=True)
class Signature:
    """The signature under terms."""

    by: str
    """The person; Countersign by its name for a shipped example."""
    at: datetime
    how: How
    exception: str | None = None
    """Reason, in the signer's words, why it goes alone without a volume test or a baseline."""


@dataclass(frozen=True, kw_only=True)
class TermsView:
    """The terms that a process works with."""

    version: str
    """As people are told it."""
    id: int | None
    """Of their row; None where no process has worked with them yet."""
    number: int | None
    """Place among the workflow's terms, from 1."""
    since: datetime | None
    """Time of the start that first had them."""
    is_newest: bool
    """False: another process began with others since."""
    signature: Signature | None
    """None: nobody has signed them."""


@dataclass(frozen=True, kw_only=True)
class VersionSignature:
    """A person's signature under the version that proposes."""

    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class UsedVersion:
    """The version with which new cases are proposed for."""

    uses_files: bool
    """True if it is that of this process's files."""
    always_files: bool
    """True if an operator has the files used, whatever is deployed."""
    number: int | None
    """Number of the live deployment; None where nothing is deployed."""
    name: str | None
    """The version, as people are told it; None for files."""
    models: Sequence[str]
    """Models that are asked, the first choice first, with their vendor; empty where nothing is."""
    prompt_version: str | None
    recall: int
    """Past decisions that are told with a case."""
    since: datetime | None
    """Time since when it is live; None for files."""
    signatures: Sequence[VersionSignature]
    """Empty: it was in use before there were deployments, or it is that of the files."""
    undeployed: Undeployed | None
    """Reason why this process does not do what is deployed; None where it does."""
    beside: int | None
    """Number of the version that is tried beside it."""
    weighed: int | None = None
    """Labels from which its confidence is weighed; None where the stated one counts."""


@dataclass(frozen=True, kw_only=True)
class PromiseView:
    """The promise of a workflow that earns its autonomy, and how far its live version is."""

    wrong: float
    """Share of what goes alone that may be wrong, 0 to 1."""
    sure: float
    """Certainty of it, 0 to 1."""
    begin: Beginning
    veto: timedelta | None
    """Time for which cases are announced first; None: there is no such level."""
    by_itself: bool
    """True if it goes up without a person's word."""
    level: Level | None
    """Level of the live version; None where nothing is live that could earn."""
    floor: float | None
    """Confidence from which its cases go without a person's decision now, 0 to 1; None: none do."""
    held: str | None
    """Code of why nothing goes alone for now."""
    facts: PromiseFacts | None = None
    """Its evidence; None where nobody reads it."""


@dataclass(frozen=True, kw_only=True)
class CharterView:
    """A workflow as its charter says it. Names of people and groups are ids, as their face has them."""

    workflow: str
    decision: str
    owner: str
    backup: str | None
    """The person who stands in for the owner."""
    is_sample: bool
    """True for a shipped example, which no person has to sign."""
    may: Sequence[str]
    """The author's words for what it may do."""
    does: Sequence[Does]
    """The effects that it may have, where the author said no words for them."""
    nevers: Sequence[str]
    no_nevers: str | None
    """The author's words for why it needs none."""
    goes_alone: bool
    """True if there is anything that it may settle without a person."""
    on_expiry: OnExpiry
    at_least: float | None
    """Least confidence in each field at which it goes alone, from 0 to 1; None: it never does."""
    promise: PromiseView | None
    """Promise of earned autonomy; None where it is not earned."""
    second_opinion: float | None
    """Probability below which the local model's opinion sends a case to a person; None: it is not asked."""
    spot_checks: float
    """Share of what goes alone that a person looks at afterwards, from 0 to 1."""
    handed_proposals: HandedProposals
    """The way in which a proposal that a source hands in is treated."""
    is_scoped: bool
    """True if some cases are outside of what it was made for."""
    pause: Pause | None
    per_case: Decimal
    per_day: Decimal
    """US dollars."""
    zone: str
    """Time zone of those days: a name of the IANA database."""
    reviewers: Sequence[str]
    """Empty: nobody but an operator may decide."""
    answer_within: timedelta
    seconds: Sequence[SecondPerson]
    grace: timedelta
    self_approval: bool
    can_ask: bool
    """True if the source of a case can be asked."""
    escalate_to: Sequence[str]
    """People who may be asked further; empty: the owner is."""
    told: Sequence[str]
    """People who hear of the outcome, in the author's words."""
    data: DataMapView
    """Map of its data: receivers, content and days."""
    terms: TermsView | None
    """None where nobody makes any."""
    missing: Sequence[Missing]
    """Parts that it has to have before it goes alone."""
    version: UsedVersion | None = None
    """None where it is not known."""
    share: ShareView | None = None
    """The share of the cases that it looks at; None: it looks at all of them."""
    lacks: Sequence[Lack] = ()
    """Evidence without which it is signed only with a reason."""
    follow_ups: Sequence[str] = ()
    """Names of the workflows whose cases are made from its answers."""
    same: Sequence[str] = ()
    """Labels of the fields of which its own rule says what counts as the same."""

    @property
    def may_be_signed(self) -> bool:
        """True if a signature is wanted, and these are the terms to sign."""
        terms = self.terms
        if terms is None or terms.id is None or not terms.is_newest or self.missing:
            return False
        return terms.signature is None or terms.signature.how is How.SAMPLE
