"""Codes of deployments: in which part somebody signs, what speaks against one, why one ended, what it is made of."""

from enum import StrEnum


class As(StrEnum):
    """Parts in which a person signs a deployment."""

    OWNER = "owner"
    BACKUP = "backup"
    """The person who stands in for the owner."""
    ENGINEER = "engineer"
    """The second of two who sign; alone, an engineer does not suffice."""
    OPERATOR = "operator"
    """Whoever runs Countersign, at the command line, for the owner."""


class RefusedFor(StrEnum):
    """Reasons for which a deployment is refused, unless somebody overrides with a reason of their own."""

    WORSE = "worse"
    """It is significantly worse than the live version, on the same examples."""
    REGRESSION = "regression"
    """It has a critical example wrong."""
    UNFINISHED = "unfinished"
    """Its eval did not try all examples."""


class Unweighed(StrEnum):
    """Reasons why the stated confidence of a version counts as it is."""

    LOCAL = "local"
    """The local model proposes, whose confidence is measured already."""
    FEW = "few"
    """There are too few labels, or too few errors among them."""
    NO_BETTER = "no_better"
    """Weighed confidence tells right from wrong no better, on labels from which nothing was learned."""
    NO_LIBRARY = "no_library"
    """scikit-learn is not installed."""


class Ended(StrEnum):
    """Reasons for the end of a deployment."""

    REJECTED = "rejected"
    """A person refused it."""
    REPLACED = "replaced"
    """Another was proposed in its place, or is live."""
    BROKE_OFF = "broke_off"
    """Its eval broke off."""
    BY_HAND = "by_hand"
    """A person rolled it back."""
    WORSE = "worse"
    """People's decisions show that it is worse."""
    ERRORS = "errors"
    EDITS = "edits"
    NEVERS = "nevers"
    GARBAGE = "garbage"
    """Each of these four: more than was promised."""
    LIVE_LEFT = "live_left"
    """The version that it was compared with is live no more."""


class DeploymentPart(StrEnum):
    """Parts of a version. Those that terms know, too, have the same names there."""

    PROMPT = "prompt"
    MODEL = "model"
    TRAINING = "training"
    """The model that was trained for it from examples: it proposes, or gives a second opinion on another's proposal."""
    RECALL = "recall"
    """Past decisions that are told with a case: how many, and which there are."""
    WEIGHING = "weighing"
    """Numbers with which its confidence is weighed, where its workflow's autonomy is earned."""
    SAMES = "sames"
    """The rules of what counts as the same to the business."""
