"""The names of the states that rows are in. How they may follow each other is the engine's business.

Knows no database: whoever draws a row names its state too.
"""

from enum import StrEnum


class RunState(StrEnum):
    """The state of a run."""

    READY = "ready"
    """Waiting for a worker."""
    RUNNING = "running"
    WAITING = "waiting"
    """Waiting for a person. It takes up no thread meanwhile."""
    HOLDING = "holding"
    """Resolved, but its delivery is held until its workflow is resumed, its target can be tried again, or an older
    delivery of its case is made.
    """
    DELIVERING = "delivering"
    DELIVERED = "delivered"
    CLOSED = "closed"
    """Rejected by a person, with nothing to deliver."""
    FAILED = "failed"
    DOUBTFUL = "doubtful"
    """Its delivery may have happened or not; a person has to look."""
    SUPERSEDED = "superseded"
    """A rerun or a newer revision took its place."""
    PARKED = "parked"
    """Its journal does not fit its code; an engineer has to look."""


class ReviewState(StrEnum):
    """The state of a review."""

    OPEN = "open"
    AWAITING_SECOND = "awaiting_second"
    DECIDED = "decided"
    ASKED = "asked"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"


class DeliveryState(StrEnum):
    """The state of a delivery."""

    INTENDED = "intended"
    """Recorded, not yet attempted."""
    WAITING = "waiting"
    """Attempted without success, and attempted again automatically: the target may take it later, or is down."""
    ATTEMPTING = "attempting"
    APPLIED = "applied"
    FAILED = "failed"
    DOUBTFUL = "doubtful"


class QuestionState(StrEnum):
    """The state of a question to the source of a case."""

    INTENDED = "intended"
    """Recorded, and not sent: no attempt was made yet, or the last one is made again."""
    ATTEMPTING = "attempting"
    SENT = "sent"
    FAILED = "failed"
    """Certainly not sent."""
    DOUBTFUL = "doubtful"
    """Nobody knows whether it was sent."""
    ANSWERED = "answered"


class SpotCheckState(StrEnum):
    """The state of a spot check."""

    OPEN = "open"
    """Drawn, and nobody has answered."""
    ANSWERED = "answered"
    """A person answered without seeing what was delivered; the answers differ, and that person grades the difference.
    """
    AWAITING_SECOND = "awaiting_second"
    """The first person found an error; another one grades the difference, too."""
    DECIDED = "decided"
    SUPERSEDED = "superseded"
    """The delivery that was drawn stands no more: it ended without an outcome."""


class SpotCheckWhy(StrEnum):
    """The reason for which a case that went alone is looked at."""

    DRAWN = "drawn"
    """It was drawn when it went alone. Figures of errors rest on these alone."""
    PACK = "pack"
    """It went alone before that was taken back, so it is looked at although nobody drew it. It is no random sample."""


class InstallationEnd(StrEnum):
    """Reasons why the app is no longer installed in a workspace."""

    UNINSTALLED = "uninstalled"
    """Somebody there removed it."""
    REVOKED = "revoked"
    """Its token was revoked, as Slack said in an event or in the refusal of a call."""
    REMOVED = "removed"
    """An operator removed it here."""


class OutboxState(StrEnum):
    """The state of an intent to show something."""

    DUE = "due"
    HELD = "held"
    """A card for which the channel has no room yet."""
    ATTEMPTING = "attempting"
    SENT = "sent"
    DEAD = "dead"


class StepState(StrEnum):
    """The end of an attempt at a step. An attempt that did not end has no row."""

    FINISHED = "finished"
    FAILED = "failed"


class CauseState(StrEnum):
    """The state of a cause of failures."""

    OPEN = "open"
    MENDING = "mending"
    """Somebody said that they mend it."""
    IGNORED = "ignored"
    """It is left alone until a time, a number of failures, or a rate of them."""
    RESOLVED = "resolved"
    """Somebody said that it is mended, or no failed run of it was left."""
    REGRESSED = "regressed"
    """It came back after it was resolved."""


class BulkState(StrEnum):
    """The state of a bulk rerun."""

    PLANNED = "planned"
    """It begins by itself, at a time or when a system is well again."""
    TRIAL = "trial"
    """A few cases are tried first."""
    WAVES = "waves"
    """The trial was good, and the rest follows."""
    STOPPED = "stopped"
    """By a person, or by itself: no more reruns are begun, and those that are under way go on."""
    DONE = "done"


class SourceKind(StrEnum):
    """The kind of a source of cases."""

    API = "api"
    """Another program, over HTTP or the Model Context Protocol. It has keys."""
    SLACK = "slack"
    SCHEDULE = "schedule"
    """A function of a workflow that looks for cases from time to time."""
    FILE = "file"
    WORKFLOW = "workflow"
    """Another workflow, whose outcome the case was made from."""


class FollowUpState(StrEnum):
    """The state of a follow-up."""

    DUE = "due"
    MADE = "made"
    NOTHING = "nothing"
    """Its function made no input of the outcome."""
    FAILED = "failed"
    """Its function failed, or what it made was refused; somebody has to look."""


class Health(StrEnum):
    """The state of another system, by how its calls go."""

    WELL = "well"
    TROUBLED = "troubled"
    """Many of its calls fail, or are answered in another form than agreed."""
    DOWN = "down"
    """None of its calls is answered."""


class Resolution(StrEnum):
    """The resolution of a run."""

    ALONE = "alone"
    BY_PERSON = "by_person"
    REJECTED = "rejected"
    LAPSED = "lapsed"
    """By its workflow's rule for reviews that nobody answers in time: the proposal is delivered."""
    EXPIRED = "expired"
    """By such a rule too: the case closes."""


CLOSING = frozenset({Resolution.REJECTED, Resolution.EXPIRED})
"""Resolutions after which nothing is delivered but the news that the case closed."""

LAPSES = frozenset({Resolution.LAPSED, Resolution.EXPIRED})
"""Resolutions of cases that nobody decided, since nobody answered in time."""

ENDED = frozenset({RunState.DELIVERED, RunState.CLOSED, RunState.SUPERSEDED})
"""Run states in which nobody has anything left to do."""

NOT_ENDED = tuple(state for state in RunState if state not in ENDED)
"""Run states in which somebody, or a worker, has something left to do: few of all runs are in them."""

STOPPED = frozenset({RunState.FAILED, RunState.DOUBTFUL, RunState.PARKED})
"""Run states in which somebody has to repair something."""

UNDECIDED = (SpotCheckState.ANSWERED, SpotCheckState.AWAITING_SECOND, SpotCheckState.OPEN)
"""States of a spot check that somebody has to look at."""

ACTIVE = (BulkState.PLANNED, BulkState.TRIAL, BulkState.WAVES)
"""States of a bulk rerun that goes on by itself."""

BUSY = (RunState.RUNNING, RunState.DELIVERING)
"""Run states in which a worker holds a lease."""


class ExampleState(StrEnum):
    """The state of an example that grew from a decision."""

    CANDIDATE = "candidate"
    """Nobody has taken it in or left it."""
    TAKEN = "taken"
    LEFT = "left"


class DeploymentState(StrEnum):
    """The state of a deployment."""

    TRYING = "trying"
    """Its eval runs."""
    PROPOSED = "proposed"
    """It waits for signatures."""
    REJECTED = "rejected"
    """Somebody refused it, or proposed another in its place."""
    SHADOW = "shadow"
    """Asked beside the live version, and not used."""
    SHARING = "sharing"
    """Used for a share of the cases."""
    LIVE = "live"
    REPLACED = "replaced"
    """Another version took its place."""
    ROLLED_BACK = "rolled_back"
    """It was worse, or somebody rolled it back; the version before it is live."""


class ImprovementState(StrEnum):
    """The state of a proposed improvement."""

    DRAFT = "draft"
    TAKEN = "taken"
    """Somebody wants it: an author writes it, or it is part of a deployment that is on its way."""
    LEFT = "left"
    LIVE = "live"
    """It is part of the live version."""


class BatchState(StrEnum):
    """The state of a batch of questions at a vendor."""

    SENDING = "sending"
    """It is being sent, or nobody knows whether it was taken."""
    SENT = "sent"
    ENDED = "ended"
    """Its results are kept."""
    NOT_SENT = "not_sent"
    """The vendor did not take it."""
    LOST = "lost"
    """Somebody said that its questions are to be asked anew. Its reservation stays: it may have cost that."""


class AnnouncementState(StrEnum):
    """The state of an announced case."""

    OPEN = "open"
    """It is delivered at its time, unless somebody stops it."""
    LAPSED = "lapsed"
    """Nobody stopped it."""
    STOPPED = "stopped"
    """A person stopped it."""
    WITHDRAWN = "withdrawn"
    """It may not go out any more, so people decide it, or newer content of its case came."""


class Level(StrEnum):
    """The level up to which a workflow with earned autonomy may go by itself."""

    SHADOW = "shadow"
    """People decide without seeing the proposal; both are compared."""
    DRAFT = "draft"
    """People see the proposal and decide."""
    VETO = "veto"
    """A confident case is announced, and delivered after a while unless a person stops it."""
    GUARDED = "guarded"
    """A confident case is resolved alone; a random share of them is looked at afterwards."""
